"""From a figure to its documents, for one viewer: what the books say of a sale or an SKU, with the valuation's lines.

The read functions answer from stored figures. Here the item's facts are folded anew and the lines join in: ranges of a
sale, layers with their cost by family, and what of every bill left and what is on hand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from entrepot.books.access import Viewer
from entrepot.books.selectors import sales
from entrepot.books.selectors import sku as items
from entrepot.books.selectors.paging import cut
from entrepot.books.selectors.shapes import BillShare, LayerRow, Page, SalePage, SkuPage, Slice
from entrepot.workflows import explain


def sale(viewer: Viewer, key: str | int) -> SalePage:
    """One sale to the cent. Raises :class:`~entrepot.books.selectors.NotThere`."""
    page = sales.sale(viewer, key)
    return replace(page, ranges=explain.sale(int(key))) if viewer.can("see_cost") else page


def layers(viewer: Viewer, code: str, part: Any = None) -> Page[LayerRow]:
    """Open layers of an SKU with the document that gave birth to each and their cost by family.

    A viewer who is confined to places, or may not see cost, gets the stored layers, which know both.
    """
    if viewer.locations is not None or not viewer.can("see_cost"):
        return items.layers(viewer, code, part)
    rows = explain.layers(items.find(code).pk, viewer.company.id)
    return cut(rows, part or Slice("born_at"), sums=("units", "remaining", "total"))


def bills(viewer: Viewer, code: str, family: str = "", part: Any = None) -> Page[BillShare]:
    """Cost lines that reach an SKU, each with the part on units that left and the part on units on hand."""
    page = items.bills(viewer, code, family, Slice(limit=None))
    shares = explain.line_shares(items.find(code).pk, viewer.company.id)
    rows = [
        replace(row, share=found.share, sold=found.sold, on_hand=found.on_hand) if found else row
        for row in page.rows
        for found in (shares.get(row.line),)
    ]
    return cut(rows, part or Slice("at", descending=True), sums=("total", "share", "sold", "on_hand"))


def sku(viewer: Viewer, code: str, wanted: Any) -> SkuPage:
    """Everything about an SKU, with traced layers and bills."""
    page = items.sku(viewer, code, wanted)
    if not viewer.can("see_cost"):
        return page
    return replace(
        page,
        layers=layers(viewer, code, Slice("born_at", limit=20)),
        bills=bills(viewer, code, part=Slice("at", descending=True, limit=items.BILLS_SHOWN)),
    )
