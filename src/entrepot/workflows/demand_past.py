"""Sales of before the first day of the books: demand without units that moved (:class:`entrepot.core.documents.Company`)."""

from __future__ import annotations

import polars as pl

from entrepot.books import models


def sold_before(sales: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Shipped order lines of companies whose books begin later than the sale, at the shop's place; of a bundle its parts.

    ``sales`` and ``moves`` are frames of the facts. Columns as of :func:`entrepot.workflows.forecast.order_lines`.
    """
    started = list(models.Company.objects.exclude(books_from=None).values_list("pk", flat=True))
    if not started or sales.is_empty():
        return pl.DataFrame()
    homes = dict(models.Shop.objects.values_list("pk", "location_id"))
    moved = moves.select(line="sales_line").drop_nulls()
    past = sales.filter((pl.col("status") == "shipped") & pl.col("company_id").is_in(started))
    past = past.join(moved, on="line", how="anti")
    called = dict(models.SalesLine.objects.filter(item=None, company_id__in=started).values_list("pk", "sku"))
    parts: dict[str, list[dict[str, int]]] = {}
    for sku, item, units in models.BundlePart.objects.values_list("bundle_sku", "item_id", "quantity"):
        parts.setdefault(sku, []).append({"part": item, "units": units})
    whole = past.filter(pl.col("item_id").is_not_null()).with_columns(part=pl.col("item_id"), units=pl.lit(1, pl.Int64))
    lines = past.filter(pl.col("item_id").is_null())["line"].to_list()
    held = pl.DataFrame(
        [{"line": line, **part} for line in lines for part in parts.get(called.get(line, ""), [])],
        schema={"line": pl.Int64, "part": pl.Int64, "units": pl.Int64},
    )
    bundles = past.join(held, on="line")
    alone = pl.when(pl.col("item_id").is_not_null()).then(pl.col("amount").cast(pl.Float64))
    return pl.concat([whole, bundles.select(whole.columns)]).select(
        pl.lit(-1, pl.Int64).alias("movement"), pl.col("part").alias("item"),
        (pl.col("quantity") * pl.col("units")).alias("quantity"), pl.col("company_id").alias("company"), "ordered_at",
        pl.col("document_id").alias("order"),
        pl.col("shop_id").replace_strict(homes, default=None, return_dtype=pl.Int64).alias("place"),
        pl.col("shop_id").alias("shop"), "country", alone.alias("amount"),
    )  # fmt: skip
