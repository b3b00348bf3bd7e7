"""A new item: a first distribution from items like it, sharpened by its own first weeks and by interest before the start.

**Analogues.** Items launched within the panel, nearest first by Gower's distance (1971, Biometrics 27(4)): share of attributes
that differ, and the difference of log prices. Their mean weekly demand over their first weeks, weighted by nearness, gives
mean and variance of a gamma prior for the new item's level; their weeks against their own means a launch curve.

**Updating.** Weekly sales are Poisson around level · curve, so after n weeks with s units in all the prior Gamma(a, b) becomes
Gamma(a + s, b + Σ curve). Interest before the start (wish lists, sign-ups) of I people and a conversion seen elsewhere, c of n
people, count as I·(c + ½)/(n + 1) units over the first :data:`INTEREST_WEEKS` weeks, at half weight. Totals are negative
binomial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from entrepot.core.reasons import Reason
from entrepot.engines.demand.counts import negative_binomial_quantiles
from entrepot.engines.demand.model import DemandPanel, Floats, as_levels

FIRST_WEEKS = 26
"""Weeks of a launch that are looked at."""

SEEN_FROM = 4
"""Weeks before its first sale that an item must have been missing for this to be its launch."""

NEAREST = 20
"""Analogues taken at most."""

WIDTH = 0.35
"""Distance at which an analogue counts e^-½ as much as one that is alike in everything."""

INTEREST_WEEKS = 4
INTEREST_WEIGHT = 0.5
LEAST_SPREAD = 0.5
"""Coefficient of variation of the level below which analogues are not believed: no item is quite like another."""


@dataclass(frozen=True)
class NewItem:
    """The distribution of a new item: level ~ Gamma(``shape``, ``rate``) units a week, times the launch ``curve`` [weeks];
    ``analogues`` (key columns, ``distance``, ``weekly``) and ``reasons`` say where it comes from; ``weeks`` of its own were
    used."""

    shape: float
    rate: float
    curve: Floats
    analogues: pl.DataFrame
    reasons: tuple[Reason, ...]
    weeks: int

    @property
    def level(self) -> float:
        """Expected units in an average week of the launch."""
        return self.shape / self.rate

    def mean(self, weeks: int) -> float:
        """Expected units of the next ``weeks`` weeks."""
        return self.level * float(self._ahead(weeks).sum())

    def quantiles(self, weeks: int, levels: Sequence[float]) -> Floats:
        """Units [levels] of the next ``weeks`` weeks: negative binomial."""
        mean = self.mean(weeks)
        variance = mean + mean**2 / self.shape
        return negative_binomial_quantiles(np.array([mean]), np.array([variance]), as_levels(levels))[0]

    def explain(self) -> tuple[Reason, ...]:
        """Why this figure, in lines that a seller can read."""
        return self.reasons

    def _ahead(self, weeks: int) -> Floats:
        """The curve of the weeks ahead; beyond its end it stays."""
        places = np.minimum(np.arange(self.weeks, self.weeks + weeks), self.curve.size - 1)
        return self.curve[places]


def new_item(
    panel: DemandPanel, attributes: pl.DataFrame, item: Mapping[str, str | float], *, sold: Sequence[int] = (),
    interest: int = 0, conversion: tuple[int, int] | None = None,
) -> NewItem:  # fmt: skip
    """A distribution for an item that ``panel`` does not hold yet, or only just.

    ``attributes`` has the panel's key columns and one column an attribute (text, or ``price`` in any one currency); ``item``
    the new item's values; ``sold`` its own first weeks; ``interest`` people and ``conversion`` (buyers, people) of earlier
    launches. Raises ``ValueError`` when no item of the panel was launched within it.
    """
    found, curves = _analogues(panel, attributes, item)
    if found.is_empty():
        raise ValueError("no item of the panel was launched within it: there is nothing to compare a new item with")
    weight = np.exp(-0.5 * (found["distance"].to_numpy() / WIDTH) ** 2)
    weekly = found["weekly"].to_numpy()
    mean = float(np.average(weekly, weights=weight))
    scatter = float(np.average((weekly - mean) ** 2, weights=weight))
    variance = max(scatter, (LEAST_SPREAD * mean) ** 2)
    curve = _curve(curves, weight)
    shape, rate = mean**2 / variance, mean / variance
    reasons = [
        Reason(
            "launch_analogues",
            f"{len(found)} items like it sold {mean:.1f} a week in their first {FIRST_WEEKS} weeks.",
            {"items": len(found), "units": round(mean, 1)},
        )
    ]
    if interest and conversion:
        buyers = interest * (conversion[0] + 0.5) / (conversion[1] + 1)
        shape += INTEREST_WEIGHT * buyers
        rate += INTEREST_WEIGHT * float(curve[:INTEREST_WEEKS].sum())
        text = f"{interest} people waiting for it are worth about {buyers:.0f} units at the start."
        reasons.append(Reason("launch_interest", text, {"people": interest, "units": round(buyers)}))
    if sold:
        shape += float(sum(sold))
        rate += float(curve[np.minimum(np.arange(len(sold)), curve.size - 1)].sum())
        text = f"Its own {len(sold)} known weeks ({sum(sold)} units) make it {shape / rate:.1f} a week."
        reasons.append(
            Reason("launch_own", text, {"weeks": len(sold), "sold": sum(sold), "units": round(shape / rate, 1)})
        )
    return NewItem(shape, rate, curve, found, tuple(reasons), len(sold))


def _analogues(
    panel: DemandPanel, attributes: pl.DataFrame, item: Mapping[str, str | float]
) -> tuple[pl.DataFrame, Floats]:
    """The nearest launched items (keys, ``distance``, ``weekly``) and their first weeks [items, FIRST_WEEKS], NaN unknown."""
    weeks = panel.demand.shape[1]
    launched = np.flatnonzero((panel.born >= SEEN_FROM) & (weeks - panel.born >= 8))
    keys = panel.keys[launched.tolist()].with_columns(pl.Series("_series", launched))
    rows = keys.join(attributes, on=panel.keys.columns, how="inner", maintain_order="left")
    names = [name for name in item if name in attributes.columns]
    distance = np.zeros(len(rows))
    for name in names:
        distance += _difference(rows[name], item[name])
    distance /= max(len(names), 1)
    order = np.argsort(distance, kind="stable")[:NEAREST]
    series = rows["_series"].to_numpy()[order]
    first = np.full((series.size, FIRST_WEEKS), np.nan)
    for place, row in enumerate(series):
        own = panel.demand[row, panel.born[row] : panel.born[row] + FIRST_WEEKS]
        first[place, : own.size] = own
    known = ~np.isnan(first)
    weekly = np.where(known, first, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    found = rows.select(panel.keys.columns)[order.tolist()].with_columns(
        pl.Series("distance", distance[order]), pl.Series("weekly", weekly)
    )
    return found, first


def _difference(values: pl.Series, wanted: str | float) -> Floats:
    """0 for equal, 1 for different; numbers by their logarithms, 1 from a factor of e on; unknown counts as different."""
    if isinstance(wanted, str):
        return (values.cast(pl.String).fill_null("") != wanted).to_numpy().astype(np.float64)
    numbers = values.cast(pl.Float64).fill_null(np.nan).to_numpy()
    gap = np.abs(np.log(np.maximum(numbers, 1e-9)) - np.log(max(wanted, 1e-9)))
    return np.where(np.isnan(gap), 1.0, np.minimum(gap, 1.0))


def _curve(first: Floats, weight: Floats) -> Floats:
    """Launch curve [FIRST_WEEKS] of mean 1: the analogues' weeks against their own means, smoothed over three weeks and drawn
    towards 1 as far as few were seen."""
    known = ~np.isnan(first)
    value = np.where(known, first, 0.0)
    mean = value.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    live = mean > 0
    mass = (weight[live, None] * known[live]).sum(axis=0)
    ratio = (weight[live, None] * value[live] / mean[live, None]).sum(axis=0)
    padded, wide = np.pad(ratio, 1), np.pad(mass, 1)
    smooth = (padded[:-2] + padded[1:-1] + padded[2:] + 5) / (wide[:-2] + wide[1:-1] + wide[2:] + 5)
    return smooth / smooth.mean()
