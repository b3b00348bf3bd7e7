"""Inventory: units by place and condition, under way with their expected day, reserved, cover, age, value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from entrepot.books.access import Viewer
from entrepot.books.models import Cell, Item, Location, Shop
from entrepot.books.selectors.naming import named, names_of
from entrepot.books.selectors.paging import cut, now, raw
from entrepot.books.selectors.shapes import AGE_BANDS, AgeBand, Choice, Headline, Inventory, Page, Slice, StockRow
from entrepot.books.selectors.stock_sums import LEAD_DAYS, STANDING, STATES, Forecast, Named, Standing, Stock, StockSum

_SUMS = ("on_hand", "unsellable", "reserved", "available", "in_transit")
_SECRET_SUMS = ("value", "missing_units")


@dataclass(frozen=True, slots=True)
class StockWish:
    """What the inventory is asked for. ``by``: sku | location | channel."""

    by: str = "sku"
    text: str = ""
    location: str = ""
    channel: str = ""
    stock_state: str = ""
    age: str = ""


@dataclass(frozen=True, slots=True)
class _Places:
    """Locations (id to code and name) and shops (code, name, location) that the viewer may see."""

    locations: dict[int, tuple[str, str]]
    shops: list[tuple[str, str, int]]

    def left(self, wanted: Any) -> list[int]:
        """Ids of the locations that the filter leaves."""
        keys = list(self.locations)
        if wanted.location:
            keys = [key for key in keys if self.locations[key][0] == wanted.location]
        if wanted.channel:
            own = {at for code, _, at in self.shops if code == wanted.channel}
            keys = [key for key in keys if key in own]
        return keys

    def group(self, location: int, by: str) -> str:
        """The row that a location's units belong to, beside the SKU."""
        if by == "location":
            return self.locations[location][1]
        if by == "channel":
            # Several shops may sell from one place: its units stand once, under all their names.
            return ", ".join(name for _, name, at in self.shops if at == location)
        return ""


def inventory(viewer: Viewer, wanted: Any = None, part: Any = None) -> Inventory:
    """The inventory page. ``wanted`` is a :class:`StockWish` (or has its fields). Seven queries."""
    wanted = wanted or StockWish()
    places = _places(viewer)
    left = places.left(wanted)
    stock = Stock(
        viewer,
        _items(wanted),
        {key: places.group(key, wanted.by) for key in left},
        {key: places.locations[key][0] for key in left},
    )
    rows = stock.read(now())
    if wanted.age in AGE_BANDS:
        rows = [row for row in rows if row.ages[AGE_BANDS.index(wanted.age)] > 0]
    states: dict[str, int] = dict.fromkeys(STATES, 0)
    for row in rows:
        states[row.stock_state] += 1
    if wanted.stock_state:
        rows = [row for row in rows if row.stock_state == wanted.stock_state]
    see = viewer.can("see_cost")
    page = _page(rows, part or Slice("sku"), see=see)
    return Inventory(
        page=page,
        ages=[AgeBand(band, units, value if see else None) for band, (units, value) in stock.bands.items()],
        headlines=_headlines(page, see=see),
        locations=[Choice(code, name) for code, name in sorted(places.locations.values())],
        channels=[Choice(code, name) for code, name, _ in places.shops],
        states=states,
    )


def of_item(viewer: Viewer, item: Item, forecasts: Iterable[Forecast]) -> list[StockRow]:
    """Where one item stands, a row a location, with the ``forecasts`` of it. Three queries."""
    rows = viewer.in_locations(viewer.of_company(Cell.objects.filter(balance__item=item)))
    places = ("location__code", "location__name", "location__name_zh")
    cells, groups, codes = {}, {}, {}
    for pk, location, *rest, code, name, zh in rows.order_by("shipment__document_id").values_list(*STANDING, *places):
        cells[pk] = Standing(location, *rest)
        groups[location], codes[location] = named(name, zh) or code, code
    called = {item.pk: _named(item.sku, named(item.name, item.name_zh), item.sort_key, item.lead_time_days)}
    stock = Stock(viewer, called, groups, codes, cells)
    return _page(stock.read(now(), forecasts), Slice("place", limit=None), see=viewer.can("see_cost")).rows


_LOCATION = ("pk", "code", "name", "name_zh")


def _places(viewer: Viewer) -> _Places:
    locations = Location.objects.all()
    if viewer.locations is not None:
        locations = locations.filter(pk__in=viewer.locations)
    shops = viewer.of_company(Shop.objects.order_by("code"))
    if viewer.shops is not None:
        shops = shops.filter(pk__in=viewer.shops)
    return _Places(
        {pk: (code, named(name, zh) or code) for pk, code, name, zh in locations.values_list(*_LOCATION)},
        [(code, name or code, at) for code, name, at in shops.values_list("code", "name", "location_id")],
    )


def _items(wanted: Any) -> dict[int, Named]:
    rows = Item.objects.values_list("pk", "sku", "name", "name_zh", "sort_key", "lead_time_days")
    text = wanted.text.casefold()
    called = names_of()
    return {
        pk: _named(code, called(name, zh), key or name, lead)
        for pk, code, name, zh, key, lead in raw(rows)
        if not text or text in code.casefold() or text in name.casefold() or text in zh
    }


def _named(sku: str, name: str, sort_key: str, lead: int | None) -> Named:
    return Named(sku, name, sort_key or name, LEAD_DAYS if lead is None else lead)


def _page(rows: list[StockSum], part: Any, *, see: bool) -> Page[StockRow]:
    """The page of the sums; only what is shown is made into rows."""
    sort = part.sort if see or part.sort not in _SECRET_SUMS else "sku"
    page = cut(
        rows,
        Slice(sort, part.descending, part.offset, part.limit),
        keys={"stock_state": lambda row: STATES.index(row.stock_state)},
        sums=(*_SUMS, *(_SECRET_SUMS if see else ())),
    )
    return Page([_row(row, see=see) for row in page.rows], page.total, page.sums)


def _row(found: StockSum, *, see: bool) -> StockRow:
    return StockRow(
        sku=found.sku,
        name=found.named.name,
        place=found.place,
        on_hand=found.on_hand,
        unsellable=found.unsellable,
        reserved=found.reserved,
        available=found.available,
        in_transit=found.in_transit,
        weekly=found.weekly,
        cover_days=found.cover_days,
        stock_state=found.stock_state,
        ages=tuple(found.ages),
        value=found.value if see else None,
        missing_units=found.missing_units if see else None,
        arrivals=sorted(found.arrivals, key=lambda a: (a.eta is None, a.eta, a.shipment)),
    )


def _headlines(page: Any, *, see: bool) -> list[Headline]:
    sums = page.sums
    lines = [
        Headline("units_on_hand", sums["on_hand"]),
        Headline("units_in_transit", sums["in_transit"]),
    ]
    if see:
        value = sums["value"] if sums["value"] or not sums["missing_units"] else None  # missing is never 0
        lines += [
            Headline("stock_value", value, "money", needs="see_cost"),
            Headline("units_without_cost", sums["missing_units"], needs="see_cost"),
        ]
    return lines


__all__ = ["STATES", "StockWish", "inventory", "of_item"]
