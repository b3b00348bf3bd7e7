"""How much: the order-up-to level by the ratio of real costs, rounded to what a supplier ships."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrepot.engines.replenish.distribution import expected_leftover, expected_shortage, quantile
from entrepot.engines.replenish.model import Bools, Floats


@dataclass(frozen=True)
class Costs:
    """What a unit costs, arrays [rows], minor units: ``margin`` lost by a unit short, ``holding`` storage and capital a
    week, ``loss`` expected end-of-life loss a week, ``review`` weeks between orders."""

    margin: Floats
    holding: Floats
    loss: Floats
    review: Floats

    @property
    def overage(self) -> Floats:
        """Cost of one unit left over for one review period."""
        return (self.holding + self.loss) * self.review

    @property
    def ratio(self) -> Floats:
        """Critical ratio margin / (margin + overage); 0 where a sale earns nothing."""
        earns = np.maximum(self.margin, 0.0)
        out = np.zeros_like(earns)
        np.divide(earns, earns + self.overage, out=out, where=earns > 0)
        return out


@dataclass(frozen=True)
class Choice:
    """The order of each row: ``units``, the ``level`` it aims at, the margin it saves and the holding it adds against
    ordering nothing until the next review, and where the minimum order does not pay (``too_large``)."""

    units: Floats
    level: Floats
    margin_saved: Floats
    holding_added: Floats
    too_large: Bools


def choose(
    demand: Floats, levels: Floats, position: Floats, costs: Costs, carton: Floats, moq: Floats, weekly_mean: Floats
) -> Choice:
    """The cheapest of ordering nothing and the carton multiples around the order-up-to level, at least the MOQ.

    Expected cost until the next review of ordering q: margin·E[(D − position − q)⁺] + overage·E[(position + q − D)⁺],
    D over lead time + review (``demand`` [rows, levels]). It is convex in q, so that of all carton multiples only the
    two around the level can be best. A minimum order larger than what is wanted is taken only when it pays in this
    comparison and when carrying it until it is sold, q/2 weeks' means on average, costs less than its margin.
    """
    level = np.where(costs.ratio > 0, np.floor(quantile(demand, levels, costs.ratio) + 1e-9), 0.0)
    want = np.maximum(level - position, 0.0)
    least = np.ceil(moq / carton) * carton
    below = np.maximum(np.floor(want / carton) * carton, least)
    above = np.maximum(np.ceil(want / carton) * carton, least)
    carried = np.full(want.shape, np.inf)
    np.divide(above, 2 * weekly_mean, out=carried, where=weekly_mean > 0)
    earns = (costs.holding + costs.loss) * carried < costs.margin
    nothing = _cost(demand, levels, position, costs)
    best, units = nothing[0], np.zeros_like(want)
    saved, added = np.zeros_like(want), np.zeros_like(want)
    for candidate in (below, above):
        total, shortage, leftover = _cost(demand, levels, position + candidate, costs)
        better = (want > 0) & (candidate > 0) & (total < best) & earns
        best = np.where(better, total, best)
        units = np.where(better, candidate, units)
        saved = np.where(better, nothing[1] - shortage, saved)
        added = np.where(better, leftover - nothing[2], added)
    too_large = (want > 0) & (least > want) & (units == 0) & (costs.margin > 0)
    return Choice(units, level, saved, added, too_large)


def _cost(demand: Floats, levels: Floats, stock: Floats, costs: Costs) -> tuple[Floats, Floats, Floats]:
    shortage = np.maximum(costs.margin, 0.0) * expected_shortage(demand, levels, stock)
    leftover = costs.overage * expected_leftover(demand, levels, np.maximum(stock, 0.0))
    return shortage + leftover, shortage, leftover
