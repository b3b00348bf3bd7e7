"""Orders, refunds and returns of customers."""

from __future__ import annotations

from typing import Any

from entrepot.books import models
from entrepot.books.intake import rows as r
from entrepot.books.intake.posting import references
from entrepot.books.intake.posting.builder import Builder, ratio
from entrepot.books.intake.trouble import refused
from entrepot.core import documents as d
from entrepot.core.calendar import Instant, midnight, to_instant
from entrepot.core.kinds import Kind


def sales_order(b: Builder, doc: d.SalesOrder) -> None:
    shop = b.directory.shop(doc.shop)
    company = b.header.company
    if shop.company_id != company.pk:
        raise refused("wrong_company", "the shop belongs to another company", "fix company or shop", field="company")
    cell = b.directory.cell(company, doc.cell) if doc.cell else b.directory.cell_at(company, shop.location)
    shipped_at = to_instant(doc.shipped_at) if doc.shipped_at else b.header.effective_at
    rate = b.directory.rate(doc.currency, company.currency, company, b.header.effective_at)
    country, session, past = doc.country or "", b.session, _before_books(company, shipped_at)
    for number, line in enumerate(doc.lines, 1):
        item, parts = b.directory.parts(shop, line.sku, number)
        base = None if line.amount is None else b.base(line.amount, doc.currency, b.header.effective_at)[0]
        numerator, denominator = ratio(rate.value, base or 0, line.amount or 1)
        sold = r.SalesLineRow(
            session.new_id(r.SalesLineRow), b.header.id, number, company.pk, shop.pk, item, line.sku, line.quantity,
            line.amount, line.tax, doc.currency, base, numerator, denominator, rate.source, b.header.effective_at,
            session.recorded_at, country, doc.region, doc.status,
        )  # fmt: skip
        b.postings.sales.append(sold)
        for ordinal, (part, units) in enumerate(parts):
            quantity = units * line.quantity
            if doc.status == "open":
                b.postings.reserve.append((number, part, cell, quantity))
            elif doc.status == "shipped" and not past:
                b.movement(
                    number, Kind.SALE, part, quantity, cell, None, ordinal=ordinal, at=shipped_at,
                    sales_line_id=sold.id,
                    lot_id=references.lot(b, line.lot, part) if line.lot else None,
                )  # fmt: skip


def _before_books(company: models.Company, at: Instant) -> bool:
    """Whether ``at`` lies before the first day of the company's books: the opening balance knows of it already."""
    return company.books_from is not None and at < midnight(company.books_from, company.zone)


def _moved_nothing(company: models.Company, line: models.SalesLine) -> bool:
    """Sold before the books began: what comes back of it has no sale whose cost it could take."""
    if company.books_from is None or line.status != "shipped":
        return False
    return not models.Movement.objects.filter(document_id=line.document_id, line=line.line).exists()


def refund(b: Builder, doc: d.Refund) -> None:
    shop = b.directory.shop(doc.shop)
    lines = references.sales_lines(b, doc.order) if doc.order else []
    for number, line in enumerate(doc.lines, 1):
        sold = _sold(lines, line.order_line, line.sku)
        item = sold.item_id if sold else (b.directory.parts(shop, line.sku, number)[0] if line.sku else None)
        b.refund(number, line.amount, line.tax, doc.currency, shop, sold.pk if sold else None, item)


def _sold(lines: list[models.SalesLine], number: int | None, sku: str) -> models.SalesLine | None:
    for line in lines:
        if line.line == number or (number is None and (line.sku == sku or (not sku and len(lines) == 1))):
            return line
    return None


def return_(b: Builder, doc: d.Return) -> None:
    shop = b.directory.shop(doc.shop) if doc.shop else None
    if shop is None and not doc.location:
        raise refused(
            "no_place", "the return does not say where the units came back", "name location or shop", field="location"
        )
    location = b.directory.location(doc.location) if doc.location else shop.location  # type: ignore[union-attr]
    lines = references.sales_lines(b, doc.order) if doc.order else []
    older = bool(lines) and all(_moved_nothing(b.header.company, line) for line in lines)
    sales = references.movements(b, doc.order, "issue") if doc.order and not older else []
    left = {sale.pk: references.returnable(sale, b.header.older) for sale in sales}
    past = _before_books(b.header.company, b.header.effective_at)
    for number, line in enumerate(doc.lines, 1):
        cell = b.directory.cell_at(b.header.company, location, line.condition, line.label)
        item, parts = b.directory.parts(shop, line.sku, number)
        ordinal = 0
        for part, units in [] if past else parts:
            for of, quantity in _origins(part, units * line.quantity, line.order_line, sales, left):
                b.movement(number, Kind.RETURN, part, quantity, None, cell, ordinal=ordinal, of_id=of)
                ordinal += 1
        if line.amount is not None and (line.amount or line.tax):
            if not doc.currency:
                raise refused(
                    "no_currency",
                    "a refunded amount needs a currency",
                    "give the currency",
                    line=number,
                    field="currency",
                )
            sold = _sold(lines, line.order_line, line.sku)
            b.refund(number, line.amount, line.tax, doc.currency, shop, sold.pk if sold else None, item)


def _origins(
    item: int, quantity: int, order_line: int | None, sales: list[Any], left: dict[int, int]
) -> list[tuple[int | None, int]]:
    """Which sale movements ``quantity`` units of ``item`` come back from; the rest has no known sale."""
    origins: list[tuple[int | None, int]] = []
    for sale in sales:
        if sale.item_id != item or (order_line is not None and sale.line != order_line):
            continue
        part = min(quantity, left[sale.pk])
        if part > 0:
            origins.append((sale.pk, part))
            left[sale.pk] -= part
            quantity -= part
    if quantity > 0:
        origins.append((None, quantity))
    return origins
