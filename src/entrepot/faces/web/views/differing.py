"""Differences between what places report and what the books say: who looks into them, and what came of it."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from entrepot.books.selectors.paging import cut
from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.web import differing_queries as queries
from entrepot.faces.web import sentences
from entrepot.faces.web.columns import document_page, sku_page
from entrepot.faces.web.differing_queries import Differing
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Slice, Table, build, wish
from entrepot.faces.web.views.export import send

STATES = ("open", "resolved", "")


def columns() -> list[Column]:
    """The list, as shown and as exported."""
    return [
        Column("sku", _("SKU"), "sku", read=lambda r: r.row.sku, href=lambda r: reverse("difference", args=[r.key])),
        Column("place", _("Location"), read=lambda r: r.row.place),
        Column("condition", _("What"), read=lambda r: sentences.word("difference_what", r.row.condition)),
        Column("reported", _("Reported"), "units", read=lambda r: r.row.reported),
        Column("in_books", _("In the books"), "units", read=lambda r: r.row.in_books),
        Column("off", _("Difference"), "units"),
        Column("owner", _("Owner"), optional=True),
        Column("guess", _("Probably"), read=_guess, sort=False, optional=True),
        Column("name", _("Name"), read=lambda r: r.row.name),
        Column("state", _("State"), read=lambda r: sentences.word("difference_state", r.state), shown=False),
        Column("cause", _("Cause"), read=lambda r: sentences.word("difference_cause", r.cause) if r.cause else "", optional=True),
        Column("since", _("Since"), "instant"),
        Column("at", _("As of"), "instant", read=lambda r: r.row.at),
        Column(
            "report", _("Report"), read=lambda r: r.row.document_id, href=lambda r: document_page(r.row.document_id),
            sort=False,
        ),
        Column("item", _("Item"), read=lambda r: r.row.sku, href=lambda r: sku_page(r.row.sku), sort=False, shown=False),
    ]  # fmt: skip


def _guess(one: Differing) -> str:
    return sentences.word("difference_guess", one.guess.cause) if one.guess else ""


@require_GET
@page
def differences(visit: Visit) -> HttpResponseBase:
    """All of them, those without an answer first asked for."""
    state, mine = _state(visit), bool(visit.request.GET.get("mine"))
    every = queries.differences(visit.viewer)
    found = _chosen(every, state, visit.viewer.name if mine else "")
    return visit.page(
        "web/differences.html", "differences", table=_table(visit, found, every), chosen=state, mine=mine, total=len(found),
        nobody=sum(1 for one in found if not one.owner), states=STATES,
    )  # fmt: skip


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The list, exactly as seen."""
    mine = visit.viewer.name if visit.request.GET.get("mine") else ""
    every = queries.differences(visit.viewer)
    return send(_table(visit, _chosen(every, _state(visit), mine), every, whole=True), suffix, visit.state.zone)


def _chosen(every: list[Differing], state: str, owner: str) -> list[Differing]:
    return [one for one in every if state in ("", one.state) and owner in ("", one.owner)]


@require_http_methods(["GET", "POST"])
@page
def difference(visit: Visit, key: str) -> HttpResponseBase:
    """One difference: what was said and done, and the form that says more."""
    problems: tuple[Problem, ...] = ()
    if visit.request.method == "POST":
        told = visit.request.POST
        changed = told.get("changed", "")
        try:
            queries.change(
                visit.viewer, key, owner=told.get("owner"), resolve=told.get("resolve", ""),
                reopen=bool(told.get("reopen")), note=told.get("note", ""),
                changed=int(changed) if changed.isdecimal() else None, origin=visit.request.META.get("REMOTE_ADDR", ""),
            )  # fmt: skip
            return HttpResponseRedirect(reverse("difference", args=[key]))
        except ProblemError as error:
            problems = error.problems
    may = visit.viewer.can("post") or visit.viewer.can("post_stock")
    return visit.page(
        "web/difference.html", "differences", status=422 if problems else 200,
        found=queries.difference(visit.viewer, key), problems=problems, people=queries.people(visit.viewer) if may else [],
        causes=[(code, sentences.word("difference_cause", code)) for code in queries.CAUSES], may=may,
    )  # fmt: skip


def _state(visit: Visit) -> str:
    state = visit.request.GET.get("state", "open")
    return state if state in STATES else "open"


def _table(visit: Visit, rows: list[Differing], every: list[Differing], *, whole: bool = False) -> Table:
    """Only what is shown is guessed at: evidence for thousands of rows would take its time."""
    declared = columns()
    wanted = wish(visit.request, declared, "-off")
    part = Slice(wanted.slice.sort, wanted.slice.descending, 0, EXPORT_ROWS) if whole else wanted.slice
    keys = {
        "sku": lambda r: r.row.sku, "name": lambda r: r.row.name, "place": lambda r: r.row.place,
        "condition": lambda r: r.row.condition, "reported": lambda r: r.row.reported, "at": lambda r: r.row.at,
        "in_books": lambda r: r.row.in_books, "off": lambda r: abs(r.off),
    }  # fmt: skip
    found = cut(rows, part, keys=keys)
    found = replace(found, rows=queries.guessed(found.rows, every))
    address = reverse("differences").rstrip("/")
    return build("differences", declared, found, wanted, visit.viewer, visit.state.currency, export=address)
