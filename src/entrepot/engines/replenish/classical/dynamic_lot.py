"""Known demand that varies from period to period: the cheapest sequence of orders."""

from __future__ import annotations

from collections.abc import Sequence


def wagner_whitin(
    demand: Sequence[float], order_cost: float, holding_cost: float, purchase_cost: float = 0.0
) -> tuple[list[float], float]:
    """Order of each period and total cost; stock is held at period ends, nothing may be short.

    An order covers whole periods: θ(t) = min over s > t of K + c·D(t, s) + h·Σ (i − t)·d_i + θ(s); a period without
    demand needs no order. O(T²). Source: Wagner & Whitin (1958), Management Science 5(1); Snyder & Shen, 2nd ed., 3.7.

    >>> wagner_whitin([90, 120, 80, 70], 500, 2)
    ([210, 0, 150, 0], 1380.0)
    """
    if any(units < 0 for units in demand):
        raise ValueError("demand is not negative")
    periods = len(demand)
    ahead, until = [0.0] * (periods + 1), [0] * (periods + 1)
    for start in range(periods - 1, -1, -1):
        best, at = (ahead[start + 1], start + 1) if demand[start] == 0 else (float("inf"), start + 1)
        cost = float(order_cost)
        for end in range(start, periods):
            cost += (purchase_cost + holding_cost * (end - start)) * demand[end]
            if cost + ahead[end + 1] < best:
                best, at = cost + ahead[end + 1], end + 1
        ahead[start], until[start] = best, at
    orders: list[float] = [0] * periods
    start = 0
    while start < periods:
        if ahead[start] != ahead[start + 1] or demand[start] > 0:
            orders[start] = sum(demand[start : until[start]])
        start = until[start]
    return orders, ahead[0]
