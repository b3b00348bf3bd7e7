"""Amazon AFN inventory into one stock report (``layouts/amazon_inventory.toml``)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

import polars as pl

from entrepot.channels.files.amazon_words import condition
from entrepot.channels.files.assemble import LINE, ROW, settle
from entrepot.channels.files.parsed import Aside, Rejected, Sourced
from entrepot.channels.files.reading import Reading
from entrepot.core.documents import StockReport


def prepare(reading: Reading) -> pl.DataFrame:
    """The rows as typed columns."""
    quantity = reading.quantities("quantity", required=True)
    disposition = reading.text("disposition")
    state = reading.by_value([disposition], condition, pl.String)
    reading.fault(
        state.is_null(),
        "unknown_disposition",
        "the condition code is not known",
        "name SELLABLE or UNSELLABLE",
        "disposition",
        disposition,
    )
    reading.fault(quantity < 0, "negative_quantity", "a stock cannot be negative", "correct it", "quantity", quantity)
    reading.units = quantity
    return pl.DataFrame(
        {
            "sku": reading.ids("sku", required=True),
            "condition": state,
            "label": reading.ids("label").fill_null(""),
            "quantity": quantity,
            ROW: pl.int_range(reading.height, eager=True),
            LINE: reading.lines,
        }
    )


def build(reading: Reading, frame: pl.DataFrame) -> Iterator[Sourced | Rejected | Aside]:
    """The file as one report of its place and moment."""
    yield from reading.rejects()
    good = frame.filter(reading.good())
    moment, place = reading.settings.as_of, reading.settings.location or ""
    assert moment is not None
    header = {
        "id": f"{place}:{moment.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "source": f"file:{reading.layout.code}",
        "account": reading.settings.shop or reading.settings.company or "",
        "company": reading.settings.company or "",
        "effective_at": moment,
        "location": place,
    }
    if good.height:
        lines = good.select("sku", "condition", "label", "quantity").to_dicts()
        yield from settle(reading, StockReport, header, lines, good[ROW].to_list())
