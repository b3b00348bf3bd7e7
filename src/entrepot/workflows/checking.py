"""The proof that nothing was lost and nothing invented, on a consistent view while others go on writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connections

from entrepot.core.progress import SILENT, Progress
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
