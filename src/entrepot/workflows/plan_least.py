"""A supplier who takes nothing below a value: the order is raised where that costs less than doing without it, else left."""

from __future__ import annotations

import numpy as np

from entrepot.workflows.plan_batches import Ints
from entrepot.workflows.plan_cash import price_of
from entrepot.workflows.plan_model import Inputs
from entrepot.workflows.plan_orders import Choice, line_costs
from entrepot.workflows.plan_rows import NEVER
from entrepot.workflows.plan_terms import by_supplier, least_values

STEPS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Cartons or pallets more that a line may take to reach the least value."""


def reach_least_values(inputs: Inputs, choices: list[Choice]) -> None:
    """Raise, or leave, the orders of suppliers whose least order value is not reached."""
    least = least_values(inputs)
    if not least:
        return
    for (_, supplier), theirs in by_supplier(inputs, choices).items():
        value = value_of(inputs, theirs)
        if supplier in least and 0 < value < least[supplier] - 0.5:
            _reach(inputs, [c for c in theirs if c.units.any() or not NEVER & {*c.flags}], least[supplier])


def value_of(inputs: Inputs, choices: list[Choice]) -> float:
    """Goods of an order, minor units of the company."""
    return sum(price_of(inputs, choice) * int(choice.units.sum()) for choice in choices)


def _reach(inputs: Inputs, choices: list[Choice], least: float) -> None:
    from entrepot.engines.replenish.price_breaks import joint_order

    orders = [_sizes(choice) for choice in choices]
    cost = np.full((len(choices), len(STEPS) + 1), np.inf)
    quantity = np.zeros_like(cost)
    for n, (choice, sizes) in enumerate(zip(choices, orders, strict=True)):
        cost[n, : len(sizes)] = line_costs(choice, sizes)
        quantity[n, : len(sizes)] = sizes.sum(axis=1)
    found = joint_order(quantity, cost, np.array([price_of(inputs, c) for c in choices]), 0.0, least)
    for n, choice in enumerate(choices):
        units = orders[n][int(found.pick[n])] if found.orders else np.zeros_like(choice.units)
        if (units != choice.units).any():
            choice.flags.append("least_value" if found.orders else "no_least_value")
            choice.units = choice.wanted = units
            choice.cost = choice.unlimited = float(cost[n, int(found.pick[n])] if found.orders else choice.nothing)


def _sizes(choice: Choice) -> Ints:
    """Nothing, what is wanted, and some steps more by the slowest way."""
    step, least = (int(getattr(choice.batch.standing, name)[choice.at]) for name in ("carton", "least"))
    rows = [np.zeros_like(choice.units)]
    for more in STEPS:
        units = choice.units.copy()
        units[-1] += more * step
        if units.sum() >= least:
            rows.append(units)
    return np.stack(rows)
