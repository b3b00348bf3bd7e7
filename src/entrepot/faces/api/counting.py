"""Stock counts for programs and scanners: begin, count by label, finish, recount, reasons, approve."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from entrepot.faces.api.security import viewer_of
from entrepot.faces.api.shapes import answer, schema_of
from entrepot.workflows import counting as work
from entrepot.workflows.counting import CountPage, CountRow

counting = Router()
Text = Annotated[str, Field(max_length=120)]


class CountWish(Schema):
    """``blind``: who counts does not see the books; ``whole``: what nobody counts is not there."""

    place: Text
    blind: bool = True
    whole: bool = False


class Counted(Schema):
    """A label, barcode or SKU; without ``units`` one more, as a scanner says it."""

    code: Text
    units: Annotated[int, Field(ge=0, le=work.MOST)] | None = None
    condition: Text = "sellable"
    label: Text = ""
    batch: Text = ""
    expiry: Text = ""


class CountAct(Schema):
    """``entries`` for a recount; ``reasons`` by entry; ``digest`` is what the approver saw."""

    entries: list[int] = []
    reasons: dict[int, Text] = {}
    digest: Text = ""


@counting.get("/counts", response=list[dict[str, Any]], summary="Counts")
def read_counts(request: HttpRequest) -> HttpResponse:
    """Counts of your places, newest first."""
    viewer = viewer_of(request)
    rows = [
        {"number": row.number, "place": row.location.code, "state": row.state, "started_by": row.started_by,
         "approved_by": row.approved_by}
        for row in work.counts(viewer)
    ]  # fmt: skip
    return answer(viewer, rows)


@counting.post("/counts", response={201: schema_of(CountPage)}, summary="Begin a count")
def begin(request: HttpRequest, wish: CountWish) -> HttpResponse:
    """The books are compared as of now, however long the counting takes."""
    viewer = viewer_of(request)
    number = work.begin(viewer, wish.place, blind=wish.blind, whole=wish.whole)
    return answer(viewer, work.page(viewer, number), 201)


@counting.get("/counts/{number}", response=schema_of(CountPage), summary="One count")
def read_count(request: HttpRequest, number: str) -> HttpResponse:
    """What was counted beside the books, differences first; hidden from who counts blind."""
    viewer = viewer_of(request)
    return answer(viewer, work.page(viewer, number))


@counting.post("/counts/{number}/entries", response={201: schema_of(CountRow)}, summary="Count one thing")
def enter(request: HttpRequest, number: str, told: Counted) -> HttpResponse:
    """One scan or one quantity."""
    viewer = viewer_of(request)
    row = work.enter(
        viewer, number, told.code, told.units, condition=told.condition, label=told.label, batch=told.batch,
        expiry=told.expiry,
    )  # fmt: skip
    return answer(viewer, row, 201)


@counting.post(
    "/counts/{number}/{act}", response=schema_of(CountPage), summary="Finish, recount, explain, approve, cancel"
)
def act(
    request: HttpRequest,
    number: str,
    act: Literal["finish", "recount", "reasons", "approve", "cancel"],
    told: CountAct | None = None,
) -> HttpResponse:
    """``approve`` posts the differences; the digest is that of the count as it was looked at."""
    viewer = viewer_of(request)
    wish = told or CountAct()
    if act in ("finish", "cancel"):
        {"finish": work.finish, "cancel": work.cancel}[act](viewer, number)
    elif act == "recount":
        work.recount(viewer, number, wish.entries)
    elif act == "reasons":
        for entry, reason in wish.reasons.items():
            work.give_reason(viewer, number, entry, reason)
    else:
        work.approve(viewer, number, wish.digest, origin="api")
    return answer(viewer, work.page(viewer, number))
