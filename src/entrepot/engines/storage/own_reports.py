"""The seller's own fee reports: what the platform says it charges, and how it measured the goods.

Reports name the same column differently by country and year; every spelling seen is known here. A value that is missing
(empty or ``--``) gives no figure; one that cannot be read is a problem with its line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from entrepot.core.errors import Problem
from entrepot.core.measures import CENTIMETRE, INCH, KILOGRAM, OUNCE, POUND
from entrepot.core.money import CURRENCIES, exponent
from entrepot.engines.storage.model import OwnFigure, Unit

FULFILMENT_COLUMNS = (
    "expected-domestic-fulfilment-fee-per-unit",
    "expected-fulfillment-fee-per-unit",
    "expected-fulfilment-fee-per-unit",
)
LENGTHS = {
    "inches": INCH,
    "inch": INCH,
    "in": INCH,
    "centimeters": CENTIMETRE,
    "centimetres": CENTIMETRE,
    "cm": CENTIMETRE,
}
WEIGHTS = {
    "pounds": POUND, "pound": POUND, "lb": POUND, "ounces": OUNCE, "oz": OUNCE, "kilograms": KILOGRAM, "kg": KILOGRAM,
    "grams": Fraction(1), "g": Fraction(1),
}  # fmt: skip
MISSING = frozenset({"", "--", "-", "n/a"})
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OwnReport:
    """What a report gave: figures by (SKU, fee), units as the platform measured them, SKU by FNSKU, and what was not read."""

    figures: dict[tuple[str, str], OwnFigure]
    units: dict[str, Unit]
    sku_of: dict[str, str]
    problems: tuple[Problem, ...]


def fee_preview(rows: Iterable[Row], on: date) -> OwnReport:
    """Fulfilment fees and measures from the platform's fee preview of a day (``GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA``).

    Two rows of a SKU (two stores): the first with a fee counts.

    >>> told = fee_preview([{"sku": "MUG", "fnsku": "X1", "longest-side": "5.12", "median-side": "4.33", "shortest-side": "3.94",
    ...     "unit-of-dimension": "inches", "item-package-weight": "0.93", "unit-of-weight": "pounds", "currency": "USD",
    ...     "expected-fulfillment-fee-per-unit": "4.76"}], date(2026, 5, 1))
    >>> told.figures["MUG", "fulfilment"].amount, told.units["MUG"].sides, told.units["MUG"].weight
    (Fraction(476, 1), (130, 110, 100), 422)
    """
    figures: dict[tuple[str, str], OwnFigure] = {}
    units: dict[str, Unit] = {}
    sku_of: dict[str, str] = {}
    problems: list[Problem] = []
    for line, row in enumerate(rows, 2):
        sku = row.get("sku", "").strip()
        if not sku:
            continue
        if row.get("fnsku", "").strip():
            sku_of[row["fnsku"].strip()] = sku
        column = next((name for name in FULFILMENT_COLUMNS if name in row), "")
        fee = _money(row, column, "Fee preview", line, problems)
        if fee is not None and (sku, "fulfilment") not in figures:
            amount, currency = fee
            figures[sku, "fulfilment"] = OwnFigure(amount, currency, on, f"Fee preview of {on}")
        units.setdefault(sku, _unit(row, sku, line, problems))
    return OwnReport(figures, units, sku_of, tuple(problems))


def storage_charges(rows: Iterable[Row], sku_of: Mapping[str, str], on: date) -> OwnReport:
    """Storage a unit and month from the platform's storage fee report (``GET_FBA_STORAGE_FEE_CHARGES_DATA``).

    figure = Σ fees of all centres / Σ average units on hand; rows are by FNSKU, ``sku_of`` names their SKU (from the fee
    preview). ``on`` is a day of the month that was charged.

    >>> centre = {"fnsku": "X1", "currency": "USD", "average_quantity_on_hand": "2.16",
    ...           "estimated_monthly_storage_fee": "0.0419"}
    >>> other = {**centre, "average_quantity_on_hand": "1.84", "estimated_monthly_storage_fee": "0.0357"}
    >>> told = storage_charges([centre, other], {"X1": "HOLDER"}, date(2019, 1, 15))
    >>> round(float(told.figures["HOLDER", "monthly_storage"].amount), 3)  # cents a unit
    1.94
    """
    fees: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    held: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    problems: list[Problem] = []
    report = f"Storage fees of {on:%Y-%m}"
    for line, row in enumerate(rows, 2):
        fnsku = row.get("fnsku", "").strip()
        if not fnsku:
            continue
        sku = sku_of.get(fnsku)
        if sku is None:
            text = "no SKU is known for this FNSKU"
            problems.append(Problem("own_report", text, "import the fee preview first", report, line, "fnsku", fnsku))
            continue
        fee = _money(row, "estimated_monthly_storage_fee", report, line, problems)
        quantity = _number(row, "average_quantity_on_hand", report, line, problems)
        if fee is None or quantity is None:
            continue
        fees[sku, fee[1]] += fee[0]
        held[sku, fee[1]] += quantity
    figures = {
        (sku, "monthly_storage"): OwnFigure(amount / held[sku, currency], currency, on, report)
        for (sku, currency), amount in fees.items()
        if held[sku, currency] > 0
    }
    return OwnReport(figures, {}, dict(sku_of), tuple(problems))


def _number(row: Row, column: str, report: str, line: int, problems: list[Problem]) -> Fraction | None:
    text = row.get(column, "").strip()
    if text.lower() in MISSING:
        return None
    try:
        number = Fraction(Decimal(text))
    except (InvalidOperation, ValueError, OverflowError):
        number = Fraction(-1)
    if number < 0:
        remedy = "download the report anew, with a point for decimals"
        problems.append(Problem("own_report", "not a number of 0 or more", remedy, report, line, column, text))
        return None
    return number


def _money(row: Row, column: str, report: str, line: int, problems: list[Problem]) -> tuple[Fraction, str] | None:
    number = _number(row, column, report, line, problems) if column else None
    currency = row.get("currency", "").strip().upper()
    if number is None:
        return None
    if currency not in CURRENCIES:
        text = "the fee has no known currency"
        problems.append(Problem("own_report", text, "keep the column currency", report, line, "currency", currency))
        return None
    return number * 10 ** exponent(currency), currency


def _unit(row: Row, sku: str, line: int, problems: list[Problem]) -> Unit:
    length = LENGTHS.get(row.get("unit-of-dimension", "").strip().lower())
    weight = WEIGHTS.get(row.get("unit-of-weight", "").strip().lower())

    def measure(column: str, scale: Fraction | None) -> int | None:
        number = None if scale is None else _number(row, column, "Fee preview", line, problems)
        return None if number is None or scale is None else round(number * scale)

    grams = measure("item-package-weight", weight)
    longest, median, shortest = (measure(f"{side}-side", length) for side in ("longest", "median", "shortest"))
    return Unit(sku, grams, longest, median, shortest)
