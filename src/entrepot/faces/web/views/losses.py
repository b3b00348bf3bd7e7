"""Losses and claims: what was lost, what was repaid for it, what stays, and until when the rest can be claimed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
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
_SUMS = ("units", "repaid_units", "landed", "back", "repaid", "derived", "remainder", "expected")
NAMES = ("claims", "losses", "reimbursements")


def _chosen(found: Losses, form: Form) -> list[LossRow]:
    text, state, cause = form.text("q").casefold(), form.text("state"), form.text("cause")
    return [
        row
        for row in found.rows
        if text in f"{row.sku}\n{row.name}\n{row.name_zh}\n{row.number}".casefold()
        and (not state or row.state == state or (state == "claimable" and row.payer and row.state in CLAIMABLE))
        and (not cause or row.cause == cause)
    ]


def _tables(visit: Visit, *, everything: str = "") -> tuple[Form, dict[str, Table], Losses]:
    form, names = typed(visit), naming.places()
    found = told.losses(visit.viewer, settings.HOME, recovery.today(visit.viewer))

    def place(code: str) -> str:
        return names.get(code, code)

    root = reverse("losses").rstrip("/")
    text = form.text("q").casefold()
    loose = [row for row in found.left if text in f"{row.sku}\n{row.number}\n{row.order}".casefold()]
    chosen = _chosen(found, form)
    open_ = [row for row in chosen if row.payer and row.state in CLAIMABLE]
    shown = {
        "claims": table(visit, "claims", columns.claims(place), open_, "days", export=f"{root}/claims",
                        everything=everything == "claims", prefix="c-", sums=("open", "expected"), caption=str(_("To claim"))),
        "losses": table(visit, "losses", columns.losses(place), chosen, "-on", export=f"{root}/losses",
                        everything=everything == "losses", sums=_SUMS, caption=str(_("All losses"))),
        "reimbursements": table(visit, "reimbursements", columns.left(place), loose, "-on", export=f"{root}/reimbursements",
                                everything=everything == "reimbursements", prefix="r-", sums=("amount",),
                                caption=str(_("Reimbursements without a loss"))),
    }  # fmt: skip
    return form, shown, found


def _head(found: Losses) -> dict[str, Any]:
    due = [row for row in found.rows if row.key in found.due]
    lapsed = [row for row in found.rows if row.state == "lapsed"]
    open_ = [row for row in found.rows if row.payer and row.state in CLAIMABLE]
    return {
        "due": due, "due_units": sum(r.open for r in due), "due_sum": sum(r.expected or 0 for r in due),
        "open": open_, "open_sum": sum(r.expected or 0 for r in open_), "gain": found.total("gain"),
        "lapsed": len(lapsed), "landed": found.total("landed"), "repaid": found.total("repaid") + found.total("derived"),
        "remainder": found.total("remainder"), "units": found.total("units"),
        "unknown": sum(1 for r in found.rows if r.landed is None),
    }  # fmt: skip


@require_GET
@page
def losses(visit: Visit) -> HttpResponseBase:
    """The page: for everybody who may see stock; amounts only for who may see cost."""
    form, shown, found = _tables(visit)
    return visit.page(
        "web/losses.html", "losses", tables=shown, typed=form.typed, problems=form.problems,
        states=[("claimable", ""), *words.STATES.items()], causes=list(words.CAUSES.items()), sees=visit.viewer.can("see_cost"),
        soon=told.SOON, **_head(found),
    )  # fmt: skip


@require_GET
@page
def export(visit: Visit, name: str, suffix: str) -> HttpResponse | HttpResponseBase:
    """One of the tables as a file."""
    if name not in NAMES:
        raise Http404(name)
    return send(_tables(visit, everything=name)[1][name], suffix, visit.state.zone)
