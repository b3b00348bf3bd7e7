"""Bad rows, planted on purpose: what a careful import must refuse or keep waiting, and how often.

Every function adds rows that belong to nobody, so that the world's own figures stay true; it returns how many of them a
reader of the file must refuse (``rejected``) and how many name an SKU that is in no catalogue (``unknown_sku``).
"""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.sample.amazon_files import order_id
from entrepot.sample.sheets import Row

UNKNOWN_SKU = "OLD-SKU-77"
Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Planted:
    """What was planted in one file, counted in rows."""

    rejected: int = 0
    unknown_sku: int = 0
    waiting: int = 0
    """Rows of documents that aim at something that never comes."""
    what: tuple[str, ...] = ()


def in_orders_report(rows: Rows, part: int) -> Planted:
    """The marketplace's orders: an SKU nobody knows, a quantity in words, a negative one, a price that is a text."""
    plain = next(row for row in rows if row["order-status"] == "Shipped")
    for place, change in enumerate((
        {"sku": UNKNOWN_SKU, "asin": "B0SXXXXXXX"}, {"sku": UNKNOWN_SKU, "asin": "B0SXXXXXXX"},
        {"quantity": "two"}, {"quantity": "-1"}, {"item-price": "see invoice"},
    )):  # fmt: skip
        number = order_id(9_500_000 + part * 100 + place)
        rows.insert(len(rows) * (place + 1) // 7, {**plain, "amazon-order-id": number, **change})
    return Planted(rejected=3, unknown_sku=2, what=("unknown SKU", "no number", "negative quantity", "no price"))


def in_shop_export(rows: Rows, part: int) -> Planted:
    """The own shop: a line item without a number of units, an unknown SKU."""
    plain = next(row for row in rows if row.get("Financial Status") == "paid")
    for place, change in enumerate(({"Lineitem quantity": "many"}, {"Lineitem sku": UNKNOWN_SKU})):
        rows.append({**plain, "Name": f"#X{part}{place}", "Id": str(9_000_000_000_000 + part * 10 + place), **change})
    return Planted(rejected=1, unknown_sku=1, what=("quantity in words", "unknown SKU"))


def in_market_export(rows: Rows, part: int) -> Planted:
    """The UK marketplace: a day that does not exist, a price that is no number, a stock correction, unknown SKUs."""
    plain = next(row for row in rows if not row["InvoiceNo"].startswith("C"))
    changes: tuple[dict[str, str], ...] = (
        {"InvoiceDate": "31/02/2026 10:00"}, {"UnitPrice": "NaN"}, {"UnitPrice": "1e309"},
        {"Quantity": "-4", "Description": "stock check"}, {"StockCode": UNKNOWN_SKU}, {"StockCode": UNKNOWN_SKU},
        {"StockCode": "POSTAGE", "Description": "Postage"},
    )  # fmt: skip
    for place, change in enumerate(changes):
        rows.insert(len(rows) * (place + 1) // 9, {**plain, "InvoiceNo": str(700_000 + part * 100 + place), **change})
    return Planted(rejected=4, unknown_sku=3,
                   what=("impossible date", "NaN", "1e309", "negative quantity", "unknown SKU"))  # fmt: skip


def in_returns_report(rows: Rows) -> Planted:
    """The marketplace's returns: five of orders that are older than the books; they wait."""
    plain = rows[0]
    for place in range(5):
        rows.append({**plain, "order-id": order_id(9_700_000 + place), "license-plate-number": f"LPNOLD{place}"})
    return Planted(waiting=5, what=("return of an order that is not in the books",))


def in_german_bills(rows: list[Row]) -> Planted:
    """The German warehouse's bills: an amount in words."""
    plain = rows[0]
    rows.append({**plain, "id": f"FALSCH-{plain['id']}", "amount": "zwölf Euro"})
    return Planted(rejected=1, what=("amount in words",))


def in_customs_bills(rows: list[Row]) -> Planted:
    """The customs brokers' bills: a currency that does not exist, and a bill for a receipt that never was."""
    plain = {k: v for k, v in rows[0].items() if k not in ("basis", "weights")}
    rows.append({**plain, "id": "CUS-BAD-1", "currency": "USX", "component": "handling"})
    rows.append({**plain, "id": "CUS-WAITS-1", "component": "duty", "target_document": "IN-9912-999"})
    return Planted(rejected=1, waiting=1, what=("unknown currency", "bill without its receipt"))


def in_receipts(rows: list[Row]) -> Planted:
    """Receipts in Germany: a negative quantity, an SKU nobody knows."""
    plain = {k: v for k, v in rows[0].items() if k not in ("order_line", "shipment")}
    rows.append({**plain, "id": f"BAD-{plain['id']}", "quantity": -3})
    rows.append({**plain, "id": f"ODD-{plain['id']}", "sku": UNKNOWN_SKU, "quantity": 5})
    return Planted(rejected=1, unknown_sku=1, what=("negative quantity", "unknown SKU"))
