"""The verb: decide a week. Plan, twin and benchmark order by this function and no other.

A week is a situation (stock, forecast, ways, costs) and a price of an unmet unit. The levels are tuned from last week's where
they are known and from the best of many starts; the order is what they say, or nothing where that costs less, or its part or a
carton more where that saves more than an order line costs. The forecast's quantiles go through
:func:`~entrepot.engines.replenish.rolling.tempered` first; what a service floor costs a unit is found by
:mod:`~entrepot.engines.replenish.service`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from entrepot.engines.replenish.refine import refined
from entrepot.engines.replenish.rolling import Lane, RollingCosts, RollingPlan, Standing, plan_orders
from entrepot.engines.replenish.steady import Floats, Ints


@dataclass(frozen=True)
class Situation:
    """Rows that share their ways: where they stand, ``lanes`` fastest first, costs, and known delays ``late`` [weeks, modes] of
    orders of this week, the next, …"""

    standing: Standing
    lanes: tuple[Lane, ...]
    costs: RollingCosts
    late: Ints | None = None

    def take(self, rows: Ints) -> Situation:
        """Some of the rows."""
        return replace(self, standing=self.standing.take(rows), costs=self.costs.take(rows))

    def __len__(self) -> int:
        return len(self.standing.on_hand)


def decide_week(there: Situation, *, price: float = 0.0, policy: Floats | None = None, seed: int = 1) -> RollingPlan:
    """Today's orders of a situation.

    ``price`` of an unmet unit beyond its margin, minor units; ``policy`` [rows, modes + 1]: last week's levels, if known.

    >>> import numpy as np
    >>> totals = np.array([[[6, 10, 14], [28, 40, 56], [60, 80, 108], [100, 130, 170], [200, 260, 330]]], dtype=float)
    >>> one = Standing(np.array([40]), np.zeros((1, 1, 1), np.int64), np.zeros((1, 1), np.int64), totals,
    ...                np.array([0.1, 0.5, 0.9]), np.array([12]), np.array([12]))
    >>> costs = RollingCosts(np.array([900.0]), np.array([500.0]), np.array([[90.0]]), np.array([2.0]), 0.0023,
    ...                      300.0, 0.7, np.array([10.0]))
    >>> plan = decide_week(Situation(one, (Lane("sea", (5,), (1.0,)),), costs))
    >>> int(plan.units[0, 0]) % 12, bool(plan.cost[0] < plan.cost_of_nothing[0])
    (0, True)
    """
    plan = plan_orders(
        there.standing, there.lanes, there.costs, service_price=price, policy=policy, seed=seed, late=there.late
    )
    return refined(
        plan,
        there.standing,
        there.lanes,
        there.costs,
        service_price=price,
        seed=seed,
        late=there.late,
        gain=there.costs.line,
    )
