"""Documents that Entrepot writes itself: where they come from, their numbers, and how they are posted."""

from __future__ import annotations

from typing import Any

from entrepot.books import intake, models
from entrepot.books.access import Viewer
from entrepot.core.calendar import Instant
from entrepot.core.errors import ProblemError

SOURCE = "entrepot"
"""Where the documents that Entrepot writes come from."""


def post(document: Any, name: str, viewer: Viewer, at: Instant) -> None:
    """Post one document; raises :class:`ProblemError` when it would wait in quarantine."""
    report = intake.post([document], name=name, recorded_at=at, actor=viewer.name, layout=SOURCE)
    if report.quarantined:
        raise ProblemError(*report.problems)


def unused_number(kind: str, company: str, number: str) -> str:
    """``number``, or ``number-2``, ``number-3`` … when documents of that number were written and taken back."""
    numbers = [number, *(f"{number}-{again}" for again in range(2, 100))]
    used = models.Document.objects.filter(type=kind, source=SOURCE, account=company, external_id__in=numbers).count()
    return numbers[used]
