"""Goods on the water: what left and has not been received, by shipment and item, with what it cost so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from entrepot.books.access import Viewer
from entrepot.books.models import Shipment, StockFigure
from entrepot.books.selectors.naming import names_of
from entrepot.core.calendar import local_date


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Units of an item in a shipment. ``purchase`` and ``first_leg`` in minor units of the company's currency.

    ``eta`` is the day of expected arrival in the company's zone, ``None`` = nobody said; ``missing`` counts units without cost.
    """

    shipment: str
    mode: str
    country: str
    eta: date | None
    sku: str
    name: str
    hs: str
    origin: str
    units: int
    purchase: int
    first_leg: int
    duty_tax: int
    missing: int


def under_way(viewer: Viewer) -> list[UnderWay]:
    """Every shipment under way to the viewer's places, the next arrival first. Two queries."""
    figures = viewer.of_company(StockFigure.objects.filter(units__gt=0).exclude(cell__transit=""))
    rows = viewer.in_locations(figures, "cell__location").select_related("item")
    ships = {s.cell_id: s for s in Shipment.objects.filter(cell__in=rows.values("cell")).select_related("destination")}
    named = names_of()
    found = [
        UnderWay(
            ship.number, ship.mode, ship.destination.country, None if ship.eta is None else local_date(ship.eta, zone),
            row.item.sku, named(row.item.name, row.item.name_zh), row.item.hs_code, row.item.origin, row.units,
            row.purchase, row.first_leg, row.duty_tax, row.missing + row.uncosted,
        )
        for zone in [viewer.company.zone] for row in rows if (ship := ships.get(row.cell_id)) is not None
    ]  # fmt: skip
    return sorted(found, key=lambda u: (u.eta is None, u.eta or date.max, u.shipment, u.sku))
