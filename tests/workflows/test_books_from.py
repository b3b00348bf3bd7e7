"""Books that start in the middle of a year: what was sold before feeds demand only."""

from __future__ import annotations

import pytest

from entrepot.books import facts, intake, models
from entrepot.workflows import snapshot
from entrepot.workflows.forecast import order_lines
from tests.workflows import ledger
from tests.workflows.ledger import doc, post, returned, sale

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def company(on: str, books_from: str | None = "2026-07-01", **fields: str) -> object:
    return doc(
        "company", "US", on, name="US", currency="USD", zone="America/Los_Angeles", books_from=books_from, **fields
    )


def begin() -> None:
    """Books from 1 July in Los Angeles, 100 units at 3.00, and sales on both sides of that midnight."""
    post(
        *ledger.masters(), company("2026-06-30"),
        doc("bundle", "DUO", "2026-01-01", parts=[{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}]),
        doc("opening_balance", "OPEN", "2026-06-30", location="LA", company="US", lines=[
            {"sku": "A", "quantity": 100, "received_on": "2026-02-01T00:00:00Z",
             "costs": [{"component": "goods", "money": {"amount": 30_000, "currency": "USD"}}]}]),
        sale("OLD", "2026-03-02", 40, amount=4000), sale("OLD-DUO", "2026-03-03", 5, sku="DUO", amount=900),
        returned("BACK", "2026-03-20", "OLD", 3),
        sale("EVE", "2026-07-01", 2, amount=200, shipped_at="2026-07-01T06:59:59Z"),
        sale("NEW", "2026-07-01", 7, amount=700, shipped_at="2026-07-01T07:00:00Z"),
        returned("LATE-BACK", "2026-07-05", "OLD", 1),
    )  # fmt: skip


def test_older_sales_move_no_units() -> None:
    """Of the opening 100 only the 7 sold from the first day on are gone; nothing is uncosted but what came back without a
    known sale; the independent checker agrees."""
    begin()
    ledger.assert_proven()
    assert models.SalesLine.objects.count() == 4
    moved = models.Movement.objects.exclude(document__type="opening_balance")
    assert sorted(moved.values_list("document__external_id", "quantity")) == [("LATE-BACK", 1), ("NEW", 7)]
    assert models.Balance.objects.get(item__sku="A", cell__location__code="LA").on_hand == 94


def test_older_sales_are_demand() -> None:
    """The forecast's order lines hold the older sales too, a bundle as its parts, each once."""
    begin()
    found = facts.assemble(snapshot.refresh(), facts.closings(facts.FOREVER), facts.FOREVER, facts.FOREVER)
    lines = order_lines(found)
    names = dict(models.Item.objects.values_list("pk", "sku"))
    sold = sorted((names[row["item"]], row["quantity"]) for row in lines.iter_rows(named=True))
    assert sold == [("A", -1), ("A", 2), ("A", 7), ("A", 10), ("A", 40), ("B", 5)]


def test_the_first_day_cannot_change_under_sales() -> None:
    """It decided which sales moved units, and so did the zone; before any sale both may change."""
    post(*ledger.masters(), company("2026-06-30"))
    post(company("2026-06-30", "2026-08-01"), at=2 * ledger.DAY)
    post(company("2026-06-30", "2026-07-02"), at=3 * ledger.DAY)
    post(sale("S", "2026-08-02", 1, amount=100), at=4 * ledger.DAY)
    report = intake.post([company("2026-06-30", "2026-09-01")], name="later", recorded_at=5 * ledger.DAY)
    assert [problem.code for problem in report.problems] == ["books_from_change"]
    assert str(models.Company.objects.get().books_from) == "2026-07-02"
