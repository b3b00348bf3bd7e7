"""What a seller knows of how items go on: a successor takes over a past, a new item begins like others that were launched.

**Successors** are no new items: before its own first sale the heir has its predecessor's weeks (times a share), series by series
(channel, place), stock-outs included. **New items** have few weeks or none: :func:`~entrepot.engines.demand.launch.new_item`
puts level and launch curve of the nearest earlier launches in the place of an average over few weeks, the shop's season goes
on top, and the spread is that of series too short to be calibrated, and says so. Who goes on sale later starts then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from entrepot.core.reasons import Reason
from entrepot.engines.demand import spread
from entrepot.engines.demand.explain import explain_series
from entrepot.engines.demand.forecast import Forecast, Key
from entrepot.engines.demand.launch import NewItem, new_item
from entrepot.engines.demand.model import DemandPanel, Floats, LeadTime
from entrepot.engines.demand.samples import MIN_AGE
from entrepot.engines.demand.season import AHEAD

ESTABLISHED = 26
"""Weeks from which an item speaks for the shop's season."""
FEW_ESTABLISHED = 5
"""Such items below which the calendar's events speak instead."""
_REPLACED = (
    "centre_windows",
    "centre_silent",
    "season",
    "bulk_rate",
    "flag_short_history",
    "flag_no_history",
    "flag_new_item",
)
"""Reasons that a launch's own take the place of."""


@dataclass(frozen=True, slots=True)
class Launch:
    """``key`` goes on sale on ``first`` (``None``: it is on sale); ``interest`` people wait for it. ``new`` false: an old item of
    which hardly a week is known, because it was out of stock."""

    key: tuple[str | int, ...]
    first: date | None = None
    interest: int = 0
    new: bool = True


@dataclass(frozen=True)
class Launched(Forecast):
    """A forecast in which some rows are new items; ``launches`` says which, and from what."""

    launches: Mapping[int, NewItem] = field(default_factory=dict[int, NewItem])

    def explain(self, key: Key, lead: LeadTime | None = None) -> tuple[Reason, ...]:
        """Why this forecast; for a new item which others it resembles and what its own weeks say."""
        row = self._row(key)
        found = self.launches.get(row)
        if found is None:
            return Forecast.explain(self, key, lead)
        lead = lead or LeadTime.fixed(13)
        one = self.state.take(np.array([row]))
        quantiles = spread.mixture(self.model, one, [lead], np.array([0.05, 0.5, 0.95]))[0]
        told = {**self.frame.row(row, named=True), "method": "prior"}
        rest = explain_series(told, one, self.model, lead, quantiles, self.changes.get(row))
        return (*found.explain(), *(reason for reason in rest if reason.code not in _REPLACED))


def successors(panel: DemandPanel, heirs: Mapping[str | int, tuple[str | int, float]]) -> DemandPanel:
    """``panel`` in which each item of ``heirs`` has the past of (predecessor, share) before its own first sale.

    Every series of the predecessor is handed to the heir's series of the same channel or region, which is made where the heir
    has not sold yet. Predecessors that the panel does not hold hand over nothing; one that is itself an heir hands over what it
    inherited.

    >>> keys = pl.DataFrame({"item": ["old"], "channel": ["shop"]})
    >>> weeks = tuple(date(2026, 1, day) for day in (5, 12, 19))
    >>> demand = np.array([[4.0, 6.0, 5.0]])
    >>> one = DemandPanel(keys, weeks, demand, np.zeros(1, np.int64), np.zeros((1, 3), np.bool_))
    >>> both = successors(one, {"new": ("old", 0.5)})
    >>> both.keys.rows(), both.demand[1].tolist(), int(both.born[1])
    ([('old', 'shop'), ('new', 'shop')], [2.0, 3.0, 2.5], 0)
    """
    for heir in _oldest_first(heirs):
        panel = _handed(panel, heir, *heirs[heir])
    return panel


def _oldest_first(heirs: Mapping[str | int, tuple[str | int, float]]) -> list[str | int]:
    """Heirs after those whose past they take; a circle is cut where it is found."""
    order: list[str | int] = []

    def visit(heir: str | int, above: frozenset[str | int]) -> None:
        if heir in order or heir not in heirs or heir in above:
            return
        visit(heirs[heir][0], above | {heir})
        order.append(heir)

    for heir in heirs:
        visit(heir, frozenset())
    return order


def _handed(panel: DemandPanel, heir: str | int, old: str | int, share: float) -> DemandPanel:
    keys = panel.keys.rows()
    at = panel.keys.columns.index("item")
    rows = {key: row for row, key in enumerate(keys)}
    sources = [row for row, key in enumerate(keys) if key[at] == old]
    wanted = [tuple(heir if k == at else part for k, part in enumerate(keys[row])) for row in sources]
    missing = [key for key in wanted if key not in rows]
    panel = _with(panel, missing)
    rows |= {key: len(keys) + k for k, key in enumerate(missing)}
    demand, born, censored = panel.demand.copy(), panel.born.copy(), panel.censored.copy()
    bulk = None if panel.bulk is None else panel.bulk.copy()
    for source, key in zip(sources, wanted, strict=True):
        target = rows[key]
        start = int(panel.born[target])
        demand[target, :start] = panel.demand[source, :start] * share
        censored[target, :start] = panel.censored[source, :start]
        born[target] = min(panel.born[source], start)
        if bulk is not None and panel.bulk is not None:
            bulk[target, :start] = panel.bulk[source, :start] * share
    return replace(panel, demand=demand, born=born, censored=censored, bulk=bulk)


def _with(panel: DemandPanel, keys: Sequence[tuple[str | int, ...]]) -> DemandPanel:
    """The panel with rows of which nothing is known."""
    if not keys:
        return panel
    count, weeks = len(keys), panel.demand.shape[1]
    more = pl.DataFrame(list(keys), schema=panel.keys.schema, orient="row")
    return DemandPanel(
        pl.concat([panel.keys, more]), panel.weeks,
        np.concatenate([panel.demand, np.full((count, weeks), np.nan)]),
        np.concatenate([panel.born, np.full(count, weeks, dtype=np.int64)]),
        np.concatenate([panel.censored, np.zeros((count, weeks), dtype=np.bool_)]),
        None if panel.bulk is None else np.concatenate([panel.bulk, np.zeros((count, weeks))]),
        None if panel.notes is None else panel.notes + ((),) * count,
    )  # fmt: skip


def launched(
    result: Forecast, attributes: pl.DataFrame, launches: Sequence[Launch], *, conversion: tuple[int, int] | None = None
) -> Forecast:
    """``result`` in which the rows of ``launches`` with fewer than 8 own weeks are forecast as new items.

    ``attributes`` has the panel's key columns and a column an attribute (text, ``price`` a number). Rows of older items, and all
    where no launch was ever seen in the panel, stay as they are. Raises ``KeyError`` for keys that ``result`` does not hold:
    ask for them with ``forecast(panel, keys=…)``.
    """
    rows = {key: row for row, key in enumerate(result.frame.select(*result.by).iter_rows())}
    found: dict[int, NewItem] = {}
    expected, mean, weeks = result.state.expected.copy(), result.state.mean.copy(), result.state.weeks.copy()
    columns: dict[str, list[object]] = {
        n: result.frame[n].to_list() for n in ("weekly_mean", "level", "method", "flags")
    }
    names = [name for name in attributes.columns if name not in result.by]
    told = {row[: len(result.by)]: row[len(result.by) :] for row in attributes.select(*result.by, *names).iter_rows()}
    shop = _shop_path(result, expected.shape[1] - 1)
    for one in launches:
        row = rows[one.key]
        if int(result.state.weeks[row]) >= MIN_AGE or one.key not in told:
            continue
        item = {name: value for name, value in zip(names, told[one.key], strict=True) if value is not None}
        own = result.panel.demand[row, int(result.panel.born[row]) :]
        sold = [round(float(units)) for units in own[~np.isnan(own)]]
        try:
            new = new_item(result.panel, attributes, item, sold=sold, interest=one.interest, conversion=conversion)
        except ValueError:
            return result  # no launch was ever seen: nothing to compare with
        weekly = _path(result, new, one.first, expected.shape[1] - 1, shop)
        expected[row] = np.concatenate([[0.0], np.cumsum(weekly)])
        mean[row] = new.level
        # As many weeks as tell the level as surely as analogues and own weeks do (spread.assumed_variance).
        worth = round(spread.ASSUMED_DISPERSION * new.shape / max(new.level, 1e-9))
        weeks[row] = max(int(weeks[row]), min(worth, MIN_AGE - 1))
        flags = [flag for flag in result.frame["flags"][row] if flag not in ("no_history", "short_history")]
        columns["weekly_mean"][row], columns["level"][row] = float(expected[row, 13]) / 13, new.level
        columns["method"][row] = "launch"
        columns["flags"][row] = [
            "new_item" if one.new else "short_history",
            *flags,
            *([] if "assumed_spread" in flags else ["assumed_spread"]),
        ]
        found[row] = new
    frame = result.frame.with_columns(
        pl.Series(name, values, dtype=result.frame.schema[name]) for name, values in columns.items()
    )
    state = replace(result.state, expected=expected, mean=mean, weeks=weeks)
    kept: dict[str, Any] = {one.name: getattr(result, one.name) for one in fields(result)}
    kept |= {"frame": frame, "state": state, "launches": found}
    return Launched(**kept)


def _path(result: Forecast, new: NewItem, first: date | None, weeks: int, shop: Floats) -> Floats:
    """Units expected in each of the next ``weeks`` weeks: level times launch curve from the first day on sale, times what the
    weeks are to the ``shop``."""
    steps = np.arange(weeks, dtype=np.float64)
    wait = 0.0
    if first is not None and result.last_week is not None:
        wait = max(((first - result.last_week).days - 7) / 7, 0.0)
    on_sale = np.clip(steps + 1 - wait, 0.0, 1.0)
    place = np.minimum(np.maximum(steps - np.ceil(wait), 0).astype(np.int64) + new.weeks, new.curve.size - 1)
    return np.asarray(new.level * new.curve[place] * on_sale * shop, dtype=np.float64)


def _shop_path(result: Forecast, weeks: int) -> Floats:
    """What the season and the calendar make of the next ``weeks`` weeks in the whole shop [weeks]: what its established items
    are expected to sell in each against their level, so that a new item has a first Christmas, too."""
    state = result.state
    old = np.flatnonzero((state.weeks >= ESTABLISHED) & (state.mean > 0))
    if old.size < FEW_ESTABLISHED:
        event = result.model.shop.event
        return np.asarray([event[k] if k < event.size else 1.0 for k in range(weeks)], dtype=np.float64)
    path = np.diff(state.expected[old], axis=1).sum(axis=0)[:weeks] / float(state.mean[old].sum())
    return np.asarray(path, dtype=np.float64)


def ended(result: Forecast, days: Mapping[tuple[str | int, ...], date]) -> Forecast:
    """``result`` in which each key of ``days`` runs down in a straight line and sells nothing from its day on: many times
    :meth:`Forecast.until` in one pass. Keys that ``result`` does not hold are passed over."""
    rows = {key: row for row, key in enumerate(result.frame.select(*result.by).iter_rows())}
    expected, means = result.state.expected.copy(), result.frame["weekly_mean"].to_list()
    steps = np.arange(AHEAD, dtype=np.float64)
    changes: dict[int, Floats] = {**result.changes}
    for key, day in days.items():
        row = rows.get(key)
        if row is None or means[row] is None or result.last_week is None:
            continue
        left = max(((day - result.last_week).days - 7) / 7, 0.0)
        factor: Floats = np.asarray(np.clip(1 - (steps + 0.5) / max(left, 1e-9), 0.0, 1.0), dtype=np.float64)
        expected[row, 1:] = np.cumsum(np.diff(expected[row]) * factor)
        changes[row] = changes.get(row, np.ones(AHEAD)) * factor
        means[row] = float(expected[row, 13]) / 13
    frame = result.frame.with_columns(pl.Series("weekly_mean", means, dtype=pl.Float64))
    return replace(result, frame=frame, state=replace(result.state, expected=expected), changes=changes)
