"""Costs beside bills, for programs: the reconciliation, variances by cause, what is not billed, exposure to exchange rates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from entrepot.books.selectors import NotThere, variance
from entrepot.books.selectors.reconciliation import Reconciled, reconciliation
from entrepot.books.selectors.shapes import Page
from entrepot.books.selectors.variance import UnbilledRow, VariancePage, VarianceWish
from entrepot.faces.api.reads import Cut
from entrepot.faces.api.security import viewer_of
from entrepot.faces.api.shapes import answer, schema_of

costing = Router()


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
