"""Scenario: ways of ordering beside each other on the seller's own books, calm and when things go wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.books.selectors import jobs as work
from entrepot.books.selectors.paging import cut
from entrepot.books.selectors.shapes import Page
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import exponent
from entrepot.faces.simulations import Asked, ask
from entrepot.faces.web import scenario_shown
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Table, build, wish
from entrepot.faces.web.views.export import send

DISRUPTIONS = ("closed", "late", "shut", "freight", "demand", "cash")
FUTURES = (50, 200, 500, 1000)
WEEKS = (13, 26, 52)


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it stands in the address."""

    ways: list[str]
    z: str
    days: str
    mode: str
    futures: str
    weeks: str
    rules: str
    waits: str
    wrong: dict[str, str]
    wishes: dict[str, Any]


def typed(said: QueryDict) -> Typed:
    """Read the form; nothing said is the usual comparison."""
    kinds = [kind for kind in said.getlist("way")[:6] if kind in ("plan", "sheet", "cover", "own", "happened")]
    z, days = said.get("z", "1.65")[:6] or "1.65", said.get("days", "60")[:6] or "60"
    rules = said.get("rules", "")[:20_000].replace("\r\n", "\n")
    if not kinds:
        kinds = ["plan", "sheet", "cover", *(["happened"] if said.get("mode") == "past" else [])]
    codes = [{"sheet": f"sheet:{z}", "cover": f"cover:{days}"}.get(kind, kind) for kind in kinds]
    wrong = {key: said.get(key, "")[:200].strip() for key in DISRUPTIONS}
    parts = [f"{key}={one.strip()}" for key, text in wrong.items() for one in text.split(",") if one.strip()]
    mode = said.get("mode", "futures")[:10] or "futures"
    waits = said.get("waits", "")[:200].strip()
    futures, weeks = said.get("futures", "200")[:5] or "200", said.get("weeks", "26")[:3] or "26"
    wishes = {
        "ways": codes, "mode": mode, "futures": futures, "weeks": weeks, "disruption": ",".join(parts),
        "rules": rules if "own" in kinds else "", "waits": waits,
    }  # fmt: skip
    return Typed(kinds, z, days, mode, futures, weeks, rules, waits, wrong, wishes)


def _items(visit: Visit, answer: dict[str, Any], *, everything: bool) -> Table:
    other = min(1, len(answer["ways"]) - 1)
    declared: list[Column] = scenario_shown.columns(answer, other)
    view = wish(visit.request, declared, "-gap" if other else "-cost0")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else replace(view.slice, limit=25)
    rows = scenario_shown.items(answer, other)
    keys = {f"{key}{at}": (lambda row, key=key, at=at: getattr(row, key)[at])
            for key in ("cost", "lost", "met", "out", "left") for at in range(len(answer["ways"]))}  # fmt: skip
    found = cut(rows, part, keys=keys)
    return build(
        "scenario", declared, found, view, visit.viewer, answer["currency"], export=reverse("scenario").rstrip("/")
    )


@require_GET
@page
def scenario(visit: Visit) -> HttpResponseBase:
    """The form and, where it is known, the answer."""
    if not visit.viewer.can("see_cost") or visit.viewer.locations is not None:
        return visit.page("web/no_cost.html", "scenario", status=403)
    form = typed(visit.request.GET)
    problems: tuple[Problem, ...] = ()
    found: Asked | None = None
    try:
        found = ask(visit.viewer, form.wishes, begin=False)
    except ProblemError as error:
        problems = error.problems
    answer = (found.answer or found.first) if found else None
    context: dict[str, Any] = {"form": form, "problems": problems, "answer": answer, "futures": FUTURES, "weeks": WEEKS}
    if answer is not None:
        context |= {
            "title": scenario_shown.title(answer),
            "stacks": scenario_shown.stacks(answer),
            "legend": [
                (key, scenario_shown.family(key))
                for key in scenario_shown.DECIDED
                if any(scenario_shown.case_of(way)["decided"].get(key) for way in answer["ways"])
            ],
            "heads": scenario_shown.heads(answer),
            "rows": scenario_shown.told_rows(scenario_shown.compared(answer), answer["currency"]),
            "differences": scenario_shown.differences(answer),
            "curves": scenario_shown.curves(answer),
            "spread": scenario_shown.spread(answer),
            "table": _items(visit, answer, everything=False),
            "currency": answer["currency"],
        }
    job = found.job if found and found.answer is None else None
    return visit.page(
        "web/scenario.html",
        "scenario",
        status=422 if problems else 200,
        **context,
        job=work.shape(visit.viewer, job) if job is not None and job.state in ("queued", "running", "failed") else None,
        begin=bool(visit.request.GET)
        and found is not None
        and found.answer is None
        and (job is None or job.state == "done"),
    )


@require_POST
@page
def begin(visit: Visit) -> HttpResponseBase:
    """Hand the question to the worker; as a piece, its progress."""
    visit.need("see_cost")
    found = ask(visit.viewer, typed(visit.request.POST).wishes, begin=True)
    if visit.swaps and found.job is not None:
        return visit.part("web/_job.html", job=work.shape(visit.viewer, found.job))
    kept = [
        (key, value) for key, values in visit.request.POST.lists() for value in values if key != "csrfmiddlewaretoken"
    ]
    return HttpResponseRedirect(f"{reverse('scenario')}?{urlencode(kept)}")


def _answer(visit: Visit) -> dict[str, Any]:
    found = ask(visit.viewer, typed(visit.request.GET).wishes, begin=False)
    if found.answer is None:
        raise ProblemError(
            Problem("scenario_unknown", "this scenario has not been run yet", "open its page and run it first")
        )
    return found.answer


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The items as a file."""
    return send(_items(visit, _answer(visit), everything=True), suffix, visit.state.zone)


@require_GET
@page
def summary(visit: Visit, suffix: str) -> HttpResponseBase:
    """The comparison as a file."""
    answer = _answer(visit)
    rows = scenario_shown.compared(answer)
    heads = scenario_shown.heads(answer)

    def shown(row: scenario_shown.Row, at: int) -> Any:
        return (
            None
            if row.values[at] is None
            else row.values[at] / (10 if row.kind == "share" else 10 ** exponent(answer["currency"]))
        )

    def label(row: scenario_shown.Row) -> str:
        return f"{row.label} ({'%' if row.kind == 'share' else answer['currency']})"

    declared = [
        Column("label", _("Figure"), sort=False, read=label),
        *(
            Column(f"way{at}", head, "decimal", read=lambda row, at=at: shown(row, at), sort=False, needs="see_cost")
            for at, head in enumerate(heads)
        ),
    ]
    view = wish(visit.request, declared, "label")
    table = build("scenario", declared, Page(rows, len(rows)), view, visit.viewer, answer["currency"])
    return send(table, suffix, visit.state.zone)
