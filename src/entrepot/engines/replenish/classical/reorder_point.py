"""(r, Q): order Q whenever the inventory position falls to r; continuous review, unmet demand waits."""

from __future__ import annotations

import math
from statistics import NormalDist

from entrepot.engines.replenish.classical.poisson import poisson_pmf

_NORMAL = NormalDist()


def reorder_point_poisson(
    demand: float, lead: float, order_cost: float, holding_cost: float, backorder_cost: float
) -> tuple[int, int, float]:
    """r, Q and cost per unit of time, exact for Poisson demand λ per unit of time and a fixed lead time.

    The position is uniform on r + 1 … r + Q, so cost = (K·λ + Σ_{y=r+1}^{r+Q} g(y)) / Q with g(y) = h·E(y − D)⁺ +
    p·E(D − y)⁺ over the lead time; the best window of g grows to its cheaper side while that lowers the average.
    ``backorder_cost`` p per unit and unit of time. Source: Federgruen & Zheng (1992), Operations Research 40(4).

    >>> low, quantity, cost = reorder_point_poisson(1.5, 2, 5, 1, 4)
    >>> low, quantity, round(cost, 4)
    (2, 5, 4.694)
    """
    pmf = poisson_pmf(demand * lead)
    mean = demand * lead
    known: dict[int, float] = {}

    def cost_at(position: int) -> float:
        if position not in known:
            over = math.fsum(p * (position - d) for d, p in enumerate(pmf[: max(position, 0)]))
            known[position] = holding_cost * over + backorder_cost * (over - position + mean)
        return known[position]

    best = 0
    while cost_at(best + 1) < cost_at(best):
        best += 1
    low, high = best, best  # the window of positions, both ends in
    total = order_cost * demand + cost_at(best)
    while True:
        below, above = cost_at(low - 1), cost_at(high + 1)
        size = high - low + 1
        if min(below, above) >= total / size:
            return low - 1, size, total / size
        total += min(below, above)
        if below <= above:
            low -= 1
        else:
            high += 1


def reorder_point_normal(
    demand: float, deviation: float, lead: float, order_cost: float, holding_cost: float, shortage_cost: float
) -> tuple[float, float, float]:
    """r, Q and cost by the expected-inventory-level approximation: normal demand, ``shortage_cost`` p once per unit short.

    cost = h·(r − λ·L + Q/2) + K·λ/Q + p·λ·n(r)/Q with n(r) = E(D − r)⁺ of the lead time; alternates Q = √(2·λ·(K +
    p·n(r)) / h) and P(D > r) = Q·h/(p·λ) until both stand. An approximation, not an optimum. ``deviation`` σ of one unit
    of time. Source: Hadley & Whitin (1963), chapter 4; Snyder & Shen, 2nd ed., section 5.3.

    >>> low, quantity, cost = reorder_point_normal(1300, 150, 1 / 12, 8, 0.225, 7.5)
    >>> round(low, 2), round(quantity, 2), round(cost, 3)
    (213.97, 318.59, 95.451)
    """
    mean, spread = demand * lead, deviation * math.sqrt(lead)

    def short(level: float) -> float:
        z = (level - mean) / spread
        return spread * (_NORMAL.pdf(z) - z * (1 - _NORMAL.cdf(z)))

    quantity = math.sqrt(2 * order_cost * demand / holding_cost)
    level = mean
    for _ in range(1_000):
        odds = min(max(quantity * holding_cost / (shortage_cost * demand), 1e-15), 1 - 1e-15)
        level = mean + spread * _NORMAL.inv_cdf(1 - odds)
        following = math.sqrt(2 * demand * (order_cost + shortage_cost * short(level)) / holding_cost)
        if abs(following - quantity) <= 1e-12 * quantity:
            break
        quantity = following
    rest = order_cost * demand / quantity + shortage_cost * demand * short(level) / quantity
    return level, quantity, holding_cost * (level - mean + quantity / 2) + rest
