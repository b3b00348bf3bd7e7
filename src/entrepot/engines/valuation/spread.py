"""Place- and company-period costs (storage, software) over the unit-days of what was there. Full view only.

A range of units was present from the birth of its layer until the instant of its issue, or still is. A line shares by
units × seconds present in its cells between its two instants, optionally × a weight per unit of the item (volume, say),
by largest remainder; what was there for no time at all gets nothing, and a line without any basis stays unallocated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.core.money import split_largest_remainder
from entrepot.engines.compiled import I64, compiled
from entrepot.engines.valuation.layer_costs import Tree, tree_of
from entrepot.engines.valuation.result import Valuation
from entrepot.engines.valuation.split import split_lines

SECOND = 1_000_000


@dataclass(frozen=True)
class PeriodLine:
    """``amount`` minor units for the time [start, end), µs, in ``cells`` (None: wherever the company's units stand)."""

    line: int
    component: int
    amount: int
    start: int
    end: int
    cells: tuple[int, ...] | None = None


@dataclass(frozen=True)
class PeriodSpread:
    """``shares``: line, component, layer, movement (null = still on hand), units, unit_seconds, amount; in the order of
    layers, issues before what remains. ``unallocated``: line, component, amount of the lines that nothing was there
    for."""

    shares: pl.DataFrame
    unallocated: pl.DataFrame


def spread_period(
    valuation: Valuation, lines: Sequence[PeriodLine], *, weights: Mapping[int, int] | None = None
) -> PeriodSpread:
    """Spread each line over the unit-seconds present; ``weights``: item → weight of one unit (default 1 each).

    An item that ``weights`` leaves out weighs 0: it bears nothing. Every line's shares + unallocated = its amount.
    A movement that only moves units within the company bears what its units caused before it in that cell.
    """
    present = presence(valuation)
    shares: list[pl.DataFrame] = []
    empty: list[tuple[int, int, int]] = []
    for line in lines:
        basis = present if line.cells is None else present.filter(pl.col("cell").is_in(line.cells))
        seconds = (
            pl.min_horizontal(pl.col("until").fill_null(line.end), pl.lit(line.end))
            - pl.max_horizontal(pl.col("since"), pl.lit(line.start))
        ).clip(0) // SECOND
        basis = basis.with_columns(unit_seconds=pl.col("units") * seconds).filter(pl.col("unit_seconds") > 0)
        basis = basis.with_columns(line=pl.lit(line.line), component=pl.lit(line.component))
        weighed = _weighed(basis, weights)
        if not sum(weighed):
            empty.append((line.line, line.component, line.amount))
            continue
        amounts = _split(line.amount, weighed)
        shares.append(basis.with_columns(amount=pl.Series(amounts, dtype=pl.Int64)).filter(pl.col("amount") != 0))
    columns = ("line", "component", "layer", "movement", "units", "unit_seconds", "amount")
    schema: dict[str, Any] = dict.fromkeys(columns, pl.Int64)
    return PeriodSpread(
        pl.concat([frame.select(pl.col(columns).cast(pl.Int64)) for frame in shares])
        if shares
        else pl.DataFrame(schema=schema),
        pl.DataFrame(empty, schema={"line": pl.Int64, "component": pl.Int64, "amount": pl.Int64}, orient="row"),
    )


def _weighed(basis: pl.DataFrame, weights: Mapping[int, int] | None) -> list[int]:
    seconds: list[int] = basis.get_column("unit_seconds").to_list()
    if weights is None:
        return seconds
    items: list[int] = basis.get_column("item").to_list()
    return [n * weights.get(item, 0) for n, item in zip(seconds, items, strict=True)]


def _split(amount: int, weights: list[int]) -> Sequence[int] | I64:
    if sum(weights) < 2**62:
        return split_lines([amount], [0, len(weights)], weights)
    return split_largest_remainder(amount, weights)


def presence(v: Valuation) -> pl.DataFrame:
    """layer, item, cell, movement, units, since, until: one row per issued range, and per layer what remains."""
    a, o = v.allocation, v.allocation.ordered
    layers, issues = a.layers, a.issues
    rest = np.flatnonzero(layers.n > layers.drawn)
    layer = np.concatenate([issues.layer, rest]).astype(np.int64)
    steps = _issue_steps(tree_of(a, group=v.group))
    frame = pl.DataFrame(
        {
            "layer": layer,
            "item": o.slot_item[layers.slot[layer]],
            "cell": o.slot_cell[layers.slot[layer]],
            "units": np.concatenate([issues.b - issues.a, (layers.n - layers.drawn)[rest]]).astype(np.int64),
            "since": o.moves.at[layers.step[layer]],
        }
    )
    nothing = pl.Series([None] * len(rest), dtype=pl.Int64)
    return frame.with_columns(
        movement=_series(o.moves.movement[issues.row]).append(nothing),
        until=_series(o.moves.at[steps]).append(nothing),
        order=pl.Series(np.concatenate([issues.a, layers.n[rest]])),
    ).sort("layer", "order", maintain_order=True)


def _series(values: NDArray[np.int64]) -> pl.Series:
    return pl.Series(values, dtype=pl.Int64)


@compiled
def _issue_steps(tree: Tree) -> I64:
    """Row at whose instant each issue took effect: its own, or the arrival that it had waited for."""
    issues, layers = tree.issues, tree.layers
    steps = np.empty(len(issues.a), np.int64)
    layer = 0
    for issue in range(len(issues.a)):
        while layer < len(layers.n) and layers.issues_before[layer] <= issue:
            layer += 1
        row = issues.row[issue]
        steps[issue] = max(row, layers.step[layer - 1]) if layer > 0 else row
    return steps
