"""Documents typed on screen: what can be typed, the sheet, its savings, trials and posting, and taking back."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.web import entry_queries as queries
from entrepot.faces.web import families, sheets
from entrepot.faces.web.arriving_queries import over_short
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.templatetags.figures import problem as problem_text
from entrepot.faces.web.templatetags.figures import remedy
from entrepot.workflows.entered import TypedFaults

MOST_BYTES = 8 * 1024 * 1024
_STALE = frozenset({"draft_changed", "draft_posted", "draft_discarded"})


@require_GET
@page
def start(visit: Visit) -> HttpResponseBase:
    """What can be typed, drafts, and what was typed lately."""
    kinds = queries.kinds(visit.viewer)
    return visit.page(
        "web/entering.html",
        "entering",
        stock=[kind for kind in kinds if kind in queries.STOCK],
        money=[kind for kind in kinds if kind in queries.MONEY],
        drafts=queries.open_drafts(visit.viewer) if kinds else [],
        lately=queries.lately(visit.viewer) if kinds else [],
    )


@require_POST
@page
def begin(visit: Visit, kind: str) -> HttpResponseBase:
    """A new draft of ``kind``; what the form says of the head is filled in."""
    header = {name: text[:500] for name, text in visit.request.POST.items() if name != "csrfmiddlewaretoken"}
    return HttpResponseRedirect(reverse("draft", args=[queries.begin(visit.viewer, kind, header).key]))


@require_POST
@page
def correct(visit: Visit, key: int) -> HttpResponseBase:
    """A draft that corrects a document of the books."""
    return HttpResponseRedirect(reverse("draft", args=[queries.reopen(visit.viewer, key).key]))


@require_GET
@page
def draft(visit: Visit, key: str) -> HttpResponseBase:
    """The sheet of a draft."""
    found = queries.load(visit.viewer, key)
    return visit.page("web/enter.html", "entering", draft=found, sheet=sheets.of_draft(found))


@require_POST
@page
def save(visit: Visit, key: str) -> HttpResponseBase:
    """Keep what is typed."""
    try:
        return JsonResponse({"version": queries.save(visit.viewer, key, told(visit)).version})
    except ProblemError as error:
        return refusal(error)


@require_POST
@page
def attempt(visit: Visit, key: str) -> HttpResponseBase:
    """What posting would do, or what is wrong."""
    try:
        found = queries.tried(visit.viewer, key, told(visit))
    except ProblemError as error:
        return refusal(error)
    rest = [fault for fault in found.faults if fault.row is None and not fault.column]
    costs = [(families.component(cost.component), cost) for cost in (found.effect and found.effect.costs) or ()]
    shown = {
        "found": found, "problems": [fault.problem for fault in rest], "costs": costs,
        "over_short": over_short(visit.viewer, found.document) if found.document is not None else [],
    }  # fmt: skip
    html = render_to_string("web/_effect.html", shown, visit.request)
    closed = found.closed and visit.viewer.can("close")
    return JsonResponse(
        {"faults": sheets.faults_json(found.faults), "html": html, "closed": closed, "problem": _count(found.faults)}
    )


@require_POST
@page
def post(visit: Visit, key: str) -> HttpResponseBase:
    """Post the draft; where to go then, or what is wrong."""
    try:
        done = queries.post(visit.viewer, key, told(visit), visit.request.META.get("REMOTE_ADDR", ""))
    except TypedFaults as error:
        rest = [fault.problem for fault in error.faults if fault.row is None and not fault.column]
        html = render_to_string("web/_problems.html", {"problems": rest}, visit.request) if rest else ""
        return JsonResponse(
            {"faults": sheets.faults_json(error.faults), "html": html, "problem": _count(error.faults)}, status=422
        )
    except ProblemError as error:
        return refusal(error)
    messages.success(visit.request, _("Posted. You can take it back on this page."))
    if done.kind == "purchase_order":
        return JsonResponse({"go": reverse("order", args=[done.number])})
    return JsonResponse({"go": reverse("document", args=[done.document])})


@require_POST
@page
def discard(visit: Visit, key: str) -> HttpResponseBase:
    """Throw a draft away."""
    version = visit.request.POST.get("version", "0")
    queries.discard(visit.viewer, key, int(version) if version.isdecimal() else 0)
    return HttpResponseRedirect(reverse("entering"))


@require_POST
@page
def undo(visit: Visit, batch: int) -> HttpResponseBase:
    """Take a typed document back."""
    queries.undo(visit.viewer, batch, visit.request.META.get("REMOTE_ADDR", ""))
    messages.success(visit.request, _("Taken back. Its draft is open again."))
    return HttpResponseRedirect(reverse("entering"))


@require_GET
@page
def suggest(visit: Visit) -> HttpResponseBase:
    """Codes that fit what is typed in a cell."""
    _may(visit)
    query = visit.request.GET
    return JsonResponse({"found": queries.suggest(visit.viewer, query.get("what", ""), query.get("q", ""))})


@require_GET
@page
def scan(visit: Visit) -> HttpResponseBase:
    """The item that a scanned or typed code means; nothing for a code that nobody knows."""
    _may(visit)
    found = queries.scan(visit.viewer, visit.request.GET.get("q", ""))
    return JsonResponse(found or {})


def told(visit: Visit) -> dict[str, Any]:
    """What the sheet sent. Raises ``ProblemError`` for what is no sheet."""
    body = visit.request.body
    try:
        found = json.loads(body) if len(body) <= MOST_BYTES else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("version", 0), int):
        raise ProblemError(Problem("invalid", "this is no sheet", "load the page again"))
    return found


def refusal(error: ProblemError) -> JsonResponse:
    """A problem as the script shows it; 409 when another saved meanwhile."""
    first = error.problems[0]
    who = f" ({first.found})" if first.found else ""
    text = f"{str(problem_text(first)).rstrip('.')}{who}. {remedy(first)}"
    return JsonResponse({"problem": text}, status=409 if first.code in _STALE else 422)


def _count(faults: Any) -> str:
    return _("%(n)s cells to correct; nothing was posted.") % {"n": len(faults)} if faults else ""


def _may(visit: Visit) -> None:
    if not queries.kinds(visit.viewer):
        visit.need("post_stock")
