"""Exchange rates and deposits as the documents of the stream brought them, for converting costs a second time."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from fractions import Fraction
from typing import NamedTuple

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
        parts: list[tuple[tuple[bool, int, int, int], Fraction, Fraction]] = []
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
            rows = sorted(mine, key=lambda one: (one.at, one.document, one.line))
            inside = [self._in(deposit, total, currency, home) for deposit in rows]
            rests = _not_given_back(rows, [amount for amount, _ in inside])
            parts += [
                (
                    (deposit.currency != currency, deposit.at, deposit.document, deposit.line),
                    rest * amount / deposit.amount / total,
                    rate,
                )
                for deposit, (amount, rate), rest in zip(rows, inside, rests, strict=True)
                if deposit.amount > 0 and rest * amount > 0
            ]
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


def _not_given_back(rows: list[Deposit], inside: list[int]) -> list[Fraction]:
    """What refunds leave of each payment, in its own currency: they take the latest payments of their currency, then the latest
    others by what both are ``inside`` the order's currency."""
    rests = [Fraction(max(row.amount, 0)) for row in rows]
    owed = [Fraction(max(-row.amount, 0)) for row in rows]
    for same in (True, False):
        for back, refund in enumerate(rows):
            earlier = list(range(back - 1, -1, -1))
            for place in earlier + list(range(back + 1, len(rows))):
                if rests[place] == 0 or owed[back] == 0 or (rows[place].currency == refund.currency) is not same:
                    continue
                price = Fraction(1)  # units of the payment's currency for one of the refund's
                if not same:
                    if inside[place] <= 0 or inside[back] >= 0:
                        continue
                    price = Fraction(inside[back] * rows[place].amount, refund.amount * inside[place])
                taken = min(rests[place], owed[back] * price)
                rests[place] -= taken
                owed[back] -= taken / price
    return rests
