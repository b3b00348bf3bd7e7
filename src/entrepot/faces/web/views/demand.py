"""Demand: what is expected to sell, how sure that is, how good it has been, and what a promotion would do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.books.selectors.demand import FLAGS
from entrepot.books.selectors.demand_shapes import DemandList, DemandPage
from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.web import columns, demand_queries, fans, findings, queries
from entrepot.faces.web.filters import UpliftWish, course_wish, demand_filter, uplift_wish
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Table, build, wish
from entrepot.faces.web.views import demand_parts
from entrepot.faces.web.views.export import send


def _ask(visit: Visit, *, everything: bool) -> tuple[DemandList, Table]:
    declared = columns.demand()
    view = wish(visit.request, declared, "-at_stake" if visit.viewer.can("see_cost") else "-weekly")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    found = queries.demand(visit.viewer, demand_filter(visit.request), part)
    export = reverse("demand").rstrip("/")
    return found, build("demand", declared, found.page, view, visit.viewer, visit.state.currency, export=export)


@require_GET
@page
def demand(visit: Visit) -> HttpResponseBase:
    """The list."""
    found, table = _ask(visit, everything=False)
    return visit.page(
        "web/demand.html",
        "demand",
        found=found,
        table=table,
        wanted=demand_filter(visit.request),
        marks=FLAGS,
        finding=findings.of_run(found.accuracy),
        signals=demand_parts.signal_table(visit, found.signals),
        regions=demand_parts.region_table(visit, found.regions),
        may_work=visit.viewer.can("import"),
        jobs=queries.jobs(visit.viewer) if visit.state.jobs_running else [],
    )


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The list as a file."""
    return send(_ask(visit, everything=True)[1], suffix, visit.state.zone)


@require_GET
@page
def item(visit: Visit, code: str) -> HttpResponseBase:
    """One item at one place; with a promotion in the address, what it would do. Without a forecast: why, and what to say."""
    try:
        found = queries.demand_of(visit.viewer, code, visit.request.GET.get("place", "")[:120])
    except queries.NotThere:
        known = demand_queries.unforecast(visit.viewer, code)
        return visit.page("web/demand_none.html", "demand", found=known, may_plan=visit.viewer.can("approve"))
    tried = uplift_wish(visit.request.GET)
    problems: tuple[Problem, ...] = ()
    shown = queries.lifted(found, UpliftWish(None, None, None))  # what stands, also where the run did not know it yet
    before: DemandPage | None = None
    if tried is not None:
        try:
            before, shown = shown, queries.lifted(found, tried)
        except ProblemError as error:
            before, problems = None, error.problems
    context: dict[str, Any] = {
        "found": shown,
        "before": before,
        "tried": tried,
        "problems": problems,
        "chart": fans.drawn(shown, before),
        "title": findings.of_demand(shown),
        "effects": fans.effects(shown),
        "regions": demand_parts.region_table(visit, shown.regions, shown.row.sku, shown.row.place_code),
        "may_plan": visit.viewer.can("approve"),
        "table": fans.table(shown),
        "quarter": fans.quarter(before, shown) if before else (),
    }
    if visit.swaps:
        return visit.part("web/_fan.html", **context)
    return visit.page("web/demand_item.html", "demand", status=422 if problems else 200, **context)


@require_POST
@page
def uplift(visit: Visit, code: str) -> HttpResponseBase:
    """Keep a promotion."""
    said: QueryDict = visit.request.POST
    place = said.get("place", "")[:120]
    tried = uplift_wish(said)
    queries.add_uplift(visit.viewer, code, place, tried or UpliftWish(None, None, None))
    messages.info(visit.request, _("Kept. The next forecast and plan count it."))
    return _back(code, place)


@require_POST
@page
def withdraw(visit: Visit, key: int) -> HttpResponseBase:
    """A promotion that does not take place."""
    queries.withdraw_uplift(visit.viewer, key)
    messages.info(visit.request, _("Withdrawn. The next forecast leaves it out."))
    return _back(visit.request.POST.get("sku", "")[:200], visit.request.POST.get("place", "")[:120])


@require_POST
@page
def course(visit: Visit, code: str) -> HttpResponseBase:
    """Keep how an item goes on: what it follows, when it starts, when it ends."""
    demand_queries.keep_course(visit.viewer, code, course_wish(visit.request.POST))
    messages.info(visit.request, _("Kept. The next forecast and plan count it."))
    return _back(code, visit.request.POST.get("place", "")[:120])


@require_POST
@page
def forget_course(visit: Visit, code: str) -> HttpResponseBase:
    """Nothing is known of it any more."""
    demand_queries.withdraw_course(visit.viewer, code)
    messages.info(visit.request, _("Withdrawn. The next forecast leaves it out."))
    return _back(code, visit.request.POST.get("place", "")[:120])


def _back(code: str, place: str) -> HttpResponseBase:
    address = reverse("demand-item", args=[code]) if code else reverse("demand")
    return HttpResponseRedirect(f"{address}?{urlencode({'place': place})}" if place else address)
