"""Inventory: cover, age, transit, by SKU, location and channel."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from entrepot.books.selectors.shapes import AGE_BANDS, Inventory
from entrepot.faces.web import columns, queries
from entrepot.faces.web.filters import stock_filter
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Table, build, wish
from entrepot.faces.web.views.export import send

STATES = ("out", "low", "healthy", "over", "still")


def _ask(visit: Visit, *, everything: bool) -> tuple[Inventory, Table]:
    wanted = stock_filter(visit.request)
    declared = columns.stock(wanted.by)
    view = wish(visit.request, declared, "-value" if visit.viewer.can("see_cost") else "-on_hand")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    found = queries.inventory(visit.viewer, wanted, part)
    table = build(
        "inventory",
        declared,
        found.page,
        view,
        visit.viewer,
        visit.state.currency,
        export=reverse("inventory").rstrip("/"),
    )
    return found, table


@require_GET
@page
def inventory(visit: Visit) -> HttpResponseBase:
    """The inventory page."""
    found, table = _ask(visit, everything=False)
    wanted = stock_filter(visit.request)
    whole = sum(band.units for band in found.ages) or 1
    left = 0.0
    bands = []
    for place, band in enumerate(found.ages):
        width = band.units * 100 / whole
        toggle = {"age": None if wanted.age == band.band else band.band, "page": None}
        bands.append({"band": band, "place": place, "left": left, "width": width, "href": table.wish.address(**toggle)})
        left += width
    return visit.page(
        "web/inventory.html",
        "inventory",
        found=found,
        table=table,
        wanted=wanted,
        bands=bands,
        age_bands=AGE_BANDS,
        states=[(state, found.states.get(state, 0)) for state in STATES],
        headlines=[h for h in found.headlines if not h.needs or visit.viewer.can(h.needs)],
    )


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The inventory table as a file."""
    return send(_ask(visit, everything=True)[1], suffix, visit.state.zone)
