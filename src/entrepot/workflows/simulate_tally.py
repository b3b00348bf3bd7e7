"""What a way of ordering cost in every future, by family, by item and week by week."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, cast

import numpy as np

from entrepot.engines.twin.model import Now, Outcome, Policy
from entrepot.workflows.simulate_books import Floats, Ints, SellerBooks
from entrepot.workflows.simulate_slabs import Slab

BOOKS = ("purchase", "first_leg", "duty_tax", "storage", "capital", "selling", "unsalable")
"""The books' seven families; with ``ordering`` their sum is the full cost, of what was sold and of holding what was not."""
FAMILIES = (*BOOKS, "ordering", "lost_margin")
DECIDED = ("price", "first_leg", "ordering", "storage", "capital", "end_of_life", "lost_margin")
"""What the way of ordering decides; the sum is what is compared. ``price``: what orders cost against the usual size of order,
goods and the duty on them; ``end_of_life``: of what is left beyond reason and past its shelf life. Goods at the usual price,
their duty, selling and returns are those of what is sold, nearly the same whatever is ordered."""
BAND = (0.05, 0.5, 0.95)


@dataclass
class Tally:
    """Sums over items [futures] or means over futures [items]; money in minor units. Curves [futures, weeks]."""

    families: dict[str, Floats]
    decided: dict[str, Floats]
    total: Floats
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

        sums = ("total", "cost", "profit", "asked", "met", "left", "left_value")
        means = ("item_cost", "item_profit", "item_lost", "item_fill", "item_out", "item_left")
        columns: dict[str, Any] = {name: by(futures) for name in sums} | {name: by(rows) for name in means}
        curves: dict[str, Any] = {name: by(futures, weeks) for name in ("stock", "moving", "cash", "out")}
        families, decided = ({name: by(futures) for name in names} for names in (FAMILIES, DECIDED))
        return Tally(families, decided, **columns, **curves, weeks=weeks)

    def add(self, slab: Slab, outcome: Outcome, course: Course, books: SellerBooks) -> None:
        """Count what one slab cost."""
        at = slice(slab.first, slab.first + slab.copies)
        futures = len(self.cost)
        families, decided = _accounts(outcome, slab)
        for kept, said in ((self.families, families), (self.decided, decided)):
            for name, values in said.items():
                kept[name][at] += slab.by_future(values).sum(axis=1)
        met = outcome.met.astype(np.float64)
        cost = np.sum(list(decided.values()), axis=0)
        full = np.sum([values for name, values in families.items() if name != "lost_margin"], axis=0)
        profit = met * slab.tiled(books.price) - full
        landed = slab.operation.goods.landed
        for sums, values in (
            (self.cost, cost), (self.total, full), (self.profit, profit), (self.asked, outcome.asked), (self.met, met),
            (self.left, outcome.left), (self.left_value, outcome.left * landed),
        ):  # fmt: skip
            sums[at] += slab.by_future(np.asarray(values, np.float64)).sum(axis=1)
        for means, values in (
            (self.item_cost, cost), (self.item_profit, profit), (self.item_lost, outcome.parts["lost_margin"]),
            (self.item_fill, met), (self.item_out, outcome.stockout_weeks), (self.item_left, outcome.left),
        ):  # fmt: skip
            means[slab.items] += slab.by_future(np.asarray(values, np.float64)).sum(axis=0) / futures
        for curve, seen in ((self.stock, course.stock), (self.moving, course.moving), (self.cash, course.cash),
                            (self.out, course.out)):  # fmt: skip
            curve[at] += seen
        if slab.first == 0:
            self.items += len(slab.items)

    def part(self, futures: int, of: int) -> Tally:
        """The first ``futures`` of ``of`` as if they were all; sums over items of the futures are those of the first."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, value in columns.items():
            if isinstance(value, dict):
                columns[name] = {key: one[:futures] for key, one in cast("dict[str, Floats]", value).items()}
            elif isinstance(value, np.ndarray):
                columns[name] = value * (of / futures) if name.startswith("item_") else value[:futures]
        return Tally(**columns)

    def said(self) -> dict[str, Any]:
        """As it is kept: means, spreads, distributions, curves; the items in the order of the books."""
        low, middle, high = (float(v) for v in np.quantile(self.cost, BAND))
        return {
            "total": round(float(self.total.mean())), "total_band": [round(float(v)) for v in np.quantile(self.total, BAND)],
            "bands": {name: [round(float(v)) for v in np.quantile(values, BAND)] for name, values in self.families.items()},
            "decided": {name: round(float(values.mean())) for name, values in self.decided.items()},
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


def _accounts(outcome: Outcome, slab: Slab) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """All families, and what the way of ordering decides, by row."""
    families, parts = outcome.families, outcome.parts
    if families is None or outcome.saved is None:
        raise ValueError("the twin was run without charges")
    price = -outcome.saved * (1 + slab.operation.goods.duty)
    decided = {
        "price": price, "first_leg": families["first_leg"], "ordering": parts["handling"], "storage": parts["storage"],
        "capital": parts["capital"], "end_of_life": parts["end_of_life"], "lost_margin": parts["lost_margin"],
    }  # fmt: skip
    return dict(families), decided


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
        moving = now.position - now.on_hand + (0 if now.owed is None else now.owed) + orders.sum(axis=1)
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
