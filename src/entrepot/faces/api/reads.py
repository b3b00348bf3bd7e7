"""What programs may read: the answers of the pages, as data."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from entrepot.books.access import ROLES
from entrepot.books.selectors import (
    demand,
    documents,
    economics,
    health,
    held,
    imports,
    inventory,
    jobs,
    missing,
    opportunities,
    paging,
    sales,
    search,
    state,
    today,
)
from entrepot.books.selectors.demand_shapes import DemandList, DemandPage
from entrepot.books.selectors.economics import CostWish
from entrepot.books.selectors.health_shapes import Health, HeldPage, Hit, ImportRow, Job, MissingCost, QuarantineRow
from entrepot.books.selectors.inventory import StockWish
from entrepot.books.selectors.opportunities import OpportunityList
from entrepot.books.selectors.shapes import (
    BillShare,
    Decision,
    DocumentPage,
    Inventory,
    LayerRow,
    MonthRow,
    Page,
    SalePage,
    SaleRow,
    SkuPage,
    Slice,
    State,
    Today,
    TrueCost,
)
from entrepot.core.calendar import local_date
from entrepot.faces.api.security import viewer_of
from entrepot.faces.api.shapes import answer, schema_of
from entrepot.workflows import promote, trace

reads = Router()
LARGEST = 1000
"""Rows in one answer."""


class Cut(Schema):
    """Which part of a list."""

    sort: Annotated[str, Field(description="a field of the rows, with - before it for descending")] = ""
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=LARGEST)] = 100

    @property
    def slice(self) -> Slice:
        """As the read functions take it."""
        return Slice(self.sort.removeprefix("-"), self.sort.startswith("-"), self.offset, self.limit)


class StockQuery(Cut):
    """Filter of the inventory."""

    by: Literal["sku", "location", "channel"] = "sku"
    text: Annotated[str, Field(max_length=200)] = ""
    location: str = ""
    channel: str = ""
    state: Literal["", "out", "low", "healthy", "over", "still"] = ""
    age: Literal["", "0-90", "91-180", "181-270", "271-365", "366+"] = ""


class CostQuery(Cut):
    """Filter of sales; the last 90 days of the company's calendar unless said otherwise."""

    by: Literal["sku", "lot", "channel", "destination", "order"] = "sku"
    start: date | None = None
    end: date | None = None
    view: Annotated[Literal["full", "book"], Field(description="book cost (IAS 2) or full cost; never mixed")] = "full"
    text: Annotated[str, Field(max_length=200)] = ""
    sku: str = ""
    channel: str = ""
    destination: str = ""

    def wish(self, request: HttpRequest, item: str = "") -> CostWish:
        """As the read functions take it."""
        end = self.end or local_date(paging.now(), viewer_of(request).company.zone)
        start = self.start or end - timedelta(days=89)
        return CostWish(
            self.by, min(start, end), max(start, end), self.view, self.text, item or self.sku, self.channel,
            self.destination,
        )  # fmt: skip


class SearchQuery(Schema):
    """What to look for."""

    q: Annotated[str, Field(max_length=200)]
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class Me(Schema):
    """Who calls."""

    name: str
    role: str
    permissions: list[str]
    company: str
    companies: list[str]


@reads.get("/me", response=Me, summary="Who you are and what you may do")
def read_me(request: HttpRequest) -> Any:
    """Name, role, permissions, the company looked at (header ``X-Company`` chooses another) and those offered."""
    viewer = viewer_of(request)
    return {
        "name": viewer.name,
        "role": viewer.role,
        "permissions": sorted(ROLES.get(viewer.role, ())),
        "company": viewer.company.code,
        "companies": [company.code for company in viewer.offered],
    }


@reads.get("/state", response=schema_of(State), summary="State of the data")
def read_state(request: HttpRequest, known: date | None = None) -> HttpResponse:
    """How new facts and figures are, what waits, and whether work is under way."""
    viewer = viewer_of(request)
    return answer(viewer, state.state(viewer, known))


@reads.get("/decisions", response=schema_of(Today), summary="Today's decisions")
def read_decisions(request: HttpRequest, cut: Query[Cut], kind: str = "") -> HttpResponse:
    """What is to be decided, by money at stake, and what was decided since yesterday."""
    viewer = viewer_of(request)
    return answer(viewer, today.today(viewer, kind, cut.slice))


@reads.get("/decisions/{key}", response=schema_of(Decision), summary="One decision")
def read_decision(request: HttpRequest, key: int) -> HttpResponse:
    """One decision with its reasons."""
    viewer = viewer_of(request)
    return answer(viewer, today.decision(viewer, key))


@reads.get("/inventory", response=schema_of(Inventory), summary="Inventory")
def read_inventory(request: HttpRequest, query: Query[StockQuery]) -> HttpResponse:
    """Units by place and condition, under way, reserved; cover; age bands; value."""
    viewer = viewer_of(request)
    wanted = StockWish(query.by, query.text, query.location, query.channel, query.state, query.age)
    return answer(viewer, inventory.inventory(viewer, wanted, query.slice))


class DemandQuery(Cut):
    """Filter of the forecasts."""

    text: Annotated[str, Field(max_length=200)] = ""
    place: str = ""
    channel: str = ""
    pattern: Literal["", "smooth", "erratic", "intermittent", "lumpy"] = ""
    mark: Annotated[str, Field(description="only forecasts with this flag, e.g. censored")] = ""


@reads.get("/demand", response=schema_of(DemandList), summary="Forecasts")
def read_demand(request: HttpRequest, query: Query[DemandQuery]) -> HttpResponse:
    """The newest stored forecast, an item and place a row, and how good forecasts have been in total."""
    viewer = viewer_of(request)
    wanted = demand.DemandWish(query.text, query.place, query.channel, query.pattern, query.mark)
    part = query.slice if query.sort else Slice("weekly", True, query.offset, query.limit)
    return answer(viewer, demand.demand(viewer, wanted, part))


class LiftQuery(Schema):
    """One item's forecast, and a promotion to try on it."""

    place: str = ""
    first: date | None = None
    last: date | None = None
    percent: Annotated[int | None, Field(ge=-95, le=1000)] = None


@reads.get("/demand/{path:code}", response=schema_of(DemandPage), summary="An item's forecast")
def read_demand_of(request: HttpRequest, code: str, query: Query[LiftQuery]) -> HttpResponse:
    """History, fan, totals, reasons and promotions of one item at one place (where most is expected unless said).

    With ``first``, ``last`` and ``percent``: what a promotion on those days would make of it; nothing is kept.
    """
    viewer = viewer_of(request)
    found = demand.of_item(viewer, code, query.place)
    tried = (
        None
        if query.first is None or query.last is None or query.percent is None
        else (query.first, query.last, query.percent)
    )
    return answer(viewer, promote.tried(found, tried))


class OpportunityQuery(Cut):
    """Filter of the opportunities."""

    text: Annotated[str, Field(max_length=200)] = ""
    kind: Literal["", "new", "findable", "restock", "better"] = ""
    shop: str = ""


@reads.get("/opportunities", response=schema_of(OpportunityList), summary="Product opportunities")
def read_opportunities(request: HttpRequest, query: Query[OpportunityQuery]) -> HttpResponse:
    """What people looked for and did not find to buy, as last ranked; units and money a month are estimates."""
    viewer = viewer_of(request)
    wanted = opportunities.OpportunityWish(query.text, query.kind, query.shop)
    part = query.slice if query.sort else Slice("rank", False, query.offset, query.limit)
    return answer(viewer, opportunities.opportunities(viewer, wanted, part))


@reads.get("/true-cost", response=schema_of(TrueCost), summary="True cost")
def read_true_cost(request: HttpRequest, query: Query[CostQuery]) -> HttpResponse:
    """The waterfall of a selection of sales and its rows by SKU, channel or destination."""
    viewer = viewer_of(request)
    return answer(viewer, economics.true_cost(viewer, query.wish(request), query.slice))


@reads.get("/sales", response=schema_of(Page[SaleRow]), summary="Sales one by one")
def read_sales(request: HttpRequest, query: Query[CostQuery]) -> HttpResponse:
    """Sale lines of a selection, newest first."""
    viewer = viewer_of(request)
    return answer(viewer, sales.sales(viewer, query.wish(request), query.slice))


@reads.get("/sales/{key}", response=schema_of(SalePage), summary="One sale")
def read_sale(request: HttpRequest, key: int) -> HttpResponse:
    """One sale with its waterfall and its returns."""
    viewer = viewer_of(request)
    return answer(viewer, trace.sale(viewer, key))


@reads.get("/items/{path:code}/layers", response=schema_of(Page[LayerRow]), summary="Open cost layers of an SKU")
def read_layers(request: HttpRequest, code: str, cut: Query[Cut]) -> HttpResponse:
    """Layers with units on hand as of the last valuation."""
    viewer = viewer_of(request)
    return answer(viewer, trace.layers(viewer, code, cut.slice))


@reads.get("/items/{path:code}/bills", response=schema_of(Page[BillShare]), summary="Bills that reach an SKU")
def read_bills(request: HttpRequest, code: str, cut: Query[Cut], family: str = "") -> HttpResponse:
    """Cost lines aimed at the SKU's units, and the part of each that falls on it."""
    viewer = viewer_of(request)
    return answer(viewer, trace.bills(viewer, code, family, cut.slice))


@reads.get("/items/{path:code}/months", response=list[schema_of(MonthRow)], summary="An SKU month by month")
def read_months(request: HttpRequest, code: str, query: Query[CostQuery]) -> HttpResponse:
    """Unit economics by month, channel and destination."""
    viewer = viewer_of(request)
    return answer(viewer, economics.months_of(viewer, code, query.wish(request)))


@reads.get("/items/{path:code}/page", response=schema_of(SkuPage), summary="Everything about an SKU")
def read_item(request: HttpRequest, code: str, query: Query[CostQuery]) -> HttpResponse:
    """Stock, economics, layers, bills, sales, history, forecast and decisions of one SKU."""
    viewer = viewer_of(request)
    return answer(viewer, trace.sku(viewer, code, query.wish(request, code)))


@reads.get("/documents/{key}", response=schema_of(DocumentPage), summary="One document")
def read_document(request: HttpRequest, key: int, cut: Query[Cut]) -> HttpResponse:
    """What a document says, what it did, and its versions."""
    viewer = viewer_of(request)
    return answer(viewer, documents.document(viewer, key, cut.slice))


@reads.get("/health", response=schema_of(Health), summary="Data health")
def read_health(request: HttpRequest, cut: Query[Cut], reason: str = "") -> HttpResponse:
    """Imports, quarantine, missing costs, waiting facts, unallocated costs, checks, differences to reported stock."""
    viewer = viewer_of(request)
    return answer(viewer, health.health(viewer, reason, cut.slice))


@reads.get("/quarantine", response=schema_of(Page[QuarantineRow]), summary="Rows in quarantine")
def read_quarantine(request: HttpRequest, cut: Query[Cut], reason: str = "") -> HttpResponse:
    """What could not be posted, why, and what would make it right."""
    viewer = viewer_of(request)
    return answer(viewer, health.quarantine(viewer, reason, cut.slice))


@reads.get("/quarantine/{key}", response=schema_of(HeldPage), summary="One row in quarantine")
def read_held(request: HttpRequest, key: int) -> HttpResponse:
    """One row or document with its neighbours, and what became of it."""
    viewer = viewer_of(request)
    return answer(viewer, held.held(viewer, key))


@reads.get("/missing-costs", response=schema_of(Page[MissingCost]), summary="Units without cost")
def read_missing(request: HttpRequest, cut: Query[Cut]) -> HttpResponse:
    """SKUs with units whose purchase cost is not known."""
    viewer = viewer_of(request)
    return answer(viewer, missing.missing_costs(viewer, cut.slice))


@reads.get("/imports", response=schema_of(Page[ImportRow]), summary="Imports")
def read_imports(request: HttpRequest, cut: Query[Cut]) -> HttpResponse:
    """What came in, newest first."""
    viewer = viewer_of(request)
    return answer(viewer, imports.imports(viewer, cut.slice))


@reads.get("/jobs", response=list[schema_of(Job)], summary="Jobs that run or wait")
def read_jobs(request: HttpRequest) -> HttpResponse:
    """Long work under way."""
    viewer = viewer_of(request)
    return answer(viewer, jobs.jobs(viewer))


@reads.get("/jobs/{key}", response=schema_of(Job), summary="One job")
def read_job(request: HttpRequest, key: int) -> HttpResponse:
    """How far a job is, or how it ended."""
    viewer = viewer_of(request)
    return answer(viewer, jobs.job(viewer, key))


@reads.get("/search", response=list[schema_of(Hit)], summary="Search")
def read_search(request: HttpRequest, query: Query[SearchQuery]) -> HttpResponse:
    """SKUs, orders, bills, shipments and containers that begin with or contain the text."""
    viewer = viewer_of(request)
    return answer(viewer, search.search(viewer, query.q, query.limit))
