"""A made-up shop whose truth is known: signals that drive sales and some that do not, promotions, empty shelves.

No open data join search, ads or page views to the sales of an item, so what the engine says of them can only be checked
where the truth was made up. Nothing here describes a real seller; every result is labelled ``synthetic``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.engines.demand.model import DemandPanel, Floats
from entrepot.engines.demand.signals import Signal

FIRST_WEEK = date(2024, 1, 1)


@dataclass(frozen=True)
class SyntheticShop:
    """``panel`` is what the seller sees (weeks out of stock are unknown), ``demand`` what would have sold, ``rate`` the
    expected demand; ``effects`` are the true effects of ``signals`` by name (0: useless)."""

    panel: DemandPanel
    demand: Floats
    rate: Floats
    signals: tuple[Signal, ...]
    effects: Mapping[str, float]
    out_of_stock: NDArray[np.bool_]
    label: str = "synthetic"


def synthetic_shop(
    series: int = 200, weeks: int = 104, *, effects: Mapping[str, float] | None = None, lags: Mapping[str, int] | None = None,
    promotion: float = 0.6, stock_out: float = 0.3, overdispersion: float = 0.4, seed: int = 1,
) -> SyntheticShop:  # fmt: skip
    """A shop of ``series`` items over ``weeks`` weeks.

    Weekly demand is gamma-Poisson around level · season · exp(Σ effect·signal + promotion·on promotion). Signals are
    autocorrelated, of unit variance, known by name with their ``effects`` (default: ``search`` 0.25, ``views`` 0.15 and
    ``moon`` 0) and ``lags`` (default 1); ``promotion`` weeks (one in twenty) are the signal ``promotion`` with lag 0.
    ``stock_out`` is the share of items that are out of stock once, for 6 to 10 weeks.

    >>> shop = synthetic_shop(20, 60, seed=3)
    >>> shop.label, len(shop.panel), sorted(shop.effects), bool(np.isnan(shop.panel.demand[shop.out_of_stock]).all())
    ('synthetic', 20, ['moon', 'promotion', 'search', 'views'], True)
    """
    random = np.random.default_rng(seed)
    told = dict(effects if effects is not None else {"search": 0.25, "views": 0.15, "moon": 0.0})
    level = np.exp(random.normal(2.0, 0.8, (series, 1)))
    drift = np.cumsum(random.normal(0, 0.02, (series, weeks)), axis=1)
    season = 0.3 * np.sin(2 * np.pi * (np.arange(weeks)[None, :] + random.integers(0, 6, (series, 1))) / 52)
    log = np.log(level) + drift + season
    signals: list[Signal] = []
    for name, effect in told.items():
        values = _autocorrelated(random, series, weeks)
        lag = (lags or {}).get(name, 1)
        signals.append(Signal(name, values, lag))
        log += effect * np.concatenate([np.zeros((series, lag)), values[:, : weeks - lag]], axis=1)
    on = (random.random((series, weeks)) < 0.05).astype(np.float64)
    signals.append(Signal("promotion", on))
    rate = np.exp(log + promotion * on)
    noise = random.gamma(1 / overdispersion, overdispersion, rate.shape) if overdispersion > 0 else 1.0
    demand = random.poisson(rate * noise).astype(np.float64)
    demand[:, 0] = np.maximum(demand[:, 0], 1)
    gone = np.zeros(demand.shape, dtype=np.bool_)
    for row in np.flatnonzero(random.random(series) < stock_out):
        length = int(random.integers(6, 11))
        start = int(random.integers(8, weeks - length))
        gone[row, start : start + length] = True
    panel = DemandPanel(
        pl.DataFrame({"item": [f"synthetic-{k}" for k in range(series)]}),
        tuple(FIRST_WEEK + timedelta(weeks=k) for k in range(weeks)),
        np.where(gone, np.nan, demand), np.zeros(series, dtype=np.int64), gone,
    )  # fmt: skip
    return SyntheticShop(panel, demand, rate, tuple(signals), {**told, "promotion": promotion}, gone)


def _autocorrelated(random: np.random.Generator, series: int, weeks: int, memory: float = 0.6) -> Floats:
    """First-order autoregressive values of unit variance [series, weeks]."""
    shocks = random.normal(size=(series, weeks))
    out = np.zeros((series, weeks))
    out[:, 0] = shocks[:, 0]
    for week in range(1, weeks):
        out[:, week] = memory * out[:, week - 1] + np.sqrt(1 - memory**2) * shocks[:, week]
    return out
