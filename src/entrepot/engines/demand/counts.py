"""Quantiles of count distributions, for series that cannot be calibrated."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from entrepot.engines.demand.model import Floats

EXACT_UP_TO = 400.0
"""Largest mean for which the count distribution is summed term by term; above it is a gamma."""


def negative_binomial_quantiles(mean: Floats, variance: Floats, levels: Floats) -> Floats:
    """Quantiles [series, levels] of negative binomials with these means and variances (Poisson where variance ≤ mean).

    Smallest k with P(X ≤ k) ≥ level, by the recursion p(k+1) = p(k)·(k+r)/(k+1)·(1−s) with s = mean/variance and
    r = mean·s/(1−s) (Johnson, Kemp & Kotz, Univariate Discrete Distributions, ch. 5). Means above
    :data:`EXACT_UP_TO` use the gamma of the same moments by Wilson & Hilferty's cube (Proc. Natl. Acad. Sci. 17, 1931).
    NaN means give NaN.

    >>> negative_binomial_quantiles(np.array([5.0]), np.array([5.0]), np.array([0.5, 0.95])).tolist()
    [[5.0, 9.0]]
    """
    out = np.full((mean.size, levels.size), np.nan)
    variance = np.maximum(variance, mean * (1 + 1e-6))
    out[mean == 0] = 0.0
    small = np.flatnonzero((mean > 0) & (mean <= EXACT_UP_TO))
    if small.size:
        out[small] = _summed(mean[small], variance[small], levels)
    large = np.flatnonzero(mean > EXACT_UP_TO)
    if large.size:
        out[large] = _gamma(mean[large], variance[large], levels)
    return out


def _summed(mean: Floats, variance: Floats, levels: Floats) -> Floats:
    success = mean / variance
    shape = mean * success / (1 - success)
    log_p = shape * np.log(success)
    cumulative = np.exp(log_p)
    out = np.zeros((mean.size, levels.size))
    active = np.arange(mean.size)
    # Cantelli's inequality bounds how far the sum can run: P(X ≥ mean + d·deviation) ≤ 1 / (1 + d²).
    deviations = math.sqrt(1 / (1 - float(levels.max())))
    last = math.ceil(float((mean + deviations * np.sqrt(variance)).max())) + 1
    for k in range(last):
        short = cumulative[active, None] < levels
        out[active] += short
        active = active[short.any(axis=1)]
        if active.size == 0:
            break
        log_p[active] += np.log((k + shape[active]) / (k + 1)) + np.log1p(-success[active])
        cumulative[active] += np.exp(log_p[active])
    return out


def _gamma(mean: Floats, variance: Floats, levels: Floats) -> Floats:
    shape = (mean * mean / variance)[:, None]
    z = np.array([NormalDist().inv_cdf(float(level)) for level in levels])
    cube = np.maximum(1 - 1 / (9 * shape) + z / (3 * np.sqrt(shape)), 0.0) ** 3
    return mean[:, None] * cube
