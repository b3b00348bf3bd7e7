"""Settling what would wait for ever: a person says that a quarantined row is not wanted, and why."""

from __future__ import annotations

from django.db import transaction

from entrepot.books import audit_trail, bulk, intake
from entrepot.books.access import Viewer
from entrepot.books.models import Quarantine
from entrepot.books.selectors.health import open_rows
from entrepot.books.selectors.held import DISMISSED
from entrepot.core.calendar import Instant
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now


def dismiss(viewer: Viewer, key: int, reason: str, *, at: Instant | None = None, origin: str = "") -> None:
    """Dismiss row ``key`` for ``reason``; it stays on record, and the audit trail says who, when and why.

    Raises :class:`~entrepot.core.errors.ProblemError`: not allowed (who may import may), no reason given, or the row
    does not wait any more.
    """
    viewer.need("import")
    said = " ".join(reason.split())[:500]
    if not said:
        raise ProblemError(
            Problem(
                "no_reason",
                "a row is dismissed for a reason",
                "say why nobody needs it, in a few words",
                field="reason",
            )
        )
    moment = now() if at is None else at
    with transaction.atomic():
        bulk.writer_lock()
        row = open_rows(viewer).filter(pk=key).first()
        if row is None:
            raise ProblemError(
                Problem("not_waiting", "this row does not wait any more", "look at the list again", found=str(key))
            )
        intake.dismiss(key, recorded_at=moment, actor=viewer.name)
        before = {"state": Quarantine.OPEN, "code": row.code, "amount": row.amount, "currency": row.currency}
        after = {"state": Quarantine.DISMISSED, "reason": said}
        audit_trail.record(viewer.name, origin, DISMISSED, f"quarantine:{key}", before, after, at=moment)
