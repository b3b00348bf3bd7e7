"""A plan in total: cash by week, what fills containers together, what was assumed for how many lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from entrepot.workflows.plan_cash import owed_by_week
from entrepot.workflows.plan_lanes import LOADED, Way
from entrepot.workflows.plan_model import Inputs
from entrepot.workflows.plan_orders import BUY, MOVE, Choice, Decided
from entrepot.workflows.plan_within import PAYLOAD_KG, Within, containers_of, payments

CASH_WEEKS = 26
Said = dict[str, Any]
ASSUMED = {
    "lead_weeks": "lead time", "unit_cost": "landed cost a unit", "unit_fees": "selling fees", "price": "price",
    "storage_week": "storage fee", "capital_rate": "cost of capital", "order_cost": "cost of an order line",
    "freight": "freight", "duty": "duty", "ageing": "fees on old stock", "carton": "carton size", "on_hand": "stock",
    "salvage": "what clearing brings back", "supplier": "supplier",
}  # fmt: skip
"""Inputs that may be assumed, in words."""


def content(inputs: Inputs, result: Within, families: Counter[str]) -> Said:
    """What is kept with the run."""
    acting = acts(result.decided)
    used = Counter(name for choice in acting for name in assumed_of(inputs, choice))
    return {
        "cash": cash(inputs, acting, result),
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


def cash(inputs: Inputs, acting: list[Choice], result: Within) -> list[Said]:
    """Payments by week: what open orders still cost, what today's decisions add; the budget where one was asked."""
    planned: dict[int, float] = defaultdict(float)
    for choice in acting:
        for mode, units in enumerate(choice.units):
            if units > 0:
                for week, amount in payments(inputs, choice, mode):
                    planned[min(week, CASH_WEEKS - 1)] += amount * int(units)
    owed = owed_by_week(inputs)
    limit = next((one for one in result.limits if one["kind"] == "cash"), None)
    weeks = int(str(limit["asked"]).rsplit("/", 1)[-1].strip(" w")) if limit else 0
    out: list[Said] = []
    total = 0
    for week in range(CASH_WEEKS):
        due, new = round(owed[week]), round(planned[week])
        total += due + new
        out.append(
            {
                "week": (inputs.on + timedelta(weeks=week)).isoformat(), "owed": due, "planned": new, "total": total,
                "budget": limit["available"] if limit and week < weeks else None,
            }
        )  # fmt: skip
    return out


def fills(inputs: Inputs, acting: list[Choice]) -> list[Said]:
    """What goes one way together, and whether whole containers or loose cargo are cheaper for it."""
    groups: dict[tuple[str, str, str, str, str], list[tuple[Choice, int]]] = defaultdict(list)
    for choice in acting:
        line = inputs.lines[choice.row]
        for mode, units in enumerate(choice.units):
            if units > 0:
                supplier = "" if choice.kind != BUY or line.source is None else line.source.supplier
                start = choice.origin or line.origin
                origin = start.code if start else ""
                groups[choice.kind, supplier, origin, line.place.code, choice.batch.lanes[mode].name].append(
                    (choice, mode)
                )
    return [_fill(inputs, key, members) for key, members in sorted(groups.items())]


def _fill(inputs: Inputs, key: tuple[str, str, str, str, str], members: list[tuple[Choice, int]]) -> Said:
    kind, supplier, origin, destination, mode = key
    m3 = kg = freight = 0.0
    units = 0
    known = True
    for choice, at in members:
        line, count = inputs.lines[choice.row], int(choice.units[at])
        known = known and line.measure.mm3 is not None and line.measure.grams is not None
        m3 += (line.measure.mm3 or 0.0) * count / 1e9
        kg += (line.measure.grams or 0.0) * count / 1e3
        freight += float(choice.batch.costs.freight[choice.at, at]) * count
        units += count
    way = members[0][0].batch.ways[members[0][1]]
    how, boxes, fill, price, other = _box(way, m3, kg, freight) if known else (mode, 0, None, freight, None)
    return {
        "kind": kind, "supplier": supplier, "origin": origin, "destination": destination, "mode": mode, "units": units,
        "cbm": round(m3 * 1000), "kg": round(kg * 1000), "containers": boxes, "fill": fill, "how": how,
        "freight": round(price), "freight_other": None if other is None else round(other),
    }  # fmt: skip


def _box(way: Way, m3: float, kg: float, loose: float) -> tuple[str, int, int | None, float, float | None]:
    """How it goes, containers, fill of the last one in thousandths, freight that way, freight the other way."""
    if way.mode not in ("sea", "rail"):
        return way.mode, 0, None, loose, None
    count = containers_of(m3, kg)
    share = max(m3 / LOADED, kg / PAYLOAD_KG) - (count - 1)
    boxed = None if way.container is None else count * way.container
    if boxed is not None and boxed < loose:
        return "fcl", count, round(share * 1000), boxed, loose
    return "lcl", 0, round(share * 1000), loose, boxed


def _grade(inputs: Inputs, row: int) -> str:
    grade = inputs.lines[row].grade
    return f"{grade.value}{grade.steadiness}" if grade else ""
