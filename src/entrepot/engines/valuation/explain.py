"""Why this figure? A cost taken apart into layers, ranges and cost lines, whose amounts sum to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrepot.core.kinds import Kind
from entrepot.engines.valuation.aim import Aimed
from entrepot.engines.valuation.layer_costs import Entries
from entrepot.engines.valuation.ledger_state import Allocation
from entrepot.engines.valuation.model import I64
from entrepot.engines.valuation.share import range_share


@dataclass(frozen=True)
class ExplainedLine:
    """``amount`` = what cost line ``line``, carrying ``total`` on a layer of ``n`` units, puts on its units [a, b).

    layer and movement (the layer's birth) are None for a line aimed at the movement itself, and for a pool; line is
    None for a pool, where lines have melted into components.
    """

    layer: int | None
    movement: int | None
    n: int | None
    a: int | None
    b: int | None
    line: int | None
    component: int
    total: int
    amount: int


def explain_row(a: Allocation, aimed: Aimed, entries: Entries, row: int, *, reverses: bool) -> list[ExplainedLine]:
    """Lines of one movement; ``reverses``: layers that it bore are counted back from where they came."""
    kind, o = a.ordered.moves.kind[row], a.ordered
    lines: list[ExplainedLine] = []
    if o.from_slot[row] >= 0 and o.to_slot[row] < 0 and kind != Kind.CONVERSION_IN:
        ranges: list[tuple[int, int, int]] = []
        issue = int(a.rows.last_issue[row]) - 1
        while issue >= 0:
            ranges.append((int(a.issues.layer[issue]), int(a.issues.a[issue]), int(a.issues.b[issue])))
            issue = int(a.issues.before[issue])
        for layer, start, end in reversed(ranges):
            lines += _range(a, aimed, entries, layer, start, end, 1)
    elif reverses and kind in (Kind.RETURN, Kind.INTERCOMPANY_RECEIPT):
        for layer in np.flatnonzero(a.layers.row == row):
            parent = int(a.layers.parent[layer])
            if parent >= 0:
                lines += _range(a, aimed, entries, parent, int(a.layers.a[layer]), int(a.layers.b[layer]), -1)
    for i in np.flatnonzero(aimed.issue_row == row):
        amount = int(aimed.issue_amount[i])
        component = int(aimed.components[aimed.issue_component[i]])
        lines.append(ExplainedLine(None, None, None, None, None, int(aimed.issue_line[i]), component, amount, amount))
    return lines


def explain_slot(a: Allocation, aimed: Aimed, entries: Entries, slot: int) -> list[ExplainedLine]:
    """Lines of what stands in one slot, oldest layer first."""
    layers = a.layers
    lines: list[ExplainedLine] = []
    for layer in np.flatnonzero((layers.slot == slot) & (layers.drawn < layers.n)):
        lines += _range(a, aimed, entries, int(layer), int(layers.drawn[layer]), int(layers.n[layer]), 1)
    return lines


def explain_pool(aimed: Aimed, amounts: I64) -> list[ExplainedLine]:
    """Under an average method: one line per component."""
    return [
        ExplainedLine(None, None, None, None, None, None, int(component), int(amount), int(amount))
        for component, amount in zip(aimed.components, amounts, strict=True)
        if amount
    ]


def _range(
    a: Allocation, aimed: Aimed, entries: Entries, layer: int, start: int, end: int, sign: int
) -> list[ExplainedLine]:
    n, first = int(a.layers.n[layer]), int(entries.start[layer])
    birth = int(a.ordered.moves.movement[a.layers.row[layer]])
    lines: list[ExplainedLine] = []
    for e in range(first, first + int(entries.count[layer])):
        total = int(entries.amount[e])
        amount = sign * int(range_share(total, n, start, end))
        share = entries.share[e]
        line, component = int(entries.line_of[share]), int(aimed.components[entries.component_of[share]])
        lines.append(ExplainedLine(layer, birth, n, start, end, line, component, total, amount))
    return lines
