"""The part of the what-if page about storage fees: another table or a per cent, and what it costs the stock, lot by lot."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from entrepot.books.selectors.paging import cut
from entrepot.core.errors import ProblemError
from entrepot.faces.web import recovery_words as words
from entrepot.faces.web import rule_queries
from entrepot.faces.web.columns import SEE_COST
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.quoting import Form
from entrepot.faces.web.recovery_columns import own_money
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Table, build, wish
from entrepot.faces.web.views.export import send

NAMES: dict[str, str | Promise] = {
    "monthly_storage": _("monthly storage"),
    "monthly_storage_dangerous_goods": _("monthly storage of dangerous goods"),
    "storage_utilization_surcharge": _("surcharge by weeks of cover"),
    "storage_overage": _("storage above the limit"),
    "aged_inventory_surcharge": _("surcharge by age"),
}
OWN_TABLE = "file"
"""What the form calls the seller's own table of next year, ``rules/next_fees.csv`` of his home."""


def choices() -> list[tuple[str, str]]:
    """Fees that can change, as value and words: the seller's own table first, where he has laid one into his home."""
    found = [(OWN_TABLE, str(_("the table next_fees.csv of your rules folder")))] if rule_queries.next_fees() else []
    return found + [
        (f"{place}:{fee}", f"{place} · {NAMES.get(fee, fee.replace('_', ' '))}")
        for place, fee in rule_queries.storage_fees()
    ]


def asked(form: Form) -> bool:
    """Whether a fee is to change."""
    return bool(form.text("fee")) and (form.text("fee") == OWN_TABLE or bool(form.text("feepercent")))


def columns() -> list[Column]:
    """Lots at the platforms, before and after."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: reverse("sku", args=[r.sku])),
        Column("marketplace", _("Marketplace")),
        Column("lot", _("Lot"), wrap=True),
        Column("received", _("Arrived"), "date"),
        Column("units", _("Units"), "units"),
        Column("before", _("Storage and age now"), "amount", read=own_money("before", estimate=True), needs=SEE_COST),
        Column("after", _("Storage and age after"), "amount", read=own_money("after", estimate=True), needs=SEE_COST),
        Column("effect", _("Added cost"), "amount", read=own_money("effect", estimate=True), needs=SEE_COST),
        Column("needs", _("Still needed"), read=lambda r: words.way_needs(r.needs), optional=True, wrap=True),
    ]


def table(visit: Visit, form: Form, *, everything: bool = False) -> Table | None:
    """The lots that a change of fees reaches; ``None`` where none is asked for, or it cannot be read (the form says why)."""
    if not asked(form):
        return None
    start = form.day("start") or timezone.localdate()
    change = "" if form.text("fee") == OWN_TABLE else f"{form.text('fee')}:{form.text('feepercent')}"
    try:
        told = rule_queries.fee_effect(visit.viewer, timezone.localdate(), change, start)
    except ProblemError as error:
        form.problems += error.problems
        return None
    declared = columns()
    view = wish(visit.request, declared, "-effect", prefix="f-")
    part = view.slice if not everything else type(view.slice)("effect", descending=True, limit=EXPORT_ROWS)
    rows = cut(
        list(told.lots), part,
        keys={n: lambda row, n=n: -1 if getattr(row, n) is None else getattr(row, n) for n in ("before", "after", "effect")},
        sums=("units",),
    )  # fmt: skip
    return build(
        "what-if-fees", declared, rows, view, visit.viewer, visit.state.currency, export=reverse("what-if") + "fees"
    )


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The lots as a file."""
    visit.need("see_cost")
    form = Form({key: value[:60] for key, value in visit.request.GET.items()})
    found = table(visit, form, everything=True)
    if found is None:
        raise Http404("fees") if not form.problems else ProblemError(*form.problems)
    return send(found, suffix, visit.state.zone)
