"""What would have been sold while the shelf was empty: weeks out of stock refilled, with their uncertainty kept.

A censored week is expected to have sold what the same item sold in the in-stock weeks around it (both sides, weights halving
every six weeks), each brought to the season of the missing week by the shop's own weekly index; one-off orders count at their
rate over the whole history. The refilled figure is for looking back (lost sales, last year's season); forecasts treat a
censored week as unknown and never learn from its refill.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.engines.demand.counts import negative_binomial_quantiles
from entrepot.engines.demand.model import DemandPanel, Floats, Ints
from entrepot.engines.demand.point import first_sales_as_likely, without_bursts
from entrepot.engines.demand.season import RATIO_CAP, SHOP_ITEMS

HALF_LIFE = 6.0
"""Weeks after which a neighbouring week says half as much about a missing one."""

BAND = (0.1, 0.9)
"""Levels between which a refilled week is shown to have lain."""


@dataclass(frozen=True)
class Refill:
    """``demand`` [series, weeks] with censored weeks refilled (NaN where nothing is known), ``low`` and ``high`` the 10 and
    90 % of what a week may have been (equal to ``demand`` where it was observed), ``lost`` units [series] in all of them."""

    demand: Floats
    low: Floats
    high: Floats
    lost: Floats


def weekly_index(demand: Floats) -> Floats:
    """How the shop's items sold in each week [weeks] against their own means; 1 where nothing was observed, drawn towards 1
    in a shop of few items.

    >>> weekly_index(np.array([[2.0, 2.0, 8.0]] * 20)).round(2).tolist()
    [0.75, 0.75, 1.5]
    """
    known = ~np.isnan(demand)
    value = np.nan_to_num(first_sales_as_likely(demand))
    mean = value.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    live = mean > 0
    ratio = np.minimum(value[live] / mean[live, None], RATIO_CAP)
    count = known[live].sum(axis=0)
    usual = ratio.sum() / max(int(count.sum()), 1)
    weekly = ratio.sum(axis=0) / np.maximum(count, 1) / max(float(usual), 1e-9)
    index: Floats = (weekly * count + SHOP_ITEMS) / (count + SHOP_ITEMS)
    return index


def refill(panel: DemandPanel, index: Floats | None = None) -> Refill:
    """Refill the censored weeks of ``panel``; ``index`` [weeks] is the shop's (:func:`weekly_index`, default: this panel's).

    >>> import polars as pl
    >>> from datetime import date, timedelta
    >>> sold = np.array([[6.0, 6.0, np.nan, 6.0, 6.0]])
    >>> one = DemandPanel(pl.DataFrame({"item": ["a"]}), tuple(date(2026, 1, 5) + timedelta(weeks=k) for k in range(5)),
    ...                   sold, np.zeros(1, np.int64), np.isnan(sold))
    >>> refill(one).demand.round(1).tolist()
    [[6.0, 6.0, 6.0, 6.0, 6.0]]
    """
    index = weekly_index(panel.demand) if index is None else index
    demand, low, high = panel.demand.copy(), panel.demand.copy(), panel.demand.copy()
    lost = np.zeros(len(panel))
    rows = np.flatnonzero(panel.censored.any(axis=1))
    if rows.size == 0:
        return Refill(demand, low, high, lost)
    own, missing = panel.demand[rows], panel.censored[rows] & np.isnan(panel.demand[rows])
    usual = own - panel.bulk[rows] if panel.bulk is not None else without_bursts(own)
    known = ~np.isnan(own)
    plain = np.where(known, usual, 0.0) / index
    weeks: Ints = np.arange(own.shape[1], dtype=np.int64)
    weight = 0.5 ** (np.abs(weeks[:, None] - weeks[None, :]) / HALF_LIFE)
    mass = np.einsum("rk,tk->rt", known.astype(np.float64), weight)
    level = np.einsum("rk,tk->rt", plain, weight) / np.maximum(mass, 1e-12)
    bulk = np.where(known, own - usual, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    expected: Floats = level * index + bulk[:, None]
    expected[~known.any(axis=1)] = np.nan
    spread = _dispersion(np.where(known, own, 0.0), known)
    series, week = np.nonzero(missing)
    mean = expected[series, week]
    band = negative_binomial_quantiles(mean, mean * spread[series], np.asarray(BAND))
    demand[rows[series], week], low[rows[series], week], high[rows[series], week] = mean, band[:, 0], band[:, 1]
    lost[rows] = np.where(missing, np.nan_to_num(expected), 0.0).sum(axis=1)
    return Refill(demand, low, high, lost)


def _dispersion(value: Floats, known: NDArray[np.bool_]) -> Floats:
    """Variance of the observed weeks over their mean [series], at least 1 (Poisson)."""
    count = known.sum(axis=1)
    mean = value.sum(axis=1) / np.maximum(count, 1)
    squares = (np.where(known, value - mean[:, None], 0.0) ** 2).sum(axis=1)
    return np.maximum(squares / np.maximum(count - 1, 1) / np.maximum(mean, 1e-9), 1.0)
