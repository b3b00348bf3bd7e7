"""Import: upload, dry run with totals, confirm, progress, cancel, undo; templates to fill in."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.web import queries
from entrepot.faces.web.page import Visit, page

OPTIONS = ("channel", "location", "currency", "zone", "new_items", "number_style", "date_order")


@require_http_methods(["GET", "POST"])
@page
def start(visit: Visit) -> HttpResponseBase:
    """The upload form, and the upload."""
    if not visit.viewer.can("import"):
        return visit.page("web/no_import.html", "import", status=403)
    problems: tuple[Problem, ...] = ()
    if visit.request.method == "POST":
        try:
            return HttpResponseRedirect(reverse("import", args=[_keep(visit)]))
        except ProblemError as error:
            problems = error.problems
    return visit.page(
        "web/imports.html",
        "import",
        status=422 if problems else 200,
        options=queries.import_options(visit.viewer),
        problems=problems,
        jobs=queries.jobs(visit.viewer),
    )


def _keep(visit: Visit) -> str:
    upload = visit.request.FILES.get("file")
    if upload is None:
        raise ProblemError(Problem("no_file", _("no file was chosen"), _("choose a CSV, XLSX or Parquet file")))
    options = {key: visit.request.POST.get(key, "")[:100] for key in OPTIONS}
    return queries.start_import(visit.viewer, str(upload.name)[:200], iter(upload.chunks()), options)


@require_GET
@page
def one(visit: Visit, key: str) -> HttpResponseBase:
    """One import on its way; the piece alone when the page polls."""
    found = queries.import_page(visit.viewer, key)
    context = {"found": found, "may_import": visit.viewer.can("import")}
    if visit.swaps:
        return visit.part("web/_import.html", **context)
    return visit.page("web/import.html", "import", **context)


@require_POST
@page
def act(visit: Visit, key: str, action: str) -> HttpResponseBase:
    """Answer what a file leaves open, confirm or undo an import."""
    visit.need("import")
    if action == "answer":
        key = queries.answer_import(visit.viewer, key, {name: text[:200] for name, text in visit.request.POST.items()})
    elif action == "confirm":
        queries.confirm_import(visit.viewer, key)
    else:
        found = queries.import_page(visit.viewer, key)
        queries.undo_import(visit.viewer, key)
        key = found.outcome.id if found.outcome else key  # the batch's own page shows the undoing
    return HttpResponseRedirect(reverse("import", args=[key]))


@require_GET
@page
def job(visit: Visit, key: str) -> HttpResponseBase:
    """A job's progress as a piece to swap in."""
    return visit.part("web/_job.html", job=queries.job(visit.viewer, key))


@require_POST
@page
def work(visit: Visit, kind: str) -> HttpResponseBase:
    """Set the worker to work; back to where one was, where its progress shows."""
    visit.need("import")
    queries.start_work(visit.viewer, kind)
    return HttpResponseRedirect(reverse("today") if kind == "daily" else reverse("health"))


@require_POST
@page
def cancel(visit: Visit, key: str) -> HttpResponseBase:
    """Ask a job to stop."""
    visit.need("import")
    queries.cancel_job(visit.viewer, key)
    if visit.swaps:
        return visit.part("web/_job.html", job=queries.job(visit.viewer, key))
    return HttpResponseRedirect(reverse("imports"))


@require_GET
@page
def template(visit: Visit, kind: str, language: str) -> HttpResponseBase:
    """An Excel template to fill in."""
    name, content = queries.template(kind, language)
    response = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
