"""Search over everything that has a name or a number: SKU, barcode, listing, order, bill, shipment, container."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Q

from entrepot.books.access import Viewer
from entrepot.books.models import Item, Listing, Shipment
from entrepot.books.selectors.documents import in_scope
from entrepot.books.selectors.health_shapes import Hit
from entrepot.books.selectors.naming import named

TYPES = (
    "sales_order", "purchase_order", "receipt", "shipment", "cost_bill", "supplier_credit", "payment", "transfer",
    "return", "refund", "fee_charge", "reimbursement", "opening_balance", "count", "conversion", "regrade", "stock_use",
    "supplier_return", "intercompany_sale", "stock_report",
)  # fmt: skip
_END = {"sqlite": "\U0010ffff", "postgresql": "zzzz"}
"""What sorts behind every continuation of a number: SQLite compares bytes, PostgreSQL may go by a language that skips
what is no letter."""


def search(viewer: Viewer, text: str, limit: int = 20) -> list[Hit]:
    """What begins with or contains ``text``, exact hits first. Four queries, along indexes or over the catalogue."""
    text = text.strip()[:120]
    if not text:
        return []
    hits = [*_items(text, limit), *_documents(viewer, text, limit), *_shipments(viewer, text, limit)]
    unique = {(hit.kind, hit.key): hit for hit in reversed(hits)}
    ordered = [hit for hit in hits if unique.get((hit.kind, hit.key)) is hit]
    return sorted(ordered, key=lambda hit: not hit.exact)[:limit]


def _items(text: str, limit: int) -> list[Hit]:
    matching = Q(sku__icontains=text) | Q(name__icontains=text) | Q(name_zh__contains=text) | Q(barcode=text)
    rows = Item.objects.filter(matching | Q(sort_key__istartswith=text)).order_by("sku")
    found = {
        sku: Hit(
            "sku", sku, sku, named(name, zh), exact=text.casefold() == sku.casefold() or (bool(code) and code == text)
        )
        for sku, name, zh, code in rows.values_list("sku", "name", "name_zh", "barcode")[:200]
    }
    listed = Listing.objects.filter(Q(seller_sku__istartswith=text) | Q(fnsku=text) | Q(asin=text))
    for sku, name, zh, label, fnsku in listed.values_list(
        "item__sku", "item__name", "item__name_zh", "seller_sku", "fnsku"
    )[:limit]:
        exact = text.casefold() in (label.casefold(), fnsku.casefold())
        if sku not in found or exact:
            found[sku] = Hit("sku", sku, sku, f"{label} · {named(name, zh)}", exact)
    folded = text.casefold()
    ordered = sorted(found.values(), key=lambda h: (not h.exact, not h.key.casefold().startswith(folded), h.key))
    return ordered[:limit]


def _documents(viewer: Viewer, text: str, limit: int) -> list[Hit]:
    """Documents whose number begins with ``text``: for each type the first of a range of the identity's index."""
    found: dict[tuple[str, str], Hit] = {}
    near = _ranges(viewer, sorted({text, text.upper()}), limit)
    shown = in_scope(viewer, [pk for pk, *_ in near])
    for pk, kind, number, source, _ in sorted(near, key=lambda row: (row[2], -row[4])):
        if pk in shown and number.upper().startswith(text.upper()) and (kind, number) not in found:
            detail = f"{kind.replace('_', ' ')} · {source}"
            found[kind, number] = Hit("document", str(pk), number, detail, number.upper() == text.upper())
    return list(found.values())[:limit]


def _ranges(viewer: Viewer, spellings: list[str], limit: int) -> list[tuple[Any, ...]]:
    """Id, type, number, source and version of the first documents of each type that begin with a spelling. One query.

    The plus keeps the database from going along the company's index, which is as long as the books.
    """
    leg = (
        "SELECT * FROM (SELECT id, type, external_id, source, version FROM books_document WHERE type = %s "
        "AND external_id >= %s AND external_id < %s AND (+company_id = %s OR company_id IS NULL) "
        "ORDER BY external_id LIMIT %s) AS leg"
    )
    end = _END.get(connection.vendor, "zzzz")
    asked = [(kind, spelling) for spelling in spellings for kind in TYPES]
    parameters = [
        value for kind, spelling in asked for value in (kind, spelling, spelling + end, viewer.company.id, limit)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([leg] * len(asked)), parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return list(dict.fromkeys(rows))


def _shipments(viewer: Viewer, text: str, limit: int) -> list[Hit]:
    rows = viewer.of_company(Shipment.objects.filter(Q(container__istartswith=text) | Q(number__istartswith=text)))
    if viewer.locations is not None:
        rows = rows.filter(Q(origin_id__in=viewer.locations) | Q(destination_id__in=viewer.locations))
    hits = []
    for key, number, container, mode, goal in rows.order_by("-departed_at").values_list(
        "document_id", "number", "container", "mode", "destination__name"
    )[:limit]:
        exact = text.upper() in (container.upper(), number.upper())
        hits.append(Hit("shipment", str(key), container or number, f"{number} · {mode} → {goal}", exact))
    return hits
