"""Lines of a plan as the engine takes them: in batches that have their ways, lead times and rules of age in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from entrepot.workflows.plan_lanes import Way
from entrepot.workflows.plan_limits import Limits, weeks_late
from entrepot.workflows.plan_model import FREE_AGES, HORIZON, Inputs, Line
from entrepot.workflows.plan_sources import in_weeks

if TYPE_CHECKING:
    from entrepot.engines.replenish.decide import Situation
    from entrepot.engines.replenish.rolling import Lane, RollingCosts, RollingPlan, Standing
    from entrepot.workflows.forecast import CompanyForecast

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SEED = 1


@dataclass
class Batch:
    """``rows`` are indices into the lines; the rest is in their order. ``price`` of an unmet unit beyond its margin.

    ``today`` [rows, modes]: freight of a unit that is decided today, where what goes together is cheaper than loose; orders
    of later weeks are reckoned at the freight of the costs.
    """

    rows: Ints
    ways: tuple[Way, ...]
    lanes: tuple[Lane, ...]
    standing: Standing
    costs: RollingCosts
    late: Ints | None
    price: float = 0.0
    plan: RollingPlan | None = None
    today: Floats | None = None

    @property
    def freight(self) -> Floats:
        """Freight of a unit that is decided today [rows, modes], minor units."""
        return self.costs.freight if self.today is None else self.today

    @property
    def situation(self) -> Situation:
        """As the engine takes it."""
        from entrepot.engines.replenish.decide import Situation

        return Situation(self.standing, self.lanes, self.costs, self.late)

    def solve(self, *, price: float | None = None) -> RollingPlan:
        """Tune the policy and say today's orders."""
        from entrepot.engines.replenish.decide import decide_week

        if price is not None:
            self.price = price
        start = None if self.plan is None else self.plan.policy
        self.plan = decide_week(self.situation, price=self.price, policy=start, seed=SEED)
        return self.plan

    def take(self, some: Ints) -> Batch:
        """Some of its rows, unsolved."""
        return Batch(
            self.rows[some],
            self.ways,
            self.lanes,
            self.standing.take(some),
            self.costs.take(some),
            self.late,
            self.price,
            today=None if self.today is None else self.today[some],
        )

    def option_costs(self, orders: Ints, *, price: float | None = None) -> Floats:
        """Expected cost [rows, options] of today's ``orders`` [rows, options, modes].

        ``price`` of an unmet unit instead of the batch's own: 0 for money that is really paid or lost.
        """
        from entrepot.engines.replenish.priced_orders import order_costs

        if self.plan is None:
            raise ValueError("solve the batch first")
        found = order_costs(
            orders, self.plan.policy, self.standing, self.lanes, self.costs,
            service_price=self.price if price is None else price, seed=SEED, late=self.late,
        )  # fmt: skip
        if self.today is None:
            return found
        return found + np.einsum("rom,rm->ro", orders.astype(np.float64), self.today - self.costs.freight)


def totals_of(one: CompanyForecast) -> Floats:
    """Quantiles of demand to the engine's horizons [series, horizons, levels], surges tempered as the policy was judged."""
    from entrepot.engines.demand import LEVELS, LeadTime
    from entrepot.engines.replenish.demand_paths import HORIZONS
    from entrepot.engines.replenish.rolling import tempered

    totals = np.stack([one.result.quantiles(LeadTime.fixed(h), LEVELS) for h in HORIZONS], axis=1).astype(np.float64)
    expected = one.result.frame["weekly_mean"].fill_null(0.0).to_numpy().astype(np.float64) * 13
    keys = {key: n for n, key in enumerate(one.panel.keys.rows())}
    rows = np.array([keys.get(key, -1) for key in one.result.frame.select(*one.result.by).rows()], dtype=np.int64)
    known = np.nan_to_num(one.panel.demand)
    best = 13 * np.maximum(known[:, -8:].mean(axis=1), known[:, -13:].mean(axis=1))
    recent = np.where(rows >= 0, best[np.maximum(rows, 0)], 0.0)
    # What a person promises is not tempered: he knows more than the past.
    told = np.array([n in one.promotions for n in range(len(expected))])
    return np.where(told[:, None, None], totals, tempered(totals, expected, recent))


def usable(line: Line) -> tuple[Way, ...]:
    """The ways that the line's strategy considers; the slowest always, unless a person has chosen the modes."""
    if line.grade is None:
        return line.ways
    chosen = tuple(
        way for way in line.ways if way.mode in line.grade.strategy.modes or way.mode not in ("air", "rail", "sea")
    )
    if "modes" in line.grade.overruled:
        return chosen
    return chosen if line.ways[-1:] == chosen[-1:] else (*chosen, line.ways[-1])


def batches(
    inputs: Inputs, totals: Floats, rows: Sequence[int], due: dict[int, list[int]], limits: Limits, *, buying: bool,
    prices: dict[int, float] | None = None,
) -> list[Batch]:  # fmt: skip
    """Batches of the lines with index ``rows``: to buy (the supplier's time and then the way), or to load (the way alone).

    ``due`` by line: certain arrivals of the coming weeks. ``prices`` by line: of an unmet unit beyond its margin.
    """
    from entrepot.engines.demand import LEVELS
    from entrepot.engines.replenish.rolling import Ageing, Lane, RollingCosts, Standing

    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for row in rows:
        line = inputs.lines[row]
        ways = usable(line)
        made = line.made_in if buying else ()
        leads = tuple((way.mode, *in_weeks(made, way.days)) for way in ways)
        shut = closures_of(inputs, line, limits) if buying else ()
        price = (prices or {}).get(row, 0.0)
        groups[line.place.pk, leads, line.ageing, shut, sum(made) if shut else 0.0, price].append(row)
    out: list[Batch] = []
    for (_, leads, ageing, shut, _, price), members in groups.items():
        lines = [inputs.lines[row] for row in members]
        lanes = tuple(Lane(mode, weeks, odds) for mode, weeks, odds in leads)  # type: ignore[attr-defined]
        n, modes = len(members), len(lanes)
        standing = Standing(
            np.array([line.available for line in lines], dtype=np.int64), np.zeros((n, modes, 1), np.int64),
            np.array([due[row] for row in members], dtype=np.int64).reshape(n, HORIZON),
            totals[[line.series for line in lines]], np.asarray(LEVELS),
            np.array([line.step if buying else line.carton for line in lines], dtype=np.int64),
            np.array([least(inputs, line) if buying else line.carton for line in lines], dtype=np.int64),
            np.stack([_old(line) for line in lines]),
        )  # fmt: skip
        freight = np.array([[_freight(line, lane.name) for lane in lanes] for line in lines]).reshape(n, modes)
        costs = RollingCosts(
            np.array([line.margin for line in lines]), np.array([line.landed for line in lines]), freight,
            np.array([line.storage or 0.0 for line in lines]), inputs.capital, inputs.order_line, inputs.written_off,
            np.array([line.disposal or 0.0 for line in lines]), ageing=Ageing(FREE_AGES, ageing),  # type: ignore[arg-type]
            shelf_weeks=np.array([line.shelf_weeks for line in lines], dtype=np.int64),
        )  # fmt: skip
        late = None
        if shut:
            made = sum(lines[0].made_in) / len(lines[0].made_in) / 7
            weeks = weeks_late(list(shut), inputs.on, made, HORIZON + 1)  # type: ignore[call-overload]
            late = np.repeat(np.array(weeks, dtype=np.int64)[:, None], modes, axis=1)
        ways = tuple(next(way for way in usable(lines[0]) if way.mode == lane.name) for lane in lanes)
        out.append(Batch(np.array(members, dtype=np.int64), ways, lanes, standing, costs, late, float(price)))  # type: ignore[arg-type]
    return out


def closures_of(inputs: Inputs, line: Line, limits: Limits) -> tuple[tuple[object, object], ...]:
    """First and last days on which the line's supplier makes nothing."""
    if not limits.closed:
        return ()
    code = line.source.supplier if line.source else ""
    country = supplier_country(inputs, code)
    return tuple((c.first, c.last) for c in limits.closed if c.supplier in (code, country, "all"))


def supplier_country(inputs: Inputs, code: str) -> str:
    """Country of a supplier; China where it is not known."""
    return inputs.countries.get(code, "") or "CN"


def least(inputs: Inputs, line: Line) -> int:
    """The destination's share of the supplier's minimum, in whole cartons: he counts all of an order, wherever it goes."""
    share = line.weekly / max(inputs.weekly_of[line.item], 1e-9)
    units = max(line.moq * min(share, 1.0), line.step)
    return int(-(-units // line.step) * line.step)


def _freight(line: Line, mode: str) -> float:
    way = next(way for way in line.ways if way.mode == mode)
    return way.freight(line.measure.mm3, line.measure.grams) or 0.0


def _old(line: Line) -> Floats:
    """Units on hand beyond the two ages and the shelf life in each coming week, were none sold [3, weeks]."""
    out = np.zeros((3, HORIZON))
    left = line.available
    weeks = np.arange(HORIZON)
    for age, units in sorted(line.old, reverse=True):
        held = min(units, left)
        left -= held
        for place, limit in enumerate((*FREE_AGES, line.shelf_weeks)):
            if limit > 0:
                out[place] += np.where(age + weeks >= limit, held, 0)
    return out
