"""Receiving and shipments: what is to come, what is under way, one of them, and the receipt begun from it."""

from __future__ import annotations

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from entrepot.books.selectors.paging import cut
from entrepot.books.selectors.shapes import Page
from entrepot.faces.web import arriving_columns as columns
from entrepot.faces.web import arriving_queries as queries
from entrepot.faces.web import entry_queries
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Slice, Table, build, wish
from entrepot.faces.web.views.export import send


@require_GET
@page
def receiving(visit: Visit) -> HttpResponseBase:
    """What is to be received; a scanned number that fits one thing opens it."""
    text = visit.request.GET.get("q", "").strip()[:120]
    found = queries.arrivals(visit.viewer, text)
    exact = [row for row in found if text and text.casefold() in (row.number.casefold(), row.container.casefold())]
    if len(exact) == 1:
        return HttpResponseRedirect(columns.arrival_page(exact[0]))
    drafts = [draft for draft in entry_queries.open_drafts(visit.viewer) if draft.typed.kind == "receipt"]
    return visit.page(
        "web/receiving.html", "receiving", table=_table(visit, "receiving", found), text=text, drafts=drafts,
        may="receipt" in entry_queries.kinds(visit.viewer), late=sum(row.late for row in found), total=len(found),
    )  # fmt: skip


@require_GET
@page
def shipments(visit: Visit) -> HttpResponseBase:
    """Shipments and how far they are."""
    text = visit.request.GET.get("q", "").strip()[:120]
    found = queries.shipments(visit.viewer, text)
    return visit.page(
        "web/shipments.html", "shipments", table=_table(visit, "shipments", found), text=text,
        may="shipment" in entry_queries.kinds(visit.viewer), under_way=sum(row.open for row in found),
        count=sum(1 for row in found if row.open), late=sum(row.late for row in found),
    )  # fmt: skip


@require_GET
@page
def export(visit: Visit, name: str, suffix: str) -> HttpResponseBase:
    """Either list, exactly as seen."""
    text = visit.request.GET.get("q", "").strip()[:120]
    found = queries.arrivals(visit.viewer, text) if name == "receiving" else queries.shipments(visit.viewer, text)
    return send(_table(visit, name, found, whole=True), suffix, visit.state.zone)


@require_GET
@page
def arrival(visit: Visit, kind: str, number: str) -> HttpResponseBase:
    """One order or shipment: what it promised, what came, its cartons."""
    found = queries.arrival(visit.viewer, kind, number)
    tables = {
        name: build(
            name, declared, Page(list(rows), len(rows), _sums(name, rows)), wish(visit.request, declared, "", prefix=f"{name}-"),
            visit.viewer, visit.state.currency, paged=False,
        )
        for name, declared, rows in (
            ("lines", columns.lines(), found.lines), ("cartons", columns.cartons(), found.cartons),
        )
    }  # fmt: skip
    section = "receiving" if kind == "purchase_order" else "shipments"
    may = "receipt" in entry_queries.kinds(visit.viewer)
    return visit.page("web/arrival.html", section, found=found, tables=tables, may=may)


@require_POST
@page
def receive(visit: Visit, kind: str, number: str) -> HttpResponseBase:
    """Begin its receipt."""
    return HttpResponseRedirect(reverse("draft", args=[queries.receive(visit.viewer, kind, number).key]))


def _sums(name: str, rows: tuple[object, ...]) -> dict[str, int | None]:
    keys = ("promised", "came", "open") if name == "lines" else ("cartons",)
    return {key: sum(getattr(row, key) for row in rows) for key in keys}


def _table(visit: Visit, name: str, rows: list[queries.Arriving], *, whole: bool = False) -> Table:
    declared = columns.arrivals() if name == "receiving" else columns.shipments()
    wanted = wish(visit.request, declared, "due" if name == "receiving" else "-left")
    part = Slice(wanted.slice.sort, wanted.slice.descending, 0, EXPORT_ROWS) if whole else wanted.slice
    found = cut(rows, part, sums=("promised", "came", "open"))
    address = reverse("receiving").rstrip("/") if name == "receiving" else reverse("shipments").rstrip("/")
    return build(name, declared, found, wanted, visit.viewer, visit.state.currency, export=address)
