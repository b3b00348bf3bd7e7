"""The verb: weekly series in, a distribution of demand over any lead time out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.core.reasons import Reason
from entrepot.engines.demand import one_series, spread
from entrepot.engines.demand.doubts import made_sound, series_doubts
from entrepot.engines.demand.events import WEST, Event
from entrepot.engines.demand.explain import explain_series
from entrepot.engines.demand.features import features
from entrepot.engines.demand.fit import Model, fit
from entrepot.engines.demand.history import History
from entrepot.engines.demand.learn import LEARNT_LEVELS, corrections
from entrepot.engines.demand.model import (
    LEVELS,
    DemandPanel,
    Floats,
    Ints,
    LeadTime,
    RatioTable,
    SeriesState,
    as_levels,
)
from entrepot.engines.demand.paths import sample_paths
from entrepot.engines.demand.point import living_level, pattern, state
from entrepot.engines.demand.refill import refill
from entrepot.engines.demand.samples import LEARNT, MIN_AGE
from entrepot.engines.demand.season import AHEAD
from entrepot.engines.demand.signal_paths import SignalPaths

Key = str | int | tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Promotion:
    """A planned promotion: demand of ``key`` times 1 + ``uplift`` in the weeks from ``first`` to ``last`` (Mondays)."""

    key: Key
    first: date
    last: date
    uplift: float


@dataclass(frozen=True)
class Forecast:
    """A distribution of demand per key.

    ``frame`` has the key columns ``by`` and those of :data:`~entrepot.engines.demand.model.FORECAST`, in the row order
    of every array that the methods return. ``last_week`` is the last week that was known; ``changes`` are the factors
    [AHEAD] by row that a user put on the weeks ahead, ``signals`` those [rows, AHEAD] of each kept signal.
    """

    frame: pl.DataFrame
    by: tuple[str, ...]
    last_week: date | None
    model: Model
    state: SeriesState
    panel: DemandPanel
    changes: Mapping[int, Floats] = field(default_factory=dict[int, Floats])
    signals: Mapping[str, Floats] = field(default_factory=dict[str, Floats])

    def __len__(self) -> int:
        return len(self.frame)

    def quantiles(self, lead: LeadTime | Sequence[LeadTime], levels: Sequence[float] = LEVELS) -> Floats:
        """Units of demand over the lead time [keys, levels]: whole, rising; NaN for keys without history.

        ``lead`` is one lead time for all keys or one for each row of ``frame``.
        """
        leads = [lead] * len(self) if isinstance(lead, LeadTime) else list(lead)
        if len(leads) != len(self):
            raise ValueError(f"{len(leads)} lead times for {len(self)} forecast rows")
        return spread.mixture(self.model, self.state, leads, as_levels(levels))

    def lead_demand(
        self, rows: pl.DataFrame, *, weeks: str = "lead_weeks", weights: str = "lead_weights", plus: float | str = 0.0,
        levels: Sequence[float] = LEVELS, name: str = "demand",
    ) -> pl.DataFrame:  # fmt: skip
        """``rows`` with demand over each row's own lead time beside them.

        ``rows`` has the key columns, ``weeks`` (list of numbers, or one number) and optionally ``weights`` (list);
        ``plus`` weeks (a number, or a column such as the review period) are added to every lead time. Added columns:
        ``name`` (list of whole units, one a level; null for keys without history), ``weekly_mean``, ``flags`` and
        ``method`` of the forecast. Row order is kept.
        """
        at = self.frame.select(*self.by).with_row_index("_at")
        place = rows.select(*self.by).join(at, on=list(self.by), how="left", maintain_order="left")["_at"]
        leads = _lead_times(rows, weeks, weights, plus)
        known = place.is_not_null().to_numpy()
        index = place.fill_null(0).to_numpy().astype(np.int64)
        values = np.full((len(rows), len(levels)), np.nan)
        if known.any():
            chosen = [lead for lead, is_known in zip(leads, known, strict=True) if is_known]
            values[known] = spread.mixture(self.model, self.state.take(index[known]), chosen, as_levels(levels))
        told = self.frame.select("weekly_mean", "flags", "method")
        if len(self):
            told = told[index]
            there = pl.Series(known)
            told = told.with_columns(
                pl.when(there).then("weekly_mean"),
                flags=pl.when(there).then("flags").otherwise(pl.lit(["no_history"])),
                method=pl.when(there).then("method").otherwise(pl.lit("none")),
            )
        else:
            told = pl.DataFrame(
                {
                    "weekly_mean": [None] * len(rows),
                    "flags": [["no_history"]] * len(rows),
                    "method": ["none"] * len(rows),
                },
                schema={"weekly_mean": pl.Float64, "flags": pl.List(pl.String), "method": pl.String},
            )
        return rows.with_columns(whole_lists(values).alias(name), *told.get_columns())

    def history(self, key: Key) -> pl.DataFrame:
        """What was sold and what was missed, week by week (see one_series.py)."""
        return one_series.past(self.panel.take(np.array([self._row(key)])), self.model)

    def fan(self, key: Key, weeks: int = 26, levels: Sequence[float] = one_series.FAN_LEVELS) -> pl.DataFrame:
        """The next ``weeks`` weeks (78 at most), a row each: ``week``, ``mean``, the factors ``season``, ``event``,
        ``promotion`` and ``signal`` against the level, and a column of whole units a level (``q05``, ``q25`` …). Empty without
        history."""
        row = self._row(key)
        if self.last_week is None or np.isnan(self.state.mean[row]):
            return pl.DataFrame()
        factor = self.changes.get(row, np.ones(AHEAD))
        one = self.state.take(np.array([row]))
        signal = np.prod([np.ones(AHEAD), *self.signals_of(row).values()], axis=0)
        return one_series.ahead(self.model, one, self.last_week, factor, min(weeks, AHEAD), levels, signal)

    def totals(self, key: Key, weeks: int = 26, levels: Sequence[float] = one_series.FAN_LEVELS) -> pl.DataFrame:
        """The totals of the next 1, 2, … ``weeks`` weeks: ``week``, ``weeks``, ``mean`` and a column a level."""
        row = self._row(key)
        if self.last_week is None or np.isnan(self.state.mean[row]):
            return pl.DataFrame()
        return one_series.totals(
            self.model, self.state.take(np.array([row])), self.last_week, min(weeks, AHEAD), levels
        )

    def paths(self, weeks: int, count: int = 200, seed: int = 1) -> Ints:
        """Sampled weekly demand [keys, count, weeks] whose totals follow the quantiles (paths.py)."""
        names = ["|".join(map(str, key)) for key in self.frame.select(*self.by).iter_rows()]
        return sample_paths(self.model, self.state, names, min(weeks, AHEAD), count, seed)

    def promoted(self, promotions: Sequence[Promotion]) -> Forecast:
        """The same forecast with the user's uplifts on the weeks of promotions; several on one week multiply.

        Raises ``KeyError`` for a key that is not in ``frame``.
        """
        result = self
        for one in promotions:
            inside = [one.first <= week <= one.last for week in self._weeks_ahead()]
            result = result.scaled(one.key, np.where(inside, 1 + one.uplift, 1.0))
        return result

    def until(self, key: Key, day: date) -> Forecast:
        """The same forecast of an item that ends: demand fades in a straight line and is nothing from ``day`` on."""
        left = max((day - self._weeks_ahead()[0]).days / 7, 0.0) if self.last_week else 0.0
        steps = np.arange(AHEAD, dtype=np.float64)
        return self.scaled(key, np.asarray(np.clip(1 - (steps + 0.5) / max(left, 1e-9), 0.0, 1.0), dtype=np.float64))

    def signalled(self, paths: SignalPaths) -> Forecast:
        """The same forecast with what the kept signals make of the weeks ahead; ``paths`` are of the panel's series, rows
        beyond them (keys without history) stay. Raises ``ValueError`` for paths of more series than there are."""
        series, ahead = paths.factors.shape
        if series > len(self):
            raise ValueError(f"signals of {series} series for a forecast of {len(self)}")
        steps = np.diff(self.state.expected, axis=1)
        steps[:series, :ahead] *= paths.factors
        expected = np.zeros_like(self.state.expected)
        np.cumsum(steps, axis=1, out=expected[:, 1:])
        flags = [
            [*told, "signal_stopped"] if row < series and paths.stopped[row] and told != ["no_history"] else told
            for row, told in enumerate(self.frame["flags"].to_list())
        ]
        frame = self.frame.with_columns(
            weekly_mean=pl.Series(expected[:, 13] / 13, dtype=pl.Float64).fill_nan(None),
            flags=pl.Series(flags, dtype=pl.List(pl.String)),
        )
        return replace(self, frame=frame, state=replace(self.state, expected=expected), signals=paths.parts)

    def scaled(self, key: Key, factor: Floats) -> Forecast:
        """The same forecast with ``factor`` [AHEAD] on the weeks ahead of one series."""
        row = self._row(key)
        expected = self.state.expected.copy()
        expected[row, 1:] = np.cumsum(np.diff(expected[row]) * factor)
        means = self.frame["weekly_mean"].to_list()
        means[row] = None if np.isnan(expected[row, 13]) else float(expected[row, 13]) / 13
        changes = {**self.changes, row: self.changes.get(row, np.ones(AHEAD)) * factor}
        frame = self.frame.with_columns(pl.Series("weekly_mean", means, dtype=pl.Float64))
        return replace(self, frame=frame, state=replace(self.state, expected=expected), changes=changes)

    def explain(self, key: Key, lead: LeadTime | None = None) -> tuple[Reason, ...]:
        """Why this forecast: the centre, the spread over ``lead`` (13 weeks by default), and what to be careful about.

        Raises ``KeyError`` for a key that is not in ``frame``.
        """
        row = self._row(key)
        lead = lead or LeadTime.fixed(13)
        one = self.state.take(np.array([row]))
        levels = np.array([0.05, 0.5, 0.95])
        quantiles = spread.mixture(self.model, one, [lead], levels)[0]
        told = self.frame.row(row, named=True)
        return explain_series(told, one, self.model, lead, quantiles, self.changes.get(row), self.signals_of(row))

    def signals_of(self, row: int) -> dict[str, Floats]:
        """Factors of the weeks ahead by kept signal, of one row."""
        return {name: factors[row] for name, factors in self.signals.items() if row < factors.shape[0]}

    def _row(self, key: Key) -> int:
        return self._rows[key if isinstance(key, tuple) else (key,)]

    def _weeks_ahead(self) -> list[date]:
        """Mondays of the weeks ahead."""
        return [self.last_week + timedelta(weeks=k + 1) for k in range(AHEAD)] if self.last_week else []

    @cached_property
    def _rows(self) -> dict[tuple[str | int, ...], int]:
        """Row of each key."""
        return {key: row for row, key in enumerate(self.frame.select(*self.by).iter_rows())}


def forecast(
    panel: DemandPanel, *, model: Model | None = None, keys: pl.DataFrame | None = None, longest: float = 26.0,
    events: Sequence[Event] = WEST,
) -> Forecast:  # fmt: skip
    """Forecast every series of ``panel``, and every key of ``keys`` that has no series as ``no_history``.

    ``model`` is what was learnt from the whole panel that this one is (a part of); without it, it is learnt from this
    one, with ``events`` as the calendar's priors. A series' forecast depends on nothing but itself and the model.
    ``longest`` is the longest lead time in weeks that will be asked for; rows are flagged ``horizon_extrapolated`` when
    the history cannot calibrate it. Raises ``ValueError`` for a model of other weeks.

    >>> demand = np.full((1, 12), 4.0)
    >>> one = DemandPanel(pl.DataFrame({"item": ["a"]}), (date(2026, 1, 5),) * 12, demand, np.zeros(1, np.int64),
    ...                   np.zeros((1, 12), np.bool_))
    >>> result = forecast(one, events=())
    >>> result.frame["weekly_mean"].round(2).to_list(), result.frame["flags"].to_list()
    ([4.0], [['assumed_spread']])
    """
    by, panel = tuple(panel.keys.columns), made_sound(panel)
    model = fit(panel, events=events) if model is None else model
    last = panel.weeks[-1] if panel.weeks else None
    if (model.weeks, model.last_week) != (panel.demand.shape[1], last):
        raise ValueError(
            f"the model was learnt up to the week of {model.last_week}, the panel ends with that of {last}"
        )
    whole = panel if keys is None else _with_missing(panel, keys.select(*by).unique(maintain_order=True))
    now = _now(whole, model)
    measured = spread.uses_ratios(model, now)
    frame = whole.keys.with_columns(
        weekly_mean=pl.Series(now.expected[:, 13] / 13, dtype=pl.Float64).fill_nan(None),
        level=pl.Series(now.mean, dtype=pl.Float64).fill_nan(None),
        weeks=pl.Series(now.weeks),
        zero_share=pl.Series(now.zero_share),
        pattern=pl.Series(pattern(now.interval, now.size_cv2), dtype=pl.String),
        method=pl.Series(_methods(measured, now.mean), dtype=pl.String),
        flags=pl.Series(_flags(whole, model.table, now, measured, longest), dtype=pl.List(pl.String)),
        bulk_rate=pl.Series(now.bulk_rate, dtype=pl.Float64).fill_nan(None),
        lost_sales=pl.Series(now.lost, dtype=pl.Float64),
    )
    return Forecast(frame, by, last, model, now, whole)


def _now(whole: DemandPanel, model: Model) -> SeriesState:
    """Where every series stands, and what is expected of the weeks ahead, after the learnt correction."""
    weeks, everyone = whole.demand.shape[1], np.arange(len(whole), dtype=np.int64)
    history = History.of(whole, model.events, model.blend)
    windows = history.windows(weeks)
    level = living_level(history.level(weeks, model.shop), history.whole.observed[:, weeks])
    expected = history.expected(level, weeks, AHEAD, everyone, model.shop)
    learnt = np.zeros((len(whole), 0, len(LEARNT_LEVELS)))
    old = np.flatnonzero((history.whole.observed[:, weeks] >= MIN_AGE) & (level > 0))
    if model.learnt is not None and old.size:
        known = features(whole, history, weeks, old, level[old])
        factors, quantiles = corrections(model.learnt, [known.over(h, expected[old, h]) for h in LEARNT])
        expected[old] = _corrected(expected[old], factors)
        learnt = np.ones((len(whole), *quantiles.shape[1:]))
        learnt[old] = quantiles
    rate = np.where(np.isnan(level), np.nan, history.bulk_rate(weeks, history.centre(weeks), model.shop))
    return state(whole, history.whole, windows, level, rate, expected, learnt, _lost(whole, model))


def _lost(whole: DemandPanel, model: Model) -> Floats:
    """Units [series] thought lost to stock-outs in the last 26 weeks."""
    out = np.zeros(len(whole))
    rows = np.flatnonzero(whole.censored[:, -26:].any(axis=1))
    if rows.size:
        told = refill(whole.take(rows), model.index)
        missing = whole.censored[rows] & np.isnan(whole.demand[rows])
        out[rows] = np.where(missing, np.nan_to_num(told.demand), 0.0)[:, -26:].sum(axis=1)
    return out


def _corrected(expected: Floats, factors: Floats) -> Floats:
    """Cumulated demand [rows, weeks + 1] times the learnt factors, interpolated between their lead times, still rising."""
    if (factors == 1.0).all():
        return expected
    steps = np.arange(expected.shape[1], dtype=np.float64)
    lower: Ints = np.clip(np.searchsorted(np.asarray(LEARNT), steps, side="right") - 1, 0, len(LEARNT) - 2)
    grid = np.asarray(LEARNT, dtype=np.float64)
    share: Floats = np.clip((steps - grid[lower]) / (grid[lower + 1] - grid[lower]), 0.0, 1.0)
    factor = factors[:, lower] * (1 - share) + factors[:, lower + 1] * share
    return np.maximum.accumulate(expected * factor, axis=1)


def _methods(measured: NDArray[np.bool_], level: Floats) -> list[str]:
    known = ~np.isnan(level)
    return ["ratios" if a else "prior" if b else "none" for a, b in zip(measured, known, strict=True)]


def _flags(
    whole: DemandPanel, table: RatioTable, now: SeriesState, measured: NDArray[np.bool_], longest: float
) -> list[list[str]]:
    seen = now.weeks > 0
    reach = max(table.horizons, default=0)
    marks: dict[str, NDArray[np.bool_]] = {
        "no_history": ~seen,
        "short_history": seen & (now.weeks < MIN_AGE),
        "dormant": seen & (now.weeks >= 13) & (now.recent == 0),
        "intermittent": seen & (now.zero_share >= 0.5),
        "censored": seen & (now.censored > 0),
        "one_order": seen & (now.weeks >= 4) & (now.top_share > 0.5),
        "horizon_extrapolated": measured & (longest > reach),
        "assumed_spread": seen & ~measured,
        **series_doubts(whole),
    }
    out: list[list[str]] = [[] for _ in range(now.weeks.size)]
    for code, rows in marks.items():
        for row in np.flatnonzero(rows):
            out[row].append(code)
    for row, notes in enumerate(whole.notes or ()):
        out[row] += notes
    return out


def _with_missing(panel: DemandPanel, keys: pl.DataFrame) -> DemandPanel:
    extra = keys.join(panel.keys, on=panel.keys.columns, how="anti")
    if extra.is_empty():
        return panel
    count, weeks = len(extra), panel.demand.shape[1]
    return DemandPanel(
        pl.concat([panel.keys, extra.select(pl.col(name).cast(kind) for name, kind in panel.keys.schema.items())]),
        panel.weeks,
        np.concatenate([panel.demand, np.full((count, weeks), np.nan)]),
        np.concatenate([panel.born, np.full(count, weeks, dtype=np.int64)]),
        np.concatenate([panel.censored, np.zeros((count, weeks), dtype=np.bool_)]),
        None if panel.bulk is None else np.concatenate([panel.bulk, np.zeros((count, weeks))]),
        None if panel.notes is None else panel.notes + ((),) * count,
    )


def _lead_times(rows: pl.DataFrame, weeks: str, weights: str, plus: float | str) -> list[LeadTime]:
    later = rows[plus].to_list() if isinstance(plus, str) else [plus] * len(rows)
    listed = isinstance(rows.schema[weeks], pl.List)
    spans: list[list[float]] = rows[weeks].to_list() if listed else [[value] for value in rows[weeks].to_list()]
    odds = rows[weights].to_list() if weights in rows.columns else [None] * len(rows)
    return [
        LeadTime(tuple(float(value) + more for value in span), tuple(odd or ()))
        for span, odd, more in zip(spans, odds, later, strict=True)
    ]


def whole_lists(values: Floats) -> pl.Series:
    """Rows of whole numbers as a list column; a row of NaN as null."""
    known = ~np.isnan(np.sum(values, axis=1))
    units = pl.Series(np.where(known[:, None], values, 0).astype(np.int64)).arr.to_list()
    return pl.select(pl.when(pl.Series(known)).then(units)).to_series()
