"""Stock differences for programs: the list, one with its notes, and what people do about it. The twins of the pages."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from entrepot.faces.api.security import viewer_of
from entrepot.faces.api.shapes import answer, schema_of
from entrepot.workflows import differing
from entrepot.workflows.differing import Differing

stock_work = Router()


class DifferenceQuery(Schema):
    """Which differences."""

    state: Annotated[Literal["open", "resolved", "all"], Field(description="where people stand with it")] = "open"
    owner: Annotated[str, Field(max_length=200, description="of this person only")] = ""
    location: Annotated[str, Field(max_length=120, description="at this place only")] = ""


class DifferenceChange(Schema):
    """What to do: give it to ``owner`` ("" = nobody), ``resolve`` it with a cause, open it again, add a note.

    ``changed``: the value that was read, so that nobody's change is lost.
    """

    owner: str | None = None
    resolve: str = ""
    reopen: bool = False
    note: Annotated[str, Field(max_length=1000)] = ""
    changed: int | None = None


@stock_work.get("/differences", response=list[schema_of(Differing)], summary="Stock reports against the books")
def read_differences(request: HttpRequest, query: Query[DifferenceQuery]) -> HttpResponse:
    """What the last report of each place and the books differ by, largest first, with owner and a guess why."""
    viewer = viewer_of(request)
    found = differing.differences(viewer, "" if query.state == "all" else query.state, query.owner)
    return answer(viewer, [one for one in found if query.location in ("", one.row.place_code)])


@stock_work.get("/differences/{path:key}", response=schema_of(Differing), summary="One stock difference")
def read_difference(request: HttpRequest, key: str) -> HttpResponse:
    """By its key (place|SKU|condition), with what was done."""
    viewer = viewer_of(request)
    return answer(viewer, differing.difference(viewer, key))


@stock_work.post("/differences/{path:key}", response=schema_of(Differing), summary="Assign, resolve, note")
def change_difference(request: HttpRequest, key: str, told: DifferenceChange) -> HttpResponse:
    """Needs the right to correct stock; somebody else's change meanwhile is refused."""
    viewer = viewer_of(request)
    done = differing.change(
        viewer, key, owner=told.owner, resolve=told.resolve, reopen=told.reopen, note=told.note, changed=told.changed,
        origin="api",
    )  # fmt: skip
    return answer(viewer, done)
