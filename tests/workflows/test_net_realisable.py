"""Write-down, release and reversal over four months, as IAS 2.28-34 has them; vouchers and the checker agree."""

from __future__ import annotations

import pytest

from entrepot.books import intake
from entrepot.core.errors import ProblemError
from entrepot.workflows.clock import now
from entrepot.workflows.close import close
from entrepot.workflows.month_figures import month_figures
from entrepot.workflows.net_realisable import allowances, assessed, write_down
from entrepot.workflows.vouchers import vouchers
from tests.workflows.ledger import assert_proven, bill, doc, masters, post, receipt, returned, sale

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def entries(month: str) -> dict[str, dict[str, int]]:
    """Voucher kind → account → amount, of the kinds that write-downs make."""
    made = vouchers("US", month)
    assert made.residue == 0
    return {v.kind: {e.account: e.amount for e in v.entries} for v in made.vouchers if v.kind.startswith("write_down")}


def begin() -> None:
    """100 units at 10.00 received in January; 10 sold at 8.00 net of tax in it, with a fee of 1.00 each."""
    post(
        *masters(),
        receipt("R", "2026-01-05", 100, 1_000),
        sale("S1", "2026-01-20", 10, amount=8_000),
        bill("FEE", "2026-01-21", "platform_fee", 1_000, ("sales_order", "S1"), kind="order"),
    )  # fmt: skip


def test_own_sales_tell_what_a_unit_brings_after_the_costs_of_selling_it() -> None:
    begin()

    (row,) = assessed(month_figures("US", "2026-01"))

    assert (row.sku, row.units, row.cost, row.unit_value, row.sold) == ("A", 90, 90_000, 700, 10)
    assert (row.net_realisable, row.short, row.confidence) == (63_000, 27_000, "fair")


def test_a_write_down_is_released_by_sales_and_reversed_up_to_cost_at_most() -> None:
    """January: 90 × (10.00 − 7.00) charged. February: 30 leave and take their 90.00 with them; prices recover to 9.50, so 60 need
    30.00 and 150.00 go back. March: value above cost, the rest goes back and no more. April: nothing is left."""
    begin()
    write_down("US", "2026-01", {}, actor="finance")
    assert entries("2026-01") == {"write_down": {"impairment": 27_000, "allowance": -27_000}}
    close("US", "2026-01", actor="finance")

    post(sale("S2", "2026-02-10", 30, amount=30_000), at=2 * 86_400_000_000)
    write_down("US", "2026-02", {"A": (57_000, "price agreed with a retailer")}, actor="finance")
    assert entries("2026-02") == {
        "write_down_release": {"allowance": 9_000, "cost_of_sales": -9_000},
        "write_down_reversal": {"allowance": 15_000, "impairment": -15_000},
    }

    write_down("US", "2026-03", {"A": (99_000, "back in fashion")}, actor="finance")
    assert entries("2026-03") == {"write_down_reversal": {"allowance": 3_000, "impairment": -3_000}}
    assert entries("2026-04") == {}
    assert allowances(month_figures("US", "2026-03")).total().closing == 0
    assert_proven()


def test_an_allowance_stands_by_itself_where_a_month_is_not_assessed_anew() -> None:
    begin()
    write_down("US", "2026-01", {}, actor="finance")
    post(sale("S2", "2026-02-10", 45, amount=45_000), at=2 * 86_400_000_000)

    assert entries("2026-02") == {"write_down_release": {"allowance": 13_500, "cost_of_sales": -13_500}}
    assert allowances(month_figures("US", "2026-03")).total().opening == 13_500
    assert entries("2026-03") == {}


def test_units_that_cannot_be_sold_need_a_person_only_where_the_rest_does_not_carry_them() -> None:
    begin()
    post(doc("regrade", "RG", "2026-01-25", origin={"location": "LA"}, destination={"location": "LA", "condition": "damaged"},
             lines=[{"sku": "A", "quantity": 2}]))  # fmt: skip
    (row,) = assessed(month_figures("US", "2026-01"))
    assert (row.units, row.unsellable, row.net_realisable, row.short) == (90, 2, None, None)

    post(sale("S9", "2026-01-26", 10, amount=50_000))
    (row,) = assessed(month_figures("US", "2026-01"))
    assert (row.unit_value, row.net_realisable, row.short) == (2_850, 78 * 2_850, 0)


def test_a_second_approval_of_the_month_takes_the_place_of_the_first() -> None:
    begin()
    write_down("US", "2026-01", {}, actor="finance")
    write_down("US", "2026-01", {"A": (80_000, "offer in writing")}, actor="owner")

    assert entries("2026-01") == {"write_down": {"impairment": 10_000, "allowance": -10_000}}
    assert_proven()


def test_what_nobody_sold_needs_a_person_and_wrong_values_say_what_is_missing() -> None:
    begin()
    post(receipt("R-B", "2026-01-06", 5, 2_000, sku="B"))

    rows = {row.sku: row for row in assessed(month_figures("US", "2026-01"))}
    assert (rows["B"].net_realisable, rows["B"].short, rows["B"].confidence) == (None, None, "none")
    for typed, code in (
        ({"X": (1, "why")}, "not_on_hand"),
        ({"B": (1, " ")}, "no_value"),
        ({"B": (-1, "why")}, "no_value"),
    ):
        with pytest.raises(ProblemError) as refused:
            write_down("US", "2026-01", typed, actor="finance")
        assert refused.value.problems[0].code == code
    close("US", "2026-01", actor="finance")
    with pytest.raises(ProblemError, match="closed"):
        write_down("US", "2026-01", {}, actor="finance")


def test_a_write_down_goes_where_its_goods_went() -> None:
    """90 units with 270.00 to release: 30 sold, 10 lost, 5 given away, 15 made into something else, which is assessed anew."""
    begin()
    write_down("US", "2026-01", {}, actor="finance")
    cell = {"location": "LA"}
    post(
        sale("S2", "2026-02-10", 30, amount=30_000),
        doc("stock_use", "W", "2026-02-11", purpose="lost", cell=cell, lines=[{"sku": "A", "quantity": 10}]),
        doc("stock_use", "U", "2026-02-12", purpose="gift", cell=cell, lines=[{"sku": "A", "quantity": 5}]),
        doc("conversion", "C", "2026-02-13", cell=cell, consumed=[{"sku": "A", "quantity": 15}],
            produced=[{"sku": "KIT", "quantity": 15}]),
        at=2 * 86_400_000_000,
    )  # fmt: skip

    released = {
        "allowance": 18_000,
        "cost_of_sales": -9_000,
        "stock_loss": -3_000,
        "other_use": -1_500,
        "impairment": -4_500,
    }
    assert entries("2026-02") == {"write_down_release": released}


@pytest.mark.parametrize(
    ("back", "lost", "released"),
    [
        (3, 4, {"allowance": 300, "stock_loss": -1_200, "cost_of_sales": 900}),
        (3, 3, {"stock_loss": -900, "cost_of_sales": 900}),
        (4, 3, {"allowance": -300, "stock_loss": -900, "cost_of_sales": 1_200}),
    ],
)
def test_what_customers_brought_back_and_what_was_lost_in_one_month_stand_apart(
    back: int, lost: int, released: dict[str, int]
) -> None:
    """3.00 a unit: what came back takes its part from cost of sales, what was lost carries its own to stock losses."""
    begin()
    write_down("US", "2026-01", {}, actor="finance")
    post(sale("S2", "2026-02-10", 30, amount=30_000), at=2 * 86_400_000_000)
    post(
        returned("RT", "2026-03-05", "S2", back),
        doc("stock_use", "W", "2026-03-11", purpose="lost", cell={"location": "LA"}, lines=[{"sku": "A", "quantity": lost}]),
        at=3 * 86_400_000_000,
    )  # fmt: skip
    assert entries("2026-03") == {"write_down_release": released}


def test_what_went_back_to_its_supplier_leaves_no_claim_for_its_write_down() -> None:
    """10 of 90 units, at 10.00 each, credited in full: the allowance of 30.00 goes back, the claim is nothing."""
    begin()
    write_down("US", "2026-01", {}, actor="finance")
    aim = {"kind": "issue", "document": {"type": "supplier_return", "id": "RET"}}
    post(
        doc("supplier_return", "RET", "2026-02-10", cell={"location": "LA"}, lines=[{"sku": "A", "quantity": 10}]),
        doc("supplier_credit", "C", "2026-02-12", supplier="MILL", currency="USD",
            lines=[{"component": "goods", "amount": 10_000, "targets": [aim]}]),
        at=2 * 86_400_000_000,
    )  # fmt: skip
    assert entries("2026-02") == {"write_down_release": {"allowance": 3_000, "impairment": -3_000}}
    claims = [
        e.amount for v in vouchers("US", "2026-02").vouchers for e in v.entries if e.account == "supplier_returns"
    ]
    assert sum(claims) == 0


def test_a_write_down_of_a_closed_month_that_is_withdrawn_goes_back_in_the_open_one() -> None:
    begin()
    number = write_down("US", "2026-01", {}, actor="finance")
    close("US", "2026-01", actor="finance")
    told = {"type": "write_down", "id": number, "source": "entrepot", "account": "US"}
    reversal = doc("reversal", "V", "2026-02-03", account="US", documents=[told])
    report = intake.post([reversal], name="withdrawn", recorded_at=now() + 86_400_000_000)
    assert report.quarantined == 0, report.problems
    assert entries("2026-01") == {"write_down": {"impairment": 27_000, "allowance": -27_000}}
    assert entries("2026-02") == {"write_down_reversal": {"allowance": 27_000, "impairment": -27_000}}
    assert allowances(month_figures("US", "2026-03")).total().opening == 0
