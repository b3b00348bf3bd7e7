"""The ledger page's example and its variants, from documents to figures, each proved by the independent checker."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.books import intake, models
from entrepot.core.calendar import midnight
from entrepot.workflows.value_at import adjustment, value_at
from tests.workflows.ledger import (
    DAY,
    assert_proven,
    bill,
    doc,
    held,
    issued,
    masters,
    post,
    receipt,
    returned,
    sale,
    sold,
    stock_value,
    transfer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
FEBRUARY = midnight(date(2026, 2, 1), "UTC")


def example() -> list[object]:
    """Steps 1 to 4 of the page, all in January."""
    return [
        *masters(),
        receipt("R1", "2026-01-02", 100, 300),
        bill("F1", "2026-01-02", "freight", 5001, ("receipt", "R1")),
        sale("S1", "2026-01-03", 30),
        transfer("T1", "2026-01-04", 40),
        bill("F2", "2026-01-04", "freight", 800, ("transfer", "T1")),
        sale("S2", "2026-01-05", 15, place="DE"),
        returned("B1", "2026-01-06", "S1", 2),
    ]


def duty() -> object:
    """Step 5: the bill that comes two months later."""
    return bill("D1", "2026-03-02", "duty", 6137, ("receipt", "R1"))


def test_the_example_to_the_cent() -> None:
    """Every figure of the page's table, before and after the late bill."""
    post(*example())
    assert sold("S1") == {"purchase": 8400, "first_leg": 1400}
    assert sold("S2") == {"purchase": 4500, "first_leg": 1050}
    assert held("LA") == {"units": 32, "purchase": 9600, "first_leg": 1600}
    assert held("DE") == {"units": 25, "purchase": 7500, "first_leg": 1751}
    post(duty(), at=60 * DAY)
    assert sold("S1") == {"purchase": 8400, "first_leg": 1400, "duty_tax": 1718}
    assert sold("S2") == {"purchase": 4500, "first_leg": 1050, "duty_tax": 921}
    assert held("LA") == {"units": 32, "purchase": 9600, "first_leg": 1600, "duty_tax": 1841 + 123}
    assert held("DE") == {"units": 25, "purchase": 7500, "first_leg": 1751, "duty_tax": 1534}
    assert_proven()


def test_closed_january() -> None:
    """As reported stays as reported; what the late bill changes is the open period's adjustment, by SKU and component."""
    post(*example(), at=DAY)
    reported = value_at(FEBRUARY - 1, known=2 * DAY)
    before = reported.hash(1), stock_value(reported), issued(reported)
    post(doc("period_close", "JAN", "2026-02-01", period_from="2026-01-01", period_to="2026-01-31"), at=2 * DAY)
    post(duty(), at=60 * DAY)
    again = value_at(FEBRUARY - 1, known=2 * DAY)
    assert (again.hash(1), stock_value(again), issued(again)) == before
    now = value_at(FEBRUARY - 1)
    assert issued(now)["duty"] == 1718 + 921
    assert stock_value(now)["duty"] == 1841 + 123 + 1534
    difference = adjustment(FEBRUARY, 2 * DAY)
    assert difference.select("stock", "issues").rows() == [(1841 + 123 + 1534, 1718 + 921)]
    assert_proven()


def test_a_late_movement_folds_into_the_open_period() -> None:
    """A January receipt that is recorded after the closing stands behind what February's first instant has; it pays what
    January left uncosted and changes no costed sale of January."""
    post(*masters(), receipt("R1", "2026-01-10", 10, 500), sale("S1", "2026-01-11", 12), at=DAY)
    close = doc("period_close", "JAN", "2026-02-01", period_from="2026-01-01", period_to="2026-01-31")
    post(close, at=2 * DAY)
    post(receipt("R0", "2026-01-05", 20, 100), sale("S2", "2026-02-02", 5), at=3 * DAY)
    assert sold("S1") == {"purchase": 10 * 500 + 2 * 100}
    assert sold("S2") == {"purchase": 5 * 100}
    assert held("LA") == {"units": 13, "purchase": 1300}
    reopened = doc(
        "period_reopen",
        "JAN-2",
        "2026-02-03",
        period_from="2026-01-01",
        period_to="2026-01-31",
        reason="R0 was forgotten",
    )
    post(reopened, at=4 * DAY)
    assert sold("S1") == {"purchase": 12 * 100}
    assert_proven()


@pytest.mark.parametrize(
    ("method", "first", "second", "left"),
    [
        ("fifo", 10 * 100, 10 * 100, 20 * 200),
        ("moving_average", 10 * 100, 10 * 166 + 7, 20 * 166 + 13),
        ("month_end", 10 * 150, 10 * 150, 20 * 150),
    ],
)
def test_methods_side_by_side(method: str, first: int, second: int, left: int) -> None:
    """20 at 1.00, 10 sold, 20 at 2.00, 10 sold: FIFO, moving average (5,000 over 30), month-end average (6,000 over 40)."""
    post(
        *masters(method=method),
        receipt("R1", "2026-01-02", 20, 100), sale("S1", "2026-01-03", 10),
        receipt("R2", "2026-01-04", 20, 200), sale("S2", "2026-01-05", 10),
    )  # fmt: skip
    assert sold("S1")["purchase"] == first
    assert sold("S2")["purchase"] == second
    assert held("LA")["purchase"] == left
    assert first + second + left == 6000


def test_supplier_return_with_credit() -> None:
    """What the credit does not bring back stays with the units that were given back, as loss."""
    post(
        *masters(), receipt("R1", "2026-01-02", 10, 300),
        doc("supplier_return", "SR", "2026-01-05", cell={"location": "LA"}, lines=[{"sku": "A", "quantity": 4}]),
        bill("CR", "2026-01-09", "goods", 1000, ("supplier_return", "SR"), kind="issue", type="supplier_credit"),
    )  # fmt: skip
    lost = models.MarginFigure.objects.get(reason="supplier_return")
    assert (lost.quantity, lost.purchase) == (4, 4 * 300 - 1000)
    assert held("LA") == {"units": 6, "purchase": 1800}
    assert_proven()


def test_a_price_cut_reaches_sold_and_unsold_units() -> None:
    """A credit aimed at the receipt line lowers what every unit of it cost."""
    post(
        *masters(), receipt("R1", "2026-01-02", 10, 300), sale("S1", "2026-01-03", 4),
        bill("CUT", "2026-02-09", "goods", 500, ("receipt", "R1"), type="supplier_credit"),
    )  # fmt: skip
    assert sold("S1") == {"purchase": 1200 - 200}
    assert held("LA") == {"units": 6, "purchase": 1800 - 300}
    assert_proven()


def test_conversion_shares_cost() -> None:
    """Six A and three B become three kits and one A at shares 9 : 1, line by line to the cent."""
    post(
        *masters(), receipt("R1", "2026-01-02", 10, 301), receipt("R2", "2026-01-02", 10, 77, sku="B"),
        doc(
            "conversion", "C1", "2026-01-05", cell={"location": "LA"},
            consumed=[{"sku": "A", "quantity": 6}, {"sku": "B", "quantity": 3}],
            produced=[{"sku": "KIT", "quantity": 3, "share": 9}, {"sku": "A", "quantity": 1, "share": 1}],
        ),
    )  # fmt: skip
    kits, rest = held("LA", "KIT")["purchase"], held("LA", "A")["purchase"] - 4 * 301
    assert kits + rest == 6 * 301 + 3 * 77
    assert abs(10 * kits - 9 * (6 * 301 + 3 * 77)) <= 20
    assert_proven()


def test_opening_stock_and_second_return() -> None:
    """Opening layers carry their stated cost, one without stays missing; a second return takes the next units back."""
    opening = doc(
        "opening_balance", "O1", "2026-01-01", location="LA",
        lines=[
            {"sku": "A", "quantity": 7, "received_on": "2025-10-01T00:00:00Z",
             "costs": [{"money": {"amount": 1000, "currency": "USD"}},
                       {"component": "freight", "money": {"amount": 99, "currency": "USD"}}]},
            {"sku": "B", "quantity": 5},
        ],
    )  # fmt: skip
    post(*masters(), opening, sale("S1", "2026-01-03", 5), sale("S2", "2026-01-03", 5, sku="B"))
    post(returned("B1", "2026-01-06", "S1", 2), at=2 * DAY)
    post(returned("B2", "2026-01-07", "S1", 1), at=3 * DAY)
    # R(1000·2/7) of the units [0, 2) that the customer kept; freight R(99·2/7).
    assert sold("S1") == {"purchase": 286, "first_leg": 28}
    assert held("LA") == {"units": 5, "purchase": 714, "first_leg": 71}
    missing = models.SaleFigure.objects.get(movement__document__external_id="S2")
    assert (missing.missing, missing.purchase) == (5, 0)
    assert_proven()


def test_return_of_uncosted_units_annuls_them() -> None:
    """Sold ahead of stock and returned before any receipt: no layer, no cost, and the receipt owes nothing."""
    post(
        *masters(),
        sale("S1", "2026-01-03", 6),
        returned("B1", "2026-01-04", "S1", 2),
        receipt("R1", "2026-01-05", 10, 100),
    )
    assert sold("S1") == {"purchase": 400}
    assert held("LA") == {"units": 6, "purchase": 600}
    assert_proven()


def test_intercompany_sale_at_a_transfer_price() -> None:
    """The buyer's units cost the transfer price in his own currency, the seller's issue what they cost him."""
    post(
        *masters(), doc("company", "HK", "2026-01-01", currency="CNY", name="HK"),
        doc("fx_rate", "1", "2026-01-01", base="USD", quote="CNY", numerator=7, date="2026-01-01"),
        receipt("R1", "2026-01-02", 10, 300, company="US"),
        doc("intercompany_sale", "I1", "2026-01-05", company="US", buyer="HK", currency="USD",
            origin={"location": "LA"}, destination={"location": "DE"},
            lines=[{"sku": "A", "quantity": 4, "price": {"amount": 500}}]),
    )  # fmt: skip
    gone = models.MarginFigure.objects.get(reason="intercompany_sale")
    assert (gone.quantity, gone.purchase) == (4, 1200)
    assert held("DE") == {"units": 4, "purchase": 4 * 500 * 7}
    assert held("LA") == {"units": 6, "purchase": 1800}
    assert_proven()


def test_foreign_currency_with_deposit() -> None:
    """30 % paid at 7.10, the rest at the receipt's 7.00: one exact conversion; a deposit told later corrects it."""
    order = doc(
        "purchase_order", "P1", "2026-01-02", supplier="F", currency="USD",
        lines=[{"sku": "A", "quantity": 100, "price": {"amount": 333}}],
    )  # fmt: skip
    rates = [
        doc("fx_rate", n, "2026-01-01", base="USD", quote="CNY", numerator=n_, denominator=100, date=on)
        for n, n_, on in (("1", 710, "2026-01-01"), ("2", 700, "2026-01-20"))
    ]
    received = doc("receipt", "R1", "2026-01-21", location="LA", order={"type": "purchase_order", "id": "P1"},
                   lines=[{"sku": "A", "quantity": 100}])  # fmt: skip
    post(*masters("CNY"), *rates, order, received)
    assert held("LA")["purchase"] == 33300 * 7
    deposit = doc(
        "payment", "PAY", "2026-01-03", supplier="F", currency="USD", amount=9990,
        shares=[{"document": {"type": "purchase_order", "id": "P1"}, "amount": 9990}],
    )  # fmt: skip
    post(deposit, at=2 * DAY)
    assert held("LA")["purchase"] == round(9990 * 7.1 + 23310 * 7)
    assert_proven()


def test_a_transfer_of_absent_units_waits() -> None:
    """It counts for nothing, is shown as waiting, and takes effect when the units come, whatever order facts came in."""
    post(*masters(), receipt("R1", "2026-01-02", 10, 300), transfer("T1", "2026-01-03", 15))
    assert held("LA") == {"units": 10, "purchase": 3000}
    assert models.Waiting.objects.count() == 1
    assert models.Balance.objects.get(cell__location__code="LA").on_hand == 10
    assert_proven()
    post(receipt("R2", "2026-01-09", 10, 400), at=2 * DAY)
    assert models.Waiting.objects.count() == 0
    assert held("DE") == {"units": 15, "purchase": 3000 + 5 * 400}
    assert held("LA") == {"units": 5, "purchase": 2000}
    assert_proven()


def test_a_late_sale_can_make_a_transfer_wait() -> None:
    """The rule looks at the order of the facts, not at the order in which they came in."""
    late = sale("S0", "2026-01-03", 30)
    post(*masters(), receipt("R1", "2026-01-02", 50, 100), transfer("T1", "2026-01-05", 50), at=DAY)
    post(late, at=2 * DAY)
    assert held("LA") == {"units": 20, "purchase": 2000}
    assert models.Waiting.objects.count() == 1
    assert_proven()


def test_storage_is_spread_over_unit_days() -> None:
    """A place's storage bill falls on units by the time they stood there, sold or not; the bill sums exactly."""
    storage = doc(
        "cost_bill", "ST", "2026-02-01", currency="USD",
        lines=[{"component": "storage", "amount": 10_001, "targets": [
            {"kind": "place", "location": "LA", "period_from": "2026-01-01", "period_to": "2026-01-31"}]}],
    )  # fmt: skip
    post(*masters(), receipt("R1", "2026-01-01", 10, 100), receipt("R2", "2026-01-16", 10, 100, sku="B"),
         sale("S1", "2026-01-16", 5), storage)  # fmt: skip
    parts = [sold("S1").get("storage", 0), held("LA").get("storage", 0), held("LA", "B").get("storage", 0)]
    assert sum(parts) == 10_001
    assert parts[2] > parts[1] > parts[0] > 0  # 10 · 15.5, 5 · 30.5 and 5 · 15 unit-days


def test_an_import_is_undone_as_one_batch_and_can_come_again() -> None:
    """Undoing takes every document of the batch back, balances included; the same documents can be posted anew."""
    post(*masters(), receipt("R1", "2026-01-02", 10, 300))
    report = post(sale("S1", "2026-01-03", 4), bill("F1", "2026-01-04", "freight", 50, ("receipt", "R1")), at=2 * DAY)
    assert report.batch is not None
    intake.reverse_batch(report.batch, recorded_at=3 * DAY)
    post(at=4 * DAY)
    assert held("LA") == {"units": 10, "purchase": 3000}
    assert_proven()
    again = post(sale("S1", "2026-01-03", 4), at=5 * DAY)
    assert again.posted == 1
    assert held("LA") == {"units": 6, "purchase": 1800}
    assert_proven()
