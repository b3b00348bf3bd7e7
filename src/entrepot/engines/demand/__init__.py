"""Demand: the distribution of what will be ordered while goods are on their way.

**Problem.** What an order costs a seller is decided over the 8 to 13 weeks of its lead time, and not by the expected
demand but by its spread: the textbook z·σ·√L that promises 95 % holds in about 72 % of cases on real sellers' data.

**Method.** Order lines become weekly demand (early cancellations netted, returns apart, incomplete weeks dropped, weeks
out of stock unknown). The centre is the average of the 4, 8, 13 and 26-week means, one-off bulk weeks cut, mixed with
what the same season sold a year ago as far as it was seen. The spread is measured, not assumed: the same centre is
computed at every earlier week of the shop's own history, and the quantiles of actual / forecast of the lead-time
totals, pooled over similar series, scale today's centre. Uncertain lead times mix those distributions. Series that
cannot be calibrated get a negative binomial whose spread is an assumption and says so.

**Source.** docs/methods/demand.md, with measurements. Demand classes: Syntetos, Boylan & Croston (2005).

**Limits.** No event calendar, prices or signals yet: a season of which nothing was ever seen is not foreseen. Items
without history get no forecast, only a flag. Ratios are pooled over the whole panel, so a panel should hold one
company's items.

>>> import numpy as np, polars as pl
>>> from datetime import UTC, datetime, timedelta
>>> start, lines = datetime(2026, 1, 5, 12, tzinfo=UTC), []
>>> for week in range(12):
...     lines.append(("mug", 10 + week % 3, start + timedelta(weeks=week)))
>>> frame = pl.DataFrame(lines, schema=["item", "quantity", "ordered_at"], orient="row")
>>> result = forecast(panel(build_demand(frame, as_of=int(datetime(2026, 3, 30, tzinfo=UTC).timestamp()) * 10**6)))
>>> [round(mean, 1) for mean in result.frame["weekly_mean"]]
[11.1]
>>> for line in result.explain("mug", LeadTime((8, 9), (3, 1))):
...     print(line)
About 11.1 units a week now: the average of the last 4, 8, 13 and 26 weeks' means (11.2, 11.1, 11.0, 11.0).
The spread is assumed (negative binomial): too little history to measure how wrong forecasts were.
Over 8.25 weeks: 84 units as likely as not, between 28 and 182 in nine cases of ten.
"""

from entrepot.engines.demand.backtest import backtest
from entrepot.engines.demand.build import build_demand, panel
from entrepot.engines.demand.forecast import Forecast, forecast
from entrepot.engines.demand.model import (
    HORIZONS,
    LEVELS,
    Backtest,
    BacktestScore,
    DemandPanel,
    LeadTime,
    RatioTable,
    WeeklyDemand,
)

__all__ = [
    "HORIZONS",
    "LEVELS",
    "Backtest",
    "BacktestScore",
    "DemandPanel",
    "Forecast",
    "LeadTime",
    "RatioTable",
    "WeeklyDemand",
    "backtest",
    "build_demand",
    "forecast",
    "panel",
]
