"""The exports of the two other shops: the own shop's orders, and the marketplace's order lines.

The own shop writes one comma-separated row per line item, totals on the first row of an order, prices with VAT inside.
The marketplace writes plain invoice lines, day before month; its returns are lines of a cancellation number (C…).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from entrepot.core.documents import Document, Return, ReturnLine
from entrepot.core.documents.header import Ref
from entrepot.core.money import major
from entrepot.sample.demand import MARKET_UK, OWN_SHOP
from entrepot.sample.orders import CANCELLED, EU_PLACES, OPEN, Orders
from entrepot.sample.places import GERMANY, HK
from entrepot.sample.places import OWN_SHOP as SHOP_CODE
from entrepot.sample.world import World

SHOP_COLUMNS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,"
    "Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,"
    "Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,"
    "Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,"
    "Lineitem discount"
).split(",")
MARKET_COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
                  "Country")  # fmt: skip
_BERLIN, _LONDON = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London")
FREE_SHIPPING, SHIPPING = 3_900, 490


def csv_bytes(rows: Iterable[dict[str, str]], columns: Iterable[str], encoding: str = "utf-8") -> bytes:
    """Rows as a comma-separated file with a header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def shop_order(number: int) -> str:
    """The own shop's name of an order."""
    return f"#{number + 1001}"


def shop_export(world: World, orders: Orders, first: int, last: int) -> list[dict[str, str]]:
    """Rows of the own shop's orders export for orders of days ``first`` to ``last`` inclusive, as exported then."""
    lines = orders.lines.filter((pl.col("channel") == OWN_SHOP) & pl.col("day").is_between(first, last))
    rows: list[dict[str, str]] = []
    for _, group in lines.group_by("order", maintain_order=True):
        items = group.rows(named=True)
        rows.extend(_shop_rows(world, items))
    return rows


def _shop_rows(world: World, items: list[dict[str, Any]]) -> list[dict[str, str]]:
    head = items[0]
    country, city, postcode, vat, _ = EU_PLACES[head["place"]]
    name = shop_order(head["order"])
    email = f"buyer{head['order']:06d}@example.com"
    subtotal = sum(_net(i) for i in items)
    shipping = 0 if subtotal >= FREE_SHIPPING else SHIPPING
    tax = (subtotal + shipping) * vat // (10_000 + vat)
    at = head["at"]
    status = head["status"]
    created = _local(at)
    sent = min(at + timedelta(hours=5), at.replace(hour=23, minute=59, second=59))
    first = {
        "Financial Status": "voided" if status == CANCELLED else "paid",
        "Paid at": "" if status == CANCELLED else created,
        "Fulfillment Status": "fulfilled" if status not in (CANCELLED, OPEN) else "unfulfilled",
        "Fulfilled at": _local(sent) if status not in (CANCELLED, OPEN) else "", "Accepts Marketing": "no",
        "Currency": "EUR", "Subtotal": major(subtotal, "EUR"), "Shipping": major(shipping, "EUR"),
        "Taxes": major(tax, "EUR"), "Total": major(subtotal + shipping, "EUR"),
        "Discount Amount": major(sum(i["discount"] for i in items), "EUR"), "Shipping Method": "Standard",
        "Billing Country": country, "Shipping City": city, "Shipping Zip": postcode, "Shipping Country": country,
        "Payment Method": "Card", "Cancelled at": _local(at + timedelta(minutes=50)) if status == CANCELLED else "",
        "Refunded Amount": "0.00", "Vendor": "Lanternfish", "Outstanding Balance": "0.00",
        "Id": str(5_000_000_000_000 + head["order"] * 32_749), "Risk Level": "Low", "Source": "web",
    }  # fmt: skip
    rows: list[dict[str, str]] = []
    for place, item in enumerate(items):
        sku, title = _sold(world, item["sku"])
        row = {
            "Name": name, "Email": email, "Created at": created, "Lineitem quantity": str(item["quantity"]),
            "Lineitem name": title, "Lineitem price": major(item["price"], "EUR"), "Lineitem sku": sku,
            "Lineitem requires shipping": "true", "Lineitem taxable": "true",
            "Lineitem fulfillment status": "pending" if status in (CANCELLED, OPEN) else "fulfilled",
            "Lineitem discount": major(item["discount"], "EUR"),
        }  # fmt: skip
        rows.append({**first, **row} if place == 0 else row)
    return rows


def _net(item: dict[str, Any]) -> int:
    return item["price"] * item["quantity"] - item["discount"]


def _sold(world: World, sku: int) -> tuple[str, str]:
    if sku >= 0:
        return world.catalogue.sku[sku], world.catalogue.name[sku]
    code, name, _ = world.bundles[-1 - sku]
    return code, name


def _local(at: datetime) -> str:
    return at.astimezone(_BERLIN).strftime("%Y-%m-%d %H:%M:%S %z")


def shop_returns(world: World, orders: Orders, first: int, last: int) -> list[Document]:
    """What customers of the own shop sent back to Germany, one document a parcel, the money refunded with it."""
    result: list[Document] = []
    for place, (back, row) in enumerate(zip(world.returned, orders.line_of_return, strict=True)):
        if back.channel != OWN_SHOP or not first <= back.day <= last:
            continue
        r = orders.lines.row(int(row), named=True)
        paid = r["price"] - r["discount"] // r["quantity"]
        vat = EU_PLACES[r["place"]][3]
        tax = paid * vat // (10_000 + vat)
        on = world.start + timedelta(back.day)
        result.append(
            Return(
                id=f"RET-{place:05d}", company=HK, account=SHOP_CODE, shop=SHOP_CODE,
                effective_at=datetime(on.year, on.month, on.day, 6, tzinfo=UTC), location=GERMANY, currency="EUR",
                order=Ref(type="sales_order", id=shop_order(r["order"])), reason="returned parcel",
                lines=[ReturnLine(sku=world.catalogue.sku[back.sku], quantity=1, order_line=r["line"],
                                  condition=back.condition, amount=paid - tax, tax=tax)],
            )
        )  # fmt: skip
    return result


def invoice(number: int) -> str:
    """The marketplace's invoice number of an order."""
    return str(540_000 + number)


def market_export(world: World, orders: Orders, first: int, last: int) -> list[dict[str, str]]:
    """Invoice lines of days ``first`` to ``last`` inclusive, sales and returns in the order of time.

    A line of two units is here and there written as two equal lines of one: both are true.
    """
    c = world.catalogue
    rows: list[tuple[datetime, dict[str, str]]] = []
    lines = orders.lines.filter((pl.col("channel") == MARKET_UK) & pl.col("day").is_between(first, last))
    for r in lines.iter_rows(named=True):
        each = r["price"] - r["discount"] // r["quantity"]
        number, sku, units = invoice(r["order"]), r["sku"], r["quantity"]
        row = _market_row(number, c.sku[sku], c.name[sku], units, r["at"], each, r["order"])
        if r["quantity"] == 2 and r["order"] % 4 == 0:
            rows += [(r["at"], {**row, "Quantity": "1"})] * 2
        else:
            rows.append((r["at"], row))
    for back, place in zip(world.returned, orders.line_of_return, strict=True):
        if back.channel == MARKET_UK and first <= back.day <= last:
            r = orders.lines.row(int(place), named=True)
            on = world.start + timedelta(back.day)
            at = datetime(on.year, on.month, on.day, 6, tzinfo=UTC)
            each = r["price"] - r["discount"] // r["quantity"]
            rows.append((at, _market_row(f"C{invoice(r['order'])}{back.day:03d}{back.unit}", c.sku[back.sku],
                                         c.name[back.sku], -1, at, each, r["order"])))  # fmt: skip
    rows.sort(key=lambda row: row[0])
    return [row for _, row in rows]


def _market_row(number: str, sku: str, name: str, units: int, at: datetime, each: int, order: int) -> dict[str, str]:
    return {
        "InvoiceNo": number, "StockCode": sku, "Description": name, "Quantity": str(units),
        "InvoiceDate": at.astimezone(_LONDON).strftime("%d/%m/%Y %H:%M"), "UnitPrice": major(each, "GBP"),
        "CustomerID": str(12_000 + order * 37 % 9_000), "Country": "United Kingdom",
    }  # fmt: skip
