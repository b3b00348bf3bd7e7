"""What looks wrong in the data of one item; nothing is changed for it, but the forecast says so."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.engines.demand.model import DemandPanel, Floats, Ints

UNIT_JUMP = 6.0
"""Factor between the weeks before and after from which an item may have changed its unit (single pieces, then boxes)."""

UNIT_WEEKS = (8, 18)
"""Weeks after and before the change that are compared."""

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
    return {"unit_changed": _unit_changed(panel.demand), "gaps": (unknown & recent).sum(axis=1) >= GAP_WEEKS}


def _unit_changed(demand: Floats) -> NDArray[np.bool_]:
    """Selling weeks of the last eight and of the eighteen before lie apart by :data:`UNIT_JUMP`, without overlap, at least
    four on each side."""
    after, before = UNIT_WEEKS
    late, early = demand[:, -after:], demand[:, -(after + before) : -after]
    if early.shape[1] == 0:
        return np.zeros(len(demand), dtype=np.bool_)
    sold, sold_before = late > 0, early > 0
    enough = (sold.sum(axis=1) >= 4) & (sold_before.sum(axis=1) >= 4)
    low, low_before = (np.where(mark, part, np.inf).min(axis=1) for mark, part in ((sold, late), (sold_before, early)))
    high, high_before = (np.where(mark, part, 0.0).max(axis=1) for mark, part in ((sold, late), (sold_before, early)))
    mean, mean_before = (
        np.where(mark, part, 0.0).sum(axis=1) / np.maximum(mark.sum(axis=1), 1)
        for mark, part in ((sold, late), (sold_before, early))
    )
    up = (low > high_before) & (mean >= UNIT_JUMP * mean_before)
    down = (low_before > high) & (mean_before >= UNIT_JUMP * mean)
    return np.asarray(enough & (up | down), dtype=np.bool_)


def _noted(frame: pl.DataFrame, note: str) -> pl.DataFrame:
    return frame.select("item", note=pl.lit(note))
