"""Posting rules of sales orders, refunds and returns."""

from __future__ import annotations

from typing import Any

from entrepot.audit.expected import Context, Expected, Rule, Source, base, lot_of, moment, move, owner, sold_line
from entrepot.audit.references import Moved, Sold
from entrepot.audit.registers import Company, midnight
from entrepot.audit.vocabulary import RETURN, SALE

Body = dict[str, Any]


def sales_order(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    shop = registers.shop(body["shop"])
    company = owner(context, source)
    cell = (
        registers.cell(company.id, body["cell"])
        if body.get("cell")
        else registers.cell_at(company.id, shop.location, {})
    )
    status, currency = body.get("status", "shipped"), body["currency"]
    at = moment(body.get("shipped_at"), source.effective_at)
    country, region, past = body.get("country") or "", body.get("region", ""), _before_books(company, at)
    for number, line in enumerate(body["lines"], 1):
        item, parts = registers.parts(shop, line["sku"])
        amount = line.get("amount")
        worth = None if amount is None else base(context, amount, currency, source.effective_at, company)
        expected.sales.append(
            (
                number,
                company.id,
                shop.id,
                item or 0,
                line["sku"],
                line["quantity"],
                amount,
                line.get("tax", 0),
                currency,
                worth,
                source.effective_at,
                country,
                region,
                status,
            )
        )
        if status == "cancelled" or (status == "shipped" and past):
            continue
        for ordinal, (part, units) in enumerate(parts):
            quantity = units * line["quantity"]
            if status == "open":
                expected.reserved.append((number, part, cell, quantity))
            else:
                lot = lot_of(context, source, line.get("lot"), part)
                expected.moves.append(
                    move(source, number, SALE, part, quantity, cell, 0, ordinal=ordinal, at=at, lot=lot)
                )


def _before_books(company: Company, at: int) -> bool:
    """Sold or come back before the first day of the books: no units move."""
    return bool(company.books_from) and at < midnight(str(company.books_from), company.zone)


def refund(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    shop = registers.shop(body["shop"])
    lines = context.references.sales_lines(body["order"], source.id) if body.get("order") else []
    for number, line in enumerate(body["lines"], 1):
        sku = line.get("sku", "")
        sold = sold_line(lines, line.get("order_line"), sku)
        item = sold.item if sold else ((registers.parts(shop, sku)[0] or 0) if sku else 0)
        _refund(context, source, expected, number, line, body["currency"], shop.id, sold, item)


def _refund(
    context: Context,
    source: Source,
    expected: Expected,
    number: int,
    line: Body,
    currency: str,
    shop: int,
    sold: Sold | None,
    item: int,
) -> None:
    company = owner(context, source)
    expected.refunds.append(
        (
            number,
            company.id,
            shop,
            sold.id if sold else 0,
            item,
            line["amount"],
            line.get("tax", 0),
            currency,
            base(context, line["amount"], currency, source.effective_at, company),
            source.effective_at,
        )
    )


def return_(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    shop = registers.shop(body["shop"]) if body.get("shop") else None
    place = registers.location(body["location"]) if body.get("location") else shop.location  # type: ignore[union-attr]
    order = body.get("order")
    sales = context.references.movements(order, "issue", source.id) if order else []
    lines = context.references.sales_lines(order, source.id) if order else []
    left = {sale.id: sale.quantity - context.references.returned(sale.id, source.id, context.older) for sale in sales}
    for number, line in enumerate(body["lines"], 1):
        cell = registers.cell_at(source.company, place, {**line, "batch": "", "expiry": None})
        item, parts = registers.parts(shop, line["sku"])
        ordinal = 0
        for part, units in [] if _before_books(owner(context, source), source.effective_at) else parts:
            for of, quantity in _origins(part, units * line["quantity"], line.get("order_line"), sales, left):
                expected.moves.append(move(source, number, RETURN, part, quantity, 0, cell, ordinal=ordinal, of=of))
                ordinal += 1
        if line.get("amount") or (line.get("amount") is not None and line.get("tax")):
            sold = sold_line(lines, line.get("order_line"), line["sku"])
            _refund(context, source, expected, number, line, body["currency"], shop.id if shop else 0, sold, item or 0)


def _origins(
    item: int, quantity: int, number: int | None, sales: list[Moved], left: dict[int, int]
) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for sale in sales:
        if sale.item != item or number not in (None, sale.line):
            continue
        part = min(quantity, left[sale.id])
        if part > 0:
            found.append((sale.id, part))
            left[sale.id] -= part
            quantity -= part
    return [*found, (0, quantity)] if quantity > 0 else found


SELLING_RULES: dict[str, Rule] = {
    "sales_order": sales_order,
    "refund": refund,
    "return": return_,
}
