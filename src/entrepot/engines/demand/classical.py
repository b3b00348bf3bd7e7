"""The textbook point methods for weekly demand, for all series at once and with missing weeks.

Each runs once over the columns of a panel; a week that is NaN changes nothing. They are the yardsticks of the backtest
and features of the learnt correction, not the production forecast.
"""

from __future__ import annotations

import numpy as np

from entrepot.engines.demand.model import Floats

ALPHA = 0.1
"""Smoothing constant; Syntetos & Boylan recommend 0.05 to 0.2 for intermittent demand."""


def moving_average(demand: Floats, weeks: int) -> Floats:
    """Mean [series] of the observed ones of the last ``weeks``; 0 where none was observed.

    >>> moving_average(np.array([[1.0, 2.0, np.nan, 6.0]]), 3).tolist()
    [4.0]
    """
    last = demand[:, -weeks:]
    known = ~np.isnan(last)
    mean: Floats = np.where(known, last, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return mean


def exponential_smoothing(demand: Floats, alpha: float = ALPHA) -> Floats:
    """Exponentially weighted level [series]; starts at the first observed week (Brown 1959).

    >>> exponential_smoothing(np.array([[np.nan, 4.0, 8.0]]), 0.5).tolist()
    [6.0]
    """
    level = np.full(demand.shape[0], np.nan)
    for week in demand.T:
        known = ~np.isnan(week)
        first = known & np.isnan(level)
        level = np.where(first, week, np.where(known, level + alpha * (week - level), level))
    return np.nan_to_num(level)


def croston_sba(demand: Floats, alpha: float = ALPHA) -> Floats:
    """Units a week [series] by Croston's method with the Syntetos–Boylan correction (1 − α/2)·size/interval.

    Syntetos & Boylan (2005), Int. J. Forecasting 21(2), 303–314. Both size and interval start at their first value.

    >>> croston_sba(np.array([[0.0, 4.0, 0.0, 4.0]]), 0.1).tolist()
    [1.9]
    """
    series = demand.shape[0]
    size, interval, waited = np.zeros(series), np.zeros(series), np.zeros(series)
    for week in demand.T:
        known = ~np.isnan(week)
        waited += known
        hit = known & (np.nan_to_num(week) > 0)
        first = hit & (size == 0)
        size = np.where(first, week, np.where(hit, size + alpha * (week - size), size))
        interval = np.where(first, waited, np.where(hit, interval + alpha * (waited - interval), interval))
        waited[hit] = 0
    rate: Floats = np.where(interval > 0, (1 - alpha / 2) * size / np.maximum(interval, 1), 0.0)
    return rate


def tsb(demand: Floats, alpha: float = ALPHA, beta: float = ALPHA) -> Floats:
    """Units a week [series] by Teunter, Syntetos & Babai: demand probability × size, the former updated every week.

    European J. Operational Research 214(3), 2011, 606–615: an item that stops selling fades, as in Croston it does not.
    The probability starts at the share of the series' first 13 observed weeks, the size at its first demand.

    >>> round(float(tsb(np.array([[4.0, 4.0, 0.0, 0.0]]), 0.5, 0.5)[0]), 3)
    0.875
    """
    series = demand.shape[0]
    known = ~np.isnan(demand)
    early = known & (known.cumsum(axis=1) <= 13)
    sold = np.where(known, demand, 0.0) > 0
    chance: Floats = (early & sold).sum(axis=1) / np.maximum(early.sum(axis=1), 1)
    size = np.zeros(series)
    for column in range(demand.shape[1]):
        week, hit, seen = demand[:, column], sold[:, column], known[:, column]
        size = np.where(hit & (size == 0), week, np.where(hit, size + alpha * (week - size), size))
        chance = np.where(seen, chance + beta * (hit - chance), chance)
    rate: Floats = chance * size
    return rate


def aggregated(demand: Floats, weeks: int = 4, alpha: float = 0.3) -> Floats:
    """Units a week [series] by temporal aggregation (ADIDA): smoothed means of blocks of ``weeks`` weeks.

    Nikolopoulos et al. (2011), J. Oper. Res. Soc. 62(3), 544–554. Blocks end at the last week; a block's mean is over its
    observed weeks.

    >>> aggregated(np.array([[9.0, 0.0, 0.0, 8.0, 8.0]]), 2, 0.5).tolist()
    [6.25]
    """
    ends = range(demand.shape[1], 0, -weeks)
    blocks = np.full((demand.shape[0], len(ends)), np.nan)
    for column, end in enumerate(reversed(ends)):
        blocks[:, column] = moving_average_or_nan(demand[:, max(0, end - weeks) : end])
    return exponential_smoothing(blocks, alpha)


def moving_average_or_nan(demand: Floats) -> Floats:
    """Mean [series] of the observed weeks; NaN where none was observed."""
    mean = moving_average(demand, demand.shape[1])
    mean[np.isnan(demand).all(axis=1)] = np.nan
    return mean
