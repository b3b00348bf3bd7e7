"""Amazon inventory ledger, summary view, into one stock report a day (``layouts/amazon_ledger_summary.toml``).

The balances are those at the end of the day, so a report speaks of the midnight after its date; rows of one SKU,
disposition and label (the file may list each warehouse) are added up. It moves nothing: it shows differences, and on
which days an item was in stock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import polars as pl

from entrepot.channels.files.amazon_words import condition
from entrepot.channels.files.assemble import LINE, ROW, Columns, groups, settle
from entrepot.channels.files.parsed import Aside, Rejected, Sourced
from entrepot.channels.files.reading import Reading
from entrepot.core.documents import StockReport

_DAY = "day"


def prepare(reading: Reading) -> pl.DataFrame:
    """The rows as typed columns, with the local day of each."""
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
    reading.fault(quantity < 0, "negative_quantity", "a stock cannot be negative", "correct it", "quantity", quantity)
    moment = reading.moments("date", required=True)
    reading.units = quantity
    return pl.DataFrame(
        {
            _DAY: moment.dt.convert_time_zone(reading.zone).dt.date().dt.to_string(),
            "moment": moment,
            "sku": reading.ids("sku", required=True),
            "condition": state,
            "label": reading.ids("label").fill_null(""),
            "quantity": quantity,
            ROW: pl.int_range(reading.height, eager=True),
            LINE: reading.lines,
        }
    )


def build(reading: Reading, frame: pl.DataFrame) -> Iterator[Sourced | Rejected | Aside]:
    """One report for each day, in the order of their first row."""
    yield from reading.rejects()
    for chunk, start, stop in groups(frame.filter(reading.good()), _DAY):
        yield from _report(reading, chunk, start, stop)


def _report(reading: Reading, c: Columns, i: int, j: int) -> Iterator[Sourced | Rejected]:
    sums: dict[tuple[str, str, str], int] = {}
    for k in range(i, j):
        cell = (c["sku"][k], c["condition"][k], c["label"][k])
        sums[cell] = sums.get(cell, 0) + c["quantity"][k]
    midnight = c["moment"][i].astimezone(ZoneInfo(reading.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    place = reading.settings.location or ""
    header = {
        "id": f"{place}:{c[_DAY][i]}",
        "source": f"file:{reading.layout.code}",
        "account": reading.settings.shop or reading.settings.company or "",
        "company": reading.settings.company or "",
        "effective_at": midnight + timedelta(days=1),
        "location": place,
    }
    lines = [
        {"sku": sku, "condition": state, "label": label, "quantity": units}
        for (sku, state, label), units in sums.items()
    ]
    yield from settle(reading, StockReport, header, lines, c[ROW][i:j], partial=False)
