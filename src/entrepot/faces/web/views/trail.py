"""The audit trail: who did what, when, to what, before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from entrepot.books.selectors import audit_entries
from entrepot.books.selectors.audit_entries import Entry, Sought
from entrepot.faces.web import right_words
from entrepot.faces.web import trail_words as words
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Table, build, wish
from entrepot.faces.web.views.export import send


def columns() -> list[Column]:
    """Acts as listed and exported."""
    return [
        Column("at", _("When"), "instant"),
        Column("actor", _("Who")),
        Column("action", _("What"), read=lambda e: right_words.act(e.action)),
        Column("subject", _("To what"), read=_subject, wrap=True),
        Column("changes", _("Before → after"), read=_changes, sort=False, wrap=True, optional=True),
        Column("origin", _("From"), optional=True, sort=False, shown=False),
        Column("id", _("Number"), "units", sort=False, shown=False),
    ]


def _subject(entry: Entry) -> str:
    return (
        entry.subject.split(":", 1)[-1] if entry.subject.startswith(("user:", "item:", "company:")) else entry.subject
    )


def _changes(entry: Entry) -> str | None:
    said: list[str] = []
    for key, before, after in entry.changes:
        if key.endswith("_at"):  # the entry has its own instant
            continue
        name = words.field(key) if key else ""
        old, new = words.value(key, before), words.value(key, after)
        told = f"{old} → {new or '–'}" if before else new
        said.append(f"{name}: {told}" if name else told)
    return "; ".join(said)[:600] or None


def _sought(request: HttpRequest) -> Sought:
    def day(name: str) -> date | None:
        try:
            return date.fromisoformat(request.GET.get(name, ""))
        except ValueError:
            return None

    text = {name: request.GET.get(name, "").strip()[:200] for name in ("actor", "action", "text")}
    return Sought(text["actor"], text["action"], text["text"], day("start"), day("end"))


def _table(visit: Visit, *, everything: bool) -> Table:
    declared = columns()
    view = wish(visit.request, declared, "-at")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    found = audit_entries.entries(visit.viewer, _sought(visit.request), part)
    export = reverse("audit-trail-export", args=["csv"]).removesuffix(".csv")
    return build("audit-trail", declared, found, view, visit.viewer, visit.state.currency, export=export)


@require_GET
@page
def trail(visit: Visit) -> HttpResponseBase:
    """The trail, newest first."""
    visit.need("see_audit")
    actors, actions = audit_entries.actors_and_actions(visit.viewer)
    return visit.page(
        "web/audit_trail.html",
        "audit",
        table=_table(visit, everything=False),
        sought=_sought(visit.request),
        actors=actors,
        actions=sorted(((code, right_words.act(code)) for code in actions), key=lambda one: one[1]),
    )


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The trail as a file."""
    visit.need("see_audit")
    return send(_table(visit, everything=True), suffix, visit.state.zone)
