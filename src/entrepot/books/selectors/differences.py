"""What places report of their stock against what the books say."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Max, OuterRef, Q, Subquery, Sum

from entrepot.books.access import Viewer
from entrepot.books.models import Balance, Location, Movement, ReportedStock
from entrepot.books.selectors.health_shapes import StockDifference
from entrepot.books.selectors.naming import named, place_name
from entrepot.books.selectors.paging import cut, moment
from entrepot.books.selectors.shapes import Page, Slice
from entrepot.core.calendar import Instant

_Key = tuple[int, int, str]
WOUND_BACK = 300
"""Items whose later movements are taken out to compare at the report's instant; the next report serves the others."""


def stock_differences(viewer: Viewer, part: Any = None) -> Page[StockDifference]:
    """SKUs whose last report of a place differs from the books at the same instant, largest first. Five queries.

    The books' units of that instant are the balance now, less what entered since, plus what left since. A report
    speaks for the place whoever owns the units, so the companies of the books are added up.
    """
    reports = _reports(viewer)
    if not reports:
        return Page([], 0)
    at = {place: row.effective_at for (place, _, _), row in reports.items()}
    books, last = _units_now(set(at))
    moved = [key for key in reports if last.get(key, 0) > at[key[0]]]
    moved.sort(key=lambda key: (-abs(reports[key].quantity - books.get(key, 0)), key))
    items = list(dict.fromkeys(item for _, item, _ in moved))
    unknown = set(items[WOUND_BACK:])
    _wind_back(books, at, items[:WOUND_BACK])
    rows = [
        _shape(row, books.get(key, 0))
        for key, row in reports.items()
        if books.get(key, 0) != row.quantity and not (key[1] in unknown and last.get(key, 0) > at[key[0]])
    ]
    keys = {"difference": lambda row: abs(row.reported - row.in_books)}
    return cut(rows, part or Slice("difference", descending=True), keys=keys)


def _shape(row: Any, units: int) -> StockDifference:
    return StockDifference(
        sku=row.item.sku,
        name=named(row.item.name, row.item.name_zh),
        place=place_name(row.location),
        condition=row.condition,
        reported=row.quantity,
        in_books=units,
        at=moment(row.effective_at),
        document_id=str(row.document_id),
        place_code=row.location.code,
    )


def _reports(viewer: Viewer) -> dict[_Key, Any]:
    """The lines of the last report of each place."""
    places = Location.objects.all() if viewer.locations is None else Location.objects.filter(pk__in=viewer.locations)
    newest = ReportedStock.objects.filter(location_id=OuterRef("pk")).order_by("-effective_at", "-document_id")
    last = places.annotate(report=Subquery(newest.values("document_id")[:1])).exclude(report=None)
    rows = ReportedStock.objects.filter(document_id__in=list(last.values_list("report", flat=True)))
    return {(r.location_id, r.item_id, r.condition): r for r in rows.select_related("item", "location")}


def _units_now(places: set[int]) -> tuple[dict[_Key, int], dict[_Key, Instant]]:
    """Units by place, item and condition, and when they last moved."""
    rows = Balance.objects.filter(cell__location_id__in=places, cell__transit="").order_by()
    columns = ("cell__location_id", "item_id", "cell__condition")
    units: dict[_Key, int] = defaultdict(int)
    last: dict[_Key, Instant] = {}
    for *key, count, moved in rows.values_list(*columns).annotate(n=Sum("on_hand"), at=Max("last_at")):
        units[tuple(key)] = count
        last[tuple(key)] = moved
    return units, last


def _wind_back(books: dict[_Key, int], at: dict[int, Instant], items: list[int]) -> None:
    """Take out of ``books`` what these items moved after each place's report."""
    if not items:
        return
    rows = Movement.objects.filter(item_id__in=items, replacement=None, waiting=None).order_by()
    for end, sign in (("from_cell", 1), ("to_cell", -1)):
        later = Q()
        for place, instant in at.items():
            later |= Q(**{f"{end}__location_id": place, f"{end}__transit": "", "effective_at__gt": instant})
        summed = rows.filter(later).values_list(f"{end}__location_id", "item_id", f"{end}__condition")
        for *key, units in summed.annotate(n=Sum("quantity")):
            books[tuple(key)] += sign * units
