"""Money on the tree of layers: what each cost line comes to on every layer that it reaches, and what every issue cost.

Layers stand in order of birth, a parent always before its children, so one pass suffices. A layer's lines are those of
the ranges it came from, each by :func:`~entrepot.engines.valuation.share.range_share`, and those aimed at its birth.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from entrepot.core.kinds import Kind
from entrepot.engines.compiled import I8, I16, I32, I64, compiled
from entrepot.engines.valuation.aim import Aimed
from entrepot.engines.valuation.ledger_state import CONVERTED, Allocation, Issues, Layers
from entrepot.engines.valuation.model import GOODS
from entrepot.engines.valuation.share import cumulative, range_share

CONVERSION_IN = int(Kind.CONVERSION_IN)
INTERCOMPANY_RECEIPT = int(Kind.INTERCOMPANY_RECEIPT)
RETURN = int(Kind.RETURN)
COMPONENTS_AT_MOST = 64
"""A line may be of one component on some units and of another on others: the two are kept apart by line and component."""


class Entries(NamedTuple):
    """Lines of layer l: entries start[l] … start[l] + count[l]."""

    start: I64
    count: I32
    missing: I8
    """1 when the layer's goods cost is not known"""
    share: I32
    """which cost share: its line and component are line_of[share] and component_of[share]"""
    amount: I64
    """the line's whole amount on the layer"""
    line_of: I64
    component_of: I16


class Sums(NamedTuple):
    """By row: amount per component, and units whose cost is missing."""

    amounts: I64
    missing: I64


class Tree(NamedTuple):
    """What the kernels read of the allocation."""

    layers: Layers
    issues: Issues
    kind: I8
    to_slot: I32
    last_issue: I32
    event_start: I64
    event_rows: I64
    group_view: bool


def tree_of(a: Allocation, *, group: bool) -> Tree:
    """The kernels' view of the allocation; ``group`` makes intercompany receipts inherit the seller's cost."""
    o = a.ordered
    return Tree(a.layers, a.issues, o.moves.kind, o.to_slot, a.rows.last_issue, o.event_start, o.event_rows, group)


def entries_of(tree: Tree, aimed: Aimed, rows: int) -> tuple[Entries, Sums]:
    """Lines of every layer; and by row what returns brought back (negative)."""
    layers = len(tree.layers.n)
    sums = Sums(np.zeros((rows, len(aimed.components)), np.int64), np.zeros(rows, np.int64))
    size = _expected_lines(tree.layers, aimed.start) + 1024
    entries = Entries(
        np.zeros(layers, np.int64),
        np.zeros(layers, np.int32),
        np.zeros(layers, np.int8),
        np.zeros(size, np.int32),
        np.zeros(size, np.int64),
        aimed.line,
        aimed.component,
    )
    goods = int(np.searchsorted(aimed.components, GOODS)) if GOODS in aimed.components else -1
    layer = 0
    while True:
        layer = _fill(tree, aimed.start, aimed.amount, goods, entries, sums, layer)
        if layer >= layers:
            break
        size *= 2
        entries = entries._replace(share=np.resize(entries.share, size), amount=np.resize(entries.amount, size))
    used = int(entries.start[-1] + entries.count[-1]) if layers else 0
    return entries._replace(share=entries.share[:used], amount=entries.amount[:used]), sums


@compiled
def _expected_lines(layers: Layers, start: I32) -> int:
    """Lines of all layers; for conversion outputs, whose lines merge, no more than a guess."""
    count = np.zeros(len(layers.n), np.int32)
    total = 0
    for layer in range(len(layers.n)):
        row, parent = layers.row[layer], layers.parent[layer]
        count[layer] = start[row + 1] - start[row]
        if parent >= 0:
            count[layer] += count[parent]
        elif parent <= CONVERTED:
            count[layer] += 32
        total += count[layer]
    return total


@compiled
def _fill(tree: Tree, start: I32, amount: I64, goods: int, entries: Entries, sums: Sums, resume: int) -> int:
    """Write the lines of layers from ``resume`` on; returns the layer for which space ran out, or the end."""
    layers = tree.layers
    end = len(layers.n)
    place = 0
    if resume > 0:
        place = entries.start[resume - 1] + entries.count[resume - 1]
    for layer in range(resume, end):
        row = layers.row[layer]
        first, last = start[row], start[row + 1]
        parent = layers.parent[layer]
        kind = tree.kind[row]
        if kind == INTERCOMPANY_RECEIPT and not tree.group_view:
            parent = -1
        needed = last - first
        if parent >= 0:
            needed += entries.count[parent]
        elif parent <= CONVERTED:
            needed += _lines_consumed(tree, entries, CONVERTED - parent)
        if place + needed > len(entries.amount):
            return layer
        count, missing = 0, 1
        if parent >= 0:
            missing = entries.missing[parent]
            count = _inherit(entries, layers, layer, parent, place)
        elif parent <= CONVERTED:
            missing = 1 if _consumed_missing(tree, entries, CONVERTED - parent) else 0
            count = _inherit_event(tree, entries, layer, CONVERTED - parent, place)
        if kind == RETURN or (kind == INTERCOMPANY_RECEIPT and tree.group_view):
            for e in range(place, place + count):
                sums.amounts[row, entries.component_of[entries.share[e]]] -= entries.amount[e]
            if (missing and kind == RETURN) or (missing and parent >= 0):
                sums.missing[row] -= layers.n[layer]
        if last > first:
            units, before = _axis(layers, layer)
            inherited = count
            for c in range(first, last):
                own = (
                    amount[c]
                    if units == layers.n[layer]
                    else range_share(amount[c], units, before, before + layers.n[layer])
                )
                if entries.component_of[c] == goods:
                    missing = 0
                e = place
                while e < place + inherited and (
                    entries.line_of[entries.share[e]] != entries.line_of[c]
                    or entries.component_of[entries.share[e]] != entries.component_of[c]
                ):
                    e += 1
                if e < place + inherited:
                    entries.amount[e] += own
                else:
                    e = place + count
                    entries.share[e], entries.amount[e] = c, own
                    count += 1
        entries.start[layer], entries.count[layer], entries.missing[layer] = place, count, missing
        place += count
    return end


@compiled
def _axis(layers: Layers, layer: int) -> tuple[int, int]:
    """Units of all layers that the same movement bore, and of those before this one; they stand side by side."""
    row = layers.row[layer]
    before = 0
    i = layer - 1
    while i >= 0 and layers.row[i] == row:
        before += layers.n[i]
        i -= 1
    units = before
    i = layer
    while i < len(layers.n) and layers.row[i] == row:
        units += layers.n[i]
        i += 1
    return units, before


@compiled
def _inherit(entries: Entries, layers: Layers, layer: int, parent: int, place: int) -> int:
    n, a, b = layers.n[parent], layers.a[layer], layers.b[layer]
    source = entries.start[parent]
    count = entries.count[parent]
    for i in range(count):
        entries.share[place + i] = entries.share[source + i]
        entries.amount[place + i] = range_share(entries.amount[source + i], n, a, b)
    return count


@compiled
def _lines_consumed(tree: Tree, entries: Entries, event: int) -> int:
    total = 0
    for i in range(tree.event_start[event], tree.event_start[event + 1]):
        issue = tree.last_issue[tree.event_rows[i]] - 1
        while issue >= 0:
            total += entries.count[tree.issues.layer[issue]]
            issue = tree.issues.before[issue]
    return total


@compiled
def _consumed_missing(tree: Tree, entries: Entries, event: int) -> bool:
    """A half-known cost is not known: one input without cost makes the outputs missing."""
    for i in range(tree.event_start[event], tree.event_start[event + 1]):
        issue = tree.last_issue[tree.event_rows[i]] - 1
        while issue >= 0:
            if entries.missing[tree.issues.layer[issue]]:
                return True
            issue = tree.issues.before[issue]
    return False


@compiled
def _inherit_event(tree: Tree, entries: Entries, layer: int, event: int, place: int) -> int:
    """Per line and component, all that the event consumed; of it the output's stretch of the axis of shares."""
    size = _lines_consumed(tree, entries, event)
    share, line, amount = np.empty(size, np.int32), np.empty(size, np.int64), np.empty(size, np.int64)
    found = 0
    for i in range(tree.event_start[event], tree.event_start[event + 1]):
        issue = tree.last_issue[tree.event_rows[i]] - 1
        while issue >= 0:
            source = tree.issues.layer[issue]
            n, a, b = tree.layers.n[source], tree.issues.a[issue], tree.issues.b[issue]
            for e in range(entries.start[source], entries.start[source] + entries.count[source]):
                one_share = entries.share[e]
                share[found] = one_share
                line[found] = entries.line_of[one_share] * COMPONENTS_AT_MOST + entries.component_of[one_share]
                amount[found] = range_share(entries.amount[e], n, a, b)
                found += 1
            issue = tree.issues.before[issue]
    shares = _all_shares(tree, event, layer)
    order = np.argsort(line)
    count = 0
    for i in range(size):
        one = order[i]
        if i > 0 and line[one] == line[order[i - 1]]:
            entries.amount[place + count - 1] += amount[one]
        else:
            entries.share[place + count], entries.amount[place + count] = share[one], amount[one]
            count += 1
    for e in range(place, place + count):
        entries.amount[e] = range_share(entries.amount[e], shares, tree.layers.a[layer], tree.layers.b[layer])
    return count


@compiled
def _all_shares(tree: Tree, event: int, layer: int) -> int:
    """End of the axis of shares: the outputs of an event stand side by side."""
    i = layer
    while i + 1 < len(tree.layers.n) and tree.layers.parent[i + 1] == CONVERTED - event:
        i += 1
    return tree.layers.b[i]


@compiled
def add_issues(tree: Tree, entries: Entries, sums: Sums) -> None:
    """Add to each row that takes units out for good what its ranges cost."""
    issues, layers = tree.issues, tree.layers
    for issue in range(len(issues.a)):
        row = issues.row[issue]
        if tree.to_slot[row] >= 0 or tree.kind[row] == CONVERSION_IN:
            continue
        layer, a, b = issues.layer[issue], issues.a[issue], issues.b[issue]
        n = layers.n[layer]
        if entries.missing[layer]:
            sums.missing[row] += b - a
        for e in range(entries.start[layer], entries.start[layer] + entries.count[layer]):
            sums.amounts[row, entries.component_of[entries.share[e]]] += range_share(entries.amount[e], n, a, b)


@compiled
def add_aimed_at_issues(row: I32, component: I16, amount: I64, sums: Sums) -> None:
    """Add credits and claims to the movements that they are aimed at."""
    for i in range(len(row)):
        sums.amounts[row[i], component[i]] += amount[i]


@compiled
def on_hand(layers: Layers, entries: Entries, sums: Sums) -> None:
    """By slot: what the units still there cost."""
    for layer in range(len(layers.n)):
        drawn, n = layers.drawn[layer], layers.n[layer]
        if drawn == n:
            continue
        slot = layers.slot[layer]
        if entries.missing[layer]:
            sums.missing[slot] += n - drawn
        for e in range(entries.start[layer], entries.start[layer] + entries.count[layer]):
            total = entries.amount[e]
            sums.amounts[slot, entries.component_of[entries.share[e]]] += total - cumulative(total, n, drawn)


@compiled
def lines_on_hand(layers: Layers, entries: Entries) -> tuple[I64, I64, I64]:
    """Layer, entry and amount of every line of every layer that still has units: what those units cost."""
    size = 0
    for layer in range(len(layers.n)):
        if layers.drawn[layer] < layers.n[layer]:
            size += entries.count[layer]
    of_layer, of_entry, amount = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    found = 0
    for layer in range(len(layers.n)):
        drawn, n = layers.drawn[layer], layers.n[layer]
        if drawn == n:
            continue
        for e in range(entries.start[layer], entries.start[layer] + entries.count[layer]):
            of_layer[found], of_entry[found] = layer, e
            amount[found] = entries.amount[e] - cumulative(entries.amount[e], n, drawn)
            found += 1
    return of_layer, of_entry, amount
