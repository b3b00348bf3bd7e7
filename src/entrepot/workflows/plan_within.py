"""The plan within its limits: which orders and loads give way, what each limit costs, and how it is relaxed most cheaply."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from entrepot.core.money import major
from entrepot.workflows.plan_batches import Floats, Ints
from entrepot.workflows.plan_cash import deposit_share
from entrepot.workflows.plan_lanes import LOADED
from entrepot.workflows.plan_limits import Limits
from entrepot.workflows.plan_model import HORIZON, Inputs, Line
from entrepot.workflows.plan_orders import BUY, MOVE, SHIP, Choice, Decided, decide_all, line_costs

if TYPE_CHECKING:
    from entrepot.engines.replenish.shared_limits import SharedPlan
    from entrepot.workflows.forecast import CompanyForecast

ENDLESS = 1e6
"""A price beyond this says only that nothing fits."""
PAYLOAD_KG = 26_500.0
"""Kilograms that a forty-foot container may carry."""
Said = dict[str, Any]


@dataclass
class Within:
    """What limits did. ``limits`` as they are kept with the run, ``cost`` of all of them, ``gap`` of the shared ones."""

    decided: Decided
    limits: list[Said] = field(default_factory=list[Said])
    cost: float = 0.0
    gap: float | None = None


@dataclass
class _Bound:
    kind: str
    name: str
    asked: str
    capacity: float
    use: Floats
    """Of each choice a unit by each way: [choices, modes]."""
    scale: float = 1.0
    """What is shown for one of it."""


def within(inputs: Inputs, one: CompanyForecast, limits: Limits) -> Within:
    """Decide today's loads and orders under ``limits``."""
    decided = decide_all(inputs, one, limits)
    out = Within(decided)
    if limits.closed:
        _closures(inputs, one, limits, out)
    if limits.service is not None:
        _service(inputs, one, limits, out)
    if limits.binding:
        _shared(inputs, limits, out)
    return out


def expected_cost(decided: Decided) -> float:
    """Expected cost of the weeks ahead of all lines, without the price that stands for a service floor."""
    return sum(_true_cost(choice) for choice in decided.buy.values())


def expected_fill(decided: Decided) -> float:
    """Share of the demand that the plan expects to meet."""
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


def _closures(inputs: Inputs, one: CompanyForecast, limits: Limits, out: Within) -> None:
    """What closed suppliers cost: the same plan without the closures."""
    free = decide_all(inputs, one, replace(limits, closed=()))
    by: dict[str, list[int]] = {}
    for closure in limits.closed:
        rows = [n for n, line in enumerate(inputs.lines) if _at(inputs, line, closure.supplier)]
        by[f"{closure.supplier}:{closure.first}:{closure.last}"] = [n for n in rows if n in out.decided.buy]
    for closure in limits.closed:
        rows = by[f"{closure.supplier}:{closure.first}:{closure.last}"]
        dearer = sum(_true_cost(out.decided.buy[n]) - _true_cost(free.buy[n]) for n in rows if n in free.buy)
        changed = [n for n in rows if n in free.buy and (out.decided.buy[n].units != free.buy[n].units).any()]
        earlier = sum(int(out.decided.buy[n].units.sum()) - int(free.buy[n].units.sum()) for n in rows if n in free.buy)
        for n in changed:
            out.decided.buy[n].flags.append("closure")
        days = (closure.last - closure.first).days + 1
        cost = max(dearer, 0.0)
        out.cost += cost
        out.limits.append(
            {
                "kind": "closure", "name": closure.supplier, "asked": f"{closure.first} – {closure.last}",
                "used": earlier, "available": None, "binds": bool(changed) or cost > 0,
                "price": cost * 7 / days, "cost": round(cost), "lines": len(changed),
            }
        )  # fmt: skip


def _at(inputs: Inputs, line: Line, closed: str) -> bool:
    from entrepot.workflows.plan_batches import supplier_country

    supplier = line.source.supplier if line.source else ""
    return closed in (supplier, supplier_country(inputs, supplier), "all")


def _service(inputs: Inputs, one: CompanyForecast, limits: Limits, out: Within) -> None:
    """What the floor costs beyond the floors of the classes, and whether it is reached."""
    free = decide_all(inputs, one, replace(limits, service=None))
    cost = expected_cost(out.decided) - expected_cost(free)
    got, before = expected_fill(out.decided), expected_fill(free)
    points = max(100 * (got - before), 1e-9)
    floor = limits.service or 0.0
    relief = None
    if got < floor:
        text = (
            f"{got:.1%} can be served: the rest runs out before an order of today arrives, or costs more than it earns."
        )
        relief = {"code": "limit_service", "text": text, "parameters": {"share": round(got, 4), "floor": floor}}
    out.cost += max(cost, 0.0)
    out.limits.append(
        {
            "kind": "service", "name": "", "asked": f"{floor:.1%}", "used": round(got * 1000), "available": round(floor * 1000),
            "binds": got > before + 1e-4 or got < floor, "price": max(cost, 0.0) / points if got > before + 1e-4 else 0.0,
            "cost": round(max(cost, 0.0)), "lines": _differ(out.decided, free), "relief": relief,
        }
    )  # fmt: skip


def _differ(one: Decided, other: Decided) -> int:
    return sum(
        1 for n, choice in one.buy.items() if n in other.buy and (choice.units != other.buy[n].units).any()
    )  # fmt: skip


def _shared(inputs: Inputs, limits: Limits, out: Within) -> None:
    """Choose among parts of every order and load within cash, containers, warehouses and suppliers."""
    from entrepot.engines.replenish.shared_limits import LimitsTooTight, Options, choose_within

    choices = [c for c in (*out.decided.ship.values(), *out.decided.buy.values()) if c.units.sum() > 0]
    bounds = _bounds(inputs, limits, choices)
    if not choices or not bounds:
        out.limits += [_told(inputs, bound, None, [], 0) for bound in bounds]
        return
    orders = [_parts(inputs, c) for c in choices]
    cost = np.stack([line_costs(c, o) for c, o in zip(choices, orders, strict=True)])
    taken = np.zeros((len(bounds), len(choices), cost.shape[1]))
    for n, order in enumerate(orders):
        for k, bound in enumerate(bounds):
            taken[k, n] = order @ bound.use[n, : order.shape[1]]
    capacity = np.array([max(bound.capacity, 0.0) for bound in bounds])
    try:
        shared: SharedPlan | None = choose_within(
            Options(cost, np.ascontiguousarray(taken)), capacity, tuple(b.name for b in bounds)
        )
    except LimitsTooTight:  # nothing at all is always possible, so this cannot be; a limit of NaN would end here
        shared = None
    pick = shared.pick if shared is not None else np.zeros(len(choices), np.int64)
    changed: list[Choice] = []
    for n, (choice, order) in enumerate(zip(choices, orders, strict=True)):
        chosen: Ints = order[int(pick[n])]
        choice.unlimited, choice.cost = float(cost[n, -1]), float(cost[n, int(pick[n])])
        if (chosen != choice.units).any():
            choice.units = chosen
            choice.flags.append("limited")
            changed.append(choice)
    out.gap = None if shared is None else max(shared.gap, 0.0)
    out.cost += sum(max(choice.cost - choice.unlimited, 0.0) for choice in changed)
    for k, bound in enumerate(bounds):
        told = _told(inputs, bound, shared, changed, k)
        if told["binds"] or bound.kind != "container_kg":
            out.limits.append(told)


def _parts(inputs: Inputs, choice: Choice) -> Ints:
    """All, two thirds, a third, only what goes by the slowest way, nothing; in cartons, the supplier's minimum kept."""
    line = inputs.lines[choice.row]
    whole = int(choice.units.sum())
    floor = line.carton if choice.kind == SHIP else min(whole, int(choice.batch.standing.least[choice.at]))
    rows = [np.zeros_like(choice.units)]
    for share in (1 / 3, 2 / 3):
        units = np.ceil(share * choice.units / line.carton).astype(np.int64) * line.carton
        if floor <= units.sum() < whole:
            rows.append(np.minimum(units, choice.units))
    slow = choice.units.copy()
    slow[:-1] = 0
    rows += [slow if slow.sum() >= floor else choice.units, choice.units]
    while len(rows) < 5:
        rows.append(choice.units)
    return np.stack(rows)


def _bounds(inputs: Inputs, limits: Limits, choices: list[Choice]) -> list[_Bound]:
    modes = max((len(c.batch.lanes) for c in choices), default=1)
    out: list[_Bound] = []

    def use(of: Any) -> Floats:
        found = np.zeros((len(choices), modes))
        for n, choice in enumerate(choices):
            for mode in range(len(choice.batch.lanes)):
                found[n, mode] = of(choice, mode)
        return found

    if limits.cash is not None:
        said = f"{major(limits.cash, inputs.company.currency)} {inputs.company.currency} / {limits.cash_weeks} w"
        bound = _Bound(
            "cash", "cash", said, float(limits.cash), use(lambda c, m: cash_within(inputs, c, m, limits.cash_weeks))
        )
        bound.use = np.maximum(bound.use, 0.0)
        out.append(bound)
    for place, count in limits.containers.items():
        for code in sorted({inputs.lines[c.row].place.code for c in choices} if not place else {place}):
            for kind, room, of in (("container", LOADED, _m3), ("container_kg", PAYLOAD_KG, _kg)):
                wanted = use(
                    lambda c, m, code=code, of=of: (
                        of(inputs, c)
                        if c.kind == SHIP
                        and inputs.lines[c.row].place.code == code
                        and c.batch.lanes[m].name in ("sea", "rail")
                        else 0.0
                    )
                )
                out.append(_Bound(kind, code, f"{count} × 40'", count * room, wanted, 1000.0))
    for code, room in limits.warehouses.items():
        wanted = use(
            lambda c, m, code=code: (
                _m3(inputs, c)
                if inputs.lines[c.row].place.code == code and (c.kind == SHIP or c.batch.lanes[m].name == "direct")
                else 0.0
            )
        )
        out.append(_Bound("warehouse", code, f"{room:g} m³", room, wanted, 1000.0))
    for code, count in _capacities(inputs, limits, choices).items():
        wanted = use(
            lambda c, _, code=code: (
                1.0
                if c.kind == BUY and (source := inputs.lines[c.row].source) is not None and source.supplier == code
                else 0.0
            )
        )
        out.append(_Bound("supplier", code, f"{count:,}", float(count), wanted))
    return out


def _capacities(inputs: Inputs, limits: Limits, choices: list[Choice]) -> dict[str, int]:
    """Units a supplier takes on: as asked, else what his price list says he makes in a week."""
    out = dict(limits.suppliers)
    for choice in choices:
        source = inputs.lines[choice.row].source
        if choice.kind == BUY and source is not None and source.capacity_week is not None:
            out.setdefault(source.supplier, source.capacity_week)
    return out


def cash_within(inputs: Inputs, choice: Choice, mode: int, weeks: int) -> float:
    """Money of one unit by one way that is to be paid within ``weeks``: deposit, balance, freight and duty when due."""
    return sum(amount for week, amount in payments(inputs, choice, mode) if week < weeks)


def payments(inputs: Inputs, choice: Choice, mode: int) -> list[tuple[int, float]]:
    """(week from now, minor units) of one unit by one way."""
    line = inputs.lines[choice.row]
    arrives = choice.batch.lanes[mode].nominal
    border = float(choice.batch.costs.freight[choice.at, mode]) + (line.duty or 0.0)
    if choice.kind != BUY:
        return [(min(arrives, HORIZON), border - (line.duty or 0.0 if choice.kind == MOVE else 0.0))]
    goods = price_of(inputs, choice)
    share = deposit_share(inputs, line.source.supplier if line.source else "")
    made = max(0, round(sum(line.made_in) / max(len(line.made_in), 1) / 7))
    return [(0, goods * share), (made, goods * (1 - share)), (min(arrives, HORIZON), border)]


def price_of(inputs: Inputs, choice: Choice) -> float:
    """What a unit costs at the supplier at the size of the whole order, minor units of the company; the books' where unknown."""
    line = inputs.lines[choice.row]
    factor = inputs.money.factor(line.source.currency) if line.source else None
    if line.source is None or factor is None:
        return line.goods or 0.0
    _, amount, per = line.source.price_at(max(int(choice.units.sum()), line.moq))
    return amount / per * factor


def _m3(inputs: Inputs, choice: Choice) -> float:
    return (inputs.lines[choice.row].measure.mm3 or 0.0) / 1e9


def _kg(inputs: Inputs, choice: Choice) -> float:
    return (inputs.lines[choice.row].measure.grams or 0.0) / 1e3


def _told(inputs: Inputs, bound: _Bound, shared: SharedPlan | None, changed: list[Choice], at: int) -> Said:
    used = float(shared.used[at]) if shared is not None else 0.0
    price = float(shared.prices[at]) if shared is not None else 0.0
    hit = [c for c in changed if bound.use.shape[0] and c.units is not None]
    dearer = sum(max(c.cost - c.unlimited, 0.0) for c in hit) if price > 0 else 0.0
    return {
        "kind": bound.kind, "name": bound.name, "asked": bound.asked, "used": round(used * bound.scale),
        "available": round(bound.capacity * bound.scale), "binds": price > 0,
        "price": round(price, 4) if price < ENDLESS else None, "cost": round(dearer), "lines": len(hit) if price > 0 else 0,
        "relief": _relief(inputs, bound, changed, price),
    }  # fmt: skip


def _relief(inputs: Inputs, bound: _Bound, changed: list[Choice], price: float) -> Said | None:
    """The cheapest way out where a limit leaves nothing to decide."""
    currency = inputs.company.currency
    none = [c for c in changed if c.units.sum() == 0]
    if not none or price <= 0:
        return None
    best = max(none, key=lambda c: c.cost - c.unlimited)
    line = inputs.lines[best.row]
    saved = best.cost - best.unlimited
    amount = round(saved)
    text = (
        f"{len(none)} orders wait; the first to let through is {line.sku} for {line.place.code}, "
        f"which would save {major(amount, currency)} {currency}."
    )
    said = {"lines": len(none), "sku": line.sku, "place": line.place.code, "amount": amount, "currency": currency}
    return {
        "code": "limit_waits", "text": text, "parameters": said,
    }  # fmt: skip


def week_of(on: date, week: int) -> date:
    """First day of a week from now."""
    return on + timedelta(weeks=week)


def containers_of(m3: float, kg: float) -> int:
    """Whole forty-foot containers for volume and weight."""
    return max(math.ceil(m3 / LOADED - 1e-9), math.ceil(kg / PAYLOAD_KG - 1e-9))
