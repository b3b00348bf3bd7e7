"""The loops of :mod:`~entrepot.engines.twin.run`: a week of every row; its units in layers, oldest first."""

from __future__ import annotations

from typing import Any

from entrepot.engines.compiled import compiled

FREIGHT, HANDLING, STORAGE, CAPITAL, LOST, END = 0, 1, 2, 3, 4, 5
"""Places of the parts in the array of costs [6, rows]."""


@compiled
def advance(  # noqa: PLR0917 - a kernel is called with its arrays in order
    week: int, ages: Any, goods: Any, shelf: Any, storage: Any, schedule: Any, factor: Any, capital: Any, layer: Any,
    paid: Any, head: Any, here: Any, moving: Any, moving_freight: Any, arriving: Any, arriving_paid: Any, due: Any,
    moved: Any, due_left: Any, moved_left: Any, lead: Any, still_open: Any, longest: int, demand: Any, waits: Any,
    wait_cost: Any, owed: Any, sold: Any, met: Any, stockouts: Any, thrown: Any, parts: Any,
) -> None:  # fmt: skip
    """Arrivals, sales from the oldest units, what is past its shelf life, and the costs of what is owned then.

    ``ages`` [opening layers] weeks before the start at which they came, oldest first; ``goods`` [rows, 3]: landed cost, margin
    and disposal of a unit; ``storage`` of a unit and week; ``factor`` [schedules, weeks, ages] on it; ``capital`` [weeks] of a
    unit of money; ``layer`` and ``paid`` [rows, opening layers + weeks] units and freight a unit; ``head`` the oldest layer that
    is not empty; ``lead`` [rows, weeks, modes]; ``still_open`` [rows, modes, weeks] ordered and not here.
    """
    opening = ages.shape[0]
    newest = opening + week
    oldest_age = factor.shape[2] - 1
    modes = lead.shape[2]
    for r in range(layer.shape[0]):
        came = arriving[r, week]
        if came > 0:
            freight = arriving_paid[r, week]
            layer[r, newest] = came
            paid[r, newest] = freight / came
            here[r] += came
            moving[r] -= came
            moving_freight[r] -= freight
            moved_left[r] -= moved[r, week]
            if week < due.shape[1]:
                due_left[r] -= due[r, week]
            for mode in range(modes):
                for before in range(max(0, week - longest), week):
                    if still_open[r, mode, before] > 0 and lead[r, before, mode] == week - before:
                        still_open[r, mode, before] = 0
        wanted = demand[r, week] + owed[r]
        left = min(wanted, here[r])
        sold[r] = left
        met[r] += left
        if left < wanted:
            stockouts[r] += 1
            unmet = wanted - left
            if waits[r]:
                owed[r] = unmet
                parts[LOST, r] += unmet * wait_cost[r]
            else:
                parts[LOST, r] += unmet * goods[r, 1]
        elif waits[r]:
            owed[r] = 0
        here[r] -= left
        at = head[r]
        while left > 0:
            taken = min(layer[r, at], left)
            layer[r, at] -= taken
            left -= taken
            if layer[r, at] == 0:
                at += 1
        while at < newest and layer[r, at] == 0:
            at += 1
        head[r] = at
        stored, value = 0.0, 0.0
        for column in range(at, newest + 1):
            units = layer[r, column]
            if units == 0:
                continue
            age = week + 1 + ages[column] if column < opening else newest - column
            if shelf[r] > 0 and age > shelf[r]:
                # The goods are charged as lost with their freight, which therefore leaves the freight paid.
                layer[r, column] = 0
                here[r] -= units
                thrown[r] += units
                parts[END, r] += units * (goods[r, 0] + paid[r, column] + goods[r, 2])
                parts[FREIGHT, r] -= units * paid[r, column]
                continue
            stored += units * factor[schedule[r], week, min(age, oldest_age)]
            value += units * paid[r, column]
        parts[STORAGE, r] += stored * storage[r]
        parts[CAPITAL, r] += ((here[r] + moving[r]) * goods[r, 0] + value + moving_freight[r]) * capital[week]


@compiled
def place(  # noqa: PLR0917
    week: int, orders: Any, carton: Any, least: Any, lead: Any, freight: Any, dearer: Any, shock: Any, handling: float,
    arriving: Any, arriving_paid: Any, moving: Any, moving_freight: Any, units: Any, lines: Any, parts: Any,
) -> int:  # fmt: skip
    """Take the week's ``orders`` [rows, modes]; gives the first row whose order would not be shipped, else −1."""
    for r in range(orders.shape[0]):
        for mode in range(orders.shape[1]):
            count = orders[r, mode]
            if count == 0:
                continue
            if count < least[r] or count % carton[r] != 0:
                return r
            cost = count * freight[r, mode] * dearer[shock[r], week, mode]
            units[r, mode] += count
            lines[r] += 1
            parts[FREIGHT, r] += cost
            parts[HANDLING, r] += handling
            at = week + lead[r, week, mode]
            arriving[r, at] += count
            arriving_paid[r, at] += cost
            moving[r] += count
            moving_freight[r] += cost
    return -1


@compiled
def shift(  # noqa: PLR0917
    moves: Any, at: int, cost: Any, layer: Any, paid: Any, head: Any, here: Any, arriving: Any, arriving_paid: Any, moved: Any,
    moved_left: Any, moving: Any, moving_freight: Any, parts: Any,
) -> int:  # fmt: skip
    """Take the oldest units out, to arrive in week ``at`` elsewhere; gives the first move that takes too much, else −1."""
    for n in range(moves.shape[0]):
        row, to, left = moves[n, 0], moves[n, 1], moves[n, 2]
        if left < 0 or left > here[row]:
            return n
        freight = left * cost[row]
        count, value = left, 0.0
        column = head[row]
        while left > 0:
            taken = min(layer[row, column], left)
            layer[row, column] -= taken
            value += taken * paid[row, column]
            left -= taken
            if layer[row, column] == 0 and left > 0:
                column += 1
        head[row] = column
        here[row] -= count
        parts[FREIGHT, row] -= value
        parts[FREIGHT, to] += value + freight
        arriving[to, at] += count
        arriving_paid[to, at] += value + freight
        moved[to, at] += count
        moved_left[to] += count
        moving[to] += count
        moving_freight[to] += value + freight
    return -1
