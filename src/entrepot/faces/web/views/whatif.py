"""What if: a tariff, an exchange rate, freight or storage changes; the effect on every SKU, without touching the books."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from entrepot.books.selectors.paging import cut
from entrepot.core.errors import ProblemError
from entrepot.faces.web import rule_queries
from entrepot.faces.web.filters import cost_filter
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.quoting import Form
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Table, build, wish
from entrepot.faces.web.views.export import send
from entrepot.workflows.whatif import Change, exchange, tariff
from entrepot.workflows.whatif_shop import ShopChange, ShopRow

NEEDS: dict[str, str | Promise] = {
    "hs": _("HS code"),
    "origin": _("country of origin"),
    "country": _("a country of the rule book"),
    "cost": _("the purchase cost"),
    "rule": _("a duty or tax rate, or an exchange rate"),
}


def columns() -> list[Column]:
    """Profit before and after, by SKU and country."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: reverse("sku", args=[r.sku])),
        Column("name", _("Name"), wrap=True),
        Column("country", _("Country")),
        Column("units", _("Units"), "units"),
        Column("net", _("Net sales"), "money", shown=False),
        Column("before", _("Profit now"), "money"),
        Column("effect", _("Added cost"), "money"),
        Column("after", _("Profit after"), "money"),
        Column("turned", _("Turns"), read=lambda r: str(_("turns unprofitable")) if r.turned else ""),
        Column("needs", _("Still needed"), read=lambda r: str(NEEDS.get(r.needs, r.needs)), optional=True),
    ]


@dataclass(frozen=True, slots=True)
class Answer:
    """A change as typed and what it does."""

    form: Form
    rows: list[ShopRow]
    table: Table

    @property
    def turned(self) -> int:
        """How many rows turn unprofitable."""
        return sum(1 for row in self.rows if row.turned)

    @property
    def added(self) -> int:
        """Added cost of all rows whose effect is known."""
        return sum(row.effect or 0 for row in self.rows)

    @property
    def waiting(self) -> int:
        """Rows whose effect is not known."""
        return sum(1 for row in self.rows if row.effect is None)


def _change(form: Form) -> ShopChange:
    start, book = form.day("start") or timezone.localdate(), rule_queries.rules().book
    patches, rates = [], {}
    points, pair, percent = form.text("points"), form.text("pair", "USD/CNY"), form.text("fx")
    try:
        if points:
            text = f"{form.text('country', 'US')}:{form.text('hs')}:{form.text('origin')}:{points}"
            patches.append(tariff(text, start, book))
        if percent:
            found, factor = exchange(f"{pair}:{percent}")
            rates[found] = factor
    except ProblemError as error:
        form.problems += error.problems
    change = Change(tuple(patches), rates or None, _factor(form, "freight"))
    return ShopChange(change, start, form.currency("paid", "CNY"), _factor(form, "storage"))


def _factor(form: Form, name: str) -> Fraction:
    """A change in per cent as a factor; what cannot be read or takes everything away is kept as a problem."""
    typed = form.text(name).rstrip("%").strip()
    try:
        factor = 1 + Fraction(typed or "0") / 100
    except (ValueError, ZeroDivisionError):
        factor = Fraction(-1)
    if 0 <= factor <= 100:
        return factor
    form.fail(name, typed, "write a change in per cent such as 40 or -5")
    return Fraction(1)


def _answer(visit: Visit, *, everything: bool) -> Answer:
    visit.need("see_cost")
    form = Form({key: value[:60] for key, value in visit.request.GET.items()})
    declared = columns()
    view = wish(visit.request, declared, "turned")
    asked = _change(form)
    rows = rule_queries.what_if(visit.viewer, cost_filter(visit.request, timezone.localdate()), asked)
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    ranked = {id(row): place for place, row in enumerate(rows)}
    # Profit of rows whose effect is not known would not add up with the others: then only what is known everywhere is summed.
    whole = all(row.after is not None for row in rows)
    sums = ("units", "effect", "net", "before", "after") if whole else ("units", "effect")
    found = cut(rows, part, keys={"turned": lambda row: ranked[id(row)]}, sums=sums)
    table = build(
        "what-if", declared, found, view, visit.viewer, visit.state.currency, export=reverse("what-if").rstrip("/")
    )
    return Answer(form, rows, table)


@require_GET
@page
def what_if(visit: Visit) -> HttpResponseBase:
    """The change and its effect on every SKU."""
    if not visit.viewer.can("see_cost"):
        return visit.page("web/no_cost.html", "what-if", status=403)
    answer = _answer(visit, everything=False)
    book = rule_queries.rules().book
    return visit.page(
        "web/what_if.html",
        "what-if",
        answer=answer,
        table=answer.table,
        typed=answer.form.typed,
        problems=answer.form.problems,
        asked=any(answer.form.text(n) for n in ("points", "fx", "freight", "storage")),
        countries=sorted(book.countries),
    )


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The effect as a file."""
    return send(_answer(visit, everything=True).table, suffix, visit.state.zone)
