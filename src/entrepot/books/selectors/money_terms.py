"""The seller's own terms of money, as dated observations: signals by name.

``capital_rate``: his yearly cost of capital as a fraction · ``interest_rate`` with a currency as its subject: what he can borrow
and deposit at in that currency · ``forward_rate`` with a pair (``USD/CNY``): what his bank offers, home for one foreign ·
``payout_days`` of a shop: days from a sale until its money is there. A signal of a company is that company's; one without is
everybody's. What nobody said is assumed, and the reader says so.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from entrepot.books.models import Company, Shop, SignalValue
from entrepot.core.calendar import Instant, local_date

CAPITAL_RATE, INTEREST_RATE, FORWARD_RATE, PAYOUT_DAYS = "capital_rate", "interest_rate", "forward_rate", "payout_days"
ASSUMED_CAPITAL_RATE = Fraction(12, 100)
"""As the replenishment assumes where nobody said."""
ASSUMED_PAYOUT = {"amazon": 14}
"""Days until a marketplace pays out; other shops pay at once."""


class Dated(NamedTuple):
    """A value from a day on."""

    since: date
    value: Fraction


def _told(name: str, company: Company, subject: str | None = None) -> list[tuple[Any, ...]]:
    rows = SignalValue.objects.filter(name=name, document__reversed__isnull=True)
    if subject is not None:
        rows = rows.filter(subject=subject)
    found: dict[Any, tuple[Any, ...]] = {}
    for row in rows.select_related("document", "document__company").defer("document__body").order_by("document_id"):
        d = row.document
        if d.company is None or d.company.pk == company.pk:
            found[d.source, d.account, d.external_id] = (row, d)  # a later version takes the earlier one's place
    return sorted(found.values(), key=lambda pair: (pair[0].effective_at, pair[1].pk))


def _dated(name: str, company: Company, subject: str | None = None) -> list[Dated]:
    return [
        Dated(local_date(row.effective_at, company.zone), Fraction(row.numerator, row.denominator))
        for row, _ in _told(name, company, subject)
    ]


def capital_rates(company: Company) -> list[Dated]:
    """The yearly cost of capital from each day on; the first one holds for earlier days too. Empty: nobody said."""
    return _dated(CAPITAL_RATE, company)


def interest_rate(company: Company, currency: str, on: date) -> Fraction | None:
    """What the seller can borrow and deposit at in ``currency`` on a day, yearly."""
    return _last(_dated(INTEREST_RATE, company, currency), on)


def forward_rate(company: Company, currency: str, on: date) -> Fraction | None:
    """What his bank offers: home for one of ``currency``; an offer holds for thirty days."""
    found = [x for x in _dated(FORWARD_RATE, company, f"{currency}/{company.currency}") if (on - x.since).days <= 30]
    return _last(found, on)


def payout_days(company: Company, at: Instant | None = None) -> dict[int, int]:
    """Shop → days from a sale until its money is there: the latest that was said, else what is assumed."""
    found = {
        pk: ASSUMED_PAYOUT.get(channel, 0)
        for pk, channel in Shop.objects.filter(company=company).values_list("pk", "channel")
    }
    for row, _ in _told(PAYOUT_DAYS, company):
        if row.shop_id in found and (at is None or row.effective_at <= at):
            found[row.shop_id] = round(Fraction(row.numerator, row.denominator))
    return found


def _last(values: list[Dated], on: date) -> Fraction | None:
    known = [value for since, value in values if since <= on]
    return known[-1] if known else None
