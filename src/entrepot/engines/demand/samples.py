"""The past as lessons: every earlier week's forecast beside what the weeks after it really brought.

At every earlier week of a panel the centre is computed from what was known then (history.py) and compared with the total
of the next L weeks. The ratios actual / forecast, with what was known of the series at that week, are what the spread
(ratios.py) and the learnt correction (learn.py) are made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.engines.demand.features import features
from entrepot.engines.demand.history import History
from entrepot.engines.demand.model import HORIZONS, DemandPanel, Floats, Ints

Marks = NDArray[np.bool_]

MIN_AGE = 8
"""Observed weeks a series needs before its forecast is used for calibration."""

FULL_YEAR = 52
"""Weeks after which a forecast knows last year's season. A panel of two years and more is measured on such forecasts only:
those made before were worse than today's will be."""

MOST_RATIOS = 400_000
"""Ratios a horizon is calibrated on at most; more would not move a quantile."""

MOST_LESSONS = 60_000
"""Lessons with features that are kept for learning, over all its horizons."""

MIN_OBSERVED = 0.75
"""Share of the lead time that must have been observed for its total to count (scaled up to the whole)."""

LEARNT: tuple[int, ...] = (4, 8, 13, 26)
"""Lead times, in weeks, that the learnt correction looks at; others are interpolated."""


@dataclass(frozen=True)
class Ratios:
    """Ratios of one horizon: actual / forecast, with the level, the rarity and the series known at the cut-off."""

    ratio: Floats
    level: Floats
    rarity: Floats
    series: Ints


@dataclass(frozen=True)
class Lessons:
    """What the learnt correction is fitted on: ``features`` [lessons, features], ``ratio`` actual / forecast, ``expected``
    the forecast total in units, ``level``, ``rarity``, ``weeks`` of lead time and ``series``."""

    features: Floats
    ratio: Floats
    expected: Floats
    level: Floats
    rarity: Floats
    weeks: Ints
    series: Ints

    def __len__(self) -> int:
        return int(self.ratio.size)


def first_cutoff(weeks: int) -> int:
    """First week whose forecast a panel of ``weeks`` weeks learns from; at least a year of them where there are two.

    >>> [first_cutoff(weeks) for weeks in (26, 52, 78, 157)]
    [8, 8, 26, 52]
    """
    return max(MIN_AGE, min(FULL_YEAR, weeks - FULL_YEAR))


StoredMeans = Mapping[int, Mapping[int, Floats]]
"""Means [series] of forecasts that were stored when they were made, by cut-off column and horizon; NaN: none."""


def past_ratios(history: History, weeks: int, stored: StoredMeans | None = None) -> dict[int, Ratios]:
    """Ratios of every cut-off week of a panel of ``weeks`` weeks that has a full lead time behind it, by horizon; of at
    most :data:`MOST_RATIOS` an even share. Where a forecast was ``stored``, it is judged itself, not made again."""
    parts: dict[int, list[tuple[Floats, Floats, Floats, Ints]]] = {horizon: [] for horizon in HORIZONS}
    series = history.whole.total.shape[0]
    stride = max(1, -(-series * max(weeks - first_cutoff(weeks), 1) // MOST_RATIOS))
    for at in range(first_cutoff(weeks), weeks):
        reach = min(max(HORIZONS), weeks - at)
        found = _cutoff(history, at, reach, stride)
        if found is None:
            continue
        rows, level, expected = found
        rarity = history.rarity(at)[rows]
        for horizon in (h for h in HORIZONS if h <= reach):
            whole, actual = _actual(history, at, horizon, rows)
            told = _told(expected[:, horizon], stored, at, horizon, rows)[whole]
            parts[horizon].append((actual / told, level[whole], rarity[whole], rows[whole]))
    return {horizon: _joined(found) for horizon, found in parts.items()}


def _told(expected: Floats, stored: StoredMeans | None, at: int, horizon: int, rows: Ints) -> Floats:
    """``expected`` [rows], or what was stored instead."""
    own = (stored or {}).get(at, {}).get(horizon)
    if own is None:
        return expected
    return np.where(own[rows] > 0, own[rows], expected)


def past_lessons(panel: DemandPanel, history: History, seed: int) -> Lessons:
    """At most :data:`MOST_LESSONS` lessons, drawn evenly from all cut-offs and horizons with ``seed``."""
    weeks, series = panel.demand.shape[1], len(panel)
    random = np.random.default_rng(seed)
    first = MIN_AGE  # the trees are told how much of last year was seen, and more lessons beat fewer alike ones
    whole = sum(1 for at in range(first, weeks) for h in LEARNT if at + h <= weeks) * series
    share = min(1.0, MOST_LESSONS / max(whole, 1))
    parts: list[tuple[Floats | Ints, ...]] = []
    for at in range(first, weeks - min(LEARNT) + 1):
        reach = min(max(LEARNT), weeks - at)
        drawn = random.random(series) < share * sum(1 for h in LEARNT if h <= reach)
        found = _cutoff(history, at, reach, 1, drawn)
        if found is None:
            continue
        rows, level, expected = found
        known, rarity = features(panel, history, at, rows, level), history.rarity(at)[rows]
        within = [h for h in LEARNT if h <= reach]
        turn = random.integers(0, len(within), rows.size)
        for number, horizon in enumerate(within):
            whole_weeks, actual = _actual(history, at, horizon, rows)
            use = whole_weeks & (turn == number)
            mean = expected[use, horizon]
            parts.append((
                known.over(horizon, expected[:, horizon])[use], (actual[use[whole_weeks]]) / mean, mean, level[use],
                rarity[use], np.full(int(use.sum()), horizon, dtype=np.int64), rows[use],
            ))  # fmt: skip
    if not parts:
        none = np.zeros(0)
        return Lessons(np.zeros((0, 0)), none, none, none, none, np.zeros(0, np.int64), np.zeros(0, np.int64))
    return Lessons(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _joined(parts: list[tuple[Floats, Floats, Floats, Ints]]) -> Ratios:
    if not parts:
        return Ratios(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    ratio, level, rarity, series = zip(*parts, strict=True)
    return Ratios(np.concatenate(ratio), np.concatenate(level), np.concatenate(rarity), np.concatenate(series))


def _cutoff(
    history: History, at: int, reach: int, stride: int, drawn: Marks | None = None
) -> tuple[Ints, Floats, Floats] | None:
    """Series old enough at ``at``, their levels and cumulated expected demand [rows, reach + 1]."""
    shop = history.shop(at, reach)
    level = history.level(at, shop)
    numbers: Ints = np.arange(level.size, dtype=np.int64)
    # Which series take part rotates with the week, so that a stride leaves none out for good.
    use = (history.whole.observed[:, at] >= MIN_AGE) & (level > 0) & (numbers % stride == at % stride)
    rows = np.flatnonzero(use if drawn is None else use & drawn)
    if rows.size == 0:
        return None
    return rows, level[rows], history.expected(level[rows], at, reach, rows, shop)


def _actual(history: History, at: int, horizon: int, rows: Ints) -> tuple[Marks, Floats]:
    """Which of ``rows`` were observed for enough of the horizon, and the demand of those, scaled up to the whole."""
    total, observed, _ = history.whole.window(at, at + horizon)
    whole = observed[rows] >= MIN_OBSERVED * horizon
    return whole, total[rows][whole] * horizon / observed[rows][whole]
