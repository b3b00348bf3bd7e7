"""Goods bought with a deposit: the prepaid part is costed at its payment's own rate, the rest at the day's.

base = R(A · (Σ pⱼ·rⱼ + (1 − Σ pⱼ)·r)), with A the line's amount in the order's currency, pⱼ the share of the order's
value that payment j settled before the goods came, rⱼ its rate, r the rate of the day. One rounding for the line. A bill of a
part of an order is prepaid by the same share as the order is; where a bill asks for more than was agreed, the share is of that.
What was paid in a third currency is what it was worth on its day; a refund gives back what was paid last.
Source: IAS 21.22 and IFRIC 22 (the date of the transaction for a prepaid part is the date of the prepayment).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from entrepot.books import models
from entrepot.books.intake.directory import Rate
from entrepot.books.intake.posting.builder import Builder, bounded
from entrepot.books.intake.settling import settles
from entrepot.core.calendar import Instant
from entrepot.core.money import exponent, round_half_away
from entrepot.core.prepaid import Part, standing


def converted(
    b: Builder, worth: Mapping[tuple[str, str], int], amount: int, currency: str, at: Instant
) -> tuple[int, Rate] | None:
    """``amount`` in base currency, or ``None`` where nothing was prepaid; ``worth``: (type, number) of what it is of (orders,
    a bill) → what a payment on that is a share of."""
    company = b.header.company
    numbers = {number for (_, number), total in worth.items() if total > 0}
    if currency == company.currency or not numbers:
        return None
    b.session.flush()
    payments = [
        *models.PaymentLine.objects.filter(order__in=numbers, company_id=company.pk, effective_at__lte=at)
        .exclude(document_id__in=models.Reversed.objects.values("document_id"))
        .order_by("effective_at", "pk"),
        *(p for p in b.postings.payments if p.order in numbers and p.effective_at <= at),
    ]
    superseded = _superseded({p.document_id for p in payments}) | set(b.header.older)
    told = sorted((p for p in payments if p.document_id not in superseded), key=lambda p: p.effective_at)
    scale = Fraction(10) ** (exponent(company.currency) - exponent(currency))
    left, mixed = Fraction(1), Fraction(0)
    for part, rate in _that_stand(b, told, worth, currency, scale):
        share = min(left, part)
        left -= share
        mixed += share * rate
    if left == 1:
        return None
    day = b.directory.rate(currency, company.currency, company, at) if left else Rate(Fraction(0), None, "")
    rate = mixed + left * day.value
    return bounded(round_half_away(amount * rate * scale)), Rate(rate, day.date, "prepaid and day rate")


def _that_stand(
    b: Builder, payments: Sequence[Any], worth: Mapping[tuple[str, str], int], currency: str, scale: Fraction
) -> list[tuple[Fraction, Fraction]]:
    """Share of what it is on that each payment settles after refunds, and its rate: those in its currency first, the oldest of
    them first, as bills use them up."""
    by_paid: dict[tuple[str, str], list[tuple[int, Part, Fraction]]] = defaultdict(list)
    for place, payment in enumerate(payments):
        paid = (payment.order_type, payment.order)
        total = worth.get(paid, 0)
        if total <= 0:
            continue
        amount, rate = payment.amount, Fraction(payment.rate_numerator, payment.rate_denominator)
        if payment.currency != currency:
            base = payment.base_amount
            amount = settles(b.header.company, base, payment.effective_at, total, currency, b.directory)
            rate = base / (amount * scale) if amount else rate
        by_paid[paid].append((place, Part(payment.currency, payment.amount, amount), rate))
    found: list[tuple[bool, int, Fraction, Fraction]] = []
    for paid, rows in by_paid.items():
        shares = standing([part for _, part, _ in rows])
        found += [
            (part.currency != currency, place, part.worth * share / worth[paid], rate)
            for (place, part, rate), share in zip(rows, shares, strict=True)
            if part.amount > 0 and part.worth * share > 0
        ]
    return [(share, rate) for *_, share, rate in sorted(found)]


def _superseded(documents: set[int]) -> set[int]:
    """Payment documents of which a later version stands in the books."""
    rows = list(
        models.Document.objects.filter(pk__in=documents).values_list(
            "pk", "source", "account", "external_id", "version"
        )
    )
    old: set[int] = set()
    for pk, source, account, external_id, version in rows:
        later = models.Document.objects.filter(
            type="payment", source=source, account=account, external_id=external_id, version__gt=version
        )
        if later.exists():
            old.add(pk)
    return old
