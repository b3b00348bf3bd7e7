"""The seller's own terms of money, as dated observations: signals by name.

``capital_rate``: his yearly cost of capital as a fraction · ``interest_rate`` with a currency as its subject: what he can borrow
and deposit at in that currency · ``forward_rate`` with a pair (``USD/CNY``): what his bank offers, home for one foreign ·
``payout_days`` of a shop: days from a sale until its money is there · ``salvage_share``: what clearing old stock brings back,
as a fraction of what it cost · ``order_cost``: what placing and following one order line costs, in the company's money.
A signal of a company is that company's; one without is everybody's. What nobody said is assumed, and the reader says so.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from entrepot.books.models import Company, Shop, SignalValue
from entrepot.core.calendar import Instant, local_date

CAPITAL_RATE, INTEREST_RATE, FORWARD_RATE, PAYOUT_DAYS = "capital_rate", "interest_rate", "forward_rate", "payout_days"
SALVAGE_SHARE, ORDER_COST = "salvage_share", "order_cost"
ASSUMED_CAPITAL_RATE = Fraction(12, 100)
"""As the replenishment assumes where nobody said."""
ASSUMED_PAYOUT = {"amazon": 14}
"""Days until a marketplace pays out; other shops pay at once."""


class Dated(NamedTuple):
    """A value from a day on."""

    since: date
    value: Fraction


def _told(name: str, company: Company) -> list[tuple[Any, ...]]:
    """Signals of that name as they stand now, with their documents, oldest first."""
    return _all_told((name,), company)


def _all_told(names: tuple[str, ...], company: Company) -> list[tuple[Any, ...]]:
    rows = SignalValue.objects.filter(name__in=names, document__reversed__isnull=True)
    found: dict[Any, tuple[Any, ...]] = {}
    for row in rows.select_related("document", "document__company").defer("document__body").order_by("document_id"):
        d = row.document
        if d.company is None or d.company.pk == company.pk:
            found[d.source, d.account, d.external_id] = (row, d)  # a later version takes the earlier one's place
    return sorted(found.values(), key=lambda pair: (pair[0].effective_at, pair[1].pk))


def capital_rates(company: Company) -> list[Dated]:
    """The yearly cost of capital from each day on; the first one holds for earlier days too. Empty: nobody said."""
    return [
        Dated(local_date(row.effective_at, company.zone), Fraction(row.numerator, row.denominator))
        for row, _ in _told(CAPITAL_RATE, company)
    ]


def told_on(name: str, company: Company, on: date) -> Fraction | None:
    """The last value of a signal said until a day; ``None``: nobody said."""
    told = [row for row, _ in _told(name, company) if local_date(row.effective_at, company.zone) <= on]
    return Fraction(told[-1].numerator, told[-1].denominator) if told else None


def interest_rates(company: Company, on: date) -> dict[str, Fraction]:
    """Currency → what the seller can borrow and deposit at on a day, yearly; one query."""
    return _by_subject(INTEREST_RATE, company, on, date.min)


def forward_rates(company: Company, on: date) -> dict[str, Fraction]:
    """Currency → what his bank offers, home for one of it; an offer holds for thirty days. One query."""
    found = _by_subject(FORWARD_RATE, company, on, on - timedelta(days=30))
    pairs = ((subject.partition("/"), rate) for subject, rate in found.items())
    return {base: rate for (base, _, quote), rate in pairs if quote == company.currency}


def rates_on(company: Company, on: date) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Interest and forward rates on a day, as :func:`interest_rates` and :func:`forward_rates` say them; one query for both."""
    told = _all_told((INTEREST_RATE, FORWARD_RATE), company)
    interest = _last([pair for pair in told if pair[0].name == INTEREST_RATE], company, on, date.min)
    offers = _last([pair for pair in told if pair[0].name == FORWARD_RATE], company, on, on - timedelta(days=30))
    pairs = ((subject.partition("/"), rate) for subject, rate in offers.items())
    return interest, {base: rate for (base, _, quote), rate in pairs if quote == company.currency}


def _by_subject(name: str, company: Company, on: date, since: date) -> dict[str, Fraction]:
    """Subject → the last value said between two days."""
    return _last(_told(name, company), company, on, since)


def _last(told: list[tuple[Any, ...]], company: Company, on: date, since: date) -> dict[str, Fraction]:
    return {
        row.subject: Fraction(row.numerator, row.denominator)
        for row, _ in told
        if since <= local_date(row.effective_at, company.zone) <= on
    }


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
