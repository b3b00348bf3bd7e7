"""Sample paths: whole weeks of demand whose totals follow the forecast's quantiles, for planning by simulation."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from entrepot.engines.demand import spread
from entrepot.engines.demand.fit import Model
from entrepot.engines.demand.model import LEVELS, Floats, Ints, SeriesState
from entrepot.engines.demand.ratios import at_levels

UNEVEN = (0.05, 9.0)
"""Bounds of the squared variation of one week around its share of the total."""


def sample_paths(model: Model, state: SeriesState, names: list[str], weeks: int, count: int, seed: int) -> Ints:
    """Units [series, count, weeks]. A path's total is drawn from the calibrated distribution of the ``weeks``-week total
    (stratified, so that even few paths span it) and spread over the weeks by their means, unevenly by gamma weights with the
    variation of the series' own weeks. Each series has its own stream from ``seed`` and its name: neither other series nor
    the chunking change its paths. Series without history get zeros.
    """
    grid = np.asarray(LEVELS)
    quantiles = spread.whole(spread.totals(model, state, np.full(state.mean.size, float(weeks)), grid))
    means = np.diff(state.expected, axis=1)[:, :weeks]
    variation = np.clip(np.nan_to_num(state.variance) / np.maximum(state.mean, 1e-9) ** 2, *UNEVEN)
    out = np.zeros((state.mean.size, count, weeks), dtype=np.int64)
    for row, name in enumerate(names):
        if np.isnan(quantiles[row, 0]) or means[row].sum() <= 0:
            continue
        random = np.random.default_rng([seed, crc32(name.encode())])
        order: Ints = np.argsort(random.random(count))
        at: Floats = (order + random.random(count)) / count
        total = at_levels(quantiles[[row]], grid, at)[0]
        out[row] = _spread_out(random, np.rint(total), means[row], float(variation[row]))
    return out


def _spread_out(random: np.random.Generator, total: Floats, mean: Floats, variation: float) -> Ints:
    """Whole units [paths, weeks] that add up to ``total``; rounding is carried from week to week."""
    shape = 1 / variation
    weight = random.gamma(shape, 1 / shape, (total.size, mean.size)) * mean + 1e-12 * mean
    share = np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)
    running = np.rint(share * total[:, None])
    running[:, -1] = total
    return np.diff(running, axis=1, prepend=0.0).astype(np.int64)
