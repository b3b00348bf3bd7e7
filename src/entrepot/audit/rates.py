"""Exchange rates and deposits as the documents of the stream brought them, for converting costs a second time."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from entrepot.audit.arithmetic import DECIMALS, rounded

BRIDGES = ("USD", "EUR", "CNY")


class Deposit(NamedTuple):
    """Part of a payment that settles one order."""

    document: int
    line: int
    company: int
    of: tuple[str, str]
    """Type and number of the order or bill."""
    amount: int
    currency: str
    base: int
    """What left the bank, minor units of the company's currency."""
    rate: Fraction
    at: int
    day: date


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
        self, company: int, home: str, worth: dict[tuple[str, str], int], currency: str, at: int, without: set[int]
    ) -> tuple[Fraction, Fraction] | None:
        """(rate of the prepaid part × its share, share not prepaid) of orders and bills of some ``worth``; None without
        deposit. ``home``: the company's currency."""
        parts: list[tuple[tuple[int, int, int], Fraction, Fraction]] = []
        for paid, total in worth.items():
            if total <= 0:
                continue
            mine = [
                deposit
                for deposit in self.deposits.get(paid, [])
                if deposit.company == company
                and deposit.at <= at
                and deposit.document not in self.dead
                and deposit.document not in without
            ]
            stack: list[list[Any]] = []  # what stands: [amount, deposit, its rate]; a refund takes from the top
            owed = 0
            for deposit in sorted(mine, key=lambda one: (one.at, one.document, one.line)):
                amount, rate = self._in(deposit, total, currency, home)
                owed += max(-amount, 0)
                stack.append([max(amount, 0), (deposit.at, deposit.document, deposit.line), rate])
                for entry in reversed(stack):
                    back = min(owed, entry[0])
                    entry[0] -= back
                    owed -= back
            parts += [(when, Fraction(amount, total), rate) for amount, when, rate in stack if amount]
        left, mixed = Fraction(1), Fraction(0)
        for _, share, rate in sorted(parts, key=lambda part: part[0]):
            taken = min(left, share)
            left -= taken
            mixed += taken * rate
        return None if left == 1 else (mixed, left)

    def _in(self, deposit: Deposit, total: int, currency: str, home: str) -> tuple[int, Fraction]:
        """What a payment settles of ``total`` in its currency, and its rate: what left the bank, at its own day's rate."""
        if deposit.currency == currency:
            return deposit.amount, deposit.rate
        day = self.rate(currency, home, deposit.day)
        if day is None:
            return 0, deposit.rate
        shift = Fraction(10) ** (DECIMALS.get(home, 2) - DECIMALS.get(currency, 2))
        worth = total * day * shift
        whole = rounded(worth.numerator, worth.denominator)
        amount = rounded(total * deposit.base, whole) if whole else 0
        return amount, deposit.base / (amount * shift) if amount else deposit.rate
