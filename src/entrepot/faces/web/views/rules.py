"""Rule explorer: what applied in a country on a day, as known on another, and how the rate of a heading moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from entrepot.books.selectors.paging import cut
from entrepot.core.hs_codes import hs_problem
from entrepot.faces.web import line_words, quote_words, rule_queries, rule_words
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.quoting import Form
from entrepot.faces.web.rule_queries import RuleShown, RuleWish
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Table, build, wish
from entrepot.faces.web.views.export import send
from entrepot.workflows.own_sources import sources


def columns() -> list[Column]:
    """Rules of a country and, where a heading is asked for, the added duties on it."""
    return [
        Column("name", _("Rule"), read=lambda r: rule_words.about(r.name), wrap=True),
        Column("says", _("Says"), read=_says, wrap=True, sort=False),
        Column(
            "reach", _("On these goods"), read=lambda r: str(quote_words.REACH.get(r.reach, r.reach)), optional=True
        ),
        Column("valid_from", _("From"), "date", optional=True),
        Column("valid_to", _("To"), "date", optional=True),
        Column("confidence", _("Confidence"), read=lambda r: quote_words.confidence(r.confidence)),
        Column(
            "status",
            _("Status"),
            read=lambda r: str(quote_words.STATUS.get(r.status, r.status)),
            optional=True,
            shown=False,
        ),
        Column("legal", _("Legal reference"), wrap=True, optional=True, shown=False),
        Column("source", _("Source"), wrap=True, optional=True),
        Column("rule", _("Id"), shown=False),
    ]


def _says(row: RuleShown) -> str:
    """What a rule says; of an added duty its rate and what a person is asked."""
    return rule_words.says(row.says, row.note) if not row.reach else line_words.need(row.says)


@dataclass(frozen=True, slots=True)
class Span:
    """One rate of a heading as a bar."""

    start: date
    end: date
    total: str
    width: float
    parts: str
    needs: str
    now: bool


def _wanted(visit: Visit) -> tuple[Form, RuleWish]:
    form = Form({key: value[:120] for key, value in visit.request.GET.items()})
    country = form.text("country", "US").upper()
    today = timezone.localdate()
    wanted = RuleWish(
        country, _hs(form), form.origin("CN") or "CN", form.day("on") or today, form.day("known"),
        form.text("q").lower(), form.day("since") or date(2025, 1, 1), form.day("until") or today + timedelta(days=365),
    )  # fmt: skip
    if country not in rule_queries.rules().book.countries:
        form.fail("country", country, "choose a country of the list")
        wanted = replace(wanted, country="US")
    return form, wanted


def _hs(form: Form) -> str:
    code = form.text("hs")[:20]
    if hs_problem(code) is None:
        return code
    form.fail("hs", code, "write an HS code of four to ten digits such as 6109.10, or leave it empty")
    return ""


def _begins(wanted: RuleWish) -> date | None:
    """First day of the country's rules, where the day asked for lies before it."""
    first = rule_queries.rules_begin(wanted.country)
    return first if first and wanted.on < first else None


def _table(visit: Visit, wanted: RuleWish, *, everything: bool) -> Table:
    declared = columns()
    view = wish(visit.request, declared, "reach")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    rows = cut(rule_queries.rule_rows(wanted), part, keys={"reach": lambda row: row.place})
    return build("rules", declared, rows, view, visit.viewer, visit.state.currency, export=reverse("rules").rstrip("/"))


@require_GET
@page
def rules(visit: Visit) -> HttpResponseBase:
    """The rules of a country, and the history of a heading's total rate. Public facts: every role may look."""
    form, wanted = _wanted(visit)
    spans = _spans(wanted)
    book = rule_queries.rules().book
    today = next((s for s in spans if s.now), None)
    context: dict[str, Any] = {
        "wanted": wanted,
        "typed": form.typed,
        "problems": form.problems,
        "table": _table(visit, wanted, everything=False),
        "spans": spans,
        "begins": _begins(wanted),
        "today": today,
        "changes": len(spans) - 1,
        "country": quote_words.country(book.countries[wanted.country].name),
        "countries": sorted(((c, quote_words.country(n.name)) for c, n in book.countries.items()), key=lambda p: p[1]),
    }
    if visit.viewer.can("see_cost"):
        context["own"] = [
            {"source": one, "kind": quote_words.SOURCES[one.kind], "problems": [str(p) for p in one.problems[:3]]}
            for one in sources(settings.HOME)
        ]
    context["may_import"] = visit.viewer.can("import")
    return visit.page("web/rules.html", "rules", **context)


def _spans(wanted: RuleWish) -> list[Span]:
    found = rule_queries.history(wanted)
    most = max([float(s.total) for s in found if s.total is not None], default=0) or 1
    return [
        Span(
            s.start, s.end, "" if s.total is None else f"{float(s.total * 100):.4g}%",
            0 if s.total is None else round(float(s.total) / most * 100, 2),
            " + ".join(f"{quote_words.label(name)} {float(rate * 100):g}%" for name, rate in s.parts),
            quote_words.needs(s.needs[:2]), s.start <= wanted.on <= s.end,
        )
        for s in found
    ]  # fmt: skip


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The rules as a file."""
    return send(_table(visit, _wanted(visit)[1], everything=True), suffix, visit.state.zone)
