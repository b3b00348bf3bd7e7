"""ABC by value and XYZ by how far demand can be foretold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def abc_classes(value: Floats, shares: tuple[float, float] = (0.8, 0.95)) -> list[str]:
    """A, B or C of each item: the items that make up the first 80 % of value, up to 95 %, the rest.

    ``value`` per item and year, any currency, not negative; an item belongs to the class in which its value begins, so
    the largest is always A. Source: Dickie (1951), Factory Management and Maintenance 109(7); shares by custom.

    >>> abc_classes(np.array([5.0, 80.0, 15.0]))
    ['C', 'A', 'B']
    """
    if value.size == 0:
        return []
    if bool((value < 0).any()) or bool(np.isnan(value).any()):
        raise ValueError("the value of an item is known and not negative")
    order = np.argsort(-value, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(value[order])[:-1]])
    total = max(float(value.sum()), 1e-300)
    marks = np.searchsorted(np.asarray(shares), before / total + 1e-12, side="right")
    out = np.empty(value.size, dtype=np.int64)
    out[order] = marks
    return [("A", "B", "C")[mark] for mark in out]


def xyz_classes(mean: Floats, deviation: Floats, limits: tuple[float, float] = (0.5, 1.0)) -> list[str]:
    """X, Y or Z of each item by the coefficient of variation σ/μ of weekly demand: steady, varying, erratic.

    Items without demand are Z. Source: Scholz-Reiter et al. (2012), doi 10.1016/j.procir.2012.07.075, for the two-way
    ABC × XYZ analysis; limits by custom.

    >>> xyz_classes(np.array([10.0, 10.0, 0.0]), np.array([3.0, 8.0, 0.0]))
    ['X', 'Y', 'Z']
    """
    ratio = np.divide(deviation, mean, out=np.full(mean.shape, np.inf), where=mean > 0)
    return [("X", "Y", "Z")[mark] for mark in np.searchsorted(np.asarray(limits), ratio, side="left")]
