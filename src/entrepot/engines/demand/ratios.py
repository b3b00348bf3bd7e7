"""How wrong this kind of forecast has been, on this shop's own past.

At every earlier week the same centre is computed from what was known then, and compared with what the next L weeks
really brought (samples.py). The ratios actual / forecast of the lead-time *totals* are pooled over series that look
alike (level of demand × share of weeks without demand) and their quantiles become the spread of today's forecast. Nothing
is assumed about the shape: trend breaks, clustering and dependence between weeks are in the ratios already, which is why this
holds where z·σ·√L fails (docs/methods/demand.md has the measurements).

A single table for all series has good coverage and a bad cost; buckets are the point of the method.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from entrepot.engines.demand.model import HORIZONS, LEVELS, Floats, Ints, RatioTable
from entrepot.engines.demand.samples import MIN_AGE as MIN_AGE
from entrepot.engines.demand.samples import Ratios

LEVEL_GROUPS = 8
ZERO_EDGES: tuple[float, ...] = (0.15, 0.5, 1.0)
"""Upper bounds of the rarity: sold almost every week, sometimes, rarely; above: not at all of late."""

MIN_RATIOS = 200
"""Ratios under which a bucket leans on its neighbours."""


def calibrate(samples: Mapping[int, Ratios]) -> RatioTable:
    """Ratio quantiles of the past; ``samples`` by horizon.

    Horizons with fewer than :data:`MIN_RATIOS` ratios over all buckets are left out; when none remains the table is not
    usable and the caller falls back to :mod:`~entrepot.engines.demand.counts`.
    """
    kept = [horizon for horizon in HORIZONS if samples[horizon].ratio.size >= MIN_RATIOS]
    if not kept:
        return RatioTable((), LEVELS, (), ZERO_EDGES, np.zeros((0, 0, len(LEVELS))), np.zeros((0, 0), np.int64))
    edges = _level_edges(np.concatenate([samples[horizon].level for horizon in kept]))
    levels = np.asarray(LEVELS)
    buckets = (len(edges) + 1) * (len(ZERO_EDGES) + 1)
    quantiles = np.zeros((len(kept), buckets, levels.size))
    counts = np.zeros((len(kept), buckets), dtype=np.int64)
    for row, horizon in enumerate(kept):
        found = samples[horizon]
        bucket = bucket_of(found.level, found.rarity, edges, ZERO_EDGES)
        quantiles[row], counts[row] = _bucket_quantiles(found.ratio, bucket, buckets, levels)
    return RatioTable(tuple(kept), LEVELS, edges, ZERO_EDGES, quantiles, counts)


def bucket_of(level: Floats, zeros: Floats, edges: tuple[float, ...], zero_edges: tuple[float, ...]) -> Ints:
    """Bucket index: level group × zero group, level-major.

    >>> bucket_of(np.array([0.5, 30.0]), np.array([0.9, 0.0]), (1.0, 10.0), (0.15, 0.5)).tolist()
    [2, 6]
    """
    group = np.searchsorted(np.asarray(edges), level, side="left")
    rarity = np.searchsorted(np.asarray(zero_edges), zeros, side="left")
    return (group * (len(zero_edges) + 1) + rarity).astype(np.int64)


def ratio_quantiles(table: RatioTable, level: Floats, zeros: Floats, weeks: Floats, levels: Floats) -> Floats:
    """Quantiles [series, levels] of actual / forecast over ``weeks`` (per series, may be fractional).

    They are interpolated linearly in log weeks between calibrated horizons and held constant beyond them;
    between levels linearly.
    """
    horizons = np.log(np.asarray(table.horizons, dtype=np.float64))
    wanted = np.log(np.maximum(weeks, 1e-9))
    upper = np.clip(np.searchsorted(horizons, wanted), 1, max(len(horizons) - 1, 1))
    lower = upper - 1
    upper = np.minimum(upper, len(horizons) - 1)
    span = horizons[upper] - horizons[lower]
    share = np.clip(np.divide(wanted - horizons[lower], span, out=np.zeros_like(wanted), where=span > 0), 0.0, 1.0)
    bucket = bucket_of(level, zeros, table.edges, table.zero_edges)
    low, high = table.quantiles[lower, bucket], table.quantiles[upper, bucket]
    ratio = low + (high - low) * share[:, None]
    return at_levels(ratio, np.asarray(table.levels), levels)


def _level_edges(level: Floats) -> tuple[float, ...]:
    shares = np.arange(1, LEVEL_GROUPS) / LEVEL_GROUPS
    return tuple(float(edge) for edge in np.unique(np.quantile(level, shares)))


def _bucket_quantiles(ratio: Floats, bucket: Ints, buckets: int, levels: Floats) -> tuple[Floats, Ints]:
    order = np.argsort(bucket, kind="stable")
    ratio, bucket = ratio[order], bucket[order]
    bounds = np.searchsorted(bucket, np.arange(buckets + 1))
    everyone = np.quantile(ratio, levels)
    quantiles = np.empty((buckets, levels.size))
    counts = np.diff(bounds).astype(np.int64)
    for index in range(buckets):
        own = ratio[bounds[index] : bounds[index + 1]]
        # A thin bucket's quantiles are drawn towards those of all series in proportion to what it lacks.
        weight = min(1.0, own.size / MIN_RATIOS)
        mine = np.quantile(own, levels) if own.size else everyone
        quantiles[index] = weight * mine + (1 - weight) * everyone
    return quantiles, counts


def at_levels(values: Floats, known: Floats, levels: Floats) -> Floats:
    """Quantiles [rows, levels] from those at the ``known`` levels, linear between them, constant beyond."""
    upper = np.clip(np.searchsorted(known, levels), 1, known.size - 1)
    share = np.clip((levels - known[upper - 1]) / (known[upper] - known[upper - 1]), 0.0, 1.0)
    return values[:, upper - 1] + (values[:, upper] - values[:, upper - 1]) * share
