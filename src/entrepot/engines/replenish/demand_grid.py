"""A period's demand as probabilities on a grid of whole steps, from its mean and variance."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import exp, lgamma, log
from typing import Any

import numpy as np

from entrepot.engines.replenish.steady import Floats

WIDTH = 48
"""Points of a grid: enough for a level to be right within about two hundredths of the largest demand."""


def demand_grid(mean: Floats, variance: Floats, width: int = WIDTH) -> tuple[Floats, Floats]:
    """Probabilities [rows, width] of 0, 1, 2 … steps, and the units of one step [rows].

    Negative binomial with the given ``mean`` > 0 and ``variance`` of a period's units (Poisson where the variance is not
    above the mean). One step is one unit as long as six deviations above the mean fit and the tail beyond the grid carries
    less than a thousandth of the mean; else it is as much coarser as needed and a little adjusted, so that the mean is kept.

    >>> pmf, step = demand_grid(np.array([2.0, 300.0]), np.array([2.0, 90000.0]))
    >>> step.round(1).tolist(), (pmf @ np.arange(48) * step).round(6).tolist(), pmf[0, :3].round(4).tolist()
    ([1.0, 45.3], [2.0, 300.0], [0.1353, 0.2707, 0.2707])
    """
    if bool((mean <= 0).any()) or bool(np.isnan(mean + variance).any()):
        raise ValueError("a grid needs a positive mean and a variance")
    pmf, step = np.empty((len(mean), width)), np.empty(len(mean))
    _filler()(np.ascontiguousarray(mean, np.float64), np.ascontiguousarray(variance, np.float64), pmf, step)
    return pmf, step


@cache
def _filler() -> Callable[..., None]:
    """The kernel, made when it is first needed: numba is slow to import."""
    from entrepot.engines.compiled import compiled

    return compiled(_fill)


def _fill(mean: Any, variance: Any, pmf: Any, step: Any) -> None:
    width = pmf.shape[1]
    for row in range(mean.shape[0]):
        average, spread = mean[row], max(variance[row], mean[row] * 1.0001)
        size = average * average / (spread - average)
        coarse = max(1.0, np.ceil((average + 6 * spread**0.5) / (width - 1)))
        odds, total, first = log(average / (average + size)), 0.0, 0.0
        base = size * log(size / (average + size)) - lgamma(size)
        for k in range(width):
            # A coarse point stands for the units around it: its density in the middle of them.
            x = k * coarse if k > 0 else (coarse - 1) / 4
            weight = exp(base + lgamma(x + size) - lgamma(x + 1) + x * odds)
            if k == 0 and coarse > 1:
                weight *= 0.5 + 0.5 / coarse
            pmf[row, k] = weight
            total += weight
            first += k * weight
        for k in range(width):
            pmf[row, k] /= total
        # A tail so long that the grid cuts off a part of the mean makes the step a little longer than a unit, too.
        adjusted = average * total / first
        step[row] = 1.0 if coarse == 1 and adjusted < 1.001 else adjusted
