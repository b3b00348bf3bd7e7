"""Search over everything that has a name or a number: SKU, barcode, listing, order, bill, shipment, container."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from entrepot.books.access import Viewer
from entrepot.books.models import Document, Item, Listing, Shipment
from entrepot.books.selectors.documents import in_scope
from entrepot.books.selectors.health_shapes import Hit
from entrepot.books.selectors.naming import named

TYPES = (
    "sales_order", "purchase_order", "receipt", "shipment", "cost_bill", "supplier_credit", "payment", "transfer",
    "return", "refund", "fee_charge", "reimbursement", "opening_balance", "count", "conversion", "regrade", "stock_use",
    "supplier_return", "intercompany_sale", "stock_report",
)  # fmt: skip
_END = "\U0010ffff"


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
    """Documents whose number begins with ``text``: a range of the identity's index, not a scan of every order."""
    mine = Q(company_id=viewer.company.id) | Q(company=None)
    spelled = {text, text.upper()}
    starts = Q()
    for spelling in spelled:
        starts |= Q(external_id__gte=spelling, external_id__lt=spelling + _END)
    rows: Any = Document.objects.filter(mine, starts, type__in=TYPES).order_by("external_id", "-version")
    found: dict[tuple[str, str], Hit] = {}
    near = list(rows.values_list("pk", "type", "external_id", "source")[: limit * 4])
    shown = in_scope(viewer, [pk for pk, *_ in near])
    for pk, kind, number, source in near:
        if pk in shown and number.upper().startswith(text.upper()) and (kind, number) not in found:
            detail = f"{kind.replace('_', ' ')} · {source}"
            found[kind, number] = Hit("document", str(pk), number, detail, number.upper() == text.upper())
    return list(found.values())[:limit]


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
