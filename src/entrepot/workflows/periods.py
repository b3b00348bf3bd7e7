"""Period lines of places and companies (storage, software): over the unit-days of what stood there, full view only.

``allocate`` shares every live line over items and keeps the shares; ``spread`` puts an item's shares on its ranges, so
that one item can be valued anew by itself. A line whose place stood empty stays unallocated and is counted.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl
from django.db import transaction

from entrepot.books import bulk, facts, figures, models
from entrepot.books.facts import FOREVER, Facts
from entrepot.workflows import snapshot
from entrepot.workflows.valuing import Valued, companies, evaluate

SHARES = {"line": pl.Int64, "item": pl.Int64, "amount": pl.Int64}


def allocate() -> set[int]:
    """Share the live lines over items anew; which items' shares changed."""
    if not models.CostLine.objects.filter(target_kind__in=("place", "company")).exists():
        return set()
    found = facts.assemble(snapshot.refresh(), facts.closings(FOREVER), FOREVER, FOREVER)
    with transaction.atomic():
        bulk.writer_lock()
        return figures.write_period_shares(_item_shares(found))


def _item_shares(found: Facts) -> pl.DataFrame:
    from entrepot.engines.valuation.period_items import item_shares

    if found.period_lines.is_empty() or found.movements.is_empty():
        return pl.DataFrame(schema={**SHARES, "unit_seconds": pl.Int64})
    lines = _spans(found.period_lines).with_columns(item="item_id")
    valuation = next(iter(evaluate(found, companies()).by_method.values()))
    return item_shares(valuation, lines, _cells(found.period_lines)).select("line", "item", "amount", "unit_seconds")


def _spans(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.with_columns(start="period_from", end="period_to")


def _cells(lines: pl.DataFrame) -> pl.DataFrame:
    """line, cell: where each line counts (a company line: wherever the company's units stand)."""
    rows = list(models.Cell.objects.values_list("pk", "company_id", "location_id", "transit"))
    cells = pl.DataFrame(
        rows, schema={"cell": pl.Int64, "company_id": pl.Int64, "place": pl.Int64, "transit": pl.String}, orient="row"
    )
    both = lines.select("line", "company_id", "location_id").join(cells, on="company_id")
    here = pl.col("location_id").is_null() | ((pl.col("location_id") == pl.col("place")) & (pl.col("transit") == ""))
    return both.filter(here).select("line", "cell")


def spread(valued: Valued, items: Collection[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The items' kept shares on their ranges: (line, component, movement, amount) and (item, cell, component, amount)."""
    from entrepot.engines.valuation.period_items import spread_shares

    lines = valued.facts.period_lines
    kept = models.PeriodShare.objects.filter(item_id__in=list(items)).values_list("cost_line", "item_id", "amount")
    shares = pl.DataFrame(list(kept), schema=SHARES, orient="row")
    shares = shares.join(_spans(lines).select("line", "component", "start", "end"), on="line", how="inner")
    if shares.is_empty():
        nothing = pl.DataFrame(
            schema={"line": pl.Int64, "component": pl.Int64, "movement": pl.Int64, "amount": pl.Int64}
        )
        return nothing, nothing.select(item="line", cell="movement", component="component", amount="amount")
    valuation = next(iter(valued.by_method.values()))
    placed = spread_shares(valuation, shares, _cells(lines))
    left = placed.filter(pl.col("movement").is_not_null()).select("line", "component", "movement", "amount")
    held = placed.filter(pl.col("movement").is_null()).select("item", "cell", "component", "amount")
    return left, held
