"""Exchange exposure of the books: ordered less paid, latest versions, stretches of time, missing rates."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from entrepot.books import models
from entrepot.workflows.exposure import exposure
from tests.workflows.ledger import DAY, doc, masters, post

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ON = date(2026, 3, 10)


def order(number: str, on: str, price: int, currency: str = "CNY", due: str | None = None, **fields: Any) -> Any:
    """An order of 100 units of A."""
    line: dict[str, Any] = {"sku": "A", "quantity": 100, "price": {"amount": price}}
    if due:
        line["due"] = due
    return doc("purchase_order", number, on, company="US", supplier="S", currency=currency, lines=[line], **fields)


def paid(number: str, on: str, amount: int, of: str, currency: str = "CNY") -> Any:
    """A payment on an order."""
    share = {"document": {"type": "purchase_order", "id": of}, "amount": amount}
    return doc(
        "payment", number, on, company="US", supplier="S", currency=currency, amount=amount, base_amount=amount // 7,
        shares=[share],
    )  # fmt: skip


def rate(on: str) -> Any:
    """0.14 USD for one CNY from a day on."""
    return doc("fx_rate", f"FX-{on}", on, base="CNY", quote="USD", numerator=14, denominator=100, date=on)


def test_unpaid_parts_of_foreign_orders_by_due_day() -> None:
    """A deposit lowers what is open, an order paid in full and one in the home currency are none."""
    post(
        *masters(),
        rate("2026-01-05"),
        order("PO-1", "2026-02-01", 700, due="2026-03-20"),
        order("PO-2", "2026-02-02", 300, due="2026-06-01"),
        order("PO-3", "2026-02-03", 100, due="2026-03-20"),
        order("PO-4", "2026-02-03", 100, currency="USD", due="2026-03-20"),
        paid("PAY-1", "2026-02-05", 21_000, "PO-1"),
        paid("PAY-3", "2026-02-05", 10_000, "PO-3"),
    )
    told = exposure(models.Company.objects.get(code="US"), ON)
    assert [(row.order, row.unpaid, row.assumed) for row in told.orders] == [
        ("PO-1", 49_000, False),
        ("PO-2", 30_000, False),
    ]
    assert [(row.amount, row.home, row.effect) for row in told.rows] == [(49_000, 6_860, 343), (30_000, 4_200, 210)]
    assert told.rows[0].first == ON


def test_a_corrected_order_counts_as_it_stands_now() -> None:
    """The latest version of an order is what is owed; a day that is missing is assumed and said so."""
    post(*masters(), rate("2026-01-05"), order("PO-1", "2026-02-01", 700))
    post(order("PO-1", "2026-02-01", 500), at=2 * DAY)
    told = exposure(models.Company.objects.get(code="US"), ON, Fraction(-1, 10))
    assert [(row.unpaid, row.assumed, row.due) for row in told.orders] == [(50_000, True, date(2026, 4, 5))]
    assert told.rows[0].effect == -700


def test_without_a_rate_the_amount_stays_and_the_rate_is_asked_for() -> None:
    """No rate of the currency: no home amount, and not 0."""
    post(*masters(), order("PO-1", "2026-02-01", 700))
    row = exposure(models.Company.objects.get(code="US"), ON).rows[0]
    assert (row.amount, row.home, row.effect) == (70_000, None, None)
    assert "CNY" in row.needs


def test_orders_after_the_day_are_not_known_yet() -> None:
    """The exposure of an earlier day leaves out what was ordered and paid later."""
    post(
        *masters(),
        rate("2026-01-05"),
        order("PO-1", "2026-02-01", 700),
        paid("PAY-1", "2026-03-15", 70_000, "PO-1"),
        order("PO-2", "2026-03-20", 100),
    )
    us = models.Company.objects.get(code="US")
    assert [row.order for row in exposure(us, ON).orders] == ["PO-1"]
    assert [row.order for row in exposure(us, date(2026, 3, 25)).orders] == ["PO-2"]
