"""Payables and cash: what is owed by age, what is open, what orders will ask for, and thirteen weeks of money."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.books.selectors import naming
from entrepot.books.selectors.shapes import Money
from entrepot.core.money import exponent
from entrepot.faces.web import order_columns as columns
from entrepot.faces.web import order_words as words
from entrepot.faces.web.formats import money_text, short_day
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import Table
from entrepot.faces.web.views.export import send
from entrepot.faces.web.views.recovery import table
from entrepot.workflows.cash_calendar import FLOWS, PayablesPage, payables_page

NAMES = ("ageing", "open", "orders", "weeks")


def _found(visit: Visit) -> tuple[PayablesPage | None, str]:
    text = visit.request.GET.get("on", "")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = None
    return payables_page(visit.viewer, day), text


def _tables(visit: Visit, found: PayablesPage, *, whole: str = "") -> dict[str, Table]:
    names = naming.suppliers()
    root = reverse("payables").rstrip("/")

    def name_of(code: str) -> str:
        return names.get(code, code)

    def one(
        name: str, declared: Any, rows: Any, default: str, prefix: str, *, sums: tuple[str, ...] = (), caption: str
    ) -> Table:
        return table(visit, name, declared, rows, default, export=f"{root}/{name}", everything=whole == name, prefix=prefix,
                     sums=sums, caption=caption)  # fmt: skip

    return {
        "ageing": one("ageing", columns.aged(name_of), found.aged, "-base", "a-", sums=("base",), caption=_("Owed by age")),
        "open": one("open", columns.owed(name_of), found.open, "due", "o-", sums=("base",), caption=_("Open bills and credits")),
        "orders": one("orders", columns.to_come(name_of), found.to_come, "due", "t-", sums=("base",),
                      caption=_("Deposits and balances to come")),
        "weeks": one("weeks", columns.weeks(), found.weeks, "", "w-", sums=("out", "come"), caption=_("Thirteen weeks")),
    }  # fmt: skip


@require_GET
@page
def payables(visit: Visit) -> HttpResponseBase:
    """The page."""
    if not visit.viewer.can("see_supplier_price"):
        return visit.page("web/no_cost.html", "payables", status=403)
    found, text = _found(visit)
    if found is None:
        return visit.page("web/payables.html", "payables", found=None)
    currency = visit.state.currency
    return visit.page(
        "web/payables.html", "payables", found=found, on=text, tables=_tables(visit, found),
        owed=Money(found.owed, currency), overdue=Money(found.overdue, currency) if found.overdue > 0 else None,
        ahead=Money(sum(week.out for week in found.weeks), currency, estimate=True), chart=_chart(found, currency),
        lowest=min(found.weeks, key=lambda week: week.running), past=found.day != found.today,
    )  # fmt: skip


@require_GET
@page
def export(visit: Visit, name: str, suffix: str) -> HttpResponseBase:
    """One of its tables as a file."""
    visit.need("see_supplier_price")
    found, _text = _found(visit)
    if found is None or name not in NAMES:
        raise Http404(name)
    return send(_tables(visit, found, whole=name)[name], suffix, visit.state.zone)


def _chart(found: PayablesPage, currency: str) -> dict[str, Any]:
    """Bars a week by flow, known and expected apart, and what all of it comes to since now."""
    return {
        "scale": 10 ** exponent(currency),
        "weeks": [week.start.isoformat() for week in found.weeks],
        "labels": [short_day(week.start) for week in found.weeks],
        "flows": [
            {
                "name": words.said(words.FLOWS, flow), "flow": flow,
                "known": [week.known[flow] for week in found.weeks], "expected": [week.expected[flow] for week in found.weeks],
                "told": [money_text(Money(week.of(flow), currency, estimate=bool(week.expected[flow]))) for week in found.weeks],
            }
            for flow in FLOWS
        ],
        "running": [week.running for week in found.weeks],
        "running_told": [money_text(Money(week.running, currency, estimate=True)) for week in found.weeks],
        "running_name": _("Together since now"),
    }  # fmt: skip
