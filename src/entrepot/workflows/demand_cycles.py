"""The forecasts of earlier runs, as they were stored: what today's spread is calibrated on and what the alarms look at."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from entrepot.books import models
from entrepot.core.frames.demand import STORED_FORECASTS

if TYPE_CHECKING:
    from entrepot.engines.demand import DemandPanel, TrackRecord

MOST_CYCLES = 52
MOST_ROWS = 400_000
"""Stored figures that are read at most, the newest runs first."""

ENOUGH = (4, 30)
"""Forecast dates whose weeks are over, and forecasts, from which the stored ones are judged instead of forecasts made again."""

SCHEMA = {
    "item": pl.Int64, "channel": pl.String, "last_week": pl.Date, "weeks": pl.Int64, "mean": pl.Float64, "q95": pl.Float64,
}  # fmt: skip


def stored(company: int) -> pl.DataFrame:
    """item, channel (place number as text), last_week, weeks, mean, q95: one forecast an item, place, last known week and lead
    time (of several runs in a week the last). Runs stored before means were kept are left out."""
    newest: dict[date, int] = {}
    runs = models.DemandRun.objects.filter(company=company).order_by("-made_at")
    left = MOST_ROWS
    for made_at, last, series in runs.values_list("made_at", "last_week", "series"):
        if last in newest:
            continue
        if len(newest) == MOST_CYCLES or left < series:
            break
        newest[last], left = made_at, left - series
    ends = {made_at: last for last, made_at in newest.items()}
    places = {code: str(pk) for pk, code in models.Location.objects.values_list("pk", "code")}
    figures = models.ForecastFigure.objects.filter(made_at__in=list(ends))
    told = figures.values_list("item_id", "location", "made_at", "quantiles")
    rows = [
        (item, places[place], ends[made_at], int(weeks), units["mean"], units.get("0.95"))
        for item, place, made_at, quantiles in told.iterator(2_000)
        if place in places
        for weeks, units in quantiles.items()
        if units.get("mean") is not None
    ]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    # Runs of several companies are stored at one time: what a place sells for two of them is nobody's forecast.
    return STORED_FORECASTS.require(
        frame.unique(["item", "channel", "last_week", "weeks"], keep="none", maintain_order=True)
    )


def record(panel: DemandPanel, told: pl.DataFrame, weeks: int) -> tuple[TrackRecord, bool]:
    """How good the stored forecasts were, and ``True``; those made again, and ``False``, where too few are stored."""
    from entrepot.engines.demand import track_record

    found = track_record(panel, weeks=weeks, stored=told)
    if len(found.cycles) >= ENOUGH[0] and (found.total.get("forecasts") or 0) >= ENOUGH[1]:
        return found, True
    return track_record(panel, weeks=weeks), False
