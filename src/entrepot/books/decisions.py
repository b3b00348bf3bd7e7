"""What becomes of a proposal: approved, snoozed, dismissed, or open again. Each change leaves an audit entry.

``Decision.reasons`` and ``Decision.assumed`` hold lines ``{"code": …, "text": …, "parameters": {…}}`` as
:class:`entrepot.core.reasons.Reason` says them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from entrepot.books import audit_trail
from entrepot.books.access import Viewer
from entrepot.books.models import Decision, Location
from entrepot.core.calendar import Instant, local_date
from entrepot.core.errors import Problem, ProblemError

_FIELDS = ("state", "snoozed_until", "decided_at", "decided_by", "document")
LONGEST_SNOOZE = 366


def seen_by(viewer: Viewer) -> QuerySet[Decision]:
    """Decisions of the company and the places that the viewer looks at; those of no place belong to everybody."""
    rows = viewer.of_company(Decision.objects.all())
    if viewer.locations is not None:
        codes = Location.objects.filter(pk__in=viewer.locations).values("code")
        rows = rows.filter(Q(location="") | Q(location__in=codes))
    return rows


def waiting_on(rows: QuerySet[Decision], today: date) -> QuerySet[Decision]:
    """Those that want an answer on ``today``: open, or snoozed until then."""
    return rows.filter(Q(state=Decision.OPEN) | Q(state=Decision.SNOOZED, snoozed_until__lte=today))


def approve(viewer: Viewer, key: int, *, at: Instant, document: str = "", origin: str = "") -> Decision:
    """Mark as approved; ``document`` is the number of the order that went out with it."""
    allowed = (Decision.OPEN, Decision.SNOOZED)
    return _change(viewer, key, "decision.approve", allowed, at, origin, state=Decision.APPROVED, document=document)


def snooze(viewer: Viewer, key: int, days: int, *, at: Instant, origin: str = "") -> Decision:
    """Hide for ``days`` days (1 to 366) of the company's calendar."""
    if not 1 <= days <= LONGEST_SNOOZE:
        raise ProblemError(
            Problem("snooze_days", "a decision sleeps from 1 to 366 days", "choose fewer days", found=str(days))
        )
    until = local_date(at, viewer.company.zone) + timedelta(days=days)
    allowed = (Decision.OPEN, Decision.SNOOZED)
    return _change(viewer, key, "decision.snooze", allowed, at, origin, state=Decision.SNOOZED, snoozed_until=until)


def dismiss(viewer: Viewer, key: int, *, at: Instant, origin: str = "") -> Decision:
    """Say no; the next plan may propose it anew with new reasons."""
    allowed = (Decision.OPEN, Decision.SNOOZED)
    return _change(viewer, key, "decision.dismiss", allowed, at, origin, state=Decision.DISMISSED)


def reopen(viewer: Viewer, key: int, *, at: Instant, origin: str = "") -> Decision:
    """Take an answer back. An order that went out with it is the caller's to reverse, in the same transaction."""
    allowed = (Decision.APPROVED, Decision.SNOOZED, Decision.DISMISSED)
    return _change(viewer, key, "decision.undo", allowed, at, origin, state=Decision.OPEN, decided_at=None)


def find(viewer: Viewer, key: int) -> Decision:
    """One decision that the viewer may see. Raises ``Decision.DoesNotExist``."""
    return seen_by(viewer).select_related("item", "company").get(pk=key)


def _change(
    viewer: Viewer, key: int, action: str, allowed: tuple[str, ...], at: Instant, origin: str, **changes: Any
) -> Decision:
    """Change the state if it still is one of ``allowed``; two people at once get one change and one clear answer."""
    viewer.need("approve")
    fields = {"snoozed_until": None, "document": "", "decided_at": at, "decided_by": viewer.name, **changes}
    with transaction.atomic():
        before = find(viewer, key)
        changed = Decision.objects.filter(pk=key, state=before.state, state__in=allowed).update(**fields)
        if not changed:
            raise ProblemError(
                Problem(
                    "decision_settled",
                    f"the decision is {before.state} already",
                    "look at it again, and undo first if it should change",
                    found=before.state,
                )
            )
        after = find(viewer, key)
        said = [{name: getattr(row, name) for name in _FIELDS} for row in (before, after)]
        audit_trail.record(viewer.name, origin, action, f"decision:{key}", *said, at=at)
    return after
