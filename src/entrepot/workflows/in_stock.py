"""In which part of each week an item could be bought at a place: what the forecast may learn from.

Only exact zeros count as out of stock. Before the first units came in, and while sales run ahead of known receipts, the
books do not say what stood there, and the week is taken as it was sold.
"""

from __future__ import annotations

import polars as pl

from entrepot.books import models
from entrepot.core.calendar import WEEK

_MONDAY = 4 * 86_400_000_000
"""1970-01-05 was a Monday: weeks are counted from there, in UTC."""


def shares(movements: pl.DataFrame, until: int) -> pl.DataFrame:
    """item, channel (place number as text), week (Monday), share 0..1 of the weeks that had an empty shelf.

    ``movements`` are the facts' frame; ``until`` is the instant where the order lines end, µs.
    """
    cells = models.Cell.objects.filter(condition="sellable", transit="").values_list("pk", "location_id")
    places = pl.DataFrame(list(cells), schema={"cell": pl.Int64, "place": pl.Int64}, orient="row")
    empty = _empty_spans(_changes(movements, places), until)
    weeks = empty.with_columns(
        week=pl.int_ranges((pl.col("since") - _MONDAY) // WEEK, (pl.col("till") - 1 - _MONDAY) // WEEK + 1)
    ).explode("week")
    start = pl.col("week") * WEEK + _MONDAY
    out = pl.min_horizontal("till", start + WEEK) - pl.max_horizontal("since", start)
    by_week = weeks.with_columns(out=out).group_by("item", "place", "week").agg(pl.col("out").sum())
    return by_week.select(
        "item", pl.col("place").cast(pl.String).alias("channel"),
        pl.from_epoch(pl.col("week") * 7 + 4, time_unit="d").alias("week"),
        (1 - pl.col("out") / WEEK).clip(0, 1).alias("share"),
    ).sort("item", "channel", "week")  # fmt: skip


def _changes(movements: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """item, place, at, units: what each movement changed at a place, by time."""
    parts = [
        movements.select("item", "at", cell=column, units=sign * pl.col("quantity"))
        for column, sign in (("from_cell", -1), ("to_cell", 1))
    ]
    return (
        pl.concat(parts)
        .join(places, on="cell")
        .group_by("item", "place", "at")
        .agg(pl.col("units").sum())
        .sort("item", "place", "at")
    )


def _empty_spans(changes: pl.DataFrame, until: int) -> pl.DataFrame:
    """item, place, since, till: from when to when exactly nothing stood there."""
    key = ["item", "place"]
    spans = changes.with_columns(
        balance=pl.col("units").cum_sum().over(key), till=pl.col("at").shift(-1).over(key).fill_null(until)
    )
    return spans.filter((pl.col("balance") == 0) & (pl.col("till") > pl.col("at"))).select(*key, "till", since="at")
