"""What looks wrong in the data of one item; nothing is changed for it, but the forecast says so."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.engines.demand.model import DemandPanel, Ints
from entrepot.engines.demand.units import RECENT, unit_changes

DUPLICATES = 0.05
"""Share of an item's lines that repeat another from which it is flagged; a few are as a rule two parts of one order."""

GAP_WEEKS = 2
"""Unknown weeks among the last 26, not out of stock, from which a series is said to have gaps."""


def line_doubts(lines: pl.DataFrame, future: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """``item`` and ``note`` of what the order lines themselves show: ``duplicate_lines`` (same order or customer, item, quantity
    and instant more than once in over a twentieth of the lines; all are counted), ``future_lines`` (left out), ``net_returns``
    (more came back than was ordered)."""
    same = [name for name in ("item", "quantity", "ordered_at", "order", "customer") if name in lines.columns]
    twice = lines.select("item", again=pl.struct(same).is_duplicated()).group_by("item").agg(pl.col("again").mean())
    told = [
        _noted(twice.filter(pl.col("again") > DUPLICATES) if len(same) > 3 else twice.head(0), "duplicate_lines"),
        _noted(future, "future_lines"),
        _noted(
            frame.group_by("item")
            .agg(pl.col("demand", "returned").sum())
            .filter(pl.col("returned") > pl.col("demand")),
            "net_returns",
        ),
    ]
    return pl.concat(told).unique().sort("item", "note")


def series_doubts(panel: DemandPanel) -> dict[str, NDArray[np.bool_]]:
    """Marks [series] by flag: ``unit_changed``, ``gaps``."""
    weeks = panel.demand.shape[1]
    columns: Ints = np.arange(weeks, dtype=np.int64)[None, :]
    recent = columns >= weeks - 26
    unknown = np.isnan(panel.demand) & ~panel.censored & (columns > panel.born[:, None])
    changed = unit_changes(panel.demand).column >= max(weeks - RECENT, 1)
    return {"unit_changed": changed, "gaps": (unknown & recent).sum(axis=1) >= GAP_WEEKS}


def _noted(frame: pl.DataFrame, note: str) -> pl.DataFrame:
    return frame.select("item", note=pl.lit(note))
