"""Closing months: the list, one month with checklist, roll-forward and vouchers, and the files for the accounts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.books.selectors.months import Underway
from entrepot.books.selectors.paging import cut
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import minor
from entrepot.faces.web import month_queries as queries
from entrepot.faces.web import month_words as words
from entrepot.faces.web.families import component as label_of
from entrepot.faces.web.families import label as family
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Table, build, wish
from entrepot.faces.web.views.export import send
from entrepot.workflows.late_facts import LateFacts
from entrepot.workflows.voucher_files import LAYOUTS

LATE_SHOWN = 20
"""Late documents that are listed; the others are counted."""
STARTS = {"report": "month_report", "close": "month_close", "compare": "late_facts"}
"""Acts that the worker does → kind of job."""
PROGRAMS = {"generic": _("All columns (CSV)"), "kingdee": "金蝶 Kingdee", "yonyou": "用友 Yonyou", "xero": "Xero"}


def list_columns() -> list[Column]:
    """Months."""
    return [
        Column(
            "month",
            _("Month"),
            read=lambda r: f"{r.month:%Y-%m}",
            href=lambda r: reverse("month", args=[f"{r.month:%Y-%m}"]),
        ),
        Column("state", _("State"), read=lambda r: str(words.STATES[r.state]), sort=False),
        Column("closed_at", _("Since"), "instant", optional=True),
        Column("closed_by", _("By"), optional=True),
        Column("units", _("Units at its end"), "units", optional=True),
        Column("value", _("Stock at its end"), "money", optional=True),
        Column("made_at", _("Put together"), "instant", optional=True),
    ]


def roll_columns() -> list[Column]:
    """Roll-forward per SKU and place."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: reverse("sku", args=[r.sku])),
        Column("name", _("Name"), shown=False),
        Column("place", _("Location")),
        Column("opening_units", _("Opening units"), "units"),
        Column("opening", _("Opening"), "money"),
        Column("adjustment_units", _("Units by late facts"), "units", shown=False),
        Column("adjustment", _("Late facts"), "money", shown=False),
        Column("in_units", _("Units in"), "units"),
        Column("in_amount", _("In"), "money"),
        Column("out_units", _("Units out"), "units"),
        Column("out_amount", _("Out"), "money"),
        Column("closing_units", _("Closing units"), "units"),
        Column("closing", _("Closing"), "money"),
    ]


def cut_columns() -> list[Column]:
    """Goods under way at the month's end."""
    return [
        Column("whose", _("Whose"), read=lambda r: str(words.WHOSE[r.owned])),
        Column("order", _("Purchase order")),
        Column("supplier", _("Supplier"), optional=True),
        Column("incoterm", _("Incoterm")),
        Column("shipment", _("Shipment")),
        Column("sku", _("SKU"), "sku", href=lambda r: reverse("sku", args=[r.sku])),
        Column("units", _("Units"), "units"),
        Column("amount", _("Book cost or price"), "money"),
        Column("stage", _("Where"), read=lambda r: str(words.STAGES[r.stage])),
        Column("since", _("Ours since")),
        Column("paper", _("Proof"), read=words.proof),
    ]


def group_columns() -> list[Column]:
    """Stock of all companies at the month's end."""
    return [
        Column("company", _("Company")),
        Column("sku", _("SKU"), "sku", href=lambda r: reverse("sku", args=[r.sku])),
        Column("units", _("Units"), "units"),
        Column("missing", _("Units without cost"), "units", shown=False),
        Column("carried", _("In the companies' books"), "money"),
        Column("paid", _("Paid to outsiders"), "money"),
        Column("profit", _("Profit within the group"), "money"),
    ]


def late_columns() -> list[Column]:
    """SKUs that late facts changed."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: reverse("sku", args=[r.sku]), sort=False),
        Column("stock", _("Stock changed by"), "money", sort=False),
        Column("left", _("Cost of what had left changed by"), "money", sort=False),
    ]


SUMS = (
    "opening_units", "opening", "adjustment_units", "adjustment", "in_units", "in_amount", "out_units", "out_amount",
    "closing_units", "closing",
)  # fmt: skip


@require_GET
@page
def months(visit: Visit) -> HttpResponseBase:
    """All months of the company."""
    if not visit.viewer.can("see_cost"):
        return visit.page("web/no_cost.html", "close", status=403)
    declared = list_columns()
    view = wish(visit.request, declared, "-month")
    found = cut(queries.months(visit.viewer), view.slice)
    table = build("months", declared, found, view, visit.viewer, visit.state.currency)
    return visit.page(
        "web/months.html", "close", table=table, jobs=queries.running(visit.viewer),
        treatments=[(row, label_of(row.component)) for row in queries.treatments(visit.viewer)],
        may_close=visit.viewer.can("close"),
    )  # fmt: skip


@require_POST
@page
def treat(visit: Visit) -> HttpResponseBase:
    """A new policy of what is capitalised, from a day on."""
    form = visit.request.POST
    before = {row.component: row.treatment for row in queries.treatments(visit.viewer)}
    choices = {name: told for name in before if (told := form.get(name, "")) and told != "keep"}
    try:
        since = date.fromisoformat(form.get("since", ""))
    except ValueError:
        problem = Problem("no_day", gettext("this is no day"), gettext("write it as 2026-07-01"), field="since")
        raise ProblemError(problem) from None
    number = queries.treat(visit.viewer, since, choices, form.get("reason", "").strip())
    messages.success(visit.request, gettext("%(number)s stands; the figures follow.") % {"number": number})
    return HttpResponseRedirect(reverse("close"))


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Http404(text) from error


def _rolled(visit: Visit, which: date, *, everything: bool) -> Table:
    declared = roll_columns()
    view = wish(visit.request, declared, "-closing")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    found = cut(queries.rows(visit.viewer, which), part, sums=SUMS)
    export = reverse("month", args=[f"{which:%Y-%m}"]) + "roll-forward"
    return build("roll-forward", declared, found, view, visit.viewer, visit.state.currency, export=export)


def _cut_off(visit: Visit, which: date, rows: Sequence[Underway], *, everything: bool) -> Table:
    declared = cut_columns()
    view = wish(visit.request, declared, "order", prefix="cut-")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    found = cut(list(rows), part, sums=("units", "amount"))
    export = reverse("month", args=[f"{which:%Y-%m}"]) + "cut-off"
    return build("cut-off", declared, found, view, visit.viewer, visit.state.currency, export=export)


def _group(visit: Visit, which: date, *, everything: bool) -> Table:
    declared = group_columns()
    view = wish(visit.request, declared, "-profit", prefix="group-")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    found = cut(queries.group(visit.viewer, which), part, sums=("units", "missing", "carried", "paid", "profit"))
    export = reverse("month", args=[f"{which:%Y-%m}"]) + "group"
    return build("group", declared, found, view, visit.viewer, visit.state.currency, export=export)


@require_GET
@page
def month(visit: Visit, which: str) -> HttpResponseBase:
    """One month."""
    if not visit.viewer.can("see_cost"):
        return visit.page("web/no_cost.html", "close", status=403)
    first = _month(which)
    found = queries.month(visit.viewer, first)
    named = queries.accounts(visit.viewer)
    return visit.page(
        "web/month.html",
        "close",
        found=found,
        which=which,
        state=visit.state,
        named=str(words.STATES[found.row.state]),
        together=found.row.closed_with if found.row.closed_with != which else "",
        steps=[(str(words.STEPS.get(t.step, t.step)), t, t.step in ("opening", "closing")) for t in found.totals],
        checks=[(str(words.CHECKS[c.code]), c, words.ANCHORS.get(c.code, "")) for c in found.checks],
        vouchers=[
            (str(words.VOUCHERS[v.kind]), v, [(*named[line.account], line) for line in v.entries])
            for v in found.vouchers
        ],
        left=sum(not c.done for c in found.checks),
        table=_rolled(visit, first, everything=False),
        under_way=_cut_off(visit, first, found.cut_off, everything=False) if found.cut_off else None,
        group=_group(visit, first, everything=False) if found.group else None,
        worth=[(row, str(words.CONFIDENCE[row.confidence])) for row in found.realisable],
        jobs=queries.running(visit.viewer),
        may_close=visit.viewer.can("close"),
        whole=visit.viewer.locations is None,
        programs=PROGRAMS,
    )


@dataclass(frozen=True, slots=True)
class _Changed:
    """An SKU whose stock at the month's end, or whose cost of what had left by then, is another one now."""

    sku: str
    stock: int
    left: int


def _late_skus(visit: Visit, which: str, found: LateFacts, *, everything: bool) -> Table:
    """Those most changed; all of them in the file."""
    declared = late_columns()
    view = wish(visit.request, declared, "", prefix="late-")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS if everything else LATE_SHOWN)
    rows = cut([_Changed(*row) for row in found.skus], part, sums=("stock", "left"))
    export = reverse("month", args=[which]) + "late-skus"
    return build("late", declared, rows, view, visit.viewer, visit.state.currency, export=export, paged=False)


@require_GET
@page
def late(visit: Visit, which: str) -> HttpResponseBase:
    """What became known after the closing: a piece of the month's page, or a page of its own."""
    if not visit.viewer.can("see_cost"):
        return visit.page("web/no_cost.html", "close", status=403)
    first = _month(which)
    since = queries.late_papers(visit.viewer, first)
    worked = queries.late(visit.viewer, first, since.reported_at)
    found, at = worked or (None, None)
    told: dict[str, Any] = {
        "which": which, "count": since.documents, "found": found, "at": at, "months": since.months,
        "papers": [(p, date.fromisoformat(p.happened), date.fromisoformat(p.known)) for p in since.papers[:LATE_SHOWN]],
        "more": since.documents - found.documents if found else 0, "busy": queries.comparing(visit.viewer, first),
        "jobs": [] if visit.swaps else queries.running(visit.viewer),
        "rows": [(family(row.family) if row.family else gettext("In all"), row, not row.family) for row in found.rows]
        if found else [],
        "table": _late_skus(visit, which, found, everything=False) if found and found.skus else None,
    }  # fmt: skip
    if visit.swaps:
        return visit.part("web/_late_facts.html", **told)
    return visit.page("web/late_facts.html", "close", **told)


@require_GET
@page
def late_export(visit: Visit, which: str, suffix: str) -> HttpResponseBase:
    """SKUs that late facts changed as a file."""
    first = _month(which)
    worked = queries.late(visit.viewer, first, queries.late_papers(visit.viewer, first).reported_at)
    if worked is None:
        raise Http404(which)
    return send(_late_skus(visit, which, worked[0], everything=True), suffix, visit.state.zone)


@require_GET
@page
def export(visit: Visit, which: str, suffix: str) -> HttpResponseBase:
    """The roll-forward as a file."""
    visit.need("see_cost")
    return send(_rolled(visit, _month(which), everything=True), suffix, visit.state.zone)


@require_GET
@page
def cut_off(visit: Visit, which: str, suffix: str) -> HttpResponseBase:
    """Goods under way at the month's end as a file."""
    visit.need("see_cost")
    first = _month(which)
    rows = queries.month(visit.viewer, first).cut_off
    return send(_cut_off(visit, first, rows, everything=True), suffix, visit.state.zone)


@require_GET
@page
def group(visit: Visit, which: str, suffix: str) -> HttpResponseBase:
    """Stock of all companies at the month's end as a file."""
    visit.need("see_cost")
    return send(_group(visit, _month(which), everything=True), suffix, visit.state.zone)


@require_GET
@page
def vouchers(visit: Visit, which: str, layout: str) -> HttpResponseBase:
    """The month's vouchers in the layout of an accounting program; several files come zipped."""
    if layout not in LAYOUTS:
        raise Http404(layout)
    files = queries.files(visit.viewer, _month(which), layout)
    name, content, kind = files[0].name, files[0].content, "text/csv"
    if len(files) > 1:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
            for file in files:
                bundle.writestr(file.name, file.content)
        name, content, kind = f"vouchers-{which}-{layout}.zip", stream.getvalue(), "application/zip"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _typed(visit: Visit) -> dict[str, tuple[int, str]]:
    """SKU → value of all its units in minor units, and the reason, where somebody typed one."""
    form, currency = visit.request.POST, visit.state.currency
    found: dict[str, tuple[int, str]] = {}
    for sku, text, reason in zip(form.getlist("sku"), form.getlist("value"), form.getlist("reason"), strict=True):
        if not text.strip():
            continue
        try:
            found[sku] = (minor(text.strip().replace(",", ""), currency), reason)
        except ValueError:
            raise ProblemError(
                Problem("no_amount", "this is no amount", "write it as 1234.50", field="value", found=text[:40])
            ) from None
    return found


@require_POST
@page
def act(visit: Visit, which: str, action: str) -> HttpResponseBase:
    """Put together, close, ask to open again, or answer such a request."""
    first = _month(which)
    key = visit.request.POST.get("request", "")
    if action in STARTS:
        if not queries.start(visit.viewer, STARTS[action], first):
            messages.info(visit.request, gettext("This is under way already."))
    elif action == "ask":
        queries.ask(visit.viewer, first, visit.request.POST.get("reason", ""))
    elif action == "write-down":
        number = queries.write_down(visit.viewer, first, _typed(visit))
        messages.success(
            visit.request, gettext("%(number)s stands. Put the month together again to see it.") % {"number": number}
        )
    elif key.isascii() and key.isdigit():
        queries.answer(visit.viewer, int(key), grant=action == "grant")
    return HttpResponseRedirect(reverse("month", args=[which]))
