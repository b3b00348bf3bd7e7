"""Set-up: the workbook to fill in, its dry run with every fault and the trial balance, confirmed, posted."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from entrepot.books.selectors.shapes import Page
from entrepot.core.errors import Problem, ProblemError
from entrepot.faces import setting_up
from entrepot.faces.web.exports import XLSX
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.queries import import_options
from entrepot.faces.web.tables import Column, build, wish
from entrepot.faces.web.views.export import send

FIGURES = {
    "inventory": gettext_lazy("Stock at book cost"),
    "in_transit": gettext_lazy("Of it in transit"),
    "prepayments": gettext_lazy("Deposits paid"),
    "payables": gettext_lazy("Bills not paid"),
}


@require_http_methods(["GET", "POST"])
@page
def start(visit: Visit) -> HttpResponseBase:
    """What it is, the empty workbook, and the upload."""
    setting_up.need(visit.viewer)
    problems: tuple[Problem, ...] = ()
    if visit.request.method == "POST":
        upload = visit.request.FILES.get("file")
        try:
            if upload is None:
                raise ProblemError(
                    Problem("no_file", _("no file was chosen"), _("choose the workbook that you filled in"))
                )
            zone = visit.request.POST.get("zone", "")[:64]
            key = setting_up.begin(visit.viewer, str(upload.name)[:200], iter(upload.chunks()), zone)
            return HttpResponseRedirect(reverse("set-up-one", args=[key]))
        except ProblemError as error:
            problems = error.problems
    return visit.page(
        "web/set_up.html", "set-up", status=422 if problems else 200, problems=problems,
        recent=setting_up.recent(visit.viewer), zones=import_options(visit.viewer).zones,
    )  # fmt: skip


@require_GET
@page
def one(visit: Visit, key: int) -> HttpResponseBase:
    """A workbook on its way; the piece alone when the page polls."""
    found = setting_up.page(visit.viewer, str(key))
    context = {"found": found, "ties": [(FIGURES.get(tie.figure, tie.figure), tie) for tie in found.ties]}
    if visit.swaps:
        return visit.part("web/_set_up.html", **context)
    return visit.page("web/set_up_one.html", "set-up", **context)


@require_POST
@page
def confirm(visit: Visit, key: int) -> HttpResponseBase:
    """Post it."""
    setting_up.confirm(visit.viewer, str(key))
    return HttpResponseRedirect(reverse("set-up-one", args=[key]))


@require_GET
@page
def faults(visit: Visit, key: str, suffix: str) -> HttpResponseBase:
    """The faults of a workbook as a file, to work through."""
    found = setting_up.page(visit.viewer, str(key))
    declared = [
        Column("document", gettext_lazy("Sheet or document")),
        Column("line", gettext_lazy("Line"), "units", optional=True),
        Column("field", gettext_lazy("Field")),
        Column("found", gettext_lazy("Found")),
        Column("message", gettext_lazy("What is wrong")),
        Column("remedy", gettext_lazy("What makes it right")),
    ]
    rows = Page(list(found.problems), len(found.problems), {})
    view = wish(visit.request, declared, "line")
    return send(build("faults", declared, rows, view, visit.viewer, "", paged=False), suffix, visit.state.zone)


@require_GET
@page
def workbook(visit: Visit, language: str) -> HttpResponseBase:
    """The empty workbook."""
    from entrepot.workflows import templates

    if language not in templates.LANGUAGES:
        raise Http404(language)
    return _file(templates.setup_workbook(language), f"entrepot-set-up-{language}.xlsx")


@require_GET
@page
def example(visit: Visit, language: str) -> HttpResponseBase:
    """The workbook of a made-up seller, to look at and to try."""
    from entrepot.sample.set_up import example_workbook
    from entrepot.workflows import templates

    if language not in templates.LANGUAGES:
        raise Http404(language)
    filled = example_workbook("zh" if language == "zh" else "en", date(2026, 7, 1))
    return _file(filled, f"entrepot-set-up-example-{language}.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
