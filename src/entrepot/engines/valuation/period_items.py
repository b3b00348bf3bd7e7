"""Period lines for many items at once, in two steps that sum exactly: a line over items, an item's share over ranges.

Both steps weigh by units × seconds present (:mod:`.spread`) and split by largest remainder. The item's share is what a
book keeps: when one item's history changes, its own ranges are weighed anew and every other figure stays.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from entrepot.engines.valuation.result import Valuation
from entrepot.engines.valuation.split import split_lines
from entrepot.engines.valuation.spread import SECOND, presence

SHARES = {"line": pl.Int64, "item": pl.Int64, "unit_seconds": pl.Int64, "amount": pl.Int64}
RANGES = {
    "line": pl.Int64, "component": pl.Int64, "item": pl.Int64, "cell": pl.Int64, "movement": pl.Int64,
    "amount": pl.Int64,
}  # fmt: skip

_NO_WEIGHTS = pl.DataFrame(schema={"line": pl.Int64, "item": pl.Int64, "unit_seconds": pl.Int64})


def item_shares(valuation: Valuation, lines: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """What of each line falls on each item: line, item, unit_seconds, amount (minor units).

    ``lines``: line, amount, start, end (µs), item (null: every item) · ``cells``: line, cell where it counts. A line
    that nothing was present for has no row: it stays unallocated.
    """
    parts = [
        basis.group_by("line", "item").agg(pl.col("unit_seconds").sum()) for basis in _overlaps(valuation, lines, cells)
    ]
    weights = pl.concat([_NO_WEIGHTS, *parts]).sort("line", "item")
    rows = weights.join(lines.select("line", "amount"), on="line", how="left", maintain_order="left")
    return rows.with_columns(amount=_split(rows, "line")).select(*SHARES)


def spread_shares(valuation: Valuation, shares: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Each item's share over its ranges: line, component, item, cell, movement (null = still on hand), amount.

    ``shares``: line, item, component, amount, start, end · ``cells``: line, cell. What has no range any more has no row.
    """
    lines = (
        shares.select("line", "start", "end", "amount").unique(subset="line").with_columns(item=pl.lit(None, pl.Int64))
    )
    mine = shares.select("line", "item", "component", share="amount")
    parts = [basis.join(mine, on=["line", "item"], how="inner") for basis in _overlaps(valuation, lines, cells)]
    if not parts:
        return pl.DataFrame(schema=RANGES)
    basis = pl.concat(parts)
    rows = basis.sort("line", "item", "layer", "order").with_columns(amount=pl.col("share"))
    keyed = rows.with_columns(key=pl.struct("line", "item").rle_id())
    spread = keyed.with_columns(amount=_split(keyed, "key"))
    return spread.filter(pl.col("amount") != 0).select(pl.col(name).cast(kind) for name, kind in RANGES.items())


def _overlaps(valuation: Valuation, lines: pl.DataFrame, cells: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """For each line, the ranges of its cells that overlap it in time, and for how long: unit_seconds > 0.

    Line by line, because all of them at once are as many rows as lines times ranges: gigabytes for an ordinary seller.
    """
    present = presence(valuation)
    where: dict[int, list[int]] = dict(cells.group_by("line").agg("cell").iter_rows())
    until = pl.col("until")
    for line, start, end, only in lines.select("line", "start", "end", "item").iter_rows():
        here = pl.col("cell").is_in(where.get(line, [])) & (pl.col("since") < end)
        here &= until.is_null() | (until > start)
        if only is not None:
            here &= pl.col("item") == only
        left = pl.min_horizontal(until.fill_null(end), pl.lit(end))
        seconds = (left - pl.max_horizontal(pl.col("since"), pl.lit(start))).clip(0) // SECOND
        found = present.filter(here).with_columns(
            line=pl.lit(line, pl.Int64), unit_seconds=(pl.col("units") * seconds).cast(pl.Int64)
        )
        yield found.filter(pl.col("unit_seconds") > 0)


def _split(rows: pl.DataFrame, key: str) -> pl.Series:
    """``amount`` of each key over its rows by ``unit_seconds``; rows are sorted by key."""
    if rows.is_empty():
        return pl.Series("amount", [], dtype=pl.Int64)
    groups = rows.group_by(key, maintain_order=True).agg(pl.col("amount").first(), pl.len())
    offsets = np.concatenate([[0], np.cumsum(groups["len"].to_numpy())])
    return pl.Series("amount", split_lines(groups["amount"].to_numpy(), offsets, rows["unit_seconds"].to_numpy()))
