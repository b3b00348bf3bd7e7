"""The Poisson distribution as a finite list of probabilities."""

from __future__ import annotations

import math

REST = 1e-16


def poisson_pmf(mean: float) -> list[float]:
    """P(D = 0), P(D = 1), … up to where less than 1e-16 each remains; ``mean`` ≥ 0.

    >>> [round(p, 4) for p in poisson_pmf(1.0)[:4]]
    [0.3679, 0.3679, 0.1839, 0.0613]
    """
    if not 0 <= mean < math.inf:
        raise ValueError("the mean is a number not below 0")
    if mean == 0:
        return [1.0]
    pmf: list[float] = []
    d = 0
    while True:
        p = math.exp(d * math.log(mean) - mean - math.lgamma(d + 1))
        if d > mean and p < REST:
            return pmf
        pmf.append(p)
        d += 1
