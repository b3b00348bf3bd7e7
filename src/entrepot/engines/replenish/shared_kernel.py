"""The loops of :mod:`~entrepot.engines.replenish.shared_limits`."""

from __future__ import annotations

from typing import Any

import numpy as np

from entrepot.engines.compiled import compiled


@compiled
def choose_at(cost: Any, use: Any, prices: Any, pick: Any, used: Any) -> float:
    """Each row's cheapest option at ``prices`` [limits]: fills ``pick`` and ``used``, returns the cost with prices."""
    rows, options = cost.shape
    limits = prices.shape[0]
    total = 0.0
    used[:] = 0.0
    for i in range(rows):
        best, at = np.inf, 0
        for o in range(options):
            value = cost[i, o]
            for r in range(limits):
                value += prices[r] * use[r, i, o]
            if value < best:
                best, at = value, o
        pick[i] = at
        total += best
        for r in range(limits):
            used[r] += use[r, i, at]
    return total


@compiled
def gains(cost: Any, use: Any, prices: Any, pick: Any, ratio: Any, option: Any) -> None:
    """Of each row the option above its pick that saves most per priced use (``ratio``, 0 where none saves)."""
    rows, options = cost.shape
    limits = prices.shape[0]
    for i in range(rows):
        now = pick[i]
        ratio[i], option[i] = 0.0, now
        for o in range(options):
            saved = cost[i, now] - cost[i, o]
            more = 0.0
            for r in range(limits):
                more += prices[r] * (use[r, i, o] - use[r, i, now])
            if saved > 0 and more > 0 and np.isfinite(cost[i, o]):
                worth = saved / more
                if worth > ratio[i]:
                    ratio[i], option[i] = worth, o


@compiled
def fill_up(order: Any, cost: Any, use: Any, pick: Any, option: Any, used: Any, capacity: Any) -> int:
    """Take the better options in ``order`` wherever they still fit; returns how many were taken."""
    taken = 0
    limits = capacity.shape[0]
    for k in range(order.shape[0]):
        i = order[k]
        o, now = option[i], pick[i]
        fits = o != now and cost[i, o] < cost[i, now]
        for r in range(limits):
            if used[r] + use[r, i, o] - use[r, i, now] > capacity[r] + 1e-9 * max(capacity[r], 1.0):
                fits = False
        if fits:
            for r in range(limits):
                used[r] += use[r, i, o] - use[r, i, now]
            pick[i] = o
            taken += 1
    return taken
