"""Fee tables of fulfilment platforms as dated data: which rows hold on a day, which need the seller's word first.

The tables lie in ``rules/data/fees`` with source and confidence on every row. A row of confidence ``memory`` was not seen in
any source: it is used only after the seller has confirmed it by its id. A what-if is a patched book; the tables are not
touched.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from entrepot.core.cost_lines import Basis, Confidence
from entrepot.core.measures import CENTIMETRE, CUBIC_INCHES_PER_POUND, INCH, KILOGRAM, OUNCE, POUND
from entrepot.core.money import round_half_away

_CONFIDENCE = {"high": Confidence.HIGH, "medium": Confidence.MEDIUM, "memory": Confidence.UNCONFIRMED}
_WEIGHTS = {"g": Fraction(1), "kg": KILOGRAM, "lb": POUND, "oz": OUNCE, "": Fraction(0)}
_LENGTHS = {"in": INCH, "cm": CENTIMETRE}
_DIVISORS = {"in3/lb": CUBIC_INCHES_PER_POUND, "cm3/kg": Fraction(1), "": Fraction(0)}


@dataclass(frozen=True, slots=True)
class FeeRow:
    """What every row says of itself. ``id`` is stable; ``valid_to`` None = still in force as far as known."""

    id: str
    marketplace: str
    valid_from: date
    valid_to: date | None
    source: str
    confidence: Confidence
    note: str

    @property
    def basis(self) -> Basis:
        """The row as the rule of a cost line."""
        return Basis(self.id, self.source, self.valid_from, self.valid_to, self.confidence)

    def holds(self, on: date) -> bool:
        """Whether the row is in force on a day, both ends included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class SizeTier(FeeRow):
    """Bounds of a size tier: sides in mm, weights in g. ``over`` bounds are exclusive, ``max`` bounds inclusive.

    ``longest_over`` and ``length_girth_over`` are alternatives: one of them is enough. ``fee_weight`` says which weight the
    fulfilment fee looks at: ``unit``, or ``greater`` of unit and dimensional weight. ``dim_divisor`` is in mm³ per g.
    """

    tier: str
    size_class: str
    longest_over: Fraction | None
    length_girth_over: Fraction | None
    longest_max: Fraction | None
    median_max: Fraction | None
    shortest_max: Fraction | None
    length_girth_max: Fraction | None
    fee_weight: str
    unit_weight_over: Fraction | None
    unit_weight_max: Fraction | None
    dim_weight_max: Fraction | None
    greater_weight_max: Fraction | None
    dim_divisor: Fraction | None
    dim_side_min: Fraction | None


@dataclass(frozen=True, slots=True)
class FulfilmentFee(FeeRow):
    """Fee of one unit by tier, weight (g) and price: ``fee`` + ``step_fee`` for every started ``step`` (g) over ``step_over``.

    Prices and fees in minor units; ``price_upto_wide`` is the bound for categories in which the low price reaches further.
    """

    currency: str
    tier: str
    weight_over: Fraction
    weight_upto: Fraction | None
    price_over: int | None
    price_upto: int | None
    price_upto_wide: int | None
    fee: int
    step_fee: int
    step: Fraction | None
    step_over: Fraction | None


@dataclass(frozen=True, slots=True)
class StorageFee(FeeRow):
    """Storage and age fees: ``rate`` minor units per cubic foot and month; bands in days of age or weeks of cover.

    ``band_to`` is exclusive for weeks and inclusive for days, as the platform words them. ``min_per_unit`` in minor units.
    """

    currency: str
    fee: str
    size_class: str
    month_from: int
    month_to: int
    band_from: int | None
    band_to: int | None
    band_unit: str
    rate: Fraction
    min_per_unit: Fraction | None
    exempt: str


@dataclass(frozen=True, slots=True)
class ServiceFee(FeeRow):
    """Other fees by unit: placement, low stock, removal, disposal; ``rate`` in minor units, or percent where it says so.

    ``rate`` None: the fee exists, its amount is not known. A yearly season is a band of month · 100 + day.
    """

    currency: str
    fee: str
    tiers: frozenset[str]
    option: str
    weight_over: Fraction | None
    weight_upto: Fraction | None
    band_from: int | None
    band_to: int | None
    rate: Fraction | None
    rate_per: str
    step_rate: Fraction | None
    step: Fraction | None
    step_over: Fraction | None


Row = TypeVar("Row", SizeTier, FulfilmentFee, StorageFee, ServiceFee)


@dataclass(frozen=True, slots=True)
class FeeBook:
    """All fee tables, and the ids of the unverified rows that the seller has confirmed.

    >>> book = platform_fees()
    >>> [t.tier for t in book.on(book.tiers, "UK", date(2026, 6, 1))][:2]
    ['light_envelope', 'standard_envelope']
    """

    tiers: tuple[SizeTier, ...]
    fulfilment: tuple[FulfilmentFee, ...]
    storage: tuple[StorageFee, ...]
    services: tuple[ServiceFee, ...]
    confirmed: frozenset[str] = frozenset()

    def on(self, rows: tuple[Row, ...], marketplace: str, day: date) -> tuple[Row, ...]:
        """The rows of a marketplace in force on a day, confirmed or not, in the order of the table."""
        return tuple(row for row in rows if row.marketplace == marketplace and row.holds(day))

    def usable(self, row: FeeRow) -> bool:
        """Whether a row may be charged: seen in a source, or confirmed by the seller."""
        return row.confidence is not Confidence.UNCONFIRMED or row.id in self.confirmed

    def confirming(self, *ids: str) -> FeeBook:
        """The book with these unverified rows confirmed by the seller."""
        return replace(self, confirmed=self.confirmed | set(ids))

    def patched(
        self, factor: Fraction, *, fees: frozenset[str], marketplace: str, since: date, note: str = "what-if"
    ) -> FeeBook:
        """A what-if: the named fees of a marketplace times ``factor`` from a day on; the rows before that day stay.

        ``fees`` names storage and service fees by their ``fee``, and ``fulfilment`` for the fulfilment table.
        """
        hit = fees.__contains__

        def split(rows: tuple[Any, ...], of: Any, scaled: Any) -> tuple[Any, ...]:
            out: list[Any] = []
            for row in rows:
                ends = row.valid_to is not None and row.valid_to < since
                if row.marketplace != marketplace or not hit(of(row)) or ends:
                    out.append(row)
                    continue
                if row.valid_from < since:
                    out.append(replace(row, valid_to=date.fromordinal(since.toordinal() - 1)))
                start = max(row.valid_from, since)
                out.append(
                    replace(scaled(row), id=f"{row.id} ({note})", valid_from=start, source=f"{note}: {row.source}")
                )
            return tuple(out)

        def of_fee(row: StorageFee | ServiceFee) -> str:
            return row.fee

        def of_fulfilment(row: FulfilmentFee) -> str:
            return "fulfilment"

        def scaled_rate(row: Any) -> Any:
            return row if row.rate is None else replace(row, rate=row.rate * factor)

        def scaled_fee(row: FulfilmentFee) -> FulfilmentFee:
            return replace(row, fee=round_half_away(row.fee * factor), step_fee=round_half_away(row.step_fee * factor))

        return replace(
            self,
            fulfilment=split(self.fulfilment, of_fulfilment, scaled_fee),
            storage=split(self.storage, of_fee, scaled_rate),
            services=split(self.services, of_fee, scaled_rate),
            confirmed=self.confirmed | {f"{i} ({note})" for i in self.confirmed},
        )


@cache
def platform_fees() -> FeeBook:
    """The fee tables that come with the program."""
    return FeeBook(
        tuple(_tier(r) for r in _rows("fba_size_tiers.csv")),
        tuple(_fulfilment(r) for r in _rows("fba_fulfilment.csv")),
        tuple(storage_row(r) for r in _rows("fba_storage.csv")),
        tuple(_service(r) for r in _rows("fba_services.csv")),
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = files("entrepot.rules").joinpath("data", "fees", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _head(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "marketplace": row["marketplace"],
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        "source": row["source"],
        "confidence": _CONFIDENCE[row["confidence"]],
        "note": row.get("note", ""),
    }


def _times(text: str, unit: Fraction) -> Fraction | None:
    return Fraction(text) * unit if text else None


def _cents(text: str) -> int | None:
    return int(Fraction(text) * 100) if text else None


def _number(text: str) -> int | None:
    return int(text) if text else None


def _tier(row: Mapping[str, str]) -> SizeTier:
    side, weight = _LENGTHS[row["length_unit"]], _WEIGHTS[row["weight_unit"]]
    sides = ("longest_over", "length_girth_over", "longest_max", "median_max", "shortest_max", "length_girth_max")
    weights = ("unit_weight_over", "unit_weight_max", "dim_weight_max", "greater_weight_max")
    bounds: dict[str, Any] = {name: _times(row[name], side) for name in sides}
    bounds |= {name: _times(row[name], weight) for name in weights}
    return SizeTier(
        **_head(row),
        tier=row["tier"],
        size_class=row["size_class"],
        fee_weight=row["fee_weight"],
        dim_divisor=_times(row["dim_divisor"], _DIVISORS[row["dim_divisor_unit"]]),
        dim_side_min=_times(row["dim_side_min"], side),
        **bounds,
    )


def _fulfilment(row: Mapping[str, str]) -> FulfilmentFee:
    unit = _WEIGHTS[row["weight_unit"]]
    return FulfilmentFee(
        **_head(row),
        currency=row["currency"],
        tier=row["tier"],
        weight_over=Fraction(row["weight_over"]) * unit,
        weight_upto=_times(row["weight_upto"], unit),
        price_over=_cents(row["price_over"]),
        price_upto=_cents(row["price_upto"]),
        price_upto_wide=_cents(row["price_upto_wide"]),
        fee=_cents(row["fee"]) or 0,
        step_fee=_cents(row["step_fee"]) or 0,
        step=_times(row["step"], unit),
        step_over=_times(row["step_over"], unit),
    )


def storage_row(row: Mapping[str, str]) -> StorageFee:
    """One line of a storage table: rates in major units. Raises ``ValueError`` or ``KeyError`` where it cannot be read."""
    return StorageFee(
        **_head(row),
        currency=row["currency"],
        fee=row["fee"],
        size_class=row["size_class"],
        month_from=_number(row["month_from"]) or 1,
        month_to=_number(row["month_to"]) or 12,
        band_from=_number(row["band_from"]),
        band_to=_number(row["band_to"]),
        band_unit=row["band_unit"],
        rate=Fraction(row["rate"]) * 100,
        min_per_unit=_times(row["min_per_unit"], Fraction(100)),
        exempt=row["exempt"],
    )


def _service(row: Mapping[str, str]) -> ServiceFee:
    unit = _WEIGHTS[row["weight_unit"]]
    percent = row["rate_per"].startswith("%")
    return ServiceFee(
        **_head(row),
        currency=row["currency"],
        fee=row["fee"],
        tiers=frozenset(row["tiers"].split()),
        option=row["option"],
        weight_over=_times(row["weight_over"], unit),
        weight_upto=_times(row["weight_upto"], unit),
        band_from=_number(row["band_from"]),
        band_to=_number(row["band_to"]),
        rate=_times(row["rate"], Fraction(1 if percent else 100)),
        rate_per=row["rate_per"],
        step_rate=_times(row["step_rate"], Fraction(100)),
        step=_times(row["step"], unit),
        step_over=_times(row["step_over"], unit),
    )
