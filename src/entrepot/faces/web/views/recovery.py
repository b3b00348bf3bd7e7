"""Money that can be had back from goods and forwarders: bill audit, storage ahead, recover or dispose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.books.selectors import naming
from entrepot.books.selectors.paging import cut
from entrepot.books.selectors.shapes import Page
from entrepot.faces.web import recovery_columns as columns
from entrepot.faces.web import recovery_words as words
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.quoting import Form
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Table, build, wish
from entrepot.faces.web.views.export import send
from entrepot.workflows import recovery
from entrepot.workflows.bill_letter import written
from entrepot.workflows.recovery import audited_bill, audited_bills

_BACK = timedelta(days=182)


def table(
    visit: Visit, name: str, declared: Sequence[Column], rows: Sequence[Any], default: str, *, export: str = "",
    sums: Sequence[str] = (), everything: bool = False, caption: str = "", prefix: str = "",
) -> Table:  # fmt: skip
    """Rows in memory as a table of the pages."""
    view = wish(visit.request, declared, default, prefix=prefix)
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    keys = {column.key: column.value for column in declared if column.read is not None and column.kind != "amount"}
    found: Page[Any] = cut(rows, part, keys=keys, sums=sums)
    return build(name, declared, found, view, visit.viewer, visit.state.currency, export=export, caption=caption)


def typed(visit: Visit) -> Form:
    """What stands in the address."""
    return Form({key: value[:60] for key, value in visit.request.GET.items()})


def refused(visit: Visit, section: str) -> HttpResponseBase | None:
    """The page for who may not see cost."""
    return None if visit.viewer.can("see_cost") else visit.page("web/no_cost.html", section, status=403)


def _bills(visit: Visit, *, name: str, everything: bool) -> tuple[Form, Table, Table, Any]:
    form, today = typed(visit), recovery.today(visit.viewer)
    until, since = form.day("until") or today, form.day("since")
    since = since or until - _BACK
    found = audited_bills(visit.viewer, settings.HOME, min(since, until), max(since, until),
                          supplier=form.text("supplier"))  # fmt: skip
    lines = found.lines if form.text("all") else [line for line in found.lines if line.disputed]
    root, names = reverse("bill-audit").rstrip("/"), naming.suppliers()

    def name_of(code: str) -> str:
        return names.get(code, code)

    differences = table(visit, "disputes", columns.disputes(name_of), lines, "-amount", export=f"{root}/disputes",
                        everything=everything and name == "disputes", caption=_("Disputes"), prefix="d-")  # fmt: skip
    every = table(visit, "bills", columns.bills(name_of), found.bills, "-disputed", export=f"{root}/bills",
                  everything=everything and name == "bills", caption=_("Bills"), prefix="b-")  # fmt: skip
    return form, differences, every, found


@require_GET
@page
def bill_audit(visit: Visit) -> HttpResponseBase:
    """Disputes, and every bill of the period."""
    if (page := refused(visit, "bill-audit")) is not None:
        return page
    form, differences, bills, found = _bills(visit, name="", everything=False)
    return visit.page(
        "web/bill_audit.html", "bill-audit", differences=differences, bills=bills, typed=form.typed,
        problems=form.problems, disputed=found.disputed, compared=sum(1 for bill in found.bills if not bill.problem),
        total=len(found.bills),
    )  # fmt: skip


@require_GET
@page
def bill_audit_export(visit: Visit, name: str, suffix: str) -> HttpResponseBase:
    """Disputes or bills as a file."""
    visit.need("see_cost")
    if name not in ("disputes", "bills"):
        raise Http404(name)
    _form, differences, bills, _found = _bills(visit, name=name, everything=True)
    return send(differences if name == "disputes" else bills, suffix, visit.state.zone)


@require_GET
@page
def bill(visit: Visit, key: str) -> HttpResponseBase:
    """One bill: its differences, what the card says, and the letter."""
    if (page := refused(visit, "bill-audit")) is not None:
        return page
    found = audited_bill(visit.viewer, settings.HOME, key)
    company = dict(naming_of(visit)).get(visit.state.company, visit.state.company)
    lines = table(visit, "differences", columns.disputes(str)[1:7], found.lines, "-amount")
    return visit.page(
        "web/audited_bill.html", "bill-audit", bill=found, lines=lines, problem=words.problem(found.problem),
        forwarder=naming.suppliers().get(found.supplier, found.supplier),
        letter=written(found, company, words.language()),
    )  # fmt: skip


def naming_of(visit: Visit) -> list[tuple[str, str]]:
    """Codes and names of the companies on offer."""
    return [(company.code, company.name) for company in visit.viewer.offered]


@require_GET
@page
def letter(visit: Visit, key: str) -> HttpResponseBase:
    """The dispute as a text file in the reader's language."""
    visit.need("see_cost")
    found = audited_bill(visit.viewer, settings.HOME, key)
    text = written(found, dict(naming_of(visit)).get(visit.state.company, ""), words.language())
    if not text:
        raise Http404(key)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    name = "".join(c if c.isalnum() or c in "-_" else "-" for c in found.number)
    response["Content-Disposition"] = f'attachment; filename="dispute-{name}.txt"'
    return response


def _storage(visit: Visit, *, everything: bool) -> tuple[Form, Table, Any, date]:
    form, on = typed(visit), recovery.today(visit.viewer)
    days = min(form.number("days") or 180, 730)
    found = recovery.storage(visit.viewer, settings.HOME, on, days, sku=form.text("sku"))
    rows = [lot for lot in found.lots if form.text("q").casefold() in lot.sku.casefold()]
    shown = table(visit, "storage", columns.lots(on), rows, "-amount", export=reverse("storage").rstrip("/"),
                  everything=everything, sums=("units",))  # fmt: skip
    return form, shown, found, on


@require_GET
@page
def storage(visit: Visit) -> HttpResponseBase:
    """What the platform's stock will cost if it sells as forecast; one SKU with its fees month by month."""
    if (page := refused(visit, "storage")) is not None:
        return page
    form, shown, found, on = _storage(visit, everything=False)
    totals: dict[str, list[int]] = {}
    for lot in found.lots:
        if lot.amount is not None:
            sums = totals.setdefault(lot.currency, [0, 0])
            sums[0] += lot.amount
            sums[1] += lot.surcharge or 0
    one = form.text("sku")
    fees = [
        (lot, table(visit, "fees", columns.fees(), lot.fees, "", prefix=f"f{n}-"))
        for n, lot in enumerate(found.lots) if one
    ][:50]  # fmt: skip
    return visit.page(
        "web/storage.html", "storage", table=shown, typed=form.typed, problems=form.problems, one=one, on=on, fees=fees,
        totals=[(amount, aged, currency) for currency, (amount, aged) in totals.items()], ageless=found.ageless,
        unverified=sorted({rate for lot in found.lots for need in lot.needs if (rate := words.unverified(need))}),
        unknown=sum(1 for lot in found.lots if lot.amount is None), days=form.text("days") or "180",
    )  # fmt: skip


@require_GET
@page
def storage_export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The lots as a file."""
    visit.need("see_cost")
    return send(_storage(visit, everything=True)[1], suffix, visit.state.zone)


def _unsalable(visit: Visit, *, everything: bool) -> tuple[Form, Table, Sequence[Any]]:
    form = typed(visit)
    names = naming.places()
    rows = recovery.unsalable(visit.viewer, settings.HOME, recovery.today(visit.viewer))
    text = form.text("q").casefold()
    rows = tuple(r for r in rows if text in r.sku.casefold() or text in r.name.casefold())
    shown = table(visit, "salvage", columns.unsalable(lambda code: names.get(code, code)), rows, "-gain",
                  export=reverse("salvage").rstrip("/"), everything=everything,
                  sums=("units", "net", "gain", "carrying"))  # fmt: skip
    return form, shown, rows


@require_GET
@page
def salvage(visit: Visit) -> HttpResponseBase:
    """Unsalable goods with the way out that costs least or brings most."""
    if (page := refused(visit, "salvage")) is not None:
        return page
    form, shown, rows = _unsalable(visit, everything=False)
    return visit.page(
        "web/salvage.html", "salvage", table=shown, typed=form.typed, decided=[r for r in rows if r.best],
        undecided=sum(1 for r in rows if not r.best), gain=sum(r.gain or 0 for r in rows),
        carrying=sum(r.carrying or 0 for r in rows),
    )  # fmt: skip


@require_GET
@page
def salvage_export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The lots as a file."""
    visit.need("see_cost")
    return send(_unsalable(visit, everything=True)[1], suffix, visit.state.zone)


@require_GET
@page
def salvage_lot(visit: Visit) -> HttpResponseBase:
    """One lot: every way out with its lines, best first."""
    if (page := refused(visit, "salvage")) is not None:
        return page
    form = typed(visit)
    wanted = (visit.request.GET.get("sku", "")[:120], form.text("place"), form.text("condition"))
    rows = recovery.unsalable(visit.viewer, settings.HOME, recovery.today(visit.viewer))
    row = next((r for r in rows if (r.sku, r.place, r.condition) == wanted), None)
    if row is None:
        raise Http404(wanted[0])
    return visit.page(
        "web/salvage_lot.html", "salvage", row=row, place=naming.places().get(row.place, row.place),
        condition=words.condition(row.condition), best=words.way(row.best_name), called=naming.named(row.name, row.name_zh),
        ways=[
            (way, words.way(way.name), words.way_needs(way.needs),
             [(words.way(line.label), line.amount, words.way_rate(line.rate, line.base, line.note), words.way_needs(line.needs))
              for line in way.lines], None if way.net is None else abs(way.net))
            for way in row.ways
        ],
    )  # fmt: skip
