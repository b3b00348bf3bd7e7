"""What goes wrong in warehouses: losses that are paid back (or not yet), counts, damage, disposal, samples."""

from __future__ import annotations

from typing import Literal

import numpy as np

from entrepot.core.documents import (
    CellRef,
    Count,
    CountLine,
    LotLine,
    Regrade,
    StockUse,
)
from entrepot.sample.journal import CHINA_SZ, FBA_CELL, GERMAN_CELL, Cell, Journal
from entrepot.sample.overheads import FLOOD
from entrepot.sample.places import CHINA, FBA, GERMANY, HK, SZ

CUSTOMER_DAMAGED, DEFECTIVE = "customer_damaged", "defective"
DAMAGED = "damaged"
"""Condition of units that the German warehouse or a customer damaged."""


Purpose = Literal["lost", "destroyed", "write_off", "sample"]


class Incidents:
    """The warehouses' reports."""

    def __init__(self, rng: np.random.Generator, journal: Journal) -> None:
        self.rng = rng
        self.journal = journal
        self.reimbursed: list[tuple[int, int, int, int]] = []
        """(day, SKU, units, US cents a unit) of what the marketplace paid for."""

    def today(self, day: int) -> None:
        """Whatever this calendar day brings; called before the customers come."""
        on = self.journal.day(day)
        if on.day == 12:
            self._losses(day)
        if on.day == 20:
            self._disposal(day)
        if on.day == 21 and on.month in (5, 11):
            self._destroy_in_germany(day)
        if on.day == 25:
            self._damage(day)
        if on.day == 28 and on.month % 3 == 0:
            self._count(day, HK, GERMANY, GERMAN_CELL, 0.3)
        if on.day == 27 and on.month in (6, 12):
            self._count(day, SZ, CHINA, CHINA_SZ, 0.5)
        if on.day == 5 and on.month % 2 == 0:
            self._samples(day)
        if day == self.journal.days * 2 // 3:
            self._flood(day)

    def _pick(self, cell: Cell, share: float, least: int) -> list[int]:
        there = self.journal.stock.at(*cell)
        pool = np.flatnonzero(there >= least)
        size = int(self.rng.binomial(len(pool), share)) if len(pool) else 0
        return [int(i) for i in np.sort(self.rng.choice(pool, size, replace=False))]

    def _use(
        self, day: int, purpose: Purpose, cell: Cell, units: dict[int, int], reason: str, known: int | None = None
    ) -> None:
        units = {i: n for i, n in units.items() if n > 0}
        if not units:
            return
        for i, n in units.items():
            self.journal.stock.leave(cell, i, n)
        company, location, condition = cell
        self.journal.write(
            StockUse(
                id=self.journal.number("ADJ", day), company=company, effective_at=self.journal.at(day, 6, 40),
                purpose=purpose, cell=CellRef(location=location, condition=condition), reason=reason,
                lines=[LotLine(sku=self.journal.catalogue.sku[i], quantity=n) for i, n in units.items()],
            ),
            "stock_uses", known,
        )  # fmt: skip

    def _losses(self, day: int) -> None:
        """Units that the marketplace's warehouse cannot find; four fifths are paid back a month or two later."""
        lost = {i: int(self.rng.integers(1, 4)) for i in self._pick(FBA_CELL, 0.03, 6)}
        self._use(day, "lost", FBA_CELL, lost, "lost in the warehouse", self._told(day))
        for i, n in lost.items():
            paid = day + int(self.rng.integers(30, 60))
            price = int(self.journal.catalogue.price_usd[i]) * 55 // 100
            if self.rng.random() < 0.8 and paid < self.journal.days:
                self.reimbursed.append((paid, i, n, price))
            else:
                self.journal.plant("loss_not_paid", sku=self.journal.catalogue.sku[i], units=n,
                                   day=str(self.journal.day(day)), worth=n * price)  # fmt: skip

    def _told(self, day: int) -> int | None:
        """The day on which a loss becomes known: January's only weeks later, when January may be closed."""
        on = self.journal.day(day)
        if on.month != 1 or day + 25 >= self.journal.days:
            return None
        self.journal.plant("late_movement", happened=str(on), known=str(self.journal.day(day + 25)))
        return day + 25

    def _disposal(self, day: int) -> None:
        """Everything unsellable at the marketplace is destroyed once a month."""
        for condition in (CUSTOMER_DAMAGED, DEFECTIVE):
            cell = (HK, FBA, condition)
            there = self.journal.stock.at(*cell)
            gone = {int(i): int(there[i]) for i in np.flatnonzero(there > 0)}
            self._use(day, "destroyed", cell, gone, "removal order: dispose")

    def _destroy_in_germany(self, day: int) -> None:
        """Twice a year what cannot be sold in Germany is destroyed there: sending it home costs more."""
        there = self.journal.stock.at(HK, GERMANY, DAMAGED)
        gone = {int(i): int(there[i]) for i in np.flatnonzero(there > 0)}
        self._use(day, "destroyed", (HK, GERMANY, DAMAGED), gone, "Entsorgung")

    def _damage(self, day: int) -> None:
        """A few units in Germany become unsellable."""
        hurt = {i: int(self.rng.integers(1, 3)) for i in self._pick(GERMAN_CELL, 0.02, 5)}
        if not hurt:
            return
        for i, n in hurt.items():
            self.journal.stock.move(GERMAN_CELL, (HK, GERMANY, DAMAGED), i, n)
        self.journal.write(
            Regrade(
                id=self.journal.number("RG", day), company=HK, effective_at=self.journal.at(day, 6, 30),
                origin=CellRef(location=GERMANY), destination=CellRef(location=GERMANY, condition=DAMAGED),
                reason="Karton beschädigt",
                lines=[LotLine(sku=self.journal.catalogue.sku[i], quantity=n) for i, n in hurt.items()],
            ),
            "regrades",
        )  # fmt: skip

    def _count(self, day: int, company: str, location: str, cell: Cell, share: float) -> None:
        """Count a part of a warehouse; one line in twenty-five differs by one or two units."""
        there = self.journal.stock.at(*cell)
        lines: list[CountLine] = []
        for i in self._pick(cell, share, 3):
            expected = int(there[i])
            difference = int(self.rng.choice([-2, -1, 1])) if self.rng.random() < 0.04 else 0
            if difference > 0:
                self.journal.stock.enter(cell, i, difference)
            elif difference < 0:
                self.journal.stock.leave(cell, i, -difference)
            if difference:
                self.journal.plant("count_difference", location=location, sku=self.journal.catalogue.sku[i],
                                   units=difference, day=str(self.journal.day(day)))  # fmt: skip
            lines.append(CountLine(sku=self.journal.catalogue.sku[i], counted=expected + difference,
                                   expected=expected))  # fmt: skip
        if lines:
            self.journal.write(
                Count(id=self.journal.number("CT", day), company=company, location=location, lines=lines,
                      effective_at=self.journal.at(day, 3 if location == CHINA else 6, 50)),
                "counts",
            )  # fmt: skip

    def _samples(self, day: int) -> None:
        """A reviewer gets one of some new things."""
        gifts = dict.fromkeys(self._pick(GERMAN_CELL, 0.015, 10), 1)
        self._use(day, "sample", GERMAN_CELL, gifts, "for reviewers")

    def _flood(self, day: int) -> None:
        """Once, water comes into the German warehouse."""
        there = self.journal.stock.at(*GERMAN_CELL)
        wet = [int(i) for i in np.argsort(-there, kind="stable")[:4] if there[i] >= 20]
        self._use(day, "write_off", GERMAN_CELL, dict.fromkeys(wet, 12), FLOOD)
