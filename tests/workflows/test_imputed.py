"""Imputed capital of the books beside the engine's own reckoning of one lot, payment by payment."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from entrepot.books import models
from entrepot.books.selectors.paid import paid_parts
from entrepot.engines.capital import CapitalRate, Payment, Release, lot_capital
from tests.workflows.ledger import DAY, bill, doc, masters, post, receipt, returned, sale, transfer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def order(number: str, on: str, quantity: int, price: int) -> Any:
    """An order of A in dollars."""
    line = {"sku": "A", "quantity": quantity, "price": {"amount": price}}
    return doc("purchase_order", number, on, company="US", supplier="S", currency="USD", lines=[line])


def paid(number: str, on: str, amount: int, of: str, kind: str = "purchase_order") -> Any:
    """A payment on an order or bill."""
    share = {"document": {"type": kind, "id": of}, "amount": amount}
    return doc("payment", number, on, company="US", supplier="S", currency="USD", amount=amount, shares=[share])


def figure(number: str) -> int:
    """The stored imputed capital of an order's sale."""
    return models.SaleFigure.objects.get(movement__document__external_id=number).imputed


def test_deposit_balance_freight_and_duty_cost_from_their_own_days() -> None:
    """The books' figure is the engine's: every payment from its own day until the sale, at the seller's own rates."""
    post(
        *masters(),
        doc("signal", "CR-1", "2025-12-01", name="capital_rate", numerator=10, denominator=100),
        doc("signal", "CR-2", "2026-04-01", name="capital_rate", numerator=20, denominator=100),
        order("PO-1", "2026-01-02", 100, 3_000),
        paid("PAY-1", "2026-01-05", 90_000, "PO-1"),
        paid("PAY-2", "2026-02-20", 210_000, "PO-1"),
        receipt("R-1", "2026-02-25", 100, 3_000, order={"type": "purchase_order", "id": "PO-1"}),
        bill("B-1", "2026-03-01", "freight", 50_000, ("receipt", "R-1"), due="2026-03-31"),
        bill("B-2", "2026-03-02", "duty", 40_000, ("receipt", "R-1")),
        sale("S-1", "2026-05-10", 60, amount=900_000),
        sale("S-2", "2026-06-10", 40, amount=600_000),
    )
    day = date
    payments = [
        Payment("deposit", day(2026, 1, 5), 90_000), Payment("balance", day(2026, 2, 20), 210_000),
        Payment("freight", day(2026, 3, 31), 50_000), Payment("duty", day(2026, 3, 2), 40_000),
    ]  # fmt: skip
    rates = [CapitalRate(Fraction(10, 100)), CapitalRate(Fraction(20, 100), day(2026, 4, 1))]
    releases = [Release(60, day(2026, 5, 10)), Release(40, day(2026, 6, 10))]
    told = lot_capital("R-1", 100, payments, releases, rates, day(2026, 7, 1), "USD")
    assert (figure("S-1"), figure("S-2")) == told.by_release[:2]


def test_moving_units_keeps_what_their_money_cost() -> None:
    """A transfer and a later bill reach the sale all the same; money that came back for a time costs nothing then."""
    post(
        *masters(), receipt("R-1", "2026-01-10", 10, 36_500), transfer("T-1", "2026-02-01", 10),
        sale("S-1", "2026-03-11", 1, place="DE"), returned("RT-1", "2026-04-10", "S-1", 1),
    )  # fmt: skip
    # 365.00 for 60 days at the assumed 12 %; then the buyer's money was here for 30 days, and the unit is back.
    assert figure("S-1") == 720 - 1_080


def test_a_marketplace_pays_later() -> None:
    """The money is back after the shop's payout days: said ones before assumed ones."""
    early = [receipt("R-1", "2026-01-10", 10, 36_500), sale("S-1", "2026-01-20", 1)]
    post(*masters(), doc("signal", "P", "2026-01-01", name="payout_days", shop="WEB", numerator=7), *early)
    assert figure("S-1") == 12 * (10 + 7)


def test_a_bill_is_paid_by_what_names_it_else_when_it_falls_due() -> None:
    """Parts of a line by day: a payment on the bill, the rest on its due day; without one by the supplier's terms."""
    post(
        *masters(),
        doc("supplier", "F", "2026-01-01", name="F", payment_terms="net 30"),
        receipt("R-1", "2026-01-10", 10, 1_000),
        bill("B-1", "2026-02-01", "freight", 1_000, ("receipt", "R-1"), supplier="F", due="2026-02-15"),
        paid("PAY-1", "2026-02-03", 400, "B-1", "cost_bill"),
        bill("B-2", "2026-02-01", "duty", 500, ("receipt", "R-1"), supplier="F"),
    )
    lines = {line.document.external_id: line.pk for line in models.CostLine.objects.select_related("document")}
    found = paid_parts(list(lines.values()))
    assert [(p.amount, p.assumed) for p in found[lines["B-1"]]] == [(400, False), (600, True)]
    assert [p.amount for p in found[lines["B-2"]]] == [500]
    assert found[lines["B-2"]][0].at - models.CostLine.objects.get(pk=lines["B-2"]).effective_at == 30 * DAY
