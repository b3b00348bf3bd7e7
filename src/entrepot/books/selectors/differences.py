"""What places report of their stock against what the books say: what stands, what is reserved for customers, what is inbound.

Three matters are compared, each by the last report of a place that speaks of it, at that report's own instant:

- what stands, by condition: ``on_hand``, or the sum of ``available``, ``reserved*`` and ``researching`` (all of these stand
  there) against the balance; where a place tells unsellable units without their reason, the books' reasons are added up;
- ``reserved_orders`` against the open orders that the books hold units for;
- ``inbound`` (``inbound_shipped`` and ``inbound_receiving``) against the shipments under way to the place, and
  ``inbound_working`` against the parts of inbound plans that have not left yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, Q, Sum

from entrepot.books.access import Viewer
from entrepot.books.models import Balance, Cell, InboundPlan, Item, Location, Movement, ReportedStock, Reservation
from entrepot.books.selectors.health_shapes import StockDifference
from entrepot.books.selectors.naming import names_of, place_name
from entrepot.books.selectors.paging import cut, moment
from entrepot.books.selectors.shapes import Page, Slice
from entrepot.core.calendar import Instant
from entrepot.core.kinds import Kind

Key = tuple[int, int, str]
"""Place, item, and the condition that stands there or one of :data:`MATTERS`."""

WOUND_BACK = 300
"""Items whose later movements are taken out to compare at the report's instant; the next report serves the others."""
RESERVED, INBOUND, WORKING = "reserved_orders", "inbound", "inbound_working"
MATTERS = (RESERVED, INBOUND, WORKING)
UNSELLABLE, SELLABLE = "unsellable", "sellable"
WHOLE = ("file:amazon_inventory", "file:amazon_fba_inventory")
"""Reports that list every SKU that the place knows: what is in the books and not in them is not known there."""
_MATTER = {
    "inbound_working": "inbound",
    "inbound_shipped": "inbound",
    "inbound_receiving": "inbound",
    RESERVED: RESERVED,
}
_STANDING = ("on_hand", "available")


@dataclass
class _Report:
    """A place's last word on one matter. ``parts``: item and condition → stage → units."""

    place: Location
    at: Instant
    document: int
    whole: bool
    parts: dict[tuple[int, str], dict[str, int]] = field(default_factory=dict[tuple[int, str], dict[str, int]])


def stock_differences(viewer: Viewer, part: Any = None, wound_back: int = WOUND_BACK) -> Page[StockDifference]:
    """What the last reports differ by, largest first. Twelve queries at most.

    The books' units of an instant are the balance now, less what entered since, plus what left since. A report speaks
    for the place whoever owns the units, so the companies of the books are added up. ``wound_back``: see :data:`WOUND_BACK`.
    """
    reports = _reports(viewer)
    found: dict[Key, tuple[int, int, _Report, dict[str, int]]] = {}
    _compare_standing({place: r for (place, matter), r in reports.items() if matter == "standing"}, found, wound_back)
    _compare_reserved({place: r for (place, matter), r in reports.items() if matter == RESERVED}, found)
    _compare_inbound({place: r for (place, matter), r in reports.items() if matter == "inbound"}, found)
    items = Item.objects.in_bulk({item for _, item, _ in found})
    name, places = names_of(), {report.place.pk: place_name(report.place) for report in reports.values()}
    rows = [
        StockDifference(
            sku=items[item].sku, name=name(items[item].name, items[item].name_zh), place=places[place], condition=condition,
            reported=reported, in_books=books, at=moment(report.at), document_id=str(report.document),
            place_code=report.place.code, parts=tuple(sorted(parts.items())),
        )
        for (place, item, condition), (reported, books, report, parts) in found.items()
    ]  # fmt: skip
    return cut(rows, part or Slice("difference", descending=True), keys={"difference": lambda row: abs(row.off)})


def _reports(viewer: Viewer) -> dict[tuple[int, str], _Report]:
    """The last report of each place on each matter: standing, reserved for customers, inbound. Three queries."""
    places = {row.pk: row for row in Location.objects.all() if viewer.locations is None or row.pk in viewer.locations}
    newest: dict[tuple[int, str], tuple[Instant, int]] = {}
    told = ReportedStock.objects.filter(location_id__in=places).order_by()
    spoken = told.exclude(stage__in=("reserved", "reserved_transfer", "reserved_processing", "researching"))
    for place, document, stage, at in spoken.values_list("location_id", "document_id", "stage").annotate(
        at=Max("effective_at")
    ):
        key = (place, _MATTER.get(stage, "standing"))
        newest[key] = max(newest.get(key, (0, 0)), (at, document))
    rows = told.filter(document_id__in={document for _, document in newest.values()})
    found: dict[tuple[int, str], _Report] = {}
    columns = (
        "location_id", "item_id", "condition", "stage", "quantity", "effective_at", "document_id", "document__source",
    )  # fmt: skip
    for place, item, condition, stage, units, at, document, source in rows.values_list(*columns):
        own = _MATTER.get(stage, "standing")
        for matter in (own, "standing") if stage == RESERVED else (own,):
            if newest.get((place, matter)) != (at, document):
                continue
            report = found.setdefault((place, matter), _Report(places[place], at, document, source in WHOLE))
            parts = report.parts.setdefault((item, condition), {})
            parts[stage] = parts.get(stage, 0) + units
    return found


def _compare_standing(reports: dict[int, _Report], found: dict[Key, Any], wound_back: int) -> None:
    if not reports:
        return
    books, last = _units_now(set(reports))
    at = {place: report.at for place, report in reports.items()}
    told = {
        (place, item, condition): parts
        for place, report in reports.items()
        for (item, condition), parts in report.parts.items()
    }
    for place, report in reports.items():
        if report.whole:
            known = {item for item, _ in report.parts}
            missing = [key for key, n in books.items() if key[0] == place and n and key[1] not in known]
            told |= {key: {} for key in missing}
    lumped = _lumped(told, books, last)
    moved = [key for key in told if last.get(key, 0) > at[key[0]]]
    moved.sort(key=lambda key: (-abs(sum(told[key].values()) - books.get(key, 0)), key))
    items = list(dict.fromkeys(item for _, item, _ in moved))
    unknown = set(items[wound_back:])
    _wind_back(books, at, items[:wound_back], lumped, standing=True)
    for key, parts in told.items():
        units = sum(parts.values())
        if units != books.get(key, 0) and not (key[1] in unknown and last.get(key, 0) > at[key[0]]):
            found[key] = (units, books.get(key, 0), reports[key[0]], parts)


def _lumped(told: dict[Key, Any], books: dict[Key, int], last: dict[Key, Instant]) -> set[tuple[int, int]]:
    """Places and items whose report tells unsellable units in one sum: the books' conditions are summed likewise."""
    split = {(place, item) for place, item, condition in told if condition not in (SELLABLE, UNSELLABLE)}
    lumped = {key[:2] for key in told if key[2] == UNSELLABLE} - split
    lumped |= {(key[0], key[1]) for key, parts in told.items() if "available" in parts} - split
    for key in [key for key in books if key[:2] in lumped and key[2] not in (SELLABLE, UNSELLABLE)]:
        one = (key[0], key[1], UNSELLABLE)
        books[one] = books.get(one, 0) + books.pop(key)
        last[one] = max(last.get(one, 0), last.get(key, 0))
    for place, item in lumped:
        if books.get((place, item, UNSELLABLE)):
            told.setdefault((place, item, UNSELLABLE), {})
    return lumped


def _units_now(places: set[int], *, standing: bool = True) -> tuple[dict[Key, int], dict[Key, Instant]]:
    """Units by place, item and condition (under way to the place: ``inbound``), and when they last moved. One query."""
    rows = Balance.objects.filter(cell__location_id__in=places).order_by()
    rows = rows.filter(cell__transit="") if standing else rows.exclude(cell__transit="")
    columns = ("cell__location_id", "item_id", "cell__condition")
    units: dict[Key, int] = defaultdict(int)
    last: dict[Key, Instant] = {}
    for place, item, condition, count, moved in rows.values_list(*columns).annotate(
        n=Sum("on_hand"), at=Max("last_at")
    ):
        key = (place, item, condition if standing else INBOUND)
        units[key] += count
        last[key] = max(last.get(key, 0), moved)
    return units, last


def _wind_back(
    books: dict[Key, int], at: dict[int, Instant], items: Iterable[int], lumped: set[tuple[int, int]], *, standing: bool
) -> None:
    """Take out of ``books`` what these items moved after each place's report."""
    if not items:
        return
    cells = Cell.objects.filter(location_id__in=at)
    cells = cells.filter(transit="") if standing else cells.exclude(transit="")
    where = {pk: (place, condition) for pk, place, condition in cells.values_list("pk", "location_id", "condition")}
    rows = Movement.objects.filter(
        item_id__in=items, effective_at__gt=min(at.values()), replacement=None, waiting=None
    ).order_by()  # fmt: skip
    for item, origin, destination, units, moved in rows.values_list(
        "item_id", "from_cell_id", "to_cell_id", "quantity", "effective_at"
    ):
        for cell, sign in ((origin, 1), (destination, -1)):
            place, condition = where.get(cell, (0, ""))
            if not place or moved <= at[place]:
                continue
            one = condition if standing else INBOUND
            if (place, item) in lumped and one != SELLABLE:
                one = UNSELLABLE
            books[place, item, one] = books.get((place, item, one), 0) + sign * units


def _compare_reserved(reports: dict[int, _Report], found: dict[Key, Any]) -> None:
    """Open orders as of each report: promised or short, not shipped by then. Three queries."""
    if not reports:
        return
    held: dict[tuple[int, int], int] = defaultdict(int)
    rows = Reservation.objects.filter(cell__location_id__in=reports).select_related("document", "cell")
    earliest = min(report.at for report in reports.values())
    rows = rows.filter(Q(released_at__isnull=True) | Q(released_at__gt=earliest)).defer("document__body")
    open_then = [
        row
        for row in rows
        if row.document.effective_at <= reports[row.cell.location_id].at
        and (row.released_at is None or row.released_at > reports[row.cell.location_id].at)
    ]
    released = {row.document.external_id for row in open_then if row.released_at is not None}
    shipped: dict[tuple[str, str, str], Instant] = {}
    moved = Movement.objects.filter(kind=int(Kind.SALE), document__external_id__in=released, replacement=None)
    for *order, at in moved.values_list(
        "document__source", "document__account", "document__external_id", "effective_at"
    ):
        shipped[tuple(order)] = at
    for row in open_then:
        place, order = row.cell.location_id, (row.document.source, row.document.account, row.document.external_id)
        if row.released_at is None or shipped.get(order, 0) > reports[place].at:
            held[place, row.item_id] += row.quantity + row.shortfall
    _put(found, reports, held, RESERVED, (RESERVED,))


def _compare_inbound(reports: dict[int, _Report], found: dict[Key, Any]) -> None:
    """Shipments under way as of each report, and parts of plans that have not left. Five queries."""
    if not reports:
        return
    books, last = _units_now(set(reports), standing=False)
    at = {place: report.at for place, report in reports.items()}
    items = {key[1] for key in last if last[key] > at[key[0]]}
    _wind_back(books, at, sorted(items)[: WOUND_BACK * 10], set(), standing=False)
    way = {(place, item): units for (place, item, _), units in books.items()}
    _put(found, reports, way, INBOUND, ("inbound_shipped", "inbound_receiving"))
    if any(parts.get(WORKING) for report in reports.values() for parts in report.parts.values()):
        _put(found, reports, _planned(reports), WORKING, (WORKING,), told_only=True)


def _planned(reports: dict[int, _Report]) -> dict[tuple[int, int], int]:
    """Units of open plans' parts that have not left, by place and item."""
    codes = {report.place.code: place for place, report in reports.items()}
    units: dict[tuple[int, str], int] = defaultdict(int)
    for row in InboundPlan.objects.filter(state=InboundPlan.OPEN):
        for one in row.content.get("parts", ()):
            place = codes.get(one.get("destination", ""))
            if place is not None and not one.get("batch"):
                for sku, count in one.get("units", {}).items():
                    units[place, sku] += count
    items = dict(Item.objects.filter(sku__in={sku for _, sku in units}).values_list("sku", "pk"))
    return {(place, items[sku]): count for (place, sku), count in units.items() if sku in items}


def _put(
    found: dict[Key, Any], reports: dict[int, _Report], books: dict[tuple[int, int], int], matter: str,
    stages: tuple[str, ...], *, told_only: bool = False,
) -> None:  # fmt: skip
    for place, report in reports.items():
        parts: dict[int, dict[str, int]] = defaultdict(dict)
        for (item, _), told in report.parts.items():
            for stage in stages:
                if stage in told:
                    parts[item][stage] = parts[item].get(stage, 0) + told[stage]
        ours = {item for (where, item), n in books.items() if where == place and n}
        for item in {*parts, *(ours if report.whole and not told_only else ())}:
            units, own = sum(parts[item].values()) if item in parts else 0, books.get((place, item), 0)
            if units != own:
                found[place, item, matter] = (units, own, report, parts.get(item, {}))
