"""Codes in typed cells that the books do not know, all at once and by cell; what a scanner or a person may write for a SKU."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.core.errors import Problem
from entrepot.workflows.typed_rows import Fault, Typed, header_columns, row_columns

_AT_ONCE = 400
_PLACES = frozenset({"location", "origin", "destination", "into", "place"})
_REMEDIES = {
    "item": "correct the SKU, or create the item first",
    "location": "correct the code, or create the place first",
    "supplier": "correct the code, or create the supplier first",
    "shop": "correct the code, or create the shop first",
}
_OWN_CODES = {"item": {"id"}, "location": {"id"}, "supplier": {"id"}, "shop": {"id"}, "purchase_order": {"destination"}}
"""Columns of these kinds that may hold a code nobody knows yet."""
_MASTERS = frozenset({"company", "item", "listing", "bundle", "supplier", "location", "shop", "fx_rate", "signal"})


def unknown(viewer: Viewer, typed: Typed, told: Collection[tuple[int | None, str]] = ()) -> list[Fault]:
    """Faults for SKUs, places, suppliers and shops that are not in the books; cells in ``told`` are left out."""
    wanted: dict[str, dict[str, list[tuple[int | None, str]]]] = {}
    heads = {column.name for column in header_columns(typed.kind)}
    cells = {column.name for column in row_columns(typed.kind)}
    for name, text in typed.header.items():
        _want(wanted, typed.kind, name if name in heads else "", text, None)
    for place, row in enumerate(typed.rows):
        for name, text in row.items():
            _want(wanted, typed.kind, name if name in cells else "", text, place)
    faults: list[Fault] = []
    for what, codes in wanted.items():
        known = _known(what, codes)
        for code, places in codes.items():
            if code in known:
                continue
            problem = Problem(f"unknown_{what}", f"{what} is not in the books", _REMEDIES[what], found=code)
            faults += [Fault(problem, row, column) for row, column in places if (row, column) not in told]
    return sorted(faults, key=lambda fault: (fault.row is not None, fault.row or 0, fault.column))


def _want(
    wanted: dict[str, dict[str, list[tuple[int | None, str]]]], kind: str, column: str, text: str, row: int | None
) -> None:
    what, code = meant(kind, column), str(text or "").strip()
    if what and code:
        wanted.setdefault(what, {}).setdefault(code, []).append((row, column))


def meant(kind: str, column: str) -> str:
    """What the code in ``column`` names: ``item``, ``location``, ``supplier``, ``shop``, or "" for no code of ours.

    >>> meant("receipt", "sku"), meant("transfer", "origin"), meant("receipt", "batch"), meant("item", "id")
    ('item', 'location', '', '')
    """
    if column in _OWN_CODES.get(kind, ()) or kind in _MASTERS:
        return ""
    if kind in ("sales_order", "refund", "return") and column.endswith("sku"):
        return ""  # what a shop lists may stand there
    if column == "sku" or column.endswith("_sku"):
        return "item"
    if column in _PLACES:
        return "location"
    if column == "supplier" and kind in ("purchase_order", "payment"):
        return "supplier"
    return "shop" if column == "shop" else ""


def _known(what: str, codes: Iterable[str]) -> set[str]:
    model, field = {
        "item": (models.Item, "sku"), "location": (models.Location, "code"), "supplier": (models.Supplier, "code"),
        "shop": (models.Shop, "code"),
    }[what]  # fmt: skip
    wanted, found = sorted(codes), set[str]()
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        found |= set(model.objects.filter(**{f"{field}__in": part}).values_list(field, flat=True))
    return found


def scanned(viewer: Viewer, text: str) -> tuple[str, str, str] | None:
    """(SKU, name, label) that a scan means: an item's SKU or barcode, a listing's FNSKU, ASIN or seller's SKU; ``None`` for
    one that nobody knows or that means two items. A shop's own FNSKU is the ``label`` of the units that bear it."""
    text = text.replace("\0", "").strip()[:120]
    if not text:
        return None
    direct = models.Item.objects.filter(sku=text).values_list("sku", "name").first()
    if direct is not None:
        return (*direct, "")
    listed = models.Listing.objects.filter(
        Q(fnsku=text) | Q(seller_sku=text) | Q(asin=text), shop__company_id=viewer.company.id
    )
    rows = set(listed.values_list("item__sku", "item__name", "fnsku", "asin"))
    found = {(sku, name, text if fnsku == text and fnsku != asin else "") for sku, name, fnsku, asin in rows}
    found |= {(*row, "") for row in models.Item.objects.filter(barcode=text).values_list("sku", "name")}
    if len({sku for sku, _, _ in found}) != 1:
        return None
    return max(found, key=lambda row: row[2])
