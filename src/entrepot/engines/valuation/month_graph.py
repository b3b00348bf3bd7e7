"""In which order the cells of one month settle: a cell after all cells that units came from this month."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from entrepot.engines.compiled import I8, I32, compiled
from entrepot.engines.valuation.draws import Draws
from entrepot.engines.valuation.layer_costs import Tree
from entrepot.engines.valuation.ledger_state import CONVERTED


class Edges(NamedTuple):
    """Units moved from local cell ``source`` to ``target`` by ``draw``, giving birth to ``layer``."""

    source: I32
    target: I32
    draw: I32
    layer: I32
    first: I32
    """edges into cell c: those at order[first[c]] … order[first[c + 1]]"""
    order: I32
    looping: I8
    """by cell: 1 once it was found to stand in a cycle"""


@compiled
def edges_of(
    tree: Tree, draws: Draws, l0: int, l1: int, d0: int, source: I32, home: I8, local: I32, cells: int
) -> Edges:
    """Movements between the cells of one month, conversions included; what came home moved nowhere."""
    layers = tree.layers
    size = 0
    for layer in range(l0, l1):
        if source[layer - l0] >= d0 and not home[layer - l0]:
            size += 1
        elif layers.parent[layer] <= CONVERTED:
            event = CONVERTED - layers.parent[layer]
            size += tree.event_start[event + 1] - tree.event_start[event]
    begin, end = np.empty(size, np.int32), np.empty(size, np.int32)
    draw_of, layer_of = np.empty(size, np.int32), np.empty(size, np.int32)
    found = 0
    for layer in range(l0, l1):
        target = local[layers.slot[layer]]
        if source[layer - l0] >= d0 and not home[layer - l0]:
            draw = source[layer - l0]
            begin[found], end[found], draw_of[found], layer_of[found] = local[draws.slot[draw]], target, draw, layer
            found += 1
        elif layers.parent[layer] <= CONVERTED:
            event = CONVERTED - layers.parent[layer]
            for i in range(tree.event_start[event], tree.event_start[event + 1]):
                issue = tree.last_issue[tree.event_rows[i]] - 1
                if issue >= 0:
                    draw = draws.of_issue[issue]
                    begin[found], end[found] = local[draws.slot[draw]], target
                    draw_of[found], layer_of[found] = draw, layer
                    found += 1
    first, order = np.zeros(cells + 1, np.int32), np.empty(found, np.int32)
    for e in range(found):
        first[end[e] + 1] += 1
    for cell in range(cells):
        first[cell + 1] += first[cell]
    filled = first.copy()
    for e in range(found):
        order[filled[end[e]]] = e
        filled[end[e]] += 1
    looping = np.zeros(cells, np.int8)
    return Edges(begin[:found], end[:found], draw_of[:found], layer_of[:found], first, order, looping)


@compiled
def next_to_settle(edges: Edges, state: I8) -> int:
    """Mark with 2 the cells that can settle now: one that waits for none, else a cycle that waits for none outside it.

    Returns how many were marked. State 1 = settled before.
    """
    cells = len(state)
    for cell in range(cells):
        if state[cell] == 0 and _waits_for_none(edges, state, cell):
            state[cell] = 2
            return 1
    # Every open cell waits: walk back from one until a cell that all its own ancestors come back to.
    best, fewest = -1, cells + 1
    for cell in range(cells):
        if state[cell] == 0:
            count = _ancestors(edges, state, cell).sum()
            if count < fewest:
                best, fewest = cell, count
    chosen = _ancestors(edges, state, best)
    marked = 0
    for cell in range(cells):
        if chosen[cell]:
            state[cell], edges.looping[cell] = 2, 1
            marked += 1
    return marked


@compiled
def _waits_for_none(edges: Edges, state: I8, cell: int) -> bool:
    for i in range(edges.first[cell], edges.first[cell + 1]):
        if state[edges.source[edges.order[i]]] != 1:
            return False
    return True


@compiled
def _ancestors(edges: Edges, state: I8, cell: int) -> I8:
    """Open cells that units reached ``cell`` from, over any number of moves; itself only through a cycle."""
    found = np.zeros(len(state), np.int8)
    pending = np.empty(len(state) + 1, np.int32)
    pending[0], waiting = cell, 1
    while waiting > 0:
        waiting -= 1
        here = pending[waiting]
        for i in range(edges.first[here], edges.first[here + 1]):
            origin = edges.source[edges.order[i]]
            if state[origin] == 0 and not found[origin]:
                found[origin] = 1
                pending[waiting] = origin
                waiting += 1
    return found
