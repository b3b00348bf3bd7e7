"""What the average methods share: the fold's log as draws from pools, and where each layer's units came from.

Who took how many units when, what waits and what is owed is the same under every method: the fold knows. Under an
average a cell holds one pool instead of layers, so consecutive issues of one movement are one draw from the pool.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from entrepot.core.kinds import Kind
from entrepot.engines.compiled import I16, I32, I64, compiled
from entrepot.engines.valuation.aim import Aimed
from entrepot.engines.valuation.layer_costs import Sums, Tree
from entrepot.engines.valuation.ledger_state import CONVERTED
from entrepot.engines.valuation.model import GOODS
from entrepot.engines.valuation.share import range_share

RETURN = int(Kind.RETURN)
INTERCOMPANY_RECEIPT = int(Kind.INTERCOMPANY_RECEIPT)
CONVERSION_IN = int(Kind.CONVERSION_IN)


class Draws(NamedTuple):
    """One entry a draw, in the order of the log: so many units out of the pool of a slot."""

    row: I32
    slot: I32
    units: I64
    layers_before: I32
    """layers born before it: places draws and births in one order"""
    step: I32
    of_issue: I32
    """draw of each issue"""
    amounts: I64
    """by draw and component, once priced; the last column counts units whose cost is missing"""
    back: I64
    """units of the draw that were given back or taken over so far, from its end"""


class Pools(NamedTuple):
    """What an average method keeps of its way through the log."""

    draws: Draws
    born: I64
    """by layer and component: what it brought into its pool"""
    entered: I64
    """by layer: units that it brought in; 0 where they came back into the cell that they left in the same month"""


class Own(NamedTuple):
    """Cost shares aimed at births, by row."""

    start: I32
    component: I16
    amount: I64
    goods: int


def own_of(aimed: Aimed) -> Own:
    """The kernels' view of the shares aimed at births."""
    goods = int(np.searchsorted(aimed.components, GOODS)) if GOODS in aimed.components else -1
    return Own(aimed.start, aimed.component, aimed.amount, goods)


def draws_of(tree: Tree, width: int) -> Draws:
    """Issues → draws, not priced yet; ``width`` components."""
    of_issue, count = _number(tree)
    draws = Draws(
        np.zeros(count, np.int32),
        np.zeros(count, np.int32),
        np.zeros(count, np.int64),
        np.zeros(count, np.int32),
        np.zeros(count, np.int32),
        of_issue,
        np.zeros((count, width + 1), np.int64),
        np.zeros(count, np.int64),
    )
    _describe(tree, draws)
    return draws


@compiled
def _number(tree: Tree) -> tuple[I32, int]:
    """Consecutive issues of one movement, with no birth between, are one draw."""
    issues, layers = tree.issues, tree.layers
    of_issue = np.empty(len(issues.a), np.int32)
    draw, layer = -1, 0
    for issue in range(len(issues.a)):
        between = False
        while layer < len(layers.n) and layers.issues_before[layer] <= issue:
            between = True
            layer += 1
        if issue == 0 or between or issues.row[issue] != issues.row[issue - 1]:
            draw += 1
        of_issue[issue] = draw
    return of_issue, draw + 1


@compiled
def _describe(tree: Tree, draws: Draws) -> None:
    issues, layers = tree.issues, tree.layers
    layer = 0
    for issue in range(len(issues.a)):
        while layer < len(layers.n) and layers.issues_before[layer] <= issue:
            layer += 1
        draw, row = draws.of_issue[issue], issues.row[issue]
        draws.row[draw], draws.slot[draw], draws.layers_before[draw] = row, layers.slot[issues.layer[issue]], layer
        draws.units[draw] += issues.b[issue] - issues.a[issue]
        # A draw after its own place in the order was set off by an arrival, the last birth before it.
        draws.step[draw] = max(row, layers.step[layer - 1]) if layer > 0 else row


@compiled
def source_of(tree: Tree, of_row: I32, draws: Draws, layer: int) -> int:
    """Draw from which the layer's units came, −1 when there is none (or a conversion: many)."""
    layers, issues = tree.layers, tree.issues
    row, parent = layers.row[layer], layers.parent[layer]
    kind = tree.kind[row]
    if parent < 0 or (kind == INTERCOMPANY_RECEIPT and not tree.group_view):
        return -1
    giver = of_row[row] if kind == RETURN or kind == INTERCOMPANY_RECEIPT else row
    issue = tree.last_issue[giver] - 1
    while issue >= 0:
        if issues.layer[issue] == parent and issues.a[issue] <= layers.a[layer] < issues.b[issue]:
            return draws.of_issue[issue]
        issue = issues.before[issue]
    return -1


@compiled
def take_from_draw(draws: Draws, draw: int, kept: int, units: int, worth: I64) -> None:
    """Add to ``worth`` what the last ``units`` not taken yet of a draw's ``kept`` units cost."""
    end = kept - draws.back[draw]
    draws.back[draw] += units
    for c in range(draws.amounts.shape[1]):
        worth[c] += range_share(draws.amounts[draw, c], kept, end - units, end)


@compiled
def take_from_event(tree: Tree, draws: Draws, layer: int, worth: I64) -> None:
    """Add to ``worth`` a conversion output's share of all that its event consumed."""
    layers = tree.layers
    event = CONVERTED - layers.parent[layer]
    total = np.zeros(len(worth), np.int64)
    for i in range(tree.event_start[event], tree.event_start[event + 1]):
        issue = tree.last_issue[tree.event_rows[i]] - 1
        if issue >= 0:
            total += draws.amounts[draws.of_issue[issue]]
    last = layer
    while last + 1 < len(layers.n) and layers.parent[last + 1] == layers.parent[layer]:
        last += 1
    for c in range(len(worth) - 1):
        worth[c] += range_share(total[c], layers.b[last], layers.a[layer], layers.b[layer])
    if total[-1] > 0:
        worth[-1] += layers.n[layer]


@compiled
def add_own(tree: Tree, own: Own, layer: int, worth: I64) -> None:
    """Add the cost lines aimed at the layer's birth; a goods line makes its cost known."""
    layers = tree.layers
    row, n = layers.row[layer], layers.n[layer]
    first, last = own.start[row], own.start[row + 1]
    if first == last:
        return
    before, units = 0, 0
    i = layer - 1
    while i >= 0 and layers.row[i] == row:
        before += layers.n[i]
        i -= 1
    units = before
    i = layer
    while i < len(layers.n) and layers.row[i] == row:
        units += layers.n[i]
        i += 1
    for share in range(first, last):
        worth[own.component[share]] += range_share(own.amount[share], units, before, before + n)
        if own.component[share] == own.goods:
            worth[-1] = 0


@compiled
def count_back(tree: Tree, sums: Sums, layer: int, worth: I64) -> None:
    """What a return brought back leaves the cost of what is gone."""
    row = tree.layers.row[layer]
    kind = tree.kind[row]
    if kind == RETURN or (kind == INTERCOMPANY_RECEIPT and tree.group_view and tree.layers.parent[layer] >= 0):
        for c in range(len(worth) - 1):
            sums.amounts[row, c] -= worth[c]
        sums.missing[row] -= worth[-1]


@compiled
def count_out(tree: Tree, draws: Draws, sums: Sums, draw: int) -> None:
    """What a draw took out for good, once priced."""
    row = draws.row[draw]
    if tree.to_slot[row] >= 0 or tree.kind[row] == CONVERSION_IN:
        return
    for c in range(draws.amounts.shape[1] - 1):
        sums.amounts[row, c] += draws.amounts[draw, c]
    sums.missing[row] += draws.amounts[draw, -1]
