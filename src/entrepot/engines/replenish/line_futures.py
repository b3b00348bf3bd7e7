"""What one order of today does on the forecast's paths: stock week by week with it and without it, and its cost by kind.

No order of a later week is in it, so that the difference between the two is what today's order does. Units are sold oldest
first; what is not there is lost. The units of the order are the last to be sold of all that is there when they come, and what
comes later is sold after them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrepot.engines.replenish.demand_paths import demand_paths
from entrepot.engines.replenish.rolling import PATHS, WEEKS, Lane, RollingCosts, Standing, arrivals, delays, lead_draws
from entrepot.engines.replenish.steady import Floats, Ints

BAND = (0.1, 0.9)
"""Ends of the band that is shown around an expectation."""


@dataclass(frozen=True)
class LineFutures:
    """Means over the paths, and the ends of :data:`BAND`. All [rows, weeks] but the last group, [rows].

    ``stock`` at the end of a week with the order, ``stock_nothing`` without; ``coming`` known arrivals, ``ordered`` arrivals of
    the order; ``demand``. ``unmet`` and ``unmet_nothing``: share of the demand of all weeks not met. ``storage`` of the order's
    units while they wait to be sold, ``aged`` the part of it that comes from age, ``capital`` from the order on (what is
    left at the end included), ``left`` units of the order not sold at the end, ``lost`` and ``lost_nothing`` units not met.
    """

    stock: Floats
    stock_low: Floats
    stock_high: Floats
    stock_nothing: Floats
    coming: Floats
    ordered: Floats
    demand: Floats
    demand_low: Floats
    demand_high: Floats
    unmet: Floats
    unmet_nothing: Floats
    storage: Floats
    aged: Floats
    capital: Floats
    left: Floats
    sold: Floats
    lost: Floats
    lost_nothing: Floats
    holding_nothing: Floats
    """Storage and capital of what is there and known to come, without the order, minor units."""


def line_futures(
    units: Ints, standing: Standing, lanes: tuple[Lane, ...], costs: RollingCosts, *, seed: int = 1,
    late: Ints | None = None, demand: Ints | None = None,
) -> LineFutures:  # fmt: skip
    """Futures of today's order ``units`` [rows, modes], on the same paths and lead times as the plan's.

    >>> totals = np.array([[[6, 10, 14], [28, 40, 56], [60, 80, 108], [100, 130, 170], [200, 260, 330]]], dtype=float)
    >>> one = Standing(np.array([40]), np.zeros((1, 1, 1), np.int64), np.zeros((1, 1), np.int64), totals,
    ...                np.array([0.1, 0.5, 0.9]), np.array([12]), np.array([12]))
    >>> costs = RollingCosts(np.array([900.0]), np.array([500.0]), np.array([[90.0]]), np.array([2.0]), 0.0023,
    ...                      300.0, 0.7, np.array([10.0]))
    >>> told = line_futures(np.array([[120]]), one, (Lane("sea", (5,), (1.0,)),), costs)
    >>> float(told.ordered[0].sum()), bool(told.unmet[0] < told.unmet_nothing[0]), bool(told.storage[0] > 0)
    (120.0, True, True)
    """
    rows, modes = units.shape
    if demand is None:
        demand = demand_paths(standing.totals, standing.levels, WEEKS, PATHS, seed)
    paths, weeks = demand.shape[1:]
    known = arrivals(standing, lanes)[:, :, :weeks]
    drawn, shift = lead_draws(lanes), delays(late, modes)
    ours = np.zeros((rows, paths, weeks))
    transit = np.zeros((rows, paths))
    for mode in range(modes):
        at = drawn[:paths, 0, mode] + shift[0, mode] - 1
        for path in range(paths):
            if at[path] < weeks:
                ours[:, path, at[path]] += units[:, mode]
            transit[:, path] += units[:, mode] * min(int(at[path]) + 1, weeks)
    start = standing.on_hand.astype(np.float64)[:, None].repeat(paths, axis=1)
    without, _ = _run(start, known.astype(np.float64), demand)
    stock, sold_sum = _run(start, known + ours, demand)
    before = np.cumsum(known, axis=2) + start[:, :, None]
    there = np.cumsum(ours, axis=2)
    waiting = np.clip(before + there - sold_sum, 0.0, there)
    landed = costs.landed + costs.freight[:, -1]
    age = _weeks_there(ours)
    first, second = costs.ageing.weeks
    extra = (costs.ageing.factors[0] - 1) * (age > first) + (costs.ageing.factors[1] - costs.ageing.factors[0]) * (
        age > second
    )
    plain = waiting.sum(axis=2).mean(axis=1) * costs.storage
    aged = (waiting * extra).sum(axis=2).mean(axis=1) * costs.storage
    asked = np.maximum(demand.sum(axis=2).mean(axis=1), 1e-9)
    lost = _lost(stock, start, known + ours, demand)
    lost_nothing = _lost(without, start, known.astype(np.float64), demand)
    left = waiting[:, :, -1].mean(axis=1)
    low, high = (np.quantile(stock, q, axis=1) for q in BAND)
    demand_low, demand_high = (np.quantile(demand, q, axis=1) for q in BAND)
    held = without.sum(axis=2).mean(axis=1)
    return LineFutures(
        stock.mean(axis=1), low, high, without.mean(axis=1), known.mean(axis=1), ours.mean(axis=1), demand.mean(axis=1),
        demand_low, demand_high, lost / asked, lost_nothing / asked, plain + aged, aged,
        costs.capital * landed * (transit.mean(axis=1) + waiting.sum(axis=2).mean(axis=1)), left,
        units.sum(axis=1) - left, lost, lost_nothing, held * (costs.storage + costs.capital * landed),
    )  # fmt: skip


def _run(start: Floats, coming: Floats, demand: Ints) -> tuple[Floats, Floats]:
    """Stock at the end of each week and units sold until then, [rows, paths, weeks]."""
    stock, sold = np.zeros(demand.shape), np.zeros(demand.shape)
    now, total = start.copy(), np.zeros_like(start)
    for week in range(demand.shape[2]):
        now = now + coming[:, :, week]
        gone = np.minimum(now, demand[:, :, week])
        now, total = now - gone, total + gone
        stock[:, :, week], sold[:, :, week] = now, total
    return stock, sold


def _lost(stock: Floats, start: Floats, coming: Floats, demand: Ints) -> Floats:
    """Mean units [rows] that were asked for and not there."""
    sold = start + coming.sum(axis=2) - stock[:, :, -1]
    return np.asarray((demand.sum(axis=2) - sold).mean(axis=1), dtype=np.float64)


def _weeks_there(ours: Floats) -> Floats:
    """Weeks since the first units of the order came, [rows, paths, weeks]; 0 before."""
    return np.maximum(np.cumsum(np.cumsum(ours, axis=2) > 0, axis=2) - 1.0, 0.0)
