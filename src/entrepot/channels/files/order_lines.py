"""Order lines of any shop (see ``layouts/order_lines.toml``): sales orders, and returns from cancellation numbers.

A row with a positive quantity is a line of its order. A row with a negative quantity is a return where its order
number marks a cancellation (``C`` and a digit first); anywhere else it is refused, for nobody can tell a refund from a
stock correction. A price of exactly 0 is a sale at 0 (warned of); an empty price is an amount not known; a negative
price is refused. Identical rows are all true: each is a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from entrepot.channels.files.assemble import LINE, ROW, Columns, groups, settle
from entrepot.channels.files.parsed import Aside, Rejected, Sourced
from entrepot.channels.files.reading import Reading
from entrepot.core.documents import Return, SalesOrder
from entrepot.core.errors import Problem

_CANCELLATION = r"^[Cc]\d"
_OPEN = ("open", "unshipped", "pending", "paid", "processing", "unfulfilled", "待发货", "未发货", "已付款")
_CANCELLED = ("cancelled", "canceled", "void", "closed", "已取消", "取消", "storniert", "annulé", "cancelado")


def prepare(reading: Reading) -> pl.DataFrame:
    """The file's rows as typed columns; faults, totals and warnings are noted on ``reading``."""
    order = reading.ids("order", required=True)
    sku = reading.ids("sku", required=True)
    quantity = reading.quantities("quantity", required=True)
    currency = reading.currency()
    moment = reading.moments("moment", required=True)
    priced = "line_total" if not reading.has("unit_price") else "unit_price"
    if priced == "line_total":
        amount = reading.amounts("line_total", currency)
        amount = (-amount.abs()).zip_with(quantity.fill_null(0) < 0, amount)
    else:
        amount = reading.totals("unit_price", quantity, currency)
    reading.units, reading.money, reading.numbers = quantity, amount, order
    cancelled = order.str.contains(_CANCELLATION).fill_null(value=False)
    negative = quantity < 0
    reading.fault(
        quantity == 0, "quantity_zero", "the quantity is 0", "leave the row out or correct it", "quantity", quantity
    )
    reading.fault(
        negative & ~cancelled,
        "negative_quantity",
        "negative quantity outside a refund",
        "enter a return, a write-off or a count instead",
        "quantity",
        quantity,
    )
    reading.fault(
        ~negative & cancelled,
        "cancellation_not_negative",
        "a cancellation takes back units",
        "correct the order number or the sign of the quantity",
        "quantity",
        quantity,
    )
    reading.fault(
        (~negative & (amount < 0)) | (negative & (amount > 0)),
        "negative_price",
        "the price is negative",
        "enter a refund instead",
        priced,
        reading.text(priced),
    )
    frame = pl.DataFrame(
        {
            "order": order,
            "sku": sku,
            "quantity": quantity,
            "amount": amount,
            "currency": currency,
            "moment": moment,
            "shipped_at": reading.moments("shipped_at"),
            "tax": reading.amounts("tax", currency).fill_null(0),
            "country": reading.countries(),
            "country_text": reading.text("country"),
            "region": reading.text("region"),
            "status": reading.text("status").str.to_lowercase(),
            "line_id": reading.ids("line").fill_null(""),
            ROW: pl.int_range(reading.height, eager=True),
            LINE: reading.lines,
        }
    )
    mixed = frame.select((pl.col("currency") != pl.col("currency").first()).over("order")).to_series()
    reading.fault(
        mixed,
        "currency_differs",
        "the order has lines in another currency",
        "split the order by currency",
        "currency",
        currency,
    )
    free = frame.filter(reading.good() & (frame["amount"] == 0))
    if free.height:
        reading.warnings.append(
            Problem(
                "sold_at_zero",
                f"{free.height} lines have a price of 0 and are taken as sales at 0",
                "if they are gifts or replacements, enter them as stock use",
                line=free[LINE][0],
                quantity=int(free["quantity"].sum()),
                parameters={"lines": free.height},
            )
        )
    return frame


def build(reading: Reading, frame: pl.DataFrame) -> Iterator[Sourced | Rejected | Aside]:
    """Orders and returns, in the order of their first row."""
    yield from reading.rejects()
    for chunk, start, stop in groups(frame.filter(reading.good()), "order"):
        if chunk["quantity"][start] < 0:
            yield from _return(reading, chunk, start, stop)
        else:
            yield from _order(reading, chunk, start, stop)


def _order(reading: Reading, c: Columns, i: int, j: int) -> Iterator[Sourced | Rejected]:
    lines = [
        {"sku": sku, "quantity": quantity, "amount": amount, "tax": tax, "line_id": line_id}
        for sku, quantity, amount, tax, line_id in zip(
            c["sku"][i:j], c["quantity"][i:j], c["amount"][i:j], c["tax"][i:j], c["line_id"][i:j], strict=True
        )
    ]
    status = c["status"][i] or ""
    header = _header(reading, c, i) | {
        "status": "cancelled" if status in _CANCELLED else "open" if status in _OPEN else "shipped",
        "shipped_at": c["shipped_at"][i],
        "country": c["country"][i],
        "region": c["region"][i] or ("" if c["country"][i] else c["country_text"][i] or ""),
    }
    yield from settle(reading, SalesOrder, header, lines, c[ROW][i:j])


def _return(reading: Reading, c: Columns, i: int, j: int) -> Iterator[Sourced | Rejected]:
    lines = [
        {"sku": sku, "quantity": -quantity, "amount": None if amount is None else -amount, "tax": abs(tax)}
        for sku, quantity, amount, tax in zip(
            c["sku"][i:j], c["quantity"][i:j], c["amount"][i:j], c["tax"][i:j], strict=True
        )
    ]
    yield from settle(reading, Return, _header(reading, c, i), lines, c[ROW][i:j])


def _header(reading: Reading, c: Columns, i: int) -> dict[str, Any]:
    shop = reading.settings.shop or ""
    return {
        "id": c["order"][i],
        "source": f"file:{reading.layout.code}",
        "account": shop,
        "shop": shop,
        "company": reading.settings.company or "",
        "effective_at": c["moment"][i],
        "currency": c["currency"][i],
    }
