"""What each limit has of room in which week, and what every order takes of it then.

Cash is used when it falls due (deposit, balance, freight, duty), a container when the goods are loaded, a warehouse from the
arrival on until they are sold, a supplier when he takes the order on. A limit is one or more *bounds*, one for each week that it
counts in; its price is the sum of theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from entrepot.core.money import major
from entrepot.workflows.plan_batches import Floats, Ints
from entrepot.workflows.plan_cash import owed_by_week, payments
from entrepot.workflows.plan_lanes import LOADED, PAYLOAD_KG
from entrepot.workflows.plan_limits import Limits
from entrepot.workflows.plan_model import HORIZON, Inputs
from entrepot.workflows.plan_orders import BUY, SHIP, Choice, Decided
from entrepot.workflows.plan_rows import Row

WEEKS = 26
"""Weeks that money and room are looked at."""
Used = Callable[[Row, Choice, int], list[tuple[int, float]]]
"""(week, what a unit takes of a limit) of a row's choice by one of its modes."""


@dataclass
class Bound:
    """A limit in one week (``week`` −1: once). ``use`` [rows, options]; ``fixed`` is taken whatever is chosen."""

    kind: str
    name: str
    asked: str
    week: int
    capacity: float
    use: Floats
    fixed: float = 0.0
    scale: float = 1.0
    """What is shown for one of it."""

    @property
    def left(self) -> float:
        """What can be chosen from."""
        return self.capacity - self.fixed


def bounds_of(inputs: Inputs, decided: Decided, limits: Limits, rows: list[Row]) -> list[Bound]:
    """All bounds of ``limits`` that ``rows`` could go beyond."""
    out: list[Bound] = []
    out += _cash(inputs, limits, rows)
    out += _funds(inputs, limits, rows)
    for place, count in limits.containers.items():
        for code in sorted(
            {inputs.lines[c.row].place.code for row in rows for c in row.choices} if not place else {place}
        ):
            out += _containers(inputs, rows, code, count)
    for code, room in limits.warehouses.items():
        out += _warehouse(inputs, decided, rows, code, room)
    out += _suppliers(inputs, limits, rows)
    return out


def _by_week(rows: list[Row], of: Used) -> Floats:
    """What each option takes in each week [weeks, rows, options]."""
    width = max((len(row.options) for row in rows), default=1)
    out = np.zeros((WEEKS, len(rows), width))
    for n, row in enumerate(rows):
        for c, choice in enumerate(row.choices):
            for mode in range(len(choice.batch.lanes)):
                for week, amount in of(row, choice, mode):
                    if week + row.week < WEEKS:
                        for option, units in enumerate(row.options):
                            out[week + row.week, n, option] += amount * int(units[c][mode])
        out[:, n, len(row.options) :] = out[:, n, len(row.options) - 1][:, None]
    return out


def _cash(inputs: Inputs, limits: Limits, rows: list[Row]) -> list[Bound]:
    if limits.cash is None:
        return []
    weeks = min(limits.cash_weeks, WEEKS)
    said = f"{major(limits.cash, inputs.company.currency)} {inputs.company.currency} / {limits.cash_weeks} w"
    use = np.maximum(_by_week(rows, lambda _, c, m: payments(inputs, c, m))[:weeks].sum(axis=0), 0.0)
    return [Bound("cash", "cash", said, -1, float(limits.cash), use)]


def _funds(inputs: Inputs, limits: Limits, rows: list[Row]) -> list[Bound]:
    """Money that is there and comes in pays what is owed and what is decided, in every week."""
    if limits.funds is None:
        return []
    currency = inputs.company.currency
    said = f"{major(limits.funds, currency)} {currency}"
    if limits.income:
        said += " + " + " / ".join(str(major(one, currency)) for one in limits.income)
    use = np.maximum(np.cumsum(_by_week(rows, lambda _, c, m: payments(inputs, c, m)), axis=0), 0.0)
    owed = np.cumsum(owed_by_week(inputs))
    return [
        Bound("funds", "funds", said, week, float(limits.money_until(week)), use[week], float(owed[week]))
        for week in range(WEEKS)
    ]


def _containers(inputs: Inputs, rows: list[Row], code: str, count: int) -> list[Bound]:
    """Whole containers of one week's loading by sea or rail, by volume and by weight."""
    out: list[Bound] = []
    for kind, room, of in (("container", LOADED, _m3), ("container_kg", PAYLOAD_KG, _kg)):

        def loaded(_: Row, choice: Choice, mode: int, of: Any = of) -> list[tuple[int, float]]:
            here = inputs.lines[choice.row].place.code == code and choice.batch.lanes[mode].name in ("sea", "rail")
            return [(departs(inputs, choice, mode), of(inputs, choice))] if here else []

        use = _by_week(rows, loaded)
        out += [
            Bound(kind, code, f"{count} × 40'", week, count * room, use[week], scale=1000.0)
            for week in range(WEEKS)
            if use[week].any()
        ]
    return out


def _warehouse(inputs: Inputs, decided: Decided, rows: list[Row], code: str, room: float) -> list[Bound]:
    """Free room: what stands there in any of the coming weeks may exceed what stands there now by so much."""
    lines = {n: line for n, line in enumerate(inputs.lines) if line.place.code == code and n in decided.buy}
    now = sum(line.available * (line.measure.mm3 or 0.0) / 1e9 for line in lines.values())
    fixed = np.zeros(WEEKS)
    base: dict[int, tuple[Floats, Floats]] = {}
    for n, line in lines.items():
        standing = decided.buy[n].batch.standing
        due = standing.due[decided.buy[n].at].copy()
        for choice in (c for row in rows if row.week == 0 for c in row.choices if c.kind == SHIP and c.row == n):
            for mode, units in enumerate(choice.units):  # today's loads are among what is due: they are chosen here
                week = min(choice.batch.lanes[mode].nominal - 1, HORIZON - 1)
                due[week] = max(due[week] - int(units), 0)
        known = due[:WEEKS].astype(np.float64)
        base[n] = known, stock_by_week(line.available, known, line.weekly)
        fixed += base[n][1] * (line.measure.mm3 or 0.0) / 1e9
    width = max((len(row.options) for row in rows), default=1)
    use = np.zeros((WEEKS, len(rows), width))
    for n, row in enumerate(rows):
        for c, choice in enumerate(row.choices):
            line = inputs.lines[choice.row]
            if line.place.code != code or choice.row not in base:
                continue
            for option in range(width):
                units = row.options[min(option, row.whole)][c]
                known, without = base[choice.row]
                there = stock_by_week(line.available, known + _arriving(choice, units, row.week), line.weekly)
                use[:, n, option] += (there - without) * (line.measure.mm3 or 0.0) / 1e9
    return [
        Bound("warehouse", code, f"{room:g} m³", week, now + room, use[week], float(fixed[week]), 1000.0)
        for week in range(WEEKS)
    ]


def _arriving(choice: Choice, units: Ints, placed: int) -> Floats:
    """Units that come in each week, of an order or load of the week ``placed``."""
    out = np.zeros(WEEKS)
    for mode, lane in enumerate(choice.batch.lanes):
        late = 0 if choice.batch.late is None else int(choice.batch.late[min(placed, len(choice.batch.late) - 1), mode])
        week = placed + lane.nominal - 1 + late
        if week < WEEKS:
            out[week] += int(units[mode])
    return out


def stock_by_week(start: float, due: Floats, weekly: float) -> Floats:
    """Expected units at the end of each week.

    >>> stock_by_week(10, np.array([0.0, 20.0, 0.0]), 8.0).tolist()
    [2.0, 14.0, 6.0]
    """
    out, now = np.zeros(len(due)), float(start)
    for week in range(len(out)):
        now = max(now + float(due[week]) - weekly, 0.0)
        out[week] = now
    return out


def _suppliers(inputs: Inputs, limits: Limits, rows: list[Row]) -> list[Bound]:
    """Units that he takes on today; and by week, what is due by then against what he makes until then."""

    def supplied(choice: Choice, code: str) -> bool:
        source = inputs.lines[choice.row].source
        return choice.kind == BUY and source is not None and source.supplier == code

    out: list[Bound] = []
    for code, count in limits.suppliers.items():
        use = _by_week(rows, lambda row, c, _, code=code: [(0, 1.0)] if supplied(c, code) and row.week == 0 else [])
        out.append(Bound("supplier", code, f"{count:,}", -1, float(count), use[0]))
    for code, count in limits.suppliers_week.items():
        use = np.cumsum(
            _by_week(rows, lambda _, c, m, code=code: [(departs(inputs, c, m), 1.0)] if supplied(c, code) else []),
            axis=0,
        )
        open_ = on_order(inputs, code)
        out += [
            Bound(
                "supplier_week",
                code,
                f"{count:,} / w",
                week,
                float(count * week),
                use[week],
                min(open_, float(count * week)),
            )
            for week in range(1, WEEKS)
        ]
    return out


def on_order(inputs: Inputs, supplier: str, item: int = 0) -> float:
    """Units that a supplier still brings, of one item or of all of his."""
    items = {line.item for line in inputs.lines if line.source is not None and line.source.supplier == supplier}
    return float(sum(sum(w.ordered) for key, w in inputs.waiting.items() if key in items and (not item or key == item)))


def made_in_time(inputs: Inputs, decided: Decided) -> dict[tuple[int, str], float]:
    """(item, supplier) → units that he can make until today's order is due, where his price list says what he makes in a week."""
    out: dict[tuple[int, str], float] = {}
    for choice in decided.buy.values():
        line = inputs.lines[choice.row]
        if line.source is not None and line.source.capacity_week is not None:
            weeks = max(1, ready_in(inputs, choice))
            open_ = on_order(inputs, line.source.supplier, line.item)
            out[line.item, line.source.supplier] = max(line.source.capacity_week * weeks - open_, 0.0)
    return out


def ready_in(inputs: Inputs, choice: Choice) -> int:
    """Weeks that the supplier usually needs."""
    line = inputs.lines[choice.row]
    return max(0, round(sum(line.made_in) / max(len(line.made_in), 1) / 7))


def departs(inputs: Inputs, choice: Choice, mode: int) -> int:
    """Week in which a unit leaves: loads today, what is bought when it is made."""
    if choice.kind != BUY:
        return 0
    late = 0 if choice.batch.late is None else int(choice.batch.late[0, mode])
    return ready_in(inputs, choice) + late


def _m3(inputs: Inputs, choice: Choice) -> float:
    return (inputs.lines[choice.row].measure.mm3 or 0.0) / 1e9


def _kg(inputs: Inputs, choice: Choice) -> float:
    return (inputs.lines[choice.row].measure.grams or 0.0) / 1e3
