"""Amazon "All Orders" flat file into sales orders (``layouts/amazon_orders.toml``).

The net amount of a line is what the buyer pays for it without tax: item + shipping + gift wrap − both promotions. On
marketplaces that show prices with tax (all but the United States and Canada) the listed prices hold the tax columns,
which are taken out.

A cancelled line has no units and states no fact. Orders that Amazon only ships for another channel ("Non-Amazon") come
with that channel's export. Both are put aside. The order id and SKU may repeat: every row is a line.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from entrepot.channels.files.assemble import LINE, ROW, Columns, groups, settle
from entrepot.channels.files.parsed import Aside, Rejected, Sourced
from entrepot.channels.files.reading import Reading
from entrepot.core.documents import SalesOrder

PRICES_WITHOUT_TAX = ("amazon.com", "amazon.ca")
"""Marketplaces whose listed prices come before tax; elsewhere tax is taken to be inside."""

_CANCELLED = ("cancelled", "canceled")
_OPEN = ("pending", "unshipped", "shipping", "pendingavailability", "invoiceunconfirmed")
_PRICES = ("item_price", "shipping_price", "gift_wrap_price")
_TAXES = ("item_tax", "shipping_tax", "gift_wrap_tax")
_DISCOUNTS = ("item_discount", "shipping_discount")


def prepare(reading: Reading) -> pl.DataFrame:
    """The rows as typed columns."""
    order = reading.ids("order", required=True)
    status = reading.text("status").str.to_lowercase().str.replace_all(r"[^a-z]", "")
    line_status = reading.text("line_status").str.to_lowercase()
    quantity = reading.quantities("quantity", required=True)
    line_cancelled = line_status.is_in(_CANCELLED).fill_null(value=False)
    cancelled = status.is_in(_CANCELLED).fill_null(value=False) | line_cancelled
    currency = reading.currency()
    sku = reading.ids("sku", required=True)
    parts = {name: reading.amounts(name, currency) for name in (*_PRICES, *_TAXES, *_DISCOUNTS)}
    priced = parts["item_price"].is_not_null()
    # An open order may show no price yet, and then no currency either: the caller's is taken, the amount is not known.
    unpriced = reading.text("item_price").is_not_null() & currency.is_null()
    reading.fault(unpriced, "currency_missing", "the price has no currency", "fill in the currency", "currency")
    zero = pl.Series([0] * reading.height, dtype=pl.Int64)
    filled = {name: values.fill_null(0) for name, values in parts.items()}
    gross = sum((filled[name] for name in _PRICES), zero) - sum((filled[name].abs() for name in _DISCOUNTS), zero)
    tax = sum((filled[name] for name in _TAXES), zero)
    place = reading.text("sales_channel").str.to_lowercase()
    inside = ~place.is_in(PRICES_WITHOUT_TAX).fill_null(value=True)
    amount = (gross - tax.set(~inside, 0)).set(~priced, None)
    reading.units, reading.money, reading.numbers = quantity, amount, order
    negative = (quantity < 0) | ((quantity == 0) & ~cancelled)
    reading.fault(
        negative, "quantity_not_positive", "an order line has at least one unit", "correct it", "quantity", quantity
    )
    reading.fault(amount < 0, "negative_price", "the line's price is negative", "enter a refund instead", "item_price")
    return pl.DataFrame(
        {
            "order": order,
            "sku": sku,
            "quantity": quantity,
            "amount": amount,
            "tax": tax,
            "currency": currency,
            "moment": reading.moments("moment", required=True),
            "status": status,
            "aside": _aside(reading, cancelled & (quantity.fill_null(0) == 0) | line_cancelled, place),
            "country": reading.countries(),
            "region": reading.text("region"),
            ROW: pl.int_range(reading.height, eager=True),
            LINE: reading.lines,
        }
    )


def build(reading: Reading, frame: pl.DataFrame) -> Iterator[Sourced | Rejected | Aside]:
    """Orders in the order of their first row."""
    yield from reading.rejects()
    good = reading.good()
    for line, reason in frame.filter(good & frame["aside"].is_not_null()).select(LINE, "aside").iter_rows():
        yield Aside(reason, line)
    for chunk, start, stop in groups(frame.filter(good & frame["aside"].is_null()), "order"):
        yield from _order(reading, chunk, start, stop)


def _aside(reading: Reading, cancelled: pl.Series, place: pl.Series) -> pl.Series:
    """The reason why a row states no sale of this shop, null for the others."""
    reason = pl.Series([None] * reading.height, dtype=pl.String)
    foreign = place.str.starts_with("non-amazon").fill_null(value=False)
    return reason.set(foreign, "order_of_another_channel").set(cancelled, "cancelled_line")


def _order(reading: Reading, c: Columns, i: int, j: int) -> Iterator[Sourced | Rejected]:
    shop = reading.settings.shop or ""
    currency = next((code for code in c["currency"][i:j] if code), reading.settings.currency)
    if currency is None:  # a pending order shows neither price nor currency
        currency = _usual_currency(reading)
    status = c["status"][i] or ""
    header = {
        "id": c["order"][i],
        "source": f"file:{reading.layout.code}",
        "account": shop,
        "shop": shop,
        "company": reading.settings.company or "",
        "effective_at": c["moment"][i],
        "currency": currency,
        "status": "cancelled" if status in _CANCELLED else "open" if status in _OPEN else "shipped",
        "country": c["country"][i],
        "region": c["region"][i] or "",
    }
    lines = [
        {"sku": sku, "quantity": quantity, "amount": amount, "tax": tax}
        for sku, quantity, amount, tax in zip(
            c["sku"][i:j], c["quantity"][i:j], c["amount"][i:j], c["tax"][i:j], strict=True
        )
    ]
    yield from settle(reading, SalesOrder, header, lines, c[ROW][i:j])


def _usual_currency(reading: Reading) -> str:
    """The currency that most rows of the file are in."""
    counts = reading.currencies.drop_nulls().value_counts(sort=True)
    return str(counts.row(0)[0]) if counts.height else ""
