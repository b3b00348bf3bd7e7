"""What is expected but not under way yet: open purchase orders, and loads of a plan that were approved and not shipped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from django.db.models import Sum

from entrepot.books.access import Viewer
from entrepot.books.models import Movement, PlanLine, PurchaseLine
from entrepot.books.selectors.paging import moment, now
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
            *identity, "document__version", "item_id", "destination", "quantity", "due", "line"
        )
    )
    if not rows:
        return []
    came = {
        (number, one): units
        for number, one, units in viewer.of_company(Movement.objects.filter(purchase_line__isnull=False))
        .filter(replacement__isnull=True, purchase_line__in=lines.values("pk"))
        .values_list("purchase_line__document__external_id", "item_id")
        .annotate(units=Sum("quantity"))
    }
    today, told = local_date(now(), viewer.company.zone), said_of_orders(viewer.company.id)
    latest: dict[tuple[str, str, str], int] = {}
    for source, account, number, version, *_ in rows:
        key = (source, account, number)
        latest[key] = max(latest.get(key, 0), version)
    out: list[tuple[int, str, int, date | None, str]] = []
    for source, account, number, version, one, code, ordered, agreed, line in rows:
        if version == latest[source, account, number]:
            said = told.get(number, NOTHING)
            quantity, due = said.units(line, ordered), said.day(line, agreed)
            done = min(came.get((number, one), 0), quantity)
            came[number, one] = came.get((number, one), 0) - done
            late = due is not None and due < today - timedelta(days=LATE_DAYS)
            if quantity > done and not late:
                out.append((one, code, quantity - done, due, number))
    return out


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
