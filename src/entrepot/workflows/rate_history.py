"""The total duty rate of a heading over time: every day on which it changes, and of which duties it is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from entrepot.engines.duty import Entry, Goods, assess
from entrepot.rules import RuleBook

VALUE = 1_000_000_000
"""Customs value of the probe in minor units: so large that rounding and fees of an entry do not show in a rate."""


@dataclass(frozen=True, slots=True)
class RateSpan:
    """The rate from ``start`` to ``end`` (included): ``total`` as a fraction of the customs value, ``None`` = not computable.

    ``parts`` are the duties with their rates, in the order of the entry; ``needs`` says what a total would need.
    """

    start: date
    end: date
    total: Fraction | None
    parts: tuple[tuple[str, Fraction], ...]
    needs: tuple[str, ...] = ()


def rate_history(
    book: RuleBook, country: str, hs: str, origin: str, start: date, end: date, known_on: date | None = None
) -> list[RateSpan]:  # fmt: skip
    """The spans of one rate each between two days, both included, for a commercial entry by sea.

    Raises ``KeyError`` for a country that the book does not have.

    >>> from entrepot.rules import rule_book
    >>> spans = rate_history(rule_book(), "US", "6109.10.00", "CN", date(2025, 1, 1), date(2025, 4, 1))
    >>> [(str(s.start), f"{float(s.total):.1%}") for s in spans]
    [('2025-01-01', '24.0%'), ('2025-02-04', '34.0%'), ('2025-03-04', '44.0%')]
    """
    days = [start, *(day for day in book.change_days(country) if start < day <= end)]
    found = list[RateSpan]()
    for day, following in zip(days, [*days[1:], None], strict=True):
        last = end if following is None else date.fromordinal(following.toordinal() - 1)
        total, parts, needs = _at(book, country, hs, origin, day, known_on)
        if found and (found[-1].total, found[-1].parts) == (total, parts):
            found[-1] = RateSpan(found[-1].start, last, total, parts, found[-1].needs)
        else:
            found.append(RateSpan(day, last, total, parts, needs))
    return found


def _at(
    book: RuleBook, country: str, hs: str, origin: str, day: date, known_on: date | None
) -> tuple[Fraction | None, tuple[tuple[str, Fraction], ...], tuple[str, ...]]:  # fmt: skip
    goods = Goods("goods", 1, VALUE, book.countries[country].currency, hs=hs, origin=origin)
    entry = Entry(country, day, (goods,), mode="sea", freight=0, insurance=0, known_on=known_on)
    lines = [n for n in assess(book, entry, lambda _a, _b: Fraction(1)).lines if n.component == "duty"]
    parts = tuple((n.label, Fraction(n.amount, VALUE)) for n in lines if n.amount)
    needs = tuple(need for n in lines for need in n.needs)
    return (None if needs else sum((rate for _, rate in parts), Fraction(0))), parts, needs
