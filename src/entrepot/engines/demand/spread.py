"""Quantiles of demand over a lead time: calibrated ratios where there are any, an assumed spread where not."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from entrepot.engines.demand import ratios
from entrepot.engines.demand.counts import negative_binomial_quantiles
from entrepot.engines.demand.fit import Model
from entrepot.engines.demand.learn import LEARNT_LEVELS
from entrepot.engines.demand.model import LEVELS, Floats, Ints, LeadTime, SeriesState
from entrepot.engines.demand.samples import LEARNT

ASSUMED_DRIFT = 0.5
"""Coefficient of variation of the level itself, where the shop's own past cannot say: half or double is possible."""

ASSUMED_DISPERSION = 3.0
"""Weekly variance over mean for series too short to show their own; orders come in lumps, so above Poisson's 1."""


def uses_ratios(model: Model, state: SeriesState) -> NDArray[np.bool_]:
    """Which series take the calibrated ratios: old enough, and with demand in their windows."""
    if not model.table.usable:
        return np.zeros(state.mean.size, dtype=np.bool_)
    sold = (state.windows > 0).any(axis=1)
    return (state.weeks >= ratios.MIN_AGE) & sold


def totals(model: Model, state: SeriesState, weeks: Floats, levels: Floats) -> Floats:
    """Quantiles [series, levels] of demand over ``weeks`` [series]; NaN where nothing is known; not rounded."""
    expected = state.over(weeks)
    out = np.full((expected.size, levels.size), np.nan)
    measured = np.flatnonzero(uses_ratios(model, state))
    if measured.size:
        out[measured] = expected[measured, None] * ratios_of(model, state.take(measured), weeks[measured], levels)
    assumed = np.flatnonzero(~uses_ratios(model, state) & ~np.isnan(state.mean))
    if assumed.size:
        variance = assumed_variance(state, expected, weeks)
        out[assumed] = negative_binomial_quantiles(expected[assumed], variance[assumed], levels)
    return out


def ratios_of(model: Model, state: SeriesState, weeks: Floats, levels: Floats) -> Floats:
    """Quantiles [series, levels] of actual / forecast: the ratio table's, drawn towards the learnt ones (and those
    of outside models) by their weight.

    The difference between the two is interpolated between lead times (in log weeks) and between levels (in normal
    deviates); below the shortest learnt lead time it fades, beyond the outermost levels it stays in proportion.
    """
    table = ratios.ratio_quantiles(model.table, state.mean, state.rarity, weeks, levels)
    if model.say == 0.0 or state.learnt.shape[1] == 0:
        return table
    places = np.interp(np.log(np.maximum(weeks, 1e-9)), np.log(LEARNT), np.arange(len(LEARNT)))
    lower = np.minimum(places.astype(np.int64), len(LEARNT) - 2)
    share, rows = (places - lower)[:, None], np.arange(weeks.size)
    learnt = state.learnt[rows, lower] * (1 - share) + state.learnt[rows, lower + 1] * share
    own = np.asarray(LEARNT_LEVELS)
    known = ratios.ratio_quantiles(model.table, state.mean, state.rarity, weeks, own)
    deviates = np.array([NormalDist().inv_cdf(float(level)) for level in own])
    wanted = np.array([NormalDist().inv_cdf(float(level)) for level in levels])
    change = ratios.at_levels(learnt - known, deviates, np.clip(wanted, deviates[0], deviates[-1]))
    for beyond, end in ((levels < own[0], 0), (levels > own[-1], -1)):
        factor = learnt[:, end] / np.maximum(known[:, end], 1e-9)
        change[:, beyond] = (table * (factor[:, None] - 1))[:, beyond]
    weight = model.say * np.minimum(weeks / LEARNT[0], 1.0)
    return np.maximum.accumulate(np.maximum(table + weight[:, None] * change, 0.0), axis=1)


def assumed_variance(state: SeriesState, expected: Floats, weeks: Floats) -> Floats:
    """Variance of demand over ``weeks`` where the spread has to be assumed; ``expected`` is its mean.

    weeks·s² + (weeks²·s²)/n + (drift·mean)²: the noise of the weeks, that of a mean taken over n weeks, and the level's
    own change. s² is the series' weekly variance, but at least the assumed dispersion below 8 weeks.
    """
    weekly = expected / np.maximum(weeks, 1e-9)
    own = np.where(np.isnan(state.variance), 0.0, state.variance)
    floor = np.where(state.weeks < ratios.MIN_AGE, ASSUMED_DISPERSION, 1.0) * weekly
    noise = np.maximum(own, floor)
    count = np.maximum(np.minimum(state.weeks, 26), 1)
    return weeks * noise + weeks**2 * noise / count + (ASSUMED_DRIFT * expected) ** 2


def mixture(model: Model, state: SeriesState, leads: Sequence[LeadTime], levels: Floats) -> Floats:
    """Quantiles [series, levels] over each series' own lead-time distribution, as whole units, rising with the level.

    The distribution over an uncertain lead time is the mixture Σ p·F(· | weeks): each possible number of weeks puts
    its calibrated quantiles into one pool with their probability mass, and the pool's quantiles are read off.
    """
    width = max(len(lead.weeks) for lead in leads) if leads else 1
    weeks = np.zeros((len(leads), width))
    mass = np.zeros((len(leads), width))
    for row, lead in enumerate(leads):
        weeks[row, : len(lead.weeks)] = lead.weeks
        mass[row, : len(lead.weeks)] = lead.probabilities
    if width == 1:
        return whole(totals(model, state, weeks[:, 0], levels))
    grid = np.asarray(LEVELS)
    values = np.concatenate([totals(model, state, weeks[:, k], grid) for k in range(width)], axis=1)
    weights = np.concatenate([mass[:, k, None] * _masses(grid) for k in range(width)], axis=1)
    return whole(weighted_quantiles(values, weights, levels))


def whole(quantiles: Floats) -> Floats:
    """Nearest whole units, never negative, never falling with the level."""
    return np.maximum.accumulate(np.maximum(np.rint(quantiles), 0.0), axis=1)


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """Row-wise quantiles [rows, levels] of weighted points, linear between the points' mid-masses.

    >>> weighted_quantiles(np.array([[1.0, 3.0, 2.0]]), np.ones((1, 3)), np.array([0.5])).tolist()
    [[2.0]]
    """
    order = np.argsort(values, axis=1, kind="stable")
    value = np.take_along_axis(values, order, axis=1)
    weight = np.take_along_axis(weights, order, axis=1)
    middle = np.cumsum(weight, axis=1) - weight / 2
    middle /= weight.sum(axis=1, keepdims=True)
    rows: Ints = np.arange(values.shape[0], dtype=np.int64)
    out = np.empty((values.shape[0], levels.size))
    for column, level in enumerate(levels):
        upper = np.clip((middle < level).sum(axis=1), 1, values.shape[1] - 1)
        low, high = middle[rows, upper - 1], middle[rows, upper]
        share = np.divide(level - low, high - low, out=np.ones_like(low), where=high > low)
        share = np.clip(share, 0.0, 1.0)
        out[:, column] = value[rows, upper - 1] + (value[rows, upper] - value[rows, upper - 1]) * share
    return out


def _masses(levels: Floats) -> Floats:
    """Probability that each quantile level stands for: up to half way to its neighbours, the ends take the tails."""
    middle = (levels[1:] + levels[:-1]) / 2
    return np.diff(np.concatenate([[0.0], middle, [1.0]]))
