"""What is capitalised by a company's dated policy: the same units, the same full cost, another month's result."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from entrepot.books import intake, models
from entrepot.core.errors import ProblemError
from entrepot.workflows.capitalise import capitalise, treatments
from entrepot.workflows.close import close
from entrepot.workflows.reconcile import reconcile
from entrepot.workflows.roll_forward import roll_forward
from entrepot.workflows.vouchers import vouchers
from tests.workflows.ledger import DAY, assert_proven, bill, doc, masters, post, receipt, sale, transfer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def policy(number: str, since: str, **treatments: str) -> Any:
    return doc(
        "capitalisation_policy", number, "2026-01-02", company="US", valid_from=since, reason="small amounts",
        lines=[{"component": name, "treatment": told} for name, told in treatments.items()],
    )  # fmt: skip


def entries(month: str) -> dict[str, dict[str, int]]:
    made = vouchers("US", month)
    assert made.residue == 0
    return {v.kind: {e.account: e.amount for e in v.entries} for v in made.vouchers}


def stock() -> dict[str, int]:
    """Family or ``book_cost`` → what stands in stock."""
    names = ("purchase", "first_leg", "selling", "book_cost")
    rows = models.StockFigure.objects.values_list(*names)
    return {name: sum(row[place] for row in rows) for place, name in enumerate(names)}


def two_receipts() -> None:
    """100 units in January and 100 in February at 1.00; one freight bill of 60.00 over both."""
    post(*masters(), receipt("R1", "2026-01-10", 100, 100), receipt("R2", "2026-02-10", 100, 100))
    lines = [{"component": "freight", "amount": 6_000, "basis": "quantity", "targets": [
        {"kind": "births", "document": {"type": "receipt", "id": name}} for name in ("R1", "R2")
    ]}]  # fmt: skip
    post(doc("cost_bill", "F", "2026-02-20", currency="USD", lines=lines))


def test_goods_that_came_from_the_day_on_stand_in_stock_without_the_expensed_cost() -> None:
    """One bill over two receipts: the part of the earlier one stays stock, the other is a selling cost of the same units."""
    two_receipts()
    assert stock() == {"purchase": 20_000, "first_leg": 6_000, "selling": 0, "book_cost": 26_000}

    post(policy("P", "2026-02-01", freight="expense"))

    assert stock() == {"purchase": 20_000, "first_leg": 3_000, "selling": 3_000, "book_cost": 23_000}
    assert entries("2026-02")["purchases"] == {"inventory": 10_000, "buying_expense": 3_000, "payables": -13_000}
    (answer,) = reconcile()
    assert answer.residue == 0
    assert {row.family: row.bills for row in answer.rows if row.bills} == {
        "purchase": 20_000, "first_leg": 3_000, "selling": 3_000
    }  # fmt: skip
    assert_proven()


def test_an_estimate_and_its_bill_are_treated_alike() -> None:
    """Accrued in January for goods of January, billed in February under the new policy: the goods decide, so it stays cost."""
    post(*masters(), policy("P", "2026-02-01", freight="expense"), receipt("R1", "2026-01-10", 100, 100))
    post(bill("F", "2026-02-05", "freight", 500, ("receipt", "R1")))

    assert stock()["book_cost"] == 10_500
    assert entries("2026-01")["purchases"] == {"inventory": 10_500, "payables": -10_500}


def test_it_ends_as_it_began_and_the_last_word_of_a_day_counts() -> None:
    """Expensed from February, capitalised again from April: goods of March are expensed, goods of April are not."""
    post(*masters(), policy("P", "2026-02-01", freight="expense"), policy("Q", "2026-04-01", freight="capitalise"))
    for number, day in (("R3", "2026-03-10"), ("R4", "2026-04-10")):
        post(receipt(number, day, 10, 100), bill(f"F-{number}", day, "freight", 70, ("receipt", number)))

    assert stock() == {"purchase": 2_000, "first_leg": 70, "selling": 70, "book_cost": 2_070}
    post(policy("Z", "2026-02-01", freight="capitalise"))
    assert stock()["selling"] == 0
    assert_proven()


def test_roll_forward_and_vouchers_follow_and_the_full_cost_of_a_sale_stays() -> None:
    """Sold units bear the freight in the full view; book cost of sales is without it, and the accounts have it at once."""
    post(*masters(), policy("P", "2026-01-01", freight="expense", inspection="expense"))
    post(
        receipt("R", "2026-01-10", 100, 100), bill("F", "2026-01-12", "freight", 1_000, ("receipt", "R")),
        bill("D", "2026-01-12", "duty", 300, ("receipt", "R")), sale("S", "2026-01-20", 40, amount=9_000),
    )  # fmt: skip

    rolled = roll_forward("US", "2026-01")
    assert rolled.residue() == 0
    assert rolled.totals()["closing"] == (60, 10_300 - 4_120)
    assert entries("2026-01")["cost_of_sales"] == {"cost_of_sales": 4_120, "inventory": -4_120}
    assert entries("2026-01")["purchases"] == {"inventory": 10_300, "buying_expense": 1_000, "payables": -11_300}
    row = models.SaleFigure.objects.get()
    assert (row.book_cost, row.purchase, row.duty_tax, row.first_leg, row.selling) == (4_120, 4_000, 120, 0, 400)
    assert_proven()


def test_a_policy_taken_back_or_changed_is_decided_anew() -> None:
    two_receipts()
    post(policy("P", "2026-02-01", freight="expense"))
    post(policy("P", "2026-03-01", freight="expense"), at=2 * DAY)
    assert stock()["selling"] == 0
    post(policy("P", "2026-01-01", freight="expense"), at=3 * DAY)
    assert stock()["selling"] == 6_000
    told = [{"type": "capitalisation_policy", "id": "P"}]
    post(doc("reversal", "V", "2026-03-01", documents=told, reason="mistake"), at=4 * DAY)
    assert stock() == {"purchase": 20_000, "first_leg": 6_000, "selling": 0, "book_cost": 26_000}
    assert_proven()


def test_a_policy_cannot_begin_in_a_closed_period() -> None:
    """It waits with the day from which it may begin; what was reported stays."""
    two_receipts()
    close("US", "2026-01", actor="finance")
    report = intake.post([policy("P", "2026-01-15", freight="expense")], name="late", recorded_at=2 * DAY)

    assert report.quarantined == 1
    (problem,) = report.problems
    assert (problem.code, problem.field) == ("closed_period", "valid_from")
    assert "2026-02-01" in problem.remedy
    assert stock()["selling"] == 0
    assert_proven()


def test_one_bill_of_both_treatments_stays_apart_through_a_conversion_and_a_transfer() -> None:
    """Kits made of 20 old and 10 new units: two thirds of their freight is cost of stock, a third is not."""
    two_receipts()
    post(policy("P", "2026-02-01", freight="expense"))
    post(sale("S", "2026-02-21", 80, amount=10_000))
    post(doc("conversion", "C", "2026-02-22", cell={"location": "LA"}, consumed=[{"sku": "A", "quantity": 30}],
             produced=[{"sku": "KIT", "quantity": 10, "share": 1}]))  # fmt: skip
    post(transfer("T", "2026-02-23", 5, sku="KIT"), sale("K", "2026-02-24", 3, sku="KIT", place="DE", amount=9_000))

    kits = models.StockFigure.objects.filter(item__sku="KIT")
    assert sum(row.first_leg for row in kits) == 20 * 30 * 7 // 10
    assert sum(row.selling for row in kits) == 10 * 30 * 7 // 10
    row = models.SaleFigure.objects.get(item__sku="KIT")
    assert (row.purchase, row.first_leg, row.selling, row.book_cost) == (900, 180, 90, 1_080)
    (answer,) = reconcile()
    assert answer.residue == 0
    assert_proven()


def test_a_person_decides_by_name_and_what_is_no_choice_is_refused() -> None:
    """The list says since when and what is planned; the price is no choice, nor is storage, nor a word that is no component."""
    post(*masters())
    capitalise("US", date(2026, 2, 1), {"freight": "expense"}, actor="ann", reason="small", at=DAY)
    capitalise("US", date(2026, 3, 1), {"freight": "expense", "inspection": "expense"}, actor="ann", at=2 * DAY)
    capitalise("US", date(2026, 6, 1), {"freight": "capitalise"}, actor="ann", at=3 * DAY)

    told = {row.component: row for row in treatments("US", date(2026, 4, 1))}
    assert (told["freight"].treatment, told["freight"].since) == ("expense", date(2026, 2, 1))
    assert told["freight"].planned == ((date(2026, 6, 1), "capitalise"),)
    assert (told["insurance"].treatment, told["insurance"].since) == ("capitalise", None)
    for component, word in (("goods", "always"), ("storage", "never"), ("frieght", "no cost component")):
        with pytest.raises(ProblemError) as caught:
            capitalise("US", date(2026, 7, 1), {component: "expense"}, actor="ann")
        assert word in caught.value.problems[0].message
