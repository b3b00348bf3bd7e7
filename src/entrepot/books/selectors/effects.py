"""What a document did: the units that it moved, the money that it brought, what it ordered and paid."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from entrepot.books.access import Viewer
from entrepot.books.models import CostLine, Document, Movement, PaymentLine, PurchaseLine, RefundLine, SalesLine
from entrepot.books.selectors.naming import place_name
from entrepot.books.selectors.shapes import Effect
from entrepot.core.components import NAMES
from entrepot.core.kinds import Kind

MOST = 500
"""Effects of each sort that are shown of one document."""


def effects(viewer: Viewer, document: Document) -> list[Effect]:
    """Every effect in document order; effects that are only money are left out for who may not see cost."""
    if not viewer.can("see_cost"):
        return list(_moved(document))
    return list(
        chain(
            _moved(document),
            _costs(document),
            _prices(document),
            _refunds(document),
            _ordered(document),
            _paid(document),
        )
    )


def place_of(cell: Any) -> str:
    """A cell as one reads it: place, with the shipment or the condition where that matters."""
    name = place_name(cell.location)
    if cell.transit:
        return f"{cell.transit} → {name}"
    return name if cell.condition == "sellable" else f"{name} ({cell.condition})"


def _moved(document: Document) -> Iterator[Effect]:
    rows = Movement.objects.filter(document=document)
    rows = rows.select_related("item", "from_cell__location", "to_cell__location", "replacement")
    for row in rows.order_by("line", "ordinal")[:MOST]:
        kind = Kind(row.kind)
        yield Effect(
            what=kind.name.lower(),
            sku=row.item.sku,
            place=" → ".join(place_of(cell) for cell in (row.from_cell, row.to_cell) if cell),
            units=row.quantity,
            amount=None,
            sale_id=str(row.pk) if kind is Kind.SALE else "",
            replaced=hasattr(row, "replacement"),
        )


def _costs(document: Document) -> Iterator[Effect]:
    rows = CostLine.objects.filter(document=document).select_related("location", "replacement")
    for row in rows.order_by("line", "ordinal")[:MOST]:
        yield Effect(
            what=f"cost_{row.target_kind}",
            sku="",
            place=place_name(row.location),
            units=None,
            amount=row.base_amount,
            component=NAMES[row.component],
            replaced=hasattr(row, "replacement"),
        )


def _prices(document: Document) -> Iterator[Effect]:
    for row in SalesLine.objects.filter(document=document).select_related("replacement").order_by("line")[:MOST]:
        gone = hasattr(row, "replacement")
        yield Effect("sale_price", row.sku, row.country, row.quantity, row.base_amount, replaced=gone)


def _refunds(document: Document) -> Iterator[Effect]:
    rows = RefundLine.objects.filter(document=document).select_related("item", "replacement")
    for row in rows.order_by("line")[:MOST]:
        sku, gone = row.item.sku if row.item else "", hasattr(row, "replacement")
        yield Effect("refund", sku, "", None, -row.base_amount, replaced=gone)


def _ordered(document: Document) -> Iterator[Effect]:
    if document.type == "purchase_order":
        for row in PurchaseLine.objects.filter(document=document).select_related("item").order_by("line")[:MOST]:
            yield Effect("ordered", row.item.sku, row.destination, row.quantity, None)


def _paid(document: Document) -> Iterator[Effect]:
    if document.type == "payment":
        for row in PaymentLine.objects.filter(document=document).order_by("line")[:MOST]:
            yield Effect("paid", "", row.order, None, row.base_amount)
