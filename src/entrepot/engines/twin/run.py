"""The verb: replay an operation week by week under a policy, charging the costs that the books would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.engines.twin.charges import Charges
from entrepot.engines.twin.lateral import Lateral
from entrepot.engines.twin.model import PARTS, Floats, Ints, Now, Opening, Operation, Outcome, Policy
from entrepot.engines.twin.shocks import RowShocks, Shocks
from entrepot.engines.twin.tariff import stepped


@dataclass(frozen=True)
class Waiting:
    """Rows whose customers wait: ``waits`` [SKUs], at ``cost`` [SKUs] minor units a unit and week; elsewhere sales are lost."""

    waits: NDArray[np.bool_]
    cost: Floats


def run(
    operation: Operation, demand: Ints, opening: Opening, policy: Policy, *, seed: int = 1, late: Ints | None = None,
    shocks: Shocks | RowShocks | None = None, charges: Charges | None = None, waiting: Waiting | None = None,
    lateral: Lateral | None = None, lead: Ints | None = None,
) -> Outcome:  # fmt: skip
    """What ``policy`` would have cost.

    ``demand`` [SKUs, weeks] in units. A week: arrivals; demand met from stock, oldest first, the rest lost; costs on
    what is owned then; orders. Each order line's lead time is drawn from (``seed``, week, SKU, mode), so every policy
    meets the same luck, or given as ``lead`` [SKUs, weeks, modes]. At the end stock is worth what was paid for it, less what is
    written off: the freight of what is left is taken off the freight that was paid (``Outcome.freight_left``). ``late`` [weeks,
    modes]: weeks by which orders of a week arrive later than drawn, for a closed factory or a blocked port; ``shocks`` say that
    and dearer freight by name, for all rows alike or by groups of them. With ``charges`` the outcome has all cost families.
    ``waiting``: some rows' customers wait. ``lateral``: units move between warehouses; freight of a move is in the part
    ``freight`` of the row that receives.
    """
    replay = _Replay(operation, demand, opening, seed, lead, late, shocks)
    replay.waiting, replay.lateral, replay.charges = waiting, lateral, charges
    return replay.play(policy)


class _Replay:
    """The rows as they stand; a week of them is turned in :mod:`~entrepot.engines.twin.kernel`."""

    def __init__(
        self, operation: Operation, demand: Ints, opening: Opening, seed: int, lead: Ints | None, late: Ints | None,
        shocks: Shocks | RowShocks | None,
    ) -> None:  # fmt: skip
        self.operation, self.demand = operation, np.ascontiguousarray(demand, dtype=np.int64)
        rows, weeks = demand.shape
        modes = len(operation.modes)
        self.lead = _drawn(operation, rows, weeks, seed) if lead is None else lead
        if late is not None:
            self.lead = self.lead + late[None, :weeks, :]
        by_row = RowShocks.everywhere(shocks, rows, weeks, modes)
        if by_row.late.any():
            self.lead = self.lead + by_row.late[by_row.of, :weeks]
        self.dearer, self.shock = np.ascontiguousarray(by_row.dearer, dtype=np.float64), by_row.of
        self.lead = np.ascontiguousarray(self.lead, dtype=np.int64)
        self.longest = int(self.lead.max(initial=1))
        span = weeks + self.longest + 1
        self.waiting: Waiting | None = None
        self.lateral: Lateral | None = None
        self.charges: Charges | None = None
        self.freight = np.ascontiguousarray(operation.freight, dtype=np.float64)
        self.born_freight = self.freight[:, -1] if opening.freight is None else opening.freight
        self.layer, self.paid, self.ages = self._opened(opening, weeks)
        self.due = np.zeros((rows, span), np.int64)
        cut = min(span, opening.due.shape[1])
        self.due[:, :cut] = opening.due[:, :cut]
        self.due[:, -1] += opening.due[:, cut:].sum(axis=1)
        self.arriving, self.arriving_paid = self.due.copy(), self.due * self.born_freight[:, None]
        self.moved = np.zeros((rows, span), np.int64)  # from another warehouse, by week of arrival
        self.open = np.zeros((rows, modes, weeks), np.int64)  # of each week's orders, what is not here yet
        self.units, self.saved = np.zeros((rows, modes), np.int64), np.zeros(rows)
        self.here, self.due_left, self.moving = (
            opening.on_hand.astype(np.int64),
            self.due.sum(axis=1),
            self.due.sum(axis=1),
        )
        self.moving_freight = self.moving * self.born_freight
        self.brought = (self.here + self.moving) * self.born_freight
        self.cost = np.zeros((len(PARTS), rows))
        zeros = ("head", "moved_left", "owed", "sold", "met", "stockouts", "thrown", "lines")
        self.count: dict[str, Ints] = {name: np.zeros(rows, np.int64) for name in zeros}

    def _opened(self, opening: Opening, weeks: int) -> tuple[Ints, Floats, Ints]:
        """Layers of the opening, oldest first, and one for each week's arrivals."""
        if opening.old is None or opening.ages is None:
            first, ages = opening.on_hand[:, None], np.zeros(1, np.int64)
        else:
            young = opening.on_hand - opening.old.sum(axis=1)
            if bool((young < 0).any()):
                raise ValueError("more old units than there are")
            first, ages = np.column_stack([opening.old, young]), np.append(opening.ages, 0)
        layer = np.zeros((len(first), first.shape[1] + weeks), np.int64)
        layer[:, : first.shape[1]] = first
        paid = np.zeros(layer.shape)
        paid[:, : first.shape[1]] = self.born_freight[:, None]
        return layer, paid, ages.astype(np.int64)

    def play(self, policy: Policy) -> Outcome:
        """Every week, and what is left at the end."""
        week_of, order_of = self._kernels()
        orders: Ints | None = None
        for week in range(self.demand.shape[1]):
            if orders is not None:
                self.open[:, :, week - 1] = orders
            week_of(week)
            seen = self._seen(week)
            orders = policy(seen)
            if self.lateral is not None:
                self._move(week, self.lateral, self.lateral.choose(seen))
            self._order(week, orders, order_of)
        self._end()
        parts = {name: self.cost[n] for n, name in enumerate(PARTS)}
        count = self.count
        return Outcome(
            parts, self.demand.sum(axis=1), count["met"], self.units, count["lines"], count["stockouts"], self.here,
            self.freight_left, count["thrown"],
            None if self.charges is None
            else self.charges.families(self.operation, parts, count["met"], self.saved, self.brought),
            None if self.waiting is None else count["owed"], self.brought, self.saved,
        )  # fmt: skip

    def _kernels(self) -> tuple[Callable[[int], None], Callable[[int, Ints], int]]:
        """The kernels with the arrays that stay the same for the whole run."""
        from entrepot.engines.twin.kernel import advance, place

        operation, count, rows = self.operation, self.count, len(self.here)
        goods, rates, tariff = operation.goods, operation.rates, operation.tariff
        weeks = self.demand.shape[1]
        if tariff is None:
            prices = goods.volume_mm3 / 1e9 * rates.storage_m3
            schedule, factor = (
                np.zeros(rows, np.int64),
                stepped(weeks, weeks + 1 + int(self.ages.max()), rates.aged)[None],
            )
            capital = np.full(weeks, rates.capital / rates.steps)
        else:
            prices, schedule, factor, capital = tariff.storage, tariff.schedule, tariff.factor, tariff.capital
        value = np.column_stack([goods.landed, operation.margin, operation.disposal])
        shelf = np.zeros(rows, np.int64) if goods.shelf_weeks is None else goods.shelf_weeks
        waits = np.zeros(rows, np.bool_) if self.waiting is None else self.waiting.waits
        wait_cost = np.zeros(rows) if self.waiting is None else self.waiting.cost

        def week_of(week: int) -> None:
            advance(
                week, self.ages, value, shelf, prices, schedule, factor, capital, self.layer, self.paid, count["head"], self.here,
                self.moving, self.moving_freight, self.arriving, self.arriving_paid, self.due, self.moved, self.due_left,
                count["moved_left"], self.lead, self.open, self.longest, self.demand, waits, wait_cost, count["owed"],
                count["sold"], count["met"], count["stockouts"], count["thrown"], self.cost,
            )  # fmt: skip

        def order_of(week: int, orders: Ints) -> int:
            return place(
                week, orders, goods.carton, goods.least, self.lead, self.freight, self.dearer, self.shock,
                float(rates.handling), self.arriving, self.arriving_paid, self.moving, self.moving_freight,
                self.units, count["lines"], self.cost,
            )  # fmt: skip

        return week_of, order_of

    def _seen(self, week: int) -> Now:
        count = self.count
        return Now(
            week, self.here.copy(), self.open[:, :, week::-1], self.due[:, week + 1 :], count["sold"].copy(),
            self.demand[:, week], None if self.waiting is None else count["owed"].copy(),
            None if self.lateral is None else count["moved_left"].copy(), self.moving.copy(),
        )  # fmt: skip

    def _move(self, week: int, lateral: Lateral, moves: Ints) -> None:
        from entrepot.engines.twin.kernel import shift

        at = min(week + lateral.weeks, self.moved.shape[1] - 1)
        wrong = shift(
            np.ascontiguousarray(moves, dtype=np.int64), at, lateral.cost, self.layer, self.paid, self.count["head"],
            self.here, self.arriving, self.arriving_paid, self.moved, self.count["moved_left"], self.moving,
            self.moving_freight, self.cost,
        )  # fmt: skip
        if wrong >= 0:
            raise ValueError("a transfer takes more than there is")

    def _order(self, week: int, orders: Ints, order_of: Callable[[int, Ints], int]) -> None:
        goods = self.operation.goods
        wrong = order_of(week, np.ascontiguousarray(orders, dtype=np.int64))
        if wrong >= 0:
            raise ValueError(
                f"SKU {wrong}: {orders[wrong].tolist()} units are not whole cartons of at least {goods.least[wrong]}"
            )
        breaks = None if self.charges is None else self.charges.breaks
        if breaks is not None:
            self.saved += breaks.saved(orders.sum(axis=1), goods.unit_cost)

    def _end(self) -> None:
        goods, rates, count = self.operation.goods, self.operation.rates, self.count
        lost, end, freight = (self.cost[PARTS.index(name)] for name in ("lost_margin", "end_of_life", "freight"))
        lost += count["owed"] * self.operation.margin
        rate = self.demand[:, -rates.pace_steps :].mean(axis=1)
        excess = np.maximum(self.here - rates.excess_weeks * rate, 0)
        left = (self.layer * self.paid).sum(axis=1)
        value = goods.landed + np.divide(left, self.here, out=np.zeros(len(left)), where=self.here > 0)
        end += excess * (rates.written_off * value + self.operation.disposal)
        # What is left and on the way keeps the freight that was paid for it; of the opening that was the seller's own, too.
        self.freight_left = left + self.moving_freight
        freight -= self.freight_left


def _drawn(operation: Operation, rows: int, weeks: int, seed: int) -> Ints:
    """Lead times of orders [rows, weeks, modes]."""
    draws = [
        np.random.default_rng((seed, m)).choice(mode.weeks, p=mode.odds, size=(rows, weeks))
        for m, mode in enumerate(operation.modes)
    ]
    return np.stack(draws, axis=2)
