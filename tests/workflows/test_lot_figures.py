"""Cost by lot: the lots of the sales sum to their figures in every column, and carry their own purchase cost."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from entrepot.books import models
from tests.workflows.ledger import bill, doc, masters, post, receipt, returned, sale, transfer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

COLUMNS = (
    "quantity", "returned", "refunded", "purchase", "first_leg", "duty_tax", "storage", "capital", "imputed", "selling",
    "unsalable", "book_cost", "uncosted", "missing",
)  # fmt: skip


def by_lot() -> dict[str | None, dict[str, int]]:
    """Number of the lot's document to its sums."""
    rows = models.LotFigure.objects.values("lot__document__external_id").annotate(**{f"s_{c}": Sum(c) for c in COLUMNS})
    return {row["lot__document__external_id"]: {c: row[f"s_{c}"] for c in COLUMNS} for row in rows}


def test_units_carry_the_cost_of_the_lot_that_they_came_with() -> None:
    """Two receipts at different prices, one with freight, through a transfer: each sale's units go back to their receipt."""
    post(
        *masters(),
        receipt("R-1", "2026-01-05", 100, 3_000),
        receipt("R-2", "2026-01-20", 100, 4_000),
        bill("B-1", "2026-01-25", "freight", 50_000, ("receipt", "R-1")),
        transfer("T-1", "2026-02-01", 60),
        sale("S-1", "2026-02-10", 60, place="DE", amount=600_000),
        sale("S-2", "2026-02-11", 70, amount=700_000),
    )
    found = by_lot()
    assert {lot: row["quantity"] for lot, row in found.items()} == {"R-1": 100, "R-2": 30}
    assert (found["R-1"]["purchase"], found["R-2"]["purchase"]) == (300_000, 120_000)
    assert (found["R-1"]["first_leg"], found["R-2"]["first_leg"]) == (50_000, 0)


def test_lots_sum_to_the_sales_in_every_column() -> None:
    """Returns, sales ahead of stock and goods without a price too."""
    post(
        *masters(),
        receipt("R-1", "2026-01-05", 10, 3_001),
        doc("receipt", "R-2", "2026-01-20", location="LA", currency="USD", lines=[{"sku": "A", "quantity": 7}]),
        bill("B-1", "2026-01-25", "freight", 50_007, ("receipt", "R-1")),
        sale("S-1", "2026-02-10", 13, amount=600_001),
        sale("S-2", "2026-02-11", 9, amount=333_333),
        returned("RT-1", "2026-02-20", "S-1", 3),
    )
    sold = models.SaleFigure.objects.aggregate(**{f"s_{c}": Sum(c) for c in COLUMNS})
    told = models.LotFigure.objects.aggregate(**{f"s_{c}": Sum(c) for c in COLUMNS})
    assert told == sold
    found = by_lot()
    assert found[None]["quantity"] == found[None]["uncosted"] == 2
    assert found["R-1"]["missing"] == 0
    net = sum(x for x in models.SaleFigure.objects.values_list("net", flat=True) if x is not None)
    assert models.LotFigure.objects.aggregate(n=Sum("net"))["n"] == net


def test_under_the_moving_average_a_lot_costs_what_the_pool_says() -> None:
    """100 at 30.00 and 100 at 40.00 are 35.00 each; the lots still say whose units went, and sum to the sale."""
    post(
        *masters(method="moving_average"),
        receipt("R-1", "2026-01-05", 100, 3_000),
        receipt("R-2", "2026-01-20", 100, 4_000),
        sale("S-1", "2026-02-10", 130, amount=600_000),
    )
    found = by_lot()
    assert {lot: (row["quantity"], row["purchase"]) for lot, row in found.items()} == {
        "R-1": (100, 350_000),
        "R-2": (30, 105_000),
    }
