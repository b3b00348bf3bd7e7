"""What a line of a plan is expected to do and to cost: the same reckoning for a stored plan and for a line that is tried.

``Facts`` are what a line brings with it, kept with its detail so that it can be tried again without reading the books.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from entrepot.workflows.plan_batches import SEED, Batch, Floats, Ints
from entrepot.workflows.plan_model import HORIZON

if TYPE_CHECKING:
    from entrepot.engines.replenish.line_futures import LineFutures

Said = dict[str, Any]
AFTER = 4
"""Weeks after the slowest way's arrival over which the risk of running out is told."""
SHOWN_WEEKS = 26


@dataclass(frozen=True)
class Facts:
    """Money of one unit in minor units of the plan's currency; ``bought``: the goods are paid by this line, else they are
    there already. ``starts`` and ``prices`` are the supplier's breaks in that currency."""

    kind: str
    duty: float
    fees: float
    returns: float
    goods: float
    starts: list[int]
    prices: list[float]
    every_unit: bool
    made_days: float

    @property
    def bought(self) -> bool:
        """Whether the line pays the goods."""
        return self.kind not in ("ship", "move")

    def goods_of(self, units: int) -> float:
        """What the supplier asks for an order of so many units."""
        if not self.bought or units <= 0:
            return 0.0
        if not self.prices:
            return self.goods * units
        if self.every_unit:
            return units * self.prices[self.break_at(units)]
        ends = [*(start - 1 for start in self.starts[1:]), units]
        steps = zip(self.starts, ends, self.prices, strict=True)
        return sum(price * max(min(units, end) - max(start, 1) + 1, 0) for start, end, price in steps)

    def break_at(self, units: int) -> int:
        """Which break so many units reach."""
        return max((n for n, start in enumerate(self.starts) if units >= start), default=0)


def futures(batch: Batch, units: Ints) -> LineFutures:
    """What the orders ``units`` [rows, modes] of a batch do on its paths."""
    from entrepot.engines.replenish.line_futures import line_futures

    return line_futures(units, batch.standing, batch.lanes, batch.costs, seed=SEED, late=batch.late)


def figures(batch: Batch, units: Ints, told: LineFutures, facts: list[Facts], on: date, order: list[int]) -> list[Said]:
    """Figures of each row: costs by family, risk with and without, what storage comes later, when stock ends.

    ``order`` units of the whole order at the supplier, which his breaks count.
    """
    out: list[Said] = []
    window = min(batch.lanes[-1].nominal + AFTER, HORIZON) - 1
    asked = np.maximum(np.cumsum(told.demand, axis=1)[:, window], 1e-9)
    lost, lost_nothing = (_lost(batch, told, window, with_order=yes) for yes in (True, False))
    for n, fact in enumerate(facts):
        count = int(units[n].sum())
        freight = float(units[n] @ batch.freight[n])
        whole = max(order[n], count)
        goods = fact.goods_of(whole) * count / whole if whole else 0.0
        landed = float(batch.costs.landed[n] + batch.costs.freight[n, -1])
        sold, left = float(told.sold[n]), float(told.left[n])
        families = {
            "purchase": goods, "first_leg": freight, "duty_tax": fact.duty * count, "storage": float(told.storage[n]),
            "capital": float(told.capital[n]), "selling": fact.fees * sold,
            "unsalable": fact.returns * sold + _written_off(batch, n, left, landed),
        }  # fmt: skip
        out.append(
            {
                "units": count, "families": {name: round(value) for name, value in families.items() if round(value)},
                "cash": round(goods + freight + fact.duty * count) if fact.bought or count else 0,
                "later_storage": round(float(told.storage[n])), "later_aged": round(float(told.aged[n])),
                "risk": round(1000 * min(lost[n] / asked[n], 1.0)),
                "risk_nothing": round(1000 * min(lost_nothing[n] / asked[n], 1.0)),
                "out_on": _out_on(batch, told, n, on),
                "nothing": {
                    "lost_units": round(float(lost_nothing[n])),
                    "lost_margin": round(float(lost_nothing[n] * batch.costs.margin[n])),
                    "until": (on + timedelta(weeks=window + 1)).isoformat(),
                },
                "lost_units": float(lost_nothing[n] - lost[n]),
                "modes": modes_of(batch, n, units[n], on, fact.made_days),
            }
        )  # fmt: skip
    return out


def modes_of(batch: Batch, n: int, units: Ints, on: date, made_days: float) -> list[Said]:
    """What goes by which way, and when it usually arrives."""
    out: list[Said] = []
    for mode, lane in enumerate(batch.lanes):
        if units[mode] > 0:
            days = round(made_days + sum(batch.ways[mode].days) / max(len(batch.ways[mode].days), 1))
            late = 0 if batch.late is None else int(batch.late[0, mode]) * 7
            arrives = on + timedelta(days=days + late)
            out.append(
                {"mode": lane.name, "units": int(units[mode]), "arrives": arrives.isoformat(), "days": days + late}
            )
    return out


def weeks_of(told: LineFutures, n: int, on: date) -> list[list[Any]]:
    """The projection as it is kept: week, stock with its band, stock without, coming, of the line, demand with its band."""
    names = (
        "stock",
        "stock_low",
        "stock_high",
        "stock_nothing",
        "coming",
        "ordered",
        "demand",
        "demand_low",
        "demand_high",
    )
    columns = [getattr(told, name)[n, :SHOWN_WEEKS] for name in names]
    return [
        [(on + timedelta(weeks=week)).isoformat(), *(round(float(column[week]), 1) for column in columns)]
        for week in range(SHOWN_WEEKS)
    ]


def trial_of(batch: Batch, n: int, facts: Facts) -> Said:
    """What trying another quantity of the line needs."""
    standing, costs, plan = batch.standing, batch.costs, batch.plan
    return {
        "on_hand": int(standing.on_hand[n]), "due": _short(standing.due[n]), "totals": standing.totals[n].tolist(),
        "levels": standing.levels.tolist(), "carton": int(standing.carton[n]), "least": int(standing.least[n]),
        "old": None if standing.old is None or not standing.old[n].any() else standing.old[n].tolist(),
        "lanes": [[lane.name, list(lane.weeks), list(lane.odds)] for lane in batch.lanes],
        "days": [list(way.days) for way in batch.ways],
        "margin": float(costs.margin[n]), "landed": float(costs.landed[n]), "freight": costs.freight[n].tolist(),
        "today": None if batch.today is None else batch.today[n].tolist(),
        "storage": float(costs.storage[n]), "capital": costs.capital, "line": costs.line, "written_off": costs.written_off,
        "disposal": float(costs.disposal[n]), "ageing": [list(costs.ageing.weeks), list(costs.ageing.factors)],
        "shelf": 0 if costs.shelf_weeks is None else int(costs.shelf_weeks[n]), "price": batch.price,
        "late": None if batch.late is None else batch.late[:, 0].tolist(),
        "policy": [] if plan is None else plan.policy[n].tolist(), "facts": asdict(facts),
    }  # fmt: skip


def batch_of(said: Said) -> tuple[Batch, Facts]:
    """The batch of one row that :func:`trial_of` kept."""
    from entrepot.engines.replenish.rolling import Ageing, Lane, RollingCosts, RollingPlan, Standing
    from entrepot.workflows.plan_lanes import Way

    lanes = tuple(Lane(name, tuple(weeks), tuple(odds)) for name, weeks, odds in said["lanes"])
    modes = len(lanes)
    due = np.zeros((1, HORIZON), np.int64)
    due[0, : len(said["due"])] = said["due"]
    old = np.zeros((1, 3, HORIZON)) if said["old"] is None else np.array([said["old"]], dtype=np.float64)
    standing = Standing(
        np.array([said["on_hand"]]), np.zeros((1, modes, 1), np.int64), due, np.array([said["totals"]], dtype=np.float64),
        np.array(said["levels"]), np.array([said["carton"]]), np.array([said["least"]]), old,
    )  # fmt: skip
    weeks, factors = said["ageing"]
    costs = RollingCosts(
        np.array([said["margin"]]), np.array([said["landed"]]), np.array([said["freight"]], dtype=np.float64),
        np.array([said["storage"]]), said["capital"], said["line"], said["written_off"], np.array([said["disposal"]]),
        ageing=Ageing(tuple(weeks), tuple(factors)), shelf_weeks=np.array([said["shelf"]]),
    )  # fmt: skip
    late = None if said["late"] is None else np.repeat(np.array(said["late"], dtype=np.int64)[:, None], modes, axis=1)
    ways = tuple(Way(lane.name, tuple(days)) for lane, days in zip(lanes, said["days"], strict=True))
    none = np.zeros(1)
    plan = RollingPlan(lanes, np.zeros((1, modes), np.int64), np.array([said["policy"]]), none, none, np.zeros((1, 2)))
    today = None if said.get("today") is None else np.array([said["today"]], dtype=np.float64)
    return Batch(np.array([0]), ways, lanes, standing, costs, late, said["price"], plan, today), Facts(**said["facts"])


def _lost(batch: Batch, told: LineFutures, window: int, *, with_order: bool) -> Floats:
    """Units [rows] asked for and not there up to the week ``window``, on the mean of the paths."""
    asked = np.cumsum(told.demand, axis=1)[:, window]
    came = np.cumsum(told.coming + (told.ordered if with_order else 0.0), axis=1)[:, window]
    end = (told.stock if with_order else told.stock_nothing)[:, window]
    return np.maximum(asked - (batch.standing.on_hand + came - end), 0.0)


def _written_off(batch: Batch, n: int, left: float, landed: float) -> float:
    """What is lost on units that are not sold within the weeks ahead and beyond the weeks that stock may wait."""
    pace = float(batch.standing.totals[n, -1].mean()) / 26
    kept = batch.costs.excess_weeks * pace
    return max(left - kept, 0.0) * (batch.costs.written_off * landed + float(batch.costs.disposal[n]))


def _out_on(batch: Batch, told: LineFutures, n: int, on: date) -> str | None:
    """Day on which stock and arrivals end at the expected demand without the line; ``None`` beyond the weeks ahead."""
    there = float(batch.standing.on_hand[n]) + np.cumsum(told.coming[n])
    asked = np.cumsum(told.demand[n])
    short = np.flatnonzero(there < asked - 1e-9)
    if short.size == 0:
        return None
    week = int(short[0])
    before = float(asked[week] - told.demand[n, week])
    share = min(max((float(there[week]) - before) / max(float(told.demand[n, week]), 1e-9), 0.0), 1.0)
    return (on + timedelta(days=int(7 * (week + share)))).isoformat()


def _short(due: Ints) -> list[int]:
    """Without the zeros at the end."""
    last = np.flatnonzero(due)
    return [] if last.size == 0 else due[: int(last[-1]) + 1].tolist()
