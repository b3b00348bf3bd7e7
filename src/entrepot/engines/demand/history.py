"""A panel's prefix sums and season, from which the centre of the forecast at any week follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from entrepot.engines.demand.events import WEST, Event
from entrepot.engines.demand.model import DemandPanel, Floats, Ints
from entrepot.engines.demand.point import EQUAL, Prefix, combine, rarity, window_means, without_bursts
from entrepot.engines.demand.season import SHOP_ITEMS, Season, ShopSeason

BULK_WEEKS = 13.0
"""Weeks of the shop's own share of one-off orders that stand before an item has shown its own."""

BULK_CAP = 50.0
"""A week's one-off units count at most this multiple of the usual selling week: one buyer of a lifetime is no rate."""

BULK_RARITY: tuple[float, ...] = (0.15, 0.5)
"""Upper bounds of the rarity of items whose one-off orders are taken together: steady items have few, rare ones many."""

GROUPS = len(BULK_RARITY) + 1
"""Rarity groups."""


@dataclass(frozen=True)
class History:
    """Prefix sums of demand as it was (``whole``), without one-off orders (``usual``), and of those (``bulk``); ``season``
    is last year's; ``blend`` [rarity groups, windows] the weights of the windows (blend.py)."""

    whole: Prefix
    usual: Prefix
    bulk: Prefix
    season: Season
    blend: Floats

    @classmethod
    def of(cls, panel: DemandPanel, events: Sequence[Event] = WEST, blend: Floats | None = None) -> History:
        """Everything that forecasts at any week of ``panel`` need; the windows have equal weights without ``blend``."""
        usual = without_bursts(panel.demand) if panel.bulk is None else panel.demand - panel.bulk
        season = Season.of(panel.demand, panel.weeks, events)
        usual_sums = Prefix.of(usual)
        weeks: Ints = np.arange(panel.demand.shape[1], dtype=np.int64)
        start = np.maximum(weeks - 26, 0)
        selling = usual_sums.nonzero[:, weeks] - usual_sums.nonzero[:, start]
        week = (usual_sums.total[:, weeks] - usual_sums.total[:, start]) / np.maximum(selling, 1)
        bulk = np.minimum(panel.demand - usual, np.where(selling > 0, BULK_CAP * week, np.inf))
        weights = np.tile(EQUAL, (GROUPS, 1)) if blend is None else blend
        return cls(Prefix.of(panel.demand), usual_sums, Prefix.of(bulk), season, weights)

    def shop(self, at: int, ahead: int) -> ShopSeason:
        """What the whole panel says at column ``at``; the only thing that a series' centre takes from other series."""
        usual, bulk = self.usual.total[:, at], self.bulk.total[:, at]
        group, live = self.group(at), self.whole.total[:, at] > 0
        shares = [_share(bulk[live & (group == one)], usual[live & (group == one)]) for one in range(GROUPS)]
        return replace(self.season.shop(at, ahead), bulk=tuple(shares))

    def windows(self, at: int) -> Floats:
        """The four window means [series, 4] before ``at`` without one-off orders."""
        return window_means(self.usual, at)

    def bulk_rate(self, at: int, usual: Floats, shop: ShopSeason) -> Floats:
        """Units a week of one-off orders before ``at``: the item's whole past, drawn by :data:`BULK_WEEKS` weeks towards the
        share of them in items that sell as rarely. They are too rare for a window of some weeks to tell their rate."""
        total, observed, _ = self.bulk.window(0, at)
        share = np.asarray(shop.bulk)[self.group(at)]
        rate: Floats = (total + BULK_WEEKS * share * np.nan_to_num(usual)) / (observed + BULK_WEEKS)
        return rate

    def level(self, at: int, shop: ShopSeason) -> Floats:
        """Units a week at the current season, as known before column ``at``; NaN where nothing was observed."""
        usual = self.centre(at)
        return usual + self.bulk_rate(at, usual, shop)

    def centre(self, at: int) -> Floats:
        """Units a week [series] before ``at`` without one-off orders: the windows' means with its group's weights."""
        return combine(self.windows(at), self.blend[self.group(at)])

    def group(self, at: int) -> Ints:
        """Rarity group [series] before ``at``: sold almost every week, sometimes, rarely."""
        return rarity_group(self.rarity(at))

    def rarity(self, at: int) -> Floats:
        """How rarely each series sold before ``at``, for choosing its bucket."""
        return rarity(self.whole, at)

    def expected(self, level: Floats, at: int, ahead: int, rows: Ints, shop: ShopSeason) -> Floats:
        """Expected demand of the first 0, 1, … ``ahead`` weeks from ``at``, cumulated [rows, ahead + 1]; ``level`` are
        the levels of the series ``rows``."""
        out = np.zeros((level.size, ahead + 1))
        np.cumsum(self.season.path(level, at, ahead, rows, shop), axis=1, out=out[:, 1:])
        return out


def rarity_group(rarity: Floats) -> Ints:
    """Group of each rarity: sold almost every week, sometimes, rarely.

    >>> rarity_group(np.array([0.0, 0.4, 0.9, 2.0])).tolist()
    [0, 1, 2, 2]
    """
    return np.searchsorted(np.asarray(BULK_RARITY), rarity, side="left").astype(np.int64)


def _share(bulk: Floats, usual: Floats) -> float:
    """One-off units for each other unit; fewer items than :data:`SHOP_ITEMS` are not believed to be typical."""
    return float(bulk.sum()) / max(float(usual.sum()), 1e-9) * bulk.size / (bulk.size + SHOP_ITEMS)
