"""What is to be received: open purchase orders and shipments under way; and the list of shipments."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Sum

from entrepot.books.access import Viewer
from entrepot.books.models import Balance, Document, Item, Location, Movement, PurchaseLine, Shipment
from entrepot.books.selectors.naming import named, place_name, suppliers
from entrepot.books.selectors.paging import now
from entrepot.books.selectors.said import NOTHING, Said, said_of_orders
from entrepot.books.selectors.shapes import NotThere
from entrepot.core.calendar import DAY, local_date
from entrepot.core.kinds import Kind

OLDEST_DAYS = 400
"""Orders and shipments that are older are not listed; they can still be received by their number."""
MOST = 1_000
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One item of an arrival: units promised, come, and still open (never less than 0)."""

    sku: str
    name: str
    promised: int
    came: int

    @property
    def open(self) -> int:
        """What is still to come."""
        return max(0, self.promised - self.came)


class _Ordered(NamedTuple):
    """A line of an order: plain rows, because an office's orders of a year have ten thousand of them on every page."""

    order: str
    document: int
    line: int
    item: int
    quantity: int
    due: date | None
    supplier: str
    destination: str


@dataclass(frozen=True, slots=True)
class Carton:
    """``cartons`` equal cartons from ``number`` on, each with ``units`` of an item; grams and millimetres of one carton."""

    number: str
    cartons: int
    sku: str
    units: int
    weight_g: int | None
    size: str


@dataclass(frozen=True, slots=True)
class Arriving:
    """An order or shipment with units to come. ``kind``: purchase_order or shipment; ``origin``: who or where from."""

    kind: str
    number: str
    document: int
    origin: str
    place: str
    place_code: str
    due: date | None
    late: bool
    promised: int
    came: int
    mode: str = ""
    carrier: str = ""
    container: str = ""
    left: date | None = None
    lines: tuple[OpenLine, ...] = ()
    cartons: tuple[Carton, ...] = ()

    @property
    def open(self) -> int:
        """Units still to come."""
        return max(0, self.promised - self.came)

    @property
    def state(self) -> str:
        """on_the_way, partly or arrived."""
        return "arrived" if not self.open else "partly" if self.came else "on_the_way"

    @property
    def key(self) -> str:
        """What tells it from all others, for addresses."""
        return f"{self.kind}:{self.number}"


def arrivals(viewer: Viewer) -> list[Arriving]:
    """What is still to come to the viewer's places, the most urgent first. Eight queries at most."""
    found = [one for one in [*shipments(viewer), *_orders(viewer)] if one.open]
    return sorted(found, key=lambda a: (a.due is None, a.due or date.max, a.number))


def arrival(viewer: Viewer, kind: str, number: str) -> Arriving:
    """One order or shipment with its lines and cartons. Raises :class:`NotThere`."""
    found = _orders(viewer, number) if kind == "purchase_order" else shipments(viewer, number)
    if kind not in ("purchase_order", "shipment") or not found:
        raise NotThere(f"{kind} {number}")
    return found[0]


def shipments(viewer: Viewer, number: str = "") -> list[Arriving]:
    """Shipments to or from the viewer's places, the newest first; with ``number`` that one with its lines. Six queries."""
    rows = viewer.of_company(Shipment.objects.filter(document__reversed__isnull=True))
    if viewer.locations is not None:
        rows = rows.filter(destination_id__in=viewer.locations) | rows.filter(origin_id__in=viewer.locations)
    rows = rows.filter(number=number) if number else rows.filter(departed_at__gte=now() - OLDEST_DAYS * DAY)
    ships: dict[int, Shipment] = {}
    for ship in rows.select_related("origin", "destination", "document").defer("document__body").order_by("pk"):
        ships[ship.cell_id] = ship  # a later telling takes the place of the earlier
    chosen = sorted(ships.values(), key=lambda s: (-s.departed_at, -s.pk))[:MOST]
    sent, left = _sent(chosen), _left(chosen)
    zone, today = viewer.company.zone, local_date(now(), viewer.company.zone)
    found: list[Arriving] = []
    for ship in chosen:
        promised, open_units = sent[ship.document_id], left[ship.cell_id]
        due = None if ship.eta is None else local_date(ship.eta, zone)
        total, rest = sum(promised.values()), sum(min(open_units[i], n) for i, n in promised.items())
        found.append(
            Arriving(
                "shipment", ship.number, ship.document_id, place_name(ship.origin), place_name(ship.destination),
                ship.destination.code, due, bool(rest and due and due < today), total, total - rest, ship.mode,
                ship.carrier, ship.container, local_date(ship.departed_at, zone),
                _lines(promised, {i: n - min(open_units[i], n) for i, n in promised.items()}) if number else (),
                _cartons(ship.document_id) if number else (),
            )
        )  # fmt: skip
    return found


def _sent(ships: list[Shipment]) -> dict[int, Counter[int]]:
    """Units by document and item that left on it and were not taken back."""
    found: dict[int, Counter[int]] = defaultdict(Counter)
    ids = [ship.document_id for ship in ships]
    for start in range(0, len(ids), AT_ONCE):
        rows = Movement.objects.filter(
            document_id__in=ids[start : start + AT_ONCE], replacement__isnull=True, waiting__isnull=True,
            kind__in=(int(Kind.DEPARTURE), int(Kind.RECEIPT)),
        )  # fmt: skip
        for document, item, units in rows.order_by().values_list("document_id", "item_id").annotate(n=Sum("quantity")):
            found[document][item] += units
    return found


def _left(ships: list[Shipment]) -> dict[int, Counter[int]]:
    """Units by in-transit cell and item that are still there."""
    found: dict[int, Counter[int]] = defaultdict(Counter)
    cells = [ship.cell_id for ship in ships]
    for start in range(0, len(cells), AT_ONCE):
        rows = Balance.objects.filter(cell_id__in=cells[start : start + AT_ONCE], on_hand__gt=0)
        for cell, item, units in rows.values_list("cell_id", "item_id", "on_hand"):
            found[cell][item] = units
    return found


def _orders(viewer: Viewer, number: str = "") -> list[Arriving]:
    """Open purchase orders to the viewer's places. Six queries."""
    lines = viewer.of_company(PurchaseLine.objects.filter(document__reversed__isnull=True))
    lines = (
        lines.filter(document__external_id=number)
        if number
        else lines.filter(effective_at__gte=now() - OLDEST_DAYS * DAY)
    )
    latest: dict[str, list[_Ordered]] = {}
    columns = ("document__external_id", "document_id", "line", "item_id", "quantity", "due", "supplier", "destination")
    for line in map(_Ordered._make, lines.order_by("document_id", "line").values_list(*columns)):
        same = latest.setdefault(line.order, [])
        if same and same[0].document != line.document:
            same.clear()
        same.append(line)
    places = {place.code: place for place in Location.objects.all()}
    if viewer.locations is not None:
        his = {code for code, place in places.items() if place.pk in viewer.locations}
        latest = {order: rows for order, rows in latest.items() if rows[0].destination in his}
    came, told = _came(viewer, latest), said_of_orders(viewer.company.id)
    names, today = suppliers(), local_date(now(), viewer.company.zone)
    found = [
        _order(order, rows, came, names, places, today, told.get(order, NOTHING), whole=bool(number))
        for order, rows in latest.items()
        if rows
    ]
    return [one for one in found if one.open or number][:MOST]


def _came(viewer: Viewer, orders: dict[str, list[_Ordered]]) -> Counter[tuple[str, int]]:
    """Units received by order and item, whatever version of the order they were received on."""
    found: Counter[tuple[str, int]] = Counter()
    names = sorted(orders)
    for start in range(0, len(names), AT_ONCE):
        rows = Movement.objects.filter(
            purchase_line__company_id=viewer.company.id, replacement__isnull=True,
            purchase_line__document__external_id__in=names[start : start + AT_ONCE],
        ).order_by()  # fmt: skip
        columns = rows.values_list("purchase_line__document__external_id", "item_id")
        for order, item, units in columns.annotate(n=Sum("quantity")):
            found[order, item] += units
    return found


def _order(
    order: str, rows: list[_Ordered], came: Counter[tuple[str, int]], names: dict[str, str],
    places: dict[str, Location], today: date, said: Said, *, whole: bool,
) -> Arriving:  # fmt: skip
    promised: Counter[int] = Counter()
    for row in rows:
        promised[row.item] += said.units(row.line, row.quantity)
    if said.ended:  # nothing more is to come: what came is all of it
        promised = Counter({item: came[order, item] for item in promised})
    received = {item: came[order, item] for item in promised}
    done = sum(min(received[item], units) for item, units in promised.items())
    dues = [due for row in rows if (due := said.day(row.line, row.due)) is not None]
    due, first = min(dues, default=None), rows[0]
    place = places.get(first.destination)
    return Arriving(
        "purchase_order", order, first.document, names.get(first.supplier) or first.supplier or "", place_name(place),
        first.destination, due, bool(due and due < today and done < sum(promised.values())), sum(promised.values()),
        done, lines=_lines(promised, received) if whole else (),
    )  # fmt: skip


def _lines(promised: Counter[int], came: dict[int, int]) -> tuple[OpenLine, ...]:
    items = Item.objects.filter(pk__in=promised).values_list("pk", "sku", "name", "name_zh").order_by("sku")
    return tuple(OpenLine(sku, named(a, b), promised[pk], came.get(pk, 0)) for pk, sku, a, b in items)


def _cartons(document: int) -> tuple[Carton, ...]:
    body: dict[str, Any] = json.loads(bytes(Document.objects.values_list("body", flat=True).get(pk=document)))
    return tuple(
        Carton(
            c.get("number", ""), c.get("cartons", 1), c["sku"], c["quantity"], c.get("weight_g"),
            " × ".join(str(c[side]) for side in ("length_mm", "width_mm", "height_mm") if c.get(side)),
        )
        for c in body.get("cartons", ())
    )  # fmt: skip
