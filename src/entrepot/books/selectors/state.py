"""The state of the data, for the status line of every page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Sum
from django.db.models.functions import Coalesce

from entrepot.books.access import Viewer
from entrepot.books.models import Document, ItemState, Job, Quarantine, StockFigure
from entrepot.books.selectors.paging import maybe_moment, moment, now
from entrepot.books.selectors.shapes import State
from entrepot.core.calendar import midnight


def state(viewer: Viewer, known: date | None = None) -> State:
    """The state of the data as the viewer may know it. ``known`` is the day "as known on", else now. Five queries."""
    company = viewer.company
    valued = ItemState.objects.aggregate(at=Max("valued_at"), stale=Count("stale_since"))
    newest = Document.objects.aggregate(at=Max("recorded_at"))["at"]
    figures = valued["at"]
    if figures is not None and not valued["stale"]:
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
        quarantined=Quarantine.objects.filter(state=Quarantine.OPEN).aggregate(n=Coalesce(Sum("lines"), 0))["n"],
        units_without_cost=units_without_cost(viewer),
        jobs_running=Job.objects.filter(state__in=("queued", "running")).count(),
    )


def units_without_cost(viewer: Viewer) -> int | None:
    """Units on hand whose goods cost is not known; ``None`` for who may not see cost."""
    if not viewer.can("see_cost"):
        return None
    rows: Any = viewer.in_locations(viewer.of_company(StockFigure.objects.all()), "cell__location")
    return rows.aggregate(n=Coalesce(Sum("missing"), 0))["n"]


def companies(viewer: Viewer) -> list[tuple[str, str]]:
    """Code and name of each company that he may look at."""
    return [(company.code, company.name or company.code) for company in viewer.offered]
