"""A deposit costs its share of every part of its order at its own rate, however the order is billed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from entrepot.audit import check
from entrepot.books import models
from tests.workflows import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def order(number: str, sku: str) -> Any:
    return ledger.doc(
        "purchase_order", number, "2026-01-05", supplier="F1", currency="CNY",
        lines=[{"sku": sku, "quantity": 100, "price": {"amount": 750}}],
    )  # fmt: skip


def received(number: str, of: str, sku: str, quantity: int) -> Any:
    return ledger.doc(
        "receipt", number, "2026-02-10", location="LA", order={"type": "purchase_order", "id": of},
        lines=[{"sku": sku, "quantity": quantity}],
    )  # fmt: skip


def billed(number: str, *lines: tuple[int, tuple[str, ...]]) -> Any:
    """Per line the amount and the receipts that it is for."""
    return ledger.doc(
        "cost_bill", number, "2026-02-11", supplier="F1", currency="CNY",
        lines=[
            {"component": "goods", "amount": amount, "targets": [
                {"kind": "births", "document": {"type": "receipt", "id": one}} for one in receipts]}
            for amount, receipts in lines
        ],
    )  # fmt: skip


def deposit(kind: str, number: str, amount: int) -> Any:
    return ledger.doc(
        "payment", "P-1", "2026-01-09", supplier="F1", currency="CNY", amount=amount,
        shares=[{"document": {"type": kind, "id": number}, "amount": amount}],
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _orders() -> None:
    """Two orders of 750.00 yuan, 7 yuan for a dollar when the deposits are paid and 8 when the goods come."""
    rates = (
        ledger.doc("fx_rate", f"FX-{on}", on, base="USD", quote="CNY", numerator=number, date=on)
        for on, number in (("2026-01-01", 7), ("2026-02-01", 8))
    )
    ledger.post(*ledger.masters(), *rates, order("PO-1", "A"), order("PO-2", "B"))


def costs() -> list[int]:
    found = models.CostLine.objects.filter(replacement=None).order_by("document__external_id", "line")
    assert not check(connection).residues
    return list(found.values_list("base_amount", flat=True))


def test_two_part_bills_share_the_deposit_of_their_order() -> None:
    """225.00 of 750.00 is 30 %: each bill of 375.00 costs 112.50/7 + 262.50/8 = 48.88."""
    ledger.post(deposit("purchase_order", "PO-1", 22_500))
    ledger.post(received("R-1", "PO-1", "A", 50), billed("B-1", (37_500, ("R-1",))))
    ledger.post(received("R-2", "PO-1", "A", 50), billed("B-2", (37_500, ("R-2",))))
    assert costs() == [4_888, 4_888]


def test_a_bill_over_two_orders_uses_the_deposit_for_its_own_order_alone() -> None:
    """225.00/7 + 525.00/8 = 97.77 for the one, 750.00/8 = 93.75 for the other."""
    ledger.post(deposit("purchase_order", "PO-1", 22_500))
    ledger.post(received("R-1", "PO-1", "A", 100), received("R-2", "PO-2", "B", 100))
    ledger.post(billed("B-1", (75_000, ("R-1",)), (75_000, ("R-2",))))
    assert costs() == [9_777, 9_375]


def test_a_line_over_two_orders_is_prepaid_by_what_was_paid_of_both() -> None:
    """225.00 of 1,500.00: 225.00/7 + 1,275.00/8 = 191.52."""
    ledger.post(deposit("purchase_order", "PO-1", 22_500))
    ledger.post(received("R-1", "PO-1", "A", 100), received("R-2", "PO-2", "B", 100))
    ledger.post(billed("B-1", (150_000, ("R-1", "R-2"))))
    assert costs() == [19_152]


def test_a_bill_of_more_than_was_agreed_is_prepaid_by_less() -> None:
    """225.00 of 900.00: 225.00/7 + 675.00/8 = 116.52."""
    ledger.post(deposit("purchase_order", "PO-1", 22_500))
    ledger.post(received("R-1", "PO-1", "A", 100), billed("B-1", (90_000, ("R-1",))))
    assert costs() == [11_652]


def test_what_was_paid_on_the_bill_before_its_day_is_a_share_of_the_bill() -> None:
    """225.00 of the bill's own 375.00: 225.00/7 + 150.00/8 = 50.89; the bill is numbered as the order is."""
    ledger.post(deposit("cost_bill", "PO-1", 22_500))
    ledger.post(received("R-1", "PO-1", "A", 50), billed("PO-1", (37_500, ("R-1",))))
    assert costs() == [5_089]
