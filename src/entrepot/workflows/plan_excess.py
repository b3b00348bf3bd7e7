"""Stock that is too much: what to sell down, from the forecast, the stock and the true costs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from entrepot.books import models
from entrepot.core.components import SERVICE
from entrepot.core.frames.replenishment import INBOUND, POSITIONS
from entrepot.workflows.positions import inbound, positions

if TYPE_CHECKING:
    from entrepot.engines.replenish import Plan
    from entrepot.workflows.forecast import CompanyForecast


def propose_for(company: models.Company, one: CompanyForecast, on: date) -> tuple[Plan, set[tuple[int, int]]]:
    """The engine's first form of a plan for a company, and the (item, place) pairs whose stock had to be assumed."""
    from entrepot.engines.demand import LEVELS
    from entrepot.engines.replenish import fill_assumptions, propose, with_order_cycle

    services = list(models.Item.objects.filter(category=SERVICE).values_list("pk", flat=True))
    keys = one.result.frame.select("item", location=pl.col("channel").cast(pl.Int64))
    keys = keys.filter(~pl.col("item").is_in(services))
    rows = fill_assumptions(positions(company, keys, on)).with_columns(channel=pl.col("location").cast(pl.String))
    rows = with_order_cycle(one.result.lead_demand(rows, name="demand_lead"))
    rows = one.result.lead_demand(rows, plus="review_weeks", name="demand_cover")
    rows = one.result.lead_demand(rows, plus="cycle_weeks", name="demand_cycle")
    assumed = {
        (item, place) for item, place, yes in rows.select("item", "location", "stock_assumed").iter_rows() if yes
    }
    result = propose(
        POSITIONS.require(rows.drop("channel", "stock_assumed")), on=on, levels=LEVELS, currency=company.currency,
        inbound=INBOUND.require(inbound(company, on)),
    )  # fmt: skip
    return result, assumed
