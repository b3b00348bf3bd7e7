"""Exchange rates and deposits as the documents of the stream brought them, for converting costs a second time."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from fractions import Fraction
from typing import NamedTuple

BRIDGES = ("USD", "EUR", "CNY")


class Deposit(NamedTuple):
    """Part of a payment that settles one order."""

    document: int
    company: int
    of: tuple[str, str]
    """Type and number of the order or bill."""
    amount: int
    currency: str
    rate: Fraction
    at: int


class Rates:
    """The books rates known so far: target per one source, major units."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, str], dict[date, Fraction]] = {}
        self._sorted: dict[tuple[str, str], list[date]] = {}
        self.deposits: dict[tuple[str, str], list[Deposit]] = {}
        self.dead: set[int] = set()
        """Payment documents that a later version or a reversal took back."""

    def publish(self, base: str, quote: str, day: date, value: Fraction) -> None:
        """A rate document."""
        for pair, rate in (((base, quote), value), ((quote, base), 1 / value)):
            self._days.setdefault(pair, {})[day] = rate
            self._sorted.pop(pair, None)

    def rate(self, source: str, target: str, day: date) -> Fraction | None:
        """The last rate published on or before ``day``, directly or over one bridge currency."""
        if source == target:
            return Fraction(1)
        direct = self._published(source, target, day)
        if direct is not None:
            return direct
        for bridge in BRIDGES:
            first, second = self._published(source, bridge, day), self._published(bridge, target, day)
            if bridge not in (source, target) and first is not None and second is not None:
                return first * second
        return None

    def _published(self, source: str, target: str, day: date) -> Fraction | None:
        pair = (source, target)
        known = self._days.get(pair)
        if not known:
            return None
        days = self._sorted.get(pair)
        if days is None:
            days = self._sorted[pair] = sorted(known)
        place = bisect_right(days, day)
        return known[days[place - 1]] if place else None

    def prepaid(
        self, company: int, worth: dict[tuple[str, str], int], currency: str, at: int, without: set[int]
    ) -> tuple[Fraction, Fraction] | None:
        """(rate of the prepaid part × its share, share not prepaid) of orders and bills of some ``worth``; None without
        deposit."""
        found = [
            deposit
            for paid, total in worth.items()
            if total > 0
            for deposit in self.deposits.get(paid, [])
            if (deposit.company, deposit.currency) == (company, currency)
            and deposit.at <= at
            and deposit.document not in self.dead
            and deposit.document not in without
        ]
        left, mixed = Fraction(1), Fraction(0)
        for deposit in sorted(found, key=lambda deposit: deposit.at):
            share = min(left, Fraction(deposit.amount, worth[deposit.of]))
            if share > 0:
                left -= share
                mixed += share * deposit.rate
        return None if left == 1 else (mixed, left)
