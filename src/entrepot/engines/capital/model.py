"""What capital takes: payments, releases and dated rates. Amounts in minor units, rates as exact yearly fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from entrepot.core.errors import Problem, ProblemError


@dataclass(frozen=True, slots=True)
class Payment:
    """Cash that left for a lot on a day: deposit, balance, freight, duty; negative = cash that came back (a VAT refund).

    ``amount`` in minor units of the seller's currency.
    """

    what: str
    on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Release:
    """Units of the lot whose cash came back (or is expected back) on a day: the day of the payout, not of the sale."""

    units: int
    on: date
    what: str = ""


@dataclass(frozen=True, slots=True)
class CapitalRate:
    """The seller's yearly cost of capital from a day on, simple interest over ``day_count`` days a year."""

    yearly: Fraction
    since: date = date.min
    day_count: int = 365


def accrued(rates: Sequence[CapitalRate], first: date, last: date) -> Fraction:
    """Interest on one unit of money from ``first`` to ``last`` at the rate of each day; negative when ``last`` comes before.

    >>> steps = [CapitalRate(Fraction(12, 100)), CapitalRate(Fraction(6, 100), date(2026, 7, 1))]
    >>> accrued(steps, date(2026, 6, 1), date(2026, 7, 31)) == Fraction(30 * 12 + 30 * 6, 36500)
    True
    """
    if last < first:
        return -accrued(rates, last, first)
    dated = sorted(rates, key=lambda rate: rate.since)
    if not dated or (first < last and dated[0].since > first):
        begins = f"first rate from {dated[0].since}" if dated else "none"
        remedy = "give the yearly cost of capital, from before the first payment on"
        raise ProblemError(
            Problem("capital_rate", f"no cost of capital for {first}", remedy, field="rate", found=begins)
        )
    ends = [*(rate.since for rate in dated[1:]), date.max]
    total = Fraction(0)
    for rate, end in zip(dated, ends, strict=True):
        days = (min(last, end) - max(first, rate.since)).days
        if days > 0:
            total += rate.yearly * days / rate.day_count
    return total
