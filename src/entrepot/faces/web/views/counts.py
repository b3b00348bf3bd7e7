"""Stock counts: begun at an instant, scanned or typed, compared, recounted, approved by another, posted."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from entrepot.books.selectors.naming import place_name
from entrepot.books.selectors.paging import cut, moment
from entrepot.books.selectors.shapes import Slice
from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.web import count_queries as queries
from entrepot.faces.web import sentences
from entrepot.faces.web.columns import sku_page
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Table, build, wish
from entrepot.faces.web.views.export import send

CELL = ("condition", "label", "batch", "expiry")


def columns() -> list[Column]:
    """The rows of a count, as exported."""
    return [
        Column("sku", gettext_lazy("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("name", gettext_lazy("Name")),
        Column("condition", gettext_lazy("Condition")),
        Column("label", gettext_lazy("Label"), optional=True),
        Column("batch", gettext_lazy("Batch"), optional=True),
        Column("expiry", gettext_lazy("Expiry"), optional=True),
        Column("units", gettext_lazy("Counted"), "units"),
        Column("flight", gettext_lazy("Moved meanwhile"), "units", optional=True),
        Column("books", gettext_lazy("In the books"), "units", optional=True),
        Column("difference", gettext_lazy("Difference"), "units", optional=True),
        Column("reason", gettext_lazy("Reason"), read=lambda r: sentences.word("count_reason", r.reason) if r.reason else ""),
        Column("by", gettext_lazy("Counted by"), optional=True),
        Column("at", gettext_lazy("When"), "instant", optional=True),
        Column("round", gettext_lazy("Round"), "units"),
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
@page
def counts(visit: Visit) -> HttpResponseBase:
    """All counts, and the form that begins one."""
    problems: tuple[Problem, ...] = ()
    if visit.request.method == "POST":
        told = visit.request.POST
        try:
            number = queries.begin(
                visit.viewer, told.get("place", ""), blind=bool(told.get("blind")), whole=bool(told.get("whole"))
            )
            return HttpResponseRedirect(reverse("count", args=[number]))
        except ProblemError as error:
            problems = error.problems
    may = visit.viewer.can("post_stock") or visit.viewer.can("post")
    rows = [(row, place_name(row.location), moment(row.at)) for row in queries.counts(visit.viewer)]
    return visit.page(
        "web/counts.html", "counts", status=422 if problems else 200, rows=rows, problems=problems,
        places=queries.places(visit.viewer), may=may,
    )  # fmt: skip


@require_GET
@page
def count(visit: Visit, number: str) -> HttpResponseBase:
    """One count."""
    return _shown(visit, number)


@require_POST
@page
def enter(visit: Visit, number: str) -> HttpResponseBase:
    """One scan, or a code with its quantity; the page again, or its piece."""
    told = visit.request.POST
    problems: tuple[Problem, ...] = ()
    last = None
    try:
        text = told.get("units", "").strip().replace(",", "")
        if text and not text.isdecimal():
            raise ProblemError(
                Problem(
                    "not_a_quantity", "this is not a whole number of units", "write a whole number", found=text[:40]
                )
            )
        cell = {name: told.get(name, "")[:120] for name in CELL if told.get(name, "").strip()}
        last = queries.enter(visit.viewer, number, told.get("code", ""), int(text) if text else None, cell)
    except ProblemError as error:
        problems = error.problems
    return _shown(visit, number, problems, last, {name: told.get(name, "")[:120] for name in CELL})


@require_POST
@page
def act(visit: Visit, number: str, action: str) -> HttpResponseBase:
    """Finish, cancel, recount, say why, approve."""
    told = visit.request.POST
    entries = [int(text) for text in told.getlist("entry") if text.isdecimal() and len(text) < 19]
    try:
        for name, text in told.items():
            key = name.removeprefix("reason-")
            if key != name and key.isdecimal() and text and action in ("approve", "recount", "reasons"):
                queries.give_reason(visit.viewer, number, int(key), text)
        if action in ("finish", "cancel"):
            queries.act(visit.viewer, number, action)
        elif action == "recount":
            queries.recount(visit.viewer, number, entries)
        elif action == "approve":
            digest = queries.page(visit.viewer, number).digest if _same(visit, number) else ""
            done = queries.approve(visit.viewer, number, digest, visit.request.META.get("REMOTE_ADDR", ""))
            messages.success(visit.request, _("Posted. The stock is what was counted."))
            return HttpResponseRedirect(reverse("document", args=[done.document]))
    except ProblemError as error:
        return _shown(visit, number, error.problems)
    return HttpResponseRedirect(reverse("count", args=[number]))


@require_GET
@page
def export(visit: Visit, number: str, suffix: str) -> HttpResponseBase:
    """The rows of a count."""
    found = queries.page(visit.viewer, number)
    declared = columns()
    wanted = wish(visit.request, declared, "sku")
    part = Slice(wanted.slice.sort, wanted.slice.descending, 0, EXPORT_ROWS)
    rows = cut(list(found.rows), part, sums=("units", "difference"))
    table: Table = build("count", declared, rows, wanted, visit.viewer, visit.state.currency)
    return send(table, suffix, visit.state.zone)


def _same(visit: Visit, number: str) -> bool:
    """Whether what the approver saw, but for the reasons that he gives now, still stands."""
    return visit.request.POST.get("seen", "") == _seen(queries.page(visit.viewer, number))


def _seen(found: queries.CountPage) -> str:
    return "|".join(f"{row.id}:{row.units}:{row.difference}" for row in sorted(found.rows, key=lambda row: row.id))


def _shown(
    visit: Visit, number: str, problems: tuple[Problem, ...] = (), last: queries.CountRow | None = None,
    cell: dict[str, str] | None = None,
) -> HttpResponseBase:  # fmt: skip
    found = queries.page(visit.viewer, number)
    context = {
        "found": found, "problems": problems, "last": last, "cell": cell or {}, "seen": _seen(found),
        "reasons": [(code, sentences.word("count_reason", code)) for code in queries.REASONS],
        "shows": found.state != "counting" or not found.blind, "may": visit.viewer.can("post_stock"),
    }  # fmt: skip
    if visit.swaps:
        return visit.part("web/_count.html", **context)
    return visit.page("web/count.html", "counts", status=422 if problems else 200, **context)
