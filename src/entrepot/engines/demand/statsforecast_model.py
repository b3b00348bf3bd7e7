"""A local method of statsforecast as an outside model: an optional extra, slow, for the items that sell most.

Nixtla's statsforecast (Apache-2.0) fits each series alone (5 to 30 ms each). Its weekly deviations are added up as independent,
which is too narrow for lead-time totals; :func:`~entrepot.engines.demand.outside.judged` finds out whether it helps nevertheless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from statistics import NormalDist
from typing import Any, cast

import numpy as np

from entrepot.engines.demand.model import Floats

SHORTEST = 12
"""Known weeks below which a series is left to us: the library raises on tiny data sets."""


@dataclass(frozen=True)
class StatsforecastModel:
    """``method`` is a class of ``statsforecast.models`` that takes ``season_length`` (DynamicOptimizedTheta, AutoETS, AutoTheta
    …); the ``series`` that sold most in the last half-year are forecast, seasons are tried from two years on."""

    method: str = "DynamicOptimizedTheta"
    series: int = 300

    @property
    def name(self) -> str:
        """The method's name."""
        return self.method

    def totals(
        self, demand: Floats, weeks: Sequence[date], horizons: Sequence[int], levels: Sequence[float]
    ) -> Mapping[int, Floats]:
        """See :class:`~entrepot.engines.demand.outside.OutsideModel`."""
        kind = getattr(cast(Any, import_module("statsforecast.models")), self.method)
        sold = np.nan_to_num(demand[:, -26:]).sum(axis=1)
        out = {h: np.full((demand.shape[0], len(levels)), np.nan) for h in horizons}
        z = np.array([NormalDist().inv_cdf(level) for level in levels])
        for row in np.argsort(-sold, kind="stable")[: self.series]:
            known = demand[row, np.argmax(~np.isnan(demand[row])) :]
            if (~np.isnan(known)).sum() < SHORTEST or sold[row] == 0:
                continue
            series = np.where(np.isnan(known), np.nanmean(known), known)
            found = _one(kind, series, max(horizons))
            if found is None:
                continue
            for h in horizons:
                total, deviation = float(found[0][:h].sum()), float(np.sqrt((found[1][:h] ** 2).sum()))
                out[h][row] = np.maximum(total + z * deviation, 0.0)
        return out


def _one(kind: Any, series: Floats, horizon: int) -> tuple[Floats, Floats] | None:
    """Means and deviations of the next weeks; ``None`` where the library cannot."""
    season = 52 if series.size >= 104 else 1
    try:
        told = kind(season_length=season).forecast(series, h=horizon, level=[80])
    except Exception:
        # It raises plain Exceptions on series that it does not like.
        return None
    mean = np.asarray(told["mean"], dtype=np.float64)
    deviation = (np.asarray(told["hi-80"], dtype=np.float64) - mean) / NormalDist().inv_cdf(0.9)
    whole = np.isfinite(mean).all() and np.isfinite(deviation).all()
    return (mean, np.minimum(deviation, 10 * float(series.max()))) if whole else None
