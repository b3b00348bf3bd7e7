"""Today's orders beside their parts and a carton more: the policy's levels are the same every week, today's order need not be.

Tuned levels say what an order is for every week ahead; the order of today alone may be cheaper smaller, or a carton larger. Each
is priced on the same futures, with the policy going on afterwards. Measured on weeks before the test of
``benchmarks.decision_quality`` with a gain of an order line: 0 to 3 % less cost at equal service; in the test none.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from entrepot.engines.replenish.priced_orders import order_choices, order_costs
from entrepot.engines.replenish.rolling import Lane, RollingCosts, RollingPlan, Standing
from entrepot.engines.replenish.steady import Floats, Ints

WHOLE = 3
"""Place of the whole order among its choices."""


def refined(
    plan: RollingPlan, standing: Standing, lanes: tuple[Lane, ...], costs: RollingCosts, *, service_price: float = 0.0,
    seed: int = 1, late: Ints | None = None, gain: float = 0.0,
) -> RollingPlan:  # fmt: skip
    """``plan`` with each order replaced by its cheapest part, or by a carton more, where that saves more than ``gain``.

    >>> totals = np.array([[[6, 10, 14], [28, 40, 56], [60, 80, 108], [100, 130, 170], [200, 260, 330]]], dtype=float)
    >>> one = Standing(np.array([40]), np.zeros((1, 1, 1), np.int64), np.zeros((1, 1), np.int64), totals,
    ...                np.array([0.1, 0.5, 0.9]), np.array([12]), np.array([12]))
    >>> costs = RollingCosts(np.array([900.0]), np.array([500.0]), np.array([[90.0]]), np.array([2.0]), 0.0023,
    ...                      300.0, 0.7, np.array([10.0]))
    >>> from entrepot.engines.replenish.rolling import plan_orders
    >>> sea = (Lane("sea", (5,), (1.0,)),)
    >>> plan = plan_orders(one, sea, costs)
    >>> better = refined(plan, one, sea, costs)
    >>> bool(better.cost[0] <= plan.cost[0] + 1e-6), int(better.units[0, 0]) % 12
    (True, 0)
    """
    acting: Ints = np.flatnonzero(plan.units.sum(axis=1) > 0).astype(np.int64)
    if acting.size == 0:
        return plan
    there, spent, units = standing.take(acting), costs.take(acting), plan.units[acting]
    more = units.copy()
    more[:, -1] += np.where(more[:, -1] > 0, there.carton, 0)
    orders = np.concatenate([order_choices(units, there), more[:, None]], axis=1)
    priced: Floats = order_costs(
        orders, plan.policy[acting], there, lanes, spent, service_price=service_price, seed=seed, late=late
    )
    pick = np.where(priced.min(axis=1) < priced[:, WHOLE] - gain, priced.argmin(axis=1), WHOLE)
    rows = np.arange(len(acting))
    out, cost = plan.units.copy(), plan.cost.copy()
    out[acting], cost[acting] = orders[rows, pick], priced[rows, pick]
    return replace(plan, units=out, cost=cost)
