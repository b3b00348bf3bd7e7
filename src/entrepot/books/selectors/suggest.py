"""Codes that begin with, or names that contain, what a person types in a cell."""

from __future__ import annotations

from django.db.models import Q

from entrepot.books.access import Viewer
from entrepot.books.models import Item, Location, Shop, Supplier
from entrepot.books.selectors.naming import named

MOST = 20


def suggest(viewer: Viewer, what: str, text: str) -> list[tuple[str, str]]:
    """Code and name of items, places, suppliers or shops; those whose code begins with ``text`` first. Two queries at most."""
    text = text.strip()[:100]
    if what == "item":
        found = Item.objects.filter(Q(sku__istartswith=text)).order_by("sku")
        rows = list(found.values_list("sku", "name", "name_zh")[:MOST])
        if len(rows) < MOST and text:
            more = Item.objects.filter(Q(name__icontains=text) | Q(name_zh__icontains=text) | Q(barcode=text))
            rows += (
                more.exclude(sku__istartswith=text)
                .order_by("sku")
                .values_list("sku", "name", "name_zh")[: MOST - len(rows)]
            )
        return [(sku, named(name, name_zh)) for sku, name, name_zh in rows]
    if what == "location":
        rows = Location.objects.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(name_zh__icontains=text))
        return [
            (code, named(a, b)) for code, a, b in rows.order_by("code").values_list("code", "name", "name_zh")[:MOST]
        ]
    if what == "supplier":
        rows = Supplier.objects.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(name_zh__icontains=text))
        return [
            (code, named(a, b)) for code, a, b in rows.order_by("code").values_list("code", "name", "name_zh")[:MOST]
        ]
    if what == "shop":
        shops = Shop.objects.filter(company_id=viewer.company.id)
        shops = shops if viewer.shops is None else shops.filter(pk__in=viewer.shops)
        return list(shops.filter(code__icontains=text).order_by("code").values_list("code", "name")[:MOST])
    return []


def names_of_items(skus: set[str]) -> dict[str, str]:
    """SKU to name, for the hints beside typed cells. One query for 500 SKUs."""
    found: dict[str, str] = {}
    wanted = sorted(skus)
    for start in range(0, len(wanted), 500):
        rows = Item.objects.filter(sku__in=wanted[start : start + 500]).values_list("sku", "name", "name_zh")
        found |= {sku: named(name, name_zh) for sku, name, name_zh in rows}
    return found
