"""The plan within its limits: which orders and loads give way, what each limit costs by itself, how it is relaxed most cheaply.

Every limit's cost is what relaxing it alone would give: the plan is made again without it and with all the others. What all of
them cost together is the difference to the plan without any, and may be less or more than the sum.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from entrepot.workflows.plan_bounds import Bound, bounds_of, made_in_time
from entrepot.workflows.plan_boxes import price_loadings
from entrepot.workflows.plan_cash import price_of
from entrepot.workflows.plan_limits import Closure, Limits
from entrepot.workflows.plan_model import Inputs
from entrepot.workflows.plan_orders import BUY, Choice, Decided, decide_all, line_costs
from entrepot.workflows.plan_relief import excluded, relief_of
from entrepot.workflows.plan_rows import Row, later_rows, rows_of
from entrepot.workflows.plan_terms import least_values

if TYPE_CHECKING:
    from entrepot.engines.replenish.shared_limits import SharedPlan
    from entrepot.workflows.forecast import CompanyForecast

ENDLESS = 1e6
"""A price beyond this says only that nothing fits."""
MOST_CLOSURES = 6
"""Closures whose own cost is told; of more, only what all of them cost."""
Said = dict[str, Any]


@dataclass
class Within:
    """What limits did. ``limits`` as they are kept with the run, ``cost`` of all of them together, ``gap`` of the shared ones."""

    decided: Decided
    limits: list[Said] = field(default_factory=list[Said])
    cost: float = 0.0
    gap: float | None = None
    later: list[Row] = field(default_factory=list[Row])
    """Re-orders of the coming weeks, as far as limits look at them."""
    later_units: list[float] = field(default_factory=list[float])
    """The share of each that is left."""


@dataclass
class Chosen:
    """A choice of options under bounds; ``dearer`` than what is wanted, in money; ``short`` by bound: needed whatever is done."""

    rows: list[Row]
    bounds: list[Bound]
    pick: list[int]
    shared: SharedPlan | None
    short: dict[int, float]

    @property
    def dearer(self) -> float:
        """Expected cost of today's decisions above what is wanted, minor units; later ones are decided in their week."""
        today = [(row, k) for row, k in zip(self.rows, self.pick, strict=True) if row.week == 0]
        return float(sum(row.money[k] - row.ideal for row, k in today))

    @property
    def weighed(self) -> float:
        """Cost of all that was chosen, as the choice weighs it."""
        return float(sum(row.cost[k] for row, k in zip(self.rows, self.pick, strict=True)))

    def used(self, at: int) -> float:
        """What a bound takes, with what is fixed."""
        bound = self.bounds[at]
        return bound.fixed + float(sum(bound.use[n, k] for n, k in enumerate(self.pick)))


def _only(bound: Bound, rows: list[Row], fixed: set[int], *, whole: bool) -> Bound:
    """The bound where some rows have one option left."""
    use = bound.use.copy()
    for n in fixed:
        use[n] = use[n, rows[n].whole if whole else 0]
    return replace(bound, use=use)


class _Plans:
    """Plans of one company under more or fewer limits; what closures and floors make different is decided once."""

    def __init__(self, inputs: Inputs, one: CompanyForecast) -> None:
        self.inputs, self.one = inputs, one
        self._decided: dict[tuple[Any, ...], Decided] = {}

    def decided(self, limits: Limits) -> Decided:
        key = limits.closed, limits.service
        if key not in self._decided:
            self._decided[key] = decide_all(self.inputs, self.one, replace(Limits(), closed=key[0], service=key[1]))
        return self._decided[key]

    def chosen(self, limits: Limits, *, capacity: bool = True) -> Chosen:
        """The choice within what is shared."""
        decided = self.decided(limits)
        made = made_in_time(self.inputs, decided) if capacity else {}
        rows = rows_of(self.inputs, decided, made)
        if limits.timed:
            rows += later_rows(self.inputs, decided)
        rows = self._alone(rows)
        return self._least(choose(rows, bounds_of(self.inputs, decided, limits, rows)))

    def _alone(self, rows: list[Row]) -> list[Row]:
        """An order that is its supplier's only one keeps the options that he takes; of several see :meth:`_least`."""
        least = least_values(self.inputs)
        of: dict[tuple[str, str], list[int]] = defaultdict(list)
        for n, row in enumerate(rows):
            line = self.inputs.lines[row.choices[0].row]
            if (
                row.week == 0
                and row.choices[0].kind == BUY
                and line.source is not None
                and line.source.supplier in least
            ):
                of[self.inputs.buyer_of(line), line.source.supplier].append(n)
        for (_, supplier), mine in of.items():
            if len(mine) == 1:
                row = rows[mine[0]]
                price = price_of(self.inputs, row.choices[0])
                values = [price * row.units(k) for k in range(len(row.options))]
                rows[mine[0]] = row.only([k for k, value in enumerate(values) if not 0 < value < least[supplier] - 0.5])
        return rows

    def _least(self, found: Chosen) -> Chosen:
        """What gave way may not leave an order below its supplier's least value: it is whole then, or not at all."""
        least = least_values(self.inputs)
        for _ in range(len(least)):
            short = self._below(found, least)
            if not short:
                return found
            ways: list[Chosen] = []
            for whole in (True, False):
                rows = [
                    row.only([row.whole if whole else 0]) if n in short else row for n, row in enumerate(found.rows)
                ]
                uses = [_only(bound, found.rows, short, whole=whole) for bound in found.bounds]
                ways.append(choose(rows, uses))
            possible = [one for one in ways if set(one.short) <= set(found.short)]
            found = min(possible or ways[1:], key=lambda one: one.weighed)
        return found

    def _below(self, found: Chosen, least: dict[str, float]) -> set[int]:
        """Rows of a supplier whose orders come to less than he takes."""
        values: dict[tuple[str, str], float] = defaultdict(float)
        mine: dict[tuple[str, str], set[int]] = defaultdict(set)
        for n, (row, pick) in enumerate(zip(found.rows, found.pick, strict=True)):
            line = self.inputs.lines[row.choices[0].row]
            if row.week == 0 and row.choices[0].kind == BUY and line.source is not None:
                key = self.inputs.buyer_of(line), line.source.supplier
                values[key] += price_of(self.inputs, row.choices[0]) * row.units(pick)
                mine[key].add(n)
        below = [key for key, value in values.items() if 0 < value < least.get(key[1], 0.0) - 0.5]
        return mine[below[0]] if below else set()

    def cost(self, limits: Limits, *, capacity: bool = True) -> float:
        """Expected cost in money under these limits."""
        return expected_cost(self.decided(limits)) + self.chosen(limits, capacity=capacity).dearer


def within(inputs: Inputs, one: CompanyForecast, limits: Limits) -> Within:
    """Decide today's loads and orders under ``limits``."""
    plans = _Plans(inputs, one)
    decided = plans.decided(limits)
    out = Within(decided)
    capped = bool(made_in_time(inputs, decided))
    if not (limits.closed or limits.service is not None or limits.binding or capped):
        return out
    chosen = plans.chosen(limits)
    cost = expected_cost(decided) + chosen.dearer
    out.cost = max(cost - plans.cost(Limits(), capacity=False), 0.0)
    out.gap = None if chosen.shared is None else max(chosen.shared.gap, 0.0)
    _closures(plans, limits, cost, out)
    _service(plans, limits, cost, chosen, out)
    _shared(plans, limits, cost, chosen, out)
    if capped:
        _capacity(plans, limits, cost, chosen, out)
    _take(inputs, chosen, out)
    return out


def expected_cost(decided: Decided) -> float:
    """Expected cost of the weeks ahead of all lines, without the price that stands for a service floor."""
    return sum(_true_cost(choice) for choice in decided.buy.values())


def expected_fill(decided: Decided) -> float:
    """Share of the demand that the plan expects to meet, before anything shared is short."""
    met = asked = 0.0
    for choice in decided.buy.values():
        if choice.batch.plan is not None:
            met += float(choice.batch.plan.fill[choice.at, 0])
            asked += float(choice.batch.plan.fill[choice.at, 1])
    return met / asked if asked else 1.0


def _true_cost(choice: Choice) -> float:
    plan = choice.batch.plan
    unmet = 0.0 if plan is None else float(plan.fill[choice.at, 1] - plan.fill[choice.at, 0])
    return choice.cost - choice.batch.price * unmet


def choose(rows: list[Row], bounds: list[Bound]) -> Chosen:
    """The options that cost least within the bounds. What is needed whatever is chosen counts as there, and is told."""
    from entrepot.engines.replenish.shared_limits import Options, choose_within

    whole = [row.whole for row in rows]
    short: dict[int, float] = {}
    tight: list[int] = []
    for k, bound in enumerate(bounds):
        least, most = (float(x.sum()) for x in (_ends(rows, bound.use)))
        if bound.left < least - 1e-6:
            short[k] = least - bound.left
        if most > bound.left + 1e-9:
            tight.append(k)
    if not rows or not tight:
        return Chosen(rows, bounds, whole, None, short)
    width = max(len(row.options) for row in rows)
    cost = np.full((len(rows), width), np.inf)
    for n, row in enumerate(rows):
        cost[n, : len(row.options)] = row.cost
    use = np.stack([bounds[k].use[:, :width] for k in tight])
    least = np.array([_ends(rows, bounds[k].use)[0].sum() for k in tight])
    capacity = np.maximum(np.array([bounds[k].left for k in tight]), least)
    plan = choose_within(Options(cost, np.ascontiguousarray(use)), capacity, tuple(str(k) for k in tight))
    return Chosen(rows, bounds, [int(k) for k in plan.pick], plan, short)


def _ends(rows: list[Row], use: Any) -> tuple[Any, Any]:
    """Least and most that each row's options take."""
    known = [use[n, : len(row.options)] for n, row in enumerate(rows)]
    return np.array([one.min() for one in known]), np.array([one.max() for one in known])


def _closures(plans: _Plans, limits: Limits, cost: float, out: Within) -> None:
    """What each closure costs by itself: the same plan without it alone."""
    for closure in limits.closed[:MOST_CLOSURES]:
        free = replace(limits, closed=tuple(one for one in limits.closed if one != closure))
        without = plans.decided(free)
        rows = [n for n in out.decided.buy if n in without.buy and _at(plans.inputs, n, closure)]
        changed = [n for n in rows if (out.decided.buy[n].units != without.buy[n].units).any()]
        for n in changed:
            if "closure" not in out.decided.buy[n].flags:
                out.decided.buy[n].flags.append("closure")
        earlier = sum(int(out.decided.buy[n].units.sum()) - int(without.buy[n].units.sum()) for n in rows)
        own = max(cost - plans.cost(free), 0.0)
        days = (closure.last - closure.first).days + 1
        out.limits.append(
            {
                "kind": "closure", "name": closure.supplier, "asked": f"{closure.first} – {closure.last}", "used": earlier,
                "available": None, "binds": bool(changed) or own > 0, "price": own * 7 / days, "cost": round(own),
                "lines": len(changed), "relief": None,
            }
        )  # fmt: skip


def _at(inputs: Inputs, row: int, closure: Closure) -> bool:
    from entrepot.workflows.plan_batches import supplier_country

    line = inputs.lines[row]
    supplier = line.source.supplier if line.source else ""
    return closure.supplier in (supplier, supplier_country(inputs, supplier), "all")


def _service(plans: _Plans, limits: Limits, cost: float, chosen: Chosen, out: Within) -> None:
    """What the floor costs beyond the floors of the classes, and whether it is reached."""
    if limits.service is None:
        return
    free = replace(limits, service=None)
    without = plans.decided(free)
    got, before = expected_fill(out.decided), expected_fill(without)
    own = max(cost - plans.cost(free), 0.0)
    floor = {n for n, c in out.decided.buy.items() if n in without.buy and (c.units != without.buy[n].units).any()}
    lines = len(floor)
    # Where other limits kept orders back, what will be served is not what the orders before them would have.
    whole = all(pick == row.whole for row, pick in zip(chosen.rows, chosen.pick, strict=True) if row.week == 0)
    out.limits.append(
        {
            "kind": "service", "name": "", "asked": f"{limits.service:.1%}", "used": round(got * 1000) if whole else None,
            "available": round(limits.service * 1000), "binds": got > before + 1e-4 or got < limits.service,
            "price": own / max(100 * (got - before), 1e-9) if whole and got > before + 1e-4 else None if not whole else 0.0,
            "cost": round(own), "lines": lines, "relief": excluded(plans.inputs, limits.service, got, chosen, floor),
        }
    )  # fmt: skip


def _shared(plans: _Plans, limits: Limits, cost: float, chosen: Chosen, out: Within) -> None:
    """Each limit of money or room: how much is used in its tightest week, its price, its own cost, and its cheapest relief."""
    by: dict[tuple[str, str], list[int]] = {}
    for k, bound in enumerate(chosen.bounds):
        by.setdefault((bound.kind.removesuffix("_kg"), bound.name), []).append(k)
    prices = _prices(chosen)
    told_once: set[str] = set()
    for (kind, name), all_ in by.items():
        binding = [k for k in all_ if prices.get(k, 0.0) > 0 or k in chosen.short]
        own: float | None = max(cost - plans.cost(limits.without(kind, name)), 0.0) if binding else 0.0
        if binding and limits.of_each_place(kind, name):
            # Asked for once, for every place: what it costs is told once, with the first place that it binds at.
            own = None if kind in told_once else own
            told_once.add(kind)
        for part in dict.fromkeys(chosen.bounds[k].kind for k in all_):
            mine = [k for k in all_ if chosen.bounds[k].kind == part]
            price = sum(prices.get(k, 0.0) for k in mine)
            binds = any(k in binding for k in mine)
            if part.endswith("_kg") and not binds:
                continue
            k = max(
                mine, key=lambda k: (chosen.used(k) + chosen.short.get(k, 0.0)) / max(chosen.bounds[k].capacity, 1e-9)
            )
            bound = chosen.bounds[k]
            changed = {
                n for n, pick in enumerate(chosen.pick) if chosen.rows[n].gave_way(pick) and bound_hits(chosen, n, mine)
            }
            lines = sum(len(chosen.rows[n].choices) for n in changed if chosen.rows[n].week == 0)
            out.limits.append(
                {
                    "kind": part, "name": bound.name, "asked": bound.asked, "used": round(chosen.used(k) * bound.scale),
                    "available": round(bound.capacity * bound.scale), "binds": binds,
                    "price": None if price >= ENDLESS else round(price, 4), "cost": None if own is None else round(own),
                    "lines": lines if binds else 0,
                    "week": bound.week if bound.week >= 0 else None,
                    "later": sum(1 for n in changed if chosen.rows[n].week > 0) if binds else 0,
                    "relief": relief_of(plans.inputs, chosen, mine) if binds else None,
                }
            )  # fmt: skip


def _prices(chosen: Chosen) -> dict[int, float]:
    if chosen.shared is None:
        return {}
    return {int(name): float(price) for name, price in zip(chosen.shared.names, chosen.shared.prices, strict=True)}


def bound_hits(chosen: Chosen, row: int, bounds: list[int]) -> bool:
    """Whether more of a row would take more of any of the bounds."""
    now, whole = chosen.pick[row], chosen.rows[row].whole
    return any(chosen.bounds[k].use[row, whole] > chosen.bounds[k].use[row, now] or whole == 0 for k in bounds)


def _capacity(plans: _Plans, limits: Limits, cost: float, chosen: Chosen, out: Within) -> None:
    """What suppliers make in a week, as their price lists say, by item."""
    # What all suppliers' capacities cost together is told once, with the first of those that bind.
    own_of_all: int | None = round(max(cost - plans.cost(limits, capacity=False), 0.0))
    made = made_in_time(plans.inputs, out.decided)
    cut: dict[str, int] = {}
    for row, pick in zip(chosen.rows, chosen.pick, strict=True):
        line = plans.inputs.lines[row.choices[0].row]
        key = line.item, line.source.supplier if line.source else ""
        if row.week == 0 and key in made and row.wanted > made[key] and row.gave_way(pick):
            cut[key[1]] = cut.get(key[1], 0) + len(row.choices)
    for supplier in sorted({supplier for _, supplier in made}, key=lambda one: (one not in cut, one)):
        binds = supplier in cut
        out.limits.append(
            {
                "kind": "capacity", "name": supplier, "asked": "", "used": None, "available": None, "binds": binds,
                "price": None, "cost": own_of_all if binds else 0, "lines": cut.get(supplier, 0), "relief": None,
            }
        )  # fmt: skip
        own_of_all = None if binds else own_of_all


def _take(inputs: Inputs, chosen: Chosen, out: Within) -> None:
    """Put what was chosen into the decisions."""
    for row, pick in zip(chosen.rows, chosen.pick, strict=True):
        if row.week > 0:
            whole = max(row.units(row.whole), 1)
            out.later.append(row)
            out.later_units.append(row.units(pick) / whole)
            continue
        for choice, units in zip(row.choices, row.options[pick], strict=True):
            if (units != choice.units).any():
                choice.units = units
                choice.flags.append("limited")
    changed = [c for row in chosen.rows if row.week == 0 for c in row.choices]
    if any("limited" in c.flags for c in changed):
        price_loadings(inputs, list(out.decided.ship.values()))
        price_loadings(inputs, list(out.decided.buy.values()))
    for choice in changed:
        if "limited" in choice.flags:
            cost = line_costs(choice, np.stack([choice.units, choice.wanted]))
            choice.cost, choice.unlimited = float(cost[0]), float(cost[1])
