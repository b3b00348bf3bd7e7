"""Rows of the seller's books as the twin runs them: items with the same ways of shipping, in many futures at once.

The rows of a slab are future 0 of all its items, future 1 of all, and so on. Demand of the futures is the forecast's; items move
together as much as :data:`TOGETHER` says. Everything random depends on the seed and the item, never on the way of ordering, so
that all ways meet the same luck.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from entrepot.engines.twin.model import Goods, Mode, Opening, Operation, Rates
from entrepot.workflows.plan_limits import weeks_late
from entrepot.workflows.simulate_books import MODES, Floats, Ints, SellerBooks
from entrepot.workflows.simulate_wish import ANY, PAST, Disruption, Wish, late_weeks

if TYPE_CHECKING:
    from entrepot.engines.replenish.rolling import Lane

TOGETHER = 0.2
"""Share of the luck of a future that all items have in common; an assumption."""
MOST_ROWS = 30_000
AFTER = 26
"""Weeks beyond the last that the policy may look at."""


@dataclass(frozen=True)
class UnitOperation(Operation):
    """An operation whose freight and margin are known a unit: ``by_unit`` [rows, modes] and ``lost`` [rows]."""

    by_unit: Floats = field(kw_only=True)
    lost: Floats = field(kw_only=True)

    @property
    def freight(self) -> Floats:
        """Freight a unit [rows, modes]."""
        return self.by_unit

    @property
    def margin(self) -> Floats:
        """What one unit not sold loses [rows]."""
        return self.lost


@dataclass(frozen=True)
class Slab:
    """``items`` [n] rows of the books, ``copies`` futures of each from number ``first`` on; the other arrays by row (futures ×
    items). ``outlook`` [rows, weeks + AFTER + 1] demand the forecast expects until a week; ``before`` [rows, 8] the weeks before;
    ``known`` [weeks, modes] delays that are announced, ``late`` all of them; ``made`` weeks at the supplier."""

    items: Ints
    copies: int
    first: int
    number: int
    operation: UnitOperation
    lanes: tuple[Lane, ...]
    demand: Ints
    opening: Opening
    before: Floats
    outlook: Floats
    levels: Floats
    known: Ints
    late: Ints

    def tiled(self, column: Floats) -> Floats:
        """A column of the books by row of the slab."""
        return np.tile(column[self.items], (self.copies, *([1] * (column.ndim - 1))))

    def by_future(self, values: Floats) -> Floats:
        """[futures, items] of a column by row."""
        return values.reshape(self.copies, len(self.items))


def slabs(books: SellerBooks, wish: Wish, disruption: Disruption) -> Iterator[Slab]:
    """All rows and futures of a wish, in pieces that fit the memory."""
    weeks = books.replay_weeks if wish.mode == PAST else wish.weeks
    for number, items in enumerate(_alike(books, wish, disruption)):
        futures = _demand(books, wish, items, weeks)
        step = max(1, MOST_ROWS // len(items))
        for first in range(0, len(futures), step):
            yield _slab(books, wish, disruption, number, items, futures[first : first + step], first)


def count_slabs(books: SellerBooks, wish: Wish, disruption: Disruption) -> int:
    """How many pieces :func:`slabs` makes."""
    copies = 1 if wish.mode == PAST else wish.futures
    return sum(-(-copies // max(1, MOST_ROWS // len(items))) for items in _alike(books, wish, disruption))


def _alike(books: SellerBooks, wish: Wish, disruption: Disruption) -> list[Ints]:
    """Items with the same ways of shipping and the same closures."""
    chosen = books.replayable if wish.mode == PAST else np.ones(len(books), dtype=bool)
    found: dict[tuple[object, ...], list[int]] = {}
    for row in np.flatnonzero(chosen):
        found.setdefault((int(books.group[row]), _closures(books, int(row), disruption)), []).append(int(row))
    return [np.array(rows, dtype=np.int64) for rows in found.values()]


def _closures(books: SellerBooks, row: int, disruption: Disruption) -> tuple[tuple[object, object], ...]:
    names = (str(books.supplier[row]), str(books.country[row]), ANY)
    return tuple((c.first, c.last) for c in disruption.closed if c.supplier in names)


def _demand(books: SellerBooks, wish: Wish, items: Ints, weeks: int) -> Ints:
    """[futures, items, weeks]."""
    if wish.mode == PAST:
        return np.round(books.demand[items, -weeks:]).astype(np.int64)[None]
    from entrepot.engines.demand import LEVELS
    from entrepot.engines.replenish.demand_paths import demand_paths

    paths = demand_paths(books.totals[items], np.asarray(LEVELS), weeks, wish.futures, wish.seed)
    shared = np.random.default_rng(wish.seed).standard_normal(wish.futures)
    for at, row in enumerate(items):
        own = np.random.default_rng((wish.seed, int(row))).standard_normal(wish.futures)
        rank = np.argsort(np.argsort(np.sqrt(TOGETHER) * shared + np.sqrt(1 - TOGETHER) * own))
        paths[at] = paths[at][np.argsort(paths[at].sum(axis=1), kind="stable")][rank]
    return np.ascontiguousarray(paths.transpose(1, 0, 2))


def _slab(
    books: SellerBooks, wish: Wish, disruption: Disruption, number: int, items: Ints, futures: Ints, first: int
) -> Slab:
    copies, n, weeks = futures.shape
    lanes = books.lanes[int(books.group[items[0]])]
    past = wish.mode == PAST
    demand = futures.reshape(copies * n, weeks)
    if disruption.demand != 1.0:
        upto = np.floor(np.cumsum(demand, axis=1) * disruption.demand + 0.5).astype(np.int64)
        demand = np.diff(upto, axis=1, prepend=0)
    on = books.on - timedelta(weeks=weeks) if past else books.on
    known, late = _delays(books, items, lanes, disruption, on, weeks + 1)
    start = books.demand.shape[1] - (weeks if past else 0)
    stock, due = (books.then, books.due_then) if past else (books.on_hand, books.due)
    due = due[:, : weeks + max(max(lane.weeks) for lane in lanes)]  # what comes later matters to nobody here
    return Slab(
        items, copies, first, number, _operation(books, items, copies, lanes, disruption), lanes, demand,
        Opening(np.tile(stock[items], copies), np.tile(due[items], (copies, 1))),
        np.tile(books.demand[items, start - 8 : start], (copies, 1)),
        np.tile(_outlook(books, items, weeks), (copies, 1)), np.tile(books.levels[items], (copies, 1)), known, late,
    )  # fmt: skip


def _operation(
    books: SellerBooks, items: Ints, copies: int, lanes: tuple[Lane, ...], disruption: Disruption
) -> UnitOperation:
    def tiled(column: Any) -> Any:
        return np.tile(column[items], (copies, *([1] * (column.ndim - 1))))

    freight: Floats = tiled(books.freight)[:, : len(lanes)].copy()
    for mode, lane in enumerate(lanes):
        freight[:, mode] *= disruption.freight.get(lane.name, disruption.freight.get(ANY, 1.0))
    rows = copies * len(items)
    # Storage and disposal are known a unit: the unit's "volume" is its weekly storage, its "weight" its disposal.
    goods = Goods(
        tiled(books.price), tiled(books.landed), np.zeros(rows), tiled(books.disposal) * 1e3, tiled(books.storage) * 1e9,
        tiled(books.carton), tiled(books.least),
    )  # fmt: skip
    first, second, factor, older = (float(value) for value in books.ageing[items[0]])
    constants = books.constants
    rates = Rates(
        storage_m3=1.0, aged=((int(first), factor), (int(second), older)), capital=constants["capital"],
        handling=constants["order_line"], kept=1.0, excess_weeks=constants["excess_weeks"],
        written_off=constants["written_off"], disposal_kg=1.0,
    )  # fmt: skip
    modes = tuple(Mode(lane.name, lane.weeks, tuple(np.array(lane.odds) / sum(lane.odds))) for lane in lanes)
    return UnitOperation(goods, modes, rates, by_unit=freight, lost=tiled(books.margin))


def _outlook(books: SellerBooks, items: Ints, weeks: int) -> Floats:
    """Units the forecast of today expects until each week [items, weeks + AFTER + 1]."""
    from entrepot.engines.demand import LEVELS
    from entrepot.engines.replenish.demand_paths import demand_paths

    mean = demand_paths(books.totals[items], np.asarray(LEVELS), weeks + AFTER, 64, 7).mean(axis=1)
    return np.concatenate([np.zeros((len(items), 1)), np.cumsum(mean, axis=1)], axis=1)


def _delays(
    books: SellerBooks, items: Ints, lanes: tuple[Lane, ...], disruption: Disruption, on: date, weeks: int
) -> tuple[Ints, Ints]:  # fmt: skip
    """Announced delays, and all, of orders of each week [weeks, modes]."""
    known = np.zeros((weeks, len(lanes)), np.int64)
    shut = _closures(books, int(items[0]), disruption)
    if shut:
        made = float(books.made_weeks[items].mean())
        known += np.array(weeks_late(list(shut), on, made, weeks), dtype=np.int64)[:, None]  # type: ignore[arg-type]
    late = known.copy()
    for mode, lane in enumerate(lanes):
        late[:, mode] += np.array(late_weeks(disruption.delays, lane.name, on, weeks), dtype=np.int64)
    return known, late


def calm(slab: Slab) -> Slab:
    """The slab without what was announced, for a way of ordering that does not look at calendars."""
    return replace(slab, known=np.zeros_like(slab.known))


__all__ = ["AFTER", "MODES", "Slab", "UnitOperation", "calm", "count_slabs", "slabs"]
