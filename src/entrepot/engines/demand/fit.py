"""Learn from a whole panel what its series share; the result forecasts any part of the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from entrepot.engines.demand.blend import fit_blend
from entrepot.engines.demand.doubts import made_sound
from entrepot.engines.demand.events import WEST, Event
from entrepot.engines.demand.features import features
from entrepot.engines.demand.history import History
from entrepot.engines.demand.learn import LEARNT_LEVELS, Learnt, balanced, learn
from entrepot.engines.demand.model import DemandPanel, Floats, RatioTable
from entrepot.engines.demand.ratios import calibrate, ratio_quantiles
from entrepot.engines.demand.refill import weekly_index
from entrepot.engines.demand.samples import LEARNT, MIN_AGE, first_cutoff, past_lessons, past_ratios
from entrepot.engines.demand.season import AHEAD, ShopSeason
from entrepot.engines.demand.stored import stored_means

MOST_SERIES = 20_000
"""Series that are learnt from at most, drawn with the seed; more would not change what they share."""


@dataclass(frozen=True)
class Outside:
    """A model from elsewhere (outside.py): the ``weight`` of its quantiles, the ``gain`` that it brought on the shop's own past,
    and why it has no weight (``reason``)."""

    name: str
    weight: float
    gain: float
    reason: str = ""


@dataclass(frozen=True)
class Model:
    """What a panel's series share after its last week: the measured ratios, the shop's season, its
    weekly ``index`` of the past (refill.py), ``blend`` [rarity groups, windows] the weights of the windows,
    the learnt correction.

    ``weeks`` and ``last_week`` say for which panel it holds; ``series`` how many it was learnt from. Plain data: it can be
    pickled and sent to other processes.
    """

    table: RatioTable
    shop: ShopSeason
    index: Floats
    blend: Floats
    learnt: Learnt | None
    events: tuple[Event, ...]
    weeks: int
    last_week: date | None
    series: int
    seed: int
    outside: tuple[Outside, ...] = ()

    @property
    def say(self) -> float:
        """Weight of the ratio quantiles that are kept with each series against the ratio table's: those of the trees, or those in
        which an outside model is mixed with the rest already."""
        if any(one.weight for one in self.outside):
            return 1.0
        return self.learnt.weight if self.learnt is not None and self.learnt.quantiles else 0.0


def fit(
    panel: DemandPanel, *, events: Sequence[Event] = WEST, learning: bool = True, stored: pl.DataFrame | None = None,
    seed: int = 1,
) -> Model:  # fmt: skip
    """Learn from ``panel``; ``events`` are the calendar's priors (see events.py), ``learning`` off leaves out the trees.

    ``stored`` are forecasts as they were stored when they were made (key columns, ``last_week``, ``weeks``, ``mean``): where
    there are any, the spread is calibrated on them instead of on forecasts made again.

    The same panel and seed give the same model.
    """
    panel = made_sound(panel)
    count, weeks = len(panel), panel.demand.shape[1]
    if count > MOST_SERIES:
        rows = np.sort(np.random.default_rng(seed).choice(count, MOST_SERIES, replace=False)).astype(np.int64)
        panel = panel.take(rows)
    history = History.of(panel, events)
    history = replace(history, blend=fit_blend(history, first_cutoff(weeks), weeks))
    own = None if stored is None else stored_means(panel, stored)
    table = calibrate(past_ratios(history, weeks, own))
    learnt = None
    if learning and table.usable:
        lessons = past_lessons(panel, history, seed)
        if len(lessons):
            levels = np.asarray(LEARNT_LEVELS)
            known = ratio_quantiles(table, lessons.level, lessons.rarity, lessons.weeks.astype(np.float64), levels)
            learnt = learn(lessons, known, weeks, seed)
            learnt = _balanced(learnt, panel, history) if learnt else None
    last = panel.weeks[-1] if panel.weeks else None
    return Model(
        table,
        history.shop(weeks, AHEAD),
        weekly_index(panel.demand),
        history.blend,
        learnt,
        tuple(events),
        weeks,
        last,
        len(panel),
        seed,
    )


def _balanced(learnt: Learnt, panel: DemandPanel, history: History) -> Learnt:
    """``learnt`` balanced on the panel as it stands."""
    weeks = panel.demand.shape[1]
    shop = history.shop(weeks, max(LEARNT))
    level = history.level(weeks, shop)
    rows = np.flatnonzero((history.whole.observed[:, weeks] >= MIN_AGE) & (level > 0))
    if rows.size == 0:
        return learnt
    expected = history.expected(level[rows], weeks, max(LEARNT), rows, shop)
    known = features(panel, history, weeks, rows, level[rows])
    return balanced(learnt, [known.over(h, expected[:, h]) for h in LEARNT], [expected[:, h] for h in LEARNT])
