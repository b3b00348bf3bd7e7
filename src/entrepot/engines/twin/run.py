"""The verb: replay an operation week by week under a policy, charging the costs that the books would."""

from __future__ import annotations

import numpy as np

from entrepot.engines.twin.model import PARTS, Floats, Ints, Now, Opening, Operation, Outcome, Policy


def run(
    operation: Operation, demand: Ints, opening: Opening, policy: Policy, *, seed: int = 1, late: Ints | None = None
) -> Outcome:
    """What ``policy`` would have cost.

    ``demand`` [SKUs, weeks] in units. A week: arrivals; demand met from stock, oldest first, the rest lost; costs on
    what is owned then; orders. Each order line's lead time is drawn from (``seed``, week, SKU, mode), so every policy
    meets the same luck. At the end stock is worth what was paid for it, less what is written off: the freight of what is
    left is taken off the freight that was paid (``Outcome.freight_left``). ``late`` [weeks, modes]: weeks by which orders of
    a week arrive later than drawn, for a closed factory or a blocked port.
    """
    return _Replay(operation, demand, opening, seed, late).play(policy)


class _Replay:
    def __init__(self, operation: Operation, demand: Ints, opening: Opening, seed: int, late: Ints | None) -> None:
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
        # Column k of a layer arrived at the start of week k − 1; column 0 is the opening stock.
        self.layer = np.zeros((skus, weeks + 1), np.int64)
        self.paid: Floats = np.zeros((skus, weeks + 1))  # freight of a unit in the layer
        self.layer[:, 0], self.paid[:, 0] = opening.on_hand, self.freight[:, -1]
        self.arriving = np.zeros((skus, modes, weeks + longest + 1), np.int64)
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
            self._order(week, policy(seen))
        self._end()
        lines = (self.ordered > 0).sum(axis=(1, 2))
        left = self.layer.sum(axis=1)
        return Outcome(
            self.parts, self.demand.sum(axis=1), self.met, self.ordered.sum(axis=2), lines, self.stockouts, left,
            self.freight_left, self.thrown,
        )  # fmt: skip

    def _arrive(self, week: int) -> None:
        came = self.arriving[:, :, week]
        due = self.due[:, week]
        units = came.sum(axis=1) + due
        freight = (came * self.freight).sum(axis=1) + due * self.freight[:, -1]
        self.layer[:, week + 1] = units
        self.paid[:, week + 1] = np.divide(freight, units, out=np.zeros(len(units)), where=units > 0)
        for mode in range(came.shape[1]):
            for before in range(week):
                here = (self.lead[:, before, mode] == week - before) & (self.open[:, mode, before] > 0)
                self.open[here, mode, before] = 0

    def _sell(self, week: int) -> Ints:
        asked = self.demand[:, week]
        sold = np.minimum(asked, self.layer.sum(axis=1))
        after = np.maximum(np.cumsum(self.layer, axis=1) - sold[:, None], 0)
        self.layer = np.diff(after, axis=1, prepend=0)
        self.met += sold
        self.stockouts += sold < asked
        self.parts["lost_margin"] += (asked - sold) * self.operation.margin
        return sold

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
        moving = self.open[:, :, :week].sum(axis=2)
        due = self.due[:, week + 1 :].sum(axis=1)
        held = held + (moving * (goods.landed[:, None] + self.freight)).sum(axis=1)
        held = held + due * (goods.landed + self.freight[:, -1])
        self.parts["capital"] += held * rates.capital / 52

    def _seen(self, week: int, sold: Ints) -> Now:
        back = np.zeros((self.demand.shape[0], self.open.shape[1], week + 1), np.int64)
        back[:, :, 1:] = self.open[:, :, :week][:, :, ::-1]
        return Now(week, self.layer.sum(axis=1), back, self.due[:, week + 1 :], sold, self.demand[:, week])

    def _order(self, week: int, orders: Ints) -> None:
        goods = self.operation.goods
        wrong = (orders < 0) | (orders % goods.carton[:, None] != 0) | ((orders > 0) & (orders < goods.least[:, None]))
        if bool(wrong.any()):
            sku, mode = np.argwhere(wrong)[0]
            raise ValueError(
                f"SKU {sku}: {orders[sku, mode]} units are not whole cartons of at least {goods.least[sku]}"
            )
        self.ordered[:, :, week] = self.open[:, :, week] = orders
        self.parts["freight"] += (orders * self.freight).sum(axis=1)
        self.parts["handling"] += (orders > 0).sum(axis=1) * self.operation.rates.handling
        for mode in range(orders.shape[1]):
            rows = np.flatnonzero(orders[:, mode])
            self.arriving[rows, mode, week + self.lead[rows, week, mode]] += orders[rows, mode]

    def _end(self) -> None:
        goods, rates = self.operation.goods, self.operation.rates
        rate = self.demand[:, -8:].mean(axis=1)
        left = self.layer.sum(axis=1)
        excess = np.maximum(left - rates.excess_weeks * rate, 0)
        value = goods.landed + np.divide(
            (self.layer * self.paid).sum(axis=1), left, out=np.zeros(len(left)), where=left > 0
        )
        loss = excess * (rates.written_off * value + rates.disposal_kg * goods.weight_g / 1e3)
        self.parts["end_of_life"] += loss
        # What is left keeps the freight that was paid for it; of the opening stock that was the seller's own, too.
        back = (self.layer * self.paid).sum(axis=1) + (self.open.sum(axis=2) * self.freight).sum(axis=1)
        self.freight_left = back + self.due[:, self.demand.shape[1] :].sum(axis=1) * self.freight[:, -1]
        self.parts["freight"] -= self.freight_left
