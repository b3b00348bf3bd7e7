"""Moving average: the pool of (item, cell) takes the layer's place.

A draw of u out of U units takes R(A·u/U) of each component's amount A, the last draw what remains, so nothing is lost.
A bill enters the pool at the time of the birth that it is aimed at. A return brings back what its sale's draw cost.
Source: IAS 2.27 (weighted average "as each additional shipment is received").
"""

from __future__ import annotations

import numpy as np

from entrepot.engines.compiled import I32, I64, compiled
from entrepot.engines.valuation.draws import (
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
from entrepot.engines.valuation.share import cumulative


@compiled
def moving_average(tree: Tree, of_row: I32, own: Own, pools: Pools, left: Sums, standing: Sums, units: I64) -> None:
    """Price every draw; fill ``pools``, ``left`` by row and ``standing`` by slot. ``units`` by slot starts at 0."""
    draws = pools.draws
    layers = tree.layers
    draw = 0
    worth = np.zeros(draws.amounts.shape[1], np.int64)
    for layer in range(len(layers.n) + 1):
        while draw < len(draws.row) and (layer == len(layers.n) or draws.layers_before[draw] <= layer):
            _draw(draws, draw, standing, units)
            count_out(tree, draws, left, draw)
            draw += 1
        if layer == len(layers.n):
            break
        worth[:] = 0
        source = source_of(tree, of_row, draws, layer)
        if source >= 0:
            take_from_draw(draws, source, draws.units[source], layers.n[layer], worth)
        elif layers.parent[layer] <= CONVERTED:
            take_from_event(tree, draws, layer, worth)
        else:
            worth[-1] = layers.n[layer]
        count_back(tree, left, layer, worth)
        add_own(tree, own, layer, worth)
        slot = layers.slot[layer]
        units[slot] += layers.n[layer]
        pools.entered[layer] = layers.n[layer]
        pools.born[layer] = worth[:-1]
        for c in range(len(worth) - 1):
            standing.amounts[slot, c] += worth[c]
        standing.missing[slot] += worth[-1]


@compiled
def _draw(draws: Draws, draw: int, standing: Sums, units: I64) -> None:
    slot, wanted = draws.slot[draw], draws.units[draw]
    for c in range(draws.amounts.shape[1] - 1):
        draws.amounts[draw, c] = cumulative(standing.amounts[slot, c], units[slot], wanted)
        standing.amounts[slot, c] -= draws.amounts[draw, c]
    draws.amounts[draw, -1] = cumulative(standing.missing[slot], units[slot], wanted)
    standing.missing[slot] -= draws.amounts[draw, -1]
    units[slot] -= wanted
