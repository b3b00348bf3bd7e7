"""How good the forecast would have been: rolling origins against the 8-week average.

Errors are shares of total demand, so that large and small series count by what they sell:
wape = Σ|forecast − demand| / Σdemand, bias = Σ(forecast − demand) / Σdemand, pin95 = 2·Σ pinball at 0.95 / Σdemand (a
newsvendor's cost with 19 : 1 shortage to holding), wql = mean over :data:`SCORED` of 2·Σ pinball / Σdemand. Coverage is
the share of totals at or below the quantile; alone it proves nothing: judge by pin95 and wql.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from statistics import NormalDist

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.engines.demand.fit import Model
from entrepot.engines.demand.forecast import forecast
from entrepot.engines.demand.model import Backtest, BacktestScore, DemandPanel, Floats, LeadTime
from entrepot.engines.demand.point import pattern

SCORED: tuple[float, ...] = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99)
ORIGINS: tuple[int, ...] = (25, 21, 17, 13)
"""Weeks before the end at which forecasts are issued."""

MIN_OBSERVED = 0.75
"""Share of a horizon that must have been observed for its total to be scored (scaled up to the whole)."""

Told = dict[int, tuple[Floats, Floats]]

Method = Callable[[DemandPanel, Sequence[int]], Told]
"""Panel up to the origin, horizons → per horizon (point totals [series], quantiles [series, SCORED])."""


def backtest(
    panel: DemandPanel, *, origins: Sequence[int] = ORIGINS, horizons: Sequence[int] = (8, 13),
    methods: Mapping[str, Method] | None = None,
) -> Backtest:  # fmt: skip
    """Score ``methods`` (default: ``entrepot`` and ``ma8``) on the same series and weeks.

    At each origin all series take part that are at least 8 weeks old, have 4 non-zero weeks and a sale in the last 13,
    and of whose longest horizon at least three quarters were observed. A method sees only the weeks before the origin.
    """
    chosen = methods if methods is not None else {"entrepot": entrepot_method, "ma8": ma8_method}
    weeks = panel.demand.shape[1]
    actual: dict[int, list[Floats]] = {h: [] for h in horizons}
    told: dict[tuple[str, int], list[tuple[Floats, Floats]]] = {(m, h): [] for m in chosen for h in horizons}
    classes: list[str] = []
    for origin in (weeks - back for back in origins if back < weeks):
        past = panel.until(origin)
        use = eligible(past)
        for horizon in horizons:
            use &= (~np.isnan(panel.demand[:, origin : origin + horizon])).mean(axis=1) >= MIN_OBSERVED
        classes += _patterns(past.demand[use])
        for horizon in horizons:
            actual[horizon].append(_mean(panel.demand[use, origin : origin + horizon]) * horizon)
        for name, method in chosen.items():
            for horizon, (point, quantiles) in method(past, horizons).items():
                told[name, horizon].append((point[use], quantiles[use]))
    truth = {h: np.concatenate(parts) if parts else np.zeros(0) for h, parts in actual.items()}
    kinds = np.array(classes)
    scores = {
        name: {h: _scored(truth[h], told[name, h], np.ones(kinds.size, np.bool_)) for h in horizons} for name in chosen
    }
    by_pattern = {
        kind: {name: {h: _scored(truth[h], told[name, h], kinds == kind) for h in horizons} for name in chosen}
        for kind in sorted(set(classes))
    }
    counts = {kind: int((kinds == kind).sum()) for kind in sorted(set(classes))}
    return Backtest(int(kinds.size), scores, by_pattern, counts)


def eligible(past: DemandPanel) -> NDArray[np.bool_]:
    """Series of at least 8 weeks with 4 non-zero weeks and a sale in the last 13."""
    sold = past.demand > 0
    age = past.demand.shape[1] - past.born
    return (age >= 8) & (sold.sum(axis=1) >= 4) & sold[:, -13:].any(axis=1)


def entrepot_method(past: DemandPanel, horizons: Sequence[int], model: Model | None = None) -> Told:
    """The production forecast."""
    result = forecast(past, model=model, longest=max(horizons))
    return {
        h: (result.state.over(np.full(len(result), float(h))), result.quantiles(LeadTime.fixed(h), SCORED))
        for h in horizons
    }


def ma8_method(past: DemandPanel, horizons: Sequence[int]) -> Told:
    """The spreadsheet rule: 8-week average, z·σ·√L with σ of the last 26 weeks."""
    mean = _mean(past.demand[:, -8:])
    recent = past.demand[:, -26:]
    known = ~np.isnan(recent)
    count = known.sum(axis=1)
    squares = np.where(known, recent - _mean(recent)[:, None], 0.0) ** 2
    sigma = np.sqrt(squares.sum(axis=1) / np.maximum(count - 1, 1))
    z = np.array([NormalDist().inv_cdf(level) for level in SCORED])
    return {h: (mean * h, np.maximum(mean[:, None] * h + z * sigma[:, None] * h**0.5, 0.0)) for h in horizons}


def as_frame(result: Backtest) -> pl.DataFrame:
    """One row a method, horizon and demand pattern ("" for all)."""
    rows = [
        {"pattern": kind, "method": name, "weeks": horizon, **_fields(score)}
        for kind, table in {"": result.scores, **result.by_pattern}.items()
        for name, by_horizon in table.items()
        for horizon, score in by_horizon.items()
    ]
    return pl.DataFrame(rows)


def _fields(score: BacktestScore) -> dict[str, float]:
    return asdict(score)


def _scored(actual: Floats, parts: list[tuple[Floats, Floats]], rows: NDArray[np.bool_]) -> BacktestScore:
    truth = actual[rows]
    point = np.concatenate([part[0] for part in parts])[rows]
    quantiles = np.concatenate([part[1] for part in parts])[rows]
    whole = max(float(truth.sum()), 1e-12)
    gap = truth[:, None] - quantiles
    levels = np.asarray(SCORED)
    pinball = 2 * np.maximum(levels * gap, (levels - 1) * gap).sum(axis=0) / whole
    covered = (gap <= 0).mean(axis=0) if truth.size else np.zeros(levels.size)
    at = {level: index for index, level in enumerate(SCORED)}
    return BacktestScore(
        wape=float(np.abs(point - truth).sum()) / whole,
        bias=float((point - truth).sum()) / whole,
        pin95=float(pinball[at[0.95]]),
        wql=float(pinball.mean()),
        cov90=float(covered[at[0.9]]),
        cov95=float(covered[at[0.95]]),
        cov99=float(covered[at[0.99]]),
    )


def _patterns(demand: Floats) -> list[str]:
    sold = demand > 0
    nonzero = sold.sum(axis=1)
    observed = (~np.isnan(demand)).sum(axis=1)
    size = np.where(sold, demand, 0.0).sum(axis=1) / np.maximum(nonzero, 1)
    variance = (np.where(sold, demand - size[:, None], 0.0) ** 2).sum(axis=1) / np.maximum(nonzero, 1)
    return pattern(observed / np.maximum(nonzero, 1), variance / np.maximum(size, 1e-12) ** 2)


def _mean(demand: Floats) -> Floats:
    known = ~np.isnan(demand)
    return np.where(known, demand, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
