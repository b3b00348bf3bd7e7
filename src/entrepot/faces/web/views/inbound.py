"""Inbound plans: what is to go to a platform, the shipments it was split into, and what came of each."""

from __future__ import annotations

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.web import inbound_queries as queries
from entrepot.faces.web.inbound_queries import Part, Plan
from entrepot.faces.web.page import Visit, page


@require_http_methods(["GET", "POST"])
@page
def plans(visit: Visit) -> HttpResponseBase:
    """All plans, and the form that makes one."""
    problems, told = tuple[Problem, ...](), visit.request.POST
    if visit.request.method == "POST":
        try:
            number = queries.make(visit.viewer, told.get("origin", ""), told.get("items", "")[:200_000])
            return HttpResponseRedirect(reverse("inbound-plan", args=[number]))
        except ProblemError as error:
            problems = error.problems
    return visit.page(
        "web/inbound.html", "shipments", status=422 if problems else 200, plans=queries.plans(visit.viewer),
        places=queries.places(visit.viewer), problems=problems, told=told,
        goods=told.get("items", ""), may=visit.viewer.can("post_stock"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@page
def plan(visit: Visit, number: str) -> HttpResponseBase:
    """One plan: split it, send a part, see what came."""
    problems, told = tuple[Problem, ...](), visit.request.POST
    if visit.request.method == "POST":
        text = told.get("version", "0")
        version = int(text) if text.isdecimal() else 0
        try:
            found = queries.plan(visit.viewer, number)
            parts = _parts(found, told)
            kept = queries.split(visit.viewer, number, version, parts)
            if told.get("send"):
                queries.send(
                    visit.viewer, number, kept.version, told["send"][:120], visit.request.META.get("REMOTE_ADDR", "")
                )
            return HttpResponseRedirect(reverse("inbound-plan", args=[number]))
        except ProblemError as error:
            problems = error.problems
    found = queries.plan(visit.viewer, number)
    more = 1 if found.state == "open" else 0
    columns = [*enumerate(found.parts), *((len(found.parts) + n, Part("", "")) for n in range(more))]
    rows = [
        (sku, units, [(place, part, part.units.get(sku, 0)) for place, part in columns], found.over.get(sku, 0))
        for sku, units in found.lines
    ]
    return visit.page(
        "web/inbound_plan.html", "shipments", status=422 if problems else 200, found=found, rows=rows, columns=columns,
        places=queries.every_place(), problems=problems, may=visit.viewer.can("post_stock"),
        fees=visit.viewer.can("post"),
    )  # fmt: skip


def _parts(found: Plan, told: dict[str, str]) -> list[Part]:
    """The parts as typed that were not sent; an empty one is none."""
    parts: list[Part] = []
    for place in range(len(found.parts) + 1):
        if place < len(found.parts) and found.parts[place].sent:
            continue
        units: dict[str, int] = {}
        for sku, _units in found.lines:
            text = told.get(f"units-{place}-{sku}", "").strip().replace(",", "")
            if text and not text.isdecimal():
                raise ProblemError(
                    Problem(
                        "not_a_quantity", "this is not a whole number of units", "write a whole number", found=text[:40]
                    )
                )
            if text and int(text):
                units[sku] = int(text)
        name = told.get(f"reference-{place}", "").strip()
        if name or units:
            parts.append(
                Part(
                    name, told.get(f"destination-{place}", ""), units, told.get(f"fee-{place}", ""),
                    told.get(f"currency-{place}", ""),
                )
            )  # fmt: skip
    return parts
