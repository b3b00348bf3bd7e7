"""Out of which lot units went: the first birth that their layers go back to, whatever moved them since.

A lot is the birth of units from outside: a receipt, an opening, a customer's return without its sale; what a conversion made is a
lot of its own. The ranges of an issue carry their part of every line of their layer, so the lots of a movement sum to what left.
Under the average methods a lot has units and no cost of its own: its units cost what the pool says.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from entrepot.engines.compiled import I32, I64, compiled
from entrepot.engines.valuation.flows import expanded, range_amounts
from entrepot.engines.valuation.result import Valuation

_COSTS = {"movement": pl.Int64, "lot": pl.Int64, "component": pl.Int64, "amount": pl.Int64}


class LotDraws(NamedTuple):
    """``units``: movement, lot (its birth movement), units, missing (units whose goods cost is not known), one row a lot of a
    movement. ``costs``: movement, lot, component, amount (minor units); empty under the average methods."""

    units: pl.DataFrame
    costs: pl.DataFrame


def lot_draws(valuation: Valuation, movements: pl.Series) -> LotDraws:
    """The lots that ``movements`` took units of."""
    a = valuation.allocation
    chosen = np.isin(a.ordered.moves.movement[a.issues.row], movements.to_numpy())
    place = np.flatnonzero(chosen)
    root = _roots(a.layers.parent)
    of_layer = a.issues.layer[place]
    lot = a.ordered.moves.movement[a.layers.row[root[of_layer]]]
    movement = a.ordered.moves.movement[a.issues.row[place]]
    taken = (a.issues.b[place] - a.issues.a[place]).astype(np.int64)
    unknown = taken * 0 if valuation.entries is None else taken * valuation.entries.missing[of_layer].astype(np.int64)
    units = (
        pl.DataFrame({"movement": movement, "lot": lot, "units": taken, "missing": unknown})
        .group_by("movement", "lot", maintain_order=True)
        .agg(pl.col("units").sum(), pl.col("missing").sum())
    )
    if valuation.entries is None:
        return LotDraws(units, pl.DataFrame(schema=_COSTS))
    entries = valuation.entries
    count = entries.count[of_layer].astype(np.int64)
    position = np.repeat(np.arange(len(place)), count)
    entry = expanded(entries.start[of_layer], count)
    costs = pl.DataFrame(
        {
            "movement": movement[position],
            "lot": lot[position],
            "component": valuation.aimed.components[entries.component_of[entries.share[entry]]].astype(np.int64),
            "amount": range_amounts(a.layers, a.issues, entries, place[position], entry),
        },
        schema=_COSTS,
    )
    summed = costs.group_by("movement", "lot", "component", maintain_order=True).agg(pl.col("amount").sum())
    return LotDraws(units, summed)


@compiled
def _roots(parent: I32) -> I64:
    """By layer: the layer without a single parent that it goes back to; parents stand before their children."""
    root = np.empty(len(parent), np.int64)
    for layer in range(len(parent)):
        root[layer] = root[parent[layer]] if parent[layer] >= 0 else layer
    return root
