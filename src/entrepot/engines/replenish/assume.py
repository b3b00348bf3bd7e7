"""Missing inputs filled with stated assumptions, each named in the row."""

from __future__ import annotations

import polars as pl

from entrepot.engines.replenish.model import Assumptions

_NUMBERS = (
    "review_weeks", "price", "unit_cost", "unit_margin", "storage_week", "capital_rate", "end_of_life_rate",
    "order_cost",
)  # fmt: skip
ASSUMABLE = (
    "lead_weeks", "review_weeks", "unit_cost", "unit_margin", "storage_week", "capital_rate", "end_of_life_rate",
    "order_cost",
)  # fmt: skip
"""Inputs that may be assumed, in the order in which a row names them."""

_COUNTS = {"on_hand": 0, "reserved": 0, "carton": 1, "moq": 0}


def fill_assumptions(positions: pl.DataFrame, assumptions: Assumptions | None = None) -> pl.DataFrame:
    """``positions`` with every assumable input present, and the list column ``assumed`` naming those that were filled.

    Call it before asking the forecast for lead-time demand, so that an assumed lead time is the one forecast for.
    Filling twice changes nothing. What may not be assumed (a cost without price, a share that is ``None``) stays null.

    >>> rows = pl.DataFrame({"item": ["a"], "location": ["us"], "on_hand": [5], "price": [2000], "unit_cost": [700]})
    >>> filled = fill_assumptions(rows)
    >>> filled["assumed"].to_list()
    [['lead_weeks', 'review_weeks', 'unit_margin', 'storage_week', 'capital_rate', 'end_of_life_rate', 'order_cost']]
    >>> filled["unit_margin"].to_list()
    [1000.0]
    """
    used = assumptions or Assumptions()
    rows = _with_columns(positions)
    if "assumed" in rows.columns:
        return rows
    margin = _share("price", None if used.fee_share is None else 1 - used.fee_share) - pl.col("unit_cost")
    storage = pl.col("unit_cost") * (used.storage_share_year / 52)
    lead = pl.lit(pl.Series([list(used.lead_weeks)], dtype=pl.List(pl.Float64)))
    odds = pl.lit(pl.Series([list(used.lead_weights)], dtype=pl.List(pl.Float64)))
    before = rows
    rows = rows.with_columns(pl.col("unit_cost").fill_null(_share("price", used.cost_share)))
    rows = rows.with_columns(
        pl.when(pl.col("lead_weeks").is_null()).then(odds).otherwise("lead_weights").alias("lead_weights"),
        pl.col("lead_weeks").fill_null(lead),
        pl.col("review_weeks").fill_null(used.review_weeks),
        pl.col("unit_margin").fill_null(margin),
        pl.col("storage_week").fill_null(storage),
        pl.col("capital_rate").fill_null(used.capital_rate),
        pl.col("end_of_life_rate").fill_null(used.end_of_life_rate),
        pl.col("order_cost").fill_null(used.order_cost),
    )
    filled = [
        pl.when(before[name].is_null() & rows[name].is_not_null()).then(pl.lit(name)).alias(name) for name in ASSUMABLE
    ]
    return rows.with_columns(assumed=pl.concat_list(filled).list.drop_nulls())


def _share(column: str, share: float | None) -> pl.Expr:
    return pl.lit(None, dtype=pl.Float64) if share is None else pl.col(column) * share


def _with_columns(positions: pl.DataFrame) -> pl.DataFrame:
    missing = [name for name in ("item", "location", "on_hand") if name not in positions.columns]
    if missing:
        raise ValueError(f"positions lack the column {', '.join(missing)}")
    have = positions.columns
    weeks = pl.List(pl.Float64)
    number = {
        name: pl.col(name).cast(pl.Float64) if name in have else pl.lit(None, dtype=pl.Float64).alias(name)
        for name in _NUMBERS
    }
    counts = {
        name: pl.col(name).cast(pl.Int64).fill_null(default) if name in have else pl.lit(default, pl.Int64).alias(name)
        for name, default in _COUNTS.items()
    }
    lists = {
        name: _list(positions, name) if name in have else pl.lit(None, dtype=weeks).alias(name)
        for name in ("lead_weeks", "lead_weights")
    }
    rows = positions.with_columns(*number.values(), *counts.values(), *lists.values())
    return rows.with_columns(pl.col("carton").clip(lower_bound=1), pl.col("moq").clip(lower_bound=0))


def _list(positions: pl.DataFrame, name: str) -> pl.Expr:
    if isinstance(positions.schema[name], pl.List):
        return pl.col(name).cast(pl.List(pl.Float64))
    number = pl.col(name).cast(pl.Float64)
    return pl.when(number.is_not_null()).then(pl.concat_list(number)).alias(name)
