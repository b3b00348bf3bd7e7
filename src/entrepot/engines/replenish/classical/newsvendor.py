"""One period, one order: the newsvendor and what it says for periodic base stock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from entrepot.engines.replenish.classical.poisson import poisson_pmf


def critical_ratio(underage: float, overage: float) -> float:
    """Probability with which the stock should suffice: cu / (cu + co).

    ``underage`` cu is what one unit short costs, ``overage`` co what one unit too many costs. Source: Arrow, Harris &
    Marschak (1951), Econometrica 19(3); Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., section 4.3.

    >>> critical_ratio(9.0, 1.0)
    0.9
    """
    if underage < 0 or overage < 0 or underage + overage == 0:
        raise ValueError("underage and overage costs are not negative, and not both zero")
    return underage / (underage + overage)


def newsvendor_normal(mean: float, deviation: float, underage: float, overage: float) -> tuple[float, float]:
    """Order-up-to level and expected cost for normal demand: S = μ + z·σ, cost = (cu + co)·σ·φ(z), Φ(z) = cu/(cu + co).

    Source: Snyder & Shen, 2nd ed., section 4.3.

    >>> level, cost = newsvendor_normal(50, 8, 0.70, 0.18)
    >>> round(level, 4), round(cost, 4)
    (56.604, 1.9976)
    """
    z = NormalDist().inv_cdf(critical_ratio(underage, overage))
    return mean + z * deviation, (underage + overage) * deviation * NormalDist().pdf(z)


def newsvendor_profit_normal(
    mean: float, deviation: float, revenue: float, purchase: float, salvage: float
) -> tuple[float, float]:
    """Order quantity and expected profit in terms of prices: cu = r − c, co = c − v, profit = (r − c)·μ − cost.

    Source: Snyder & Shen, 2nd ed., section 4.3.

    >>> quantity, profit = newsvendor_profit_normal(50, 8, 1.0, 0.3, 0.12)
    >>> round(quantity, 4), round(profit, 4)
    (56.604, 33.0024)
    """
    level, cost = newsvendor_normal(mean, deviation, revenue - purchase, purchase - salvage)
    return level, (revenue - purchase) * mean - cost


def newsvendor_discrete(pmf: Sequence[float], underage: float, overage: float, first: int = 0) -> tuple[int, float]:
    """Smallest S with P(D ≤ S) ≥ cu/(cu + co), and co·E(S − D)⁺ + cu·E(D − S)⁺; ``pmf`` starts at demand ``first``.

    Source: Snyder & Shen, 2nd ed., section 4.3.

    >>> newsvendor_discrete([0.25, 0.25, 0.25, 0.25], 2.0, 1.0)
    (2, 1.25)
    """
    ratio, below = critical_ratio(underage, overage), 0.0
    level = first + len(pmf) - 1
    for at, p in enumerate(pmf):
        below += p
        if below >= ratio - 1e-12:
            level = first + at
            break
    cost = math.fsum(
        p * (overage * max(level - d, 0) + underage * max(d - level, 0)) for d, p in enumerate(pmf, start=first)
    )
    return level, cost


def newsvendor_poisson(mean: float, underage: float, overage: float) -> tuple[int, float]:
    """:func:`newsvendor_discrete` for Poisson demand.

    >>> level, cost = newsvendor_poisson(50, 4, 1)
    >>> level, round(cost, 4)
    (56, 10.0752)
    """
    return newsvendor_discrete(poisson_pmf(mean), underage, overage)


def base_stock_normal(
    mean: float, deviation: float, lead: float, underage: float, overage: float
) -> tuple[float, float]:
    """Base-stock level and cost a period under periodic review with backorders: the newsvendor over L + 1 periods.

    ``lead`` L in periods, ordered before the period's demand is seen; demand of periods independent normal, so that
    over the risk time it has mean (L + 1)·μ and deviation √(L + 1)·σ. Source: Snyder & Shen, 2nd ed., section 4.3.4.

    >>> level, cost = base_stock_normal(50, 8, 4, 0.70, 0.18)
    >>> round(level, 3), round(cost, 4)
    (264.767, 4.4668)
    """
    return newsvendor_normal(mean * (lead + 1), deviation * math.sqrt(lead + 1), underage, overage)
