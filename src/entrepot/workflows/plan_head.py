"""A plan in total: cash by week, what fills containers together, what was assumed for how many lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from entrepot.workflows.plan_boxes import Group, Key, groups_of, key_of
from entrepot.workflows.plan_cash import owed_by_week, payments
from entrepot.workflows.plan_limits import Limits
from entrepot.workflows.plan_model import Inputs
from entrepot.workflows.plan_orders import MOVE, Choice, Decided
from entrepot.workflows.plan_within import Within

CASH_WEEKS = 26
Said = dict[str, Any]
ASSUMED = {
    "lead_weeks": "lead time", "unit_cost": "landed cost a unit", "unit_fees": "selling fees", "price": "price",
    "storage_week": "storage fee", "capital_rate": "cost of capital", "order_cost": "cost of an order line",
    "freight": "freight", "duty": "duty", "ageing": "fees on old stock", "carton": "carton size", "on_hand": "stock",
    "salvage": "what clearing brings back", "supplier": "supplier",
}  # fmt: skip
"""Inputs that may be assumed, in words."""


def content(inputs: Inputs, result: Within, families: Counter[str], limits: Limits) -> Said:
    """What is kept with the run."""
    acting = acts(result.decided)
    used = Counter(name for choice in acting for name in assumed_of(inputs, choice))
    return {
        "cash": cash(inputs, acting, result, limits),
        "fills": fills(inputs, acting),
        "limits": result.limits,
        "gap": None if result.gap is None else round(result.gap * 100_000),
        "families": dict(families),
        "assumed": [assumed(name, count) for name, count in used.most_common()],
        "service": {f"{floor:g}": price for floor, price in result.decided.prices.items() if floor > 0},
        "grades": dict(Counter(_grade(inputs, n) for n in result.decided.buy)),
    }


def acts(decided: Decided) -> list[Choice]:
    """The choices that buy or load something."""
    return [c for c in (*decided.ship.values(), *decided.moves, *decided.buy.values()) if c.units.sum() > 0]


def assumed_of(inputs: Inputs, choice: Choice) -> list[str]:
    """Names of what was assumed for a line, each once."""
    way = [name for one in choice.batch.ways for name in one.assumed] if choice.kind == MOVE else []
    return list(dict.fromkeys((*inputs.lines[choice.row].assumed, *way, *inputs.assumed)))


def assumed(name: str, lines: int = 0) -> Said:
    """One assumed input as a reason."""
    text = ASSUMED.get(name, name.replace("_", " "))
    return {"code": f"assumed_{name}", "text": text, "parameters": {"input": name, "lines": lines}}


def cash(inputs: Inputs, acting: list[Choice], result: Within, limits: Limits) -> list[Said]:
    """Payments by week: what open orders still cost, what today's decisions add, what re-orders are expected to; the budget."""
    planned, later = _paid(inputs, acting), [0.0] * CASH_WEEKS
    for row, share in zip(result.later, result.later_units, strict=True):
        for week, amount in enumerate(_paid(inputs, row.choices, row.options[-1], row.week)):
            later[week] += amount * share
    owed = owed_by_week(inputs)
    out: list[Said] = []
    total = so_far = 0
    for week in range(CASH_WEEKS):
        due, new, then = round(owed[week]), round(planned[week]), round(later[week])
        total, so_far = total + due + new + then, so_far + due
        out.append(
            {
                "week": (inputs.on + timedelta(weeks=week)).isoformat(), "owed": due, "planned": new, "later": then,
                "total": total, "budget": _budget(limits, week, so_far),
            }
        )  # fmt: skip
    return out


def _paid(inputs: Inputs, choices: list[Choice], units: Any = None, placed: int = 0) -> list[float]:
    out = [0.0] * CASH_WEEKS
    for n, choice in enumerate(choices):
        for mode, count in enumerate(choice.units if units is None else units[n]):
            if count > 0:
                for week, amount in payments(inputs, choice, mode):
                    out[min(week + placed, CASH_WEEKS - 1)] += amount * int(count)
    return out


def _budget(limits: Limits, week: int, owed: int) -> int | None:
    """What may have been paid in all by the end of a week: funds pay what is owed too, a budget comes on top of it."""
    told = [limits.money_until(week)] if limits.funds is not None else []
    if limits.cash is not None and week < limits.cash_weeks:
        told.append(limits.cash + owed)
    return min(told, default=None)


def fills(inputs: Inputs, acting: list[Choice]) -> list[Said]:
    """What goes one way together, and whether whole containers or loose cargo are cheaper for it."""
    boxed = groups_of(inputs, [c for c in acting if c.kind != MOVE])
    out = [_fill(group) for group in boxed]
    groups: dict[Key, list[tuple[Choice, int]]] = defaultdict(list)
    for choice in acting:
        for mode, units in enumerate(choice.units):
            name = choice.batch.lanes[mode].name
            if units > 0 and (choice.kind == MOVE or name not in ("sea", "rail")):
                groups[key_of(inputs, choice, name)].append((choice, mode))
    out += [_fill(Group(inputs, key, members)) for key, members in groups.items()]
    return sorted(out, key=lambda one: (one["kind"], one["supplier"], one["origin"], one["destination"], one["mode"]))


def _fill(group: Group) -> Said:
    kind, supplier, origin, destination, mode = group.key
    found, units = group.loaded(), group.units
    how = mode if mode not in ("sea", "rail") or not group.known else "fcl" if found.boxes else "lcl"
    fill = found.fill
    if fill is None and group.known and group.way.boxes:
        big = group.way.boxes[-1]
        fill = max(found.m3 / big.m3, found.kg / big.kg)
    return {
        "kind": kind, "supplier": supplier, "origin": origin, "destination": destination, "mode": mode,
        "units": int(units.sum()), "cbm": round(found.m3 * 1000), "kg": round(found.kg * 1000), "containers": found.count,
        "boxes": [[box.kind, count] for box, count in found.boxes], "loose": round(found.loose * 1000) if found.boxes else 0,
        "assumed": any(box.assumed for box in group.way.boxes) and group.known,
        "fill": None if fill is None or how not in ("fcl", "lcl") else round(fill * 1000), "how": how,
        "freight": round(found.price), "freight_other": None if found.other is None else round(found.other),
    }  # fmt: skip


def _grade(inputs: Inputs, row: int) -> str:
    grade = inputs.lines[row].grade
    return f"{grade.value}{grade.steadiness}" if grade else ""
