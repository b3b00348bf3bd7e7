"""Interest on arrays of amounts, exact: the cost of money of every unit of a shop in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from entrepot.core.money import round_half_away
from entrepot.engines.capital.model import CapitalRate, accrued

I64 = NDArray[np.int64]
Days = NDArray[np.datetime64]


def interest_many(amounts: I64, first: Days, last: Days, rates: Sequence[CapitalRate]) -> I64:
    """Minor units of simple interest on each amount from its first to its last day; negative where the last comes before.

    cost = amount · (C(last) − C(first)), with C the interest on one unit of money since the first day of all, in whole parts of
    a common denominator; rounded half away from zero. Equal to amount · :func:`~entrepot.engines.capital.model.accrued`.

    >>> days = np.array(["2026-01-01", "2026-06-01"], "M8[D]"), np.array(["2026-01-11", "2026-07-31"], "M8[D]")
    >>> steps = [CapitalRate(Fraction(12, 100)), CapitalRate(Fraction(6, 100), date(2026, 7, 1))]
    >>> interest_many(np.array([365_000, 365_000]), *days, steps).tolist()
    [1200, 5400]
    """
    if not len(amounts):
        return np.zeros(0, np.int64)
    start = min(first.min(), last.min()).astype("M8[D]").astype(date)
    end = max(first.max(), last.max()).astype("M8[D]").astype(date)
    accrued(rates, start, end)  # refuses a stretch without a rate, with the day
    common = lcm(*((rate.yearly / rate.day_count).denominator for rate in rates))
    daily = np.zeros((end - start).days + 1, np.int64)
    for rate in sorted(rates, key=lambda r: r.since):
        begins = max((rate.since - start).days, 0)
        daily[begins:] = int(rate.yearly / rate.day_count * common)
    run = np.concatenate([[0], np.cumsum(daily)])
    places = [(days.astype("M8[D]") - np.datetime64(start)).astype(np.int64) for days in (first, last)]
    parts = run[places[1]] - run[places[0]]
    top = int(np.abs(amounts).max()) * max(int(np.abs(parts).max()), 1)
    if top * 2 + common >= 2**63:
        return np.array(
            [round_half_away(Fraction(int(a) * int(p), common)) for a, p in zip(amounts, parts, strict=True)]
        )
    product = amounts * parts
    return np.sign(product) * ((2 * np.abs(product) + common) // (2 * common))
