"""The month's roll-forward of the ledger page's example, and of a closed January whose bill comes in March."""

from __future__ import annotations

import pytest

from entrepot.workflows.roll_forward import RollForward, roll_forward
from entrepot.workflows.vouchers import Vouchers, vouchers
from tests.workflows.ledger import DAY, bill, doc, masters, post, receipt, returned, sale, transfer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CLOSE = {"period_from": "2026-01-01", "period_to": "2026-01-31"}


def january(method: str = "fifo") -> list[object]:
    """Steps 1 to 4 of the page."""
    return [
        *masters(method=method),
        receipt("R1", "2026-01-02", 100, 300),
        bill("F1", "2026-01-02", "freight", 5001, ("receipt", "R1")),
        sale("S1", "2026-01-03", 30),
        transfer("T1", "2026-01-04", 40),
        bill("F2", "2026-01-04", "freight", 800, ("transfer", "T1")),
        sale("S2", "2026-01-05", 15, place="DE"),
        returned("B1", "2026-01-06", "S1", 2),
    ]


def steps(found: RollForward, place: str) -> dict[str, tuple[int, int]]:
    """Step → units and amount at a place."""
    return {r["step"]: (r["units"], r["amount"]) for r in found.steps.rows(named=True) if r["location"] == place}


def booked(found: Vouchers, kind: str) -> dict[tuple[str, str], int]:
    """Account and supplier → amount of one voucher."""
    return {(e.account, e.supplier): e.amount for v in found.vouchers if v.kind == kind for e in v.entries}


def test_the_example_place_by_place() -> None:
    """Bill, transfer with its own freight, sales and return, each at its cost; opening + in − out = closing."""
    post(*january())
    found = roll_forward("US", "2026-01")
    assert steps(found, "LA") == {
        "in_receipt": (100, 35_001), "out_sale": (-30, -10_500), "out_transfer": (-40, -14_001),
        "in_return": (2, 700), "closing": (32, 11_200),
    }  # fmt: skip
    assert steps(found, "DE") == {"in_transfer": (40, 14_801), "out_sale": (-15, -5_550), "closing": (25, 9_251)}
    assert found.residue() == 0
    later = roll_forward("US", "2026-02")
    assert steps(later, "LA") == {"opening": (32, 11_200), "closing": (32, 11_200)}


@pytest.mark.parametrize("method", ["fifo", "moving_average", "month_end"])
def test_a_company_begins_under_every_method(method: str) -> None:
    """The month before the first movement is empty, and the first one opens with nothing; its vouchers balance."""
    post(*masters(method=method), receipt("R1", "2026-01-02", 100, 300))
    assert roll_forward("US", "2025-12").totals() == {"opening": (0, 0), "adjustment": (0, 0), "closing": (0, 0)}
    found = vouchers("US", "2026-01")
    assert steps(roll_forward("US", "2026-01"), "LA") == {"in_receipt": (100, 30_000), "closing": (100, 30_000)}
    assert (found.inventory, found.stock_change, found.residue) == (30_000, 30_000, 0)


@pytest.mark.parametrize(
    ("late", "adjusted", "flows", "closing"),
    [
        # lost and found again: the loss is taken back, five units stand there again
        ("found", (5, 1_500), {}, (70, 21_000)),
        # 90 came, not 100: what stood there is taken back, and all of it falls in February anew
        ("receipt", (-65, -19_500), {"in_receipt": (90, 27_000), "out_sale": (-30, -9_000), "out_write_off": (-5, -1_500)},
         (55, 16_500)),
        ("sale", (30, 9_000), {}, (95, 28_500)),
    ],
)  # fmt: skip
def test_units_that_late_facts_change_are_told(
    late: str, adjusted: tuple[int, int], flows: dict[str, tuple[int, int]], closing: tuple[int, int]
) -> None:
    """January closed with 100 − 30 − 5 units at 3.00; something of it is corrected or withdrawn in February."""
    lost = doc("stock_use", "U1", "2026-01-10", company="US", purpose="lost", cell={"location": "LA"},
               lines=[{"sku": "A", "quantity": 5}])  # fmt: skip
    post(*masters(), receipt("R1", "2026-01-02", 100, 300), sale("S1", "2026-01-04", 30), lost)
    post(doc("period_close", "C1", "2026-02-02", company="US", **CLOSE), at=32 * DAY)
    papers = {
        "found": doc("reversal", "V", "2026-02-10", company="US", documents=[{"type": "stock_use", "id": "U1"}]),
        "receipt": receipt("R1", "2026-01-02", 90, 300),
        "sale": doc("reversal", "V", "2026-02-10", company="US", documents=[{"type": "sales_order", "id": "S1"}]),
    }  # fmt: skip
    post(papers[late], at=40 * DAY)
    found = roll_forward("US", "2026-02")
    assert steps(found, "LA") == {"opening": (65, 19_500), "adjustment": adjusted, **flows, "closing": closing}
    assert found.residue() == 0
    told = vouchers("US", "2026-02")
    assert told.inventory == told.stock_change == closing[1] - 19_500


@pytest.mark.parametrize("method", ["fifo", "moving_average", "month_end"])
def test_it_adds_up_under_every_method(method: str) -> None:
    """In and out of each place by the company's own method; the month after opens where this one closed."""
    post(*january(method), sale("S3", "2026-02-03", 5), bill("D1", "2026-02-10", "duty", 999, ("receipt", "R1")))
    first, second = roll_forward("US", "2026-01"), roll_forward("US", "2026-02")
    assert first.residue() == second.residue() == 0
    assert first.totals()["closing"] == second.totals()["opening"]
    assert second.totals()["closing"][0] == second.totals()["opening"][0] - 5


def test_what_came_late_adjusts_what_was_reported() -> None:
    """January closed, the duty bill of March: February opens as reported, and the bill's parts stand beside it."""
    post(*january(), at=DAY)
    post(doc("period_close", "JAN", "2026-02-01", **CLOSE), at=2 * DAY)
    post(bill("D1", "2026-03-02", "duty", 6137, ("receipt", "R1"), supplier="BROKER"), at=60 * DAY)
    reported, after = roll_forward("US", "2026-01"), roll_forward("US", "2026-02")
    assert (reported.totals()["closing"], reported.residue()) == ((57, 20_451), 0)
    assert after.totals() == {
        "opening": (57, 20_451), "adjustment": (0, 1841 + 123 + 1534), "closing": (57, 20_451 + 1841 + 123 + 1534),
    }  # fmt: skip
    assert after.residue() == 0
    made = vouchers("US", "2026-02")
    assert booked(made, "purchases") == {("inventory", ""): 6137, ("payables", "BROKER"): -6137}
    assert booked(made, "prior_period") == {("prior_period", ""): 1718 + 921, ("inventory", ""): -1718 - 921}
    assert (made.inventory, made.residue) == (1841 + 123 + 1534, 0)


def test_an_accrual_is_booked_and_turned_back_when_the_bill_comes() -> None:
    """The order's price is accrued at the receipt; the bill of the next month reverses it and is owed itself."""
    order = doc(
        "purchase_order", "PO-1", "2026-01-01", company="US", supplier="ACME", currency="USD",
        lines=[{"sku": "A", "quantity": 100, "price": {"amount": 300}}],
    )  # fmt: skip
    came = doc(
        "receipt", "R1", "2026-01-02", location="LA", currency="USD", supplier="ACME",
        order={"type": "purchase_order", "id": "PO-1"}, lines=[{"sku": "A", "quantity": 100}],
    )  # fmt: skip
    post(*masters(), order, came, sale("S1", "2026-01-03", 30), at=DAY)
    post(doc("period_close", "JAN", "2026-02-01", **CLOSE), at=2 * DAY)
    first = vouchers("US", "2026-01")
    assert booked(first, "accrual") == {("inventory", ""): 30_000, ("accrued_payables", "ACME"): -30_000}
    assert booked(first, "cost_of_sales") == {("cost_of_sales", ""): 9_000, ("inventory", ""): -9_000}
    post(bill("G1", "2026-02-02", "goods", 31_000, ("receipt", "R1"), supplier="ACME"), at=40 * DAY)
    second = vouchers("US", "2026-02")
    assert booked(second, "accrual_reversal") == {("accrued_payables", "ACME"): 30_000, ("inventory", ""): -30_000}
    assert booked(second, "purchases") == {("inventory", ""): 31_000, ("payables", "ACME"): -31_000}
    assert booked(second, "prior_period") == {("prior_period", ""): 300, ("inventory", ""): -300}
    assert first.residue == second.residue == 0


def test_what_is_accrued_is_owed_to_whom_the_order_names() -> None:
    """Receipts that name no supplier, of two suppliers' orders; one bill comes and is taken back: still accrued for him."""
    papers = list[object]()
    for number, supplier, price in (("1", "ACME", 300), ("2", "BETA", 500)):
        order = {"type": "purchase_order", "id": f"PO-{number}"}
        papers += [
            doc("purchase_order", order["id"], "2026-01-01", company="US", supplier=supplier, currency="USD",
                lines=[{"sku": "A", "quantity": 100, "price": {"amount": price}}]),
            doc("receipt", f"R{number}", "2026-01-02", location="LA", currency="USD", order=order,
                lines=[{"sku": "A", "quantity": 100}]),
        ]  # fmt: skip
    post(*masters(), *papers)
    post(bill("G2", "2026-01-03", "goods", 52_000, ("receipt", "R2"), supplier="BETA"))
    assert _accrued() == {"ACME": -30_000}
    post(doc("reversal", "RV", "2026-01-04", documents=[{"type": "cost_bill", "id": "G2"}]))
    assert _accrued() == {"ACME": -30_000, "BETA": -50_000}


def _accrued() -> dict[str, int]:
    """Supplier → what January's vouchers leave on the account of goods not billed."""
    month = vouchers("US", "2026-01")
    assert month.residue == 0
    owed: dict[str, int] = {}
    for entry in (e for v in month.vouchers for e in v.entries if e.account == "accrued_payables"):
        owed[entry.supplier] = owed.get(entry.supplier, 0) + entry.amount
    return {supplier: amount for supplier, amount in owed.items() if amount}


def test_a_deposit_is_a_prepayment_until_goods_are_billed() -> None:
    """30 % paid with the order in January, goods billed in February: the prepayment settles that part of the bill."""
    order = doc(
        "purchase_order", "PO-1", "2026-01-01", company="US", supplier="ACME", currency="USD",
        lines=[{"sku": "A", "quantity": 100, "price": {"amount": 300}}],
    )  # fmt: skip
    deposit = doc(
        "payment", "PAY-1", "2026-01-05", company="US", supplier="ACME", currency="USD", amount=9_000,
        shares=[{"document": {"type": "purchase_order", "id": "PO-1"}, "amount": 9_000}],
    )  # fmt: skip
    post(*masters(), order, deposit)
    assert booked(vouchers("US", "2026-01"), "payments") == {("prepayments", "ACME"): 9_000, ("bank", ""): -9_000}
    came = doc(
        "receipt", "R1", "2026-02-02", location="LA", currency="USD", supplier="ACME",
        order={"type": "purchase_order", "id": "PO-1"}, lines=[{"sku": "A", "quantity": 100}],
    )  # fmt: skip
    post(came, bill("G1", "2026-02-03", "goods", 30_000, ("receipt", "R1"), supplier="ACME"), at=2 * DAY)
    made = vouchers("US", "2026-02")
    assert booked(made, "prepayments") == {("payables", "ACME"): 9_000, ("prepayments", "ACME"): -9_000}
    assert made.residue == 0


def test_losses_uses_and_goods_given_back_have_their_accounts() -> None:
    """A write-off is a stock loss, a sample other use, units given back wait on the supplier's credit."""
    papers = [
        *masters(), receipt("R1", "2026-01-02", 100, 300),
        doc("stock_use", "W1", "2026-01-03", purpose="write_off", cell={"location": "LA"}, reason="mould",
            lines=[{"sku": "A", "quantity": 2}]),
        doc("stock_use", "U1", "2026-01-04", purpose="sample", cell={"location": "LA"},
            lines=[{"sku": "A", "quantity": 1}]),
    ]  # fmt: skip
    post(*papers)
    made = vouchers("US", "2026-01")
    assert booked(made, "stock_changes") == {
        ("stock_loss", ""): 600, ("other_use", ""): 300, ("inventory", ""): -900,
    }  # fmt: skip
    assert made.residue == 0
