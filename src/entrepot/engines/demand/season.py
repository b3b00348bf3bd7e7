"""What the same season sold a year ago, shrunk to what little of it may have been seen.

A young shop has seen each season once, and often only a piece of it; averages of the last weeks then miss a ramp that
the item's own past announces. For every future week the demand of weeks about 52 (and 104) weeks earlier is averaged
with a bell of ±5 weeks and mixed with the current level:

    expected(week) = (κ · level · index(week) + growth · Σ k·y) / (κ + Σ k),  κ = 1 + ½ / level

so that an item without a last year keeps its level, and one that was seen for a few weeks of the season moves a few
steps. A single bulk week is no season (y is limited). ``index`` is the same idea for the shop as a whole (demand over
each item's own mean, capped, averaged; relative to the season that the level was taken from), shrunk harder: it lifts
items that are too young to know. A shop that has seen more than a year of itself (78 weeks) draws its index more
sharply, and then last year's weeks are moved along it: a peak that the bell of ±5 weeks would flatten keeps its
shape. ``growth`` compares the last 13 weeks with the same weeks of last year where both were seen, shrunk towards the
shop's growth. The gain is measured in docs/methods/demand.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from entrepot.engines.demand.events import WEST, Event
from entrepot.engines.demand.events import index as calendar_index
from entrepot.engines.demand.model import Floats, Ints
from entrepot.engines.demand.point import WINDOWS, first_sales_as_likely

AHEAD = 78
"""Weeks ahead for which a season is worked out; later weeks keep the level."""

YEAR = 52
BELL = 5.0
"""Standard deviation, in weeks, of the bell around the same week of another year."""

FULL_SEASON = 78
"""Weeks from which the shop has seen a whole year and more: its own season may then be drawn sharply."""

FULL_KAPPA = 0.7
"""What stands for SHOP_KAPPA from then on."""

SHARP_BELL = 2.5
NEAR_BELL = 1.5
"""Standard deviations, in weeks, of the bells of a shop that has: around the same week of other years, around a week."""

MOST_SHAPE = 4.0
"""Most that a week ahead may stand to a past one in the shop's year."""

NEAREST = 39
"""Weeks that must lie between a past week and the one it speaks for; nearer ones are the current level's business."""

KAPPA = 1.0
"""Weeks of last year's season that weigh as much as the current level."""

KAPPA_UNITS = 0.5
"""Units of demand that are added to this: κ = KAPPA + KAPPA_UNITS / level, for two or three units are no season."""

MOST_MASS = 2.0
"""Most weeks that last year's season may count."""

SHOP_KAPPA = 1.25
"""The same for the shop's index, which stands beside the calendar: other items' seasons say less than an item's own."""

SHOP_ITEMS = 20
"""Items below which the shop's index is its few items' noise rather than a season."""

GROWTH_WEEKS = 8.0
"""Weeks of an item's level that draw its growth towards the shop's."""

RATIO_CAP = 6.0
"""A week counts at most this multiple of its item's mean in the shop's index, lest one bulk order be a season."""

PEAK_CAP = 16.0
"""A week counts at most this multiple of the item's other selling weeks in its own season; seasons do peak."""


@dataclass(frozen=True)
class ShopSeason:
    """What the shop as a whole says of the weeks ahead of one week: ``index`` [ahead] of its demand against that of the
    weeks that the current levels were taken from, the part ``event`` [ahead] of it that is only the calendar's prior, the
    ``growth`` of the whole shop over a year, and ``bulk``, one-off units for each other unit (by rarity, history.py).
    ``shape`` [ahead, weeks] is how each week ahead stands to each past week in the shop's year; 1 where no year was seen."""

    index: Floats
    event: Floats
    growth: float
    shape: Floats
    bulk: tuple[float, ...] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Season:
    """``history`` is a panel's demand [series, weeks] with NaN where unknown; ``kernel`` [weeks + AHEAD, weeks] says
    how much each of its weeks speaks for each week of the past or future (``sharp`` the same for a shop that has seen a
    whole year), ``prior`` [weeks + AHEAD] what the event calendar expects of each."""

    history: Floats
    kernel: Floats
    sharp: Floats
    prior: Floats

    @classmethod
    def of(cls, history: Floats, weeks: Sequence[date], events: Sequence[Event] = WEST) -> Season:
        """Season of ``history`` [series, weeks]; ``weeks`` are its Mondays (gaps are allowed)."""
        ahead = [weeks[-1] + timedelta(weeks=k + 1) for k in range(AHEAD)] if weeks else []
        return cls(history, _kernel(weeks, BELL), _kernel(weeks, SHARP_BELL), calendar_index([*weeks, *ahead], events))

    def shop(self, at: int, ahead: int) -> ShopSeason:
        """The shop's season of the ``ahead`` weeks from column ``at``, as known before that column."""
        back = min(max(WINDOWS), at)
        full = at >= FULL_SEASON
        kernel = (self.sharp if full else self.kernel)[at - back : at + ahead, :at]
        history = self.history[:, :at]
        expected = self.prior[at - back : at + ahead] / _usual(self.prior[:at], _observed(history))
        index, plain = _shop_indices(history, kernel, expected, full)
        ages = np.arange(back, 0, -1)
        share = np.mean([(ages <= weeks) / min(weeks, back) for weeks in WINDOWS], axis=0)
        now, before = float(index[:back] @ share), float(plain[:back] @ share)
        event = index[back:] / now / (plain[back:] / before)
        return ShopSeason(index[back:] / now, event, _shop_growth(history), self._shape(index[back:], history))

    def _shape(self, index: Floats, history: Floats) -> Floats:
        """How each week ahead, of which ``index`` [ahead] is the shop's, stands to each past week in the shop's year."""
        weeks = history.shape[1]
        if weeks < FULL_SEASON:
            return np.ones((index.size, weeks))
        number: Floats = np.arange(weeks, dtype=np.float64)
        lag = number[:, None] - number[None, :]
        near = np.exp(-0.5 * (lag / NEAR_BELL) ** 2) * _observed(history)[None, :]
        past = near @ _weekly(history)[0] / np.maximum(near.sum(axis=1), 1e-9)
        return np.clip(index[:, None] / np.maximum(past[None, :], 1e-9), 1 / MOST_SHAPE, MOST_SHAPE)

    def path(self, level: Floats, at: int, ahead: int, rows: Ints, shop: ShopSeason) -> Floats:
        """Expected demand [rows, ahead] of the ``ahead`` weeks from column ``at``, as known before that column, of the
        series ``rows`` whose current levels are ``level``. Each row depends on nothing but itself and ``shop``."""
        flat = level[:, None] * shop.index[:ahead]
        kernel = self.kernel[at : at + ahead, :at]
        speaking = np.flatnonzero(kernel.any(axis=0))
        if speaking.size == 0:
            return flat
        own = self.history[rows, :at]
        known = ~np.isnan(own[:, speaking])
        value = np.minimum(np.where(known, own[:, speaking], 0.0), _peak_limit(own)[:, None])
        # einsum, not @: a matrix product may round otherwise when other rows are beside it.
        seen = np.einsum("rk,tk->rt", value, (kernel * shop.shape[:ahead])[:, speaking])
        mass = np.einsum("rk,tk->rt", known.astype(np.float64), kernel[:, speaking])
        # However much of the season was seen, the current level keeps its say: last year is one draw, not the truth.
        trust = np.minimum(1.0, MOST_MASS / np.maximum(mass, 1e-9))
        growth = _growth(own, level, shop.growth)
        weight = (KAPPA + KAPPA_UNITS / np.maximum(level, 1e-9))[:, None]
        path: Floats = (weight * flat + growth[:, None] * seen * trust) / (weight + mass * trust)
        return path


def _peak_limit(history: Floats) -> Floats:
    """Most that one week may count in a season [series]: :data:`PEAK_CAP` × the mean of the item's other selling weeks.
    A single week is thus no season at all."""
    value = np.where(np.isnan(history), 0.0, history)
    others = value.sum(axis=1) - value.max(axis=1, initial=0.0)
    return np.asarray(PEAK_CAP * others / np.maximum((value > 0).sum(axis=1) - 1, 1), dtype=np.float64)


def _kernel(weeks: Sequence[date], bell: float) -> Floats:
    """How much each past week says of each week [weeks + AHEAD, weeks] with a bell of ``bell`` weeks around the same week of
    other years."""
    past = np.array([day.toordinal() for day in weeks], dtype=np.float64) / 7
    last = past[-1] if past.size else 0.0
    target = np.concatenate([past, last + 1 + np.arange(AHEAD)])
    lag = target[:, None] - past[None, :]
    bells = np.exp(-0.5 * ((lag - YEAR) / bell) ** 2) + np.exp(-0.5 * ((lag - 2 * YEAR) / bell) ** 2) / 2
    return np.asarray(np.where(lag >= NEAREST, bells, 0.0), dtype=np.float64)


def _observed(history: Floats) -> Floats:
    """How many series were observed in each week [weeks]."""
    count: Floats = (~np.isnan(history)).sum(axis=0).astype(np.float64)
    return count


def _usual(prior: Floats, observed: Floats) -> float:
    """Mean of ``prior`` [weeks] over the weeks observed; 1 where none was."""
    mass = float(observed.sum())
    return float(observed @ prior) / mass if mass > 0 else 1.0


def _weekly(history: Floats) -> tuple[Floats, int]:
    """How the shop's items sold in each week [weeks] against their own means (1 is usual; 0 where nothing was observed),
    and how many items it stands on."""
    known = ~np.isnan(history)
    value = np.nan_to_num(first_sales_as_likely(history))
    mean = value.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    live = mean > 0
    ratio = np.minimum(value[live] / mean[live, None], RATIO_CAP)
    count = known[live].sum(axis=0)
    usual = float(ratio.sum()) / max(int(count.sum()), 1)
    weekly: Floats = ratio.sum(axis=0) / np.maximum(count, 1) / max(usual, 1e-9)
    return weekly, int(live.sum())


def _shop_indices(history: Floats, kernel: Floats, prior: Floats, full: bool) -> tuple[Floats, Floats]:
    """Index of each target week [targets]: how the shop's items sold in that season against their own means, drawn
    towards ``prior`` [targets] as far as that season was not seen; and the same drawn towards 1."""
    weekly, live = _weekly(history)
    if live == 0:
        return np.ones_like(prior), np.ones_like(prior)
    seen = kernel * (_observed(history) > 0)
    weight = (FULL_KAPPA if full else SHOP_KAPPA) * (1 + SHOP_ITEMS / live)
    own, mass = seen @ weekly, seen.sum(axis=1) + weight
    return (own + weight * prior) / mass, (own + weight) / mass


def _year_pair(history: Floats) -> tuple[Floats, Floats]:
    """Demand [series] of the last 13 weeks and of the same weeks a year before, where both were seen and the item's first sale
    lay further back."""
    weeks = history.shape[1]
    older = (~np.isnan(history[:, : weeks - YEAR])).cumsum(axis=1)[:, -13:] > 1
    now, before = history[:, weeks - 13 :], history[:, weeks - YEAR - 13 : weeks - YEAR]
    both = ~np.isnan(now) & ~np.isnan(before) & older
    return np.where(both, now, 0.0).sum(axis=1), np.where(both, before, 0.0).sum(axis=1)


def _shop_growth(history: Floats) -> float:
    """Growth of all series together over a year; 1 below 65 weeks."""
    if history.shape[1] < YEAR + 13:
        return 1.0
    sold, before = _year_pair(history)
    return float(np.clip((sold.sum() + 1) / (before.sum() + 1), 0.5, 2.0))


def _growth(history: Floats, level: Floats, shop: float) -> Floats:
    """Growth of each series over a year, drawn by :data:`GROWTH_WEEKS` of its ``level`` towards the growth of the shop; 1
    below 65 weeks."""
    if history.shape[1] < YEAR + 13:
        return np.ones_like(level)
    sold, before = _year_pair(history)
    prior = GROWTH_WEEKS * level + 1e-9
    return np.asarray(np.clip((sold + prior) / (before + prior / shop), 0.25, 4.0), dtype=np.float64)
