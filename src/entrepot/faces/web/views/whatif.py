"""What if: a tariff, an exchange rate, freight or storage changes; the effect on every SKU, without touching the books."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from fractions import Fraction

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from entrepot.books.selectors.paging import cut
from entrepot.books.selectors.shapes import Page
from entrepot.core.errors import ProblemError
from entrepot.faces.web import rule_queries, whatif_columns
from entrepot.faces.web.filters import cost_filter
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.quoting import Form
from entrepot.faces.web.tables import EXPORT_ROWS, Table, build, wish
from entrepot.faces.web.views import whatif_fees
from entrepot.faces.web.views.export import send
from entrepot.workflows.whatif import Change, exchange, tariff
from entrepot.workflows.whatif_orders import OrderedRow
from entrepot.workflows.whatif_shop import ShopChange, ShopRow
from entrepot.workflows.whatif_water import WaterRow

SHOWN = 50
"""Rows of goods under way and on order that the page shows, the most hit first; the files hold all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A change as typed and what it does."""

    form: Form
    rows: list[ShopRow]
    table: Table
    under_way: list[WaterRow]
    water: Table
    on_order: list[OrderedRow]
    ordered: Table
    seconds: float

    @property
    def turned(self) -> int:
        """How many rows turn unprofitable."""
        return sum(1 for row in self.rows if row.turned)

    @property
    def added(self) -> int:
        """Added cost of all rows whose effect is known."""
        return sum(row.effect or 0 for row in self.rows)

    @property
    def lost(self) -> int:
        """What the profit loses, as far as it is known."""
        return -sum(row.lost for row in self.rows if row.effect is not None)

    @property
    def wet(self) -> int:
        """More duty and tax on the goods on the water."""
        return sum(row.effect or 0 for row in self.under_way)

    @property
    def to_come(self) -> int:
        """More duty and tax on the goods on order, as far as it is known."""
        return sum(row.effect or 0 for row in self.on_order)

    @property
    def spared(self) -> int:
        """Lines under way or on order that the change does not reach."""
        reached = self.water.page.total + self.ordered.page.total
        return len(self.under_way) + len(self.on_order) - reached

    @property
    def waiting(self) -> int:
        """Rows whose effect is not known."""
        return sum(1 for row in self.rows if row.effect is None)


def _asks(form: Form) -> bool:
    """Whether a change was written at all."""
    return any(form.text(name) for name in ("points", "fx", "freight", "storage"))


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
    declared = whatif_columns.columns()
    view = wish(visit.request, declared, "turned")
    asked = _change(form)
    started = time.perf_counter()
    under_way = rule_queries.on_the_water(visit.viewer, asked) if _asks(form) else []
    sales = cost_filter(visit.request, timezone.localdate())
    rows = rule_queries.what_if(visit.viewer, sales, asked) if everything or _asks(form) else []
    seconds = time.perf_counter() - started
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    ranked = {id(row): place for place, row in enumerate(rows)}
    # Profit of rows whose effect is not known would not add up with the others: then only what is known everywhere is summed.
    whole = all(row.after is not None for row in rows)
    sums = ("units", "effect", "net", "sold", "before", "after") if whole else ("units", "effect")
    found = cut(rows, part, keys={"turned": lambda row: ranked[id(row)]}, sums=sums)
    table = build(
        "what-if", declared, found, view, visit.viewer, visit.state.currency, export=reverse("what-if").rstrip("/")
    )
    on_order = rule_queries.ordered(visit.viewer, asked) if _asks(form) else []
    most = EXPORT_ROWS if everything else SHOWN
    return Answer(
        form, rows, table, under_way, _water(visit, under_way, most), on_order, _ordered(visit, on_order, most), seconds
    )


def _ordered(visit: Visit, on_order: list[OrderedRow], most: int) -> Table:
    """What is hit of the goods on order, or still needs something; the ``most`` hit are shown."""
    hit = [row for row in on_order if row.needs or row.effect]
    view = wish(visit.request, whatif_columns.ordered(), "", prefix="o-")
    return build(
        "what-if-ordered", whatif_columns.ordered(), Page(hit[:most], len(hit)), view, visit.viewer, visit.state.currency,
        export=reverse("what-if") + "ordered", paged=False,
    )  # fmt: skip


def _water(visit: Visit, under_way: list[WaterRow], most: int) -> Table:
    """What is hit of the goods on the water, or still needs something; the ``most`` hit are shown."""
    hit = [row for row in under_way if row.needs or row.effect]
    declared = whatif_columns.water()
    view = wish(visit.request, declared, "", prefix="w-")
    return build(
        "what-if-water", declared, Page(hit[:most], len(hit)), view, visit.viewer, visit.state.currency,
        export=reverse("what-if") + "water", paged=False,
    )  # fmt: skip


@require_GET
@page
def what_if(visit: Visit) -> HttpResponseBase:
    """The change and its effect on every SKU."""
    if not visit.viewer.can("see_cost"):
        return visit.page("web/no_cost.html", "what-if", status=403)
    answer = _answer(visit, everything=False)
    fees = whatif_fees.table(visit, answer.form)
    book = rule_queries.rules().book
    return visit.page(
        "web/what_if.html",
        "what-if",
        answer=answer,
        table=answer.table,
        families=whatif_columns.family_rows(answer.rows),
        seconds=f"{answer.seconds:.2f}",
        typed=answer.form.typed,
        problems=answer.form.problems,
        asked=_asks(answer.form),
        countries=sorted(book.countries),
        fees=fees,
        fee_choices=whatif_fees.choices(),
    )


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The effect as a file."""
    return send(_answer(visit, everything=True).table, suffix, visit.state.zone)


@require_GET
@page
def water(visit: Visit, suffix: str) -> HttpResponseBase:
    """The goods on the water as a file."""
    return send(_answer(visit, everything=True).water, suffix, visit.state.zone)


@require_GET
@page
def ordered(visit: Visit, suffix: str) -> HttpResponseBase:
    """The goods on order as a file."""
    return send(_answer(visit, everything=True).ordered, suffix, visit.state.zone)
