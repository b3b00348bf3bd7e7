"""Months for programs: the list, one month with its checklist, the roll-forward, what came late, vouchers as files, report and
close."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from entrepot.books.access import Viewer
from entrepot.books.facts import FOREVER
from entrepot.books.selectors import NotThere
from entrepot.books.selectors import jobs as work
from entrepot.books.selectors import months as reading
from entrepot.books.selectors.health_shapes import Job
from entrepot.books.selectors.months import ClosingMonth, GroupStock, MonthPage, RollRow, Underway
from entrepot.core.calendar import local_date, midnight
from entrepot.core.errors import Problem, ProblemError
from entrepot.faces import worker
from entrepot.faces.api.security import viewer_of
from entrepot.faces.api.shapes import answer, schema_of
from entrepot.workflows.account_map import account_map
from entrepot.workflows.capitalise import Treatment, capitalise, treatments
from entrepot.workflows.clock import now
from entrepot.workflows.late_facts import LateFacts, late_facts
from entrepot.workflows.voucher_files import LAYOUTS, voucher_files
from entrepot.workflows.vouchers import vouchers

months = Router()


@months.get("/months", response=list[schema_of(ClosingMonth)], summary="Months of the company")
def read_months(request: HttpRequest) -> HttpResponse:
    """Every month with its state, units and value at its end, the newest first."""
    viewer = _viewer(request)
    return answer(viewer, reading.months(viewer))


@months.get("/months/{which}", response=schema_of(MonthPage), summary="One month")
def read_month(request: HttpRequest, which: str) -> HttpResponse:
    """Checklist, totals and vouchers of a month, as it was put together or reported."""
    viewer = _viewer(request)
    return answer(viewer, reading.month_page(viewer, _first(which)))


@months.get("/months/{which}/roll-forward", response=list[schema_of(RollRow)], summary="Opening, in, out, closing")
def read_roll_forward(request: HttpRequest, which: str) -> HttpResponse:
    """Per SKU and place, in units and money: the twin of ``entrepot roll-forward``."""
    viewer = _viewer(request)
    return answer(viewer, reading.roll_rows(viewer, _first(which)))


@months.get("/months/{which}/cut-off", response=list[schema_of(Underway)], summary="Goods under way at a month's end")
def read_cut_off(request: HttpRequest, which: str) -> HttpResponse:
    """Whose they were, at what price, and which paper proves it: the twin of ``entrepot cut-off``, as put together."""
    viewer = _viewer(request)
    return answer(viewer, reading.month_page(viewer, _first(which)).cut_off)


@months.get("/months/{which}/group-value", response=list[schema_of(GroupStock)], summary="Stock of all companies")
def read_group_value(request: HttpRequest, which: str) -> HttpResponse:
    """Per company and SKU at what outsiders were paid, free of profit between the companies: the twin of ``group-value``.

    In the looked at company's currency, as the month was put together; only for who may look at every company.
    """
    viewer = _viewer(request)
    if viewer.companies is not None:
        raise ProblemError(
            Problem(
                "not_allowed", "the group's value shows every company", "ask who may look at all of them",
                found="companies",
            )
        )  # fmt: skip
    reading.month_page(viewer, _first(which))
    return answer(viewer, reading.month_group(viewer, _first(which)))


@months.get("/months/{which}/late-facts", response=schema_of(LateFacts), summary="As reported and as known")
def read_late_facts(request: HttpRequest, which: str, known: date | None = None) -> HttpResponse:
    """A closed month as reported and as known (until the end of the day ``known``): the twin of ``entrepot late-facts``."""
    viewer = _viewer(request)
    _first(which)
    if viewer.locations is not None:
        raise ProblemError(
            Problem("not_allowed", "a month is the whole company's", "ask someone who sees all of its places")
        )
    until = FOREVER if known is None else midnight(known + timedelta(1), viewer.company.zone) - 1
    return answer(viewer, late_facts(viewer.company.code, which, known=until))


@months.get("/months/{which}/vouchers/{layout}", summary="Vouchers as an accounting program imports them")
def read_vouchers(request: HttpRequest, which: str, layout: str) -> HttpResponse:
    """A CSV, or several in a zip: the twin of ``entrepot vouchers``. ``layout``: generic, kingdee, yonyou or xero."""
    viewer = _viewer(request)
    _first(which)
    if layout not in LAYOUTS:
        raise NotThere(f"layout {layout}")
    company = viewer.company.code
    files = voucher_files(vouchers(company, which), layout, account_map(settings.HOME, company))
    if len(files) == 1:
        return _file(files[0].name, files[0].content, "text/csv; charset=utf-8")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        for file in files:
            bundle.writestr(file.name, file.content)
    return _file(f"vouchers-{which}-{layout}.zip", stream.getvalue(), "application/zip")


@months.post("/months/{which}/{act}", response={202: schema_of(Job)}, summary="Put together or close a month")
def act_on_month(request: HttpRequest, which: str, act: Literal["report", "close"]) -> HttpResponse:
    """A job of the worker; while the same is under way for the month, that one is the answer."""
    viewer = _viewer(request)
    viewer.need("close")
    _first(which)
    kind = f"month_{act}"
    row = work.under_way(viewer, kind, month=which)
    if row is None:
        arguments = {"name": kind, "company": viewer.company.code, "month": which, "actor": viewer.name}
        row = worker.start(kind, arguments, viewer.name)
    return answer(viewer, work.shape(viewer, row), 202)


class PolicyIn(Schema):
    """A policy: which costs of buying are cost of the stock for goods that come from a day on."""

    since: date
    choices: dict[str, Literal["capitalise", "expense"]]
    reason: str = ""


@months.get("/capitalisation", response=list[schema_of(Treatment)], summary="Which costs of buying are capitalised")
def read_capitalisation(request: HttpRequest) -> HttpResponse:
    """How each component is treated today, and from which days otherwise: the twin of ``entrepot capitalise``."""
    viewer = _viewer(request)
    return answer(viewer, treatments(viewer.company.code, local_date(now(), viewer.company.zone)))


@months.post("/capitalisation", response={201: list[schema_of(Treatment)]}, summary="Decide what is capitalised")
def set_capitalisation(request: HttpRequest, told: PolicyIn) -> HttpResponse:
    """A new policy from a day on; what is not named stays as it is. The figures follow in the worker."""
    viewer = _viewer(request)
    viewer.need("close")
    number = capitalise(viewer.company.code, told.since, told.choices, actor=viewer.name, reason=told.reason)
    worker.start("revalue", {"name": number}, viewer.name)
    return answer(viewer, treatments(viewer.company.code, told.since), 201)


def _viewer(request: HttpRequest) -> Viewer:
    viewer = viewer_of(request)
    viewer.need("see_cost")
    return viewer


def _first(which: str) -> date:
    try:
        return date.fromisoformat(f"{which}-01")
    except ValueError:
        raise ProblemError(Problem("bad_month", "this is no month", "write it as 2026-01", found=which)) from None


def _file(name: str, content: str | bytes, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
