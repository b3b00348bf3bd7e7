"""Amazon's stock by what it is kept for, into one stock report (``layouts/amazon_fba_inventory.toml``, ``amazon_reserved.toml``).

One row per SKU becomes a line per column that holds units. A column that is there and holds 0 says so once per matter (what
stands, what is reserved for customers, what is inbound), because "nothing is inbound" can differ from the books too; the
other zeros say nothing new and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import polars as pl

from entrepot.channels.files.assemble import LINE, ROW, settle
from entrepot.channels.files.parsed import Aside, Rejected, Sourced
from entrepot.channels.files.reading import Reading
from entrepot.core.documents import StockReport

COLUMNS = (
    "available", "unsellable", "reserved_orders", "reserved_transfer", "reserved_processing", "reserved", "researching",
    "inbound_working", "inbound_shipped", "inbound_receiving",
)  # fmt: skip
KINDS = ("reserved_orders", "reserved_transfer", "reserved_processing")
SAID_WHEN_ZERO = ("available", "reserved_orders", "inbound_shipped")


def prepare(reading: Reading) -> pl.DataFrame:
    """The rows as typed columns; an empty cell is 0."""
    columns: dict[str, pl.Series] = {}
    for name in COLUMNS:
        if not any(field.name == name for field in reading.layout.fields) or not reading.has(name):
            continue
        units = reading.quantities(name)
        reading.fault(units < 0, "negative_quantity", "a stock cannot be negative", "correct it", name, units)
        columns[name] = units.fill_null(0)
    if "reserved" in columns:
        told = sum(
            (columns[name] for name in KINDS if name in columns), pl.Series([0] * reading.height, dtype=pl.Int64)
        )
        columns["reserved"] = (columns["reserved"] - told).clip(lower_bound=0)
    reading.units = sum(columns.values(), pl.Series([0] * reading.height, dtype=pl.Int64))
    return pl.DataFrame(
        {
            "sku": reading.ids("sku", required=True),
            "label": reading.ids("label").fill_null(""),
            **columns,
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
    lines: list[dict[str, Any]] = []
    rows: list[int] = []
    for row in good.iter_rows(named=True):
        for name in COLUMNS:
            units = row.get(name)
            if units or (units == 0 and name in SAID_WHEN_ZERO):
                lines.append({**_stage(name), "sku": row["sku"], "label": row["label"], "quantity": units})
                rows.append(row[ROW])
    if lines:
        yield from settle(reading, StockReport, header, lines, rows)


def _stage(name: str) -> dict[str, str]:
    return {"condition": "unsellable"} if name == "unsellable" else {"stage": name}
