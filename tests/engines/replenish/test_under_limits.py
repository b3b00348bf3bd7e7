"""Orders under a budget: within it, cheapest first, and honest about what the limit costs."""

from __future__ import annotations

import numpy as np

from entrepot.engines.replenish.rolling import plan_orders
from entrepot.engines.replenish.under_limits import order_within
from tests.engines.replenish.test_rolling import LANES, costs, standing

ROWS = 40


def test_half_the_cash_is_kept_and_its_cost_told() -> None:
    """With half of the cash the orders fit it, none is larger than planned, and the price of cash is positive."""
    here, paid = standing(list(range(0, 4 * ROWS, 4))), costs(ROWS)
    paid.margin[:] = np.linspace(200, 1500, ROWS)
    plan = plan_orders(here, LANES, paid)
    use = np.full((1, ROWS, 3), 600.0)
    need = float((plan.units.sum(axis=1) * 600).sum())
    assert need > 0
    free = order_within(plan, here, LANES, paid, use, np.array([2 * need]), ("cash",))
    half = order_within(plan, here, LANES, paid, use, np.array([need / 2]), ("cash",))
    assert free.dearer.sum() == 0
    assert (half.units * 600).sum() <= need / 2 + 1e-6
    assert (half.units <= np.maximum(plan.units, here.least[:, None])).all()
    assert (half.units % 12 == 0).all()
    assert half.dearer.sum() > 0
    assert half.shared.prices[0] > 0
    assert half.explain()[0].code == "limits_cost"
    assert half.shared.gap < 0.02


def test_no_cash_orders_nothing_and_rows_that_are_not_planned_stay_empty() -> None:
    """Zero budget is kept; a row with something unknown has no order whatever the budget."""
    here, paid = standing([0, 0, 10]), costs(3)
    paid.margin[1] = np.nan
    plan = plan_orders(here, LANES, paid)
    use = np.full((1, 3, 3), 600.0)
    assert order_within(plan, here, LANES, paid, use, np.array([0.0]), ("cash",)).units.sum() == 0
    rich = order_within(plan, here, LANES, paid, use, np.array([1e9]), ("cash",))
    assert rich.units[1].sum() == 0
    assert rich.units[0].sum() > 0
