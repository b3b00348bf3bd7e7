"""A factory that closes for the new year, and half of the cash: what changes in today's orders, and what each costs.

    python examples/closure_and_half_the_cash.py

Made-up SKUs; money in cents.
"""

from __future__ import annotations

import numpy as np

from entrepot.engines.replenish.demand_paths import HORIZONS
from entrepot.engines.replenish.priced_orders import order_choices, order_costs
from entrepot.engines.replenish.rolling import Lane, RollingCosts, Standing, plan_orders
from entrepot.engines.replenish.shared_limits import Options, choose_within

LANES = (Lane("air", (1, 2), (0.7, 0.3)), Lane("rail", (5, 6), (0.6, 0.4)), Lane("sea", (8, 9, 10), (0.5, 0.3, 0.2)))
SKUS = 300


def shop() -> tuple[Standing, RollingCosts]:
    """Stock, what is due, forecasts and costs of a small shop."""
    random = np.random.default_rng(7)
    pace = np.exp(random.normal(2.0, 1.0, SKUS))
    spread = np.array([0.1, 0.45, 0.75, 1.0, 1.3, 1.8, 2.8])
    totals = pace[:, None, None] * np.asarray(HORIZONS)[None, :, None] * spread
    cost = np.exp(random.normal(6.3, 0.6, SKUS))
    standing = Standing(
        np.floor(pace * random.integers(1, 14, SKUS)).astype(np.int64), np.zeros((SKUS, 3, 1), np.int64),
        np.floor(pace[:, None] * np.ones(6) * 0.7).astype(np.int64), totals,
        np.array([0.02, 0.15, 0.3, 0.5, 0.7, 0.85, 0.98]), np.full(SKUS, 12), np.full(SKUS, 24),
    )  # fmt: skip
    costs = RollingCosts(
        cost * random.uniform(0.4, 1.3, SKUS), cost, cost[:, None] * np.array([0.7, 0.15, 0.07]), cost * 0.003,
        0.12 / 52, 400.0, 0.7, cost * 0.02,
    )  # fmt: skip
    return standing, costs


def main() -> None:
    """Print the three plans."""
    standing, costs = shop()
    usual = plan_orders(standing, LANES, costs)
    late = np.zeros((12, 3), np.int64)
    late[1:6] = np.arange(5, 0, -1)[:, None]  # from next week on the factory is closed for five weeks
    closed = plan_orders(standing, LANES, costs, late=late)
    for name, plan in (("usual", usual), ("closure from next week", closed)):
        spent = (plan.units * costs.landed[:, None]).sum() / 100
        print(f"{name}: units by mode {plan.units.sum(axis=0).tolist()}, cash {spent:,.0f}, "
              f"expected cost of 32 weeks {plan.cost.sum() / 100:,.0f}")  # fmt: skip
    # Each SKU may order all of it, two thirds, a third, only what goes by sea, or nothing; the cash chooses.
    orders = order_choices(closed.units, standing)
    priced = order_costs(orders, closed.policy, standing, LANES, costs, late=late)
    cash = (orders.sum(axis=2) * costs.landed[:, None])[None]
    half = 0.5 * float((closed.units.sum(axis=1) * costs.landed).sum())
    chosen = choose_within(Options(priced, np.ascontiguousarray(cash)), np.array([half]), ("cash, cents",))
    rows = np.arange(SKUS)
    print("closure and half of the cash: units by mode", orders[rows, chosen.pick].sum(axis=0).tolist(),
          f"dearer by {(priced[rows, chosen.pick] - priced.min(axis=1)).sum() / 100:,.0f}")  # fmt: skip
    for line in chosen.explain():
        print(" ", line)
    row = int(np.argmax(closed.units.sum(axis=1)))
    print(f"SKU {row}:")
    for line in closed.explain(row):
        print(" ", line)


if __name__ == "__main__":
    main()
