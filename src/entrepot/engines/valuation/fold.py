"""The fold: which units of which layer every movement took. No money in here.

Per item (or group of items that conversions join), movements in fold order. Each slot, that is (item, cell), keeps its
open layers in a list, oldest first, and its debts: sold units that no layer has paid yet. A strict movement without
enough units waits; after every movement that brings units in, the first waiting one that can go now goes, until none
can.
"""

from __future__ import annotations

import numpy as np

from entrepot.core.kinds import Kind
from entrepot.engines.compiled import compiled_bare, signed
from entrepot.engines.valuation.ledger_state import (
    CONVERTED,
    ISSUES,
    LAYERS,
    NO_PARENT,
    OVERFLOW,
    STEP,
    WAIT_HEAD,
    WAIT_TAIL,
    Allocation,
    Facts,
    Issues,
    Layers,
    State,
    facts_of,
    fresh_rows,
    fresh_slots,
    room_for_issues,
    room_for_layers,
)
from entrepot.engines.valuation.order import Ordered
from entrepot.engines.valuation.slots import bear, draw

INTERCOMPANY_RECEIPT = int(Kind.INTERCOMPANY_RECEIPT)
INTERCOMPANY_SALE = int(Kind.INTERCOMPANY_SALE)
RETURN = int(Kind.RETURN)
CONVERSION_IN = int(Kind.CONVERSION_IN)
CONVERSION_OUT = int(Kind.CONVERSION_OUT)
SUPPLIER_RETURN = int(Kind.SUPPLIER_RETURN)


def allocate(ordered: Ordered) -> Allocation:
    """Fold ordered movements into layers and issues."""
    facts = facts_of(ordered)
    moves = len(ordered.moves)
    arrivals = int((ordered.to_slot >= 0).sum())
    layers, issues = room_for_layers(arrivals + arrivals // 3 + 64), room_for_issues(moves + moves // 3 + 64)
    rows, slots = fresh_rows(moves), fresh_slots(len(ordered.slot_item))
    count = np.zeros(7, np.int64)
    row = 0
    while True:
        row = _fold(facts, State(layers, issues, rows, slots, count), row)
        if row >= moves:
            break
        layers = room_for_layers(2 * len(layers.n), Layers(*(part[: count[LAYERS]] for part in layers)))
        issues = room_for_issues(2 * len(issues.a), Issues(*(part[: count[ISSUES]] for part in issues)))
    return Allocation(
        ordered,
        Layers(*(part[: count[LAYERS]] for part in layers)),
        Issues(*(part[: count[ISSUES]] for part in issues)),
        rows,
        slots.stock,
    )


@compiled_bare
def _fold(facts: Facts, state: State, start: int) -> int:
    """Fold from ``start``, the first row of a group; returns the row to resume at when space ran out, else the end."""
    count = state.count
    row, moves = start, len(facts.group)
    while row < moves:
        first = row
        layers_before, issues_before = count[LAYERS], count[ISSUES]
        count[WAIT_HEAD], count[WAIT_TAIL], count[OVERFLOW] = -1, -1, 0
        while row < moves and facts.group[row] == facts.group[first]:
            count[STEP] = row
            _meet(facts, state, row)
            row += 1
            if count[OVERFLOW]:
                break
        if count[OVERFLOW]:
            _forget(facts, state, first)
            count[LAYERS], count[ISSUES] = layers_before, issues_before
            return first
    return row


@compiled_bare
def _forget(facts: Facts, state: State, first: int) -> None:
    """Undo all that the group beginning at row ``first`` left in the state."""
    rows, slots = state.rows, state.slots
    row = first
    while row < len(facts.group) and facts.group[row] == facts.group[first]:
        rows.last_issue[row] = rows.next_waiting[row] = rows.next_debt[row] = 0
        rows.owed[row] = rows.returned[row] = rows.annulled[row] = 0
        rows.applied[row] = 0
        for slot in (facts.from_slot[row], facts.to_slot[row]):
            if slot >= 0:
                slots.head[slot] = slots.tail[slot] = slots.first_debt[slot] = slots.last_debt[slot] = -1
                slots.stock[slot] = 0
        row += 1


@compiled_bare
def _meet(facts: Facts, state: State, row: int) -> None:
    """A movement at its place in the order: apply it, or let it wait."""
    kind = facts.kind[row]
    from_slot, to_slot = facts.from_slot[row], facts.to_slot[row]
    if kind == CONVERSION_IN or kind == CONVERSION_OUT:
        event = facts.event_of[row]
        if facts.event_rows[facts.event_start[event]] != row:
            return  # the event stands where its first row stands
    elif from_slot >= 0 and to_slot < 0 and kind != SUPPLIER_RETURN and kind != INTERCOMPANY_SALE:
        _sell(facts, state, row)
        return
    if not _can_apply(facts, state, row):
        if state.count[WAIT_HEAD] < 0:
            state.count[WAIT_HEAD] = row
        else:
            state.rows.next_waiting[state.count[WAIT_TAIL]] = row + 1
        state.count[WAIT_TAIL] = row
        return
    _apply(facts, state, row)
    if state.count[WAIT_HEAD] >= 0 and (to_slot >= 0 or kind == CONVERSION_IN):
        _retry_waiting(facts, state)


@compiled_bare
def _retry_waiting(facts: Facts, state: State) -> None:
    """The first waiting movement that can go now goes; again, until none can."""
    count, following = state.count, state.rows.next_waiting
    before, row = -1, count[WAIT_HEAD]
    while row >= 0 and count[OVERFLOW] == 0:
        after = following[row] - 1
        if not _can_apply(facts, state, row):
            before, row = row, after
            continue
        if before < 0:
            count[WAIT_HEAD] = after
        else:
            following[before] = after + 1
        if count[WAIT_TAIL] == row:
            count[WAIT_TAIL] = before
        following[row] = 0
        _apply(facts, state, row)
        before, row = -1, count[WAIT_HEAD]


@compiled_bare
def _can_apply(facts: Facts, state: State, row: int) -> bool:
    """Are the units there? For a conversion: all its inputs at once."""
    stock = state.slots.stock
    if facts.kind[row] != CONVERSION_IN and facts.kind[row] != CONVERSION_OUT:
        slot = facts.from_slot[row]
        return slot < 0 or stock[slot] >= facts.quantity[row]
    event = facts.event_of[row]
    first, end = facts.event_start[event], facts.event_start[event + 1]
    enough = True
    for i in range(first, end):
        slot = facts.from_slot[facts.event_rows[i]]
        if slot >= 0:
            stock[slot] -= facts.quantity[facts.event_rows[i]]
            enough = enough and stock[slot] >= 0
    for i in range(first, end):
        slot = facts.from_slot[facts.event_rows[i]]
        if slot >= 0:
            stock[slot] += facts.quantity[facts.event_rows[i]]
    return enough


@compiled_bare
def _apply(facts: Facts, state: State, row: int) -> None:
    """Take effect: draw, give birth, pay the debts of the cell that received."""
    kind = facts.kind[row]
    if kind == CONVERSION_IN or kind == CONVERSION_OUT:
        _convert(facts, state, signed(facts.event_of[row]))
        return
    state.rows.applied[row] = 1
    from_slot, to_slot = signed(facts.from_slot[row]), signed(facts.to_slot[row])
    if from_slot >= 0:
        first = state.count[ISSUES]
        draw(facts, state, row, from_slot, facts.quantity[row])
        if to_slot < 0:
            return
        for issue in range(first, state.count[ISSUES]):
            layer = signed(state.issues.layer[issue])
            bear(
                state,
                row,
                to_slot,
                state.issues.b[issue] - state.issues.a[issue],
                layer,
                signed(state.issues.a[issue]),
                signed(state.issues.b[issue]),
            )
    elif kind == RETURN:
        _take_back(facts, state, row)
    elif kind == INTERCOMPANY_RECEIPT:
        _take_over(facts, state, row)
    else:
        bear(state, row, to_slot, facts.quantity[row], NO_PARENT, 0, 0)
    _pay_debts(facts, state, to_slot)


@compiled_bare
def _sell(facts: Facts, state: State, row: int) -> None:
    """Sales, write-offs, uses and shortages take what is there and owe the rest."""
    rows, slots = state.rows, state.slots
    slot = signed(facts.from_slot[row])
    rows.applied[row] = 1
    missing = facts.quantity[row] - draw(facts, state, row, slot, facts.quantity[row])
    if missing > 0:
        rows.owed[row] = missing
        if slots.first_debt[slot] < 0:
            slots.first_debt[slot] = row
        else:
            rows.next_debt[slots.last_debt[slot]] = row + 1
        slots.last_debt[slot] = row


@compiled_bare
def _pay_debts(facts: Facts, state: State, slot: int) -> None:
    """What has just come in pays the oldest debts of its cell first."""
    rows, slots = state.rows, state.slots
    row = signed(slots.first_debt[slot])
    while row >= 0 and slots.stock[slot] > 0 and state.count[OVERFLOW] == 0:
        if rows.owed[row] > 0:
            rows.owed[row] -= draw(facts, state, row, slot, signed(rows.owed[row]))
        if rows.owed[row] == 0:
            row = signed(rows.next_debt[row]) - 1
            slots.first_debt[slot] = row


@compiled_bare
def _take_back(facts: Facts, state: State, row: int) -> None:
    """A return: units of its sale not yet given back, last issued first; beyond those a layer without parent."""
    rows, issues = state.rows, state.issues
    slot, left = signed(facts.to_slot[row]), facts.quantity[row]
    sale = signed(facts.of_row[row]) if len(facts.of_row) > 1 else -1
    if sale >= 0 and rows.applied[sale] == 1 and _is_issue(facts, sale, row):
        not_returned = facts.quantity[sale] - rows.returned[sale]
        costed = facts.quantity[sale] - rows.annulled[sale] - rows.owed[sale]
        unpaid = min(left, max(0, not_returned - costed))
        if unpaid > 0:
            rows.returned[sale] += unpaid
            left -= unpaid
            if facts.from_slot[sale] == slot:
                rows.annulled[sale] += unpaid
                rows.owed[sale] -= unpaid
            else:
                bear(state, row, slot, unpaid, NO_PARENT, 0, 0)
        not_returned = facts.quantity[sale] - rows.returned[sale]
        skip = max(0, costed - not_returned)
        issue = rows.last_issue[sale] - 1
        while left > 0 and issue >= 0 and state.count[OVERFLOW] == 0:
            end = issues.b[issue] - skip
            skip = max(0, issues.a[issue] - end)
            if end > issues.a[issue]:
                units = min(left, end - issues.a[issue])
                bear(state, row, slot, units, signed(issues.layer[issue]), end - units, end)
                rows.returned[sale] += units
                left -= units
            issue = issues.before[issue]
    if left > 0:
        bear(state, row, slot, left, NO_PARENT, 0, 0)


@compiled_bare
def _is_issue(facts: Facts, sale: int, row: int) -> bool:
    """Did ``sale`` take units of the same item out of stock for good, so that a customer can give them back?"""
    kind = facts.kind[sale]
    if facts.from_slot[sale] < 0 or facts.to_slot[sale] >= 0 or kind == CONVERSION_IN or kind == INTERCOMPANY_SALE:
        return False
    return facts.slot_item[facts.from_slot[sale]] == facts.slot_item[facts.to_slot[row]]


@compiled_bare
def _take_over(facts: Facts, state: State, row: int) -> None:
    """Bought from a sister company: one layer per range of the seller's issue, in the order in which it was drawn."""
    rows, issues = state.rows, state.issues
    slot, left = signed(facts.to_slot[row]), facts.quantity[row]
    seller = signed(facts.of_row[row]) if len(facts.of_row) > 1 else -1
    if seller >= 0 and rows.applied[seller] == 1 and facts.kind[seller] == INTERCOMPANY_SALE:
        last = rows.last_issue[seller] - 1
        issue = last
        while issue > 0 and issues.row[issue - 1] == seller:
            issue -= 1
        skip = rows.returned[seller]
        while left > 0 and issue <= last and state.count[OVERFLOW] == 0:
            start = issues.a[issue] + skip
            skip = max(0, start - issues.b[issue])
            if start < issues.b[issue]:
                units = min(left, issues.b[issue] - start)
                bear(state, row, slot, units, signed(issues.layer[issue]), start, start + units)
                rows.returned[seller] += units
                left -= units
            issue += 1
    if left > 0:
        bear(state, row, slot, left, NO_PARENT, 0, 0)


@compiled_bare
def _convert(facts: Facts, state: State, event: int) -> None:
    """A conversion as a whole: all inputs are drawn, then all outputs are born, then debts are paid."""
    first, end = facts.event_start[event], facts.event_start[event + 1]
    for i in range(first, end):
        row = facts.event_rows[i]
        state.rows.applied[row] = 1
        if facts.from_slot[row] >= 0:
            draw(facts, state, row, signed(facts.from_slot[row]), facts.quantity[row])
    share = 0
    for i in range(first, end):
        row = facts.event_rows[i]
        if facts.to_slot[row] >= 0:
            bear(
                state,
                row,
                signed(facts.to_slot[row]),
                facts.quantity[row],
                CONVERTED - event,
                share,
                share + facts.share[row],
            )
            share += facts.share[row]
    for i in range(first, end):
        slot = signed(facts.to_slot[facts.event_rows[i]])
        if slot >= 0:
            _pay_debts(facts, state, slot)
