"""What programs may do: post documents, import a file, decide, start and stop work, make tokens."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Schema, Status, UploadedFile
from pydantic import Field

from entrepot.books import intake, jobs, tokens
from entrepot.books.models import ApiToken
from entrepot.books.models import Decision as DecisionRow
from entrepot.books.selectors import NotThere, held, today
from entrepot.books.selectors import jobs as job_reads
from entrepot.books.selectors.health_shapes import HeldPage, ImportPage, Job
from entrepot.books.selectors.shapes import Decision
from entrepot.faces import uploads, worker
from entrepot.faces.api import posting
from entrepot.faces.api.reads import reads as operations
from entrepot.faces.api.security import viewer_of
from entrepot.faces.api.shapes import answer, schema_of
from entrepot.workflows import course, decide, promote, settle
from entrepot.workflows.clock import now

acts = operations
"""One router for reads and acts: two would shut each other out where an address serves both."""


class Posted(Schema):
    """What became of posted documents; ``totals`` (minor units by currency) only with the permission see_cost."""

    batch: int | None
    documents: int
    posted: int
    repeated: int
    corrected: int
    quarantined: int
    released: int
    problems: list[dict[str, Any]]
    counts_by_code: dict[str, int]
    totals: dict[str, int] | None = None


class PostQuery(Schema):
    """How to post."""

    dry_run: Annotated[bool, Field(description="say what would happen, and take it back")] = False
    new_items: Annotated[Literal["refuse", "create"], Field(description="what to do with an unknown SKU")] = "refuse"
    name: Annotated[str, Field(max_length=200, description="what the batch is called")] = "api"


@acts.post("/documents", response=Posted, summary="Post documents")
def post_documents(request: HttpRequest, documents: list[dict[str, Any]], query: Query[PostQuery]) -> HttpResponse:
    """Post documents of ``entrepot.core.documents`` as one batch, all or nothing.

    A document that is not valid, or not yours to post, refuses the whole call (422, 403) with each place named. One
    that refers to what is not in the books yet waits in quarantine and is counted. Posting again changes nothing.
    """
    viewer = viewer_of(request)
    parsed = posting.parse(documents)
    posting.authorise(viewer, parsed)
    posting.need_approval(viewer, parsed, now())
    report = intake.post(
        parsed, name=query.name, recorded_at=now(), actor=viewer.name, layout="api",
        policy=intake.Policy(new_items=query.new_items if viewer.can("post") else "refuse"), dry_run=query.dry_run,
    )  # fmt: skip
    if report.items and not query.dry_run:
        worker.start("revalue", {"name": f"batch {report.batch}"}, viewer.name)
    return answer(viewer, posting.said(viewer, report))


class ImportOptions(Schema):
    """What the file leaves open."""

    channel: str = ""
    currency: str = ""
    zone: str = ""
    company: str = ""
    location: str = ""
    layout: str = ""
    number_style: str = ""
    date_order: str = ""
    encoding: str = ""
    new_items: Literal["refuse", "create"] = "refuse"


@acts.post("/imports", response={202: schema_of(ImportPage)}, summary="Upload a file")
def upload(request: HttpRequest, options: Query[ImportOptions], file: File[UploadedFile]) -> HttpResponse:
    """Keep a CSV, XLSX or Parquet file and try it in the worker; confirm it once its totals are right."""
    viewer = viewer_of(request)
    key = uploads.start_import(viewer, str(file.name), file.chunks(), options.model_dump())
    return answer(viewer, uploads.import_page(viewer, key), 202)


@acts.get("/imports/{key}", response=schema_of(ImportPage), summary="One import")
def read_import(request: HttpRequest, key: str) -> HttpResponse:
    """An upload on its way (its job's number), or what came in (``batch-7``)."""
    viewer = viewer_of(request)
    return answer(viewer, uploads.import_page(viewer, key))


@acts.post("/imports/{key}/confirm", response={202: schema_of(Job)}, summary="Post a checked upload")
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Post it, in the worker."""
    viewer = viewer_of(request)
    return answer(viewer, job_reads.shape(viewer, uploads.confirm_import(viewer, key)), 202)


@acts.post("/imports/{key}/undo", response={202: schema_of(Job)}, summary="Undo an import")
def undo_import(request: HttpRequest, key: str) -> HttpResponse:
    """Reverse all that it posted as one batch, in the worker."""
    viewer = viewer_of(request)
    return answer(viewer, job_reads.shape(viewer, uploads.undo_import(viewer, key)), 202)


class JobWish(Schema):
    """Work to start."""

    kind: Literal["revalue", "forecast", "plan", "daily", "check", "compare_stock"]


@acts.post("/jobs", response={202: schema_of(Job)}, summary="Start work")
def start(request: HttpRequest, wish: JobWish) -> HttpResponse:
    """Value, forecast, plan, all three, or check the books, in the worker."""
    viewer = viewer_of(request)
    viewer.need("import")
    return answer(viewer, job_reads.shape(viewer, worker.start(wish.kind, {"name": wish.kind}, viewer.name)), 202)


@acts.post("/jobs/{key}/cancel", response=schema_of(Job), summary="Stop a job")
def cancel(request: HttpRequest, key: int) -> HttpResponse:
    """Ask a job to stop; what it had not committed is rolled back."""
    viewer = viewer_of(request)
    viewer.need("import")
    jobs.cancel(job_reads.find(viewer, key).pk, at=now())
    return answer(viewer, job_reads.job(viewer, key))


class Snooze(Schema):
    """How long to sleep."""

    days: Annotated[int, Field(ge=1, le=366)] = 1


@acts.post("/decisions/{key}/approve", response=schema_of(Decision), summary="Approve a decision")
def approve(request: HttpRequest, key: int) -> HttpResponse:
    """Approve it; an order proposal becomes a purchase order."""
    viewer = viewer_of(request)
    return _decided(request, lambda: decide.approve(viewer, key, origin="api"))


@acts.post("/decisions/{key}/snooze", response=schema_of(Decision), summary="Snooze a decision")
def snooze(request: HttpRequest, key: int, wish: Snooze) -> HttpResponse:
    """Hide it for some days."""
    viewer = viewer_of(request)
    return _decided(request, lambda: decide.snooze(viewer, key, wish.days, origin="api"))


@acts.post("/decisions/{key}/dismiss", response=schema_of(Decision), summary="Dismiss a decision")
def dismiss(request: HttpRequest, key: int) -> HttpResponse:
    """Say no."""
    viewer = viewer_of(request)
    return _decided(request, lambda: decide.dismiss(viewer, key, origin="api"))


@acts.post("/decisions/{key}/undo", response=schema_of(Decision), summary="Take an answer back")
def undo(request: HttpRequest, key: int) -> HttpResponse:
    """Open it again; an order that went out with it is reversed."""
    viewer = viewer_of(request)
    return _decided(request, lambda: decide.undo(viewer, key, origin="api"))


class WhyDismissed(Schema):
    """Why."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


@acts.post("/quarantine/{key}/dismiss", response=schema_of(HeldPage), summary="Dismiss a quarantined row")
def dismiss_held(request: HttpRequest, key: int, wish: WhyDismissed) -> HttpResponse:
    """It is never posted then; it stays on record with the reason."""
    viewer = viewer_of(request)
    viewer.need("import")
    held.held(viewer, key)  # 404 for what the caller does not see
    settle.dismiss(viewer, key, wish.reason, origin="api")
    return answer(viewer, held.held(viewer, key))


class UpliftWish(Schema):
    """A promotion: ``percent`` more from ``first`` to ``last``, at ``place`` or, left empty, everywhere."""

    sku: str
    place: str = ""
    first: date
    last: date
    percent: int
    note: Annotated[str, Field(max_length=200)] = ""


class Uplift(Schema):
    """A promotion that was kept."""

    id: int


@acts.post("/uplifts", response={201: Uplift}, summary="Tell of a promotion")
def add_uplift(request: HttpRequest, wish: UpliftWish) -> Any:
    """The next forecast and plan count it."""
    viewer = viewer_of(request)
    row = promote.add(viewer, wish.sku, wish.place, wish.first, wish.last, wish.percent, wish.note, origin="api")
    return Status(201, {"id": row.pk})


@acts.delete("/uplifts/{key}", response={204: None}, summary="Withdraw a promotion")
def withdraw_uplift(request: HttpRequest, key: int) -> Any:
    """The next forecast leaves it out."""
    promote.withdraw(viewer_of(request), key, origin="api")
    return Status(204, None)


class CourseWish(Schema):
    """How an item goes on: what it follows (and ``share`` per cent of whose past it inherits), when it starts, when it ends."""

    predecessor: str = ""
    share: int = 100
    launches_on: date | None = None
    interest: Annotated[int, Field(description="people who wait for it")] = 0
    ends_on: Annotated[date | None, Field(description="first day without sales")] = None
    note: Annotated[str, Field(max_length=200)] = ""


@acts.put("/courses/{path:code}", response={204: None}, summary="Say how an item goes on")
def set_course(request: HttpRequest, code: str, wish: CourseWish) -> Any:
    """The next forecast counts it; what was said before is replaced."""
    course.keep(
        viewer_of(request), code, wish.predecessor, wish.share, wish.launches_on, wish.interest, wish.ends_on, wish.note,
        origin="api",
    )  # fmt: skip
    return Status(204, None)


@acts.delete("/courses/{path:code}", response={204: None}, summary="Withdraw how an item goes on")
def withdraw_course(request: HttpRequest, code: str) -> Any:
    """The next forecast leaves it out."""
    course.withdraw(viewer_of(request), code, origin="api")
    return Status(204, None)


class TokenWish(Schema):
    """A token to make."""

    name: Annotated[str, Field(min_length=1, max_length=120)]


class Token(Schema):
    """A token; ``secret`` is shown this once."""

    id: int
    name: str
    secret: str


@acts.post("/tokens", response={201: Token}, summary="Make a token")
def make_token(request: HttpRequest, wish: TokenWish) -> Any:
    """A token by which a program speaks for you, with your role and scope."""
    row, secret = tokens.issue(_user(request), wish.name, at=now())
    return Status(201, {"id": row.pk, "name": row.name, "secret": secret})


@acts.delete("/tokens/{key}", response={204: None}, summary="Revoke a token")
def revoke_token(request: HttpRequest, key: int) -> Any:
    """End one of your tokens for good."""
    viewer = viewer_of(request)
    if not ApiToken.objects.filter(pk=key, user_id=viewer.user).exists():
        raise NotThere(f"token {key}")
    tokens.revoke(key, viewer.name, at=now())
    return Status(204, None)


def _decided(request: HttpRequest, act: Any) -> HttpResponse:
    viewer = viewer_of(request)
    try:
        row = act()
    except DecisionRow.DoesNotExist:
        raise NotThere("decision") from None
    return answer(viewer, today.shape(viewer, row))


def _user(request: HttpRequest) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(pk=viewer_of(request).user)
