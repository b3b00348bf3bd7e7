"""The rebate sub-ledger: claims, cash, what waits to be matched and by when, suppliers with and without invoice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from entrepot.books import models
from entrepot.engines.rebate import Terms, Way
from entrepot.workflows.rebates import RebateLedger, in_cost, rebate_ledger
from tests.books.intake.test_rebates import books, claim, declaration, invoice, post, settlement
from tests.workflows.ledger import doc

pytestmark = pytest.mark.django_db
ON = date(2027, 4, 1)


def paid(amount: int, number: str = "P1", on: str = "2026-03-03") -> Any:
    return doc("rebate_payment", number, on, claim={"type": "rebate_claim", "id": "C1"}, currency="CNY", amount=amount)


def ledger(*documents: Any, **asked: Any) -> RebateLedger:
    report = post([*books(units=300), *documents])
    assert report.quarantined == 0, report.problems
    return rebate_ledger(models.Company.objects.get(), ON, **asked)


def test_a_claim_is_followed_from_filing_to_cash() -> None:
    """60 of 100 units claimed at 13 %: 78.00 claimed, 70.00 received 30 days later, 8.00 outstanding."""
    found = ledger(invoice(), declaration(quantity=60), claim(quantity=60), paid(7_000))
    (line,), (whole,) = found.lines, found.claims
    assert (line.state, line.base, line.tax, line.amount, line.kept) == ("filed", 60_000, 7_800, 7_800, 0)
    assert (whole.amount, whole.received, whole.outstanding, whole.days) == (7_800, 7_000, 800, 30)
    assert found.outstanding == {"CNY": 800}
    assert in_cost(models.Company.objects.get()) == -7_800


def test_a_provisional_refund_has_a_day_to_settle_and_the_settlement_decides() -> None:
    """Mode 9810: to be settled by 30 April of the year after; then what is settled counts, the rest is paid back."""
    first = ledger(invoice(), declaration(mode="9810"), claim(), paid(13_000))
    assert [(line.state, line.deadline) for line in first.lines] == [("provisional", date(2027, 4, 30))]
    post([settlement(12_350)], at=9 * 86_400_000_000)
    then = rebate_ledger(models.Company.objects.get(), ON)
    assert [(line.state, line.amount, line.kept) for line in then.lines] == [("settled", 12_350, 650)]
    assert then.outstanding == {"CNY": -650}


def test_what_is_not_matched_waits_with_its_deadline_and_its_money() -> None:
    """80 units invoiced in two lots and 50 exported: 50 can be claimed, 30 are not exported yet."""
    found = ledger(invoice(quantity=30, amount=30_000, tax=3_900), invoice("V2", 50, 50_000, 6_500),
                   declaration(quantity=50), standard_bp=900)  # fmt: skip
    assert [(p.invoice, p.declaration, p.units, p.rebate) for p in found.proposals] == [
        ("V1#1", "D1#1", 30, 2_700),
        ("V2#1", "D1#1", 20, 1_800),
    ]
    assert [(row.invoice, row.units, row.deadline, row.days) for row in found.invoices] == [
        ("V1", 30, date(2027, 4, 30), 29),
        ("V2", 50, date(2027, 4, 30), 29),
    ]
    assert [(row.units, row.invoiced, row.days) for row in found.declarations] == [(50, 50, 29)]
    assert found.waiting == {"CNY": 2_700 + 4_500}


def test_an_invoice_without_a_known_rate_has_no_rebate_of_zero() -> None:
    """Nothing of the item was ever claimed and no rate is assumed: the rebate is not known."""
    found = ledger(invoice())
    assert [(row.rate_bp, row.rebate, row.deadline) for row in found.invoices] == [(None, None, None)]


def test_suppliers_are_compared_with_and_without_invoice() -> None:
    """All tax comes back after 30 days: 11.5 % less without invoice costs the same, 10 % less is not enough."""
    documents = (invoice(), declaration(), claim(), paid(13_000))
    (row,) = ledger(*documents, terms=Terms(discount_bp=1_000)).suppliers
    assert (row.gross, row.refund, row.waiting, row.days, row.break_even_bp) == (113_000, 13_000, 0, 30, 1_150)
    assert row.ways[0].way is Way.WITH_INVOICE
    again = rebate_ledger(models.Company.objects.get(), ON, terms=Terms(discount_bp=1_300))
    assert again.suppliers[0].ways[0].way is Way.VERIFIED


def test_a_corrected_invoice_keeps_its_claims_and_a_withdrawn_claim_frees_it() -> None:
    """Versions count as one document: told again with a higher amount the claim still takes its units."""
    ledger(invoice(), declaration(), claim(quantity=40))
    post([invoice(amount=101_000)], at=9 * 86_400_000_000)
    company = models.Company.objects.get()
    assert [row.units for row in rebate_ledger(company, ON).invoices] == [60]
    post([doc("reversal", "X", "2026-05-01", documents=[{"type": "rebate_claim", "id": "C1"}])], at=10 * 86_400_000_000)
    then = rebate_ledger(company, ON)
    assert ([row.units for row in then.invoices], then.lines, then.claims) == ([100], (), ())
