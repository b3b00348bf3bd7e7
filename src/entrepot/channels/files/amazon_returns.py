"""Amazon FBA customer returns into returns (``layouts/amazon_returns.toml``), one a row: units come back one by one.

A return is named by its licence plate, or where there is none by order, SKU and moment with an ordinal, for two equal
rows can both be true.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from entrepot.channels.files.amazon_words import condition
from entrepot.channels.files.assemble import LINE, ROW, settle
from entrepot.channels.files.parsed import Aside, Rejected, Sourced
from entrepot.channels.files.reading import Reading
from entrepot.core.documents import Return


def prepare(reading: Reading) -> pl.DataFrame:
    """The rows as typed columns."""
    quantity = reading.quantities("quantity", required=True)
    disposition = reading.text("disposition")
    state = reading.by_value([disposition], condition, pl.String)
    reading.fault(
        state.is_null(),
        "unknown_disposition",
        "the disposition is not known",
        "name one such as SELLABLE or DEFECTIVE",
        "disposition",
        disposition,
    )
    reading.fault(
        quantity < 1, "quantity_not_positive", "a return has at least one unit", "correct it", "quantity", quantity
    )
    order = reading.ids("order", required=True)
    reading.units, reading.numbers = quantity, order
    frame = pl.DataFrame(
        {
            "order": order,
            "sku": reading.ids("sku", required=True),
            "quantity": quantity,
            "moment": reading.moments("moment", required=True),
            "condition": state,
            "reason": reading.text("reason").fill_null(""),
            "plate": reading.ids("plate"),
            ROW: pl.int_range(reading.height, eager=True),
            LINE: reading.lines,
        }
    )
    when = pl.col("moment").dt.strftime("%Y-%m-%dT%H:%M:%S")
    named = pl.coalesce("plate", pl.format("{}:{}", "sku", when))
    key = pl.format("{}:{}", "order", named)
    return frame.with_columns(key.alias("key")).with_columns(pl.col(ROW).cum_count().over("key").alias("ordinal"))


def build(reading: Reading, frame: pl.DataFrame) -> Iterator[Sourced | Rejected | Aside]:
    """One return a row."""
    yield from reading.rejects()
    shop, place = reading.settings.shop or "", reading.settings.location or ""
    for row in frame.filter(reading.good()).iter_rows(named=True):
        header = {
            "id": row["key"] if row["ordinal"] == 1 else f"{row['key']}:{row['ordinal']}",
            "source": f"file:{reading.layout.code}",
            "account": shop,
            "shop": shop,
            "company": reading.settings.company or "",
            "effective_at": row["moment"],
            "order": {"type": "sales_order", "id": row["order"], "account": shop},
            "location": place,
            "reason": row["reason"],
        }
        # The label (FNSKU) is left out: neither orders nor inbound receipts name it, and units must meet in one cell.
        line = {"sku": row["sku"], "quantity": row["quantity"], "condition": row["condition"]}
        yield from settle(reading, Return, header, [line], [row[ROW]])
