"""Costs beside bills, for programs: the reconciliation, variances by cause, what is not billed, exposure to exchange rates."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from entrepot.books.selectors import NotThere, paging, variance
from entrepot.books.selectors.reconciliation import Reconciled, reconciliation
from entrepot.books.selectors.shapes import Page
from entrepot.books.selectors.variance import UnbilledRow, VariancePage, VarianceWish
from entrepot.core.calendar import local_date
from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.api.reads import Cut
from entrepot.faces.api.security import viewer_of
from entrepot.faces.api.shapes import answer, schema_of
from entrepot.workflows import exchange

costing = Router()


class ExposureQuery(Schema):
    """Per cent: the change of the other currencies; interest and forwards as ``USD:5,CNY:3`` and ``CNY:0.1412``."""

    on: date | None = None
    change: Annotated[str, Field(max_length=12)] = "5"
    rates: Annotated[str, Field(max_length=200, description="yearly interest in per cent by currency")] = ""
    forwards: Annotated[str, Field(max_length=200, description="the bank's forwards, home for one of the currency")] = (
        ""
    )


class VarianceQuery(Cut):
    """Filter of the variances; months are whole."""

    by: Literal["bill", "cause", "supplier", "forwarder", "sku", "month", "component"] = "bill"
    start: date | None = None
    end: date | None = None
    cause: Literal["", "price", "quantity", "rate", "rule", "fx"] = ""
    supplier: Annotated[str, Field(max_length=120)] = ""
    component: Annotated[str, Field(max_length=40)] = ""
    text: Annotated[str, Field(max_length=120)] = ""


@costing.get("/reconciliation", response=schema_of(Reconciled), summary="All costs beside all bills")
def read_reconciliation(request: HttpRequest) -> HttpResponse:
    """Bills, accruals and credits by family beside where they stand, both views, imputed capital apart; the residue is 0."""
    viewer = viewer_of(request)
    found = reconciliation(viewer)
    if found is None:
        raise NotThere("reconciliation")
    return answer(viewer, found)


@costing.get("/variances", response=schema_of(VariancePage), summary="Bills beside what was accrued, by cause")
def read_variances(request: HttpRequest, query: Query[VarianceQuery]) -> HttpResponse:
    """Accrued, billed and the difference by price, quantity, rate, rule and exchange rate, grouped as asked."""
    viewer = viewer_of(request)
    wanted = VarianceWish(query.by, query.start, query.end, query.cause, query.supplier, query.component, query.text)
    return answer(viewer, variance.variances(viewer, wanted, query.slice if query.sort else None))


@costing.get("/unbilled", response=schema_of(Page[UnbilledRow]), summary="Costs without a bill, bills without payment")
def read_unbilled(
    request: HttpRequest, cut: Query[Cut], kind: Literal["", "accrued", "expected", "overdue"] = ""
) -> HttpResponse:
    """What moved and is not billed, monthly bills that stay away, bills behind their due day."""
    viewer = viewer_of(request)
    return answer(viewer, variance.unbilled(viewer, kind, cut.slice if cut.sort else None))


class ExposureOut(Schema):
    """Exposure by due week, exchange differences apart from prices, forward or spot, the cash cycle in days."""

    company: str
    home: str
    on: date
    weeks: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    differences: list[dict[str, Any]]
    hedges: list[dict[str, Any]]
    cash_to_cash: dict[str, float] | None


@costing.get("/fx-exposure", response=ExposureOut, summary="Exposure to exchange rates")
def read_exposure(request: HttpRequest, query: Query[ExposureQuery]) -> HttpResponse:
    """Unpaid parts of open orders in other currencies by due week; realised and unrealised differences; forward or spot."""
    viewer = viewer_of(request)
    on = query.on or local_date(paging.now(), viewer.company.zone)
    rates = {code: value / 100 for code, value in _pairs(query.rates).items()}
    change = _number(query.change) / 100
    found = exchange.of_viewer(viewer, on, change, rates, _pairs(query.forwards))
    cycle = found.cycle
    said = {
        "company": found.company, "home": found.home, "on": found.on, "weeks": list(found.exposure.rows),
        "orders": list(found.exposure.orders), "differences": list(found.differences),
        "hedges": [_plain(hedge) for hedge in found.hedges],
        "cash_to_cash": None if cycle is None else {
            "days": float(cycle.days), "inventory": float(cycle.inventory), "receivables": float(cycle.receivables),
            "payables": float(cycle.payables),
        },
    }  # fmt: skip
    return answer(viewer, said)


def _plain(hedge: exchange.Hedge) -> dict[str, Any]:
    """Rates as numbers, ways in minor units of the home currency."""
    choice = hedge.choice
    return {
        "currency": hedge.currency, "amount": hedge.amount, "days": hedge.days,
        "spot": None if hedge.spot is None else float(hedge.spot), "needs": list(hedge.needs),
        "parity_rate": None if choice is None else float(choice.parity_rate),
        "parity": None if choice is None else choice.parity, "spot_now": None if choice is None else choice.spot_now,
        "forward": None if choice is None else choice.forward, "bank_margin": None if choice is None else choice.bank_margin,
        "later": {} if choice is None else dict(choice.later),
    }  # fmt: skip


def _pairs(text: str) -> dict[str, Fraction]:
    """``USD:5,CNY:3`` by currency."""
    pairs = (part.partition(":") for part in text.split(",") if part.strip())
    return {code.strip().upper(): _number(value) for code, _, value in pairs}


def _number(text: str) -> Fraction:
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise ProblemError(Problem("not_a_number", "this is no number", "write it like 4.5", found=text)) from None
