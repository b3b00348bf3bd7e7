"""Demand: the distribution of what will be ordered while goods are on their way.

**Problem.** What an order costs a seller is decided over the 8 to 13 weeks of its lead time, and not by the expected
demand but by its spread: the textbook z·σ·√L that promises 95 % holds in about 72 % of cases on real sellers' data.

**Method.** Order lines become weekly demand (early cancellations netted, returns apart, incomplete weeks dropped, weeks
out of stock unknown). The centre is the average of the 4, 8, 13 and 26-week means, one-off bulk orders kept apart as a rate of
their own, mixed with what the same season sold a year ago as far as it was seen, and with an event calendar as far as it was
not. The spread is measured, not assumed: the same centre is computed at every earlier week of the shop's own history, and the
quantiles of actual / forecast of the lead-time totals, pooled over similar series, scale today's centre; trees learnt from the
same past refine them where that pays on unseen series. Uncertain lead times mix those distributions. Series that cannot be
calibrated get a negative binomial whose spread is an assumption and says so.

**Source.** docs/methods/demand.md, with measurements. Demand classes: Syntetos, Boylan & Croston (2005).

**How to call it.** Frames in, frozen results out; no database, no clock, no network.

- ``weekly = build_demand(lines, zone=, as_of=, since=, in_stock=)``; ``panel(weekly, by=("item", "channel"))`` gives the
  series: demand [series, weeks] with NaN where unknown, ``censored`` (out of stock) and ``bulk`` (units of flagged
  one-off orders).
- ``fit(panel, events=, seed=)`` → :class:`Model`, what is learnt from the whole panel (ratio table, shop season, learnt
  correction, whether it beat the simple rule). ``forecast(panel, model=, keys=)`` → :class:`Forecast`; without ``model``
  it fits one. Forecasting chunks of a panel with the same model gives the same figures as the whole.
- ``Forecast.frame``: one row a key: ``weekly_mean``, ``level``, ``weeks``, ``zero_share``, ``pattern``, ``method``,
  ``flags``, ``lost_sales`` (units thought lost to stock-outs in the last 26 weeks), ``bulk_rate`` (units a week of one-off
  orders inside the mean).
- ``Forecast.history(key)``: ``week``, ``sold`` (null: unknown), ``censored``, ``demand`` (refilled where censored), ``low``
  and ``high`` (80 % of what a refilled week may have been), ``bulk``.
- ``Forecast.fan(key, weeks=26, levels=(.05, .25, .5, .75, .95))``: a row for each week ahead with ``week``, ``mean``,
  ``season``, ``event``, ``promotion`` (factors, 1 = none) and one column a level (``q05`` …); ``Forecast.totals(key, …)``
  the same for the totals of the first 1, 2, … weeks.
- ``Forecast.quantiles(lead, levels)`` and ``lead_demand(rows)``: totals over (uncertain) lead times for many keys.
- ``Forecast.promoted([Promotion(key, first, last, uplift)])``: the same forecast with the user's uplifts (0.4 = +40 %);
  ``Forecast.until(key, date)`` runs an ending item down to a date; ``Forecast.paths(weeks, count, seed)`` samples
  whole weekly paths [series, count, weeks] whose totals follow the quantiles.
- ``Forecast.explain(key, lead)``: reasons (code, text, parameters) in the order in which a page shows them:
  ``centre_windows`` or ``centre_silent``, ``bulk_rate``, ``season``, ``event``, ``promotion``, ``spread_measured`` or
  ``spread_assumed``, ``learnt``, ``range``, ``lost_sales``, ``flag_…`` (model.py: FLAGS).
- ``track_record(panel, model=, weeks=8)`` → :class:`TrackRecord`: accuracy on the seller's own past against the 8-week
  average: ``frame`` (a row a key: ``forecasts``, ``wape``, ``wape_ma8``, ``bias``, ``covered95``, ``value_added``),
  ``total`` and ``alarms`` (drift of bias or coverage).
- ``Forecast.signalled(signal_paths(signals, values, weeks))`` counts the kept signals; ``rescaled(panel, packs)`` mends changed
  units; ``judged(panel, model, …)`` and ``joined(forecast, model, …)`` let an :class:`OutsideModel` take part; ``fit(stored=)``
  calibrates on forecasts as they were stored.
- ``signal_values(panel, signals)``: what each search, page-view, price or ad signal is worth out of sample; those worth
  nothing are dropped. ``new_item(…)``: a first distribution from analogues and pre-sale interest; ``components``,
  ``regional_shares``, ``inherit``: bundles, regions, successors.

**Limits.** Ratios are pooled over the whole panel, so a panel should hold one company's items. A season of which nothing
was ever seen leans on the event calendar's priors, which are averages of all retail. Items without history get no
forecast, only a flag, unless :func:`new_item` is told what they resemble.

>>> import numpy as np, polars as pl
>>> from datetime import UTC, datetime, timedelta
>>> start, lines = datetime(2026, 1, 5, 12, tzinfo=UTC), []
>>> for week in range(12):
...     lines.append(("mug", 10 + week % 3, start + timedelta(weeks=week)))
>>> frame = pl.DataFrame(lines, schema=["item", "quantity", "ordered_at"], orient="row")
>>> result = forecast(panel(build_demand(frame, as_of=int(datetime(2026, 3, 30, tzinfo=UTC).timestamp()) * 10**6)))
>>> [round(mean, 1) for mean in result.frame["weekly_mean"]]
[11.3]
>>> for line in result.explain("mug", LeadTime((8, 9), (3, 1))):
...     print(line)
About 11.1 units a week now: the average of the last 4, 8, 13 and 26 weeks' means (11.2, 11.1, 11.0, 11.0).
The spread is assumed (negative binomial): too little history to measure how wrong forecasts were.
Over 8.25 weeks: 86 units as likely as not, between 29 and 185 in nine cases of ten.
"""

from entrepot.engines.demand.backtest import backtest
from entrepot.engines.demand.build import build_demand, panel
from entrepot.engines.demand.events import CALENDARS, WEST, Event
from entrepot.engines.demand.fit import Model, fit
from entrepot.engines.demand.forecast import Forecast, Promotion, forecast
from entrepot.engines.demand.launch import NewItem, new_item
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
from entrepot.engines.demand.opportunities import Opportunity, Rate, opportunities, search_rate
from entrepot.engines.demand.outside import OutsideModel, joined, judged
from entrepot.engines.demand.refill import refill
from entrepot.engines.demand.shape import components, inherit, regional_shares
from entrepot.engines.demand.signal_paths import SignalPaths, signal_paths
from entrepot.engines.demand.signals import Signal, SignalValues, signal_values
from entrepot.engines.demand.succession import Launch, Launched, ended, launched, successors
from entrepot.engines.demand.track import TrackRecord, track_record
from entrepot.engines.demand.units import rescaled

__all__ = [
    "CALENDARS",
    "HORIZONS",
    "LEVELS",
    "WEST",
    "Backtest",
    "BacktestScore",
    "DemandPanel",
    "Event",
    "Forecast",
    "Launch",
    "Launched",
    "LeadTime",
    "Model",
    "NewItem",
    "Opportunity",
    "OutsideModel",
    "Promotion",
    "Rate",
    "RatioTable",
    "Signal",
    "SignalPaths",
    "SignalValues",
    "TrackRecord",
    "WeeklyDemand",
    "backtest",
    "build_demand",
    "components",
    "ended",
    "fit",
    "forecast",
    "inherit",
    "joined",
    "judged",
    "launched",
    "new_item",
    "opportunities",
    "panel",
    "refill",
    "regional_shares",
    "rescaled",
    "search_rate",
    "signal_paths",
    "signal_values",
    "successors",
    "track_record",
]
