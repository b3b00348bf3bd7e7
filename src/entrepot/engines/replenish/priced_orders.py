"""What each of today's possible orders costs if the policy goes on afterwards: for limits and for people to choose from."""

from __future__ import annotations

import numpy as np

from entrepot.engines.replenish.demand_paths import demand_paths
from entrepot.engines.replenish.rolling import (
    PATHS,
    WEEKS,
    Lane,
    RollingCosts,
    Standing,
    arrivals,
    delays,
    lead_draws,
)
from entrepot.engines.replenish.steady import Floats, Ints

SHARES = (0.0, 0.33, 0.67, 1.0)
"""Parts of an order that are compared; besides all of it, what goes by the slowest mode alone."""


def order_costs(
    orders: Ints, policy: Floats, standing: Standing, lanes: tuple[Lane, ...], costs: RollingCosts, *,
    service_price: float = 0.0, seed: int = 1, late: Ints | None = None, demand: Ints | None = None,
) -> Floats:  # fmt: skip
    """Expected cost [rows, options], minor units, of each of today's ``orders`` [rows, options, modes] if ``policy`` goes on
    afterwards: on the paths that :func:`~entrepot.engines.replenish.rolling.plan_orders` draws with the same seed."""
    from entrepot.engines.replenish.rolling_kernel import price_rows

    old = np.zeros((len(orders), 3, WEEKS)) if standing.old is None else standing.old
    if demand is None:
        demand = demand_paths(standing.totals, standing.levels, WEEKS, PATHS, seed)
    priced = np.zeros(orders.shape[:2])
    price_rows(
        policy, np.ascontiguousarray(orders), standing.on_hand, old, demand, arrivals(standing, lanes), lead_draws(lanes),
        delays(late, len(lanes)), np.array([lane.nominal for lane in lanes], np.int64), costs.table(service_price),
        costs.freight, standing.carton, standing.least, priced,
    )  # fmt: skip
    return priced


def order_choices(units: Ints, standing: Standing) -> Ints:
    """Today's possible orders [rows, options, modes], in whole cartons of at least the minimum; the first is nothing."""
    carton, least = standing.carton[:, None], standing.least[:, None]
    options: list[Ints] = []
    for share in SHARES:
        whole = np.ceil(share * units / carton).astype(np.int64) * carton
        options.append(np.where((units > 0) & (share > 0), np.maximum(whole, least), 0))
    slow = units.copy()
    slow[:, :-1] = 0
    options.append(slow)
    return np.ascontiguousarray(np.stack(options, axis=1))
