"""Prior-period adjustment: how the cost of a closed period changed since it was reported.

Two valuations cut at the same instant, the closing: one as known when the period was closed, one as known now. Their
difference by item and component is what the open period posts (docs/methods/ledger.md, "Two times and closed periods").
"""

from __future__ import annotations

import polars as pl

from entrepot.engines.valuation.result import Valuation

KEYS = ("item", "component")


def prior_period(reported: Valuation, now: Valuation) -> pl.DataFrame:
    """item, component, stock_reported, stock_now, stock, left_reported, left_now, left; rows that changed only.

    ``stock`` and ``left`` are now − reported, minor units: what stock and the cost of what had left must be adjusted
    by. An amount without any line counts 0 here, because the difference is posted, not the cost.
    """
    frame: pl.DataFrame | None = None
    for name, valuation in (("reported", reported), ("now", now)):
        for what, amounts in (("stock", _stock(valuation)), ("left", _left(valuation))):
            column = amounts.rename({"amount": f"{what}_{name}"})
            frame = column if frame is None else frame.join(column, on=KEYS, how="full", coalesce=True)
    assert frame is not None
    return (
        frame.with_columns(pl.exclude(KEYS).fill_null(0))
        .with_columns(
            stock=pl.col("stock_now") - pl.col("stock_reported"), left=pl.col("left_now") - pl.col("left_reported")
        )
        .filter((pl.col("stock") != 0) | (pl.col("left") != 0))
        .select(*KEYS, "stock_reported", "stock_now", "stock", "left_reported", "left_now", "left")
        .sort(*KEYS)
    )


def _stock(v: Valuation) -> pl.DataFrame:
    return _sum(v.stock())


def _left(v: Valuation) -> pl.DataFrame:
    moves = v.allocation.ordered.moves
    items = pl.DataFrame({"movement": moves.movement, "item": moves.item})
    return _sum(v.movement_costs().join(items, on="movement"))


def _sum(costs: pl.DataFrame) -> pl.DataFrame:
    return costs.drop_nulls("component").group_by(KEYS).agg(pl.col("amount").sum())
