"""Models from elsewhere: pretrained ones with weights that the user brings, and other people's libraries.

What stands behind :class:`OutsideModel` sees weekly series and answers with quantiles of lead-time totals. It is believed as
far as it pays on the seller's own past: at :data:`ORIGINS` earlier weeks it forecasts what is known by now, beside ours, and its
quantiles get the share (a quarter, a half, three quarters, all) that saves most pinball loss in units; below
:data:`LEAST_GAIN` none. A model that fails, or answers in another shape, is dropped with that reason and never stops the run; a
series that it cannot do keeps our forecast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

import numpy as np

from entrepot.engines.demand import spread
from entrepot.engines.demand.backtest import eligible
from entrepot.engines.demand.fit import Model, Outside, fit
from entrepot.engines.demand.forecast import Forecast, forecast
from entrepot.engines.demand.learn import LEARNT_LEVELS, WEIGHTS
from entrepot.engines.demand.model import DemandPanel, Floats, Ints, LeadTime
from entrepot.engines.demand.samples import LEARNT, MIN_OBSERVED

ORIGINS: tuple[int, ...] = (13, 17, 21)
"""Weeks before the end at which a model is tried."""

FEWEST_WEEKS = 26
"""Weeks of history that must lie before the earliest of them; fewer origins are tried in a younger shop."""

MOST_SERIES = 1_000
"""Series that a model is tried on at most."""

FEWEST_TRIALS = 50
LEAST_GAIN = 0.01
"""Share of the pinball loss that a model must save to be used."""


class OutsideModel(Protocol):
    """A forecasting model that is not ours."""

    @property
    def name(self) -> str:
        """What pages call it."""
        ...

    def totals(
        self, demand: Floats, weeks: Sequence[date], horizons: Sequence[int], levels: Sequence[float]
    ) -> Mapping[int, Floats]:
        """Quantiles [series, levels] of the totals of the next ``horizons`` weeks of ``demand`` [series, weeks] (NaN unknown;
        ``weeks`` are its Mondays), by horizon; NaN for series that it cannot do."""
        ...


def judged(panel: DemandPanel, candidate: OutsideModel, *, model: Model, seed: int = 1) -> Outside:
    """How much say ``candidate`` gets on this panel; ``model`` is ours, learnt from the same panel (its calendar is used)."""
    weeks = panel.demand.shape[1]
    random = np.random.default_rng(seed)
    rows: Ints = np.arange(len(panel), dtype=np.int64)
    if rows.size > MOST_SERIES:
        rows = np.sort(random.choice(rows, MOST_SERIES, replace=False))
    few = panel.take(rows)
    ours: list[Floats] = []
    theirs: list[Floats] = []
    actual: list[Floats] = []
    for back in (back for back in ORIGINS if weeks - back >= FEWEST_WEEKS):
        past = few.until(weeks - back)
        horizons = [h for h in LEARNT if h <= back]
        try:
            told = _asked(candidate, past, horizons)
        except Exception as error:
            # A foreign model may raise anything at all; whatever it is, our own forecast goes on without it.
            return Outside(candidate.name, 0.0, 0.0, f"failed: {type(error).__name__}: {error}"[:200])
        own = forecast(past, model=fit(past, events=model.events, learning=False))
        for horizon in horizons:
            known, total = _actual(few, weeks - back, horizon)
            use = known & eligible(past) & ~np.isnan(told[horizon]).any(axis=1)
            ours.append(own.quantiles(LeadTime.fixed(horizon), LEARNT_LEVELS)[use])
            theirs.append(told[horizon][use])
            actual.append(total[use])
    if sum(part.size for part in actual) < FEWEST_TRIALS:
        return Outside(candidate.name, 0.0, 0.0, "too little history to try it")
    weight, gain = _best(np.concatenate(ours), np.concatenate(theirs), np.concatenate(actual))
    return Outside(candidate.name, weight, gain, "" if weight else "no value on this shop's past")


def joined(result: Forecast, candidate: OutsideModel, kept: Outside) -> Forecast:
    """``result`` with the quantiles of ``candidate`` mixed in as far as :func:`judged` allows; its mean stays ours."""
    if not kept.weight or not len(result):
        return result
    try:
        told = _asked(candidate, result.panel, LEARNT)
    except Exception as error:
        # See above: a foreign model must never stop the run.
        failed = replace(kept, weight=0.0, reason=f"failed: {type(error).__name__}: {error}"[:200])
        return replace(result, model=replace(result.model, outside=(*result.model.outside, failed)))
    levels = np.asarray(LEARNT_LEVELS)
    mixed = np.ones((len(result), len(LEARNT), levels.size))
    measured = np.flatnonzero(spread.uses_ratios(result.model, result.state))
    for column, horizon in enumerate(LEARNT):
        weeks = np.full(measured.size, float(horizon))
        state = result.state.take(measured)
        own = spread.ratios_of(result.model, state, weeks, levels)
        theirs = told[horizon][measured] / np.maximum(state.over(weeks), 1e-9)[:, None]
        known = ~np.isnan(theirs).any(axis=1)
        own[known] = (1 - kept.weight) * own[known] + kept.weight * np.sort(np.maximum(theirs[known], 0.0), axis=1)
        mixed[measured, column] = own
    model = replace(result.model, outside=(*result.model.outside, kept))
    return replace(result, model=model, state=replace(result.state, learnt=mixed))


def _asked(candidate: OutsideModel, panel: DemandPanel, horizons: Sequence[int]) -> dict[int, Floats]:
    """What the model answers, each horizon in the shape that it must have; raises ``ValueError`` where it has not."""
    told = candidate.totals(panel.demand.copy(), panel.weeks, horizons, LEARNT_LEVELS)
    found: dict[int, Floats] = {}
    for horizon in horizons:
        values = np.asarray(told[horizon], dtype=np.float64)
        if values.shape != (len(panel), len(LEARNT_LEVELS)):
            raise ValueError(f"{horizon} weeks: {values.shape} instead of {(len(panel), len(LEARNT_LEVELS))}")
        found[horizon] = np.where(np.isfinite(values), values, np.nan)
    return found


def _actual(panel: DemandPanel, at: int, horizon: int) -> tuple[np.ndarray, Floats]:
    """Which series were observed for enough of the horizon, and their totals scaled up to the whole."""
    ahead = panel.demand[:, at : at + horizon]
    known = ~np.isnan(ahead)
    count = known.sum(axis=1)
    return count >= MIN_OBSERVED * horizon, np.where(known, ahead, 0.0).sum(axis=1) * horizon / np.maximum(count, 1)


def _best(ours: Floats, theirs: Floats, actual: Floats) -> tuple[float, float]:
    levels = np.asarray(LEARNT_LEVELS)

    def loss(weight: float) -> float:
        gap = actual[:, None] - (weight * theirs + (1 - weight) * ours)
        return float(np.maximum(levels * gap, (levels - 1) * gap).sum())

    alone = loss(0.0)
    best = min(WEIGHTS, key=loss)
    gain = 1 - loss(best) / max(alone, 1e-9)
    return (best, gain) if gain >= LEAST_GAIN else (0.0, max(gain, 0.0))
