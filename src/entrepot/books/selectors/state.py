"""The state of the data, for the status line of every page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Count, Max, Sum, Value
from django.db.models.functions import Coalesce

from entrepot.books.access import Viewer
from entrepot.books.models import Document, ItemState, Job, Quarantine, StockFigure
from entrepot.books.selectors.paging import maybe_moment, moment, now, raw
from entrepot.books.selectors.shapes import State
from entrepot.core.calendar import midnight


def state(viewer: Viewer, known: date | None = None) -> State:
    """The state of the data as the viewer may know it. ``known`` is the day "as known on", else now. One query."""
    company = viewer.company
    found = _figures(viewer)
    figures, newest = found.get("valued"), found.get("recorded")
    if figures is not None and not found.get("stale"):
        # Nothing is stale: what came in since (a rate, a supplier) changes no figure.
        figures = max(figures, newest or figures)
    known_at = now() if known is None else midnight(known + timedelta(days=1), company.zone) - 1
    return State(
        company=company.code,
        currency=company.currency,
        zone=company.zone,
        known_at=moment(known_at),
        figures_at=maybe_moment(figures),
        facts_at=maybe_moment(newest),
        quarantined=found.get("quarantined", 0),
        units_without_cost=found.get("missing", 0) if viewer.can("see_cost") else None,
        jobs_running=found.get("jobs", 0),
    )


def _figures(viewer: Viewer) -> dict[str, int]:
    """Every figure of the status line by its name, all of them in one query; what has no row is absent."""
    stock = viewer.in_locations(viewer.of_company(StockFigure.objects.all()), "cell__location")
    legs = [
        _leg("valued", ItemState.objects.all(), Max("valued_at")),
        _leg("stale", ItemState.objects.all(), Count("stale_since")),
        _leg("recorded", Document.objects.all(), Max("recorded_at")),
        _leg("quarantined", Quarantine.objects.filter(state=Quarantine.OPEN), Sum("lines")),
        _leg("jobs", Job.objects.filter(state__in=("queued", "running")), Count("pk")),
        _leg("missing", stock, Sum("missing")),
    ]
    return {kind: int(value) for kind, value in raw(legs[0].union(*legs[1:], all=True)) if value is not None}


def _leg(kind: str, rows: Any, figure: Any) -> Any:
    named = rows.order_by().annotate(which=Value(kind, CharField())).values("which")
    return named.annotate(figure=figure).values_list("which", "figure")


def units_without_cost(viewer: Viewer) -> int | None:
    """Units on hand whose goods cost is not known; ``None`` for who may not see cost."""
    if not viewer.can("see_cost"):
        return None
    rows: Any = viewer.in_locations(viewer.of_company(StockFigure.objects.all()), "cell__location")
    return rows.aggregate(n=Coalesce(Sum("missing"), 0))["n"]


def companies(viewer: Viewer) -> list[tuple[str, str]]:
    """Code and name of each company that he may look at."""
    return [(company.code, company.name or company.code) for company in viewer.offered]
