"""The loops of :mod:`~entrepot.engines.replenish.demand_paths`."""

from __future__ import annotations

from math import floor
from typing import Any

import numpy as np

from entrepot.engines.compiled import compiled


@compiled
def quantile(values: Any, edges: Any, chance: float) -> float:
    """Inverse distribution function at ``chance``, linear between the given levels."""
    high = 1
    while high < edges.shape[0] - 1 and edges[high] < chance:
        high += 1
    share = (chance - edges[high - 1]) / (edges[high] - edges[high - 1])
    return values[high - 1] + (values[high] - values[high - 1]) * share


@compiled
def fill(totals: Any, edges: Any, horizons: Any, ends: Any, chance: Any, place: Any, out: Any) -> None:
    """Fill ``out`` [rows, paths, weeks]; see demand_paths."""
    paths, weeks = chance.shape
    drawn = np.empty((paths, weeks))
    total = np.empty(paths)
    last = horizons.shape[0] - 1
    for row in range(out.shape[0]):
        for k in range(paths):
            total[k] = 0.0
            for h in range(weeks):
                drawn[k, h] = quantile(totals[row, 0], edges, chance[k, h])
                total[k] += drawn[k, h] + 1e-9 * chance[k, h]
        order = np.argsort(total)
        for rank in range(paths):
            k = order[rank]
            level = (rank + 0.5) / paths
            start, before, carry = 0, 0.0, 0.0
            for piece in range(ends.shape[0]):
                end = ends[piece]
                if piece + 1 < last or end <= horizons[last]:
                    at = min(piece + 1, last)
                    full = quantile(totals[row, at], edges, level)
                    # A horizon that the paths end before counts in proportion.
                    if end < horizons[at]:
                        full = before + (full - before) * (end - start) / (horizons[at] - start)
                else:
                    stretch = quantile(totals[row, last], edges, level) - quantile(totals[row, last - 1], edges, level)
                    full = before + stretch * (end - start) / (horizons[last] - horizons[last - 1])
                target = max(full - before, 0.0)
                raw = 0.0
                for h in range(start, end):
                    raw += drawn[k, h]
                if raw > 0:
                    for h in range(start, end):
                        carry += drawn[k, h] * target / raw
                        units = floor(carry + 0.5)
                        out[row, k, h] = units
                        carry -= units
                else:
                    h = start + int(place[k, start] * (end - start))
                    carry += target
                    units = floor(carry + 0.5)
                    out[row, k, h] = units
                    carry -= units
                start, before = end, max(full, before)
