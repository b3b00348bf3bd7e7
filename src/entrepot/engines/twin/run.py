"""The verb: replay an operation week by week under a policy, charging the costs that the books would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.engines.twin.charges import Charges
from entrepot.engines.twin.lateral import Lateral
from entrepot.engines.twin.model import PARTS, Floats, Ints, Now, Opening, Operation, Outcome, Policy
from entrepot.engines.twin.shocks import Shocks


@dataclass(frozen=True)
class Waiting:
    """Rows whose customers wait: ``waits`` [SKUs], at ``cost`` [SKUs] minor units a unit and week; elsewhere sales are lost."""

    waits: NDArray[np.bool_]
    cost: Floats


def run(
    operation: Operation, demand: Ints, opening: Opening, policy: Policy, *, seed: int = 1, late: Ints | None = None,
    shocks: Shocks | None = None, charges: Charges | None = None, waiting: Waiting | None = None,
    lateral: Lateral | None = None,
) -> Outcome:  # fmt: skip
    """What ``policy`` would have cost.

    ``demand`` [SKUs, weeks] in units. A week: arrivals; demand met from stock, oldest first, the rest lost; costs on
    what is owned then; orders. Each order line's lead time is drawn from (``seed``, week, SKU, mode), so every policy
    meets the same luck. At the end stock is worth what was paid for it, less what is written off: the freight of what is
    left is taken off the freight that was paid (``Outcome.freight_left``). ``late`` [weeks, modes]: weeks by which orders of
    a week arrive later than drawn, for a closed factory or a blocked port; ``shocks`` say that and dearer freight by name.
    With ``charges`` the outcome has all cost families. ``waiting``: some rows' customers wait. ``lateral``: units move between
    warehouses; freight of a move is in the part ``freight`` of the row that receives.
    """
    dearer = None
    if shocks is not None:
        late = shocks.late if late is None else late + shocks.late
        dearer = shocks.dearer
    replay = _Replay(operation, demand, opening, seed, late, dearer)
    replay.waiting, replay.lateral, replay.charges = waiting, lateral, charges
    return replay.play(policy)


class _Replay:
    def __init__(
        self, operation: Operation, demand: Ints, opening: Opening, seed: int, late: Ints | None, dearer: Floats | None
    ) -> None:
        self.operation, self.demand, self.seed = operation, demand, seed
        skus, weeks = demand.shape
        modes = len(operation.modes)
        longest = max(max(mode.weeks) for mode in operation.modes)
        self.freight = operation.freight
        self.lead = np.stack(
            [
                np.random.default_rng((seed, m)).choice(mode.weeks, p=mode.odds, size=(skus, weeks))
                for m, mode in enumerate(operation.modes)
            ],
            axis=2,
        )
        if late is not None:
            self.lead = self.lead + late[None, :weeks, :]
            longest += int(late.max(initial=0))
        self.longest = longest
        self.dearer: Floats = np.ones((modes, weeks)) if dearer is None else dearer[:weeks].T.copy()
        self.waiting: Waiting | None = None
        self.lateral: Lateral | None = None
        self.charges: Charges | None = None
        self.owed, self.saved = np.zeros(skus, np.int64), np.zeros(skus)
        self.moved = np.zeros((skus, weeks + longest + 1), np.int64)  # from another warehouse, by week of arrival
        self.moved_paid: Floats = np.zeros((skus, weeks + longest + 1))  # freight in all of them
        # Column k of a layer arrived at the start of week k − 1; column 0 is the opening stock.
        self.layer = np.zeros((skus, weeks + 1), np.int64)
        self.paid: Floats = np.zeros((skus, weeks + 1))  # freight of a unit in the layer
        self.layer[:, 0], self.paid[:, 0] = opening.on_hand, self.freight[:, -1]
        self.arriving = np.zeros((skus, modes, weeks + longest + 1), np.int64)
        self.arriving_paid: Floats = np.zeros((skus, weeks + longest + 1))
        self.due = np.zeros((skus, weeks + longest + 1), np.int64)
        self.due[:, : opening.due.shape[1]] = opening.due
        self.ordered = np.zeros((skus, modes, weeks), np.int64)
        self.open = np.zeros((skus, modes, weeks), np.int64)  # of each week's orders, what is not here yet
        self.parts: dict[str, Floats] = {name: np.zeros(skus) for name in PARTS}
        self.freight_left: Floats = np.zeros(skus)
        self.thrown = np.zeros(skus, np.int64)
        self.met, self.stockouts = np.zeros(skus, np.int64), np.zeros(skus, np.int64)

    def play(self, policy: Policy) -> Outcome:
        for week in range(self.demand.shape[1]):
            self._arrive(week)
            sold = self._sell(week)
            self._throw_away(week)
            self._charge(week)
            seen = self._seen(week, sold)
            orders = policy(seen)
            if self.lateral is not None:
                self._move(week, self.lateral, self.lateral.choose(seen))
            self._order(week, orders)
        self._end()
        lines = (self.ordered > 0).sum(axis=(1, 2))
        left = self.layer.sum(axis=1)
        return Outcome(
            self.parts, self.demand.sum(axis=1), self.met, self.ordered.sum(axis=2), lines, self.stockouts, left,
            self.freight_left, self.thrown,
            None if self.charges is None else self.charges.families(self.operation, self.parts, self.met, self.saved),
            None if self.waiting is None else self.owed,
        )  # fmt: skip

    def _arrive(self, week: int) -> None:
        came = self.arriving[:, :, week]
        due = self.due[:, week]
        units = came.sum(axis=1) + due + self.moved[:, week]
        freight = self.arriving_paid[:, week] + due * self.freight[:, -1] + self.moved_paid[:, week]
        self.layer[:, week + 1] = units
        self.paid[:, week + 1] = np.divide(freight, units, out=np.zeros(len(units)), where=units > 0)
        for mode in range(came.shape[1]):
            for before in range(max(0, week - self.longest), week):
                here = (self.lead[:, before, mode] == week - before) & (self.open[:, mode, before] > 0)
                self.open[here, mode, before] = 0

    def _sell(self, week: int) -> Ints:
        asked = self.demand[:, week]
        wanted = asked + self.owed
        sold = np.minimum(wanted, self.layer.sum(axis=1))
        after = np.maximum(np.cumsum(self.layer, axis=1) - sold[:, None], 0)
        self.layer = np.diff(after, axis=1, prepend=0)
        self.met += sold
        self.stockouts += sold < wanted
        unmet = wanted - sold
        if self.waiting is not None:
            self.owed = np.where(self.waiting.waits, unmet, 0)
            self.parts["lost_margin"] += self.owed * self.waiting.cost
            unmet = unmet - self.owed
        self.parts["lost_margin"] += unmet * self.operation.margin
        return sold

    def _move(self, week: int, lateral: Lateral, moves: Ints) -> None:
        """Take the oldest units out, and let them arrive at the other warehouse."""
        rows, there, units = moves[:, 0], moves[:, 1], moves[:, 2]
        leaving = np.zeros(len(self.layer), np.int64)
        np.add.at(leaving, rows, units)
        if bool((units < 0).any()) or bool((leaving > self.layer.sum(axis=1)).any()):
            raise ValueError("a transfer takes more than there is")
        at = min(week + lateral.weeks, self.moved.shape[1] - 1)
        for row, to, count in zip(rows.tolist(), there.tolist(), units.tolist(), strict=True):
            left = np.diff(np.maximum(np.cumsum(self.layer[row]) - count, 0), prepend=0)
            paid = float(((self.layer[row] - left) * self.paid[row]).sum())
            self.layer[row] = left
            cost = count * float(lateral.cost[row])
            self.parts["freight"][row] -= paid
            self.parts["freight"][to] += paid + cost
            self.moved[to, at] += count
            self.moved_paid[to, at] += paid + cost

    def _throw_away(self, week: int) -> None:
        shelf = self.operation.goods.shelf_weeks
        if shelf is None:
            return
        goods = self.operation.goods
        age = week + 1 - np.arange(self.layer.shape[1])
        spoilt = np.where((age[None, :] > shelf[:, None]) & (shelf[:, None] > 0), self.layer, 0)
        self.layer = self.layer - spoilt
        self.thrown += spoilt.sum(axis=1)
        value = spoilt * (goods.landed[:, None] + self.paid)
        disposal = self.operation.rates.disposal_kg * goods.weight_g / 1e3
        self.parts["end_of_life"] += value.sum(axis=1) + spoilt.sum(axis=1) * disposal
        # The goods are charged as lost; their freight stays in the freight paid.
        self.parts["freight"] -= (spoilt * self.paid).sum(axis=1)

    def _charge(self, week: int) -> None:
        goods, rates = self.operation.goods, self.operation.rates
        age = week + 1 - np.arange(self.layer.shape[1])
        factor = np.ones(age.size)
        for beyond, times in rates.aged:
            factor[age > beyond] = times
        m3 = goods.volume_mm3 / 1e9
        self.parts["storage"] += (self.layer * factor).sum(axis=1) * m3 * rates.storage_m3
        held = self.layer.sum(axis=1) * goods.landed + (self.layer * self.paid).sum(axis=1)
        begin = max(0, week - self.longest)
        moving = self.open[:, :, begin:week]
        due = self.due[:, week + 1 :].sum(axis=1)
        held = held + moving.sum(axis=(1, 2)) * goods.landed
        held = held + ((moving * self.dearer[:, begin:week]).sum(axis=2) * self.freight).sum(axis=1)
        held = held + due * (goods.landed + self.freight[:, -1])
        if self.lateral is not None:
            held = (
                held + self.moved[:, week + 1 :].sum(axis=1) * goods.landed + self.moved_paid[:, week + 1 :].sum(axis=1)
            )
        self.parts["capital"] += held * rates.capital / rates.steps

    def _seen(self, week: int, sold: Ints) -> Now:
        back = np.zeros((self.demand.shape[0], self.open.shape[1], week + 1), np.int64)
        back[:, :, 1:] = self.open[:, :, :week][:, :, ::-1]
        return Now(
            week, self.layer.sum(axis=1), back, self.due[:, week + 1 :], sold, self.demand[:, week],
            None if self.waiting is None else self.owed.copy(),
            None if self.lateral is None else self.moved[:, week + 1 :].sum(axis=1),
        )  # fmt: skip

    def _order(self, week: int, orders: Ints) -> None:
        goods = self.operation.goods
        wrong = (orders < 0) | (orders % goods.carton[:, None] != 0) | ((orders > 0) & (orders < goods.least[:, None]))
        if bool(wrong.any()):
            sku, mode = np.argwhere(wrong)[0]
            raise ValueError(
                f"SKU {sku}: {orders[sku, mode]} units are not whole cartons of at least {goods.least[sku]}"
            )
        self.ordered[:, :, week] = self.open[:, :, week] = orders
        paid = orders * self.freight * self.dearer[:, week]
        self.parts["freight"] += paid.sum(axis=1)
        if self.charges is not None and self.charges.breaks is not None:
            for mode in range(orders.shape[1]):
                self.saved += self.charges.breaks.saved(orders[:, mode], goods.unit_cost)
        self.parts["handling"] += (orders > 0).sum(axis=1) * self.operation.rates.handling
        for mode in range(orders.shape[1]):
            rows = np.flatnonzero(orders[:, mode])
            at = week + self.lead[rows, week, mode]
            self.arriving[rows, mode, at] += orders[rows, mode]
            self.arriving_paid[rows, at] += paid[rows, mode]

    def _end(self) -> None:
        goods, rates = self.operation.goods, self.operation.rates
        self.parts["lost_margin"] += self.owed * self.operation.margin
        rate = self.demand[:, -rates.pace_steps :].mean(axis=1)
        left = self.layer.sum(axis=1)
        excess = np.maximum(left - rates.excess_weeks * rate, 0)
        value = goods.landed + np.divide(
            (self.layer * self.paid).sum(axis=1), left, out=np.zeros(len(left)), where=left > 0
        )
        loss = excess * (rates.written_off * value + rates.disposal_kg * goods.weight_g / 1e3)
        self.parts["end_of_life"] += loss
        # What is left keeps the freight that was paid for it; of the opening stock that was the seller's own, too.
        back = (self.layer * self.paid).sum(axis=1)
        back = back + ((self.open * self.dearer).sum(axis=2) * self.freight).sum(axis=1)
        back = back + self.moved_paid[:, self.demand.shape[1] :].sum(axis=1)
        self.freight_left = back + self.due[:, self.demand.shape[1] :].sum(axis=1) * self.freight[:, -1]
        self.parts["freight"] -= self.freight_left
