"""Why import tax is cash or cost, beside the lines of a bill."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from entrepot.books.models import ImportTaxFigure


@dataclass(frozen=True, slots=True)
class TaxWhy:
    """The decision for a line of import tax: ``back`` of ``tax`` comes back (minor units of the company's currency)."""

    code: str
    country: str
    on: date
    importer: str
    registration: str
    since: date | None
    share: str
    tax: int
    back: int


def whys(lines: Collection[int]) -> dict[int, TaxWhy]:
    """Line → its decision, of those that are import tax. One query, none for no lines."""
    if not lines:
        return {}
    rows = ImportTaxFigure.objects.filter(pk__in=list(lines)[:5000])
    return {
        row.pk: TaxWhy(
            row.code, row.country, row.tax_point or date.min, row.importer, row.number, row.since,
            str(Fraction(row.share_numerator, row.share_denominator)), row.base_amount, row.recovered,
        )
        for row in rows
    }  # fmt: skip
