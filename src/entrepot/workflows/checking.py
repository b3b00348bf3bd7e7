"""The proof that nothing was lost and nothing invented, on a consistent view while others go on writing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from entrepot.core.progress import SILENT, Progress

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

    with consistent() as view:
        return audit.check(view, stale_too=stale_too, progress=tell)


@contextmanager
def consistent() -> Iterator[Any]:
    """A connection on which every read sees the same moment, without holding up writers."""
    if connection.in_atomic_block or (connection.vendor == "sqlite" and connection.is_in_memory_db()):
        yield connection  # the caller's own transaction is that moment
    elif connection.vendor == "sqlite":
        # Django's own transactions on SQLite are IMMEDIATE: they would keep every writer waiting for a minute of check.
        path = f"file:{connection.settings_dict['NAME']}?mode=ro"
        with closing(sqlite3.connect(path, uri=True, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            yield reader
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection
