"""One series as a page shows it: what was sold, what is expected week by week, and how far it may be off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from entrepot.engines.demand import spread
from entrepot.engines.demand.fit import Model
from entrepot.engines.demand.model import DemandPanel, Floats, SeriesState, as_levels
from entrepot.engines.demand.refill import refill

FAN_LEVELS: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)


def past(panel: DemandPanel, model: Model) -> pl.DataFrame:
    """The history of the one series of ``panel`` from its first sale on: ``week``, ``sold`` (null: unknown), ``censored``,
    ``demand`` (refilled where censored), ``low``, ``high``, ``bulk``."""
    told = refill(panel, model.index)
    start = int(panel.born[0])
    bulk = np.zeros_like(panel.demand) if panel.bulk is None else panel.bulk
    columns = {"sold": panel.demand, "demand": told.demand, "low": told.low, "high": told.high, "bulk": bulk}
    frame = pl.DataFrame({name: values[0, start:] for name, values in columns.items()}).fill_nan(None)
    return frame.select(
        pl.Series("week", panel.weeks[start:], dtype=pl.Date), "sold",
        pl.Series("censored", panel.censored[0, start:]), "demand", "low", "high", "bulk",
    )  # fmt: skip


def ahead(
    model: Model, state: SeriesState, last: date, promotion: Floats, weeks: int, levels: Sequence[float],
    signal: Floats | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Each of the next ``weeks`` weeks of the one series of ``state``: mean, factors (``signal``: of all signals together) and
    quantiles of that week's demand.

    A week far ahead is as uneven as the next one and besides as uncertain as the level by then: its distance from the
    median is √(d₁² + max(d_k² − d₁²/k, 0)), d the distances of the calibrated ratios of one week and of the total of k.
    """
    wanted = as_levels(levels)
    mean = np.diff(state.expected[0])[:weeks]
    steps = np.arange(1, weeks + 1, dtype=np.float64)
    rows = state.take(np.zeros(weeks, dtype=np.int64))
    one = _distances(model, rows, np.ones(weeks), wanted)
    total = _distances(model, rows, steps, wanted)
    width = np.sqrt(one[0] ** 2 + np.maximum(total[0] ** 2 - one[0] ** 2 / steps[:, None], 0.0))
    quantiles = mean[:, None] * np.maximum(one[1] + np.sign(wanted - 0.5) * width, 0.0)
    event = model.shop.event[:weeks]
    signals = np.ones(weeks) if signal is None else signal[:weeks]
    season = mean / np.maximum(float(state.mean[0]) * event * promotion[:weeks] * signals, 1e-12)
    told = _frame(last, mean, season, event, promotion[:weeks], spread.whole(quantiles), levels)
    return told.insert_column(5, pl.Series("signal", signals))


def totals(model: Model, state: SeriesState, last: date, weeks: int, levels: Sequence[float]) -> pl.DataFrame:
    """Totals of the next 1, 2, … ``weeks`` weeks of the one series of ``state``: ``week`` (the last of them), ``weeks``,
    ``mean`` and quantiles."""
    steps = np.arange(1, weeks + 1, dtype=np.float64)
    values = spread.whole(spread.totals(model, state.take(np.zeros(weeks, dtype=np.int64)), steps, as_levels(levels)))
    frame = pl.DataFrame(
        {"week": [last + timedelta(weeks=k) for k in range(1, weeks + 1)], "weeks": np.arange(1, weeks + 1),
         "mean": state.expected[0, 1 : weeks + 1]}
    )  # fmt: skip
    return frame.with_columns(_columns(values, levels))


def _distances(model: Model, rows: SeriesState, weeks: Floats, levels: Floats) -> tuple[Floats, Floats]:
    """Distances [rows, levels] of the ratio quantiles from the median, and the median [rows, 1]."""
    expected = np.maximum(rows.over(weeks), 1e-12)
    grid = np.unique(np.append(levels, 0.5))
    ratio = spread.totals(model, rows, weeks, grid) / expected[:, None]
    middle = ratio[:, [int(np.searchsorted(grid, 0.5))]]
    return np.abs(ratio[:, np.searchsorted(grid, levels)] - middle), middle


def _frame(
    last: date, mean: Floats, season: Floats, event: Floats, promotion: Floats, values: Floats, levels: Sequence[float]
) -> pl.DataFrame:
    weeks = [last + timedelta(weeks=k + 1) for k in range(mean.size)]
    frame = pl.DataFrame({"week": weeks, "mean": mean, "season": season, "event": event, "promotion": promotion})
    return frame.with_columns(_columns(values, levels))


def _columns(values: Floats, levels: Sequence[float]) -> list[pl.Series]:
    names = [f"q{level * 100:g}".replace("q", "q0" if level < 0.1 else "q") for level in levels]
    return [pl.Series(name, values[:, k].astype(np.int64)) for k, name in enumerate(names)]
