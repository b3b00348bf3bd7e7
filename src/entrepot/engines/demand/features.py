"""What is known of a series at a week, as numbers for the learnt correction; nothing looks past that week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrepot.engines.demand.history import History
from entrepot.engines.demand.model import DemandPanel, Floats, Ints
from entrepot.engines.demand.point import zero_share
from entrepot.engines.demand.season import YEAR

NAMES: tuple[str, ...] = (
    "log_level", "mean_4", "mean_8", "mean_13", "mean_26", "mean_all", "bulk", "zero_share", "rarity", "age",
    "variation", "top_share", "since_sale", "weeks", "season", "last_year", "sine", "cosine",
)  # fmt: skip
"""Means are against the level; ``season`` is the expected total against weeks · level, ``last_year`` the total of the same
weeks a year ago against it; ``sine`` and ``cosine`` place the middle of the lead time in the year."""

SEASONS_FROM = 78
"""Weeks of panel from which the time of year is told: a model that saw one autumn would learn that year's by heart."""


@dataclass(frozen=True)
class Known:
    """Features that do not depend on the lead time [rows, 13], and what those that do are made from."""

    fixed: Floats
    level: Floats
    last_year: Floats
    last_year_weeks: Floats
    day: float

    def over(self, weeks: int, expected: Floats) -> Floats:
        """Features [rows, NAMES] for the total of ``weeks`` weeks of which ``expected`` is the forecast."""
        rows = self.level.size
        whole = min(weeks, self.last_year.shape[1] - 1)
        seen = self.last_year_weeks[:, whole]
        total = np.where(seen >= 0.75 * weeks, self.last_year[:, whole] / np.maximum(seen, 1) / self.level, np.nan)
        turn = 2 * np.pi * (self.day + 3.5 * weeks) / 365.25 if self.day > 0 else 0.0
        return np.column_stack(
            [
                self.fixed, np.full(rows, float(weeks)), expected / (self.level * weeks), total,
                np.full(rows, np.sin(turn) if turn else 0.0), np.full(rows, np.cos(turn) if turn else 0.0),
            ]
        )  # fmt: skip


def features(panel: DemandPanel, history: History, at: int, rows: Ints, level: Floats) -> Known:
    """Features at column ``at`` of the series ``rows`` whose levels [rows] are positive."""
    windows = np.nan_to_num(history.windows(at)[rows])
    total, observed, _ = history.whole.window(0, at)
    bulk, _, _ = history.bulk.window(0, at)
    recent = panel.demand[rows, max(0, at - 26) : at]
    known = ~np.isnan(recent)
    value = np.where(known, recent, 0.0)
    count = np.maximum(known.sum(axis=1), 1)
    mean = value.sum(axis=1) / count
    squares = (np.where(known, recent - mean[:, None], 0.0) ** 2).sum(axis=1)
    sold = value > 0
    fixed = np.column_stack(
        [
            np.log(level),
            windows / level[:, None],
            total[rows] / np.maximum(observed[rows], 1) / level,
            bulk[rows] / np.maximum(total[rows], 1e-9),
            zero_share(history.whole, at)[rows],
            history.rarity(at)[rows],
            np.minimum(observed[rows], 2 * YEAR),
            np.sqrt(squares / np.maximum(count - 1, 1)) / np.maximum(mean, 1e-9),
            value.max(axis=1, initial=0.0) / np.maximum(value.sum(axis=1), 1e-9),
            np.where(sold.any(axis=1), sold[:, ::-1].argmax(axis=1), 26),
        ]
    )
    start = at - YEAR
    reach = min(26, YEAR) if start >= 0 else 0
    year, seen = np.zeros((rows.size, reach + 1)), np.zeros((rows.size, reach + 1))
    if reach:
        before = panel.demand[rows, start : start + reach]
        np.cumsum(np.nan_to_num(before), axis=1, out=year[:, 1 : before.shape[1] + 1])
        np.cumsum(~np.isnan(before), axis=1, out=seen[:, 1 : before.shape[1] + 1])
    day = float(panel.weeks[0].toordinal() + 7 * at) if panel.demand.shape[1] >= SEASONS_FROM else 0.0
    return Known(fixed, level, year, seen, day)
