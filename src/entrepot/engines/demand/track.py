"""How good the forecast has been on the seller's own items: against the 8-week average, item by item and in all.

Either the forecasts that the product stored when it made them are judged (``stored``), or, before there are any, those that it
would have made four, eight … weeks earlier: each from a model learnt on the weeks known then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np
import polars as pl

from entrepot.core.reasons import Reason
from entrepot.engines.demand.classical import moving_average
from entrepot.engines.demand.fit import fit
from entrepot.engines.demand.forecast import forecast
from entrepot.engines.demand.model import DemandPanel, Floats, LeadTime

CYCLES = 4
EVERY = 4
"""Earlier forecasts that are made again where none are stored, and the weeks between them."""

FEW = 30
"""Forecasts below which no alarm is raised."""

DRIFT = 0.15
"""Bias, as a share of demand, from which the latest forecasts are said to drift."""

Z95 = NormalDist().inv_cdf(0.95)
COVERED = (0.90, 0.99)
"""Bounds of the share of totals at or below the 95 % quantile, outside which an alarm is raised."""


@dataclass(frozen=True)
class TrackRecord:
    """``frame``: a row a key with ``forecasts``, ``demand``, ``wape``, ``wape_ma8``, ``bias`` (shares of demand, null where
    nothing was sold), ``covered95``, ``pin95`` and ``pin95_ma8`` (2 · Σ pinball loss of the 95 % quantile / Σ demand: what being
    wrong there costs; the simple rule's is the 8-week average + z·σ·√L, σ of the last 26 weeks) and ``value_added``
    (1 − wape / wape_ma8); ``total`` the same over all keys; ``cycles`` one row a forecast date; ``alarms`` what has drifted."""

    frame: pl.DataFrame
    total: Mapping[str, float | None]
    cycles: pl.DataFrame
    alarms: tuple[Reason, ...]


def track_record(panel: DemandPanel, *, weeks: int = 8, stored: pl.DataFrame | None = None) -> TrackRecord:
    """Judge forecasts of ``weeks``-week totals by what was then sold.

    ``stored`` has the panel's key columns, ``last_week`` (last week known when the forecast was made), ``weeks`` (whole
    number), ``mean`` (units over those weeks) and ``q95``; rows of other lead times, or whose weeks are not over or not
    observed, are left out. The 8-week average is worked out from the panel as known then.
    """
    made = _made_again(panel, weeks) if stored is None else _judged(panel, stored.filter(pl.col("weeks") == weeks))
    keys = panel.keys.columns
    frame = made.group_by(*keys, maintain_order=True).agg(_FIGURES).with_columns(_VALUE)
    cycles = made.group_by("last_week").agg(_FIGURES).with_columns(_VALUE).sort("last_week")
    total = made.select(_FIGURES).with_columns(_VALUE).row(0, named=True) if len(made) else {}
    return TrackRecord(frame, total, cycles, _alarms(total, cycles))


_ERROR, _RULE_ERROR = (pl.col("mean") - pl.col("actual")).abs().sum(), (pl.col("ma8") - pl.col("actual")).abs().sum()
_SOLD = pl.when(pl.col("actual").sum() > 0).then(pl.col("actual").sum())


def _pinball(quantile: str) -> pl.Expr:
    """2 · Σ loss of a 95 % quantile / Σ demand: a unit short costs nineteen times as much as one too many."""
    over = pl.col("actual") - pl.col(quantile)
    return 2 * pl.when(over > 0).then(0.95 * over).otherwise(-0.05 * over).sum() / _SOLD


_FIGURES = [
    pl.len().cast(pl.Int64).alias("forecasts"), pl.col("actual").sum().alias("demand"), (_ERROR / _SOLD).alias("wape"),
    (_RULE_ERROR / _SOLD).alias("wape_ma8"), ((pl.col("mean") - pl.col("actual")).sum() / _SOLD).alias("bias"),
    (pl.col("actual") <= pl.col("q95")).mean().alias("covered95"), _pinball("q95").alias("pin95"),
    _pinball("ma8_95").alias("pin95_ma8"),
]  # fmt: skip
_VALUE = pl.when(pl.col("wape_ma8") > 0).then(1 - pl.col("wape") / pl.col("wape_ma8")).alias("value_added")


def _made_again(panel: DemandPanel, weeks: int) -> pl.DataFrame:
    count = panel.demand.shape[1]
    parts: list[pl.DataFrame] = []
    for origin in range(count - weeks, max(count - weeks - CYCLES * EVERY, 8), -EVERY):
        past = panel.until(origin)
        result = forecast(past, model=fit(past, learning=False))
        lead = float(weeks)
        told = panel.keys.with_columns(
            last_week=pl.lit(past.weeks[-1]), weeks=pl.lit(weeks),
            mean=result.state.over(np.full(len(panel), lead)),
            q95=result.quantiles(LeadTime.fixed(lead), [0.95])[:, 0],
        )  # fmt: skip
        parts.append(_judged(panel, told))
    return pl.concat(parts) if parts else _judged(panel, _nothing(panel))


def _nothing(panel: DemandPanel) -> pl.DataFrame:
    schema = {"last_week": pl.Date, "weeks": pl.Int64, "mean": pl.Float64, "q95": pl.Float64}
    return panel.keys.head(0).with_columns(pl.lit(None, kind).alias(name) for name, kind in schema.items())


def _judged(panel: DemandPanel, told: pl.DataFrame) -> pl.DataFrame:
    """``told`` with ``actual``, ``ma8`` and its 95 % quantile beside each forecast whose weeks were observed."""
    keys = panel.keys.columns
    at = {week: column for column, week in enumerate(panel.weeks)}
    rows = told.join(panel.keys.with_row_index("_row"), on=keys, how="inner", maintain_order="left")
    actual, rule, high = (np.full(len(rows), np.nan) for _ in range(3))
    by_date: dict[tuple[date, int], list[int]] = {}
    for place, (last, weeks) in enumerate(zip(rows["last_week"], rows["weeks"], strict=True)):
        by_date.setdefault((last, weeks), []).append(place)
    for (last, weeks), places in by_date.items():
        start = at.get(last, -2) + 1
        if start < 1 or start + weeks > len(panel.weeks):
            continue
        series = rows["_row"].to_numpy()[places]
        actual[places] = panel.demand[series, start : start + weeks].sum(axis=1)
        rule[places] = moving_average(panel.demand[series, :start], 8) * weeks
        high[places] = rule[places] + Z95 * _scatter(panel.demand[series, max(0, start - 26) : start]) * weeks**0.5
    judged = rows.drop("_row").with_columns(
        pl.Series("actual", actual), pl.Series("ma8", rule), pl.Series("ma8_95", high)
    )
    return judged.filter(pl.col("actual").is_not_nan() & pl.col("mean").is_not_nan() & pl.col("mean").is_not_null())


def _scatter(recent: Floats) -> Floats:
    """Standard deviation [series] of the known weeks, 0 below two."""
    known = ~np.isnan(recent)
    count = known.sum(axis=1)
    value = np.where(known, recent, 0.0)
    mean = value.sum(axis=1) / np.maximum(count, 1)
    squares = np.where(known, (value - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return np.asarray(np.sqrt(squares / np.maximum(count - 1, 1)), dtype=np.float64)


def _alarms(total: Mapping[str, float | None], cycles: pl.DataFrame) -> tuple[Reason, ...]:
    alarms: list[Reason] = []
    if (total.get("forecasts") or 0) < FEW:
        return ()
    latest = cycles.row(-1, named=True)
    if latest["bias"] is not None and abs(latest["bias"]) > DRIFT and latest["forecasts"] >= FEW:
        text = f"The latest forecasts were {latest['bias']:+.0%} off in all: demand has changed its pace."
        alarms.append(Reason("alarm_bias", text, {"bias": round(latest["bias"], 3)}))
    covered = total["covered95"]
    if covered is not None and not COVERED[0] <= covered <= COVERED[1]:
        text = f"The 95 % quantile held in {covered:.0%} of cases: the range is too {'narrow' if covered < 0.95 else 'wide'}."
        alarms.append(Reason("alarm_coverage", text, {"covered": round(covered, 3)}))
    value = total["value_added"]
    if value is not None and value < 0:
        alarms.append(
            Reason(
                "alarm_value", f"The 8-week average would have been {-value:.0%} better.", {"value": round(value, 3)}
            )
        )
    return tuple(alarms)
