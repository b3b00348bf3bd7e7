"""Amazon inventory ledger, detail view, into stock movements (``layouts/amazon_ledger.toml``).

Receipts enter a shipment's units at the place. Adjustments of one SKU, day and reference that take units from one
disposition and add them to another are a regrade; what is left over below zero is lost, destroyed or written off by its
reason code, above zero it is found (a count of so many units where the books expected none of them). Sales and customer
returns come with their own reports and moves between Amazon's warehouses stay inside one place: both are put aside.
Removals leave for a place that the file does not name, so they are refused with that request.

Identical rows can both be real: a document is named by a hash of what identifies the row, and an ordinal.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from entrepot.channels.files.amazon_words import condition, words
from entrepot.channels.files.assemble import LINE, ROW, settle
from entrepot.channels.files.layout import normal
from entrepot.channels.files.parsed import Aside, Rejected, Sourced
from entrepot.channels.files.reading import Reading
from entrepot.core.documents import Count, Receipt, Regrade, StockUse

_IDENTITY = ("moment", "label", "sku", "event", "reference", "quantity", "center", "disposition", "reason", "country")


@dataclass
class _Adjustment:
    """A row of the ledger and how many of its units are not yet explained."""

    row: dict[str, Any]
    left: int
    told: bool = False


def prepare(reading: Reading) -> pl.DataFrame:
    """The rows as typed columns; the event decides a row's fate."""
    quantity = reading.quantities("quantity", required=True)
    event = reading.text("event").map_elements(normal, return_dtype=pl.String)
    known = event.is_in(["receipts", "adjustments", "vendorreturns", *words("ledger_aside")])
    reading.fault(event.is_null(), "missing", "the cell is empty", "export the file again", "event")
    reading.fault(
        ~known, "unknown_event", "the event type is not known", "enter it as a document", "event", reading.text("event")
    )
    reading.fault(
        event == "vendorreturns",
        "removal_needs_destination",
        "the file does not say where removed units went",
        "enter the removal as a transfer, or as destroyed stock",
        "event",
        reading.text("event"),
    )
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
    reading.fault(quantity == 0, "quantity_zero", "the quantity is 0", "leave the row out", "quantity", quantity)
    reading.units = quantity
    moment = pl.select(pl.coalesce(reading.moments("moment"), reading.moments("date", required=True))).to_series()
    return pl.DataFrame(
        {
            "moment": moment,
            "sku": reading.ids("sku", required=True),
            "label": reading.ids("label").fill_null(""),
            "event": event,
            "reference": reading.ids("reference").fill_null(""),
            "quantity": quantity,
            "condition": state,
            **{name: reading.text(name).fill_null("") for name in ("center", "disposition", "reason", "country")},
            ROW: pl.int_range(reading.height, eager=True),
            LINE: reading.lines,
        }
    )


def build(reading: Reading, frame: pl.DataFrame) -> Iterator[Sourced | Rejected | Aside]:
    """Movements by kind of event, each kind in file order."""
    yield from reading.rejects()
    good = frame.filter(reading.good())
    for line, event in good.select(LINE, "event").iter_rows():
        if event in words("ledger_aside"):
            yield Aside(words("ledger_aside")[event], line)
    numbers = _numbers(good)
    for row in good.filter(pl.col("event") == "receipts").iter_rows(named=True):
        yield from _received(reading, row | {"id": numbers[row[ROW]]})
    adjustments = good.filter(pl.col("event") == "adjustments")
    for group in adjustments.partition_by("moment", "sku", "label", "reference", maintain_order=True):
        rows = [_Adjustment(r | {"id": numbers[r[ROW]]}, abs(r["quantity"])) for r in group.iter_rows(named=True)]
        yield from _adjusted(reading, rows)


# Documents leave the label (FNSKU) out: neither orders nor inbound receipts name it, and units must meet in one cell.


def _numbers(frame: pl.DataFrame) -> dict[int, str]:
    """Document number of every row: hash of its identity and ordinal among equals."""
    seen: Counter[str] = Counter()
    numbers: dict[int, str] = {}
    for row, *identity in frame.select(ROW, *_IDENTITY).iter_rows():
        mark = hashlib.sha256(repr(identity).encode()).hexdigest()[:16]
        seen[mark] += 1
        numbers[row] = f"{mark}-{seen[mark]}"
    return numbers


def _received(reading: Reading, row: dict[str, Any]) -> Iterator[Sourced | Rejected]:
    if row["quantity"] < 0:
        yield from _used(reading, row, -row["quantity"], "receipt corrected")
        return
    line = {"sku": row["sku"], "quantity": row["quantity"], "condition": row["condition"]}
    shipment = {"type": "shipment", "id": row["reference"]} if row["reference"] else None
    header = _header(reading, row) | {"location": reading.settings.location, "shipment": shipment}
    yield from settle(reading, Receipt, header, [line], [row[ROW]])


def _adjusted(reading: Reading, rows: list[_Adjustment]) -> Iterator[Sourced | Rejected]:
    """Regrades of what left one disposition for another, then what remains of each row."""
    added = [a for a in rows if a.row["quantity"] > 0]
    for taken in (a for a in rows if a.row["quantity"] < 0):
        for other in added:
            units = min(taken.left, other.left)
            if units and taken.row["condition"] != other.row["condition"]:
                yield from _regraded(reading, taken, other, units)
    for each in rows:
        if not each.left:
            continue
        make = _found if each.row["quantity"] > 0 else _used
        for outcome in make(reading, each.row, each.left):
            yield outcome._replace(beside=each.told) if isinstance(outcome, Sourced) else outcome


def _regraded(reading: Reading, taken: _Adjustment, added: _Adjustment, units: int) -> Iterator[Sourced | Rejected]:
    place = reading.settings.location
    cells = {
        name: {"location": place, "condition": a.row["condition"]}
        for name, a in (("origin", taken), ("destination", added))
    }
    number = f"{taken.row['id']}:{added.row['id']}"
    header = _header(reading, taken.row) | cells | {"id": number, "reason": taken.row["reason"]}
    rows = [a.row[ROW] for a in (taken, added) if not a.told]
    line = {"sku": taken.row["sku"], "quantity": units}
    lines = reading.line_numbers
    told = rows or [taken.row[ROW]]
    document = Regrade.model_validate({**header, "lines": [line]})
    yield Sourced(document, tuple(lines[r] for r in told), beside=not rows)
    for each in (taken, added):
        each.left -= units
        each.told = True


def _used(reading: Reading, row: dict[str, Any], units: int, reason: str = "") -> Iterator[Sourced | Rejected]:
    purpose = words("adjustments").get(normal(row["reason"]), "lost")
    cell = {"location": reading.settings.location, "condition": row["condition"]}
    header = _header(reading, row) | {"purpose": purpose, "cell": cell, "reason": reason or row["reason"]}
    yield from settle(reading, StockUse, header, [{"sku": row["sku"], "quantity": units}], [row[ROW]])


def _found(reading: Reading, row: dict[str, Any], units: int) -> Iterator[Sourced | Rejected]:
    line = {"sku": row["sku"], "counted": units, "expected": 0, "condition": row["condition"]}
    header = _header(reading, row) | {"location": reading.settings.location}
    yield from settle(reading, Count, header, [line], [row[ROW]])


def _header(reading: Reading, row: dict[str, Any]) -> dict[str, Any]:
    note = " ".join(filter(None, (row["reference"], row["center"], row["reason"])))
    return {
        "id": row["id"],
        "source": f"file:{reading.layout.code}",
        "account": reading.settings.shop or reading.settings.company or "",
        "company": reading.settings.company or "",
        "effective_at": row["moment"],
        "note": note,
    }
