"""Losses and claims: what was lost, what was repaid for it, what stays, and until when the rest can be claimed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from entrepot.books.selectors import naming
from entrepot.faces.web import loss_columns as columns
from entrepot.faces.web import loss_words as words
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.quoting import Form
from entrepot.faces.web.tables import Table
from entrepot.faces.web.views.export import send
from entrepot.faces.web.views.recovery import table, typed
from entrepot.workflows import losses as told
from entrepot.workflows import recovery
from entrepot.workflows.losses import Losses, LossRow

CLAIMABLE = ("open", "due", "part", "no_term")
_SUMS = ("units", "repaid_units", "landed", "repaid", "derived", "remainder", "expected")


def _chosen(found: Losses, form: Form) -> list[LossRow]:
    text, state, cause = form.text("q").casefold(), form.text("state"), form.text("cause")
    return [
        row
        for row in found.rows
        if text in f"{row.sku}\n{row.name}\n{row.name_zh}\n{row.number}".casefold()
        and (not state or row.state == state or (state == "claimable" and row.payer and row.state in CLAIMABLE))
        and (not cause or row.cause == cause)
    ]


def _tables(visit: Visit, *, everything: str = "") -> tuple[Form, Table, Table, Losses]:
    form, names = typed(visit), naming.places()
    found = told.losses(visit.viewer, settings.HOME, recovery.today(visit.viewer))

    def place(code: str) -> str:
        return names.get(code, code)

    root = reverse("losses").rstrip("/")
    text = form.text("q").casefold()
    loose = [row for row in found.left if text in f"{row.sku}\n{row.number}\n{row.order}".casefold()]
    rows = table(visit, "losses", columns.losses(place), _chosen(found, form), "-on", export=f"{root}/losses",
                 everything=everything == "losses", sums=_SUMS)  # fmt: skip
    left = table(visit, "reimbursements", columns.left(place), loose, "-on", export=f"{root}/reimbursements",
                 everything=everything == "reimbursements", prefix="r-", sums=("amount",))  # fmt: skip
    return form, rows, left, found


def _head(found: Losses) -> dict[str, Any]:
    due = [row for row in found.rows if row.key in found.due]
    lapsed = [row for row in found.rows if row.state == "lapsed"]
    return {
        "due": due, "due_units": sum(r.units - r.repaid_units for r in due), "due_sum": sum(r.expected or 0 for r in due),
        "lapsed": len(lapsed), "landed": found.total("landed"), "repaid": found.total("repaid") + found.total("derived"),
        "remainder": found.total("remainder"), "units": found.total("units"),
        "goods_only": sum(sum((r.left or {}).values()) for r in found.rows if r.state == "paid"),
        "unknown": sum(1 for r in found.rows if r.landed is None),
    }  # fmt: skip


@require_GET
@page
def losses(visit: Visit) -> HttpResponseBase:
    """The page: for everybody who may see stock; amounts only for who may see cost."""
    form, rows, left, found = _tables(visit)
    return visit.page(
        "web/losses.html", "losses", table=rows, left=left, typed=form.typed, problems=form.problems,
        states=[("claimable", ""), *words.STATES.items()], causes=list(words.CAUSES.items()), sees=visit.viewer.can("see_cost"),
        soon=told.SOON, **_head(found),
    )  # fmt: skip


@require_GET
@page
def export(visit: Visit, name: str, suffix: str) -> HttpResponse | HttpResponseBase:
    """One of the two tables as a file."""
    if name not in ("losses", "reimbursements"):
        raise Http404(name)
    _form, rows, left, _found = _tables(visit, everything=name)
    return send(rows if name == "losses" else left, suffix, visit.state.zone)
