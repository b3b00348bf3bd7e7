"""What of a plan is told to whom is confined to places, or may not see money."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import QuerySet

from entrepot.books.access import Viewer
from entrepot.books.models import Location, PlanLine, PlanRun

AT_PLACES = ("container", "container_kg", "warehouse")
"""Limits that hold at one place."""
MONEY_LIMITS = ("cash", "funds")
"""Limits that tell how much money there is."""


def asked(viewer: Viewer, run: PlanRun) -> dict[str, Any]:
    """The limits that were asked, as far as they are the viewer's to know."""
    if viewer.locations is not None:
        return {}
    return {
        name: said
        for name, said in run.asked.items()
        if viewer.can("see_cost") or not name.startswith((*MONEY_LIMITS, "income"))
    }


def confined(viewer: Viewer, seen: QuerySet[PlanLine], content: dict[str, Any]) -> dict[str, Any]:
    """What a run says of the viewer's places; cash by week and limits of the whole company are left out."""
    mine = set(Location.objects.filter(pk__in=viewer.locations or ()).values_list("code", flat=True))
    families: Counter[str] = Counter()
    for one in seen.values_list("families", flat=True):
        families.update(one)
    return {
        "fills": [one for one in content.get("fills", []) if one["destination"] in mine],
        "limits": [one for one in content.get("limits", []) if one["name"] in mine and one["kind"] in AT_PLACES],
        "families": dict(families),
    }
