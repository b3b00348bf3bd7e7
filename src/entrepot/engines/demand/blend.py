"""Which of the last weeks tell most about the next ones: weights of the four windows, measured on the shop's own past.

Where demand wanders, the last four weeks know more than the last half-year; where it stands still and only scatters, the
half-year does. So earlier weeks are forecast once more with every mix of the four windows (in quarters) and compared with what
was then sold, apart for items that sell almost every week, sometimes and rarely. All mixes are brought to the same total first:
they compete in telling items apart, not in how the shop goes on (season.py). Equal weights are hard to beat (Bates & Granger
1969, Operational Research Quarterly 20(4)), so the best mix counts only as far as it gains: gain / (gain + :data:`HALF_GAIN`).
"""

from __future__ import annotations

from itertools import product

import numpy as np

from entrepot.engines.demand.history import GROUPS, History
from entrepot.engines.demand.model import Floats, Ints
from entrepot.engines.demand.point import EQUAL, WINDOWS, combine
from entrepot.engines.demand.samples import MIN_AGE, MIN_OBSERVED

PARTS = 4
"""Weights go in steps of one fourth."""

HALF_GAIN = 0.1
"""Share of the error that a mix must save to count half."""

HORIZONS = (13, 8)
"""Weeks whose total is forecast: the longer one where the past has room for it."""

FEWEST = 500
"""Earlier forecasts of a group below which its windows keep equal weights."""

MOST = 60_000
"""Earlier forecasts that are made again at most."""

MOST_CUTOFFS, LAST = 26, 52
"""Earlier weeks that are looked at, spread over the last year."""


def fit_blend(history: History, first: int, weeks: int) -> Floats:
    """Weights [rarity groups, windows] for a panel of ``weeks`` weeks whose forecasts count from week ``first``."""
    mixes = _mixes()
    out = np.tile(EQUAL, (GROUPS, 1))
    horizon = next((h for h in HORIZONS if weeks - h - first >= h), 0)
    if not horizon:
        return out
    series = history.whole.total.shape[0]
    cutoffs = np.unique(np.linspace(max(first, weeks - LAST), weeks - horizon, MOST_CUTOFFS).astype(int))
    stride = max(1, -(-series * cutoffs.size // MOST))
    losses = np.zeros((GROUPS, len(mixes)))
    counts = np.zeros(GROUPS, dtype=np.int64)
    for at in cutoffs:
        group, loss = _losses(history, int(at), horizon, stride, mixes)
        for one in range(GROUPS):
            losses[one] += loss[group == one].sum(axis=0)
            counts[one] += int((group == one).sum())
    for one in range(GROUPS):
        if counts[one] >= FEWEST:
            out[one] = _drawn(losses[one], mixes)
    return out


def _mixes() -> Floats:
    steps = [one for one in product(range(PARTS + 1), repeat=len(WINDOWS)) if sum(one) == PARTS]
    return np.array(steps, dtype=np.float64) / PARTS


def _drawn(losses: Floats, mixes: Floats) -> Floats:
    """The mix with the least loss, drawn towards equal weights by how little it gains."""
    equal = losses[int(np.abs(mixes - EQUAL).sum(axis=1).argmin())]
    best = int(losses.argmin())
    gain = 1 - losses[best] / max(float(equal), 1e-9)
    trust = gain / (gain + HALF_GAIN)
    return trust * mixes[best] + (1 - trust) * EQUAL


def _losses(history: History, at: int, horizon: int, stride: int, mixes: Floats) -> tuple[Ints, Floats]:
    """Rarity group [rows] and |error| / √level [rows, mixes] of the forecasts made at ``at``, all mixes at the same total."""
    shop, windows = history.shop(at, horizon), history.windows(at)
    total, observed, _ = history.usual.window(at, at + horizon)
    level = combine(windows)
    numbers: Ints = np.arange(level.size, dtype=np.int64)
    use = (history.whole.observed[:, at] >= MIN_AGE) & (level > 0) & (observed >= MIN_OBSERVED * horizon)
    rows = np.flatnonzero(use & (numbers % stride == at % stride))
    if rows.size == 0:
        return rows, np.zeros((0, len(mixes)))
    level, actual = level[rows], total[rows] * horizon / observed[rows]
    plain = history.expected(level, at, horizon, rows, shop)[:, horizon]
    slope = (history.expected(1.5 * level, at, horizon, rows, shop)[:, horizon] - plain) / (0.5 * level)
    group = history.group(at)[rows]
    loss = np.empty((rows.size, len(mixes)))
    for column, mix in enumerate(mixes):
        told = np.maximum(plain + (combine(windows[rows], mix) - level) * slope, 0.0)
        told *= plain.sum() / max(float(told.sum()), 1e-9)
        loss[:, column] = np.abs(told - actual) / np.sqrt(level)
    return group, loss
