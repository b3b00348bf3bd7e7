"""How much at once, when demand is steady and known: the economic order quantity and its relatives.

``demand`` λ per unit of time, ``order_cost`` K per order, ``holding_cost`` h per unit and unit of time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise


def economic_order_quantity(demand: float, order_cost: float, holding_cost: float) -> tuple[float, float]:
    """Quantity and cost per unit of time: Q = √(2·K·λ / h), cost = √(2·K·λ·h).

    ``demand`` λ and ``holding_cost`` h are per the same unit of time. Source: Harris (1913), Factory 10(2); Snyder &
    Shen, 2nd ed., section 3.2.

    >>> quantity, cost = economic_order_quantity(1300, 8, 0.225)
    >>> round(quantity, 4), round(cost, 4)
    (304.0468, 68.4105)
    """
    if demand <= 0 or order_cost < 0 or holding_cost <= 0:
        raise ValueError("demand and holding cost are positive, the order cost is not negative")
    return math.sqrt(2 * order_cost * demand / holding_cost), math.sqrt(2 * order_cost * demand * holding_cost)


def order_quantity_backorders(
    demand: float, order_cost: float, holding_cost: float, backorder_cost: float
) -> tuple[float, float, float]:
    """Quantity, share of the cycle that is short, and cost, when customers wait at ``backorder_cost`` p per unit of time.

    Q = √(2·K·λ·(h + p) / (h·p)), x = h / (h + p), cost = √(2·K·λ·h·p / (h + p)). Source: Snyder & Shen, 2nd ed.,
    section 3.5.

    >>> quantity, short, cost = order_quantity_backorders(1300, 8, 0.225, 5)
    >>> round(quantity, 4), round(short, 6), round(cost, 4)
    (310.8126, 0.043062, 66.9214)
    """
    if backorder_cost <= 0:
        raise ValueError("the cost of waiting is positive")
    share = backorder_cost / (holding_cost + backorder_cost)
    quantity, cost = economic_order_quantity(demand, order_cost, holding_cost * share)
    return quantity, 1 - share, cost


def economic_production_quantity(
    demand: float, order_cost: float, holding_cost: float, production: float
) -> tuple[float, float]:
    """Lot and cost when the lot arrives at a finite rate ``production`` μ > λ: the EOQ with h·(1 − λ/μ).

    Source: Taft (1918); Snyder & Shen, 2nd ed., section 3.6.

    >>> quantity, cost = economic_production_quantity(80, 4, 0.08, 110)
    >>> round(quantity, 4), round(cost, 4)
    (171.2698, 3.7368)
    """
    if production <= demand:
        raise ValueError("production is faster than demand")
    return economic_order_quantity(demand, order_cost, holding_cost * (1 - demand / production))


def order_quantity_all_units(
    demand: float, order_cost: float, holding_rate: float, breaks: Sequence[float], prices: Sequence[float]
) -> tuple[float, int, float]:
    """Quantity, price region and cost (goods included), where reaching a break makes *every* unit cheaper.

    ``breaks`` rise from 0, ``prices`` c of each region; ``holding_rate`` i of the price per unit of time. Cost of Q in
    region j: c·λ + K·λ/Q + i·c·Q/2; the candidates are each region's own EOQ, moved into the region. Source: Snyder &
    Shen, 2nd ed., section 3.4.1.

    >>> quantity, region, cost = order_quantity_all_units(1300, 8, 0.3, [0, 400, 800], [0.75, 0.72, 0.68])
    >>> quantity, region, round(cost, 2)
    (800.0, 2, 978.6)
    """
    _check_breaks(breaks, prices)
    best = (math.inf, 0.0, 0)
    for region, (low, high, price) in enumerate(zip(breaks, [*breaks[1:], math.inf], prices, strict=True)):
        free = economic_order_quantity(demand, order_cost, holding_rate * price)[0]
        if free >= high:
            continue  # the next region is at least as good: the same cost curve, lower
        quantity = max(free, float(low))
        cost = price * demand + order_cost * demand / quantity + holding_rate * price * quantity / 2
        best = min(best, (cost, quantity, region))
    return best[1], best[2], best[0]


def order_quantity_incremental(
    demand: float, order_cost: float, holding_rate: float, breaks: Sequence[float], prices: Sequence[float]
) -> tuple[float, int, float]:
    """Quantity, price region and cost (goods included), where only units *beyond* a break are cheaper.

    With c̄ = Σ earlier c·(length of region) − c_j·b_j the goods of an order cost c̄ + c_j·Q, so region j is an EOQ
    with order cost K + c̄; cost = c_j·λ + i·c̄/2 + √(2·(K + c̄)·λ·i·c_j). Source: Snyder & Shen, 2nd ed., section 3.4.2.

    >>> quantity, region, cost = order_quantity_incremental(1300, 8, 0.3, [0, 400, 800], [0.75, 0.72, 0.68])
    >>> round(quantity, 2), region, round(cost, 2)
    (304.05, 0, 1043.41)
    """
    _check_breaks(breaks, prices)
    best, paid = (math.inf, 0.0, 0), 0.0
    for region, (low, high, price) in enumerate(zip(breaks, [*breaks[1:], math.inf], prices, strict=True)):
        surplus = paid - price * low
        free, moving = economic_order_quantity(demand, order_cost + surplus, holding_rate * price)
        if low <= free < high:
            best = min(best, (price * demand + holding_rate * surplus / 2 + moving, free, region))
        paid += price * (high - low) if high < math.inf else 0.0
    return best[1], best[2], best[0]


def _check_breaks(breaks: Sequence[float], prices: Sequence[float]) -> None:
    rising = all(a < b for a, b in pairwise(breaks))
    if not breaks or len(breaks) != len(prices) or breaks[0] != 0 or not rising:
        raise ValueError("price breaks rise from 0 and are as many as the prices")
    if any(b > a for a, b in pairwise(prices)) or min(prices) <= 0:
        raise ValueError("prices are positive and fall from break to break")
