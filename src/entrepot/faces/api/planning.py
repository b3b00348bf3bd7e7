"""Plans for programs: read, try, change, approve, papers, strategies, the scorecard."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from entrepot.books.selectors import jobs as job_reads
from entrepot.books.selectors import plan as stored
from entrepot.books.selectors.health_shapes import Job
from entrepot.books.selectors.plan_shapes import (
    GapRow,
    LineOutcome,
    OverrideRow,
    PlanLinePage,
    PlanList,
    PlanRow,
    ScoreRow,
    TriedLine,
)
from entrepot.books.selectors.scorecard import outcome, scorecard
from entrepot.books.selectors.shapes import Page, Slice
from entrepot.faces import worker
from entrepot.faces.api.reads import Cut
from entrepot.faces.api.security import viewer_of
from entrepot.faces.api.shapes import answer, schema_of
from entrepot.workflows import plan_acts, plan_papers, plan_trial
from entrepot.workflows.plan_asked import checked

planning = Router()
Text = Annotated[str, Field(max_length=200)]


class PlanQuery(Cut):
    """Filter of a plan's lines."""

    run: Annotated[str, Field(description="an older plan's id")] = ""
    text: Text = ""
    kind: Literal["", "acts", "buy", "ship", "move", "keep"] = "acts"
    supplier: Text = ""
    destination: Text = ""
    mode: Text = ""
    flag: Text = ""
    state: Literal["", "open", "approved", "dismissed", "superseded"] = ""
    grade: Text = ""


@planning.get("/plan", response=schema_of(PlanList), summary="The plan")
def read_plan(request: HttpRequest, query: Query[PlanQuery]) -> HttpResponse:
    """The newest plan or an older one: cash, containers, limits with their price, and its lines by what they save."""
    wanted = stored.PlanWish(
        query.text, query.kind, query.supplier, query.destination, query.mode, query.flag, query.state, query.grade
    )
    part = query.slice if query.sort else Slice("saving", True, query.offset, query.limit)
    viewer = viewer_of(request)
    return answer(viewer, stored.plan(viewer, wanted, part, query.run))


@planning.get("/plan/gaps", response=schema_of(Page[GapRow]), summary="What could not be planned")
def read_gaps(request: HttpRequest, cut: Query[Cut], run: str = "") -> HttpResponse:
    """Items and places, and what is missing of each."""
    viewer = viewer_of(request)
    return answer(viewer, stored.gaps(viewer, cut.slice, run))


@planning.get("/plan/outcome", response=list[schema_of(LineOutcome)], summary="An older plan against what happened")
def read_outcome(request: HttpRequest, run: str) -> HttpResponse:
    """What its lines expected until today, and what came."""
    viewer = viewer_of(request)
    return answer(viewer, outcome(viewer, run))


@planning.get("/plan/lines/{key}", response=schema_of(PlanLinePage), summary="One line of a plan")
def read_line(request: HttpRequest, key: int) -> HttpResponse:
    """Its projection by week, its alternatives on the same futures, price breaks and reasons."""
    viewer = viewer_of(request)
    return answer(viewer, stored.line(viewer, key))


class LineWish(Schema):
    """What to have instead; what is absent stays."""

    units: Annotated[int | None, Field(ge=0, le=10**9)] = None
    modes: Annotated[dict[str, Annotated[int, Field(ge=0, le=10**9)]] | None, Field(description="units by way")] = None
    on: date | None = None
    supplier: Annotated[str | None, Field(max_length=120)] = None
    note: Text = ""

    def changes(self) -> dict[str, Any]:
        """As the workflow takes them."""
        return {"units": self.units, "modes": self.modes, "on": self.on, "supplier": self.supplier}


@planning.post("/plan/lines/{key}/try", response=schema_of(TriedLine), summary="Try a line otherwise")
def attempt(request: HttpRequest, key: int, wish: LineWish) -> HttpResponse:
    """What it would cost and risk; nothing is kept."""
    viewer = viewer_of(request)
    return answer(viewer, plan_trial.try_line(viewer, key, **wish.changes()))


@planning.post("/plan/lines/{key}/change", response=schema_of(PlanLinePage), summary="Change a line")
def change(request: HttpRequest, key: int, wish: LineWish) -> HttpResponse:
    """The same, kept with who changed it and why."""
    viewer = viewer_of(request)
    plan_acts.change(viewer, key, **wish.changes(), note=wish.note, origin="api")
    return answer(viewer, stored.line(viewer, key))


class Chosen(Schema):
    """Lines by id."""

    lines: Annotated[list[int], Field(min_length=1, max_length=1000)]


@planning.post("/plan/approve", response=list[schema_of(PlanRow)], summary="Approve lines of a plan")
def approve(request: HttpRequest, wish: Chosen) -> HttpResponse:
    """Purchase orders by buyer and supplier, shipping instructions by way: all or none."""
    viewer = viewer_of(request)
    done = plan_acts.approve(viewer, wish.lines, origin="api")
    return answer(viewer, [stored.shape(viewer, line) for line in done])


@planning.post("/plan/lines/{key}/dismiss", response=schema_of(PlanRow), summary="Dismiss a line of a plan")
def dismiss(request: HttpRequest, key: int) -> HttpResponse:
    """Say no; the next plan may propose it anew."""
    viewer = viewer_of(request)
    return answer(viewer, stored.shape(viewer, plan_acts.dismiss(viewer, key, origin="api")))


@planning.post("/plan/lines/{key}/undo", response=list[schema_of(PlanRow)], summary="Take an answer to a line back")
def undo(request: HttpRequest, key: int) -> HttpResponse:
    """An order is reversed with all of its lines."""
    viewer = viewer_of(request)
    return answer(viewer, [stored.shape(viewer, line) for line in plan_acts.undo(viewer, key, origin="api")])


class LimitsWish(Schema):
    """Limits as text, as the command line takes them; an empty object drops the last plan's limits, null keeps them."""

    cash: Annotated[str, Field(max_length=40, description="50000, or 50000:8 for eight weeks")] = ""
    container: Annotated[list[Text], Field(max_length=50, description="1, or FBA-US:1")] = []
    service: Annotated[str, Field(max_length=10)] = ""
    closed: Annotated[list[Text], Field(max_length=100, description="SUPPLIER:first:last, or CN:lny")] = []
    warehouse: Annotated[list[Text], Field(max_length=50, description="place:m³")] = []
    supplier: Annotated[
        list[Text], Field(max_length=200, description="supplier:units, or supplier:units/w a week")
    ] = []
    funds: Annotated[str, Field(max_length=40, description="money there is now; it pays what is owed too")] = ""
    income: Annotated[
        str, Field(max_length=400, description="money that comes in a week: 9000, or by week 9000/0/15000")
    ] = ""


class PlanWish(Schema):
    """A plan to make."""

    limits: LimitsWish | None = None


@planning.post("/plans", response={202: schema_of(Job)}, summary="Make a plan")
def make(request: HttpRequest, wish: PlanWish) -> HttpResponse:
    """Forecast and plan in the worker, under these limits."""
    viewer = viewer_of(request)
    viewer.need("approve")
    said = None if wish.limits is None else {name: value for name, value in wish.limits.dict().items() if value}
    asked = None if said is None else checked(viewer, said)
    job = worker.start("plan", {"name": "plan", "asked": asked, "company": viewer.company.code}, viewer.name)
    return answer(viewer, job_reads.shape(viewer, job), 202)


class StrategyWish(Schema):
    """One field of an item's strategy: review_weeks (weeks), service (share), modes (list), ordered (yes or no)."""

    sku: Text
    field: Literal["review_weeks", "service", "modes", "ordered"]
    value: bool | int | float | list[str]
    place: Text = ""
    note: Text = ""


class Override(Schema):
    """A setting that was kept."""

    id: int


@planning.get("/plan/overrides", response=list[schema_of(OverrideRow)], summary="What people set in plans")
def read_overrides(request: HttpRequest, sku: str = "") -> HttpResponse:
    """Strategies and changed lines, newest first, with who and when."""
    viewer = viewer_of(request)
    return answer(viewer, stored.overrides(viewer, sku))


@planning.post("/plan/overrides", response={201: Override}, summary="Set an item's strategy")
def add_override(request: HttpRequest, wish: StrategyWish) -> Any:
    """The next plans follow it until it is withdrawn."""
    viewer = viewer_of(request)
    row = plan_acts.override(viewer, wish.sku, wish.field, wish.value, place=wish.place, note=wish.note, origin="api")
    return Status(201, {"id": row.pk})


@planning.delete("/plan/overrides/{key}", response={204: None}, summary="Withdraw a strategy")
def withdraw_override(request: HttpRequest, key: int) -> Any:
    """The proposal decides again."""
    plan_acts.withdraw(viewer_of(request), key, origin="api")
    return Status(204, None)


class PaperQuery(Schema):
    """Which papers."""

    what: Literal["orders", "loads"] = "orders"
    numbers: Annotated[str, Field(max_length=4000, description="numbers with commas between; all without")] = ""
    language: Literal["en", "zh"] = "en"
    form: Literal["xlsx", "csv"] = "xlsx"


@planning.get("/plan/papers", summary="Purchase orders or shipping instructions as a file")
def papers(request: HttpRequest, query: Query[PaperQuery]) -> HttpResponse:
    """What was approved, to hand to suppliers and forwarders."""
    work = plan_papers.purchase_orders if query.what == "orders" else plan_papers.shipping_instructions
    numbers = [one.strip() for one in query.numbers.split(",") if one.strip()]
    paper = work(viewer_of(request), numbers, query.language, query.form)
    response = HttpResponse(paper.content, content_type=paper.kind)
    response["Content-Disposition"] = f'attachment; filename="{paper.name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@planning.get("/scorecard", response=list[schema_of(ScoreRow)], summary="The monthly scorecard")
def read_scorecard(
    request: HttpRequest, months: Annotated[int, Field(ge=1, le=60)] = 12
) -> HttpResponse:  # fmt: skip
    """Turnover, stock-outs, old stock, return on stock by place, and what advice taken or ignored paid."""
    viewer = viewer_of(request)
    return answer(viewer, scorecard(viewer, months))
