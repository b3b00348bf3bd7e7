"""Units, age, value and expected demand of items, added up for whoever shows stock.

Units come from the balances (they change with every posting); age and value from the stock figures, which are as old as
the last valuation. Whole columns are read, one query a table, and put together in memory.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Subquery, TextField
from django.db.models.functions import Cast

from entrepot.books.access import Viewer
from entrepot.books.models import Balance, Cell, ForecastFigure, StockFigure
from entrepot.books.selectors.expected import expected
from entrepot.books.selectors.paging import maybe_moment, raw
from entrepot.books.selectors.shapes import AGE_BANDS, AGE_LIMITS, Arrival
from entrepot.core.calendar import DAY, Instant

STATES = ("out", "low", "healthy", "over", "still")
OVER_DAYS = 180
"""Cover beyond this is too much."""
LEAD_DAYS = 30
"""Lead time of an item whose own is not known; cover below the lead time is low."""


STANDING = ("pk", "location_id", "condition", "transit", "shipment__number", "shipment__eta")
"""Columns of a cell's id and its :class:`Standing`."""
Forecast = tuple[Any, ...]
"""Item id, code of the place, expected units a week × 1,000."""


class Named(NamedTuple):
    """An item as the table names it; ``lead`` in days."""

    sku: str
    name: str
    sort_key: str
    lead: int


class Standing(NamedTuple):
    """Where a cell is: place, condition, and the shipment that it is the hold of, if any."""

    location: int
    condition: str
    transit: str
    number: str | None
    eta: Instant | None


@dataclass(slots=True)
class StockSum:
    """What is added up for one row of a table, named as the row's columns so that it is sorted before it is made."""

    named: Named
    place: str
    on_hand: int = 0
    unsellable: int = 0
    reserved: int = 0
    in_transit: int = 0
    weekly: float | None = None
    ages: list[int] = field(default_factory=lambda: [0] * len(AGE_BANDS))
    book: int = 0
    valued_units: int = 0
    missing_units: int = 0
    arrivals: list[Arrival] = field(default_factory=list[Arrival])

    @property
    def sku(self) -> str:
        return self.named.sku

    @property
    def name(self) -> str:
        return self.named.sort_key

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def value(self) -> int | None:
        """Book value; not known when no unit's cost is."""
        return None if 0 < self.valued_units <= self.missing_units else self.book

    @property
    def cover_days(self) -> int | None:
        """Days that the available units last at the expected demand."""
        return max(0, int(max(self.available, 0) * 7 / self.weekly)) if self.weekly else None

    @property
    def stock_state(self) -> str:
        """out | low | healthy | over | still; without a forecast what is there is healthy."""
        if self.on_hand <= 0:
            return "out"
        if self.weekly == 0:
            return "still"
        cover = self.cover_days
        if cover is None:
            return "healthy"
        return "low" if cover < self.named.lead else "over" if cover > OVER_DAYS else "healthy"


class Stock:
    """The sums of a selection of items and places.

    ``groups`` says which row a location's units belong to (its name, or one name for all), ``codes`` the location's
    code, by which forecasts are made. ``bands`` are [units, value] of the whole selection by age.
    """

    def __init__(
        self,
        viewer: Viewer,
        items: Mapping[int, Named],
        groups: Mapping[int, str],
        codes: Mapping[int, str],
        cells: Mapping[int, Standing] | None = None,
    ) -> None:
        self.viewer = viewer
        self.items = items
        self.groups = groups
        self.codes = codes
        self.bands = {band: [0, 0] for band in AGE_BANDS}
        self.kept: set[tuple[int, str]] = set()
        self.cells = self._cells() if cells is None else cells
        self._sums: dict[tuple[int, str], StockSum] = {}

    @property
    def sums(self) -> list[StockSum]:
        """What was added up, a sum a row."""
        return list(self._sums.values())

    def read(self, clock: Instant, forecasts: Iterable[Forecast] | None = None) -> list[StockSum]:
        """Units, age, value, demand. Three queries, after the one for the cells; two with ``forecasts`` given;
        and four for what is expected."""
        self._units()
        self._figures(clock)
        self._demand(self._forecasts() if forecasts is None else forecasts)
        self._expected()
        return self.sums

    def _expected(self) -> None:
        """Open orders and approved loads; they are expected, not under way."""
        one = next(iter(self.items)) if len(self.items) == 1 else None
        places = {code: location for location, code in self.codes.items()}
        for (item, place), arrivals in expected(self.viewer, places, one).items():
            if item in self.items and place in self.groups:
                self._sum(item, place).arrivals += arrivals

    def _cells(self) -> dict[int, Standing]:
        rows = Cell.objects.filter(company_id=self.viewer.company.id, location_id__in=list(self.groups))
        return {pk: Standing(*rest) for pk, *rest in raw(rows.order_by("shipment__document_id").values_list(*STANDING))}

    def _chosen(self, rows: Any) -> Any:
        """One item's rows along its index; many items' rows all at once."""
        return rows.filter(item_id__in=list(self.items)) if len(self.items) == 1 else rows

    def _sum(self, item: int, location: int) -> StockSum:
        key = (item, self.groups[location])
        found = self._sums.get(key)
        if found is None:
            found = self._sums[key] = StockSum(self.items[item], key[1])
        return found

    def _units(self) -> None:
        rows = self._chosen(Balance.objects.all()).values_list("item_id", "cell_id", "on_hand", "reserved")
        for item, cell, on_hand, reserved in raw(rows):
            standing = self.cells.get(cell)
            if standing is None or item not in self.items:
                continue
            found = self._sum(item, standing.location)
            self.kept.add((item, self.codes[standing.location]))
            if standing.transit:
                if on_hand:
                    found.in_transit += on_hand
                    number = standing.number or standing.transit
                    found.arrivals.append(Arrival(number, on_hand, maybe_moment(standing.eta)))
            elif standing.condition == "sellable":
                found.on_hand += on_hand
                found.reserved += reserved
            else:
                found.unsellable += on_hand

    def _figures(self, clock: Instant) -> None:
        # As text from either database: one reading of all of it is many times as quick as one for each row.
        columns = ("item_id", "cell_id", Cast("layers", TextField()), "book_cost", "missing", "units")
        rows = raw(self._chosen(self.viewer.of_company(StockFigure.objects.all())).values_list(*columns))
        every: list[list[Any]] = json.loads(f"[{','.join(row[2] for row in rows)}]")
        for (item, cell, _, value, missing, units), layers in zip(rows, every, strict=True):
            standing = self.cells.get(cell)
            if standing is None or item not in self.items:
                continue
            found = self._sum(item, standing.location)
            found.book += value
            found.missing_units += missing
            found.valued_units += max(units, 0)
            if not standing.transit:
                self._age(found, layers, clock)

    def _age(self, found: StockSum, layers: list[Any], clock: Instant) -> None:
        for born, count, cost in layers:
            if born is None:
                continue  # a pool of an average method is of no one age
            place = _band((clock - born) // DAY)
            found.ages[place] += count
            whole = self.bands[AGE_BANDS[place]]
            whole[0] += count
            whole[1] += cost or 0

    def _forecasts(self) -> list[Forecast]:
        last = ForecastFigure.objects.order_by("-made_at").values("made_at")[:1]
        rows = self._chosen(ForecastFigure.objects.filter(made_at=Subquery(last)))
        return raw(rows.values_list("item_id", "location", "weekly_milli"))

    def _demand(self, forecasts: Iterable[Forecast]) -> None:
        """Expected units a week of the last run, at the places where this company keeps the item.

        Forecasts are made for a place and do not say whose: sister companies that keep the same item at the same place
        share it.
        """
        summed: dict[tuple[int, str], int] = defaultdict(int)
        for item, code, milli in forecasts:
            if (item, code) in self.kept:
                summed[item, code] += milli
        places = {code: location for location, code in self.codes.items()}
        for (item, code), milli in summed.items():
            found = self._sum(item, places[code])
            found.weekly = (found.weekly or 0.0) + milli / 1000


def _band(days: int) -> int:
    for place, limit in enumerate(AGE_LIMITS):
        if days <= limit:
            return place
    return len(AGE_LIMITS)
