"""Columns of an SKU's lots behind the bar of imputed capital: the money in a lot, how long it lay there, at what rate."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from entrepot.books.selectors.economics import BOOK_FAMILIES
from entrepot.books.selectors.shapes import CostRow
from entrepot.faces.web.columns import SEE_COST, document_page
from entrepot.faces.web.tables import Column


def money(row: CostRow) -> int:
    """What was paid for the lot's units that were sold: purchase, first leg, duty and tax."""
    return sum(row.costs.get(family, 0) for family in BOOK_FAMILIES)


def days(row: CostRow, rate: Fraction) -> int | None:
    """Days for which the lot's money lay in it on average, so that its interest at ``rate`` a year is the amount; None where
    there is no money, no rate or not every cost is known."""
    paid = money(row)
    if paid <= 0 or rate <= 0 or row.missing_units or row.uncosted_units:
        return None
    return round(row.costs.get("imputed", 0) * 365 / (paid * rate))


def imputed(rate: Fraction) -> list[Column]:
    """Every lot with its units, its money, its days and the interest on it."""

    def lot_days(row: CostRow) -> int | None:
        found = days(row, rate)
        return None if found is None else found * row.units

    return [
        Column("label", _("Lot"), href=lambda r: document_page(r.key)),
        Column("units", _("Units sold"), "units"),
        Column("money", _("Money in the lot"), "money", read=money, needs=SEE_COST, sort=False),
        Column("days", _("Days, on average"), "units", read=lambda r: days(r, rate), estimate=True, sort=False),
        Column("lot_days", _("Lot-days"), "units", read=lot_days, estimate=True, sort=False, optional=True),
        Column("rate", _("Rate a year"), "percent", read=lambda _r: round(rate * 1000), needs=SEE_COST, sort=False),
        Column("cost_imputed", _("Imputed capital"), "money", read=lambda r: r.costs.get("imputed"), needs=SEE_COST),
    ]
