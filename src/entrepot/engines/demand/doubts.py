"""What looks wrong in the data of one item; nothing is changed for it, but the forecast says so."""

from __future__ import annotations

from dataclasses import replace

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


def made_sound(panel: DemandPanel) -> DemandPanel:
    """``panel`` without weeks that cannot be: infinite ones are unknown, negative ones sold nothing; noted as
    ``impossible_weeks``. The panel itself where there are none.

    >>> from datetime import date
    >>> odd = np.array([[4.0, -2.0, np.inf, 4.0]])
    >>> one = DemandPanel(pl.DataFrame({"item": ["a"]}), (date(2026, 1, 5),) * 4, odd, np.zeros(1, np.int64), np.isnan(odd))
    >>> made_sound(one).demand.tolist(), made_sound(one).notes
    ([[4.0, 0.0, nan, 4.0]], (('impossible_weeks',),))
    """
    infinite, negative = np.isinf(panel.demand), panel.demand < 0
    odd = np.flatnonzero((infinite | negative).any(axis=1))
    if odd.size == 0:
        return panel
    demand = np.where(infinite, np.nan, np.where(negative, 0.0, panel.demand))
    told: list[tuple[str, ...]] = [*(panel.notes or ((),) * len(panel))]
    for row in odd:
        told[int(row)] = (*told[int(row)], "impossible_weeks")
    bulk = None if panel.bulk is None else np.where(infinite | negative, 0.0, panel.bulk)
    return replace(panel, demand=demand, bulk=bulk, notes=tuple(told))


def _noted(frame: pl.DataFrame, note: str) -> pl.DataFrame:
    return frame.select("item", note=pl.lit(note))
