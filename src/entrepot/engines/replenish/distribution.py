"""Expectations under a distribution that is given by its quantiles.

A row's quantiles at rising levels are read as a piecewise linear inverse distribution function. Below the lowest level
it is flat; above the highest it runs on with the slope of twice the last step, so that a little shortage remains
possible whatever the stock.
"""

from __future__ import annotations

import numpy as np

from entrepot.engines.replenish.model import Floats


def close(quantiles: Floats, levels: Floats) -> tuple[Floats, Floats]:
    """Quantiles [rows, levels + 2] and levels with both ends (0 and 1) added."""
    top = quantiles[:, -1:] + (quantiles[:, -1:] - quantiles[:, -2:-1])
    return np.concatenate([quantiles[:, :1], quantiles, top], axis=1), np.concatenate([[0.0], levels, [1.0]])


def expected_shortage(quantiles: Floats, levels: Floats, stock: Floats) -> Floats:
    """E[(D − stock)⁺] of each row.

    >>> hundred, levels = np.array([[1.0, 50.0, 99.0]]), np.array([0.01, 0.5, 0.99])
    >>> expected_shortage(hundred, levels, np.array([50.0])).round(1).tolist()
    [12.7]
    """
    value, level = close(quantiles, levels)
    low, high = value[:, :-1], value[:, 1:]
    above = np.maximum(high - stock[:, None], 0.0)
    below = np.maximum(low - stock[:, None], 0.0)
    step = high - low
    # Mean of (x − s)⁺ over a linear piece: both ends above: their average; cut by s: triangle (high − s)² / 2 / step.
    cut = np.divide(above**2, 2 * step, out=np.zeros_like(step), where=step > 0)
    piece = np.where(low >= stock[:, None], (above + below) / 2, cut)
    return np.asarray((piece * np.diff(level)).sum(axis=1))
