"""Today: ranked decisions, each with money, reason, deadline and one button."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from entrepot.books.selectors.shapes import Decision, Page, Slice
from entrepot.faces.web import columns, queries
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, build, wish
from entrepot.faces.web.views.export import send

SNOOZE_DAYS = (1, 3, 7, 30)
SHOWN = 30


@require_GET
@page
def today(visit: Visit) -> HttpResponseBase:
    """The first page."""
    kind = visit.request.GET.get("kind", "")[:40]
    number = visit.request.GET.get("page", "1")
    limit = SHOWN * min(int(number), 40) if number.isdigit() and number.isascii() else SHOWN
    found = queries.today(visit.viewer, kind, Slice(limit=limit))
    more = f"?{'kind=' + kind + '&' if kind else ''}page={limit // SHOWN + 1}" if found.total > limit else ""
    return visit.page(
        "web/today.html",
        "today",
        today=found,
        kind=kind,
        more=more,
        snooze_days=SNOOZE_DAYS,
        may_approve=visit.viewer.can("approve"),
        may_work=visit.viewer.can("import"),
        jobs=queries.jobs(visit.viewer) if visit.state.jobs_running else [],
        headlines=[h for h in found.headlines if not h.needs or visit.viewer.can(h.needs)],
    )


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The open decisions as a file."""
    kind = visit.request.GET.get("kind", "")[:40]
    found = queries.today(visit.viewer, kind, Slice(limit=EXPORT_ROWS))
    declared = columns.decisions()
    table = build(
        "decisions",
        declared,
        Page(found.decisions, found.total),
        wish(visit.request, declared, "deadline"),
        visit.viewer,
        visit.state.currency,
    )
    return send(table, suffix, visit.state.zone)


@require_POST
@page
def decide(visit: Visit, key: str, action: str) -> HttpResponseBase:
    """Approve, snooze or undo one decision; the answer is its new row."""
    visit.need("approve")
    acts: dict[str, Callable[[], Decision]] = {
        "approve": lambda: queries.approve(visit.viewer, key),
        "snooze": lambda: queries.snooze(visit.viewer, key, _days(visit)),
        "undo": lambda: queries.undo_decision(visit.viewer, key),
    }
    if action not in acts:
        raise Http404(action)
    item = acts[action]()
    if not visit.swaps:
        return HttpResponseRedirect(reverse("today"))
    response: HttpResponse = visit.part(
        "web/_decision.html", item=item, snooze_days=SNOOZE_DAYS, may_approve=True, swapped=True
    )
    return response


def _days(visit: Visit) -> int:
    text = visit.request.POST.get("days", "1")
    return int(text) if text in {str(n) for n in SNOOZE_DAYS} else 1
