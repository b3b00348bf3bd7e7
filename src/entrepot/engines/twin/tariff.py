"""Prices of a unit as the books' engines gave them, asked once before a run, and asked of the same functions.

Storage and age surcharges are those of :mod:`entrepot.engines.storage` for each week and each age, interest that of
:mod:`entrepot.engines.capital` for the days of each week, removal the platform's. Freight, duty and fees come a unit.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np

from entrepot.engines.capital import CapitalRate, accrued
from entrepot.engines.storage.monthly import (
    AGED,
    MONTHLY,
    SNAPSHOT_DAY,
    age_row,
    aged_amount,
    monthly_amount,
    storage_rows,
)
from entrepot.engines.twin.model import Floats, Ints
from entrepot.rules.platform_fees import FeeBook

AgePrice = Callable[[date, int], float]
"""Day on which a week begins and age in days then → what keeping one unit of room costs in that week."""


@dataclass(frozen=True)
class Tariff:
    """By row: ``freight`` [rows, modes], ``margin`` lost with a unit not sold, ``storage`` a week of a young unit at today's
    price, ``disposal``; ``schedule`` [rows] which of ``factor`` [schedules, weeks, ages in weeks] multiplies the storage;
    ``capital`` [weeks] interest on a unit of money. Minor units a unit."""

    freight: Floats
    margin: Floats
    storage: Floats
    disposal: Floats
    schedule: Ints
    factor: Floats
    capital: Floats


def platform_price(book: FeeBook, marketplace: str, size_class: str = "standard") -> AgePrice:
    """Minor units that a cubic foot costs on the platform: the month's rate for seven of its days, and the age surcharge in the
    week of the snapshot. What the table does not hold is left out.

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> price = platform_price(platform_fees(), "US")
    >>> young, old, peak = price(date(2026, 3, 2), 10), price(date(2026, 3, 9), 230), price(date(2026, 11, 2), 10)
    >>> round(young, 1), old > 5 * young, peak > 2.5 * young
    (17.6, True, True)
    """
    cubic_foot = Fraction(1)

    def price(on: date, age: int) -> float:
        rows = storage_rows(book, marketplace, MONTHLY, size_class, on)
        share = Fraction(7, monthrange(on.year, on.month)[1])
        amount = float(monthly_amount(rows[0], cubic_foot, share)) if rows else 0.0
        snapshot = next((d for d in (on + timedelta(days=n) for n in range(7)) if d.day == SNAPSHOT_DAY), None)
        if snapshot is not None:
            aged = storage_rows(book, marketplace, AGED, size_class, snapshot)
            row = age_row(aged, age + (snapshot - on).days, apparel=False)
            if row is not None and not isinstance(row, str):
                amount += float(aged_amount(row, cubic_foot, Fraction(0)))
        return amount

    return price


def storage_factors(price: AgePrice, start: date, weeks: int, ages: int, known: date, over: int = 26) -> Floats:
    """``price`` of each week from ``start`` and each age [weeks, ages], as a multiple of what a young unit cost on average in the
    ``over`` weeks before ``known``, which is what the seller's bills of that time hold; 1 where that is nothing."""
    usual = float(np.mean([price(known - timedelta(weeks=n + 1), 0) for n in range(over)]))
    if usual <= 0:
        return np.ones((weeks, ages))
    days = [start + timedelta(weeks=week) for week in range(weeks)]
    return np.array([[price(day, 7 * age) for age in range(ages)] for day in days]) / usual


def stepped(weeks: int, ages: int, steps: Sequence[tuple[int, float]]) -> Floats:
    """Factors that rise when a unit is older than so many weeks, the same in every week [weeks, ages].

    >>> stepped(1, 5, [(1, 2.0), (3, 4.0)])[0].tolist()
    [1.0, 1.0, 2.0, 2.0, 4.0]
    """
    out = np.ones(ages)
    for beyond, factor in steps:
        out[np.arange(ages) > beyond] = factor
    return np.tile(out, (weeks, 1))


def interest(rates: Sequence[CapitalRate], start: date, weeks: int) -> Floats:
    """Simple interest on one unit of money in each week from ``start`` [weeks], by the books' own function.

    >>> round(float(interest([CapitalRate(Fraction(73, 1000))], date(2026, 1, 5), 2)[0]), 6)
    0.0014
    """
    days = [start + timedelta(weeks=week) for week in range(weeks + 1)]
    return np.array([float(accrued(rates, a, b)) for a, b in pairwise(days)])
