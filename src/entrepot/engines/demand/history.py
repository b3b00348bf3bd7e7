"""A panel's prefix sums and season, from which the centre of the forecast at any week follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrepot.engines.demand.model import DemandPanel, Floats, Ints
from entrepot.engines.demand.point import Prefix, combine, rarity, window_means, without_bursts
from entrepot.engines.demand.season import Season


@dataclass(frozen=True)
class History:
    """``whole`` are prefix sums of demand as it was, ``usual`` of demand without bursts; ``season`` is last year's."""

    whole: Prefix
    usual: Prefix
    season: Season

    @classmethod
    def of(cls, panel: DemandPanel) -> History:
        """Everything that forecasts at any week of ``panel`` need."""
        usual = Prefix.of(without_bursts(panel.demand))
        return cls(Prefix.of(panel.demand), usual, Season.of(panel.demand, panel.weeks))

    def level(self, at: int) -> Floats:
        """Units a week at the current season, as known before column ``at``; NaN where nothing was observed."""
        return combine(window_means(self.usual, at))

    def rarity(self, at: int) -> Floats:
        """How rarely each series sold before ``at``, for choosing its bucket."""
        return rarity(self.whole, at)

    def expected(self, level: Floats, at: int, ahead: int, rows: Ints) -> Floats:
        """Expected demand of the first 0, 1, … ``ahead`` weeks from ``at``, cumulated [rows, ahead + 1]; ``level`` are
        the levels of the series ``rows``."""
        out = np.zeros((level.size, ahead + 1))
        np.cumsum(self.season.path(level, at, ahead, rows), axis=1, out=out[:, 1:])
        return out
