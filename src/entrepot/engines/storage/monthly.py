"""Storage and age fees of the platform: the rate of a month, of an age, of a cover, and what units pay under it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from entrepot.core.cost_lines import CostLine
from entrepot.core.money import major, round_half_away
from entrepot.engines.storage.fulfil import currency_of
from entrepot.engines.storage.model import Unit
from entrepot.rules.platform_fees import FeeBook, StorageFee

MONTHLY = "monthly_storage"
MONTHLY_DANGEROUS = "monthly_storage_dangerous_goods"
AGED = "aged_inventory_surcharge"
UTILISATION = "storage_utilization_surcharge"
OVERAGE = "storage_overage"
SNAPSHOT_DAY = 15
"""Day of the month on which the platform looks at the age of the stock."""


def storage_rows(book: FeeBook, marketplace: str, fee: str, size_class: str, on: date) -> list[StorageFee]:
    """Rows of one fee for a size class in force on a day, in its month of the year."""
    return [
        row
        for row in book.on(book.storage, marketplace, on)
        if row.fee == fee and row.size_class in (size_class, "all") and row.month_from <= on.month <= row.month_to
    ]


def age_row(rows: list[StorageFee], age: int, *, apparel: bool) -> StorageFee | str | None:
    """The row of an age in days; None where no age fee is due yet, a text where the table has a hole.

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> rows = storage_rows(platform_fees(), "US", AGED, "standard", date(2026, 3, 15))
    >>> row = age_row(rows, 200, apparel=False)
    >>> float(row.rate), age_row(rows, 180, apparel=False), age_row(rows, 200, apparel=True)
    (50.0, None, None)
    """
    for row in rows:
        if (row.band_from or 0) <= age and (row.band_to is None or age <= row.band_to):
            return None if apparel and row.exempt == "apparel" else row
    first = min((row.band_from or 0 for row in rows), default=None)
    if first is None or age < first:
        return None
    return f"a surcharge rate for stock {age} days old"


def cover_row(rows: list[StorageFee], weeks: Fraction) -> StorageFee | None:
    """The utilisation row of a ratio in weeks: from its lower bound, exclusive, to its upper."""
    for row in rows:
        if (row.band_from or 0) < weeks and (row.band_to is None or weeks <= row.band_to):
            return row
    return None


def monthly_amount(row: StorageFee, cubic_feet: Fraction, share_of_month: Fraction = Fraction(1)) -> Fraction:
    """Minor units for an average volume: cubic feet · rate, for a share of the month.

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> row = storage_rows(platform_fees(), "US", MONTHLY, "standard", date(2026, 3, 1))[0]
    >>> float(monthly_amount(row, 100 * Fraction(5, 100)))  # 100 units of 0.05 cubic feet at 0.78: 3.90 USD
    390.0
    """
    return cubic_feet * row.rate * share_of_month


def aged_amount(row: StorageFee, cubic_feet: Fraction, units: Fraction) -> Fraction:
    """Minor units of the age surcharge: by volume, or by unit where the row has a least amount a unit and that is more."""
    by_volume = cubic_feet * row.rate
    return by_volume if row.min_per_unit is None else max(by_volume, units * row.min_per_unit)


def monthly_storage(
    unit: Unit, average_units: Fraction, size_class: str, marketplace: str, month: date, book: FeeBook
) -> CostLine:
    """Storage of an average number of units over the month of ``month``.

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> line = monthly_storage(Unit("S", 300, 305, 305, 305), Fraction(1000), "standard", "US", date(2026, 11, 1),
    ...                        platform_fees())
    >>> line.amount, line.base
    (240473, '1,001.97 cubic feet')
    """
    fee = MONTHLY_DANGEROUS if unit.dangerous else MONTHLY
    label = f"Storage {month:%Y-%m}"
    currency = currency_of(marketplace)
    if unit.cubic_feet is None:
        return CostLine("storage", label, None, currency, needs=unit.needs, item=unit.sku)
    rows = storage_rows(book, marketplace, fee, size_class, month)
    if len(rows) != 1 or not book.usable(rows[0]):
        need = (
            f"your confirmation of the unverified rate {rows[0].id}"
            if rows
            else f"a rate of {fee} at {marketplace} in {month:%Y-%m}"
        )
        return CostLine("storage", label, None, currency, needs=(need,), item=unit.sku)
    feet = unit.cubic_feet * average_units
    amount = round_half_away(monthly_amount(rows[0], feet))
    rate = f"{major(round_half_away(rows[0].rate), rows[0].currency)} {rows[0].currency} a cubic foot and month"
    base = f"{float(feet):,.2f} cubic feet"
    return CostLine("storage", label, amount, rows[0].currency, rows[0].basis, base=base, rate=rate, item=unit.sku)


def overage(used: Fraction, limit: Fraction, row: StorageFee, share_of_month: Fraction = Fraction(1)) -> int:
    """Minor units for volume above the limit: (used − limit) · rate for the share of the month; 0 below the limit.

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> row = storage_rows(platform_fees(), "US", OVERAGE, "standard", date(2022, 7, 1))[0]
    >>> overage(Fraction(1100), Fraction(1000), row)
    100000
    """
    return round_half_away(max(used - limit, Fraction(0)) * row.rate * share_of_month)
