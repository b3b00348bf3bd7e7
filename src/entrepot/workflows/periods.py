"""Period lines of places and companies (storage, software): spread over unit-days, for the full view only.

A line is first shared over items by the unit-days that their units stood there in its time (largest remainder), and
this share is kept; within an item it follows the ranges present (engine ``spread_period``). A line whose place stood
empty stays unallocated and is counted.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl
from django.db import transaction

from entrepot.books import bulk, facts, figures, models
from entrepot.workflows.valuing import split

_SECOND = 1_000_000
EMPTY = {"line": pl.Int64, "item": pl.Int64, "amount": pl.Int64}


def allocate() -> set[int]:
    """Share every live period line over items anew; which items' shares changed."""
    with transaction.atomic():
        bulk.writer_lock()
        lines = facts.load_period_lines()
        wanted = pl.concat([pl.DataFrame(schema={**EMPTY, "unit_days": pl.Int64}), *_shares(lines)])
        return figures.write_period_shares(wanted)


def _shares(lines: pl.DataFrame) -> list[pl.DataFrame]:
    if lines.is_empty():
        return []
    moves = facts.movements_of_places()
    found = []
    for line in lines.iter_rows(named=True):
        here = moves.filter(pl.col("company") == line["company_id"])
        if line["location_id"] is not None:
            here = here.filter(pl.col("location") == line["location_id"])
        if line["item_id"] is not None:
            here = here.filter(pl.col("item") == line["item_id"])
        start, end = line["period_from"], line["period_to"]
        stood = (
            here.filter(pl.col("at") < end)
            .group_by("item")
            .agg(weight=(pl.col("change") * ((end - pl.col("at").clip(start, end)) // _SECOND)).sum().clip(lower_bound=0))
            .filter(pl.col("weight") > 0)
            .sort("item")
            .with_columns(line=pl.lit(line["line"]), amount=pl.lit(line["amount"]))
        )
        if len(stood):
            found.append(
                stood.with_columns(split(stood).alias("amount"), unit_days="weight").select(
                    "line", "item", "amount", "unit_days"
                )
            )
    return found


def shares_of(items: Collection[int]) -> pl.DataFrame:
    """line, item, amount of what falls on ``items``."""
    rows = models.PeriodShare.objects.filter(item_id__in=list(items)).values_list("cost_line", "item_id", "amount")
    return pl.DataFrame(list(rows), schema=EMPTY, orient="row")
