"""Purchase orders for programs: the list, one order, propose, and every act of the order's page."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router, Schema
from pydantic import Field

from entrepot.books.access import Viewer
from entrepot.books.agreements import Agreed
from entrepot.books.selectors.shapes import Money
from entrepot.core.documents.terms import PaymentTerm
from entrepot.faces.api.security import viewer_of
from entrepot.faces.api.shapes import answer, schema_of
from entrepot.workflows import order_asked, order_pages, supplier_terms
from entrepot.workflows.order_asked import Act, Done

buying = Router()
Row = dict[str, Any]


class OrdersOut(Schema):
    """Orders and open proposals; amounts in minor units of each order's currency."""

    orders: list[Row]


class OrderOut(Schema):
    """One order: how it stands, its lines, what is due and what happened."""

    number: str
    supplier: str
    state: str
    next: str
    expected: str | None
    currency: str
    to_pay: int | None = None
    lines: list[Row]
    dues: list[Row]
    events: list[Row]


class PlacedOut(Schema):
    """``proposed``: a second person approves it; ``ordered``: nobody else could, and it is placed."""

    number: str
    state: str


@buying.get("/orders", response=OrdersOut, summary="Purchase orders")
def read_orders(request: HttpRequest, state: str = "", closed: bool = False) -> HttpResponse:
    """Open orders and proposals, the next due first; ``closed`` also those that have ended."""
    viewer = viewer_of(request)
    rows = [row for row in order_pages.orders(viewer) if (row.open or closed or state) and state in ("", row.state)]
    rows.sort(key=lambda row: (row.next_due is None, row.next_due, row.number))
    return answer(viewer, {"orders": [_row(viewer, row) for row in rows]})


@buying.post("/orders", response={201: PlacedOut}, summary="Propose a purchase order")
def propose(request: HttpRequest, order: dict[str, Any]) -> HttpResponse:
    """A ``purchase_order`` document; number and moment are given where missing. The number of an order changes that order."""
    viewer = viewer_of(request)
    placed = order_asked.propose(viewer, order, origin="api")
    return answer(viewer, {"number": placed.number, "state": placed.state}, 201)


@buying.get("/order-acts", response=dict[str, Row], summary="Fields of each act")
def read_acts(request: HttpRequest) -> HttpResponse:
    """What can be done with an order, and what each act takes, as JSON schemas."""
    viewer = viewer_of(request)
    return answer(viewer, {name: kind.model_json_schema() for name, (kind, _act) in order_asked.ACTS.items()})


@buying.post("/orders/{path:number}/do/{act}", response=schema_of(Done), summary="Bring a purchase order on")
def act(request: HttpRequest, number: str, act: Act, told: Body[Row | None] = None) -> HttpResponse:
    """What the order's page does, by the same rules; ``GET /order-acts`` says which fields an act takes."""
    viewer = viewer_of(request)
    return answer(viewer, order_asked.do(viewer, number, act, told or {}, origin="api"))


@buying.get("/orders/{path:number}", response=OrderOut, summary="One purchase order")
def read_order(request: HttpRequest, number: str) -> HttpResponse:
    """Its lines beside receipts and bills, what is due, and what happened; ``document`` of a step is what ``undo`` takes."""
    viewer = viewer_of(request)
    found = order_pages.order_page(viewer, number)
    priced = viewer.can("see_supplier_price")
    lines = [
        {"order_line": x.line.line, "sku": x.sku, "ordered": x.line.quantity, "confirmed": x.line.confirmed,
         "accepted": x.line.accepted, "shipped": x.line.shipped, "received": x.line.received, "returned": x.line.returned,
         "left": x.left,
         **({"amount": x.amount.amount, "billed": x.match.billed, "credited": x.match.credited, "difference": x.match.difference,
             "cause": x.match.cause} if priced else {})}
        for x in found.lines
    ]  # fmt: skip
    dues = [{"trigger": d.trigger, "day": d.day, "estimate": d.estimate, "amount": d.amount, "open": d.open}
            for d in found.standing.dues] if priced else []  # fmt: skip
    events = [
        {"at": e.at, "kind": e.kind, "state": e.state, "by": e.by, "document": e.document, "number": e.number,
         "units": e.units, "on": e.on, "reason": e.reason, "step": e.step,
         **(_money(e.money) if priced else {})}
        for e in found.events
    ]  # fmt: skip
    told = {
        "number": number, "supplier": found.facts.supplier, "state": found.standing.state, "next": found.standing.next,
        "expected": found.standing.expected, "currency": found.facts.currency, "lines": lines, "dues": dues, "events": events,
        **({"to_pay": found.to_pay.amount} if priced else {}),
    }  # fmt: skip
    return answer(viewer, told)


class TermsIn(Schema):
    """Terms from a day on (today unless said); shares add up to 10,000, or there are none."""

    terms: list[PaymentTerm] = []
    since: date | None = None
    over_bp: Annotated[int, Field(ge=0, le=10_000)] | None = None
    discount_bp: Annotated[int, Field(ge=0, le=10_000)] = 0
    discount_days: Annotated[int, Field(ge=0, le=365)] = 0


@buying.get("/suppliers/{path:code}/terms", response=list[Row], summary="What is agreed with a supplier")
def read_terms(request: HttpRequest, code: str) -> HttpResponse:
    """Payment terms, discount and tolerance by day, the newest first."""
    viewer = viewer_of(request)
    return answer(viewer, [_terms(one) for one in supplier_terms.read(viewer, code)])


@buying.put("/suppliers/{path:code}/terms", response=Row, summary="Agree terms with a supplier")
def set_terms(request: HttpRequest, code: str, told: TermsIn) -> HttpResponse:
    """They hold from their day on, for orders that state none themselves."""
    viewer = viewer_of(request)
    done = supplier_terms.agree(
        viewer, code, [term.model_dump() for term in told.terms], since=told.since, over_bp=told.over_bp,
        discount_bp=told.discount_bp, discount_days=told.discount_days, origin="api",
    )  # fmt: skip
    return answer(viewer, _terms(done))


def _terms(one: Agreed) -> Row:
    return {
        "since": one.since, "terms": [term.model_dump() for term in one.terms], "over_bp": one.over_bp,
        "discount_bp": one.discount_bp, "discount_days": one.discount_days,
    }  # fmt: skip


def _row(viewer: Viewer, row: order_pages.OrderRow) -> Row:
    told: Row = {
        "number": row.number, "supplier": row.supplier, "state": row.state, "next": row.next, "next_due": row.next_due,
        "expected": row.expected, "late_days": row.late_days, "open": row.open, "ordered_on": row.ordered_on,
        "units": row.units, "received": row.received, "differences": row.differences, "by": row.by,
    }  # fmt: skip
    if viewer.can("see_supplier_price"):
        told |= {"currency": row.amount.currency, "amount": row.amount.amount, "billed": row.billed.amount,
                 "paid": row.paid.amount, "to_pay": row.to_pay.amount}  # fmt: skip
    return told


def _money(money: Money | None) -> Row:
    return {"amount": None, "currency": ""} if money is None else {"amount": money.amount, "currency": money.currency}
