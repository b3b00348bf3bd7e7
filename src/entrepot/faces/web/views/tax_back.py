"""Tax that comes back: the export rebate's sub-ledger and refunds of import duty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.books.selectors import naming
from entrepot.faces.web import recovery_columns as columns
from entrepot.faces.web import recovery_words as words
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.quoting import Form
from entrepot.faces.web.tables import Column, Table
from entrepot.faces.web.views.export import send
from entrepot.faces.web.views.recovery import refused, table, typed
from entrepot.workflows import recovery
from entrepot.workflows.rebates import RebateLedger

_KINDS = ("vat_invoice", "export_declaration", "rebate_claim", "rebate_settlement", "rebate_payment")
"""Documents of the sub-ledger, as the empty page offers their templates."""


def _asked(visit: Visit) -> tuple[Form, RebateLedger]:
    form = typed(visit)
    points = {name: form.decimal(name) for name in ("discount", "capital", "income_tax")}
    said = {name: None if value is None else min(round(value * 100), 10_000) for name, value in points.items()}
    terms = recovery.terms(discount_bp=said["discount"] or 0, income_tax_bp=said["income_tax"])
    return form, recovery.rebates(
        visit.viewer, recovery.today(visit.viewer), terms=terms, capital_bp=said["capital"] or 0
    )


def _parts(found: RebateLedger) -> dict[str, tuple[Callable[[], list[Column]], Sequence[Any], str, str]]:
    """Table → columns, rows, default order, caption."""
    names = naming.suppliers()

    def name(code: str) -> str:
        return names.get(code, code)

    lonely = [row for row in found.declarations if row.units > row.invoiced]
    return {
        "proposals": (columns.proposals, found.proposals, "deadline", _("Can be claimed now")),
        "invoices": (lambda: columns.open_invoices(name), found.invoices, "deadline", _("Invoices without claim")),
        "declarations": (columns.open_declarations, lonely, "deadline", _("Exports without invoice")),
        "claims": (columns.claim_sums, found.claims, "-outstanding", _("Claims and cash")),
        "lines": (lambda: columns.claims(name), found.lines, "-on", _("Lines of claims")),
        "suppliers": (lambda: columns.suppliers(name), found.suppliers, "-gross",
                      _("With an invoice or without")),
    }  # fmt: skip


def _table(visit: Visit, name: str, found: RebateLedger, *, everything: bool) -> Table:
    declared, rows, default, caption = _parts(found)[name]
    root = reverse("rebates").rstrip("/")
    return table(visit, name, declared(), rows, default, export=f"{root}/{name}", everything=everything,
                 caption=caption, prefix=f"{name[0]}{name[-2]}-")  # fmt: skip


@require_GET
@page
def rebates(visit: Visit) -> HttpResponseBase:
    """The sub-ledger."""
    if (page := refused(visit, "rebates")) is not None:
        return page
    form, found = _asked(visit)
    tables = [_table(visit, name, found, everything=False) for name in _parts(found)]
    ahead = [row.days for row in found.invoices if row.days is not None and row.days >= 0]
    return visit.page(
        "web/rebates.html", "rebates", tables=[one for one in tables if one.page.total], typed=form.typed,
        problems=form.problems, outstanding=list(found.outstanding.items()), waiting=list(found.claimable.items()),
        kept=list(found.kept.items()), first=min(ahead, default=None),
        empty=not any(one.page.total for one in tables), kinds=_KINDS,
    )  # fmt: skip


@require_GET
@page
def rebates_export(visit: Visit, name: str, suffix: str) -> HttpResponseBase:
    """One of the tables as a file."""
    visit.need("see_cost")
    found = _asked(visit)[1]
    if name not in _parts(found):
        raise Http404(name)
    return send(_table(visit, name, found, everything=True), suffix, visit.state.zone)


@require_GET
@page
def claim(visit: Visit) -> HttpResponseBase:
    """What can be claimed now, as a claim in the reader's language that imports as it is."""
    visit.need("see_cost")
    content = recovery.claim(visit.viewer, recovery.today(visit.viewer), words.language())
    if not content:
        raise Http404
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rebate-claim.csv"'
    return response


@require_GET
@page
def refunds(visit: Visit) -> HttpResponseBase:
    """Refunds of duty."""
    if (page := refused(visit, "duty-refunds")) is not None:
        return page
    rows = recovery.refunds(visit.viewer)
    shown = table(visit, "duty-refunds", columns.refunds(), rows, "-on", export=reverse("duty-refunds").rstrip("/"),
                  sums=("base",))  # fmt: skip
    return visit.page("web/duty_refunds.html", "duty-refunds", table=shown, total=sum(row.base for row in rows))


@require_GET
@page
def refunds_export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The refunds as a file."""
    visit.need("see_cost")
    rows = recovery.refunds(visit.viewer)
    return send(table(visit, "duty-refunds", columns.refunds(), rows, "-on", everything=True), suffix, visit.state.zone)


def _refund(visit: Visit, key: str, *, everything: bool) -> tuple[Any, Table]:
    row, fell = recovery.refund(visit.viewer, key)
    export = reverse("duty-refund", args=[key]).rstrip("/")
    return row, table(visit, "credited", columns.credited(), fell, "-total", export=export, everything=everything,
                      sums=("total", "sold", "on_hand"))  # fmt: skip


@require_GET
@page
def refund(visit: Visit, key: str) -> HttpResponseBase:
    """One refund, followed to the SKUs that bore the duty."""
    if (page := refused(visit, "duty-refunds")) is not None:
        return page
    row, shown = _refund(visit, key, everything=False)
    return visit.page("web/duty_refund.html", "duty-refunds", row=row, table=shown, sums=shown.page.sums)


@require_GET
@page
def refund_export(visit: Visit, key: str, suffix: str) -> HttpResponseBase:
    """What fell on each SKU as a file."""
    visit.need("see_cost")
    return send(_refund(visit, key, everything=True)[1], suffix, visit.state.zone)
