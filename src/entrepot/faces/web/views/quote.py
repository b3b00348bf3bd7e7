"""Landed-cost quote: the form lives in the address, so that a quote can be sent to a colleague."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from entrepot.books.selectors.shapes import Page
from entrepot.core.errors import ProblemError
from entrepot.faces.web import quote_columns, quote_words, rule_queries
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.quoting import FIRST, WAYS, AlternativeRow, Form, bars, facts_shown, sought
from entrepot.faces.web.tables import Table, build, wish
from entrepot.faces.web.views.export import send
from entrepot.workflows.quote import LineAnswer
from entrepot.workflows.quote_needs import asked_first
from entrepot.workflows.sought import Alternative, Sought


@dataclass(frozen=True, slots=True)
class Answer:
    """A form and what came of it."""

    form: Form
    asked: Sought
    found: list[Alternative]
    picked: int
    registered: Fraction
    """The share of import tax that would come back to the company in that country on that day."""
    side: Table | None = None
    lines: Table | None = None


def _answer(visit: Visit) -> Answer:
    visit.need("see_cost")
    typed = {key: value[:200] for key, value in visit.request.GET.items()}
    form = Form(typed, rule_queries.goods(typed.get("sku", "").strip()))
    countries = rule_queries.rules().book.countries
    asked = sought(form, visit.state.currency, timezone.localdate(), {c: n.currency for c, n in countries.items()})
    registered = rule_queries.tax_comes_back(visit.viewer, asked.destination, asked.days[0])
    if form.text("recover") not in ("0", "1") and not form.text("share"):
        asked = replace(asked, recoverable=registered)
    found: list[Alternative] = []
    if "to" in typed:
        try:
            found = rule_queries.alternatives(asked)
        except ProblemError as error:
            form.problems += error.problems
    text = typed.get("pick", "0")
    picked = int(text) if text.isascii() and text.isdigit() and int(text[:4]) < len(found) else 0
    if not found:
        return Answer(form, asked, found, picked, registered)
    return Answer(
        form, asked, found, picked, registered, _side(visit, asked, found), _lines(visit, asked, found[picked])
    )


def _side(visit: Visit, asked: Sought, found: list[Alternative]) -> Table:
    rows = [AlternativeRow(n, one) for n, one in enumerate(found)]
    view = wish(visit.request, [], "", prefix="a-")
    declared = quote_columns.alternatives(rows, lambda row: view.address(pick=row.index or None) + "#lines")
    view = wish(visit.request, declared, "", prefix="a-")
    return build(
        "quote-alternatives", declared, Page(rows, len(rows)), view, visit.viewer, asked.shown,
        export=reverse("quote") + "alternatives", paged=False,
    )  # fmt: skip


def _lines(visit: Visit, asked: Sought, one: Alternative) -> Table:
    def rule(line: LineAnswer) -> str:
        country, dot, _rest = line.rule.partition(".")
        if not dot or "/" in line.rule or len(country) != 2:
            return ""
        query = {"country": asked.destination, "hs": asked.hs, "from": asked.origin, "on": f"{one.on}", "q": line.rule}
        return f"{reverse('rules')}?{urlencode(query)}"

    declared = quote_columns.lines(rule, parts=any(line.part for line in one.quote.lines))
    view = wish(visit.request, declared, "", prefix="l-")
    rows = list(one.quote.lines)
    return build(
        "quote", declared, Page(rows, len(rows)), view, visit.viewer, asked.shown,
        export=reverse("quote") + "lines", paged=False,
    )  # fmt: skip


@require_GET
@page
def quote(visit: Visit) -> HttpResponseBase:
    """The form, and its answer once a destination is named."""
    if not visit.viewer.can("see_cost"):
        return visit.page("web/no_cost.html", "quote", status=403)
    answer = _answer(visit)
    one = answer.found[answer.picked] if answer.found else None
    return visit.page(
        "web/quote.html",
        "quote",
        answer=answer,
        registered=answer.registered,
        part=f"{float(answer.registered * 100):g}" if 0 < answer.registered < 1 else "",
        one=one,
        bars=bars(one) if one else [],
        problems=answer.form.problems,
        known=facts_shown(answer.form.facts),
        waits=[quote_words.need(n) for n in asked_first(x for n in one.quote.lines for x in n.needs)] if one else [],
        notes=[quote_words.note(n) for n in one.quote.notes] if one else [],
        way=quote_words.way(one.quote.way) if one else "",
        **_choices(answer.form),
    )


def _choices(form: Form) -> dict[str, Any]:
    countries = rule_queries.rules().book.countries
    return {
        "typed": form.typed,
        "countries": sorted(((c, quote_words.country(n.name)) for c, n in countries.items()), key=lambda p: p[1]),
        "modes": quote_words.MODES.items(),
        "bases": quote_words.BASES.items(),
        "regimes": quote_words.REGIMES.items(),
        "after": quote_words.AFTER.items(),
        "placements": quote_words.PLACEMENT.items(),
        "split": {"s": form.text("s"), "s1": form.text("s1", "air"), "s2": form.text("s2", "sea")},
        "rows": [
            {
                "n": n, "mode": form.typed.get(f"m{n}", FIRST[f"m{n}"]), "rate": form.text(f"f{n}"),
                "basis": form.text(f"b{n}", FIRST[f"b{n}"]), "days": form.text(f"d{n}"), "all_in": form.text(f"a{n}") == "1",
            }
            for n in WAYS
        ],
    }  # fmt: skip


@require_GET
@page
def export(visit: Visit, part: str, suffix: str) -> HttpResponseBase:
    """The alternatives, or the lines of the one that is looked at, as a file."""
    answer = _answer(visit)
    table = answer.side if part == "alternatives" else answer.lines
    if table is None:
        raise ProblemError(*answer.form.problems)
    return send(table, suffix, visit.state.zone)
