"""Today's orders when cash or container space does not suffice for all of them: what gives, and what each limit costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrepot.core.reasons import Reason
from entrepot.engines.replenish.demand_paths import demand_paths
from entrepot.engines.replenish.rolling import (
    PATHS,
    WEEKS,
    Lane,
    RollingCosts,
    RollingPlan,
    Standing,
    arrivals,
    delays,
    lead_draws,
)
from entrepot.engines.replenish.shared_limits import Options, SharedPlan, choose_within
from entrepot.engines.replenish.steady import Floats, Ints

SHARES = (0.0, 0.33, 0.67, 1.0)
"""Parts of an order that are compared; besides all of it, what goes by the slowest mode alone."""


@dataclass(frozen=True)
class Limited:
    """``units`` [rows, modes] within the limits; ``shared`` the choice with prices and gap; ``dearer`` [rows]: expected cost
    above the order without limits, minor units."""

    units: Ints
    shared: SharedPlan
    dearer: Floats

    def explain(self) -> tuple[Reason, ...]:
        """How many orders gave way, what that costs, and each limit's price."""
        count, total = int((self.dearer > 0.5).sum()), float(self.dearer.sum())
        text = (
            f"{count} orders are smaller or later than they should be; expected cost of the limits {total / 100:,.2f}."
        )
        return (Reason("limits_cost", text, {"orders": count, "cost": total}), *self.shared.explain())


def order_within(
    plan: RollingPlan, standing: Standing, lanes: tuple[Lane, ...], costs: RollingCosts, use: Floats, capacity: Floats,
    names: tuple[str, ...], *, service_price: float = 0.0, seed: int = 1, late: Ints | None = None,
) -> Limited:  # fmt: skip
    """``plan`` within ``capacity`` [limits], where a unit of row i by mode m takes ``use`` [limits, rows, modes].

    Each row may order all of what the plan says, two thirds, a third, only the slowest mode's part, or nothing; each is priced
    on the same paths as the plan, and the limits choose (:func:`~entrepot.engines.replenish.shared_limits.choose_within`).
    Rows that the plan could not plan order nothing.
    """
    orders = order_choices(plan.units, standing)
    known: Ints = np.array([row for row, names_ in enumerate(plan.missing) if not names_], dtype=np.int64)
    if not plan.missing:
        known = np.arange(len(plan.units), dtype=np.int64)
    cost = np.zeros((len(plan.units), orders.shape[1]))
    cost[known] = order_costs(
        orders[known], plan.policy[known], standing.take(known), lanes, costs.take(known), service_price=service_price,
        seed=seed, late=late,
    )  # fmt: skip
    taken = np.einsum("rom,lrm->lro", orders.astype(np.float64), use)
    shared = choose_within(Options(cost, np.ascontiguousarray(taken)), capacity, names)
    rows = np.arange(len(cost), dtype=np.int64)
    return Limited(orders[rows, shared.pick], shared, cost[rows, shared.pick] - cost.min(axis=1))


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
