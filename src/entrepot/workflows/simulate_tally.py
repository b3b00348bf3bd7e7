"""What a way of ordering cost in every future, by family, by item and week by week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from entrepot.engines.twin.model import Now, Outcome, Policy
from entrepot.workflows.simulate_books import Floats, Ints, SellerBooks
from entrepot.workflows.simulate_slabs import Slab

DECIDED = ("first_leg", "ordering", "storage", "capital", "unsalable", "lost_margin")
"""Families that the way of ordering decides; their sum is what is compared. ``unsalable``: end of life and shelf life."""
SOLD = ("purchase", "duty_tax", "selling", "returns")
"""Of what was sold: nearly the same whatever is ordered, and in the profit."""
FAMILIES = (*DECIDED, *SOLD)
_PARTS = {
    "first_leg": "freight", "ordering": "handling", "storage": "storage", "capital": "capital", "unsalable": "end_of_life",
    "lost_margin": "lost_margin",
}  # fmt: skip
BAND = (0.05, 0.5, 0.95)


@dataclass
class Tally:
    """Sums over items [futures] or means over futures [items]; money in minor units. Curves [futures, weeks]."""

    families: dict[str, Floats]
    cost: Floats
    profit: Floats
    asked: Floats
    met: Floats
    left: Floats
    left_value: Floats
    item_cost: Floats
    item_profit: Floats
    item_lost: Floats
    item_fill: Floats
    item_out: Floats
    item_left: Floats
    stock: Floats
    moving: Floats
    cash: Floats
    out: Floats
    """Items that lost sales in a week."""
    weeks: int
    items: int = 0

    @staticmethod
    def of(rows: int, futures: int, weeks: int) -> Tally:
        """Nothing yet."""

        def by(*shape: int) -> Floats:
            return np.zeros(shape)

        sums = ("cost", "profit", "asked", "met", "left", "left_value")
        means = ("item_cost", "item_profit", "item_lost", "item_fill", "item_out", "item_left")
        columns: dict[str, Any] = {name: by(futures) for name in sums} | {name: by(rows) for name in means}
        curves: dict[str, Any] = {name: by(futures, weeks) for name in ("stock", "moving", "cash", "out")}
        return Tally({name: by(futures) for name in FAMILIES}, **columns, **curves, weeks=weeks)

    def add(self, slab: Slab, outcome: Outcome, course: Course, books: SellerBooks) -> None:
        """Count what one slab cost."""
        at = slice(slab.first, slab.first + slab.copies)
        futures = len(self.cost)
        met = outcome.met.astype(np.float64)
        sold = {
            "purchase": met * slab.tiled(books.goods), "duty_tax": met * slab.tiled(books.duty),
            "selling": met * slab.tiled(books.fees), "returns": met * slab.tiled(books.returns),
        }  # fmt: skip
        # What was there at the start has its freight in it, which the twin does not count; it is the same for every way.
        brought = (slab.opening.on_hand + slab.opening.due.sum(axis=1)) * slab.operation.freight[:, -1]
        for name in FAMILIES:
            values = sold[name] if name in sold else outcome.parts[_PARTS[name]]
            self.families[name][at] += slab.by_future(values + brought if name == "first_leg" else values).sum(axis=1)
        total = outcome.total + brought
        spent = total - outcome.parts["lost_margin"]
        profit = met * slab.tiled(books.price) - np.sum(list(sold.values()), axis=0) - spent
        landed = slab.operation.goods.landed
        for sums, values in (
            (self.cost, total), (self.profit, profit), (self.asked, outcome.asked), (self.met, met),
            (self.left, outcome.left), (self.left_value, outcome.left * landed),
        ):  # fmt: skip
            sums[at] += slab.by_future(np.asarray(values, np.float64)).sum(axis=1)
        for means, values in (
            (self.item_cost, total), (self.item_profit, profit), (self.item_lost, outcome.parts["lost_margin"]),
            (self.item_fill, met), (self.item_out, outcome.stockout_weeks), (self.item_left, outcome.left),
        ):  # fmt: skip
            means[slab.items] += slab.by_future(np.asarray(values, np.float64)).sum(axis=0) / futures
        for curve, seen in ((self.stock, course.stock), (self.moving, course.moving), (self.cash, course.cash),
                            (self.out, course.out)):  # fmt: skip
            curve[at] += seen
        if slab.first == 0:
            self.items += len(slab.items)

    def said(self, books: SellerBooks) -> dict[str, Any]:
        """As it is kept: means, spreads, distributions, curves; the items in the order of the books."""
        low, middle, high = (float(v) for v in np.quantile(self.cost, BAND))
        return {
            "cost": round(float(self.cost.mean())), "low": round(low), "middle": round(middle), "high": round(high),
            "profit": round(float(self.profit.mean())),
            "profit_low": round(float(np.quantile(self.profit, BAND[0]))),
            "profit_high": round(float(np.quantile(self.profit, BAND[-1]))),
            "families": {name: round(float(values.mean())) for name, values in self.families.items()},
            "fill": round(float(self.met.sum() / max(self.asked.sum(), 1.0)), 5),
            "out_weeks": round(float(self.item_out.sum()) / max(self.items * self.weeks, 1), 5),
            "left": round(float(self.left.mean())), "left_value": round(float(self.left_value.mean())),
            "costs": [round(float(v)) for v in self.cost],
            "curves": {name: _band(curve) for name, curve in (("stock", self.stock), ("moving", self.moving),
                                                                  ("cash", np.cumsum(self.cash, axis=1)))}
            | {"out": [round(float(v) / max(self.items, 1), 5) for v in self.out.mean(axis=0)]},
            "by_item": {
                "cost": _whole(self.item_cost), "profit": _whole(self.item_profit), "lost": _whole(self.item_lost),
                "met": [round(float(v), 2) for v in self.item_fill], "out": [round(float(v), 2) for v in self.item_out],
                "left": [round(float(v), 1) for v in self.item_left],
            },
        }  # fmt: skip


@dataclass
class Course:
    """Money by future and week, seen as the policy saw it: value of the ``stock``, of what is ``moving``, ``cash`` in and out,
    items ``out`` of stock."""

    stock: Floats
    moving: Floats
    cash: Floats
    out: Floats


def watched(policy: Policy, slab: Slab, books: SellerBooks) -> tuple[Policy, Course]:
    """The policy, and what is written down of each week while it runs: sales after fees come in; goods, duty and freight of an
    order go out when it is placed."""
    weeks = slab.demand.shape[1]
    course = Course(*(np.zeros((slab.copies, weeks)) for _ in range(4)))
    landed, price = slab.operation.goods.landed, slab.tiled(books.price) - slab.tiled(books.fees)
    bill = landed[:, None] + slab.operation.freight

    def seen(now: Now) -> Ints:
        orders = policy(now)
        moving = now.transit.sum(axis=(1, 2)) + now.due.sum(axis=1) + orders.sum(axis=1)
        values = (
            (course.stock, now.on_hand * landed), (course.moving, moving * landed),
            (course.cash, now.sold * price - (orders * bill).sum(axis=1)), (course.out, now.sold < now.asked),
        )  # fmt: skip
        for curve, value in values:
            curve[:, now.week] = slab.by_future(np.asarray(value, np.float64)).sum(axis=1)
        return orders

    return seen, course


def _band(curve: Floats) -> dict[str, list[int]]:
    low, high = np.quantile(curve, (BAND[0], BAND[-1]), axis=0)
    return {"mean": _whole(curve.mean(axis=0)), "low": _whole(low), "high": _whole(high)}


def _whole(values: Floats) -> list[int]:
    return [round(float(v)) for v in values]
