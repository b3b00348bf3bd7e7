"""Papers of documents: files attached to them, labels to print, goods put away from a receipt."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.web import paper_queries as queries
from entrepot.faces.web.page import Visit, page


@require_POST
@page
def attach(visit: Visit, key: str) -> HttpResponseBase:
    """Keep a file beside a document."""
    upload = visit.request.FILES.get("file")
    if upload is None:
        raise ProblemError(Problem("no_file", "no file was chosen", "choose a PDF or a photograph"))
    if (upload.size or 0) > queries.MOST_BYTES:
        raise ProblemError(Problem("file_too_large", "the file is too large", "make it smaller"))
    queries.attach(visit.viewer, key, str(upload.name), upload.read(), visit.request.META.get("REMOTE_ADDR", ""))
    messages.success(visit.request, _("Attached."))
    return _back(visit, key)


@require_GET
@page
def attached(visit: Visit, key: str, file: int) -> HttpResponseBase:
    """The file, for download."""
    name, media, content = queries.attached_bytes(visit.viewer, key, file)
    response = HttpResponse(content, content_type=media)
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    response["Content-Disposition"] = f'attachment; filename="{safe or "file"}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@page
def detach(visit: Visit, key: str, file: int) -> HttpResponseBase:
    """Take a file away."""
    queries.detach(visit.viewer, key, file, visit.request.META.get("REMOTE_ADDR", ""))
    return _back(visit, key)


@require_http_methods(["GET", "POST"])
@page
def labels(visit: Visit) -> HttpResponseBase:
    """Labels to print: items and how many, the layout, the first free place; or those of a document's lines."""
    told, problems = (visit.request.POST or visit.request.GET), tuple[Problem, ...]()
    document = told.get("document", "")[:20]
    wanted = told.get("items", "")[:200_000] or queries.lines_of(visit.viewer, document)
    layout, skip = told.get("layout", "a4_44"), told.get("skip", "0") or "0"
    if visit.request.method == "POST":
        try:
            if not skip.isdecimal():
                raise ProblemError(
                    Problem("no_such_place", "the sheet has no such place", "begin on it", found=skip[:10])
                )
            content = queries.unit_labels(
                visit.viewer, wanted, layout, int(skip), told.get("condition", "")[:40], own=bool(told.get("own"))
            )
            return _pdf(content, "labels.pdf")
        except ProblemError as error:
            problems = error.problems
    return visit.page(
        "web/labels.html", "labels", status=422 if problems else 200, problems=problems, wanted=wanted, layout=layout,
        skip=skip, layouts=queries.layouts(), condition=told.get("condition", "New"), own=bool(told.get("own")),
    )  # fmt: skip


@require_GET
@page
def carton_labels(visit: Visit, number: str) -> HttpResponseBase:
    """One 4 × 6 inch label for each carton of a shipment."""
    return _pdf(queries.carton_labels(visit.viewer, number), "cartons.pdf")


@require_POST
@page
def put_away(visit: Visit, key: str) -> HttpResponseBase:
    """A transfer of what a receipt brought, to be given its place."""
    return HttpResponseRedirect(reverse("draft", args=[queries.put_away(visit.viewer, key).key]))


def _back(visit: Visit, key: str) -> HttpResponseRedirect:
    """To the page that the form stood on: the order's or the document's."""
    order = " ".join(visit.request.POST.get("order", "").split())[:200]
    address = reverse("order", args=[order]) if order else reverse("document", args=[key])
    return HttpResponseRedirect(address + "#attached")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
