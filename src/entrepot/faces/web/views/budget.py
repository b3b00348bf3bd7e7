"""Budget: a month beside what was planned, by market and family, and what made the difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from entrepot.books.selectors.paging import cut, now
from entrepot.books.selectors.shapes import Money
from entrepot.core.calendar import local_date
from entrepot.faces.web import families
from entrepot.faces.web.filters import month_of
from entrepot.faces.web.formats import money_text
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Table, build, wish
from entrepot.faces.web.views.export import send
from entrepot.workflows.budget import FAMILIES, BudgetRow
from entrepot.workflows.budget import budget as beside

SALES = _("Sales")


def _columns() -> list[Column]:
    return [
        Column("market", _("Market"), read=lambda r: r.market or say("All others")),
        Column("family", _("Family"), read=_family),
        Column("units_planned", _("Units planned"), "units", optional=True),
        Column("units", _("Units sold"), "units"),
        Column("planned", _("Planned"), "money", optional=True),
        Column("actual", _("Actual"), "money"),
        Column("difference", _("Difference"), "money"),
        Column("quantity", _("By quantity"), "money"),
        Column("price", _("By price"), "money"),
        Column("rate", _("By duty rate"), "money"),
        Column("exchange", _("By exchange rate"), "money"),
    ]


def _family(row: BudgetRow) -> str:
    return str(SALES) if row.family == "sales" else families.label(row.family)


def _which(visit: Visit) -> date:
    return month_of(visit.request.GET, "month") or local_date(now(), visit.viewer.company.zone).replace(day=1)


def _table(visit: Visit, *, everything: bool) -> tuple[date, list[BudgetRow], Table]:
    visit.need("see_cost")
    which = _which(visit)
    rows = beside(visit.viewer.company.code, f"{which:%Y-%m}")
    family = visit.request.GET.get("family", "")
    shown = [row for row in rows if not family or row.family == family]
    declared = _columns()
    view = wish(visit.request, declared, "-actual")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    found = cut(shown, part)
    export = reverse("budget").rstrip("/")
    return which, rows, build("budget", declared, found, view, visit.viewer, visit.state.currency, export=export)


@require_GET
@page
def budget(visit: Visit) -> HttpResponseBase:
    """The page."""
    if not visit.viewer.can("see_cost"):
        return visit.page("web/no_cost.html", "budget", status=403)
    which, rows, table = _table(visit, everything=False)
    planned = [row for row in rows if row.planned is not None]
    profit = sum((1 if row.family == "sales" else -1) * row.difference for row in planned)
    return visit.page(
        "web/budget.html", "budget", which=which, table=table, planned=bool(planned),
        family=visit.request.GET.get("family", ""),
        finding=_finding(f"{which:%Y-%m}", profit, visit.state.currency) if planned else "",
        families=[(name, str(SALES) if name == "sales" else families.label(name)) for name in FAMILIES],
    )  # fmt: skip


def _finding(month: str, profit: int, currency: str) -> str:
    amount = money_text(Money(abs(profit), currency))
    if profit >= 0:
        return say("%(month)s: %(amount)s more profit than planned") % {"month": month, "amount": amount}
    return say("%(month)s: %(amount)s less profit than planned") % {"month": month, "amount": amount}


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The table as a file."""
    return send(_table(visit, everything=True)[2], suffix, visit.state.zone)
