"""The marketplace's own reports: All Orders, settlements, customer returns, reimbursements, stock on hand.

Tab-separated, as the platform writes them; the headings stand in ``data/channels/layouts.json`` of the research data.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import polars as pl

from entrepot.core.money import major
from entrepot.sample.catalogue import Catalogue, Ints, asin, fnsku
from entrepot.sample.demand import AMAZON
from entrepot.sample.journal import FBA_CELL
from entrepot.sample.orders import CANCELLED, OPEN, SHIPPED, US_PLACES, Orders
from entrepot.sample.places import FBA, HK
from entrepot.sample.world import World

ORDER_COLUMNS = (
    "amazon-order-id merchant-order-id purchase-date last-updated-date order-status fulfillment-channel sales-channel "
    "order-channel url ship-service-level product-name sku asin item-status quantity currency item-price item-tax "
    "shipping-price shipping-tax gift-wrap-price gift-wrap-tax item-promotion-discount ship-promotion-discount "
    "ship-city ship-state ship-postal-code ship-country promotion-ids is-business-order purchase-order-number "
    "price-designation"
).split()
SETTLEMENT_COLUMNS = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount currency transaction-type "
    "order-id merchant-order-id adjustment-id shipment-id marketplace-name amount-type amount-description amount "
    "fulfillment-id posted-date posted-date-time order-item-code merchant-order-item-id merchant-adjustment-item-id "
    "sku quantity-purchased promotion-id"
).split()
RETURN_COLUMNS = (
    "return-date order-id sku asin fnsku product-name quantity fulfillment-center-id detailed-disposition reason "
    "status license-plate-number customer-comments"
).split()
REIMBURSEMENT_COLUMNS = (
    "approval-date reimbursement-id case-id amazon-order-id reason sku fnsku asin product-name condition currency-unit "
    "amount-per-unit amount-total quantity-reimbursed-cash quantity-reimbursed-inventory quantity-reimbursed-total "
    "original-reimbursement-id original-reimbursement-type"
).split()
STOCK_COLUMNS = (
    "seller-sku",
    "fulfillment-channel-sku",
    "asin",
    "condition-type",
    "Warehouse-Condition-code",
    "Quantity Available",
)
SETTLEMENT_DAYS = 28
_REASONS = ("DEFECTIVE", "NOT_AS_DESCRIBED", "UNWANTED_ITEM", "ORDERED_WRONG_ITEM", "DAMAGED_BY_CARRIER")


def order_id(number: int) -> str:
    """The platform's form of an order number, unique for every number below ten million."""
    return f"{111 + number % 3}-{(number * 1_000_003 + 17) % 10**7:07d}-{(number * 7_368_787 + 41) % 10**7:07d}"


def referral_fee(catalogue: Catalogue, sku: int, net: int) -> int:
    """The platform's commission in cents: 8 % on electronics, 15 % on the rest."""
    return net * (8 if catalogue.family[sku].category == "electronics" else 15) // 100


def fulfilment_fee(catalogue: Catalogue) -> Ints:
    """The platform's fee for sending one unit, cents, by weight: a plain line near its price list."""
    return 285 + catalogue.weight_g * 27 // 100


def tsv(rows: list[dict[str, str]], columns: Sequence[str], encoding: str = "utf-8") -> bytes:
    """Rows as a tab-separated file with a header; cells that a row does not name are empty."""
    lines = ["\t".join(columns)]
    lines.extend("\t".join([row.get(c, "") for c in columns]) for row in rows)
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def orders_report(world: World, orders: Orders, first: int, last: int) -> list[dict[str, str]]:
    """Rows of the All Orders report for orders of days ``first`` to ``last`` inclusive."""
    c = world.catalogue
    lines = orders.lines.filter((pl.col("channel") == AMAZON) & pl.col("day").is_between(first, last))
    words = {SHIPPED: "Shipped", OPEN: "Unshipped", CANCELLED: "Cancelled"}
    rows: list[dict[str, str]] = []
    for r in lines.iter_rows(named=True):
        state, city, postcode, tax, _ = US_PLACES[r["place"]]
        gross, live = r["price"] * r["quantity"], r["status"] != CANCELLED
        sku = r["sku"]
        row = {
            "amazon-order-id": order_id(r["order"]), "purchase-date": r["at"].strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "last-updated-date": (r["at"] + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "order-status": words[r["status"]], "fulfillment-channel": "Amazon", "sales-channel": "Amazon.com",
            "ship-service-level": "Expedited", "product-name": c.name[sku], "sku": c.sku[sku], "asin": asin(sku),
            "item-status": words[r["status"]], "quantity": str(r["quantity"]), "currency": "USD", "ship-city": city,
            "ship-state": state, "ship-postal-code": postcode, "ship-country": "US", "is-business-order": "false",
        }  # fmt: skip
        if live:
            row["item-price"] = major(gross, "USD")
            row["item-tax"] = major((gross - r["discount"]) * tax // 10_000, "USD")
            row["shipping-price"] = row["shipping-tax"] = "0.00"
            if r["discount"]:
                row["item-promotion-discount"] = major(r["discount"], "USD")
                row["promotion-ids"] = "Deal"
        rows.append(row)
    return rows


def settlements(world: World, orders: Orders) -> list[tuple[int, int, list[dict[str, str]]]]:
    """Every settlement: (first day, last day, rows); its first row is the summary, the sum of the others."""
    pieces = _settlement_pieces(world, orders)
    result: list[tuple[int, int, list[dict[str, str]]]] = []
    for turn, first in enumerate(range(0, world.days - SETTLEMENT_DAYS + 1, SETTLEMENT_DAYS)):
        last = first + SETTLEMENT_DAYS - 1
        number = str(18_200_000_000 + 7_919 * turn)
        rows: list[dict[str, str]] = []
        total = 0
        for day in range(first, last + 1):
            for kind, order, posted, amount_type, what, amount, sku, quantity in pieces.get(day, []):
                total += amount
                rows.append({
                    "settlement-id": number, "currency": "USD", "transaction-type": kind, "order-id": order,
                    "marketplace-name": "Amazon.com", "amount-type": amount_type, "amount-description": what,
                    "amount": major(amount, "USD"), "fulfillment-id": "AFN" if order else "",
                    "posted-date": posted[:10], "posted-date-time": posted, "sku": sku, "quantity-purchased": quantity,
                })  # fmt: skip
        summary = {
            "settlement-id": number, "settlement-start-date": _utc(world, first), "settlement-end-date":
            _utc(world, last + 1), "deposit-date": _utc(world, last + 3), "total-amount": major(total, "USD"),
            "currency": "USD",
        }  # fmt: skip
        result.append((first, last, [summary, *rows]))
    return result


Piece = tuple[str, str, str, str, str, int, str, str]


def _settlement_pieces(world: World, orders: Orders) -> dict[int, list[Piece]]:
    """(transaction, order, posted, type, description, cents, sku, quantity) by day."""
    c = world.catalogue
    sending = fulfilment_fee(c)
    pieces: dict[int, list[Piece]] = {}
    frame = orders.lines
    for r in frame.filter((pl.col("channel") == AMAZON) & (pl.col("status") == SHIPPED)).iter_rows(named=True):
        sku, n, order = r["sku"], r["quantity"], order_id(r["order"])
        posted = r["at"].strftime("%Y-%m-%dT%H:%M:%S+00:00")
        gross, discount = r["price"] * n, r["discount"]
        tax = (gross - discount) * US_PLACES[r["place"]][3] // 10_000
        today = pieces.setdefault(r["day"], [])

        def add(kind: str, what: str, amount: int, quantity: str = "") -> None:
            if amount:
                today.append(("Order", order, posted, kind, what, amount, c.sku[sku], quantity))  # noqa: B023

        add("ItemPrice", "Principal", gross, str(n))
        add("ItemPrice", "Tax", tax)
        add("ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", -tax)
        add("Promotion", "Principal", -discount)
        add("ItemFees", "Commission", -referral_fee(c, sku, gross - discount))
        add("ItemFees", "FBAPerUnitFulfillmentFee", -int(sending[sku]) * n)
    _refund_pieces(world, orders, pieces)
    for month_end, amount in world.storage_fees:
        day = month_end + 6
        piece = ("other-transaction", "", _utc(world, day), "other-transaction", "Storage Fee", -amount, "", "")
        pieces.setdefault(day, []).append(piece)
    for on, sku, n, cents in world.reimbursed:
        pieces.setdefault(on, []).append(
            ("other-transaction", "", _utc(world, on), "FBA Inventory Reimbursement", "WAREHOUSE_LOST", cents * n,
             c.sku[sku], str(n)))  # fmt: skip
    return pieces


def _refund_pieces(world: World, orders: Orders, pieces: dict[int, list[Piece]]) -> None:
    c = world.catalogue
    for back, row in zip(world.returned, orders.line_of_return, strict=True):
        if back.channel != AMAZON:
            continue
        r = orders.lines.row(int(row), named=True)
        paid = r["price"] - r["discount"] // r["quantity"]
        commission = referral_fee(c, back.sku, paid)
        posted = _utc(world, back.day, 8)
        order = order_id(r["order"])
        for kind, what, amount in (
            ("ItemPrice", "Principal", -paid), ("ItemFees", "Commission", commission),
            ("ItemFees", "RefundCommission", -min(500, commission // 5)),
        ):  # fmt: skip
            units = "1" if what == "Principal" else ""
            piece = ("Refund", order, posted, kind, what, amount, c.sku[back.sku], units)
            pieces.setdefault(back.day, []).append(piece)


def returns_report(world: World, orders: Orders, first: int, last: int) -> list[dict[str, str]]:
    """Rows of the customer returns report, one a unit."""
    c = world.catalogue
    rng = np.random.default_rng([world.days, 31])
    rows: list[dict[str, str]] = []
    for place, (back, row) in enumerate(zip(world.returned, orders.line_of_return, strict=True)):
        reason, note = _REASONS[int(rng.integers(len(_REASONS)))], int(rng.integers(4))
        if back.channel != AMAZON or not first <= back.day <= last:
            continue
        number = int(orders.lines["order"][int(row)])
        rows.append({
            "return-date": _utc(world, back.day, 6), "order-id": order_id(number), "sku": c.sku[back.sku],
            "asin": asin(back.sku), "fnsku": fnsku(back.sku), "product-name": c.name[back.sku], "quantity": "1",
            "fulfillment-center-id": ("ONT8", "LAS2", "DFW7", "CLT3")[note],
            "detailed-disposition": back.condition.upper(), "reason": reason,
            "status": "Unit returned to inventory", "license-plate-number": f"LPNS{place:08d}",
        })  # fmt: skip
    return rows


def reimbursements_report(world: World, first: int, last: int) -> list[dict[str, str]]:
    """Rows of the reimbursements report."""
    c = world.catalogue
    return [
        {
            "approval-date": _utc(world, day, 9), "reimbursement-id": str(12_000_000_000 + 613 * place),
            "case-id": "", "reason": "Lost_Warehouse", "sku": c.sku[sku], "fnsku": fnsku(sku), "asin": asin(sku),
            "product-name": c.name[sku], "condition": "NewItem", "currency-unit": "USD",
            "amount-per-unit": major(cents, "USD"), "amount-total": major(cents * n, "USD"),
            "quantity-reimbursed-cash": str(n), "quantity-reimbursed-inventory": "0",
            "quantity-reimbursed-total": str(n),
        }
        for place, (day, sku, n, cents) in enumerate(world.reimbursed)
        if first <= day <= last
    ]  # fmt: skip


def stock_report(world: World, hidden: int = 0) -> list[dict[str, str]]:
    """The platform's stock at the end of the last day; of the first ``hidden`` SKUs in stock it knows one unit less."""
    c = world.catalogue
    rows: list[dict[str, str]] = []
    for (company, location, condition), units in world.stock.cells.items():
        if (company, location) != (HK, FBA):
            continue
        for i in np.flatnonzero(units > 0):
            n = int(units[i])
            if condition == FBA_CELL[2] and hidden > 0:
                n, hidden = n - 1, hidden - 1
            rows.append({
                "seller-sku": c.sku[i], "fulfillment-channel-sku": fnsku(int(i)), "asin": asin(int(i)),
                "condition-type": "NewItem", "Quantity Available": str(n),
                "Warehouse-Condition-code": "SELLABLE" if condition == FBA_CELL[2] else "UNSELLABLE",
            })  # fmt: skip
    return rows


def _utc(world: World, day: int, hour: int = 0) -> str:
    return f"{world.start + timedelta(day):%Y-%m-%d}T{hour:02d}:00:00+00:00"
