"""Opportunities: what people looked for, left in carts, complained of or waited for, by what it may be worth a month."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from entrepot.books.selectors.opportunities import KINDS, OpportunityList, OpportunityRow
from entrepot.faces.web import demand_queries, demand_words
from entrepot.faces.web.columns import sku_page
from entrepot.faces.web.filters import opportunity_filter
from entrepot.faces.web.formats import figure
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, SEE_COST, Column, Table, build, wish
from entrepot.faces.web.views.export import send


def columns() -> list[Column]:
    """One subject a row."""
    return [
        Column("subject", pgettext_lazy("unmet demand", "Wanted"), "sku", wrap=True),
        Column("kind", gettext_lazy("Kind"), read=lambda r: str(demand_words.KINDS.get(r.kind, r.kind))),
        Column("units", gettext_lazy("Units a month"), "decimal", estimate=True),
        Column("range", gettext_lazy("Range"), "span", read=_range, sort=False, estimate=True),
        Column("profit", gettext_lazy("Profit a month"), "money", needs=SEE_COST, estimate=True),
        Column("sales", gettext_lazy("Sales a month"), "money", needs=SEE_COST, estimate=True, shown=False),
        Column("profit_low", gettext_lazy("Profit, low"), "money", needs=SEE_COST, estimate=True, sort=False, shown=False),
        Column("profit_high", gettext_lazy("Profit, high"), "money", needs=SEE_COST, estimate=True, sort=False, shown=False),
        _counted("searches", "search"),
        _counted("carts", "cart"),
        _counted("complaints", "complaint"),
        _counted("waiting", "waiting"),
        Column("trend", gettext_lazy("Trend"), "percent", optional=True),
        Column("sku", gettext_lazy("SKU, or the nearest"), "sku", href=lambda r: sku_page(r.sku) if r.sku else "", optional=True),
        Column("name", gettext_lazy("Name"), sort=False, shown=False, optional=True),
        Column("shops", gettext_lazy("Channel"), read=lambda r: " · ".join(r.shops), sort=False, shown=False, optional=True),
        Column("why", gettext_lazy("Why"), "lines", read=lambda r: r.reasons, sort=False, wrap=True, shown=False),
        Column("rank", gettext_lazy("Rank"), "units", shown=False),
    ]  # fmt: skip


def _counted(key: str, source: str) -> Column:
    return Column(key, demand_words.SOURCES[source], "decimal", sort=False, optional=True, shown=False)


def _range(row: OpportunityRow) -> str:
    return f"{figure(round(row.units_low, 1))}\u2009–\u2009{figure(round(row.units_high, 1))}"


def _ask(visit: Visit, *, everything: bool) -> tuple[OpportunityList, Table]:
    declared = columns()
    view = wish(visit.request, declared, "rank")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    found = demand_queries.opportunities(visit.viewer, opportunity_filter(visit.request), part)
    export = reverse("opportunities").rstrip("/")
    return found, build("opportunities", declared, found.page, view, visit.viewer, visit.state.currency, export=export)


@require_GET
@page
def opportunities(visit: Visit) -> HttpResponseBase:
    """The list."""
    found, table = _ask(visit, everything=False)
    kinds = [(kind, str(demand_words.KINDS[kind]), found.kinds.get(kind, 0)) for kind in KINDS]
    return visit.page(
        "web/opportunities.html",
        "opportunities",
        found=found,
        table=table,
        wanted=opportunity_filter(visit.request),
        kinds=kinds,
        title=_title(found),
    )


def _title(found: OpportunityList) -> str:
    """What stands first, in one sentence."""
    if not found.page.rows or found.page.total != found.ranked:
        return ""
    best = min(found.page.rows, key=lambda row: row.rank)
    if best.rank != 1:
        return ""
    return _("Most promising: %(subject)s, about %(units)s units a month") % {
        "subject": best.subject,
        "units": figure(round(best.units)),
    }


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The list as a file."""
    return send(_ask(visit, everything=True)[1], suffix, visit.state.zone)
