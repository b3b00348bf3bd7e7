"""What customers want, day by day, whether the stock is there or not: the truth that a forecast is measured against.

Daily demand of an SKU on a channel is negative binomial: a Poisson count around a gamma-distributed rate whose mean is
level × season × weekday × growth × promotion. Now and then one buyer takes many units at once (a bulk order).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from entrepot.sample.catalogue import Catalogue, Flags, Ints, Reals

CHANNELS = ("AMZ-US", "SHOP-DE", "MKT-UK")
AMAZON, OWN_SHOP, MARKET_UK = 0, 1, 2
_SHARE_EUROPE = (0.64, 0.36)

# Level of demand at the middle of each month, January first.
_SEASONS = {
    "flat": (1.0, 0.97, 0.98, 0.98, 1.0, 1.0, 1.02, 1.0, 0.99, 1.0, 1.08, 1.1),
    "gift": (0.8, 0.82, 0.85, 0.88, 0.9, 0.9, 0.95, 0.92, 0.95, 1.05, 1.5, 1.75),
    "summer": (0.55, 0.62, 0.85, 1.1, 1.35, 1.5, 1.5, 1.3, 1.0, 0.75, 0.7, 0.75),
    "winter": (1.15, 1.0, 0.85, 0.75, 0.7, 0.65, 0.7, 0.85, 1.05, 1.25, 1.5, 1.55),
    "school": (0.95, 0.85, 0.85, 0.88, 0.9, 0.95, 1.2, 1.5, 1.3, 0.95, 1.0, 1.0),
    "newyear": (1.6, 1.3, 1.15, 1.05, 0.95, 0.9, 0.88, 0.9, 0.95, 0.95, 0.98, 0.95),
    "spring": (0.85, 0.95, 1.25, 1.3, 1.2, 1.05, 0.95, 0.9, 0.95, 0.95, 0.95, 0.95),
    "autumn": (0.9, 0.9, 1.0, 1.05, 0.95, 0.85, 0.85, 0.9, 1.2, 1.35, 1.25, 1.05),
}
_WEEKDAYS = ((1.04, 1.02, 1.0, 0.98, 0.95, 0.98, 1.08), (0.98, 0.97, 0.98, 1.0, 0.96, 1.02, 1.16))


@dataclass(frozen=True, slots=True)
class Promotion:
    """A price cut of ``off`` basis points on some SKUs of one channel, first day to last day inclusive."""

    channel: int
    skus: tuple[int, ...]
    first: int
    last: int
    off: int
    uplift: float


@dataclass(frozen=True, slots=True)
class Demand:
    """``wanted[channel, sku, day]`` units asked for; ``off`` in basis points of the shelf price, same shape."""

    wanted: Ints
    off: Ints
    bulk: Flags
    """Where one buyer asked for everything of that day at once."""
    promotions: tuple[Promotion, ...]
    mean: Reals
    """Expected daily demand by channel, SKU and day, without bulk orders."""


def draw(rng: np.random.Generator, catalogue: Catalogue, start: date, days: int) -> Demand:
    """The demand of every SKU on every channel for ``days`` days from ``start``."""
    count = len(catalogue)
    calendar = [start + timedelta(d) for d in range(days)]
    mean = np.zeros((3, count, days))
    season = _season_by_day(calendar)
    shape = np.stack([season[f.season] for f in catalogue.family])
    growth = np.exp(rng.normal(0.0, 0.22, count)[:, None] * np.linspace(-0.5, 0.9, days)[None, :])
    level = catalogue.daily[:, None] * shape * growth * _ramp(catalogue, days)
    weekday = np.array([c.weekday() for c in calendar])
    europe = np.where(catalogue.on_amazon, 0.4, 1.0) * catalogue.in_europe
    amazon = np.where(catalogue.in_europe, 0.6, 1.0) * catalogue.on_amazon
    mean[AMAZON] = level * amazon[:, None] * np.array(_WEEKDAYS[0])[weekday]
    for channel, share in zip((OWN_SHOP, MARKET_UK), _SHARE_EUROPE, strict=True):
        mean[channel] = level * europe[:, None] * share * np.array(_WEEKDAYS[1])[weekday]
    off = np.zeros(mean.shape, dtype=np.int64)
    promotions = _promotions(rng, catalogue, calendar)
    for p in promotions:
        window = np.ix_([p.channel], p.skus, range(p.first, p.last + 1))
        mean[window] *= p.uplift
        off[window] = p.off
    dispersion = rng.uniform(0.6, 4.0, count)[None, :, None]
    rate = rng.gamma(np.broadcast_to(dispersion, mean.shape), 1.0) / dispersion * mean
    wanted = rng.poisson(rate).astype(np.int64)
    bulk = (rng.random(mean.shape) < 0.00035) & (mean > 0)
    wanted[bulk] += rng.integers(8, 30, int(bulk.sum()))
    return Demand(wanted, off, bulk, tuple(promotions), mean)


def _season_by_day(calendar: list[date]) -> dict[str, Reals]:
    """Monthly levels, interpolated between the middles of the months."""
    place = np.array([(c.month - 1) + (c.day - 15) / 30.4 for c in calendar])
    months = np.arange(-1, 13)
    return {
        name: np.interp(place, months, np.array([levels[-1], *levels, levels[0]])) for name, levels in _SEASONS.items()
    }


def _ramp(catalogue: Catalogue, days: int) -> Reals:
    """0 before the launch, a build-up over ten weeks for new SKUs, 0 after the end of sale."""
    day = np.arange(days)[None, :]
    launch, ends = catalogue.launch[:, None], catalogue.ends[:, None]
    build_up = np.where(launch > 0, np.clip((day - launch) / 70.0, 0.15, 1.0), 1.0)
    return build_up * (day >= launch) * (day < ends)


def _promotions(rng: np.random.Generator, catalogue: Catalogue, calendar: list[date]) -> list[Promotion]:
    """Summer deal days and the last week of November on the marketplaces, small own sales in the months between."""
    amazon, europe = np.flatnonzero(catalogue.on_amazon), np.flatnonzero(catalogue.in_europe)
    result: list[Promotion] = []

    def plan(channel: int, first: date, length: int, share: float, off: int, uplift: float) -> None:
        day = (first - calendar[0]).days
        if day < 0 or day + length > len(calendar):
            return
        pool = amazon if channel == AMAZON else europe
        chosen = np.sort(rng.choice(pool, max(1, round(len(pool) * share)), replace=False))
        result.append(Promotion(channel, tuple(int(i) for i in chosen), day, day + length - 1, off, uplift))

    for year in sorted({c.year for c in calendar}):
        plan(AMAZON, date(year, 7, 8), 4, 0.3, 2000, 3.2)
        plan(AMAZON, date(year, 11, 24), 7, 0.4, 2500, 3.0)
        plan(OWN_SHOP, date(year, 11, 24), 7, 0.5, 2000, 2.6)
        plan(MARKET_UK, date(year, 11, 26), 5, 0.35, 2000, 2.4)
        for month in (2, 4, 6, 9):
            plan(OWN_SHOP, date(year, month, 10), 6, 0.12, 1500, 2.0)
            plan(AMAZON, date(year, month, 18), 3, 0.08, 1000, 1.8)
    return result
