"""True cost: the waterfall, its rows, and the way from any figure down to bills and source documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from entrepot.books.selectors.shapes import CostRow, Page, Slice, TrueCost
from entrepot.faces.web import columns, families, lot_columns, paper_queries, queries
from entrepot.faces.web.filters import CostFilter, cost_filter
from entrepot.faces.web.findings import demand_title, finding
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Table, build, wish
from entrepot.faces.web.views.export import send
from entrepot.faces.web.waterfall import bars


def filter_query(wanted: CostFilter, **more: str) -> str:
    """The filter as URL parameters, for links that stay in the selection; ``more`` replaces."""
    values = {
        "from": f"{wanted.start:%Y-%m}",
        "to": f"{wanted.end:%Y-%m}",
        "view": wanted.view,
        "sku": wanted.sku,
        "channel": wanted.channel,
        "destination": wanted.destination,
        **more,
    }
    return urlencode({key: value for key, value in values.items() if value})


def _ask(visit: Visit, *, everything: bool) -> tuple[CostFilter, TrueCost, Table]:
    visit.need("see_cost")
    wanted = cost_filter(visit.request, timezone.localdate())
    sortable = columns.economics(wanted.by, list(families.FULL))
    view = wish(visit.request, sortable, "-profit")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    found = queries.true_cost(visit.viewer, wanted, part)
    table = build(
        f"true-cost-{wanted.by}",
        columns.economics(wanted.by, found.families),
        found.page,
        view,
        visit.viewer,
        visit.state.currency,
        export=reverse("cost").rstrip("/"),
    )
    return wanted, found, table


@require_GET
@page
def cost(visit: Visit) -> HttpResponseBase:
    """The true-cost page."""
    if not visit.viewer.can("see_cost"):
        return visit.page("web/no_cost.html", "cost", status=403)
    wanted, found, table = _ask(visit, everything=False)

    def drill(family: str) -> str:
        return f"{reverse('family', args=[family])}?{filter_query(wanted)}"

    return visit.page(
        "web/cost.html",
        "cost",
        found=found,
        table=table,
        wanted=wanted,
        bars=bars(found.steps, found.units, drill),
        finding=finding(found.steps, found.units, visit.state.currency),
    )


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The true-cost table as a file."""
    return send(_ask(visit, everything=True)[2], suffix, visit.state.zone)


@require_GET
@page
def family(visit: Visit, family: str, suffix: str = "") -> HttpResponseBase:
    """What stands behind one bar: the SKUs that carry it; for one SKU its bills, for net sales its sales, for imputed
    capital its lots."""
    visit.need("see_cost")
    if family not in families.DRILLED:
        raise Http404(family)
    wanted = cost_filter(visit.request, timezone.localdate(), by="sku")
    table = _behind(visit, wanted, family, everything=bool(suffix))
    if suffix:
        return send(table, suffix, visit.state.zone)
    return visit.page(
        "web/family.html",
        "cost",
        family=family,
        label=families.label(family),
        table=table,
        wanted=wanted,
        back=f"{reverse('cost')}?{filter_query(replace(wanted, sku=''))}",
    )


def _behind(visit: Visit, wanted: CostFilter, family: str, *, everything: bool) -> Table:
    """The table behind a bar."""
    sold = family in ("net_sales", "refunds")

    def one(row: CostRow) -> str:
        return f"{reverse('family', args=[family])}?{filter_query(wanted, sku=row.key)}"

    if not wanted.sku and family != "net_sales":
        declared, default = columns.carriers(family, one), f"-cost_{family}"
    elif sold:
        declared, default = columns.sales(), "-sold_at"
    elif family == "imputed":
        declared, default = lot_columns.imputed(queries.capital_rate(visit.viewer)), "-cost_imputed"
    else:
        declared, default = columns.bills(), "-share"
    view = wish(visit.request, declared, default)
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    rows: Page[Any]
    if not wanted.sku and family != "net_sales":
        rows = queries.true_cost(visit.viewer, wanted, part).page
    elif sold:
        rows = queries.sales(visit.viewer, wanted, part)
    elif family == "imputed":
        rows = queries.true_cost(visit.viewer, replace(wanted, by="lot"), part).page
    else:
        rows = queries.bills(visit.viewer, wanted, family, part)
    address = reverse("family", args=[family]).rstrip("/")
    return build(f"cost-{family}", declared, rows, view, visit.viewer, visit.state.currency, export=address)


@require_GET
@page
def sku(visit: Visit, code: str) -> HttpResponseBase:
    """Everything about one SKU."""
    wanted = cost_filter(visit.request, timezone.localdate(), by="sku", sku=code)
    found = queries.sku(visit.viewer, code, wanted)
    see = visit.viewer.can("see_cost")
    currency = visit.state.currency

    def drill(family: str) -> str:
        return f"{reverse('family', args=[family])}?{filter_query(wanted)}"

    def short(name: str, declared: list[columns.Column], rows: Page[Any], default: str) -> Table:
        view = wish(visit.request, declared, default, prefix=f"{name}-")
        return build(name, declared, rows, view, visit.viewer, currency, paged=False)

    place = columns.stock("location")[2:]
    chart = {
        "history": [{"week": p.week.isoformat(), "units": p.units, "out": p.out_of_stock} for p in found.history],
        "forecast": [
            {"week": p.week.isoformat(), "mean": p.mean, "low": p.low, "high": p.high} for p in found.forecast
        ],
    }
    return visit.page(
        "web/sku.html",
        "cost" if see else "inventory",
        found=found,
        wanted=wanted,
        bars=bars(found.steps, found.units, drill) if see else [],
        stock=short("stock", place, Page(list(found.stock), len(found.stock)), "-on_hand"),
        link_query=visit.request.GET.urlencode(),
        sales=short("sales", columns.sales(), found.sales, "-sold_at"),
        chart=chart,
        demand_title=demand_title(found),
        finding=finding(found.steps, found.units, currency) if see else "",
        may_approve=visit.viewer.can("approve"),
        snooze_days=(1, 3, 7, 30),
    )


def _why(visit: Visit, code: str, part: str, *, everything: bool) -> Table:
    """Layers or bills of an SKU; both are folded anew from the facts, so they come after the page."""
    visit.need("see_cost")
    wanted = cost_filter(visit.request, timezone.localdate(), by="sku", sku=code)
    declared, default = (columns.layers(), "born_at") if part == "layers" else (columns.bills(), "-share")
    view = wish(visit.request, declared, default, prefix=f"{part}-")
    cut = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    rows: Page[Any] = (
        queries.layers(visit.viewer, code, cut) if part == "layers" else queries.bills(visit.viewer, wanted, "", cut)
    )
    address = reverse("sku-why", args=[part, code]).rstrip("/")
    return build(f"{part}", declared, rows, view, visit.viewer, visit.state.currency, export=address)


@require_GET
@page
def sku_why(visit: Visit, part: str, code: str) -> HttpResponseBase:
    """Layers or bills of one SKU: a piece of its page, or a page of its own."""
    table = _why(visit, code, part, everything=False)
    if visit.swaps:
        return visit.part("web/_why.html", table=table, part=part)
    return visit.page("web/why.html", "cost", table=table, part=part, code=code)


@require_GET
@page
def sku_export(visit: Visit, part: str, code: str, suffix: str) -> HttpResponseBase:
    """Layers, bills or sales of one SKU as a file."""
    if part != "sales":
        return send(_why(visit, code, part, everything=True), suffix, visit.state.zone)
    wanted = cost_filter(visit.request, timezone.localdate(), by="sku", sku=code)
    declared = columns.sales()
    rows = queries.sales(visit.viewer, wanted, Slice("sold_at", descending=True, limit=EXPORT_ROWS))
    view = wish(visit.request, declared, "-sold_at", prefix="sales-")
    return send(build("sales", declared, rows, view, visit.viewer, visit.state.currency), suffix, visit.state.zone)


@require_GET
@page
def sale(visit: Visit, key: int) -> HttpResponseBase:
    """One sale line explained to the cent."""
    found = queries.sale(visit.viewer, str(key))
    see = visit.viewer.can("see_cost")
    return visit.page(
        "web/sale.html",
        "cost" if see else "inventory",
        found=found,
        sale=found.sale,
        bars=bars(found.steps, found.sale.units) if see else [],
    )


@require_GET
@page
def sale_why(visit: Visit, key: int) -> HttpResponseBase:
    """Which units the sale took and which bills they carry."""
    visit.need("see_cost")
    rows = queries.ranges(visit.viewer, str(key))
    declared = columns.ranges()
    page = Page(rows, len(rows), {"amount": sum(row.amount for row in rows)})
    table = build("ranges", declared, page, wish(visit.request, declared, ""), visit.viewer, visit.state.currency)
    if visit.swaps:
        return visit.part("web/_why.html", table=table, part="ranges")
    return visit.page("web/why.html", "cost", table=table, part="ranges", code="")


@require_GET
@page
def document(visit: Visit, key: str) -> HttpResponseBase:
    """One source document: what it says and what it did."""
    declared = columns.effects()
    view = wish(visit.request, declared, "sku", prefix="effects-")
    found = queries.document(visit.viewer, key, view.slice)
    says = columns.lines()
    return visit.page(
        "web/document.html",
        "cost" if visit.viewer.can("see_cost") else "inventory",
        found=found,
        papers=paper_queries.papers(visit.viewer, key, newest=found.state == "posted" and not found.replaced_by),
        lines=build(
            "lines",
            says,
            Page(list(found.lines), len(found.lines)),
            wish(visit.request, says, "", prefix="lines-"),
            visit.viewer,
            visit.state.currency,
        ),
        effects=build("effects", declared, _money_sums(found.effects), view, visit.viewer, visit.state.currency),
    )


def _money_sums(rows: Page[Any]) -> Page[Any]:
    """Effects of several sorts: their amounts may be added, units moved and units priced may not."""
    return replace(rows, sums={key: value for key, value in rows.sums.items() if key == "amount"})


@require_GET
@page
def document_file(visit: Visit, key: str) -> HttpResponseBase:
    """The document's bytes as received, for download only."""
    visit.need("see_cost")
    name, content = queries.document_bytes(visit.viewer, key)
    response = HttpResponse(content, content_type="application/octet-stream")
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    response["Content-Disposition"] = f'attachment; filename="{safe or "document"}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
