"""Shopify orders export into sales orders and refunds (``layouts/shopify_orders.toml``).

The first row of an order carries its totals, the others a line item only. The order's net goods (subtotal, without tax
where it is inside) and its shipping are shared over the lines by their own prices, largest remainder, so that the lines
add up to what was charged. Whether tax is inside is read off the totals: they leave no room for it on top.

An order counts as shipped once Shopify calls it fulfilled; a partly fulfilled one stays open. The amount refunded so
far becomes a refund of the shipped order; its day is not in the export, so the latest one known stands in, noted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from entrepot.channels.files.assemble import LINE, ROW, Columns, groups, settle
from entrepot.channels.files.parsed import Aside, Rejected, Sourced
from entrepot.channels.files.reading import Reading
from entrepot.core.documents import Refund, SalesOrder
from entrepot.core.errors import Problem
from entrepot.core.money import range_share, split_largest_remainder

_TOTALS = ("subtotal", "shipping", "taxes", "duties", "total", "refunded")
_DATE_UNKNOWN = "date of the refund not in the export"


def prepare(reading: Reading) -> pl.DataFrame:
    """The rows as typed columns; the currency of an order is on its first row."""
    order = reading.ids("order", required=True)
    reading.required("sku", reading.ids("sku"))
    quantity = reading.quantities("quantity", required=True)
    own = reading.currency()
    currency = (
        pl.DataFrame({"c": own, "o": order})
        .select(pl.coalesce("c", pl.col("c").forward_fill().over("o"), pl.col("c").backward_fill().over("o")))
        .to_series()
    )
    reading.currencies = currency
    reading.fault(
        currency.is_null(), "currency_missing", "the order has no currency", "name the shop's currency", "currency"
    )
    data: dict[str, Any] = {name: reading.amounts(name, currency) for name in (*_TOTALS, "price", "line_discount")}
    gross = reading.totals("price", quantity, currency) - data["line_discount"].fill_null(0)
    reading.units, reading.money, reading.numbers = quantity, gross, order
    reading.fault(
        quantity < 1, "quantity_not_positive", "an order line has at least one unit", "correct it", "quantity", quantity
    )
    reading.fault(
        gross < 0,
        "negative_price",
        "the line's price is negative",
        "enter a refund instead",
        "price",
        reading.text("price"),
    )
    moments = {name: reading.moments(name) for name in ("moment", "paid_at", "fulfilled_at", "cancelled_at")}
    first = order.is_first_distinct()
    partly = (reading.text("fulfilment_status").str.to_lowercase() == "partial").fill_null(value=False)
    if partly.any():
        reading.warnings.append(
            Problem(
                "partly_fulfilled",
                f"{int(partly.sum())} orders are fulfilled in part and stay open until they are fulfilled whole",
                "import the export again when they are",
                line=int(reading.lines.filter(partly)[0]),
                parameters={"orders": int(partly.sum())},
            )
        )
    reading.fault(
        first & moments["moment"].is_null(),
        "missing",
        "the first row of an order has its date",
        "export the file again",
        "moment",
    )
    return pl.DataFrame(
        {
            **data,
            **moments,
            "order": order,
            "sku": reading.text("sku"),
            "quantity": quantity,
            "gross": gross,
            "currency": currency,
            "fulfilment": reading.text("fulfilment_status").str.to_lowercase(),
            "country": reading.countries(),
            "region": reading.text("region"),
            ROW: pl.int_range(reading.height, eager=True),
            LINE: reading.lines,
        }
    )


def build(reading: Reading, frame: pl.DataFrame) -> Iterator[Sourced | Rejected | Aside]:
    """Orders in the order of their first row, each with its refund behind it.

    The totals on the first row speak for all lines, so an order with one unreadable row is refused whole.
    """
    for chunk, start, stop in groups(frame.with_columns(pl.col("order").fill_null("")), "order"):
        rows: list[int] = chunk[ROW][start:stop]
        faulty = [row for row in rows if row in reading.faults]
        if faulty:
            yield from _refused(reading, rows, faulty[0])
        else:
            yield from _order(reading, chunk, start, stop)


def _refused(reading: Reading, rows: list[int], faulty: int) -> Iterator[Rejected]:
    cause = reading.faults[faulty]
    for row in rows:
        problem = reading.faults.get(row) or Problem(
            "document_refused",
            f"another row of this order cannot be read (line {cause.line})",
            "correct that row and import again",
        )
        yield reading.reject(row, problem)


def _order(reading: Reading, c: Columns, i: int, j: int) -> Iterator[Sourced | Rejected]:
    net, tax = _net_and_tax(c, i, j)
    weights: list[int] = c["gross"][i:j]
    weights = weights if sum(weights) > 0 else c["quantity"][i:j]
    amounts = [None] * (j - i) if net is None else split_largest_remainder(net, weights)
    taxes = split_largest_remainder(tax, weights)
    header = _header(reading, c, i)
    shipped = c["fulfilment"][i] == "fulfilled" or (c["fulfilled_at"][i] is not None and c["fulfilment"][i] is None)
    status = "shipped" if shipped else "cancelled" if c["cancelled_at"][i] is not None else "open"
    lines = [
        {"sku": sku, "quantity": quantity, "amount": amount, "tax": share}
        for sku, quantity, amount, share in zip(c["sku"][i:j], c["quantity"][i:j], amounts, taxes, strict=True)
    ]
    order = header | {
        "status": status,
        "shipped_at": c["fulfilled_at"][i] if shipped else None,
        "country": c["country"][i],
        "region": c["region"][i] or "",
    }
    yield from settle(reading, SalesOrder, order, lines, c[ROW][i:j], partial=False)
    if shipped and c["refunded"][i]:
        yield _refund(reading, c, i, header, (net or 0) + tax, tax)


def _net_and_tax(c: Columns, i: int, j: int) -> tuple[int | None, int]:
    """Net amount of the whole order with its shipping, and its tax, in minor units."""
    subtotal, shipping, taxes = c["subtotal"][i], c["shipping"][i] or 0, c["taxes"][i] or 0
    gross: list[int | None] = c["gross"][i:j]
    if subtotal is None:
        return (None, taxes) if None in gross else (sum(g or 0 for g in gross), taxes)
    # Tax on top raises the total by all of it; what is left over with tax inside is at most a tip.
    inside = c["total"][i] is not None and c["total"][i] - subtotal - shipping - (c["duties"][i] or 0) < taxes
    return subtotal + shipping - (taxes if inside else 0), taxes


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


def _refund(reading: Reading, c: Columns, i: int, header: dict[str, Any], gross: int, tax: int) -> Sourced:
    refunded: int = c["refunded"][i]
    of_tax = range_share(tax, gross, 0, min(refunded, gross)) if gross > 0 else 0
    moment = max(m for m in (c["moment"][i], c["paid_at"][i], c["fulfilled_at"][i], c["cancelled_at"][i]) if m)
    order = {"type": "sales_order", "id": header["id"], "account": header["account"]}
    document = Refund.model_validate(
        header
        | {
            "id": f"{header['id']}:refund",
            "effective_at": moment,
            "note": _DATE_UNKNOWN,
            "order": order,
            "lines": [{"amount": refunded - of_tax, "tax": of_tax}],
        }
    )
    return Sourced(document, (c[LINE][i],), beside=True)
