"""What if a tariff, a rate of exchange or the freight changes: the effect on every item, without touching anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from entrepot.core.money import major
from entrepot.engines.duty.columns import Column, Entries, Flags, Whole, only, scaled
from entrepot.engines.duty.many import assess_many
from entrepot.engines.duty.many_money import DayRates, Money
from entrepot.rules import RuleBook


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Landed cost of every row before and after, in minor units of ``currency``; ``price`` is the net price of all units.

    ``before`` and ``after`` count where known in both. ``keys`` names the rows.
    """

    keys: tuple[str, ...]
    currency: str
    before: Whole
    after: Whole
    known: Flags
    price: Whole | None = None

    @property
    def effect(self) -> Whole:
        """Added cost of every row; 0 where it is not known."""
        return np.where(self.known, self.after - self.before, 0)

    @property
    def turned(self) -> Flags:
        """Rows that earn before and do not after."""
        if self.price is None:
            return np.zeros(len(self.keys), dtype=np.bool_)
        return self.known & (self.before < self.price) & (self.after >= self.price)

    def explain(self, key: str) -> list[str]:
        """Effect on one row in lines that a seller can read. Raises ``KeyError`` for a row that there is not."""
        if key not in self.keys:
            raise KeyError(key)
        i = self.keys.index(key)
        if not self.known[i]:
            return [f"{key}: not known; a cost of it needs a person"]
        shown = [f"{major(int(x[i]), self.currency)} {self.currency}" for x in (self.before, self.after, self.effect)]
        lines = [f"{key}: landed {shown[0]} before, {shown[1]} after: {shown[2]} more"]
        if self.turned[i]:
            lines.append("It no longer covers its price.")
        return lines


def what_if(
    book: RuleBook,
    changed: RuleBook,
    entries: Entries,
    keys: Sequence[str],
    rates: DayRates,
    currency: str,
    changed_rates: DayRates | None = None,
    freight: Fraction = Fraction(1),
    price: Whole | None = None,
    recovered: frozenset[str] = frozenset(),
) -> WhatIf:
    """Landed cost of ``entries`` by ``book`` and by ``changed``, both shown in ``currency``.

    ``changed`` is a patched book (:meth:`entrepot.rules.RuleBook.patched`), ``changed_rates`` the rates of exchange after,
    ``freight`` the factor on freight. In the destinations of ``recovered`` import tax comes back and is no cost. Neither book nor
    entries are changed.
    """
    before = _landed(book, entries, rates, currency, recovered)
    dearer = entries
    if freight != 1:
        scaled_freight = scaled(entries.freight, freight.numerator, freight.denominator)
        dearer = dataclasses.replace(entries, freight=scaled_freight)
    after = _landed(changed, dearer, changed_rates or rates, currency, recovered)
    return WhatIf(tuple(keys), currency, before.amount, after.amount, before.known & after.known, price)


def _landed(
    book: RuleBook, entries: Entries, rates: DayRates, currency: str, recovered: frozenset[str]
) -> Column:  # fmt: skip
    """Landed cost of every row in one currency, at the rates of its day; not known where the book lacks the country."""
    there = np.asarray([code in book.countries for code in entries.destination.labels], dtype=np.bool_)
    if not there.all():
        return _widened(book, entries, rates, currency, recovered, there[entries.destination.codes])
    figures = assess_many(book, entries, rates).figures
    figure, tax = figures["landed"], figures["import_tax"]
    amount, known, money = np.zeros(len(entries), dtype=np.int64), figure.known.copy(), Money(rates)
    here = np.zeros(len(entries), dtype=np.int64)
    for code, destination in enumerate(entries.destination.labels):
        mine = np.flatnonzero(entries.destination.codes == code)
        own = (book.countries[destination].currency,)
        top, bottom, sure = money.converted(entries.on[mine], here[mine], own, currency)
        own_cost = figure.amount[mine] - tax.amount[mine] if destination in recovered else figure.amount[mine]
        amount[mine] = scaled(own_cost, top, bottom)
        known[mine] &= sure
    return Column(np.where(known, amount, 0), known)


def _widened(
    book: RuleBook, entries: Entries, rates: DayRates, currency: str, recovered: frozenset[str], kept: Flags
) -> Column:  # fmt: skip
    """The rows of ``kept`` reckoned, the others not known."""
    amount, known = np.zeros(len(entries), dtype=np.int64), np.zeros(len(entries), dtype=np.bool_)
    if kept.any():
        found = _landed(book, only(entries, kept), rates, currency, recovered)
        amount[kept], known[kept] = found.amount, found.known
    return Column(amount, known)
