"""A copy of the test database as bare tables in memory: no triggers, no constraints, so that anything can be broken."""

import sqlite3
from typing import Any

from django.db import connection


def plain_copy() -> sqlite3.Connection:
    """All tables of the books with their rows; the indexes that the checker reads by are kept."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name.startswith("books_")]
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [f'"{column[0]}"' for column in cursor.description]
            copy.execute(f'CREATE TABLE "{table}" ({", ".join(columns)})')
            marks = ", ".join("?" * len(columns))
            copy.executemany(f'INSERT INTO "{table}" VALUES ({marks})', [_plain(row) for row in cursor.fetchall()])
    for table, column in (
        ("movement", "document_id"), ("movement", "item_id"), ("costline", "document_id"), ("basis", "cost_line_id"),
        ("basisshare", "basis_id"), ("salesline", "document_id"), ("document", "id"), ("salesline", "id"),
    ):  # fmt: skip
        copy.execute(f'CREATE INDEX "{table}_{column}" ON books_{table} ("{column}")')
    return copy


def _plain(row: Any) -> list[Any]:
    import json

    return [
        bytes(value) if isinstance(value, memoryview)
        else json.dumps(value) if isinstance(value, dict | list)
        else int(value) if isinstance(value, bool)
        else value.isoformat() if hasattr(value, "isoformat")
        else value
        for value in row
    ]  # fmt: skip
