"""Typed documents for programs: drafts begun, saved, tried and posted as the pages do."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from entrepot.books.access import Viewer
from entrepot.faces.api.security import viewer_of
from entrepot.faces.api.shapes import answer
from entrepot.workflows import drafts, entered
from entrepot.workflows.drafts import DraftView
from entrepot.workflows.typed_fields import head_fields, row_fields
from entrepot.workflows.typed_rows import MOST_ROWS, Typed

typing_in = Router()
Cells = dict[str, str]
Rows = Annotated[list[Cells], Field(max_length=MOST_ROWS)]


class DraftIn(Schema):
    """A document as its cells: column name to text. ``GET /entry/{kind}`` names the columns."""

    header: Cells = {}
    rows: Rows = []


class NewDraft(DraftIn):
    """A new draft of a kind of document."""

    kind: Annotated[str, Field(max_length=60)]


class SavedDraft(DraftIn):
    """``version``: what you saw; if another saved meanwhile you are told."""

    version: int


class PostDraft(Schema):
    """``late``: a late fact of a closed period, by who may close."""

    version: int
    late: bool = False


class DraftOut(Schema):
    """A draft as it stands."""

    key: str
    kind: str
    version: int
    state: str
    header: Cells
    rows: list[Cells]
    owner: str
    saved_by: str


class TriedOut(Schema):
    """What posting would do; with ``faults`` it would do nothing."""

    good: bool
    closed: bool
    faults: list[dict[str, Any]]


class PostedOut(Schema):
    """What was posted; ``again``: it was posted before, and nothing happened now."""

    batch: int
    document: int
    kind: str
    number: str
    again: bool


@typing_in.get("/entry/{kind}", response=dict[str, Any], summary="Columns of a document")
def read_columns(request: HttpRequest, kind: str, language: str = "en") -> HttpResponse:
    """Head and rows: name, heading, meaning, whether it is asked for, choices."""
    viewer = viewer_of(request)
    entered.may_type(viewer, kind)
    return answer(viewer, {"head": list(head_fields(kind, language)), "rows": list(row_fields(kind, language))})


@typing_in.get("/drafts", response=list[DraftOut], summary="Open drafts")
def read_drafts(request: HttpRequest) -> HttpResponse:
    """Those that nobody has posted, newest first."""
    viewer = viewer_of(request)
    return answer(viewer, [_told(one) for one in drafts.open_drafts(viewer)])


@typing_in.post("/drafts", response={201: DraftOut}, summary="Begin a draft")
def begin(request: HttpRequest, wish: NewDraft) -> HttpResponse:
    """Number and moment are proposed where they are not typed."""
    viewer = viewer_of(request)
    return answer(viewer, _told(drafts.begin(viewer, Typed(wish.kind, wish.header, tuple(wish.rows)))), 201)


@typing_in.get("/drafts/{key}", response=DraftOut, summary="One draft")
def read_draft(request: HttpRequest, key: str) -> HttpResponse:
    """As it was saved last."""
    viewer = viewer_of(request)
    return answer(viewer, _told(drafts.load(viewer, key)))


@typing_in.put("/drafts/{key}", response=DraftOut, summary="Save a draft")
def save(request: HttpRequest, key: str, wish: SavedDraft) -> HttpResponse:
    """Refused when another saved since ``version``."""
    viewer = viewer_of(request)
    kind = drafts.load(viewer, key).typed.kind
    return answer(viewer, _told(drafts.save(viewer, key, wish.version, Typed(kind, wish.header, tuple(wish.rows)))))


@typing_in.post("/drafts/{key}/try", response=TriedOut, summary="Say what a draft would do")
def attempt(request: HttpRequest, key: str, late: bool = False) -> HttpResponse:
    """Everything is done and taken back; every fault by row and column."""
    viewer = viewer_of(request)
    found = drafts.load(viewer, key)
    tried = entered.tried(viewer, found.typed, late=late, corrects=found.corrects)
    faults = [{"row": f.row, "column": f.column, "problem": f.problem} for f in tried.faults]
    return answer(viewer, {"good": tried.good, "closed": tried.closed, "faults": faults})


@typing_in.post("/drafts/{key}/post", response={201: PostedOut}, summary="Post a draft")
def post(request: HttpRequest, key: str, wish: PostDraft) -> HttpResponse:
    """All of it or nothing; a second try answers as the first did."""
    viewer = viewer_of(request)
    done = drafts.post(viewer, key, wish.version, late=wish.late, origin="api")
    return answer(viewer, _posted(viewer, done), 201)


@typing_in.delete("/drafts/{key}", response={204: None}, summary="Throw a draft away")
def discard(request: HttpRequest, key: str, version: int) -> Any:
    """Refused when another saved since ``version``."""
    drafts.discard(viewer_of(request), key, version)
    return Status(204, None)


@typing_in.post("/entered/{batch}/undo", response={204: None}, summary="Take a typed document back")
def undo(request: HttpRequest, batch: int) -> Any:
    """A reversing document is posted and the draft is open again."""
    entered.undo(viewer_of(request), batch, origin="api")
    return Status(204, None)


def _told(found: DraftView) -> dict[str, Any]:
    return {
        "key": found.key, "kind": found.typed.kind, "version": found.version, "state": found.state,
        "header": dict(found.typed.header), "rows": [dict(row) for row in found.typed.rows], "owner": found.owner,
        "saved_by": found.saved_by,
    }  # fmt: skip


def _posted(viewer: Viewer, done: entered.Posted) -> dict[str, Any]:
    return {
        "batch": done.batch,
        "document": done.document,
        "kind": done.kind,
        "number": done.number,
        "again": done.again,
    }
