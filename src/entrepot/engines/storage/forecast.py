"""What lots will cost in storage and age surcharges if they sell as forecast."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from entrepot.core.cost_lines import CostLine
from entrepot.core.money import major, round_half_away
from entrepot.engines.storage.fulfil import Asked, currency_of, sized
from entrepot.engines.storage.model import Lot, OwnFigures, Unit
from entrepot.engines.storage.monthly import (
    AGED,
    MONTHLY,
    MONTHLY_DANGEROUS,
    SNAPSHOT_DAY,
    UTILISATION,
    age_row,
    aged_amount,
    cover_row,
    storage_rows,
)
from entrepot.rules.platform_fees import FeeBook, StorageFee

Days = dict[str, list[tuple[int, int]]]
"""Lot → for each day of the path the thousandths of units at its start and at its end."""
THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class FeeForecast:
    """Fees of lots by month. ``lines`` carry the lot in ``item`` and are estimates; ``left`` are the units that the demand
    path does not sell, ``short`` the demand that found no stock."""

    lots: tuple[Lot, ...]
    currency: str
    months: tuple[tuple[str, date, CostLine], ...]
    left: dict[str, Fraction]
    short: Fraction
    until: date
    notes: tuple[str, ...]

    @property
    def lines(self) -> tuple[CostLine, ...]:
        """Cost lines of all lots and months."""
        return tuple(line for _, _, line in self.months)

    def of(self, lot: str) -> tuple[CostLine, ...]:
        """Cost lines of one lot."""
        return tuple(line for name, _, line in self.months if name == lot)

    def amount(self, lot: str) -> int | None:
        """What one lot is expected to cost, minor units; None when a part of it is not known."""
        amounts = [line.amount for line in self.of(lot)]
        return None if any(a is None for a in amounts) else sum(a for a in amounts if a is not None)

    def explain(self, lot: str) -> list[str]:
        """The lot's fees month by month."""
        of = next(x for x in self.lots if x.lot == lot)
        known, unknown = 0, 0
        for line in self.of(lot):
            known, unknown = (known, unknown + 1) if line.amount is None else (known + line.amount, unknown)
        rest = f", and {unknown} months not known" if unknown else ""
        head = f"{lot}: {of.units} units received {of.received}: {major(known, self.currency)} {self.currency}{rest}"
        tail = [f"On {self.until} {float(self.left[lot]):g} of its units are left."] if self.left[lot] else []
        return [head, *(line.explain() for line in self.of(lot)), *tail, *self.notes]


def forecast_fees(
    unit: Unit,
    lots: Sequence[Lot],
    demand: Sequence[Fraction | float],
    start: date,
    marketplace: str,
    book: FeeBook,
    *,
    utilisation_weeks: Fraction | None = None,
    own: OwnFigures | None = None,
) -> FeeForecast:
    """Storage, utilisation and age fees of ``lots`` of one unit while ``demand`` (units a day from ``start``) draws on them.

    First in, first out across the network, by day of receipt. Storage of a month = mean of each day's units at start and end,
    over the days of the month, · cubic feet · rate; age surcharge on the units that lie there on the 15th, by days since
    receipt; utilisation surcharge, where the ratio is told, on units older than 30 days. Each lot, month and fee is rounded
    once. Days after the path are not foreseen. Source: the platform's rules as told in docs/methods/storage.md.

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> bowl = Unit("BOWL", 800, 305, 305, 152)
    >>> told = forecast_fees(bowl, [Lot("L1", 300, date(2025, 9, 1))], [1] * 60, date(2026, 3, 1), "US", platform_fees())
    >>> [(line.label, line.amount) for line in told.of("L1")]
    [('Storage 2026-03', 11081), ('Age surcharge 2026-03-15, 195 days', 7141), ('Storage 2026-04', 9582),
    ('Age surcharge 2026-04-15, 226 days', 12733)]
    >>> told.left["L1"]
    Fraction(240, 1)
    """
    currency = currency_of(marketplace)
    days, left, short = draw(lots, demand, start)
    end = start + timedelta(days=len(demand))
    notes = (
        () if utilisation_weeks is not None else ("The utilisation surcharge is left out: its ratio was not given.",)
    )
    teller = _Teller(unit, marketplace, book, currency, utilisation_weeks, own or {})
    months: list[tuple[str, date, CostLine]] = []
    for lot in lots:
        # Twice the unit-days in thousandths: whole numbers until the month is full.
        by_month: dict[date, int] = defaultdict(int)
        old: dict[date, int] = defaultdict(int)
        for n, (before, after) in enumerate(days[lot.lot]):
            day = start + timedelta(days=n)
            month = day.replace(day=1)
            by_month[month] += before + after
            if (day - lot.received).days > 30:
                old[month] += before + after
        for month, doubled in by_month.items():
            if not doubled:
                continue
            unit_days, aged_days = (Fraction(x, 2 * THOUSAND) for x in (doubled, old[month]))
            months += [(lot.lot, month, line) for line in teller.month(lot, month, unit_days, aged_days)]
            snapshot = month.replace(day=SNAPSHOT_DAY)
            if start <= snapshot < end:
                there = Fraction(days[lot.lot][(snapshot - start).days][0], THOUSAND)
                line = teller.aged(lot, snapshot, there)
                if line is not None:
                    months.append((lot.lot, month, line))
    return FeeForecast(tuple(lots), currency, tuple(months), left, short, end, notes)


def draw(
    lots: Sequence[Lot], demand: Sequence[Fraction | float], start: date
) -> tuple[Days, dict[str, Fraction], Fraction]:
    """Demand drawn from lots, oldest first: units of every lot at the start and the end of each day, the units of each lot
    that are left after the path (those still to arrive included), and the demand that found no stock.

    Demand counts in thousandths of a unit, so that an expected demand of 0.4 a day is told apart and sums stay exact.
    Raises ``ValueError`` for two lots of one name.
    """
    if len({lot.lot for lot in lots}) < len(lots):
        raise ValueError("two lots of one name")
    order = sorted(lots, key=lambda lot: (lot.received, lot.lot))
    have = {lot.lot: lot.units * THOUSAND for lot in order}
    days: Days = {lot.lot: [] for lot in lots}
    short = 0
    for n, wanted in enumerate(demand):
        day = start + timedelta(days=n)
        asked = round(wanted * THOUSAND)
        for lot in order:
            if lot.received > day:
                days[lot.lot].append((0, 0))
                continue
            before = have[lot.lot]
            taken = min(before, asked)
            asked -= taken
            have[lot.lot] = before - taken
            days[lot.lot].append((before, before - taken))
        short += asked
    return days, {lot: Fraction(units, THOUSAND) for lot, units in have.items()}, Fraction(short, THOUSAND)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Prices units of one SKU at one marketplace."""

    unit: Unit
    marketplace: str
    book: FeeBook
    currency: str
    utilisation_weeks: Fraction | None
    own: OwnFigures
    sizes: dict[date, str | tuple[str, ...]] = field(default_factory=dict[date, "str | tuple[str, ...]"])
    """Size class by day: lots of one unit share it."""

    def size_class(self, on: date) -> str | tuple[str, ...]:
        if on not in self.sizes:
            found = sized(Asked(self.unit, self.marketplace, on), self.book)
            self.sizes[on] = found if isinstance(found, tuple) else found.tier.size_class
        return self.sizes[on]

    def month(self, lot: Lot, month: date, unit_days: Fraction, old: Fraction) -> list[CostLine]:
        """Storage, and utilisation where its ratio is told, of the unit-days of one month."""
        share = unit_days / monthrange(month.year, month.month)[1]
        label = f"Storage {month:%Y-%m}"
        on = month.replace(day=SNAPSHOT_DAY)
        own = self.own.get((self.unit.sku, MONTHLY))
        if own is not None:
            season = self._season(own.on, on)
            amount = round_half_away(own.amount * season * share)
            note = (
                ""
                if season == 1
                else f"times {float(season):.3g}, the table's rate of this month to that of the report"
            )
            return [CostLine("storage", label, amount, own.currency, own.basis, item=lot.lot, estimate=True, note=note)]
        size = self.size_class(on)
        if isinstance(size, tuple):
            return [self._unknown(label, lot, size)]
        fee = MONTHLY_DANGEROUS if self.unit.dangerous else MONTHLY
        rows = storage_rows(self.book, self.marketplace, fee, size, on)
        lines = [self._by_volume(label, lot, rows[0] if rows else None, share, f"a rate of {fee} for {month:%Y-%m}")]
        if self.utilisation_weeks is not None and old:
            extra = storage_rows(self.book, self.marketplace, UTILISATION, size, on)
            row = cover_row(extra, self.utilisation_weeks)
            text = f"Utilisation surcharge {month:%Y-%m}"
            older = old / monthrange(month.year, month.month)[1]
            if row is not None:
                lines.append(self._by_volume(text, lot, row, older, ""))
            elif not extra:
                lines.append(self._unknown(text, lot, (f"a utilisation rate of {size} for {month:%Y-%m}",)))
        return lines

    def aged(self, lot: Lot, on: date, units: Fraction) -> CostLine | None:
        """Age surcharge of the units of a lot on a snapshot day; None where none is due."""
        age = (on - lot.received).days
        if not units:
            return None
        label = f"Age surcharge {on}, {age} days"
        size = self.size_class(on)
        if isinstance(size, tuple):
            first = min(
                (r.band_from or 0 for r in self.book.storage if r.fee == AGED and r.marketplace == self.marketplace),
                default=0,
            )
            return None if age < first else self._unknown(label, lot, size)
        row = age_row(storage_rows(self.book, self.marketplace, AGED, size, on), age, apparel=self.unit.apparel)
        if row is None:
            return None
        if isinstance(row, str):
            return self._unknown(label, lot, (row,))
        if not self.book.usable(row):
            return self._unknown(label, lot, (f"your confirmation of the unverified rate {row.id}",))
        feet = (self.unit.cubic_feet or 0) * units
        amount = round_half_away(aged_amount(row, Fraction(feet), units))
        return self._line(label, lot, row, amount, Fraction(feet))

    def _season(self, report: date, on: date) -> Fraction:
        """The table's rate of a month to that of the report's month; 1 where the table does not hold both."""
        rates: list[Fraction] = []
        for day in (report, on):
            size = self.size_class(day)
            if isinstance(size, tuple):
                return Fraction(1)
            rows = storage_rows(self.book, self.marketplace, MONTHLY, size, day)
            rates += [row.rate for row in rows if self.book.usable(row)][:1]
        return rates[1] / rates[0] if len(rates) == 2 else Fraction(1)

    def _by_volume(self, label: str, lot: Lot, row: StorageFee | None, units: Fraction, need: str) -> CostLine:
        if row is None:
            return self._unknown(label, lot, (need,))
        if not self.book.usable(row):
            return self._unknown(label, lot, (f"your confirmation of the unverified rate {row.id}",))
        feet = Fraction((self.unit.cubic_feet or 0) * units)
        return self._line(label, lot, row, round_half_away(feet * row.rate), feet)

    def _line(self, label: str, lot: Lot, row: StorageFee, amount: int, feet: Fraction) -> CostLine:
        rate = f"{major(round_half_away(row.rate), row.currency)} {row.currency} a cubic foot and month"
        base = f"{float(feet):,.1f} cubic feet"
        return CostLine("storage", label, amount, row.currency, row.basis, base, rate, item=lot.lot, estimate=True)

    def _unknown(self, label: str, lot: Lot, needs: tuple[str, ...]) -> CostLine:
        return CostLine("storage", label, None, self.currency, needs=needs, item=lot.lot, estimate=True)
