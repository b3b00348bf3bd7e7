"""Month-end weighted average: one cost per item, cell and month.

A cell's pool of a month is what it opened with and all that came in; every draw of the month takes its stretch of the
pool's units, by cumulative rounding in the order of the log, and the rest is the closing stock. Cells settle in the
order in which units move between them. Inside a cycle of transfers the units that move within it go at the opening
average; where a cell opened empty, at the average of what came from outside the cycle, or else of what came before in
the log; a cell that is emptied so gives the rest of its value to the last transfer. Units that come back into the cell
they left, in the same month, never left: their draw is shortened.
Source: IAS 2.27 (weighted average "on a periodic basis").
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from entrepot.engines.compiled import I8, I32, I64, compiled
from entrepot.engines.valuation.draws import (
    CONVERSION_IN,
    Draws,
    Own,
    Pools,
    add_own,
    count_back,
    count_out,
    source_of,
    take_from_draw,
    take_from_event,
)
from entrepot.engines.valuation.layer_costs import Sums, Tree
from entrepot.engines.valuation.ledger_state import CONVERTED
from entrepot.engines.valuation.month_graph import Edges, edges_of, next_to_settle
from entrepot.engines.valuation.share import range_share


class Month(NamedTuple):
    """One group in one month: layers [l0, l1), draws [d0, d1) of the log, and the slots that they touch."""

    l0: int
    l1: int
    d0: int
    d1: int
    slots: I32
    """slot of each local cell, in the order in which the log meets them"""
    local: I32
    """by slot: its local cell"""
    source: I32
    """by layer − l0: draw of this month that it came from, or −1"""
    home: I8
    """by layer − l0: 1 when its units came back into the cell that they left this month"""
    kept: I64
    """by draw − d0: units that stay out of the cell"""
    worth: I64
    """by layer − l0: amounts that it brought in, missing units last"""
    known: I8
    """by layer − l0: 1 once worth is known"""
    priced: I8
    """by draw − d0: 1 once its amounts are known"""


@compiled
def month_end(
    tree: Tree,
    group: I64,
    month_of: I64,
    of_row: I32,
    own: Own,
    pools: Pools,
    left: Sums,
    standing: Sums,
    units: I64,
) -> None:
    """Price every draw month by month; ``month_of``: month number of each row's instant."""
    layers, draws = tree.layers, pools.draws
    local = np.full(len(units), -1, np.int32)
    l0, d0 = 0, 0
    while l0 < len(layers.n):
        row = layers.row[l0]
        month = month_of[layers.step[l0]]
        if d0 < len(draws.row) and draws.layers_before[d0] <= l0:
            row, month = draws.row[d0], month_of[draws.step[d0]]
        l1, d1 = l0, d0
        while l1 < len(layers.n) and group[layers.row[l1]] == group[row] and month_of[layers.step[l1]] == month:
            l1 += 1
        while d1 < len(draws.row) and group[draws.row[d1]] == group[row] and month_of[draws.step[d1]] == month:
            d1 += 1
        m = _open(tree, of_row, draws, local, l0, l1, d0, d1)
        _settle_all(tree, own, draws, left, standing, units, m)
        _keep(tree, pools, m)
        l0, d0 = l1, d1
    while d0 < len(draws.row):  # draws behind the last birth of all
        row = draws.row[d0]
        month, d1 = month_of[draws.step[d0]], d0
        while d1 < len(draws.row) and group[draws.row[d1]] == group[row] and month_of[draws.step[d1]] == month:
            d1 += 1
        m = _open(tree, of_row, draws, local, l0, l0, d0, d1)
        _settle_all(tree, own, draws, left, standing, units, m)
        d0 = d1


@compiled
def _keep(tree: Tree, pools: Pools, m: Month) -> None:
    for layer in range(m.l0, m.l1):
        pools.born[layer] = m.worth[layer - m.l0, :-1]
        pools.entered[layer] = 0 if m.home[layer - m.l0] else tree.layers.n[layer]


@compiled
def _open(tree: Tree, of_row: I32, draws: Draws, local: I32, l0: int, l1: int, d0: int, d1: int) -> Month:
    layers = tree.layers
    slots = np.empty(l1 - l0 + d1 - d0, np.int32)
    count, draw = 0, d0
    for layer in range(l0, l1 + 1):
        while draw < d1 and (layer == l1 or draws.layers_before[draw] <= layer):
            slot = draws.slot[draw]
            if local[slot] < 0 or local[slot] >= count or slots[local[slot]] != slot:
                local[slot], slots[count] = count, slot
                count += 1
            draw += 1
        if layer < l1:
            slot = layers.slot[layer]
            if local[slot] < 0 or local[slot] >= count or slots[local[slot]] != slot:
                local[slot], slots[count] = count, slot
                count += 1
    source, home = np.full(l1 - l0, -1, np.int32), np.zeros(l1 - l0, np.int8)
    kept = draws.units[d0:d1].copy()
    for layer in range(l0, l1):
        draw = source_of(tree, of_row, draws, layer)
        source[layer - l0] = draw
        if draw >= d0 and draws.slot[draw] == layers.slot[layer]:
            home[layer - l0] = 1
            kept[draw - d0] -= layers.n[layer]
    worth = np.zeros((l1 - l0, draws.amounts.shape[1]), np.int64)
    known, priced = np.zeros(l1 - l0, np.int8), np.zeros(d1 - d0, np.int8)
    return Month(l0, l1, d0, d1, slots[:count], local, source, home, kept, worth, known, priced)


@compiled
def _settle_all(tree: Tree, own: Own, draws: Draws, left: Sums, standing: Sums, units: I64, m: Month) -> None:
    edges = edges_of(tree, draws, m.l0, m.l1, m.d0, m.source, m.home, m.local, len(m.slots))
    state = np.zeros(len(m.slots), np.int8)  # 0 open, 1 settled, 2 in the cycle at hand
    remaining = len(m.slots)
    while remaining > 0:
        remaining -= next_to_settle(edges, state)
        cycle = False
        for cell in range(len(state)):
            cycle = cycle or (state[cell] == 2 and edges.looping[cell] == 1)
        if cycle:
            _move_in_cycle(tree, own, draws, left, standing, units, m, edges, state)
        for cell in range(len(state)):
            if state[cell] == 2:
                _settle(tree, own, draws, left, standing, units, m, cell)
                state[cell] = 1


@compiled
def _enter(tree: Tree, own: Own, draws: Draws, left: Sums, m: Month, layer: int) -> None:
    """What a layer brought into its cell, once where it came from is priced."""
    if m.known[layer - m.l0]:
        return
    m.known[layer - m.l0] = 1
    worth = m.worth[layer - m.l0]
    source = m.source[layer - m.l0]
    if m.home[layer - m.l0]:
        worth[:] = 0
    elif source >= m.d0:
        take_from_draw(draws, source, m.kept[source - m.d0], tree.layers.n[layer], worth)
    elif source >= 0:
        take_from_draw(draws, source, draws.units[source], tree.layers.n[layer], worth)
    elif tree.layers.parent[layer] <= CONVERTED:
        take_from_event(tree, draws, layer, worth)
    else:
        worth[-1] = tree.layers.n[layer]
    count_back(tree, left, layer, worth)
    add_own(tree, own, layer, worth)


@compiled
def _settle(tree: Tree, own: Own, draws: Draws, left: Sums, standing: Sums, units: I64, m: Month, cell: int) -> None:
    """Pool of the month = opening + what came in; draws take their stretches; the rest closes."""
    slot = m.slots[cell]
    width = draws.amounts.shape[1]
    for layer in range(m.l0, m.l1):
        if tree.layers.slot[layer] != slot:
            continue
        _enter(tree, own, draws, left, m, layer)
        _add(standing, slot, m.worth[layer - m.l0], 1)
        if not m.home[layer - m.l0]:
            units[slot] += tree.layers.n[layer]
    for draw in range(m.d0, m.d1):
        if draws.slot[draw] == slot and m.priced[draw - m.d0]:  # moved within a cycle
            _add(standing, slot, draws.amounts[draw], -1)
            units[slot] -= m.kept[draw - m.d0]
    total = np.empty(width, np.int64)
    _copy_pool(standing, slot, total)
    pool, start = units[slot], 0
    home = np.zeros(m.d1 - m.d0, np.int64)  # by draw: where on the pool's axis the units begin that came back home
    for draw in range(m.d0, m.d1):
        if draws.slot[draw] != slot:
            continue
        if not m.priced[draw - m.d0]:
            kept = m.kept[draw - m.d0]
            for c in range(width):
                draws.amounts[draw, c] = range_share(total[c], pool, start, start + kept) if kept > 0 else 0
            m.priced[draw - m.d0] = 1
            _add(standing, slot, draws.amounts[draw], -1)
            start += kept
            home[draw - m.d0] = start
        count_out(tree, draws, left, draw)
        draws.units[draw] = m.kept[draw - m.d0]
    units[slot] -= start
    for layer in range(m.l0, m.l1):
        if (
            tree.layers.slot[layer] == slot
            and m.home[layer - m.l0]
            and tree.to_slot[draws.row[m.source[layer - m.l0]]] < 0
        ):
            _cancel(tree, draws, left, m, layer, total, pool, home)


@compiled
def _cancel(tree: Tree, draws: Draws, left: Sums, m: Month, layer: int, total: I64, pool: I64, home: I64) -> None:
    """A sale whose units came home in the same month, and that return: both at the month's cost, the sum is 0."""
    draw, n = m.source[layer - m.l0] - m.d0, tree.layers.n[layer]
    sold, back = draws.row[draw + m.d0], tree.layers.row[layer]
    for c in range(len(total)):
        cost = range_share(total[c], pool, home[draw], home[draw] + n) if pool > 0 else 0
        if c < len(total) - 1:
            left.amounts[sold, c] += cost
            left.amounts[back, c] -= cost
        else:
            left.missing[sold] += cost
            left.missing[back] -= cost
    home[draw] += n


@compiled
def _copy_pool(standing: Sums, slot: int, total: I64) -> None:
    """Amounts of a pool by component, missing units last."""
    for c in range(len(total) - 1):
        total[c] = standing.amounts[slot, c]
    total[-1] = standing.missing[slot]


@compiled
def _add(standing: Sums, slot: int, worth: I64, sign: int) -> None:
    for c in range(len(worth) - 1):
        standing.amounts[slot, c] += sign * worth[c]
    standing.missing[slot] += sign * worth[-1]


@compiled
def _move_in_cycle(
    tree: Tree,
    own: Own,
    draws: Draws,
    left: Sums,
    standing: Sums,
    units: I64,
    m: Month,
    edges: Edges,
    state: I8,
) -> None:
    """Price the draws that move units within the cycle (cells in state 2), in the order of the log."""
    cells, width = len(m.slots), draws.amounts.shape[1]
    total, pool, start = np.zeros((cells, width), np.int64), np.zeros(cells, np.int64), np.zeros(cells, np.int64)
    fixed = np.zeros(cells, np.int8)
    within = np.zeros(m.d1 - m.d0, np.int8)
    inside = np.zeros(m.l1 - m.l0, np.int8)
    for e in range(len(edges.source)):
        if state[edges.source[e]] == 2 and state[edges.target[e]] == 2:
            within[edges.draw[e] - m.d0], inside[edges.layer[e] - m.l0] = 1, 1
    for cell in range(cells):
        if state[cell] == 2 and units[m.slots[cell]] > 0:
            fixed[cell], pool[cell] = 1, units[m.slots[cell]]
            _copy_pool(standing, m.slots[cell], total[cell])
    for layer in range(m.l0, m.l1):
        cell = m.local[tree.layers.slot[layer]]
        if state[cell] == 2 and not inside[layer - m.l0] and not m.home[layer - m.l0]:
            _enter(tree, own, draws, left, m, layer)
            if not fixed[cell]:
                pool[cell] += tree.layers.n[layer]
                total[cell] += m.worth[layer - m.l0]
    for cell in range(cells):
        if pool[cell] > 0:
            fixed[cell] = 1
    draw = m.d0
    for layer in range(m.l0, m.l1 + 1):
        while draw < m.d1 and (layer == m.l1 or draws.layers_before[draw] <= layer):
            if within[draw - m.d0] and _is_priced_now(tree, draws, draw):
                _price_within(draws, m, draw, m.kept[draw - m.d0], total, pool, start)
                m.priced[draw - m.d0] = 1
            draw += 1
        if layer == m.l1 or not inside[layer - m.l0]:
            continue
        source = m.source[layer - m.l0]
        if source >= 0 and not m.priced[source - m.d0]:  # a return out of a sale that is priced later
            _return_within(tree, own, draws, left, m, layer, total, pool, start)
        else:
            _enter(tree, own, draws, left, m, layer)
        cell = m.local[tree.layers.slot[layer]]
        if not fixed[cell]:
            pool[cell] += tree.layers.n[layer]
            total[cell] += m.worth[layer - m.l0]
    _leave_nothing_behind(tree, draws, standing, units, m, state)


@compiled
def _leave_nothing_behind(tree: Tree, draws: Draws, standing: Sums, units: I64, m: Month, state: I8) -> None:
    """A cell that its cycle emptied gives what is left of its value to the last transfer out of it."""
    width = draws.amounts.shape[1]
    rest = np.zeros(width, np.int64)
    for last in range(m.d0, m.d1):
        cell = m.local[draws.slot[last]]
        if state[cell] != 2 or not m.priced[last - m.d0] or tree.to_slot[draws.row[last]] < 0:
            continue
        slot, pool, is_last = m.slots[cell], units[m.slots[cell]], True
        _copy_pool(standing, slot, rest)
        for layer in range(m.l0, m.l1):
            if tree.layers.slot[layer] == slot:
                rest += m.worth[layer - m.l0]
                pool += 0 if m.home[layer - m.l0] else tree.layers.n[layer]
        for draw in range(m.d0, m.d1):
            if draws.slot[draw] == slot and m.priced[draw - m.d0]:
                rest -= draws.amounts[draw]
                pool -= m.kept[draw - m.d0]
                is_last = is_last and (draw <= last or tree.to_slot[draws.row[draw]] < 0)
        if pool > 0 or not is_last:
            continue
        for layer in range(m.l1 - 1, m.l0 - 1, -1):
            if m.source[layer - m.l0] == last and not m.home[layer - m.l0]:
                draws.amounts[last] += rest
                m.worth[layer - m.l0] += rest
                break


@compiled
def _is_priced_now(tree: Tree, draws: Draws, draw: int) -> bool:
    """Transfers and inputs of conversions go at the cycle's price; a sale whose units come back elsewhere does not."""
    row = draws.row[draw]
    return tree.to_slot[row] >= 0 or tree.kind[row] == CONVERSION_IN


@compiled
def _price_within(draws: Draws, m: Month, draw: int, units: int, total: I64, pool: I64, start: I64) -> None:
    cell = m.local[draws.slot[draw]]
    for c in range(total.shape[1]):
        if pool[cell] > 0:
            draws.amounts[draw, c] = range_share(total[cell, c], pool[cell], start[cell], start[cell] + units)
    start[cell] += units


@compiled
def _return_within(
    tree: Tree, own: Own, draws: Draws, left: Sums, m: Month, layer: int, total: I64, pool: I64, start: I64
) -> None:
    """Units given back into another cell of the cycle than they were sold from: at the cycle's price."""
    source, n = m.source[layer - m.l0], tree.layers.n[layer]
    cell = m.local[draws.slot[source]]
    worth = m.worth[layer - m.l0]
    for c in range(total.shape[1]):
        if pool[cell] > 0:
            worth[c] = range_share(total[cell, c], pool[cell], start[cell], start[cell] + n)
    start[cell] += n
    draws.back[source] += n
    m.known[layer - m.l0] = 1
    count_back(tree, left, layer, worth)
    add_own(tree, own, layer, worth)
