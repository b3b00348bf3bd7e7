"""Cost shares brought to the movements that they are aimed at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from entrepot.engines.compiled import I16, I32, I64, compiled
from entrepot.engines.valuation.ledger_state import Allocation
from entrepot.engines.valuation.model import CostShares, Side


class Aimed(NamedTuple):
    """Cost shares sorted by the row of their target; ``component`` counts the components present, in their order."""

    components: I16
    """component numbers present, ascending"""
    start: I32
    """birth shares of row r: start[r] … start[r + 1]"""
    line: I64
    component: I16
    amount: I64
    issue_row: I32
    issue_line: I64
    issue_component: I16
    issue_amount: I64
    nowhere: CostShares
    """shares whose target is not there, waits, or gave birth to nothing"""


def aim(costs: CostShares, a: Allocation, *, group: bool) -> Aimed:
    """Bring cost shares to the rows of their targets; in the group view without the transfer prices."""
    if group and costs.internal.any():
        costs = costs.take(costs.internal == 0)
    row = a.ordered.rows.find(costs.movement)
    there = row >= 0
    there[there] = a.rows.applied[row[there]] == 1
    births = costs.side == Side.BIRTH
    born = np.zeros(len(a.ordered.moves), dtype=np.bool_)
    born[a.layers.row] = True
    there[births & there] = born[row[births & there]]
    nowhere = costs.take(~there)
    if len(nowhere):
        costs, row, births = costs.take(there), row[there], births[there]
    components = np.unique(costs.component)
    dense = np.zeros(int(components.max(initial=0)) + 1, dtype=np.int16)
    dense[components] = np.arange(len(components), dtype=np.int16)
    component = dense[costs.component]
    issue = None if births.all() else ~births
    aimed = (np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int16), np.zeros(0, np.int64))
    line, amount = costs.line, costs.amount
    if issue is not None:
        aimed = (row[issue], line[issue], component[issue], amount[issue])
        row, line, component, amount = row[births], line[births], component[births], amount[births]
    if not _ascending(row):
        order = np.argsort(row, kind="stable")
        row, line, component, amount = row[order], line[order], component[order], amount[order]
    start = _starts(row, len(a.ordered.moves))
    if _repeats(start, line):
        row, line, component, amount = _merged(row, line, component, amount)
        start = _starts(row, len(a.ordered.moves))
    return Aimed(components, start, line, component, amount, *aimed, nowhere)


def _merged(row: I32, line: I64, component: I16, amount: I64) -> tuple[I32, I64, I16, I64]:
    """Shares of one line on one movement added up, since a line keeps one amount on every layer."""
    order = np.lexsort((line, row))
    row, line, component, amount = row[order], line[order], component[order], amount[order]
    first = np.flatnonzero(np.r_[True, (row[1:] != row[:-1]) | (line[1:] != line[:-1])])
    return row[first], line[first], component[first], np.add.reduceat(amount, first)


@compiled
def _ascending(values: I32) -> bool:
    for i in range(1, len(values)):
        if values[i] < values[i - 1]:
            return False
    return True


@compiled
def _starts(row: I32, rows: int) -> I32:
    """Where each row's stretch of a sorted list begins."""
    start = np.zeros(rows + 1, np.int32)
    for r in row:
        start[r + 1] += 1
    for i in range(rows):
        start[i + 1] += start[i]
    return start


@compiled
def _repeats(start: I32, line: I64) -> bool:
    """Does a line come twice on one movement? Movements with very many lines are not searched but assumed to."""
    for r in range(len(start) - 1):
        first, last = start[r], start[r + 1]
        if last - first > 64:
            return True
        for i in range(first + 1, last):
            for j in range(first, i):
                if line[i] == line[j]:
                    return True
    return False
