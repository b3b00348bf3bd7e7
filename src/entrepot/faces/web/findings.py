"""Titles that state the finding: what a chart shows, in one sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from entrepot.books.selectors.demand_shapes import DemandPage, RunAccuracy
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


def of_demand(found: DemandPage) -> str:
    """What one item is expected to sell over its lead time."""
    row = found.row
    return _(
        "%(middle)s units over the lead time as likely as not, between %(low)s and %(high)s in nine cases of ten"
    ) % {
        "middle": figure(row.lead_middle),
        "low": figure(row.lead_low),
        "high": figure(row.lead_high),
    }


def of_run(found: RunAccuracy | None) -> str:
    """How good the forecasts were on the seller's own past, next to the simplest rule."""
    if found is None or found.wape is None or found.wape_simple is None:
        return ""
    said = {
        "n": figure(found.forecasts),
        "weeks": found.weeks,
        "own": percent(found.wape),
        "simple": percent(found.wape_simple),
    }
    if found.wape <= found.wape_simple:
        return (
            _("Off by %(own)s of what was sold over %(weeks)s weeks; the 8-week average was off by %(simple)s") % said
        )
    return (
        _("Off by %(own)s of what was sold over %(weeks)s weeks, worse than the 8-week average with %(simple)s") % said
    )
