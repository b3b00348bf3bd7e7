"""The cost lines behind a figure of one SKU: those that its layers carry, those of its orders, those of a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from entrepot.books.access import Viewer
from entrepot.books.capitalisation import of_family
from entrepot.books.import_tax import IMPORT_TAX
from entrepot.books.models import BasisShare, CostLine, Item
from entrepot.books.selectors.shapes import BillShare
from entrepot.books.selectors.sku import bill
from entrepot.books.selectors.tax_why import whys
from entrepot.core.calendar import midnight
from entrepot.core.components import COMPONENTS, FAMILIES
from entrepot.core.money import split_largest_remainder

MOST = 2000
"""Cost lines of one sort that are shown; an export of the whole is the documents' business."""


def of_layers(viewer: Viewer, shares: Mapping[int, tuple[int, int]], family: str = "") -> list[BillShare]:
    """Cost lines by id with what of each fell on units that left and on units on hand. At most two queries."""
    viewer.need("see_cost")
    rows = viewer.of_company(CostLine.objects.filter(pk__in=shares)).select_related("document").defer("document__body")
    if family:
        rows = of_family(rows, family)
    found = list(rows)
    taxes = whys([row.pk for row in found if row.component == IMPORT_TAX])
    return [
        replace(
            bill(row, sum(shares[row.pk])), sold=shares[row.pk][0], on_hand=shares[row.pk][1], tax=taxes.get(row.pk)
        )
        for row in found
    ]


def of_orders(viewer: Viewer, item: Item, family: str, start: date, end: date) -> list[BillShare]:
    """Fees aimed at orders of the item between two days, each with the part its line carries. Two queries."""
    viewer.need("see_cost")
    rows = viewer.of_company(CostLine.objects.filter(target_kind="order", replacement=None))
    rows = viewer.in_shops(rows.filter(component__in=_components(family), basis__basisshare__sales_line__item=item))
    rows = rows.filter(
        effective_at__gte=midnight(start, viewer.company.zone),
        effective_at__lt=midnight(end + timedelta(days=1), viewer.company.zone),
    )
    lines = list(rows.select_related("document").defer("document__body").distinct().order_by("-effective_at")[:MOST])
    weights: dict[int, dict[int, list[tuple[int, bool]]]] = defaultdict(lambda: defaultdict(list))
    found = BasisShare.objects.filter(basis__cost_line__in=[line.pk for line in lines]).order_by("ordinal")
    for line, version, owner, weight in found.values_list(
        "basis__cost_line_id", "basis__version", "sales_line__item_id", "weight"
    ):
        weights[line][version].append((weight, owner == item.pk))
    shares = [_mine(line.base_amount, weights[line.pk]) for line in lines]
    return [replace(bill(line, share), sold=share) for line, share in zip(lines, shares, strict=True)]


def of_periods(viewer: Viewer, family: str, start: date, end: date) -> list[BillShare]:
    """Costs of a place or of the company for a time that touches these days, spread over unit-days. One query."""
    viewer.need("see_cost")
    rows = viewer.of_company(CostLine.objects.filter(target_kind__in=("place", "company"), replacement=None))
    rows = viewer.in_locations(rows.filter(component__in=_components(family)))
    rows = rows.filter(
        period_from__lt=midnight(end + timedelta(days=1), viewer.company.zone),
        period_to__gt=midnight(start, viewer.company.zone),
    )
    rows = rows.select_related("document").defer("document__body").order_by("-effective_at")
    return [replace(bill(row, None), note="spread") for row in rows[:MOST]]


def _mine(amount: int, versions: Mapping[int, list[tuple[int, bool]]]) -> int | None:
    """What of ``amount`` falls on the item's own order lines by the newest basis."""
    if not versions:
        return None
    shares = versions[max(versions)]
    parts = split_largest_remainder(amount, [weight for weight, _ in shares])
    return sum(part for part, (_, own) in zip(parts, shares, strict=True) if own)


def _components(family: str) -> list[int]:
    return [COMPONENTS[name] for name in FAMILIES.get(family, ())]
