"""Orders of today priced on the plan's own futures: the plan's is among them, and limits choose between them."""

from __future__ import annotations

import numpy as np
import pytest

from entrepot.engines.replenish.priced_orders import order_choices, order_costs
from entrepot.engines.replenish.rolling import plan_orders
from entrepot.engines.replenish.shared_limits import Options, choose_within
from tests.engines.replenish.test_rolling import LANES, costs, standing

ROWS = 40


def test_parts_of_an_order_are_cartons_and_the_whole_costs_what_the_plan_says() -> None:
    """The first choice is nothing, the fourth the plan's order, at the plan's own expected costs."""
    here, paid = standing(list(range(0, 4 * ROWS, 4))), costs(ROWS)
    plan = plan_orders(here, LANES, paid)
    orders = order_choices(plan.units, here)
    assert (orders[:, 0] == 0).all()
    assert (orders[:, 3] == plan.units).all()
    assert (orders % 12 == 0).all()
    assert ((orders == 0) | (orders >= 24)).all()
    priced = order_costs(orders, plan.policy, here, LANES, paid)
    assert priced[:, 3] == pytest.approx(plan.cost)
    assert priced[:, 0] == pytest.approx(plan.cost_of_nothing)


def test_half_of_the_cash_goes_where_it_saves_most() -> None:
    """With half of the cash the orders of the items with the small margins give way, and the cost is that of the choice."""
    here, paid = standing([0] * ROWS), costs(ROWS)
    paid.margin[:] = np.linspace(200, 1500, ROWS)
    plan = plan_orders(here, LANES, paid)
    orders = order_choices(plan.units, here)
    priced = order_costs(orders, plan.policy, here, LANES, paid)
    cash = orders.sum(axis=2)[None].astype(np.float64) * 600
    need = float(cash[0, :, 3].sum())
    chosen = choose_within(Options(priced, cash), np.array([need / 2]), ("cash",))
    rows = np.arange(ROWS)
    kept = cash[0, rows, chosen.pick]
    assert kept.sum() <= need / 2
    assert kept[: ROWS // 2].sum() < kept[ROWS // 2 :].sum()
    assert chosen.cost == pytest.approx(priced[rows, chosen.pick].sum())
    assert chosen.prices[0] > 0
