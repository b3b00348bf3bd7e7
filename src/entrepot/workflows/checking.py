"""The proof that nothing was lost and nothing invented, on a consistent view while others go on writing."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connections

from entrepot.books.models import Job
from entrepot.core.calendar import Instant
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.clock import now
from entrepot.workflows.reading import snapshot_of_books

if TYPE_CHECKING:
    from entrepot.audit import CheckReport


def check(*, stale_too: bool = False, progress: Progress = SILENT) -> CheckReport:
    """Check the books; read only. ``stale_too`` compares figures also where newer facts wait to be valued."""
    from entrepot import audit

    said = ""
    before = 0

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal said, before
        if stage != said:
            progress.begin(f"checking {stage}", total or None)
            said, before = stage, 0
        progress.advance(done - before)
        before = done

    with snapshot_of_books() as alias:
        return audit.check(connections[alias], stale_too=stale_too, progress=tell)


def result_of(report: CheckReport) -> dict[str, Any]:
    """A report as a job keeps it and data health shows it."""
    return {
        "laws": {law: {"residue": residue, "examined": None} for law, residue in report.by_identity.items()},
        "counts": report.counts,
        "not_valued": report.not_valued,
        "residues": [str(residue) for residue in report.residues[:50]],
    }


def note(report: CheckReport, *, begun: Instant, owner: str) -> None:
    """Let data health show a check that no worker did. While a long import keeps writers out, it is not noted."""
    with suppress(OperationalError):
        Job.objects.create(
            kind="check", state="done", result=result_of(report), owner=owner, created_at=begun, started_at=begun,
            finished_at=now(),
        )  # fmt: skip
