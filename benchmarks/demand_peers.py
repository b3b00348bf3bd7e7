"""The methods that the forecast is compared with, on the same series and weeks.

The spread around `sba` and `tsb` is a negative binomial with the variance of the last 26 weeks, added up over the weeks;
`autoets` brings its own: statsforecast's AutoETS without seasons (it knows none of 52 weeks), its weekly deviations added
up as independent; each is held below ten times the largest week seen, for a few of its models' intervals explode.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np

from entrepot.engines.demand import DemandPanel, classical
from entrepot.engines.demand.backtest import SCORED, eligible
from entrepot.engines.demand.counts import negative_binomial_quantiles
from entrepot.engines.demand.model import Floats

Told = dict[int, tuple[Floats, Floats]]


def sba(past: DemandPanel, horizons: Sequence[int]) -> Told:
    """Croston–SBA with α = 0.1."""
    return _counted(past, classical.croston_sba, horizons)


def tsb(past: DemandPanel, horizons: Sequence[int]) -> Told:
    """Teunter–Syntetos–Babai with α = β = 0.1."""
    return _counted(past, classical.tsb, horizons)


def autoets(past: DemandPanel, horizons: Sequence[int]) -> Told:
    """AutoETS of statsforecast with its own intervals; series it cannot fit keep their mean."""
    os.environ.setdefault("NIXTLA_ID_AS_COL", "1")
    warnings.filterwarnings("ignore")
    from statsforecast.models import AutoETS

    longest = max(horizons)
    told = {h: (np.zeros(len(past)), np.zeros((len(past), len(SCORED)))) for h in horizons}
    z = np.array([NormalDist().inv_cdf(level) for level in SCORED])
    for row in np.flatnonzero(eligible(past)):
        history = past.demand[row, past.born[row] :]
        mean = float(np.nanmean(history))
        history = np.where(np.isnan(history), mean, history)
        try:
            out = AutoETS(season_length=1).forecast(history, h=longest, level=[80])
            center = np.asarray(out["mean"])
            deviation = (np.asarray(out["hi-80"]) - center) / NormalDist().inv_cdf(0.9)
            deviation = np.minimum(deviation, 10 * float(history.max()))
        except Exception:  # the library raises plain Exceptions on series it finds too short
            center, deviation = np.full(longest, mean), np.full(longest, float(history.std()))
        for h in horizons:
            total, spread = max(float(center[:h].sum()), 0.0), float(np.sqrt((deviation[:h] ** 2).sum()))
            told[h][0][row] = total
            told[h][1][row] = np.maximum(total + z * spread, 0.0)
    return told


def _counted(past: DemandPanel, method: Callable[[Floats], Floats], horizons: Sequence[int]) -> Told:
    mean = method(past.demand)
    recent = past.demand[:, -26:]
    known = ~np.isnan(recent)
    middle = classical.moving_average(recent, 26)
    squares = (np.where(known, recent - middle[:, None], 0.0) ** 2).sum(axis=1)
    variance = squares / np.maximum(known.sum(axis=1) - 1, 1)
    levels = np.asarray(SCORED)
    return {h: (mean * h, negative_binomial_quantiles(mean * h, variance * h, levels)) for h in horizons}
