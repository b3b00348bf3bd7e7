"""Titles that state the finding: what a chart shows, in one sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from entrepot.books.selectors.shapes import Money, SkuPage, Step
from entrepot.faces.web.formats import figure, money_text, percent
from entrepot.faces.web.waterfall import per_unit


def finding(steps: list[Step], units: int, currency: str) -> str:
    """What is left of the net sales, and how much that is a unit."""
    amounts = {step.family: step.amount for step in steps}
    net = amounts.get("net_sales")
    left = amounts.get("profit", amounts.get("gross"))
    if left is None or not net or net <= 0 or not units:
        return _("From net sales to profit")
    unit = money_text(Money(per_unit(abs(left), units), currency))
    share = percent(round(abs(left) * 1000 / net))
    if left < 0:
        return _("Each unit loses %(unit)s, %(share)s of its net sales") % {"unit": unit, "share": share}
    return _("Each unit leaves %(unit)s, %(share)s of its net sales") % {"unit": unit, "share": share}


def demand_title(found: SkuPage) -> str:
    """What is expected to sell, next to what sold."""
    if not found.forecast:
        return _("Units sold a week")
    coming = sum(point.mean for point in found.forecast) / len(found.forecast)
    sold = [point.units for point in found.history if point.units is not None and not point.out_of_stock][-8:]
    if not sold:
        return _("About %(n)s units a week expected") % {"n": figure(coming)}
    return _("About %(n)s units a week expected, after %(m)s a week in the last %(k)d weeks") % {
        "n": figure(round(coming, 1)),
        "m": figure(round(sum(sold) / len(sold), 1)),
        "k": len(sold),
    }
