"""Inventory: units by place and condition, under way with their expected day, reserved, cover, age, value.

Units on hand come from the balances (they change with every posting); age and value from the stock figures, which are
as old as the last valuation. Everything is read in whole columns and put together in memory: one query a table.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Max

from entrepot.books.access import Viewer
from entrepot.books.models import Balance, ForecastFigure, Item, Location, Shipment, Shop, StockFigure
from entrepot.books.selectors.naming import named
from entrepot.books.selectors.paging import cut, maybe_moment, now
from entrepot.books.selectors.shapes import (
    AGE_BANDS,
    AGE_LIMITS,
    AgeBand,
    Arrival,
    Choice,
    Headline,
    Inventory,
    Slice,
    StockRow,
)
from entrepot.core.calendar import DAY, Instant

STATES = ("out", "low", "healthy", "over", "still")
OVER_DAYS = 180
"""Cover beyond this is too much."""
LEAD_DAYS = 30
"""Lead time of an item whose own is not known; cover below the lead time is low."""


@dataclass(frozen=True, slots=True)
class StockWish:
    """What the inventory is asked for. ``by``: sku | location | channel."""

    by: str = "sku"
    text: str = ""
    location: str = ""
    channel: str = ""
    stock_state: str = ""
    age: str = ""
    sku: str = ""


class Named(NamedTuple):
    """An item as the table names it."""

    sku: str
    name: str
    sort_key: str
    lead: int


@dataclass(slots=True)
class _Sum:
    """What is added up for one row of the table."""

    on_hand: int = 0
    unsellable: int = 0
    reserved: int = 0
    in_transit: int = 0
    weekly: float | None = None
    ages: list[int] = field(default_factory=lambda: [0] * len(AGE_BANDS))
    value: int = 0
    valued_units: int = 0
    missing: int = 0
    arrivals: list[Arrival] = field(default_factory=list[Arrival])


@dataclass(slots=True)
class _Places:
    """Locations and shops by id, and which group a location's or a shop's units belong to."""

    by: str
    locations: dict[int, tuple[str, str]]
    shops: list[tuple[int, str, str, int]]

    def of_location(self, location: int) -> str:
        if self.by == "location":
            return self.locations[location][1]
        if self.by == "channel":
            # Several shops may sell from one place: its units stand once, under all their names.
            return ", ".join(name for _, _, name, at in self.shops if at == location)
        return ""


def inventory(viewer: Viewer, wanted: Any = None, part: Any = None) -> Inventory:
    """The inventory page. ``wanted`` is a :class:`StockWish` (or has its fields); seven queries."""
    wanted = wanted or StockWish()
    places = _places(viewer, wanted.by)
    items = _items(wanted)
    allowed = _allowed(viewer, places, wanted)
    bands = {band: [0, 0] for band in AGE_BANDS}
    sums, kept = _units(viewer, places, items, allowed, _shipments(viewer))
    _figures(viewer, places, items, allowed, sums, bands, now())
    _forecasts(places, items, kept, sums)
    rows = [_row(viewer, items[item], place, found) for (item, place), found in sums.items()]
    states: dict[str, int] = dict.fromkeys(STATES, 0)
    if getattr(wanted, "age", "") in AGE_BANDS:
        rows = [row for row in rows if row.ages[AGE_BANDS.index(wanted.age)] > 0]
    for row in rows:
        states[row.stock_state] += 1
    if wanted.stock_state:
        rows = [row for row in rows if row.stock_state == wanted.stock_state]
    order = {named.sku: named.sort_key for named in items.values()}
    see = viewer.can("see_cost")
    page = cut(
        rows,
        part or Slice("sku"),
        keys={"name": lambda row: order[row.sku], "stock_state": lambda row: STATES.index(row.stock_state)},
        sums=(
            "on_hand",
            "unsellable",
            "reserved",
            "available",
            "in_transit",
            *(("value", "missing_units") if see else ()),
        ),
    )
    return Inventory(
        page=page,
        ages=[AgeBand(band, units, value if see else None) for band, (units, value) in bands.items()],
        headlines=_headlines(page, see=see),
        locations=[Choice(code, name) for code, name in sorted(places.locations.values())],
        channels=[Choice(code, name) for _, code, name, _ in places.shops],
        states=states,
    )


def of_item(viewer: Viewer, sku: str) -> list[StockRow]:
    """Where one SKU stands, a row a location."""
    return inventory(viewer, StockWish(by="location", sku=sku), Slice("place", limit=None)).page.rows


def _places(viewer: Viewer, by: str) -> _Places:
    locations = Location.objects.all()
    if viewer.locations is not None:
        locations = locations.filter(pk__in=viewer.locations)
    shops = viewer.of_company(Shop.objects.order_by("code"))
    if viewer.shops is not None:
        shops = shops.filter(pk__in=viewer.shops)
    return _Places(
        by,
        {
            pk: (code, named(name, zh) or code)
            for pk, code, name, zh in locations.values_list("pk", "code", "name", "name_zh")
        },
        [(pk, code, name or code, at) for pk, code, name, at in shops.values_list("pk", "code", "name", "location_id")],
    )


def _allowed(viewer: Viewer, places: _Places, wanted: Any) -> frozenset[int]:
    """Ids of the locations that scope and filter leave."""
    left = set(places.locations)
    if wanted.location:
        left = {key for key in left if places.locations[key][0] == wanted.location}
    if wanted.channel:
        left &= {at for _, code, _, at in places.shops if code == wanted.channel}
    return frozenset(left)


def _items(wanted: Any) -> dict[int, Named]:
    rows = Item.objects.values_list("pk", "sku", "name", "name_zh", "sort_key", "lead_time_days")
    sku = getattr(wanted, "sku", "")
    if sku:
        rows = rows.filter(sku=sku)
    text = wanted.text.casefold()
    return {
        pk: Named(code, named(name, zh), key or name, LEAD_DAYS if lead is None else lead)
        for pk, code, name, zh, key, lead in rows
        if not text or text in code.casefold() or text in name.casefold() or text in zh
    }


def _shipments(viewer: Viewer) -> dict[int, tuple[str, Instant | None]]:
    """In-transit cell to the number and the expected arrival of its shipment."""
    rows = viewer.of_company(Shipment.objects.order_by("document__recorded_at"))
    return {cell: (number, eta) for cell, number, eta in rows.values_list("cell_id", "number", "eta")}


def _units(
    viewer: Viewer,
    places: _Places,
    items: dict[int, Named],
    allowed: frozenset[int],
    shipments: dict[int, tuple[str, Instant | None]],
) -> tuple[dict[tuple[int, str], _Sum], set[tuple[int, str]]]:
    """Balances into one sum a row, and which items this company keeps (or kept) where: item, code of the place."""
    sums: dict[tuple[int, str], _Sum] = defaultdict(_Sum)
    kept: set[tuple[int, str]] = set()
    group = {location: places.of_location(location) for location in places.locations}
    rows = Balance.objects.filter(cell__company_id=viewer.company.id)
    if len(items) == 1:
        rows = rows.filter(item_id__in=list(items))
    columns = ("item_id", "cell_id", "cell__location_id", "cell__condition", "cell__transit", "on_hand", "reserved")
    for item, cell, location, condition, transit, on_hand, reserved in rows.values_list(*columns):
        if item not in items or location not in allowed:
            continue
        found = sums[item, group[location]]
        kept.add((item, places.locations[location][0]))
        if transit:
            if on_hand:
                number, eta = shipments.get(cell, (transit, None))
                found.in_transit += on_hand
                found.arrivals.append(Arrival(number, on_hand, maybe_moment(eta)))
        elif condition == "sellable":
            found.on_hand += on_hand
            found.reserved += reserved
        else:
            found.unsellable += on_hand
    return sums, kept


def _figures(
    viewer: Viewer,
    places: _Places,
    items: dict[int, Named],
    allowed: frozenset[int],
    sums: dict[tuple[int, str], _Sum],
    bands: dict[str, list[int]],
    clock: Instant,
) -> None:
    """Age and value into the sums and into the bands of the whole selection."""
    group = {location: places.of_location(location) for location in places.locations}
    rows = viewer.of_company(StockFigure.objects.all())
    if len(items) == 1:
        rows = rows.filter(item_id__in=list(items))
    columns = ("item_id", "cell__location_id", "layers", "book_cost", "missing", "units", "cell__transit")
    for item, location, layers, value, missing, units, transit in rows.values_list(*columns):
        if item not in items or location not in allowed:
            continue
        found = sums[item, group[location]]
        found.value += value
        found.missing += missing
        found.valued_units += max(units, 0)
        if transit:
            continue
        for born, count, cost in layers:
            if born is None:
                continue  # a pool of an average method is of no one age
            place = _band((clock - born) // DAY)
            found.ages[place] += count
            whole = bands[AGE_BANDS[place]]
            whole[0] += count
            whole[1] += cost or 0


def _band(days: int) -> int:
    return next((place for place, limit in enumerate(AGE_LIMITS) if days <= limit), len(AGE_LIMITS))


def _forecasts(
    places: _Places, items: dict[int, Named], kept: set[tuple[int, str]], sums: dict[tuple[int, str], _Sum]
) -> None:
    """Expected units a week of the last run into the sums, at the places where this company keeps the item.

    Forecasts are made for a place and do not say whose: sister companies that keep the same item at the same place
    share it.
    """
    last = ForecastFigure.objects.aggregate(at=Max("made_at"))["at"]
    if last is None:
        return
    rows = ForecastFigure.objects.filter(made_at=last)
    if len(items) == 1:
        rows = rows.filter(item_id__in=list(items))
    group = {code: places.of_location(key) for key, (code, _) in places.locations.items()}
    for item, code, milli in rows.values_list("item_id", "location", "weekly_milli"):
        if (item, code) in kept:
            found = sums[item, group[code]]
            found.weekly = (found.weekly or 0.0) + milli / 1000


def _row(viewer: Viewer, named: Named, place: str, found: _Sum) -> StockRow:
    available = found.on_hand - found.reserved
    cover = None
    if found.weekly:
        cover = max(0, int(max(available, 0) * 7 / found.weekly))
    see = viewer.can("see_cost")
    unvalued = found.valued_units > 0 and found.missing >= found.valued_units
    return StockRow(
        sku=named.sku,
        name=named.name,
        place=place,
        on_hand=found.on_hand,
        unsellable=found.unsellable,
        reserved=found.reserved,
        available=available,
        in_transit=found.in_transit,
        weekly=found.weekly,
        cover_days=cover,
        stock_state=_state(named, found, cover),
        ages=tuple(found.ages),
        value=(None if unvalued else found.value) if see else None,
        missing_units=found.missing if see else None,
        arrivals=sorted(found.arrivals, key=lambda a: (a.eta is None, a.eta, a.shipment)),
    )


def _state(named: Named, found: _Sum, cover: int | None) -> str:
    if found.on_hand <= 0:
        return "out"
    if found.weekly is not None and found.weekly == 0:
        return "still"
    if cover is None:
        return "healthy"
    return "low" if cover < named.lead else "over" if cover > OVER_DAYS else "healthy"


def _headlines(page: Any, *, see: bool) -> list[Headline]:
    sums = page.sums
    lines = [
        Headline("units_on_hand", sums["on_hand"]),
        Headline("units_in_transit", sums["in_transit"]),
    ]
    if see:
        lines += [
            Headline("stock_value", sums["value"], "money", needs="see_cost"),
            Headline("units_without_cost", sums["missing_units"], needs="see_cost"),
        ]
    return lines


__all__ = ["STATES", "StockWish", "inventory", "of_item"]
