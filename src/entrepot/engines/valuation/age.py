"""How old units are: the instant at which their first ancestor was born, whatever moved or changed them since."""

from __future__ import annotations

from entrepot.engines.compiled import I32, I64, compiled
from entrepot.engines.valuation.ledger_state import CONVERTED, Allocation, Issues, Layers


def first_births(a: Allocation) -> I64:
    """By layer, µs: when its units first came in. A conversion's output is as old as the oldest part in it."""
    o = a.ordered
    return _first_births(a.layers, a.issues, a.rows.last_issue, o.moves.at, o.event_start, o.event_rows)


@compiled
def _first_births(layers: Layers, issues: Issues, last_issue: I32, at: I64, event_start: I64, event_rows: I64) -> I64:
    first = at[layers.step]
    for layer in range(len(layers.n)):
        parent = layers.parent[layer]
        if parent >= 0:
            first[layer] = first[parent]
        elif parent <= CONVERTED:
            event = CONVERTED - parent
            for i in range(event_start[event], event_start[event + 1]):
                issue = last_issue[event_rows[i]] - 1
                while issue >= 0:
                    first[layer] = min(first[layer], first[issues.layer[issue]])
                    issue = issues.before[issue]
    return first
