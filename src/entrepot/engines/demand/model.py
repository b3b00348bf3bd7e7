"""What the demand engine takes and gives: frames (documented column by column) and frozen results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.core.frames.demand import FORECAST as FORECAST
from entrepot.core.frames.demand import IN_STOCK as IN_STOCK
from entrepot.core.frames.demand import ORDER_LINES as ORDER_LINES
from entrepot.core.frames.demand import WEEKLY_DEMAND as WEEKLY_DEMAND

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FLAGS: Mapping[str, str] = {
    "no_history": "no sale in the data: no forecast is made",
    "new_item": "a new item, forecast as others like it were launched",
    "short_history": "fewer than 8 observed weeks",
    "intermittent": "half of the recent weeks or more are without demand",
    "dormant": "no demand in the last 13 observed weeks",
    "censored": "some of the last 26 weeks were out of stock and are treated as unknown",
    "one_order": "one week makes more than half of the last 26 weeks' demand",
    "horizon_extrapolated": "the history is too short to calibrate the longest lead times asked for",
    "assumed_spread": "the spread around the mean is an assumption, not measured on this shop",
    "unit_changed": "later weeks are six times the earlier ones or more, or a sixth: was the unit changed?",
    "unit_rescaled": "the unit changed; earlier weeks were brought to the new one by the pack size",
    "signal_stopped": "a signal of this item has stopped and is left out",
    "gaps": "weeks among the last 26 are unknown although the item was in stock",
    "impossible_weeks": "some weeks were infinite or negative: the former count as unknown, the latter as nothing sold",
    "net_returns": "more units came back than were ordered",
    "duplicate_lines": "some order lines are there more than once; all are counted",
    "future_lines": "some order lines lie in the future; they are left out",
}
"""Flags of a forecast row and what they mean."""

LEVELS: tuple[float, ...] = (
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85,
    0.9, 0.925, 0.95, 0.96, 0.975, 0.985, 0.99, 0.995,
)  # fmt: skip
"""Quantile levels that are calibrated; others are interpolated."""

HORIZONS: tuple[int, ...] = (1, 2, 4, 6, 8, 10, 13, 17, 26)
"""Lead times, in weeks, whose totals are calibrated; others are interpolated."""


@dataclass(frozen=True, slots=True)
class LeadTime:
    """A lead time in weeks as a discrete distribution (weights need not sum to one).

    >>> LeadTime.fixed(8).mean, LeadTime((8, 9, 10), (5, 3, 2)).mean
    (8.0, 8.7)
    """

    weeks: tuple[float, ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.weeks or any(not (0 <= w < 520) for w in self.weeks):
            raise ValueError("a lead time needs at least one number of weeks between 0 and 520")
        if self.weights and (len(self.weights) != len(self.weeks) or min(self.weights) < 0 or sum(self.weights) <= 0):
            raise ValueError("the weights of a lead time are as many as its weeks, not negative, and not all zero")

    @classmethod
    def fixed(cls, weeks: float) -> LeadTime:
        """A lead time that does not vary."""
        return cls((float(weeks),))

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Weights scaled to sum to one; equal where none were given."""
        if not self.weights:
            return tuple(1 / len(self.weeks) for _ in self.weeks)
        total = sum(self.weights)
        return tuple(w / total for w in self.weights)

    @property
    def mean(self) -> float:
        """Expected weeks."""
        return round(sum(w * p for w, p in zip(self.weeks, self.probabilities, strict=True)), 9)

    def plus(self, weeks: float) -> LeadTime:
        """The same distribution ``weeks`` later (a review period added).

        >>> LeadTime((2, 3)).plus(4).weeks
        (6, 7)
        """
        return LeadTime(tuple(w + weeks for w in self.weeks), self.weights)


@dataclass(frozen=True, slots=True)
class Netting:
    """What was taken out of the order lines before they were counted as demand (units and lines)."""

    lines: int
    cancelled_lines: int
    cancelled_units: int
    returned_units: int
    future_lines: int
    incomplete_week_units: int
    unusable_lines: int


@dataclass(frozen=True)
class WeeklyDemand:
    """Weekly demand by item × channel × region.

    ``frame`` has the columns of :data:`WEEKLY_DEMAND`. ``first_week`` and ``last_week`` are Mondays; every week between them
    was observed whole, except those of ``closed`` (channel, week), when a channel that normally sells every week sold
    nothing at all. ``in_stock`` has the columns of :data:`IN_STOCK`, or is ``None`` where stock is not known. ``notes``
    (item, note) are what looks wrong in an item's lines.
    """

    frame: pl.DataFrame
    first_week: date
    last_week: date
    closed: pl.DataFrame
    in_stock: pl.DataFrame | None
    netting: Netting
    notes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"item": pl.String, "note": pl.String}))

    @property
    def weeks(self) -> list[date]:
        """Every Monday from the first week to the last."""
        count = (self.last_week - self.first_week).days // 7 + 1
        return [self.first_week + timedelta(weeks=k) for k in range(count)]


@dataclass(frozen=True)
class DemandPanel:
    """Dense weekly series: one row a key, one column a week.

    ``keys`` holds the key columns in row order; ``demand`` is float [series, weeks] with NaN where nothing was
    observed (before the first sale, out of stock, closed); ``born`` is the column of the first sale; ``censored``
    marks the weeks that stock-outs made unknown; ``bulk`` are the units of flagged one-off orders within ``demand``,
    ``None`` where only weekly figures are known; ``notes`` the flags of a series' order lines.
    """

    keys: pl.DataFrame
    weeks: tuple[date, ...]
    demand: Floats
    born: Ints
    censored: NDArray[np.bool_]
    bulk: Floats | None = None
    notes: tuple[tuple[str, ...], ...] | None = None

    def take(self, rows: Ints) -> DemandPanel:
        """The panel of some series."""
        return DemandPanel(
            self.keys[rows.tolist()], self.weeks, self.demand[rows], self.born[rows], self.censored[rows],
            None if self.bulk is None else self.bulk[rows],
            None if self.notes is None else tuple(self.notes[int(row)] for row in rows),
        )  # fmt: skip

    def until(self, weeks: int) -> DemandPanel:
        """The panel as it was known after its first ``weeks`` weeks."""
        return DemandPanel(
            self.keys, self.weeks[:weeks], np.ascontiguousarray(self.demand[:, :weeks]), self.born,
            np.ascontiguousarray(self.censored[:, :weeks]),
            None if self.bulk is None else np.ascontiguousarray(self.bulk[:, :weeks]), self.notes,
        )  # fmt: skip

    def __len__(self) -> int:
        return int(self.demand.shape[0])


@dataclass(frozen=True)
class RatioTable:
    """Calibrated quantiles of actual / forecast of lead-time totals.

    ``quantiles`` is float [horizons, buckets, levels]; ``samples`` counts the ratios behind each [horizon, bucket]
    (thin buckets lean on their neighbours); ``edges`` are the upper bounds of the demand levels (units a week),
    ``zero_edges`` those of the zero shares. Empty ``horizons`` means that nothing could be calibrated.
    """

    horizons: tuple[int, ...]
    levels: tuple[float, ...]
    edges: tuple[float, ...]
    zero_edges: tuple[float, ...]
    quantiles: Floats
    samples: Ints

    @property
    def usable(self) -> bool:
        """Whether at least one horizon is calibrated."""
        return len(self.horizons) > 0


@dataclass(frozen=True)
class SeriesState:
    """What is known of each series at the end of its history; arrays [series].

    ``mean`` units a week (NaN unknown), one-off orders included, ``bulk_rate`` the part of it that is their long-run rate,
    ``weeks`` observed weeks, ``zero_share``, ``rarity`` (2 when dormant, else the zero share), ``recent`` demand of the last 13
    weeks, ``variance`` of weekly demand over the last 26 observed weeks (NaN below two), ``interval`` mean weeks between
    demands (ADI), ``size_cv2`` squared coefficient of variation of non-zero weeks, ``top_share`` of the largest week,
    ``censored`` weeks among the last 26, ``windows`` the four window means without one-off orders [series, 4], ``expected``
    demand of the next 0, 1, … weeks cumulated [series, AHEAD + 1], seasons, events and promotions included, ``learnt``
    ratio quantiles of the learnt model [series, its horizons, its levels] (no horizons where there is none), ``lost`` units
    that the stock-outs of the last 26 weeks are thought to have cost.
    """

    mean: Floats
    bulk_rate: Floats
    weeks: Ints
    zero_share: Floats
    rarity: Floats
    recent: Floats
    variance: Floats
    interval: Floats
    size_cv2: Floats
    top_share: Floats
    censored: Ints
    windows: Floats
    expected: Floats
    learnt: Floats
    lost: Floats

    def take(self, rows: Ints) -> SeriesState:
        """The state of some series."""
        return SeriesState(*(getattr(self, one.name)[rows] for one in fields(self)))

    def over(self, weeks: Floats) -> Floats:
        """Expected demand [series] over ``weeks`` (per series, may be fractional; beyond the last week at its pace)."""
        last = self.expected.shape[1] - 1
        whole = np.minimum(np.floor(weeks), last - 1).astype(np.int64)
        rows = np.arange(weeks.size, dtype=np.int64)
        step = self.expected[rows, whole + 1] - self.expected[rows, whole]
        return self.expected[rows, whole] + step * (weeks - whole)


@dataclass(frozen=True)
class BacktestScore:
    """Errors of one method over all origins for one horizon; shares of total demand (see backtest.py)."""

    wape: float
    bias: float
    pin95: float
    wql: float
    cov90: float
    cov95: float
    cov99: float


@dataclass(frozen=True)
class Backtest:
    """Scores by method name and horizon (weeks), in all and by demand class; ``series`` and ``counts`` (by class) say on
    how many series-origins they stand."""

    series: int
    scores: Mapping[str, Mapping[int, BacktestScore]] = field(default_factory=dict[str, Mapping[int, BacktestScore]])
    by_pattern: Mapping[str, Mapping[str, Mapping[int, BacktestScore]]] = field(
        default_factory=dict[str, Mapping[str, Mapping[int, BacktestScore]]]
    )
    counts: Mapping[str, int] = field(default_factory=dict[str, int])


def as_levels(levels: Sequence[float]) -> Floats:
    """Quantile levels as an ascending array; refuses what is not strictly between 0 and 1."""
    array = np.asarray(levels, dtype=np.float64)
    if array.size == 0 or not bool(np.all((array > 0) & (array < 1))) or not bool(np.all(np.diff(array) > 0)):
        raise ValueError("quantile levels rise and lie between 0 and 1")
    return array
