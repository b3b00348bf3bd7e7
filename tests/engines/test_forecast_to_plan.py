"""Order lines to a plan, as the workflow joins the two engines."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from entrepot.engines.demand import LEVELS, build_demand, forecast, panel
from entrepot.engines.replenish import fill_assumptions, propose, with_order_cycle

START = date(2025, 6, 2)


def order_lines(weeks: int = 52, items: int = 120) -> pl.DataFrame:
    """Poisson demand of many items, one line an item and week."""
    random = np.random.default_rng(11)
    rate = np.exp(random.normal(1.5, 1.0, items))
    units = random.poisson(rate[:, None], (items, weeks))
    first = int((START - date(1970, 1, 1)).days) * 86_400_000_000
    rows = [
        (f"i{item:03d}", int(units[item, week]), first + (week * 7 + 1) * 86_400_000_000)
        for item in range(items)
        for week in range(weeks)
        if units[item, week]
    ]
    return pl.DataFrame(rows, schema=["item", "quantity", "ordered_at"], orient="row")


def test_lines_become_orders_with_reasons() -> None:
    """Assumed lead times reach the forecast, known items are planned, unknown ones listed, all explain themselves."""
    today = START + timedelta(weeks=52)
    as_of = int((today - date(1970, 1, 1)).days) * 86_400_000_000
    expected = forecast(panel(build_demand(order_lines(), as_of=as_of)))
    items = [*expected.frame["item"].to_list(), "never sold"]
    positions = fill_assumptions(
        pl.DataFrame(
            {"item": items, "location": ["us"] * len(items), "on_hand": [30] * len(items), "price": [1999] * len(items)}
        )
    )
    positions = with_order_cycle(expected.lead_demand(positions, name="demand_lead"))
    positions = expected.lead_demand(positions, plus="review_weeks", name="demand_cover")
    positions = expected.lead_demand(positions, plus="cycle_weeks", name="demand_cycle")
    plan = propose(positions, on=today, levels=LEVELS, currency="USD")
    assert plan.unplanned.rows() == [("never sold", "us", ["forecast"])]
    assert len(plan.frame) == len(items) - 1
    assert len(plan.orders) > 60
    assert plan.orders["benefit"].is_sorted(descending=True)
    for item in plan.orders["item"].head(3):
        assert plan.explain(item, "us")[0].code == "decision_order"
        assert expected.explain(item)
    # Busy items need more stock than quiet ones for the same shelf.
    busy, quiet = plan.frame.sort("weekly_mean", descending=True)["order_up_to"].to_numpy()[[0, -1]]
    assert busy > quiet
