"""Emptying the test database although the database itself refuses to delete facts.

Facts are append-only by triggers. Django empties tables after a test that really commits; for that one statement list
the triggers are put aside and put back. Product code has no such door.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch


@contextmanager
def emptying_allowed() -> Iterator[None]:
    """Wrap ``sql_flush`` of the database in use for the time of the block."""
    from django.db import connection

    operations = type(connection.ops)
    wrap = _without_postgresql_triggers if connection.vendor == "postgresql" else _without_sqlite_triggers
    with patch.object(operations, "sql_flush", wrap(operations.sql_flush)):
        yield


def _without_sqlite_triggers(sql_flush: Any) -> Any:
    def wrapped(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
            triggers = cursor.fetchall()
        drop = [f"DROP TRIGGER {self.quote_name(name)}" for name, _ in triggers]
        return [*drop, *sql_flush(self, style, tables, **options), *(sql for _, sql in triggers)]

    return wrapped


def _without_postgresql_triggers(sql_flush: Any) -> Any:
    def wrapped(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        statements = sql_flush(self, style, tables, **options)
        # Triggers stay silent in the replica role; TRUNCATE with foreign keys is one statement, so none is violated.
        return ["SET LOCAL session_replication_role = replica", *statements] if statements else statements

    return wrapped
