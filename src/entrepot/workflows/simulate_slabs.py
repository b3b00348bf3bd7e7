"""Rows of the seller's books as the twin runs them: all items at once, in many futures.

The rows of a slab are one future of all its items, the next future of all, and so on. Demand of the futures is the forecast's;
items move together as much as :data:`TOGETHER` says. Everything random depends on the seed, the future and the item, never on the
way of ordering or on how the futures are cut into slabs, so that all ways meet the same luck. Ways of shipping stand in the last
columns, fastest first: the last one is every row's slowest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from entrepot.engines.twin import (
    Breaks,
    Charges,
    Goods,
    Mode,
    Opening,
    Operation,
    Rates,
    RowShocks,
    Shocks,
    Tariff,
    Waiting,
    interest,
    platform_price,
    stepped,
    storage_factors,
)
from entrepot.engines.twin.levels import AFTER
from entrepot.workflows.plan_limits import weeks_late
from entrepot.workflows.simulate_books import AGES, MODES, Floats, Ints, SellerBooks
from entrepot.workflows.simulate_wish import ANY, PAST, Disruption, Wish, late_weeks

if TYPE_CHECKING:
    from entrepot.engines.replenish.rolling import Lane

TOGETHER = 0.2
"""Share of the luck of a future that all items have in common; an assumption."""
MOST_ROWS = 30_000
FIRST_FUTURES = 16
"""Futures that are run before all others, so that a first answer is there at once."""
MOST_CELLS = 60_000_000
"""Weeks of items and futures whose demand is held at a time."""


@dataclass(frozen=True)
class Slab:
    """``items`` [n] rows of the books, ``copies`` futures of each from number ``first`` on; arrays by row (futures × items) but
    where said.

    ``lead`` [rows, weeks, modes] weeks that an order takes without disruption; ``before`` [rows, 8] demand of the weeks before;
    ``outlook`` [items, weeks + AFTER + 1] demand the forecast expects until a week; ``known`` [groups, weeks, modes] announced
    delays; ``shocks`` all of what goes wrong, by group; ``slow`` mean weeks of the slowest way; ``sku`` [rows] numbers the SKUs
    of a future."""

    books: SellerBooks
    items: Ints
    copies: int
    first: int
    operation: Operation
    charges: Charges
    waiting: Waiting | None
    demand: Ints
    opening: Opening
    lead: Ints
    before: Floats
    outlook: Floats
    known: Ints
    shocks: RowShocks
    slow: Floats
    sku: Ints

    @property
    def rows(self) -> int:
        """Items times futures."""
        return len(self.items) * self.copies

    def tiled(self, column: Floats) -> Floats:
        """A column of the books by row of the slab."""
        return np.tile(column[self.items], (self.copies, *([1] * (column.ndim - 1))))

    def by_future(self, values: Floats) -> Floats:
        """[futures, items] of a column by row."""
        return values.reshape(self.copies, len(self.items))

    def lanes(self, group: int) -> tuple[Lane, ...]:
        """Ways of a group of the books."""
        return self.books.lanes[group]


class Block:
    """Items that are run together, with their futures drawn; cut into slabs by :meth:`slabs`."""

    def __init__(self, books: SellerBooks, wish: Wish, items: Ints, number: int) -> None:
        self.books, self.wish, self.items, self.number = books, wish, items, number
        self.past = wish.mode == PAST
        self.weeks = books.replay_weeks if self.past else wish.weeks
        self.start = books.replay_from if self.past else books.on
        self.groups, self.of = np.unique(books.group[items], return_inverse=True)
        self.futures = _demand(books, wish, items, self.weeks)

    def cuts(self) -> list[tuple[int, int]]:
        """First future and the one after the last of every slab."""
        count, step = len(self.futures), max(1, MOST_ROWS // len(self.items))
        edges = [0, *([FIRST_FUTURES] if min(count, step) > FIRST_FUTURES else [])]
        while edges[-1] < count:
            edges.append(min(edges[-1] + step, count))
        return list(pairwise(edges))

    def slab(self, cut: tuple[int, int], case: Disruption) -> Slab:
        """The futures of ``cut`` under what goes wrong."""
        books, items = self.books, self.items
        first, end = cut
        copies, n, weeks = end - first, len(items), self.weeks
        demand = self.futures[first:end].reshape(copies * n, weeks).astype(np.int64)
        if case.demand:
            factor = np.array([_product(case, self.start + timedelta(weeks=week)) for week in range(weeks)])
            upto = np.floor(np.cumsum(demand * factor, axis=1) + 0.5).astype(np.int64)
            demand = np.diff(upto, axis=1, prepend=0)
        known, shocks = self._shocks(case)
        begin = books.demand.shape[1] - (weeks if self.past else 0)
        by_row = np.tile(self._shock_of, copies)
        sku = (np.arange(copies)[:, None] * (int(self._sku.max(initial=0)) + 1) + self._sku).ravel()
        return Slab(
            books, items, copies, first, self._operation(copies), self._charges(copies, sku), self._waiting(copies), demand,
            self._opening(copies), self._lead(first, end), np.tile(books.demand[items, begin - 8 : begin], (copies, 1)),
            self._outlook, known, RowShocks.together(shocks, by_row), np.tile(self._slow, copies), sku,
        )  # fmt: skip

    @cached_property
    def _outlook(self) -> Floats:
        """Units the forecast of today expects until each week [items, weeks + AFTER + 1]."""
        from entrepot.engines.demand import LEVELS
        from entrepot.engines.replenish.demand_paths import demand_paths

        mean = demand_paths(self.books.totals[self.items], np.asarray(LEVELS), self.weeks + AFTER, 64, 7).mean(axis=1)
        return np.concatenate([np.zeros((len(self.items), 1)), np.cumsum(mean, axis=1)], axis=1)

    @cached_property
    def _slow(self) -> Floats:
        lanes = [self.books.lanes[g][-1] for g in self.groups]
        return np.array([_mode(lane).mean for lane in lanes])[self.of]

    @cached_property
    def _sku(self) -> Ints:
        return np.unique(self.books.sku[self.items], return_inverse=True)[1].astype(np.int64)

    def _lead(self, first: int, end: int) -> Ints:
        """Weeks from order to arrival [rows, weeks, modes]; ways that a row has not take one week, and nobody takes them."""
        n = len(self.items)
        luck = np.stack([
            np.random.default_rng((self.wish.seed, self.number, future)).random((n, self.weeks, MODES), dtype=np.float32)
            for future in range(first, end)
        ])  # fmt: skip
        out = np.ones(luck.shape, dtype=np.int64)
        for number, group in enumerate(self.groups):
            here, lanes = np.flatnonzero(self.of == number), self.books.lanes[group]
            for column, lane in enumerate(lanes, start=MODES - len(lanes)):
                edges = np.cumsum(_mode(lane).odds)[:-1]
                out[:, here, :, column] = np.asarray(lane.weeks)[np.searchsorted(edges, luck[:, here, :, column])]
        return out.reshape((end - first) * n, self.weeks, MODES)

    def _operation(self, copies: int) -> Operation:
        books, items = self.books, self.items

        def tiled(column: Floats) -> Floats:
            return np.tile(column[items], (copies, *([1] * (column.ndim - 1))))

        goods_cost, duty = tiled(books.goods), tiled(books.duty)
        zero = np.zeros(len(goods_cost))
        carton, least = np.tile(books.carton[items], copies), np.tile(books.least[items], copies)
        goods = Goods(
            tiled(books.price), goods_cost, np.divide(duty, goods_cost, out=zero.copy(), where=goods_cost > 0), zero, zero,
            carton, least, np.tile(books.shelf[items], copies),
        )  # fmt: skip
        constants = books.constants
        rates = Rates(
            handling=constants["order_line"],
            excess_weeks=constants["excess_weeks"],
            written_off=constants["written_off"],
        )
        schedule, factor, capital = self._prices
        tariff = Tariff(
            np.tile(self._freight, (copies, 1)), tiled(books.margin), tiled(books.storage), tiled(books.disposal),
            np.tile(schedule, copies), factor, capital,
        )  # fmt: skip
        return Operation(goods, (Mode("", (1,), (1.0,)),) * MODES, rates, tariff)

    @cached_property
    def _freight(self) -> Floats:
        out = np.zeros((len(self.items), MODES))
        for number, group in enumerate(self.groups):
            here, modes = np.flatnonzero(self.of == number), len(self.books.lanes[group])
            out[here, MODES - modes :] = self.books.freight[self.items[here], :modes]
        return out

    @cached_property
    def _prices(self) -> tuple[Ints, Floats, Floats]:
        """Schedule of each item, factors on its storage by week and age, and interest by week, of the books' own functions."""
        from entrepot.engines.capital import CapitalRate
        from entrepot.rules.platform_fees import platform_fees

        books, ages = self.books, self.weeks + AGES[0] + 2
        numbers: dict[tuple[object, ...], int] = {}
        factors: list[Floats] = []
        schedule = np.zeros(len(self.items), np.int64)
        for at, row in enumerate(self.items):
            market, steps = str(books.market[row]), tuple(float(v) for v in books.ageing[row])
            key = (market,) if market else steps
            if key not in numbers:
                numbers[key] = len(factors)
                if market:
                    price = platform_price(platform_fees(), market)
                    factors.append(storage_factors(price, self.start, self.weeks, ages, books.on))
                else:
                    first, second, factor, older = steps
                    factors.append(stepped(self.weeks, ages, ((int(first), factor), (int(second), older))))
            schedule[at] = numbers[key]
        rates = [CapitalRate(Fraction(top, below), date.fromisoformat(since)) for since, top, below in books.capital]
        return schedule, np.stack(factors), interest(rates, self.start, self.weeks)

    def _charges(self, copies: int, sku: Ints) -> Charges:
        books, items = self.books, self.items
        none = np.zeros(len(items) * copies)
        breaks = None
        if bool((books.tier_price[items] != 1).any()):
            breaks = Breaks(
                np.tile(books.tiers[items], (copies, 1)), np.tile(books.tier_price[items], (copies, 1)),
                np.tile(books.tier_all[items], copies), sku,
            )  # fmt: skip
        fees, losses = np.tile(books.fees[items], copies), np.tile(books.returns[items], copies)
        return Charges(fees, none, none, none, none, breaks, losses)

    def _waiting(self, copies: int) -> Waiting | None:
        waits = self.wish.waiting
        if not waits:
            return None
        share = np.array([waits.get(str(place), -1.0) for place in self.books.place[self.items]])
        cost = np.maximum(share, 0.0) * self.books.price[self.items]
        return Waiting(np.tile(share >= 0, copies), np.tile(cost, copies))

    def _opening(self, copies: int) -> Opening:
        books, items = self.books, self.items
        if self.past:
            # Ordered before the year began: what arrived within the slowest way's time.
            early = np.arange(books.came.shape[1])[None, :] < books.slowest[items][:, None]
            stock, due, old = books.then[items], np.where(early, books.came[items], 0), None
        else:
            stock, due, old = books.on_hand[items], books.due[items], np.tile(books.old[items], (copies, 1))
        ages = None if old is None else np.array(AGES, dtype=np.int64) - 1
        return Opening(
            np.tile(stock, copies), np.tile(due, (copies, 1)), old, ages, np.tile(books.first_leg[items], copies)
        )

    @cached_property
    def _closures(self) -> list[tuple[tuple[int, tuple[str, str]], float]]:
        """(group, (supplier, country)) of every item, and how many weeks are made."""
        books = self.books
        return [
            ((int(g), (str(books.supplier[row]), str(books.country[row]))), float(books.made_weeks[row]))
            for g, row in zip(self.of, self.items, strict=True)
        ]

    @cached_property
    def _shock_of(self) -> Ints:
        keys = {key: n for n, key in enumerate(dict.fromkeys(key for key, _ in self._closures))}
        return np.array([keys[key] for key, _ in self._closures], dtype=np.int64)

    def _shocks(self, case: Disruption) -> tuple[Ints, list[Shocks]]:
        """Announced delays [groups, weeks + 1, modes], and all that goes wrong by group, of orders of each week."""
        made: dict[tuple[int, tuple[str, str]], list[float]] = {}
        for key, weeks in self._closures:
            made.setdefault(key, []).append(weeks)
        span = self.weeks + 1
        days = [self.start + timedelta(weeks=week) for week in range(span)]
        known = np.zeros((len(made), span, MODES), np.int64)
        shocks: list[Shocks] = []
        for number, ((group, names), weeks) in enumerate(made.items()):
            shut = [(c.first, c.last) for c in case.closed if c.supplier in (*names, ANY)]
            if shut:
                known[number] += np.array(weeks_late(shut, self.start, float(np.mean(weeks)), span))[:, None]
            one = Shocks.none(span, MODES)
            late, dearer = known[number] + one.late, one.dearer
            lanes = self.books.lanes[int(self.groups[group])]
            for column, lane in enumerate(lanes, start=MODES - len(lanes)):
                late[:, column] += np.array(late_weeks(case.delays, lane.name, self.start, span), dtype=np.int64)
                for change in case.freight:
                    if change.mode in (ANY, lane.name):
                        dearer[:, column] *= [change.on(day) for day in days]
            shocks.append(Shocks(late, dearer))
        return known, shocks


def blocks(books: SellerBooks, wish: Wish) -> Iterator[Block]:
    """All items of a wish in pieces whose futures fit the memory; the places of an SKU stay together."""
    chosen = np.flatnonzero(books.replayable) if wish.mode == PAST else np.arange(len(books))
    copies = 1 if wish.mode == PAST else wish.futures
    weeks = books.replay_weeks if wish.mode == PAST else wish.weeks
    most = max(1, MOST_CELLS // max(copies * weeks, 1))
    skus, of = np.unique(books.sku[chosen], return_inverse=True)
    order = chosen[np.argsort(of, kind="stable")]
    edge = np.flatnonzero(np.diff(np.sort(of), append=len(skus)))
    first = 0
    for number in range(len(order)):
        if first >= len(order):
            break
        fits = edge[edge < first + most]
        end = int(fits[-1]) + 1 if len(fits) and fits[-1] >= first else int(edge[edge >= first][0]) + 1
        yield Block(books, wish, order[first:end], number)
        first = end


def count_slabs(books: SellerBooks, wish: Wish) -> int:
    """About how many slabs a wish has."""
    rows = int(books.replayable.sum()) if wish.mode == PAST else len(books)
    return 1 if wish.mode == PAST else 1 + -(-wish.futures * rows // MOST_ROWS)


def _mode(lane: Lane) -> Mode:
    return Mode(lane.name, lane.weeks, tuple(np.array(lane.odds) / sum(lane.odds)))


def _product(case: Disruption, day: date) -> float:
    factor = 1.0
    for change in case.demand:
        factor *= change.on(day)
    return factor


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


def calm(slab: Slab) -> Slab:
    """The slab without what was announced, for a way of ordering that does not look at calendars."""
    return replace(slab, known=np.zeros_like(slab.known))


__all__ = ["AFTER", "MODES", "Block", "Slab", "blocks", "calm", "count_slabs"]
