"""All costs beside all bills, both views line by line; and what left without a sale, with what came back of it."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from entrepot.books.selectors import reconciliation as reads
from entrepot.books.selectors.reconciliation import Reconciled, ReconciledRow
from entrepot.books.selectors.shapes import Page
from entrepot.faces.web import families
from entrepot.faces.web.columns import sku_page
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Table, build, wish
from entrepot.faces.web.views.export import send

TOTALS: dict[str, Promise] = {
    "book": _("Book cost (IAS 2)"), "full": _("Full cost"), "all": _("Full cost with imputed capital"),
}  # fmt: skip
REASONS: dict[str, Promise] = {
    "write_off": _("lost or destroyed"), "use": _("used or given away"), "count_shortage": _("short in the count"),
}  # fmt: skip


def columns() -> list[Column]:
    """What came in, where it stands, what is left over."""

    def money(key: str, label: str | Promise, *, shown: bool = True) -> Column:
        return Column(
            key, label, "money", read=lambda r: getattr(r, key) or None, sort=False, optional=True, shown=shown
        )

    return [
        Column("family", _("Family"), read=_label, sort=False),
        money("bills", _("Bills")),
        money("accruals", _("Accruals")),
        money("credits", _("Credits")),
        money("internal", _("From sister companies")),
        money("sold", _("Sold")),
        money("left", _("Left otherwise")),
        money("on_hand", _("On hand")),
        money("unplaced", _("Without a unit")),
        money("recoverable", _("Recoverable tax")),
        Column("residue", _("Residue"), "money", read=_residue, sort=False, optional=True),
        Column("unit", _("A unit sold"), "money", sort=False, optional=True),
    ]


def _label(row: ReconciledRow) -> str:
    return str(TOTALS[row.kind]) if row.kind in TOTALS else families.label(row.family)


def _residue(row: ReconciledRow) -> int | None:
    return None if row.kind in ("imputed", "all") else row.residue


def loss_columns() -> list[Column]:
    """Losses by month, reason and SKU."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("name", _("Name")),
        Column("month", _("Month")),
        Column("reason", _("Reason"), read=lambda r: str(REASONS.get(r.reason, r.reason))),
        Column("units", _("Units"), "units"),
        Column("landed", _("Had cost"), "money"),
        Column("disposal", _("Disposal"), "money", read=lambda r: r.disposal or None, optional=True),
        Column("repaid", _("Paid back"), "money", read=lambda r: r.repaid or None, optional=True),
        Column("loss", _("Stays as loss"), "money"),
        Column("missing", _("Without cost"), "units", shown=False),
    ]


def _families(visit: Visit, found: Reconciled) -> Table:
    declared = columns()
    rows = Page(list(found.rows), len(found.rows))
    return build("reconciliation", declared, rows, wish(visit.request, declared, ""), visit.viewer, found.currency,
                 export=reverse("reconciliation") + "families", paged=False)  # fmt: skip


def _losses(visit: Visit, *, everything: bool) -> Table:
    declared = loss_columns()
    view = wish(visit.request, declared, "-loss", prefix="loss-")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    rows = reads.losses(visit.viewer, part)
    return build("losses", declared, rows, view, visit.viewer, visit.state.currency,
                 export=reverse("reconciliation") + "losses")  # fmt: skip


@require_GET
@page
def reconciliation(visit: Visit) -> HttpResponseBase:
    """The page."""
    if not visit.viewer.can("see_cost"):
        return visit.page("web/no_cost.html", "cost", status=403)
    found = reads.reconciliation(visit.viewer)
    return visit.page(
        "web/reconciliation.html", "cost", found=found, table=_families(visit, found) if found else None,
        losses=_losses(visit, everything=False),
    )  # fmt: skip


@require_GET
@page
def export(visit: Visit, name: str, suffix: str) -> HttpResponseBase:
    """One of the two tables as a file."""
    visit.need("see_cost")
    if name == "losses":
        return send(_losses(visit, everything=True), suffix, visit.state.zone)
    found = reads.reconciliation(visit.viewer)
    if found is None:
        raise Http404(name)
    return send(_families(visit, found), suffix, visit.state.zone)
