"""Data health: what came in, what waits and why, and the proof that nothing was lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.books.selectors.shapes import Page
from entrepot.faces.web import columns, differing_queries, queries, sentences
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Table, build, wish
from entrepot.faces.web.views.export import send


def _table(visit: Visit, name: str, declared: list[Column], rows: Page[Any], default: str) -> Table:
    view = wish(visit.request, declared, default, prefix=f"{name}-")
    export = f"{reverse('health').rstrip('/')}/{name}"
    return build(name, declared, rows, view, visit.viewer, visit.state.currency, export=export)


@require_GET
@page
def health(visit: Visit) -> HttpResponseBase:
    """The data-health page."""
    reason = visit.request.GET.get("reason", "")[:60]
    part = wish(visit.request, columns.quarantine(), "-since", prefix="quarantine-").slice
    found = queries.health(visit.viewer, reason, part)
    return visit.page(
        "web/health.html",
        "health",
        found=found,
        reason=reason,
        checked=any(check.residue is not None for check in found.checks),
        reasons=[(code, sentences.reason_name(code), count) for code, count in found.reasons.items()],
        imports=_table(visit, "imports", columns.imports(), found.imports, "-at"),
        quarantine=_table(visit, "quarantine", columns.quarantine(), found.quarantine, "-since"),
        missing=_table(visit, "missing", columns.missing(), found.missing, "-units"),
        waiting=_table(visit, "waiting", columns.waiting(), found.waiting, "-since"),
        unallocated=_table(visit, "unallocated", columns.waiting(), found.unallocated, "-since"),
        differences=_table(visit, "differences", columns.differences(), found.differences, "-since"),
        may_work=visit.viewer.can("import"),
        jobs=queries.jobs(visit.viewer) if visit.state.jobs_running else [],
    )


@require_GET
@page
def held(visit: Visit, key: str) -> HttpResponseBase:
    """One row in quarantine by itself."""
    found = queries.held(visit.viewer, key)
    return visit.page("web/held.html", "health", found=found, may_dismiss=visit.viewer.can("import"))


@require_POST
@page
def dismiss(visit: Visit, key: str) -> HttpResponseBase:
    """The row is not wanted; on to the next one of its kind."""
    visit.need("import")
    following = queries.dismiss_held(visit.viewer, key, visit.request.POST.get("reason", ""))
    messages.info(visit.request, _("Dismissed. It stays on record with your reason."))
    back = reverse("held", args=[following]) if following else f"{reverse('health')}#quarantine"
    return HttpResponseRedirect(back)


@require_GET
@page
def export(visit: Visit, name: str, suffix: str) -> HttpResponseBase:
    """One of the page's tables as a file."""
    asked = {
        "quarantine": (columns.quarantine, lambda part: queries.quarantine(visit.viewer, _reason(visit), part)),
        "missing": (columns.missing, lambda part: queries.missing_costs(visit.viewer, part)),
        "waiting": (columns.waiting, lambda part: queries.waiting(visit.viewer, part)),
        "unallocated": (columns.waiting, lambda part: queries.unallocated(visit.viewer, part)),
        "differences": (columns.differences, lambda part: differing_queries.open_differences(visit.viewer, part)),
        "imports": (columns.imports, lambda part: queries.imports(visit.viewer, part)),
    }
    if name not in asked:
        raise Http404(name)
    if name in ("missing", "unallocated"):
        visit.need("see_cost")
    declared, ask = asked[name]
    view = wish(visit.request, declared(), "", prefix=f"{name}-")
    rows: Page[Any] = ask(replace(view.slice, offset=0, limit=EXPORT_ROWS))
    return send(_table(visit, name, declared(), rows, ""), suffix, visit.state.zone)


def _reason(visit: Visit) -> str:
    return visit.request.GET.get("reason", "")[:60]
