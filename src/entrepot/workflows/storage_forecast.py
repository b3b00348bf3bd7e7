"""What the stock at a platform will cost in storage and age surcharges if it sells as forecast: lot by lot, from the books.

The platform counts age first in first out across its network, so what lies there is what came last: the lots on hand are the
latest arrivals at the platform's places of a country that together make up the stock. Stock without a known arrival has no
known age and is told apart. Customers' returns are no arrivals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import Max, Q, Sum

from entrepot.books import models
from entrepot.core.calendar import local_date, midnight
from entrepot.core.cost_lines import CostLine
from entrepot.core.kinds import Kind
from entrepot.engines.storage import Lot, OwnFigures, Unit, forecast_fees
from entrepot.rules.platform_fees import FeeBook, platform_fees

MARKETPLACES = {"US": "US", "GB": "UK"}
"""Country of a platform's place → marketplace with fee tables."""
AGE_FEE = "Age surcharge"
"""How the engine names the fee of an age."""


@dataclass(frozen=True, slots=True)
class LotFees:
    """Expected fees of one lot until ``until``, minor units; None where something is not known (``needs``). ``left`` are its
    units that the forecast does not sell by then; ``surcharge`` is the part that its age costs.
    ``told`` are the lines of a forecast that was kept."""

    sku: str
    marketplace: str
    lot: str
    received: date
    units: int
    currency: str
    amount: int | None
    left: Fraction
    until: date
    surcharge: int | None = None
    needs: tuple[str, ...] = ()
    fees: tuple[CostLine, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Every fee with its rule, month by month."""
        return self.told or tuple(fee.explain() for fee in self.fees)

    def age(self, on: date) -> int:
        """Days since its arrival."""
        return (on - self.received).days


@dataclass(frozen=True, slots=True)
class StorageForecast:
    """Fees of every lot, dearest first, those not known last; ``ageless`` units by SKU have no known arrival."""

    on: date
    lots: tuple[LotFees, ...]
    ageless: dict[str, int]


def storage_forecast(
    company: models.Company, on: date, days: int = 180, *, sku: str = "",
    places: Collection[int] | None = None, book: FeeBook | None = None,
    own: OwnFigures | None = None,
) -> StorageForecast:  # fmt: skip
    """Forecast for all platform stock of a company: the latest forecast's mean as a steady daily demand over ``days``.

    ``sku`` narrows to one item, ``places`` to locations. ``book`` carries what the seller has confirmed or a what-if;
    ``own`` his reports' figures. Stock and forecasts are those of the last valuation and forecast run; arrivals are read as
    the books know them now.
    """
    tables = book or platform_fees()
    found: list[LotFees] = []
    ageless: dict[str, int] = {}
    for country, marketplace in MARKETPLACES.items():
        there = models.Cell.objects.filter(
            company=company, location__kind="fba", location__country=country, transit="", condition="sellable"
        )
        if places is not None:
            there = there.filter(location__in=places)
        cells = set(there.values_list("pk", flat=True))
        stock = dict(
            models.StockFigure.objects.filter(
                company=company, cell_id__in=cells, units__gt=0, **({"item__sku": sku} if sku else {})
            )
            .values_list("item_id")
            .annotate(units=Sum("units"))
        )
        lots = _lots(company, cells, stock, on)
        pace = _pace(set(there.values_list("location__code", flat=True)), set(stock))
        units = _units(set(stock), on)
        for item, held in stock.items():
            unit, here = units[item], lots[item]
            missing = held - sum(lot.units for lot in here)
            if missing:
                ageless[unit.sku] = ageless.get(unit.sku, 0) + missing
            found += _fees(unit, here, pace.get(item), marketplace, on, days, tables, own)
    found.sort(key=lambda row: (row.amount is None, -(row.amount or 0), row.sku, row.received))
    return StorageForecast(on, tuple(found), ageless)


def _fees(
    unit: Unit,
    lots: list[Lot],
    daily: Fraction | None,
    marketplace: str,
    on: date,
    days: int,
    book: FeeBook,
    own: OwnFigures | None,
) -> list[LotFees]:
    told = forecast_fees(unit, lots, [daily or Fraction(0)] * days, on, marketplace, book, own=own)
    rows: list[LotFees] = []
    for lot in lots:
        lines = told.of(lot.lot)
        needs = dict.fromkeys(need for line in lines for need in line.needs)
        if daily is None:
            needs = {f"a forecast of {unit.sku}": None, **needs}
        amount = None if needs else told.amount(lot.lot)
        rows.append(
            LotFees(
                unit.sku,
                marketplace,
                lot.lot,
                lot.received,
                lot.units,
                told.currency,
                amount,
                told.left[lot.lot],
                told.until,
                None if amount is None else sum(x.amount or 0 for x in lines if x.label.startswith(AGE_FEE)),
                tuple(needs),
                tuple(lines),
            )
        )
    return rows


def _lots(company: models.Company, cells: set[int], stock: dict[int, int], on: date) -> dict[int, list[Lot]]:
    """The latest arrivals from outside the network that make up the stock, oldest first; lots are named by their document."""
    until = midnight(on + timedelta(days=1), company.zone)
    moves = (
        models.Movement.objects.filter(
            item_id__in=stock, to_cell_id__in=cells, replacement__isnull=True, effective_at__lt=until
        )
        .exclude(Q(from_cell_id__in=cells) | Q(kind=int(Kind.RETURN)))
        .order_by("-effective_at", "-pk")
        .values_list("item_id", "quantity", "effective_at", "document__external_id")
    )
    left = dict(stock)
    taken: dict[int, dict[tuple[str, date], int]] = defaultdict(lambda: defaultdict(int))
    for item, quantity, at, document in moves:
        units = min(quantity, left[item])
        if units > 0:
            taken[item][document, local_date(at, company.zone)] += units
            left[item] -= units
    out: dict[int, list[Lot]] = defaultdict(list)
    for item, arrivals in taken.items():
        ordered = sorted(arrivals.items(), key=lambda row: row[0][1])
        names = [f"{document} {received}" for (document, received), _ in ordered]
        out[item] = [Lot(name, units, key[1]) for name, (key, units) in zip(names, ordered, strict=True)]
    return out


def _pace(places: set[str], items: set[int]) -> dict[int, Fraction]:
    """Expected units a day by item over the places, of the last forecast run."""
    last = models.ForecastFigure.objects.aggregate(last=Max("made_at"))["last"]
    weekly = (
        models.ForecastFigure.objects.filter(made_at=last, location__in=places, item_id__in=items)
        .values_list("item_id")
        .annotate(weekly=Sum("weekly_milli"))
    )
    return {item: Fraction(milli, 7000) for item, milli in weekly}


def _units(items: set[int], on: date) -> dict[int, Unit]:
    """Packed units with the latest packaging valid on a day; without one they are not measured."""
    measured: dict[int, models.Packaging] = {}
    rows = models.Packaging.objects.filter(item_id__in=items, level="unit").filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    )
    for row in sorted(rows, key=lambda r: (r.valid_from or date.min, r.pk)):
        measured[row.item_id] = row
    out: dict[int, Unit] = {}
    for pk, sku in models.Item.objects.filter(pk__in=items).values_list("pk", "sku"):
        row = measured.get(pk)
        sizes = (None,) * 4 if row is None else (row.weight_g, row.length_mm, row.width_mm, row.height_mm)
        weight, length, width, height = sizes
        out[pk] = Unit(sku, weight, length, width, height)
    return out
