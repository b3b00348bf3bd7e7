"""Goods ordered and not yet ours: what is still to come of each open order, with its price and the day that it is expected."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from django.db.models import Sum

from entrepot.books.access import Viewer
from entrepot.books.models import Item, Location, Movement, OrderFigure, PurchaseLine, StockFigure
from entrepot.books.selectors.naming import names_of
from entrepot.books.versions import current

ENDED = ("cancelled", "closed", "rejected", "received", "billed", "paid")
"""States of orders of which nothing more is to come."""


@dataclass(frozen=True, slots=True)
class OnOrder:
    """Units of an item still to come of an order. ``price`` is in minor units of ``currency`` for one unit.

    ``country`` is that of the place they are ordered to, empty where nobody said; ``first_leg``: what it took a unit of the item
    to get there so far, in minor units of the company's currency, ``None`` = nothing of it ever stood there.
    """

    order: str
    country: str
    expected: date | None
    sku: str
    name: str
    hs: str
    origin: str
    units: int
    price: Fraction
    currency: str
    first_leg: Fraction | None


class _Line(NamedTuple):
    """A line of an order as it is asked of the database, what tells it from all others first."""

    document__external_id: str
    line: int
    item_id: int
    quantity: int
    price_amount: int
    price_per: int
    currency: str
    destination: str
    due: date | None


def on_order(viewer: Viewer) -> list[OnOrder]:
    """Lines of open orders to the viewer's places, the next arrival first. Six queries."""
    places = {place.code: place for place in Location.objects.all()}
    if viewer.locations is not None:
        places = {code: place for code, place in places.items() if place.pk in viewer.locations}
    stands = {row.number: row for row in viewer.of_company(OrderFigure.objects.all())}
    told = current(viewer.of_company(PurchaseLine.objects.all())).order_by("line", "pk").values_list(*_Line._fields)
    lines = [
        line
        for line in map(_Line._make, told)
        if (viewer.locations is None or line.destination in places)
        and not _ended(stands.get(line.document__external_id))
    ]
    if not lines:
        return []
    came = _came(viewer)
    left = [(line, max(line.quantity - came.pop(line[:3], 0), 0)) for line in lines]
    items = Item.objects.in_bulk({line.item_id for line, units in left if units})
    legs = _first_legs(viewer)
    named = names_of()
    found: list[OnOrder] = []
    for line, units in left:
        if not units:
            continue
        number, item = line.document__external_id, items[line.item_id]
        place, figure = places.get(line.destination), stands.get(number)
        country = place.country if place else ""
        found.append(
            OnOrder(
                number, country, (figure.expected if figure else None) or line.due, item.sku,
                named(item.name, item.name_zh), item.hs_code, item.origin, units,
                Fraction(line.price_amount, line.price_per), line.currency, legs.get((line.item_id, country)),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.expected is None, one.expected or date.max, one.order, one.sku))


def _ended(figure: OrderFigure | None) -> bool:
    return figure is not None and figure.state in ENDED


def _came(viewer: Viewer) -> dict[tuple[str, int, int], int]:
    """What was received of each line, or left in the supplier's shipment as ours, whatever version of the order it named."""
    # By the company of the line: by that of the movement the database would walk all of its movements.
    rows = Movement.objects.filter(purchase_line__company=viewer.company.id, replacement__isnull=True)
    names = ("purchase_line__document__external_id", "purchase_line__line", "item_id")
    return {
        (number, line, item): units
        for number, line, item, units in rows.order_by().values_list(*names).annotate(n=Sum("quantity"))
    }


def _first_legs(viewer: Viewer) -> dict[tuple[int, str], Fraction]:
    """What a unit of an item cost on its way into a country, of the stock that is there now."""
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    rows = viewer.of_company(StockFigure.objects.filter(units__gt=0, missing=0))
    for item, country, units, leg in rows.values_list("item_id", "cell__location__country", "units", "first_leg"):
        sums[item, country][0] += leg
        sums[item, country][1] += units
    return {key: Fraction(leg, units) for key, (leg, units) in sums.items()}
