"""What the same season sold a year ago, shrunk to what little of it may have been seen.

A young shop has seen each season once, and often only a piece of it; averages of the last weeks then miss a ramp that
the item's own past announces. For every future week the demand of weeks about 52 (and 104) weeks earlier is averaged
with a bell of ±5 weeks and mixed with the current level:

    expected(week) = (κ · level · index(week) + growth · Σ k·y) / (κ + Σ k),  κ = 1 + ½ / level

so that an item without a last year keeps its level, and one that was seen for a few weeks of the season moves a few
steps. A single bulk week is no season (y is limited). ``index`` is the same idea for the shop as a whole (demand over
each item's own mean, capped, averaged; relative to the season that the level was taken from), shrunk harder: it lifts
items that are too young to know. ``growth`` compares the last 13 weeks with the same weeks of last year where both were
seen, shrunk towards the shop's growth. The gain is measured in docs/methods/demand.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from entrepot.engines.demand.model import Floats, Ints
from entrepot.engines.demand.point import WINDOWS

AHEAD = 78
"""Weeks ahead for which a season is worked out; later weeks keep the level."""

YEAR = 52
BELL = 5.0
"""Standard deviation, in weeks, of the bell around the same week of another year."""

NEAREST = 39
"""Weeks that must lie between a past week and the one it speaks for; nearer ones are the current level's business."""

KAPPA = 1.0
"""Weeks of last year's season that weigh as much as the current level."""

KAPPA_UNITS = 0.5
"""Units of demand that are added to this: κ = KAPPA + KAPPA_UNITS / level, for two or three units are no season."""

MOST_MASS = 2.0
"""Most weeks that last year's season may count."""

SHOP_KAPPA = 2.0
"""The same for the shop's index: other items' seasons say less."""

SHOP_ITEMS = 20
"""Items below which the shop's index is its few items' noise rather than a season."""

GROWTH_WEEKS = 8.0
"""Weeks of an item's level that draw its growth towards the shop's."""

RATIO_CAP = 6.0
"""A week counts at most this multiple of its item's mean in the shop's index, lest one bulk order be a season."""

PEAK_CAP = 16.0
"""A week counts at most this multiple of the item's other selling weeks in its own season; seasons do peak."""


@dataclass(frozen=True)
class Season:
    """``history`` is a panel's demand [series, weeks] with NaN where unknown; ``kernel`` [weeks + AHEAD, weeks] says
    how much each of its weeks speaks for each week of the past or future."""

    history: Floats
    kernel: Floats

    @classmethod
    def of(cls, history: Floats, weeks: Sequence[date]) -> Season:
        """Season of ``history`` [series, weeks]; ``weeks`` are its Mondays (gaps are allowed)."""
        return cls(history, _kernel(weeks))

    def path(self, level: Floats, at: int, ahead: int, rows: Ints) -> Floats:
        """Expected demand [rows, ahead] of the ``ahead`` weeks from column ``at``, as known before that column, of the
        series ``rows`` whose current levels are ``level``."""
        flat = np.repeat(level[:, None], ahead, axis=1)
        kernel = self.kernel[at : at + ahead, :at]
        speaking = np.flatnonzero(kernel.any(axis=0))
        if speaking.size == 0:
            return flat
        own = self.history[rows, :at]
        known = ~np.isnan(own[:, speaking])
        value = np.minimum(np.where(known, own[:, speaking], 0.0), _peak_limit(own)[:, None])
        seen, mass = value @ kernel[:, speaking].T, known.astype(np.float64) @ kernel[:, speaking].T
        # However much of the season was seen, the current level keeps its say: last year is one draw, not the truth.
        trust = np.minimum(1.0, MOST_MASS / np.maximum(mass, 1e-9))
        index = self._index(at, ahead)
        growth = _growth(self.history[:, :at], rows, level)
        weight = (KAPPA + KAPPA_UNITS / np.maximum(level, 1e-9))[:, None]
        path: Floats = (weight * flat * index + growth[:, None] * seen * trust) / (weight + mass * trust)
        return path

    def _index(self, at: int, ahead: int) -> Floats:
        """The shop's index of the weeks ahead, relative to that of the weeks that the current level was taken from."""
        back = min(max(WINDOWS), at)
        index = _shop_index(self.history[:, :at], self.kernel[at - back : at + ahead, :at])
        ages = np.arange(back, 0, -1)
        share = np.mean([(ages <= weeks) / min(weeks, back) for weeks in WINDOWS], axis=0)
        now = float(index[:back] @ share)
        return np.asarray(index[back:] / now, dtype=np.float64)


def _peak_limit(history: Floats) -> Floats:
    """Most that one week may count in a season [series]: :data:`PEAK_CAP` × the mean of the item's other selling weeks.
    A single week is thus no season at all."""
    value = np.where(np.isnan(history), 0.0, history)
    others = value.sum(axis=1) - value.max(axis=1, initial=0.0)
    return np.asarray(PEAK_CAP * others / np.maximum((value > 0).sum(axis=1) - 1, 1), dtype=np.float64)


def _kernel(weeks: Sequence[date]) -> Floats:
    past = np.array([day.toordinal() for day in weeks], dtype=np.float64) / 7
    last = past[-1] if past.size else 0.0
    target = np.concatenate([past, last + 1 + np.arange(AHEAD)])
    lag = target[:, None] - past[None, :]
    bells = np.exp(-0.5 * ((lag - YEAR) / BELL) ** 2) + np.exp(-0.5 * ((lag - 2 * YEAR) / BELL) ** 2) / 2
    return np.asarray(np.where(lag >= NEAREST, bells, 0.0), dtype=np.float64)


def _shop_index(history: Floats, kernel: Floats) -> Floats:
    """Index of each target week [targets]: how the shop's items sold in that season against their own means."""
    known = ~np.isnan(history)
    value = np.where(known, history, 0.0)
    mean = value.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    live = mean > 0
    ratio = np.minimum(value[live] / mean[live, None], RATIO_CAP)
    count = known[live].sum(axis=0)
    weekly = ratio.sum(axis=0) / np.maximum(count, 1)
    usual = ratio.sum() / max(int(count.sum()), 1)
    if usual <= 0:
        return np.ones_like(kernel[:, 0])
    seen = kernel * (count > 0)
    weight = SHOP_KAPPA * (1 + SHOP_ITEMS / max(int(live.sum()), 1))
    index: Floats = (seen @ (weekly / usual) + weight) / (seen.sum(axis=1) + weight)
    return index


def _growth(history: Floats, rows: Ints, level: Floats) -> Floats:
    """Growth of the series ``rows`` over a year: the last 13 weeks against the same weeks of last year, where both were
    seen, drawn by :data:`GROWTH_WEEKS` of their ``level`` towards the growth of the shop; 1 below 65 weeks."""
    weeks = history.shape[1]
    if weeks < YEAR + 13:
        return np.ones_like(level)
    now, before = history[:, weeks - 13 :], history[:, weeks - YEAR - 13 : weeks - YEAR]
    both = ~np.isnan(now) & ~np.isnan(before)
    sold, sold_before = np.where(both, now, 0.0).sum(axis=1), np.where(both, before, 0.0).sum(axis=1)
    shop = float(np.clip((sold.sum() + 1) / (sold_before.sum() + 1), 0.5, 2.0))
    prior = GROWTH_WEEKS * level + 1e-9
    grown = (sold[rows] + prior) / (sold_before[rows] + prior / shop)
    return np.asarray(np.clip(grown, 0.25, 4.0), dtype=np.float64)
