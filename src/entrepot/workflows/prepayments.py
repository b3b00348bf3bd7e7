"""What was paid, and deposits turned into the settlement of goods that were billed: entries between two states of the books.

A payment on a purchase order is a prepayment until goods of the order are billed; a payment on a bill settles its supplier's
payables at once. Of an order's payments, the oldest settle first, those in the bill's currency before others; each at the rate
at which it was paid, so that what is billed at that rate (docs/methods/ledger.md: a prepaid part at its payment's rate) leaves
nothing on the account. Money that comes back gives back what was paid last: what it brings more or less than was paid is an
exchange difference (IAS 21.28).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Q, Sum

from entrepot.books import models
from entrepot.books.intake.directory import Directory
from entrepot.books.intake.settling import settles
from entrepot.core.calendar import Instant
from entrepot.core.components import GOODS
from entrepot.core.money import round_half_away
from entrepot.core.prepaid import Part, standing
from entrepot.workflows.month_figures import MonthFigures
from entrepot.workflows.voucher_entry import Entry


@dataclass(frozen=True)
class Paid:
    """One share of a payment: amounts in its currency and in the company's."""

    line: int
    supplier: str
    order_type: str
    order: str
    currency: str
    amount: int
    base: int
    at: Instant


@dataclass(frozen=True)
class Settled:
    """What had been paid then, and which prepayments bills had used up."""

    paid: list[Paid]
    used: list[Used]
    gained: dict[str, int]
    """Supplier → exchange gain (positive) of deposits that came back, company's currency."""


def settled(company: models.Company, before: Instant, known: Instant) -> Settled:
    """Payments before ``before`` as known then, and what of them bills of their orders took."""
    paid = payments(company, before, known)
    directory = Directory(known)
    stands = _standing(company, paid, directory)
    return Settled(paid, used(company, stands, billed(company, before, known), directory), gained(stands))


def both_ends(figures: MonthFigures) -> tuple[Settled, Settled]:
    """What had been settled when the month began, as reported then, and when it ended."""
    return (
        settled(figures.company, figures.starts, figures.opening.known),
        settled(figures.company, figures.ends, figures.closing.known),
    )


def prepayment_entries(ends: tuple[Settled, Settled]) -> Iterable[Entry]:
    """Payments of the month, and what of the prepayments goods of the month used up."""
    for state, sign in zip(ends, (-1, 1), strict=True):
        for part in state.paid:
            account = "prepayments" if part.order_type == "purchase_order" else "payables"
            yield Entry("payments", account, sign * part.base, part.supplier)
            yield Entry("payments", "bank", -sign * part.base)
        for supplier, gain in state.gained.items():
            yield Entry("exchange", "prepayments", sign * gain, supplier)
            yield Entry("exchange", "exchange", -sign * gain)
        for supplier, base in _by_supplier(state.used).items():
            yield Entry("prepayments", "payables", sign * base, supplier)
            yield Entry("prepayments", "prepayments", -sign * base, supplier)


def outstanding(company: models.Company, before: Instant, known: Instant) -> tuple[int, int]:
    """Prepayments that no billed goods have used up, and what of the suppliers' bills is not paid: minor units, base."""
    state = settled(company, before, known)
    paid, taken = state.paid, sum(_by_supplier(state.used).values())
    on_orders = sum(part.base for part in paid if part.order_type == "purchase_order")
    gone = models.Replacement.objects.filter(recorded_at__lte=known, cost_line__isnull=False).values("cost_line")
    bills = models.CostLine.objects.filter(
        company=company, document__type__in=("cost_bill", "supplier_credit"), recorded_at__lte=known,
        effective_at__lt=before, internal=False, estimate=False,
    ).exclude(pk__in=gone)  # fmt: skip
    asked = bills.aggregate(amount=Sum("base_amount"))["amount"] or 0
    on_orders += sum(state.gained.values())
    return on_orders - taken, asked - taken - sum(part.base for part in paid if part.order_type != "purchase_order")


def payments(company: models.Company, before: Instant, known: Instant) -> list[Paid]:
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
        Paid(r.pk, r.supplier, r.order_type, r.order, r.currency, r.amount, r.base_amount, r.effective_at)
        for r in lines
        if r.effective_at < before
        and r.document.version == newest[r.document.source, r.document.account, r.document.external_id]
    ]


@dataclass(frozen=True)
class Billed:
    """What a bill asks for goods of an order, in its currency."""

    bill: str
    order: str
    currency: str
    amount: Fraction


def billed(company: models.Company, before: Instant, known: Instant) -> list[Billed]:
    """Goods billed then, the earliest bill first; a line over several orders by its weights."""
    gone = models.Replacement.objects.filter(recorded_at__lte=known, cost_line__isnull=False).values("cost_line")
    shares = models.BasisShare.objects.filter(
        Q(basis__recorded_at__lte=known), basis__cost_line__company=company, basis__cost_line__component=GOODS,
        basis__cost_line__estimate=False, basis__cost_line__internal=False, basis__cost_line__recorded_at__lte=known,
        movement__isnull=False, movement__effective_at__lt=before,
    ).exclude(basis__cost_line__in=gone)  # fmt: skip
    by_line: dict[int, dict[int, list[tuple[str, int, str, int, str]]]] = defaultdict(lambda: defaultdict(list))
    fields = (
        "basis__cost_line_id", "basis__version", "basis__cost_line__amount", "basis__cost_line__currency", "weight",
        "movement__purchase_line__document__external_id", "basis__cost_line__document__external_id",
    )  # fmt: skip
    rows = shares.order_by("basis__cost_line__effective_at", "basis__cost_line_id", "ordinal").values_list(*fields)
    for line, version, amount, currency, weight, order, bill in rows:
        by_line[line][version].append((order or "", weight, currency, amount, bill))
    found: list[Billed] = []
    for versions in by_line.values():
        shares_of = versions[max(versions)]
        weights = sum(row[1] for row in shares_of)
        found += [
            Billed(bill, order, currency, Fraction(amount * weight, weights))
            for order, weight, currency, amount, bill in shares_of
            if order and weights
        ]
    return found


@dataclass(frozen=True)
class Used:
    """A part of a prepayment that a bill's goods have used up: in the bill's currency, and in the company's."""

    bill: str
    supplier: str
    amount: Fraction
    base: int


def used(
    company: models.Company, paid: list[tuple[Paid, Fraction]], goods: list[Billed], directory: Directory
) -> list[Used]:
    """Which prepayments (with the share of each that stands) were used up by which bill: the oldest payment by the earliest
    bill of the same order."""
    asked: dict[str, list[list[Any]]] = defaultdict(list)
    wholes: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for one in goods:
        asked[one.order].append([one.bill, one.currency, one.amount])
        wholes[one.order, one.currency] += one.amount
    left = [share if part.amount > 0 else Fraction(0) for part, share in paid]
    found: list[Used] = []
    for alike in (True, False):
        for place, (part, share) in enumerate(paid):
            for entry in asked[part.order] if left[place] else ():
                if (entry[1] == part.currency) is not alike or entry[2] <= 0:
                    continue
                worth = part.amount  # what all of the payment settles in the bill's currency
                if not alike:
                    whole = round_half_away(wholes[part.order, entry[1]])
                    worth = settles(company, part.base, part.at, whole, entry[1], directory)
                amount = min(worth * left[place], entry[2])
                if amount > 0:
                    base = _range_of(part, share - left[place], share - left[place] + amount / worth)
                    left[place] -= amount / worth
                    entry[2] -= amount
                    found.append(Used(entry[0], part.supplier, Fraction(amount), base))
    return found


def gained(paid: list[tuple[Paid, Fraction]]) -> dict[str, int]:
    """Supplier → what refunds of deposits brought more than was paid for them; with the share of each payment that stands.

    What came back beyond what had been paid stands on the account: nobody knows what it is.
    """
    sums: dict[str, int] = defaultdict(int)
    for part, share in paid:
        sums[part.supplier] -= _range_of(part, share, Fraction(1))
    return {supplier: gain for supplier, gain in sums.items() if gain}


def _range_of(part: Paid, start: Fraction, stop: Fraction) -> int:
    """What the stretch of a payment from one share of it to another left the bank with: consecutive ones sum to all of it."""
    return round_half_away(part.base * stop) - round_half_away(part.base * start)


_WHOLE = 10**12
"""Measures payments of several currencies against each other, without a rounding that matters."""


def _standing(company: models.Company, paid: list[Paid], directory: Directory) -> list[tuple[Paid, Fraction]]:
    """Payments on orders, the oldest first, with the share of each that stands (:mod:`entrepot.core.prepaid`)."""
    by_order: dict[str, list[int]] = defaultdict(list)
    for place, part in enumerate(paid):
        if part.order_type == "purchase_order" and part.amount:
            by_order[part.order].append(place)
    shares: dict[int, Fraction] = {}
    for places in by_order.values():
        parts, currency = [paid[place] for place in places], paid[places[0]].currency
        stack = [
            Part(p.currency, p.amount, p.amount if p.currency == currency else settles(
                company, p.base, p.at, _WHOLE, currency, directory
            ))
            for p in parts
        ]  # fmt: skip
        shares |= dict(zip(places, standing(stack), strict=True))
    return [(paid[place], shares[place]) for place in sorted(shares)]


def _by_supplier(parts: Iterable[Used]) -> dict[str, int]:
    """Supplier → base amount of the prepayments that billed goods have used up."""
    sums: dict[str, int] = defaultdict(int)
    for part in parts:
        sums[part.supplier] += part.base
    return dict(sums)
