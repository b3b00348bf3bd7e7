"""Import tax that comes back as claims on tax offices: each set off or paid out oldest first, in its country and currency.

What comes back clears claims in the currency of the tax, each at the rate at which it was booked; what the money is worth on the
day it comes is another amount, and the difference an exchange difference (IAS 21.28), never cost of stock. Tax under postponed
accounting is due and deducted on the same return: it is never outstanding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from entrepot.core.money import round_half_away


@dataclass(frozen=True, slots=True)
class Claim:
    """What comes back of one line: ``amount`` in its currency, ``base`` in the company's; negative where it was given back."""

    line: int
    country: str
    currency: str
    on: date
    amount: int
    base: int


@dataclass(frozen=True, slots=True)
class Returned:
    """Money that came back or was set off (``way``: offset | refund), minor units; negative = paid back."""

    country: str
    currency: str
    on: date
    amount: int
    base: int
    way: str = "offset"


@dataclass(frozen=True, slots=True)
class Cleared:
    """A return and the booked value of the claims that it cleared; ``days`` from the tax points to it, weighted by amount."""

    returned: Returned
    base: int
    days: int | None


def clear(claims: Iterable[Claim], returns: Iterable[Returned]) -> tuple[list[Claim], list[Cleared]]:
    """What of ``claims`` is outstanding, and what each return cleared; more than was claimed clears at its own value.

    >>> claims = [Claim(1, "DE", "EUR", date(2026, 1, 5), 1_000, 1_100), Claim(2, "DE", "EUR", date(2026, 2, 5), 500, 560)]
    >>> left, done = clear(claims, [Returned("DE", "EUR", date(2026, 3, 10), 1_200, 1_300)])
    >>> [(c.line, c.amount, c.base) for c in left], done[0].base
    ([(2, 300, 336)], 1324)
    """
    by_place: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        by_place[claim.country, claim.currency].append(claim)
    done: list[Cleared] = []
    due: dict[tuple[str, str], list[Returned]] = defaultdict(list)
    for one in sorted(returns, key=lambda r: (r.on, r.amount)):
        due[one.country, one.currency].append(one)
    left: list[Claim] = []
    for place in sorted({*by_place, *due}):
        mine = _netted(sorted(by_place.get(place, ()), key=lambda c: (c.on, c.line)))
        for one in due.get(place, ()):
            mine, cleared = _clear_one(mine, one)
            done.append(cleared)
        left += mine
    return left, done


def _netted(claims: Sequence[Claim]) -> list[Claim]:
    """Tax that was given back takes its part off the oldest claims; what is left of it stays as a negative claim."""
    rows = [c for c in claims if c.amount > 0]
    for back in (c for c in claims if c.amount < 0):
        taken = Returned(back.country, back.currency, back.on, -back.amount, -back.base)
        rows, cleared = _clear_one(rows, taken)
        rest = cleared.base + back.base
        if rest and rows:  # booked at another rate: the difference stays with the oldest claim
            rows = [replace(rows[0], base=rows[0].base + rest), *rows[1:]]
    return rows


def _clear_one(claims: list[Claim], one: Returned) -> tuple[list[Claim], Cleared]:
    amount, base, days = one.amount, 0, 0
    rows = list(claims)
    while amount > 0 and rows:
        first = rows[0]
        part = min(amount, first.amount)
        value = first.base if part == first.amount else round_half_away(Fraction(first.base * part, first.amount))
        base, amount, days = base + value, amount - part, days + part * (one.on - first.on).days
        rows = (
            rows[1:]
            if part == first.amount
            else [replace(first, amount=first.amount - part, base=first.base - value), *rows[1:]]
        )
    cleared = one.amount - amount
    if amount:  # more than was claimed, or paid back
        value = one.base - round_half_away(Fraction(one.base * cleared, one.amount))
        base += value
        rows = [*rows, Claim(0, one.country, one.currency, one.on, -amount, -value)]
    return rows, Cleared(one, base, round(days / cleared) if cleared > 0 else None)
