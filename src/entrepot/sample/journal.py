"""The state of the simulated business and the papers that it leaves behind.

Units stand in arrays by SKU; every change goes through :class:`Stock`, which keeps the totals that the conservation
test needs. A day of the world runs in a fixed order of hours (UTC), so that no warehouse gives what it has not got:
suppliers' deliveries 02, own transfers 04, conversions 05, arrivals 05:30, returns and losses 06, customers 07 to 23;
shipments depart at 08 from the warehouse in China, where no customer buys.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np

from entrepot.core.documents import Document
from entrepot.sample.catalogue import Catalogue, Ints
from entrepot.sample.places import CHINA, FBA, GERMANY, HK, SZ
from entrepot.sample.rates import Rates

SELLABLE = "sellable"
Cell = tuple[str, str, str]
"""Company, location, condition; a shipment's units stand in (company, shipment number, "in transit")."""
IN_TRANSIT = "in transit"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document and the day on which the seller got it; ``file`` names the export that it will stand in."""

    document: Document
    known: date
    file: str


@dataclass(slots=True)
class Stock:
    """Units by cell and SKU, and what crossed the border of the world."""

    count: int
    cells: dict[Cell, Ints] = field(default_factory=dict[Cell, Ints])
    came: Ints = field(init=False)
    left: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.came = np.zeros(self.count, dtype=np.int64)
        self.left = np.zeros(self.count, dtype=np.int64)

    def at(self, company: str, location: str, condition: str = SELLABLE) -> Ints:
        """The units of one cell, by SKU; changing the array is what :meth:`enter` and :meth:`leave` are for."""
        key = (company, location, condition)
        if key not in self.cells:
            self.cells[key] = np.zeros(self.count, dtype=np.int64)
        return self.cells[key]

    def enter(self, cell: Cell, sku: int | Ints, units: int | Ints) -> None:
        """Units come from outside (supplier, customer, conversion, surplus)."""
        self.at(*cell)[sku] += units
        self.came[sku] += units

    def leave(self, cell: Cell, sku: int | Ints, units: int | Ints) -> None:
        """Units go outside (customer, loss, supplier, conversion)."""
        self.at(*cell)[sku] -= units
        self.left[sku] += units

    def move(self, origin: Cell, destination: Cell, sku: int | Ints, units: int | Ints) -> None:
        """Units change their cell."""
        self.at(*origin)[sku] -= units
        self.at(*destination)[sku] += units

    def total(self) -> Ints:
        """Units of each SKU over all cells."""
        return np.sum(list(self.cells.values()), axis=0) if self.cells else np.zeros(self.count, dtype=np.int64)


@dataclass(slots=True)
class Journal:
    """Papers written so far, what will happen on which day, and the planted truths."""

    start: date
    days: int
    catalogue: Catalogue
    rates: Rates
    stock: Stock
    papers: list[Paper] = field(default_factory=list[Paper])
    truths: dict[str, list[dict[str, object]]] = field(default_factory=lambda: defaultdict(list))
    _agenda: dict[int, list[tuple[int, Callable[[int], None]]]] = field(default_factory=lambda: defaultdict(list))
    _numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def day(self, index: int) -> date:
        """The calendar day of a day index."""
        return self.start + timedelta(index)

    def at(self, index: int, hour: int, minute: int = 0) -> datetime:
        """An instant of a day index, UTC."""
        on = self.day(index)
        return datetime(on.year, on.month, on.day, hour, minute, tzinfo=UTC)

    def write(self, document: Document, file: str, known: int | None = None) -> None:
        """File a document that the seller got on day ``known`` (default: when it happened)."""
        on = document.effective_at.date() if known is None else self.day(known)
        self.papers.append(Paper(document, on, file))

    def later(self, index: int, hour: int, event: Callable[[int], None]) -> bool:
        """Have ``event(day)`` happen at ``hour``; ``False`` when that is after the world's end."""
        if index >= self.days:
            return False
        self._agenda[index].append((hour, event))
        return True

    def due(self, index: int) -> list[Callable[[int], None]]:
        """Events of that day by hour, within the hour as planned."""
        return [event for _, event in sorted(self._agenda.pop(index, []), key=lambda planned: planned[0])]

    def number(self, series: str, index: int) -> str:
        """The next number of a series: series, year and month, counter."""
        self._numbers[series] += 1
        return f"{series}-{self.day(index):%y%m}-{self._numbers[series]:03d}"

    def plant(self, kind: str, **facts: object) -> None:
        """Note a truth that tests and benchmarks may look up."""
        self.truths[kind].append(facts)


CHINA_SZ: Cell = (SZ, CHINA, SELLABLE)
CHINA_HK: Cell = (HK, CHINA, SELLABLE)
FBA_CELL: Cell = (HK, FBA, SELLABLE)
GERMAN_CELL: Cell = (HK, GERMANY, SELLABLE)
