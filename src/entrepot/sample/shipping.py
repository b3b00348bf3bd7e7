"""From the warehouse in China to the markets: transfers between the companies, multipacks, shipments and arrivals.

Every shipment belongs to the Hong Kong company. What Shenzhen bought is sold to Hong Kong on the day it ships, at a
transfer price. Arrivals are received in one or two parts, here and there some units short (they stay in transit) or
over; three arrivals at the marketplace's warehouse are entered days after the goods could be sold, so that sales run
ahead of stock in the books.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from entrepot.core.documents import (
    CellRef,
    Conversion,
    IntercompanyLine,
    IntercompanySale,
    ItemLine,
    LotLine,
    ProducedLine,
    Receipt,
    ReceiptLine,
    Ref,
    Shipment,
    UnitPrice,
)
from entrepot.sample.bills import Bills
from entrepot.sample.catalogue import PACK_OF, Flags, Ints, Reals
from entrepot.sample.journal import CHINA_HK, CHINA_SZ, FBA_CELL, GERMAN_CELL, IN_TRANSIT, Cell, Journal
from entrepot.sample.places import CHINA, FBA, GERMANY, HK, SZ


@dataclass(frozen=True, slots=True)
class Lane:
    """A way to a market: days in transit from door to door, and how far the stock is filled up."""

    mode: Literal["sea", "rail", "air"]
    destination: str
    short: str
    transit: tuple[int, int]
    point: int
    """Ship when stock and pipeline cover fewer days than this."""
    cover: int
    """Fill up to this many days."""


SEA_US = Lane("sea", FBA, "SEA-US", (29, 42), 75, 105)
AIR_US = Lane("air", FBA, "AIR-US", (6, 11), 12, 26)
SEA_DE = Lane("sea", GERMANY, "SEA-DE", (38, 52), 85, 115)
RAIL_DE = Lane("rail", GERMANY, "RAIL-DE", (19, 27), 50, 80)
AIR_DE = Lane("air", GERMANY, "AIR-DE", (6, 10), 10, 24)
_CELL: dict[str, Cell] = {FBA: FBA_CELL, GERMANY: GERMAN_CELL}
LATE_ENTRIES = (95, 260, 430)
"""From these days on, the next arrival at the marketplace is entered three days late."""


class Shipping:
    """The logistics desk."""

    def __init__(self, rng: np.random.Generator, journal: Journal, bills: Bills) -> None:
        self.rng = rng
        self.journal = journal
        self.bills = bills
        count = len(journal.catalogue)
        self.coming: dict[str, Ints] = {FBA: np.zeros(count, np.int64), GERMANY: np.zeros(count, np.int64)}
        self.unbooked: Ints = np.zeros(count, dtype=np.int64)
        """Units that can be sold at the marketplace although their receipt is not entered yet."""
        self._late_entries = [d for d in LATE_ENTRIES if d < journal.days]

    def review(self, day: int, rate: dict[str, Reals], listed: dict[str, Flags]) -> None:
        """Ship what the markets need: sea every second Monday, air on Thursdays when a shelf runs empty."""
        weekday, week = self.journal.day(day).weekday(), day // 7
        if weekday == 0 and week % 2 == 0:
            self._ship(day, SEA_US, rate[FBA], listed[FBA])
        if weekday == 0 and week % 3 == 1:
            self._ship(day, RAIL_DE if week % 2 else SEA_DE, rate[GERMANY], listed[GERMANY])
        if weekday == 3:
            self._ship(day, AIR_US, rate[FBA], listed[FBA])
            self._ship(day, AIR_DE, rate[GERMANY], listed[GERMANY])

    def _ship(self, day: int, lane: Lane, rate: Reals, listed: Flags) -> None:
        c, stock = self.journal.catalogue, self.journal.stock
        there = stock.at(*_CELL[lane.destination]) + self.coming[lane.destination]
        need = listed & (there < rate * lane.point) & (rate > 0.02)
        if lane.mode == "air":
            worth = (rate > 0.25) & (c.weight_g < 900)
            need &= worth & (self.coming[lane.destination] < rate * 8)
        want = np.where(need, rate * lane.cover - there, 0.0)
        cartons = np.ceil(want / c.carton_units).astype(np.int64)
        self._make_packs(day, cartons * c.carton_units)
        free = stock.at(*CHINA_HK) + stock.at(*CHINA_SZ)
        units = np.minimum(cartons, free // c.carton_units) * c.carton_units
        skus = np.flatnonzero(units > 0)
        if not len(skus) or (lane.mode != "air" and int(units.sum()) < 40):
            return
        self._buy_from_shenzhen(day, skus, units[skus])
        self._depart(day, lane, skus, units[skus])

    def _make_packs(self, day: int, wanted: Ints) -> None:
        """Pack threes out of single units, as far as both the wish and the singles go (half of these stay single)."""
        c, stock = self.journal.catalogue, self.journal.stock
        for pack in np.flatnonzero((c.base >= 0) & (wanted > 0)):
            base = int(c.base[pack])
            missing = int(wanted[pack] - stock.at(*CHINA_HK)[pack])
            packs = min(missing, int(stock.at(*CHINA_HK)[base]) // 2 // PACK_OF)
            if packs < int(c.carton_units[pack]):
                continue
            stock.leave(CHINA_HK, base, packs * PACK_OF)
            stock.enter(CHINA_HK, int(pack), packs)
            self.journal.write(
                Conversion(
                    id=self.journal.number("MP", day), company=HK, effective_at=self.journal.at(day, 5),
                    purpose="multipack", cell=CellRef(location=CHINA),
                    consumed=[LotLine(sku=c.sku[base], quantity=packs * PACK_OF)],
                    produced=[ProducedLine(sku=c.sku[pack], quantity=packs)],
                ),
                "conversions",
            )  # fmt: skip

    def transfer_price(self, sku: int) -> int:
        """US cents that Hong Kong pays to Shenzhen for a unit: factory price and 12 %."""
        return round(float(self.journal.catalogue.cost_cny[sku]) / 7.1 * 1.12)

    def _buy_from_shenzhen(self, day: int, skus: Ints, units: Ints) -> None:
        stock, c = self.journal.stock, self.journal.catalogue
        short = np.maximum(0, units - stock.at(*CHINA_HK)[skus])
        lines = [
            IntercompanyLine(sku=c.sku[i], quantity=int(n), price=UnitPrice(amount=self.transfer_price(int(i))))
            for i, n in zip(skus, short, strict=True)
            if n > 0
        ]
        if not lines:
            return
        stock.move(CHINA_SZ, CHINA_HK, skus, short)
        place = CellRef(location=CHINA)
        self.journal.write(
            IntercompanySale(id=self.journal.number("IC", day), company=SZ, effective_at=self.journal.at(day, 4),
                             buyer=HK, currency="USD", origin=place, destination=place, lines=lines),
            "intercompany_sales",
        )  # fmt: skip

    def _depart(self, day: int, lane: Lane, skus: Ints, units: Ints) -> None:
        journal = self.journal
        low, high = lane.transit
        transit = int(self.rng.integers(low, high)) + (int(self.rng.exponential(9)) if self.rng.random() < 0.25 else 0)
        number = journal.number(lane.short, day)
        shipment = Shipment(
            id=number, company=HK, effective_at=journal.at(day, 8), origin=CellRef(location=CHINA),
            destination=lane.destination, mode=lane.mode, carrier="Pearl River Forwarding",
            container=f"SMPU{journal.days * 1000 + day:07d}" if lane.mode == "sea" else "",
            eta=journal.at(day + (low + high) // 2, 8),
            lines=[ItemLine(sku=journal.catalogue.sku[i], quantity=int(n)) for i, n in zip(skus, units, strict=True)],
        )  # fmt: skip
        journal.write(shipment, "shipments")
        journal.stock.move(CHINA_HK, (HK, number, IN_TRANSIT), skus, units)
        self.coming[lane.destination][skus] += units
        arrival = day + transit
        self.bills.shipped(day, arrival, shipment, skus, units)
        if arrival >= journal.days:
            journal.plant("in_transit_at_end", shipment=number, units=int(units.sum()))
        self._plan_arrival(lane, shipment, skus, units, arrival)

    def _plan_arrival(self, lane: Lane, shipment: Shipment, skus: Ints, units: Ints, arrival: int) -> None:
        """Split what arrives in two where the warehouse does so, and plant units short or over."""
        came = units.copy()
        odd = self.rng.random(len(skus))
        short = odd < 0.015
        came[short] -= np.minimum(units[short] // 4, self.rng.integers(1, 5, int(short.sum())))
        came[odd > 0.993] += self.rng.integers(1, 3, int((odd > 0.993).sum()))
        second = np.zeros_like(came)
        if self.rng.random() < 0.35 and lane.mode != "air":
            second = np.where(self.rng.random(len(skus)) < 0.3, came // 3, 0)
            self.journal.later(arrival + 4, 5, lambda d: self._arrive(d, lane, shipment, skus, second, closes=True))
        whole = not second.any()
        self.journal.later(
            arrival, 5,
            lambda d: self._arrive(d, lane, shipment, skus, came - second, closes=whole),
        )  # fmt: skip

    def _arrive(self, day: int, lane: Lane, shipment: Shipment, skus: Ints, units: Ints, *, closes: bool) -> None:
        journal = self.journal
        transit: Cell = (HK, shipment.id, IN_TRANSIT)
        there = journal.stock.at(*transit)[skus]
        from_transit = np.minimum(units, there)
        journal.stock.move(transit, _CELL[lane.destination], skus, from_transit)
        surplus = units - from_transit
        journal.stock.enter(_CELL[lane.destination], skus, surplus)
        self.coming[lane.destination][skus] -= from_transit
        if closes:
            lost = journal.stock.at(*transit)[skus]
            self.coming[lane.destination][skus] -= lost
            for i in np.flatnonzero(lost):
                journal.plant("short_arrival", shipment=shipment.id, sku=journal.catalogue.sku[skus[i]],
                              units=int(lost[i]))  # fmt: skip
        for i in np.flatnonzero(surplus):
            journal.plant("over_arrival", shipment=shipment.id, sku=journal.catalogue.sku[skus[i]],
                          units=int(surplus[i]))  # fmt: skip
        if not units.any():
            return
        entered = day
        if lane.destination == FBA and lane.mode == "sea" and self._late_entries and day >= self._late_entries[0]:
            self._late_entries.pop(0)
            if day + 3 < journal.days:
                entered = day + 3
                self.unbooked[skus] += units
                journal.later(entered, 5, lambda _: self._entered(skus, units))
        lines = [
            ReceiptLine(sku=journal.catalogue.sku[i], quantity=int(n), order_line=line)
            for line, (i, n) in enumerate(zip(skus, units, strict=True), start=1)
            if n > 0
        ]
        receipt = Receipt(
            id=journal.number("IN", entered), company=HK, effective_at=journal.at(entered, 5, 30),
            location=lane.destination, shipment=Ref(type="shipment", id=shipment.id), lines=lines,
        )  # fmt: skip
        journal.write(receipt, "receipts_fba" if lane.destination == FBA else "receipts_germany")
        self.bills.received(entered, receipt, skus, units, whole=not surplus.any())

    def _entered(self, skus: Ints, units: Ints) -> None:
        self.unbooked[skus] -= units
