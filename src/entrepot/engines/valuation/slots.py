"""One slot: layers come in at the young end, units go out at the old end, or of a named lot."""

from __future__ import annotations

from entrepot.core.kinds import Kind
from entrepot.engines.compiled import I32, I64, compiled_bare, signed
from entrepot.engines.valuation.ledger_state import CONVERTED, ISSUES, LAYERS, OVERFLOW, SEARCH, STEP, Facts, State

SUPPLIER_RETURN = int(Kind.SUPPLIER_RETURN)


@compiled_bare
def draw(facts: Facts, state: State, row: int, slot: int, wanted: int) -> int:
    """Take up to ``wanted`` units out of a slot: the named lot's first, then the oldest. Returns the units taken."""
    left = wanted
    lot = signed(facts.lot_row[row]) if len(facts.lot_row) > 1 else -1
    if lot < 0 and facts.kind[row] == SUPPLIER_RETURN and len(facts.of_row) > 1:
        lot = signed(facts.of_row[row])
    head, after, layers = state.slots.head, state.layers.after, state.layers
    if lot >= 0:
        before, layer = -1, signed(head[slot])
        while layer >= 0 and left > 0 and state.count[OVERFLOW] == 0:
            following = signed(after[layer])
            if _descends(facts, state, layer, lot):
                left -= _take(state, row, slot, layer, left)
                if layers.drawn[layer] == layers.n[layer]:
                    if before < 0:
                        head[slot] = following
                    else:
                        after[before] = following
                    if state.slots.tail[slot] == layer:
                        state.slots.tail[slot] = before
                else:
                    before = layer
            else:
                before = layer
            layer = following
    while left > 0 and head[slot] >= 0 and state.count[OVERFLOW] == 0:
        layer = signed(head[slot])
        left -= _take(state, row, slot, layer, left)
        if layers.drawn[layer] == layers.n[layer]:
            head[slot] = after[layer]
    return wanted - left


@compiled_bare
def _take(state: State, row: int, slot: int, layer: int, wanted: int) -> int:
    """One issue out of one layer."""
    layers, issues, count = state.layers, state.issues, state.count
    issue = count[ISSUES]
    if issue >= len(issues.a):
        count[OVERFLOW] = 1
        return 0
    count[ISSUES] = issue + 1
    start = layers.drawn[layer]
    units = min(wanted, layers.n[layer] - start)
    issues.row[issue], issues.layer[issue] = row, layer
    issues.a[issue], issues.b[issue] = start, start + units
    issues.before[issue] = state.rows.last_issue[row] - 1
    state.rows.last_issue[row] = issue + 1
    layers.drawn[layer] = start + units
    state.slots.stock[slot] -= units
    return units


@compiled_bare
def _descends(facts: Facts, state: State, layer: int, lot: int) -> bool:
    """Was the layer, or any layer that its units came from, born by movement ``lot``?"""
    parent, row = state.layers.parent, state.layers.row
    while layer >= 0:
        if row[layer] == lot:
            return True
        if parent[layer] <= CONVERTED:
            break
        layer = parent[layer]
    if layer < 0:
        return False
    # Several parents from here on: walk them with a list threaded through the layers, each visited once.
    state.count[SEARCH] += 1
    search, seen, pending = state.count[SEARCH], state.layers.seen, state.layers.pending
    seen[layer], pending[layer] = search, -1
    top = layer
    while top >= 0:
        layer = top
        top = pending[layer]
        if row[layer] == lot:
            return True
        if parent[layer] >= 0:
            top = _visit(seen, pending, search, parent[layer], top)
        elif parent[layer] <= CONVERTED:
            event = CONVERTED - parent[layer]
            for i in range(facts.event_start[event], facts.event_start[event + 1]):
                issue = state.rows.last_issue[facts.event_rows[i]] - 1
                while issue >= 0:
                    top = _visit(seen, pending, search, state.issues.layer[issue], top)
                    issue = state.issues.before[issue]
    return False


@compiled_bare
def _visit(seen: I64, pending: I32, search: int, layer: int, top: int) -> int:
    """Put a layer not seen yet on top of the pending ones; returns the new top."""
    if seen[layer] == search:
        return top
    seen[layer], pending[layer] = search, top
    return layer


@compiled_bare
def bear(state: State, row: int, slot: int, units: int, parent: int, a: int, b: int) -> None:
    """A layer of ``units`` is born at the young end of a slot."""
    layers, slots, count = state.layers, state.slots, state.count
    layer = count[LAYERS]
    if layer >= len(layers.n):
        count[OVERFLOW] = 1
        return
    count[LAYERS] = layer + 1
    layers.row[layer], layers.slot[layer], layers.n[layer], layers.drawn[layer] = row, slot, units, 0
    layers.parent[layer], layers.a[layer], layers.b[layer] = parent, a, b
    layers.after[layer], layers.step[layer], layers.issues_before[layer] = -1, count[STEP], count[ISSUES]
    if slots.head[slot] < 0:
        slots.head[slot] = layer
    else:
        layers.after[slots.tail[slot]] = layer
    slots.tail[slot] = layer
    slots.stock[slot] += units
