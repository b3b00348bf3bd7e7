"""Week-by-week demand drawn from the forecast's quantiles of lead-time totals.

A path has two kinds of luck: how the item sells at all, which stays, and how each week turns out. Both come from the
forecast: weeks are drawn from the one-week quantiles with a common part, paths are ranked by their total, and each
stretch between two horizons is scaled to the increment of the totals' quantiles at the path's rank. So the totals to
every given horizon have exactly the forecast's distribution, and the weeks within are as lumpy as weeks are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from entrepot.engines.replenish.steady import Floats, Ints

HORIZONS = (1, 4, 8, 13, 26)
"""Weeks whose totals the paths match; beyond the last the last stretch goes on."""

COMMON = 0.5
"""Share of a week's luck that is the path's own, in normal scores."""


def demand_paths(totals: Floats, levels: Floats, weeks: int, paths: int, seed: int = 1) -> Ints:
    """Units [rows, paths, weeks]: ``totals`` [rows, len(HORIZONS), levels] are quantiles of the totals to each horizon.

    All rows share the same draws. Rows must have no NaN.

    >>> totals = np.array([[[0, 2, 6], [4, 9, 16], [9, 18, 30], [15, 30, 48], [30, 60, 90]]], dtype=float)
    >>> made = demand_paths(totals, np.array([0.05, 0.5, 0.95]), 26, 64)
    >>> int(np.median(made[0, :, :13].sum(axis=1))), bool((made >= 0).all())
    (30, True)
    """
    from entrepot.engines.replenish.demand_paths_kernel import fill

    random = np.random.default_rng(seed)
    common = np.sqrt(COMMON) * random.permutation(_normal_scores(paths))
    luck = common[:, None] + np.sqrt(1 - COMMON) * random.standard_normal((paths, weeks))
    chance = _normal_below(luck)
    out = np.zeros((len(totals), paths, weeks), dtype=np.int64)
    ends = np.array([h for h in HORIZONS[1:] if h < weeks] + [weeks], dtype=np.int64)
    closed, edges = _closed(totals, levels)
    fill(closed, edges, np.asarray(HORIZONS, dtype=np.int64), ends, chance, random.random((paths, weeks)), out)
    return out


def _closed(totals: Floats, levels: Floats) -> tuple[Floats, Floats]:
    """Quantiles with both ends added: flat below, above as far again as the last step."""
    top = totals[:, :, -1:] + (totals[:, :, -1:] - totals[:, :, -2:-1])
    rising = np.maximum.accumulate(np.concatenate([totals[:, :, :1], totals, top], axis=2), axis=2)
    return np.ascontiguousarray(rising), np.concatenate([[0.0], levels, [1.0]])


def _normal_scores(count: int) -> Floats:
    from statistics import NormalDist

    normal = NormalDist()
    return np.array([normal.inv_cdf((k + 0.5) / count) for k in range(count)])


def _normal_below(values: Floats) -> Floats:
    """Φ by the logistic-like tanh form of the error function's rational bound (error below 0.0005)."""
    cubic: Any = np.sqrt(2 / np.pi) * (values + 0.044715 * values**3)
    return np.asarray(0.5 * (1 + np.tanh(cubic)))
