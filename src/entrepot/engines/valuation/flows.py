"""What came into and went out of every cell: the roll-forward behind opening and closing stock, movement by movement.

Every unit and every cent on hand came in by a birth and goes out by an issue, under every method. So the sums of the flows
of an (item, cell) are its stock: opening + in − out = closing holds layer by layer, and not by a difference taken at the end.

A flow stands at the instant at which it took effect: units sold ahead of stock leave when the arrival that pays them comes,
because only then did they have a layer to leave. Under the month-end average a sale that came back into its own cell
in the same month never left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.core.calendar import Instant
from entrepot.engines.compiled import I64, compiled
from entrepot.engines.valuation.draws import Draws
from entrepot.engines.valuation.layer_costs import Entries
from entrepot.engines.valuation.ledger_state import Allocation, Issues, Layers
from entrepot.engines.valuation.result import Valuation
from entrepot.engines.valuation.share import range_share


class Flows(NamedTuple):
    """Signed flows; in is positive.

    ``units``: movement, item, cell, at, units. ``costs``: movement, item, cell, at, component, amount (base-currency minor
    units); several rows of one movement and component may stand side by side.
    """

    units: pl.DataFrame
    costs: pl.DataFrame


class _Moved(NamedTuple):
    """Births and issues as rows: which movement, which slot, the instant of effect, signed units."""

    row: I64
    slot: I64
    at: I64
    units: I64


def cell_flows(valuation: Valuation, starts: Instant, ends: Instant) -> Flows:
    """Flows of every cell that took effect in [``starts``, ``ends``), µs."""
    a = valuation.allocation
    births, outs = _births(a), _issues(a)
    inside = [(part.at >= starts) & (part.at < ends) for part in (births, outs)]
    if valuation.pools is None:
        entries = valuation.layered()
        costs = [
            _entries_in(valuation, entries, births, inside[0]),
            _ranges_out(valuation, entries, outs, inside[1]),
        ]
    else:
        draws = valuation.pools.draws
        births = births._replace(units=valuation.pools.entered)
        outs = _draws(a, draws)
        inside[1] = (outs.at >= starts) & (outs.at < ends)
        costs = [
            _pooled(valuation, births, inside[0], valuation.pools.born),
            _pooled(valuation, outs, inside[1], -draws.amounts[:, :-1]),
        ]
    units = [_frame(a, part, chosen) for part, chosen in zip((births, outs), inside, strict=True)]
    return Flows(pl.concat(units).filter(pl.col("units") != 0), pl.concat(costs))


def _births(a: Allocation) -> _Moved:
    layers = a.layers
    at = a.ordered.moves.at[layers.step]
    return _Moved(layers.row.astype(np.int64), layers.slot.astype(np.int64), at, layers.n.astype(np.int64))


def _issues(a: Allocation) -> _Moved:
    issues, layers = a.issues, a.layers
    before = np.searchsorted(layers.issues_before, np.arange(len(issues.row)), side="right")
    step = issues.row.astype(np.int64)
    born = before > 0
    step[born] = np.maximum(step[born], layers.step[before[born] - 1])
    units = (issues.a - issues.b).astype(np.int64)
    return _Moved(
        issues.row.astype(np.int64), layers.slot[issues.layer].astype(np.int64), a.ordered.moves.at[step], units
    )


def _draws(a: Allocation, draws: Draws) -> _Moved:
    at = a.ordered.moves.at[draws.step]
    return _Moved(draws.row.astype(np.int64), draws.slot.astype(np.int64), at, -draws.units)


def _frame(a: Allocation, part: _Moved, chosen: NDArray[np.bool_]) -> pl.DataFrame:
    o = a.ordered
    row, slot = part.row[chosen], part.slot[chosen]
    return pl.DataFrame(
        {
            "movement": o.moves.movement[row],
            "item": o.slot_item[slot],
            "cell": o.slot_cell[slot],
            "at": part.at[chosen],
            "units": part.units[chosen],
        }
    )


def _costs(valuation: Valuation, part: _Moved, of: I64, component: NDArray[np.int16], amount: I64) -> pl.DataFrame:
    o = valuation.allocation.ordered
    return pl.DataFrame(
        {
            "movement": o.moves.movement[part.row[of]],
            "item": o.slot_item[part.slot[of]],
            "cell": o.slot_cell[part.slot[of]],
            "at": part.at[of],
            "component": component,
            "amount": amount,
        }
    )


def _pooled(valuation: Valuation, part: _Moved, chosen: NDArray[np.bool_], amounts: I64) -> pl.DataFrame:
    place = np.flatnonzero(chosen)
    row, column = np.nonzero(amounts[place])
    return _costs(valuation, part, place[row], valuation.aimed.components[column], amounts[place[row], column])


def _entries_in(valuation: Valuation, entries: Entries, part: _Moved, chosen: NDArray[np.bool_]) -> pl.DataFrame:
    place = np.flatnonzero(chosen)
    of, entry = _stretch(place, entries)
    component = valuation.aimed.components[entries.component_of[entries.share[entry]]]
    return _costs(valuation, part, of, component, entries.amount[entry])


def _ranges_out(valuation: Valuation, entries: Entries, part: _Moved, chosen: NDArray[np.bool_]) -> pl.DataFrame:
    a = valuation.allocation
    place = np.flatnonzero(chosen)
    of_layer = a.issues.layer[place]
    count = entries.count[of_layer].astype(np.int64)
    position = np.repeat(np.arange(len(place)), count)
    entry = expanded(entries.start[of_layer], count)
    amount = range_amounts(a.layers, a.issues, entries, place[position], entry)
    component = valuation.aimed.components[entries.component_of[entries.share[entry]]]
    return _costs(valuation, part, place[position], component, -amount)


def _stretch(place: NDArray[np.intp], entries: Entries) -> tuple[I64, I64]:
    count = entries.count[place].astype(np.int64)
    return np.repeat(place, count).astype(np.int64), expanded(entries.start[place], count)


def expanded(start: I64, count: I64) -> I64:
    """start[i], start[i] + 1, … count[i] numbers for every i."""
    begins = np.repeat(start - np.r_[0, np.cumsum(count)[:-1]] if len(count) else start, count)
    return begins + np.arange(int(count.sum()))


@compiled
def range_amounts(layers: Layers, issues: Issues, entries: Entries, issue: I64, entry: I64) -> I64:
    """What issue i carries of entry i."""
    amount = np.empty(len(issue), np.int64)
    for i in range(len(issue)):
        one = issue[i]
        amount[i] = range_share(entries.amount[entry[i]], layers.n[issues.layer[one]], issues.a[one], issues.b[one])
    return amount
