"""Textbook results as plain functions: they explain and they test; the plan itself uses the measured distribution.

Symbols: demand a year or a week (units), costs in any one currency unit.
"""

from __future__ import annotations

import math
from statistics import NormalDist


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


def days_of_cover(units: float, weekly_mean: float) -> float:
    """Days that ``units`` last at the expected demand: 7·units / weekly mean; infinite without demand.

    >>> days_of_cover(120, 28)
    30.0
    """
    if units <= 0:
        return 0.0
    return math.inf if weekly_mean <= 0 else 7 * units / weekly_mean


def safety_stock_normal(deviation: float, weeks: float, service: float) -> float:
    """The spreadsheet's safety stock z·σ·√L: ``deviation`` σ of weekly demand, L weeks, service level as a probability.

    Shown for comparison only: it assumes that weeks are independent around a known mean, and on real sellers' data the
    95 % that it promises came out as about 72 % (docs/methods/demand.md). Source: Silver, Pyke & Thomas, Inventory and
    Production Management in Supply Chains, 4th ed., section 6.7.

    >>> round(safety_stock_normal(10, 9, 0.95), 1)
    49.3
    """
    return NormalDist().inv_cdf(service) * deviation * math.sqrt(weeks)
