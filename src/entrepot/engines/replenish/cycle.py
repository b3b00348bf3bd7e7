"""How long one order should last."""

from __future__ import annotations

import polars as pl

LONGEST = 13.0
"""Longest order cycle, weeks: beyond a quarter the fixed cost of an order hardly matters."""


def with_order_cycle(rows: pl.DataFrame) -> pl.DataFrame:
    """``rows`` with ``cycle_weeks``: the weeks of demand that one order should cover at least.

    The economic order quantity in weeks, √(2·K / (h·m)), with K the cost of an order line, h storage and capital of one
    unit and week, m the expected units a week; at least the review period, at most :data:`LONGEST`. ``rows`` come from
    :func:`~entrepot.engines.replenish.assume.fill_assumptions` and have ``weekly_mean`` from the forecast. Source:
    Harris (1913), see :func:`~entrepot.engines.replenish.classical.economic_order_quantity`.

    >>> one = pl.DataFrame({"unit_cost": [520.0], "storage_week": [4.0], "capital_rate": [0.1], "order_cost": [1000.0],
    ...                     "weekly_mean": [10.0], "review_weeks": [1.0]})
    >>> with_order_cycle(one)["cycle_weeks"].round(2).to_list()
    [6.32]
    """
    holding = pl.col("storage_week") + pl.col("unit_cost") * pl.col("capital_rate") / 52
    weeks = (2 * pl.col("order_cost") / (holding * pl.col("weekly_mean"))).sqrt()
    usable = weeks.is_not_null() & weeks.is_finite()
    cycle = pl.max_horizontal("review_weeks", pl.when(usable).then(weeks.clip(upper_bound=LONGEST)))
    return rows.with_columns(cycle_weeks=cycle)
