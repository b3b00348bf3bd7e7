"""What was paid, and deposits turned into the settlement of goods that were billed: entries between two states of the books.

A payment on a purchase order is a prepayment until goods of the order are billed; a payment on a bill settles its supplier's
payables at once. Of an order's payments, the oldest settle first; each at the rate at which it was paid, so that what is
billed at that rate (docs/methods/ledger.md: a prepaid part at its payment's rate) leaves nothing on the account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Q, Sum

from entrepot.books import models
from entrepot.core.calendar import Instant
from entrepot.core.components import GOODS
from entrepot.core.money import round_half_away
from entrepot.workflows.month_figures import MonthFigures
from entrepot.workflows.voucher_entry import Entry


@dataclass(frozen=True)
class _Paid:
    """One share of a payment: amounts in its currency and in the company's."""

    line: int
    supplier: str
    order_type: str
    order: str
    currency: str
    amount: int
    base: int
    at: Instant


def prepayment_entries(figures: MonthFigures) -> Iterable[Entry]:
    """Payments of the month, and what of the prepayments goods of the month used up."""
    company = figures.company
    for at, known, sign in ((figures.starts, figures.opening.known, -1), (figures.ends, figures.closing.known, 1)):
        paid = _paid(company, at, known)
        for part in paid:
            account = "prepayments" if part.order_type == "purchase_order" else "payables"
            yield Entry("payments", account, sign * part.base, part.supplier)
            yield Entry("payments", "bank", -sign * part.base)
        for supplier, base in _used(paid, _billed(company, at, known)).items():
            yield Entry("prepayments", "payables", sign * base, supplier)
            yield Entry("prepayments", "prepayments", -sign * base, supplier)


def outstanding(company: models.Company, before: Instant, known: Instant) -> tuple[int, int]:
    """Prepayments that no billed goods have used up, and what of the suppliers' bills is not paid: minor units, base."""
    paid = _paid(company, before, known)
    used = sum(_used(paid, _billed(company, before, known)).values())
    on_orders = sum(part.base for part in paid if part.order_type == "purchase_order")
    gone = models.Replacement.objects.filter(recorded_at__lte=known, cost_line__isnull=False).values("cost_line")
    bills = models.CostLine.objects.filter(
        company=company, document__type__in=("cost_bill", "supplier_credit"), recorded_at__lte=known,
        effective_at__lt=before, internal=False,
    ).exclude(pk__in=gone)  # fmt: skip
    billed = bills.aggregate(amount=Sum("base_amount"))["amount"] or 0
    return on_orders - used, billed - used - sum(part.base for part in paid if part.order_type != "purchase_order")


def _paid(company: models.Company, before: Instant, known: Instant) -> list[_Paid]:
    """Shares of payments that counted then, the oldest first: of each payment its latest version."""
    rows = models.PaymentLine.objects.filter(company=company, recorded_at__lte=known).exclude(
        document__in=models.Reversed.objects.filter(by__recorded_at__lte=known).values("document")
    )
    newest: dict[tuple[str, str, str], int] = {}
    lines = list(rows.select_related("document").defer("document__body").order_by("effective_at", "pk"))
    for row in lines:
        key = (row.document.source, row.document.account, row.document.external_id)
        newest[key] = max(newest.get(key, 0), row.document.version)
    return [
        _Paid(r.pk, r.supplier, r.order_type, r.order, r.currency, r.amount, r.base_amount, r.effective_at)
        for r in lines
        if r.effective_at < before
        and r.document.version == newest[r.document.source, r.document.account, r.document.external_id]
    ]


def _billed(company: models.Company, before: Instant, known: Instant) -> dict[tuple[str, str], Fraction]:
    """(order, currency) → what of it was billed then, in that currency; a line over several orders by its weights."""
    gone = models.Replacement.objects.filter(recorded_at__lte=known, cost_line__isnull=False).values("cost_line")
    shares = models.BasisShare.objects.filter(
        Q(basis__recorded_at__lte=known), basis__cost_line__company=company, basis__cost_line__component=GOODS,
        basis__cost_line__estimate=False, basis__cost_line__internal=False, basis__cost_line__recorded_at__lte=known,
        movement__isnull=False, movement__effective_at__lt=before,
    ).exclude(basis__cost_line__in=gone)  # fmt: skip
    by_line: dict[int, dict[int, list[tuple[str, int, str, int]]]] = defaultdict(lambda: defaultdict(list))
    fields = (
        "basis__cost_line_id", "basis__version", "basis__cost_line__amount", "basis__cost_line__currency", "weight",
        "movement__purchase_line__document__external_id",
    )  # fmt: skip
    for line, version, amount, currency, weight, order in shares.values_list(*fields):
        by_line[line][version].append((order or "", weight, currency, amount))
    billed: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for versions in by_line.values():
        rows = versions[max(versions)]
        weights = sum(row[1] for row in rows)
        for order, weight, currency, amount in rows:
            if order and weights:
                billed[order, currency] += Fraction(amount * weight, weights)
    return billed


def _used(paid: list[_Paid], billed: dict[tuple[str, str], Fraction]) -> dict[str, int]:
    """Supplier → base amount of the prepayments that billed goods have used up."""
    left = dict(billed)
    used: dict[str, int] = defaultdict(int)
    for part in paid:
        key = (part.order, part.currency)
        if part.order_type != "purchase_order" or part.amount <= 0 or left.get(key, 0) <= 0:
            continue
        share = min(Fraction(part.amount), left[key])
        left[key] -= share
        used[part.supplier] += round_half_away(part.base * share / part.amount)
    return used
