"""Units whose purchase cost is not known, by SKU, with the document that brought the oldest of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, Sum

from entrepot.books.access import Viewer
from entrepot.books.models import BasisShare, Item, MarginFigure, Movement, StockFigure
from entrepot.books.selectors.health_shapes import MissingCost
from entrepot.books.selectors.naming import named, place_name
from entrepot.books.selectors.paging import cut, moment
from entrepot.books.selectors.shapes import Page, Slice
from entrepot.core.components import GOODS
from entrepot.core.kinds import Kind

_WHY = {
    Kind.OPENING: "opening",
    Kind.RECEIPT: "no_bill",
    Kind.INTERCOMPANY_RECEIPT: "no_bill",
    Kind.RETURN: "unknown_return",
    Kind.COUNT_SURPLUS: "count_surplus",
}


def missing_costs(viewer: Viewer, part: Any = None) -> Page[MissingCost]:
    """SKUs with units without cost, on hand or sold, most units first. Four queries."""
    viewer.need("see_cost")
    stock = viewer.in_locations(viewer.of_company(StockFigure.objects.filter(missing__gt=0)), "cell__location")
    on_hand = dict(stock.order_by().values_list("item_id").annotate(n=Sum("missing")))
    sales = viewer.in_shops(viewer.of_company(MarginFigure.objects.filter(Q(missing__gt=0) | Q(uncosted__gt=0))))
    summed = sales.order_by().values_list("item_id").annotate(m=Sum("missing"), u=Sum("uncosted"))
    sold = {item: (missing, early) for item, missing, early in summed}
    items = {*on_hand, *sold}
    names = {
        pk: (sku, named(name, zh))
        for pk, sku, name, zh in Item.objects.filter(pk__in=items).values_list("pk", "sku", "name", "name_zh")
    }
    births = _births(viewer, items)
    rows = []
    for item in items:
        sku, name = names[item]
        missing, early = sold.get(item, (0, 0))
        birth = births.get(item)
        place = birth.to_cell.location if birth else None
        rows.append(
            MissingCost(
                sku=sku,
                name=name,
                document_id=str(birth.document_id) if birth else "",
                document=birth.document.external_id if birth else "",
                place=place_name(place),
                born_at=moment(birth.effective_at) if birth else None,
                units=on_hand.get(item, 0) + missing + early,
                on_hand=on_hand.get(item, 0),
                sold=missing + early,
                why=_WHY.get(Kind(birth.kind), "no_bill") if birth else "uncosted" if early else "no_bill",
            )
        )
    return cut(rows, part or Slice("units", descending=True), sums=("units", "on_hand", "sold"))


def _births(viewer: Viewer, items: set[int]) -> dict[int, Any]:
    """Item to its oldest birth that no goods cost is aimed at and that inherits none."""
    billed = BasisShare.objects.filter(
        movement_id=OuterRef("pk"), basis__cost_line__component=GOODS, basis__cost_line__replacement=None
    )
    rows = viewer.of_company(Movement.objects.filter(item_id__in=items, kind__in=_WHY, of=None, replacement=None))
    rows = rows.filter(~Exists(billed)).select_related("document", "to_cell__location").defer("document__body")
    found: dict[int, Any] = {}
    for row in rows.order_by("effective_at", "pk"):
        found.setdefault(row.item_id, row)
    return found
