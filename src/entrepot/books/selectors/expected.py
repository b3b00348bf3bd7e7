"""What is expected but not under way yet: open purchase orders, and loads of a plan that were approved and not shipped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from django.db.models import Sum

from entrepot.books.access import Viewer
from entrepot.books.models import Movement, PlanLine, PurchaseLine
from entrepot.books.selectors.paging import moment, now, raw
from entrepot.books.selectors.said import NOTHING, said_of_orders
from entrepot.books.selectors.shapes import Arrival
from entrepot.core.calendar import DAY, local_date, midnight
from entrepot.core.kinds import Kind

OLDEST_DAYS = 400
"""Orders older than this are no longer expected."""
LATE_DAYS = 56
"""What is overdue by more is not expected any more: it was delivered short."""
LOAD_DAYS = 21
"""Days within which an approved load is expected to be shipped."""
Key = tuple[int, int]
"""Item and place."""


def expected(viewer: Viewer, places: Mapping[str, int], item: int | None = None) -> dict[Key, list[Arrival]]:
    """Arrivals by item and place (``places``: code to number) of the viewer's company: orders, then loads. Five queries."""
    out: dict[Key, list[Arrival]] = defaultdict(list)
    zone = viewer.company.zone
    for one, code, units, due, number in _orders(viewer, item):
        place = places.get(code)
        if place is not None:
            eta = None if due is None else moment(midnight(due, zone))
            out[one, place].append(Arrival(number, units, eta, "order"))
    for line in _loads(viewer, item):
        eta = None if line.arrives is None else moment(midnight(line.arrives, zone))
        out[line.item_id, line.destination_id].append(Arrival(line.document, line.units, eta, "load"))
    return dict(out)


def _orders(viewer: Viewer, item: int | None) -> list[tuple[int, str, int, date | None, str]]:
    """(item, destination, units that have not come, day as said last, number) of the latest version of each order."""
    lines = viewer.of_company(PurchaseLine.objects.filter(document__reversed__isnull=True)).filter(
        effective_at__gte=now() - OLDEST_DAYS * DAY
    )
    if item is not None:
        lines = lines.filter(item_id=item)
    identity = ("document__source", "document__account", "document__external_id")
    rows = list(
        lines.order_by("document_id", "line").values_list(
            *identity, "document__version", "pk", "item_id", "destination", "quantity", "due", "line"
        )
    )
    if not rows:
        return []
    latest: dict[tuple[str, str, str], int] = {}
    for source, account, number, version, *_ in rows:
        key = (source, account, number)
        latest[key] = max(latest.get(key, 0), version)
    told = said_of_orders(viewer.company.id)
    oldest = local_date(now(), viewer.company.zone) - timedelta(days=LATE_DAYS)
    wanted: list[tuple[str, int, str, int, date | None]] = []
    for source, account, number, version, _, one, code, ordered, agreed, line in rows:
        if version == latest[source, account, number]:
            said = told.get(number, NOTHING)
            wanted.append((number, one, code, said.units(line, ordered), said.day(line, agreed)))
    # Most orders are overdue by so much that nothing more is expected of them: what came of these is not asked.
    live = {number for number, _, _, _, due in wanted if due is None or due >= oldest}
    came = _came({row[4]: row[2] for row in rows if row[2] in live})
    out: list[tuple[int, str, int, date | None, str]] = []
    for number, one, code, quantity, due in wanted:
        if number in live:
            done = min(came.get((number, one), 0), quantity)
            came[number, one] = came.get((number, one), 0) - done
            if quantity > done and (due is None or due >= oldest):
                out.append((one, code, quantity - done, due, number))
    return out


def _came(lines: Mapping[int, str]) -> dict[tuple[str, int], int]:
    """Units received of an order's item, over these lines (key → number of the order)."""
    # Without the company, which the lines say already: it would make the database walk all of its movements.
    moves = Movement.objects.filter(purchase_line__in=list(lines), replacement__isnull=True).order_by()
    came: dict[tuple[str, int], int] = defaultdict(int)
    for line, one, units in raw(moves.values_list("purchase_line_id", "item_id").annotate(units=Sum("quantity"))):
        came[lines[line], one] += int(units)
    return came


def _loads(viewer: Viewer, item: int | None) -> list[PlanLine]:
    """Approved loads whose shipment has not left since."""
    newest = viewer.of_company(PlanLine.objects.filter(state=PlanLine.APPROVED), "run__company").filter(
        kind__in=(PlanLine.SHIP, PlanLine.MOVE)
    )
    if item is not None:
        newest = newest.filter(item_id=item)
    lines = list(newest.order_by("-on", "pk")[:2_000])
    if not lines:
        return []
    since = max(line.on for line in lines) - timedelta(days=LOAD_DAYS)
    lines = [line for line in lines if line.on >= since]
    gone = {
        (one, end): at
        for one, end, at in viewer.of_company(
            Movement.objects.filter(kind=int(Kind.DEPARTURE), replacement__isnull=True)
        )
        .filter(effective_at__gte=midnight(since, viewer.company.zone))
        .order_by("effective_at")
        .values_list("item_id", "to_cell__location_id", "effective_at")
    }
    zone = viewer.company.zone
    return [
        line for line in lines if gone.get((line.item_id, line.destination_id), -1) < midnight(line.on, zone)
    ]  # fmt: skip
