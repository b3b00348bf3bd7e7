"""The monthly score: turnover, stock-outs, old stock, return on stock by place, and what advice taken or left was worth."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.dateformat import format as written
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from entrepot.books.selectors.paging import cut
from entrepot.books.selectors.plan_shapes import ScoreRow
from entrepot.books.selectors.scorecard import by_market, scorecard
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, SEE_COST, Column, Table, build, wish
from entrepot.faces.web.views.export import send

MONTHS = 24
SHOWN_MONTHS = 3
SEE_MARGIN = "see_margin"


def columns() -> list[Column]:
    """A month at a place."""
    return [
        Column("month", _("Month"), read=lambda r: written(r.month, pgettext("month format", "M Y"))),
        Column("place_name", _("Location")),
        Column("market", _("Country"), shown=False),
        Column("turnover_days", _("Stock turns in, days"), "units"),
        Column("out", _("Days out of stock"), "percent", read=_out, sort=False),
        Column("stock_value", _("Stock"), "money", needs=SEE_COST),
        Column("aged_value", _("of it old"), "money", needs=SEE_COST),
        Column("profit", _("Profit"), "money", needs=SEE_MARGIN),
        Column("return_on_stock", _("Return on stock, a year"), "percent", needs=SEE_MARGIN),
        Column("advice", _("Advice given"), "units"),
        Column("taken", _("taken"), "units"),
        Column("taken_effect", _("earned by it"), "money", needs=SEE_COST, estimate=True, optional=True),
        Column("ignored", _("left"), "units"),
        Column("ignored_cost", _("lost by that"), "money", needs=SEE_COST, estimate=True, optional=True),
    ]


def _out(row: ScoreRow) -> int | None:
    return round(row.out_days * 1000 / row.sku_days) if row.out_days is not None and row.sku_days else None


def _table(visit: Visit, *, everything: bool) -> Table:
    declared = columns()
    view = wish(visit.request, declared, "-month")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    found = cut(scorecard(visit.viewer, MONTHS), part)
    return build(
        "score", declared, found, view, visit.viewer, visit.state.currency, export=reverse("plan-score").rstrip("/")
    )


@require_GET
@page
def score(visit: Visit) -> HttpResponseBase:
    """The table."""
    see = visit.viewer.can("see_margin") and visit.viewer.can("see_cost")
    markets = [row for row in by_market(scorecard(visit.viewer, SHOWN_MONTHS)) if row.return_on_stock is not None]
    return visit.page(
        "web/score.html", "plan", table=_table(visit, everything=False), markets=markets if see else [],
        currency=visit.state.currency,
    )  # fmt: skip


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The table as a file."""
    return send(_table(visit, everything=True), suffix, visit.state.zone)
