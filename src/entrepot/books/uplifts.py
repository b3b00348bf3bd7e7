"""What users know of coming promotions: entered, withdrawn, never changed; each leaves an audit entry."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from entrepot.books import audit_trail
from entrepot.books.access import Viewer
from entrepot.books.models import Item, Location, Uplift
from entrepot.core.calendar import Instant
from entrepot.core.errors import Problem, ProblemError

LONGEST = 182
"""Days that one uplift may last: the fan's half year."""
LEAST, MOST = -95, 1000
"""Per cent."""


def add(
    viewer: Viewer, item: Item, place: Location | None, first: date, last: date, percent: int, note: str = "", *,
    at: Instant, origin: str = "",
) -> Uplift:  # fmt: skip
    """Expect ``percent`` more from ``first`` to ``last``, at ``place`` or everywhere. Needs the permission approve.

    Raises :class:`~entrepot.core.errors.ProblemError` for days in the wrong order, too many of them, or a percentage
    that is 0 or out of bounds.
    """
    viewer.need("approve")
    if place is not None and viewer.locations is not None and place.pk not in viewer.locations:
        raise ProblemError(
            Problem("not_allowed", "this place is not yours", "choose a place of yours", found=place.code)
        )
    check(first, last, percent)
    with transaction.atomic():
        row = Uplift.objects.create(
            company_id=viewer.company.id, item=item, location=place, first=first, last=last, percent=percent,
            note=" ".join(note.split())[:200], made_at=at, made_by=viewer.name,
        )  # fmt: skip
        audit_trail.record(viewer.name, origin, "uplift.add", f"uplift:{row.pk}", after=_said(row), at=at)
    return row


def check(first: date, last: date, percent: int) -> None:
    """Raise :class:`~entrepot.core.errors.ProblemError` for an uplift that makes no sense."""
    if last < first:
        raise ProblemError(
            Problem("uplift_days", "the promotion ends before it begins", "choose a later last day", field="last")
        )
    if (last - first).days >= LONGEST:
        raise ProblemError(
            Problem("uplift_long", "the promotion is longer than half a year", "that is a new level, not a promotion",
                    field="last")
        )  # fmt: skip
    if not LEAST <= percent <= MOST or percent == 0:
        raise ProblemError(
            Problem("uplift_percent", "the uplift is from -95 to +1000 %, and not 0", "correct the percentage",
                    field="percent", found=str(percent))
        )  # fmt: skip


def withdraw(viewer: Viewer, key: int, *, at: Instant, origin: str = "") -> bool:
    """Expect it no longer. False: it was withdrawn already, or is not the company's."""
    viewer.need("approve")
    with transaction.atomic():
        row = standing(viewer).filter(pk=key).first()
        if row is None:
            return False
        Uplift.objects.filter(pk=key).update(withdrawn_at=at, withdrawn_by=viewer.name)
        audit_trail.record(viewer.name, origin, "uplift.withdraw", f"uplift:{key}", before=_said(row), at=at)
    return True


def standing(viewer: Viewer) -> QuerySet[Uplift]:
    """Those of the viewer's company and places that were not withdrawn."""
    rows = Uplift.objects.filter(company_id=viewer.company.id, withdrawn_at=None)
    if viewer.locations is not None:
        rows = rows.filter(Q(location=None) | Q(location__in=viewer.locations))
    return rows.select_related("item", "location").order_by("first", "pk")


def coming(company: int, since: date) -> QuerySet[Uplift]:
    """Those of a company that end on ``since`` or later."""
    return Uplift.objects.filter(company_id=company, withdrawn_at=None, last__gte=since).order_by("pk")


def _said(row: Uplift) -> dict[str, object]:
    place = row.location.code if row.location else ""
    return {
        "sku": row.item.sku, "place": place, "first": row.first.isoformat(), "last": row.last.isoformat(),
        "percent": row.percent, "note": row.note,
    }  # fmt: skip
