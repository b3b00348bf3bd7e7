"""The one seam for many rows: inside Django's own connection and transaction.

executemany on SQLite's own connection, COPY on PostgreSQL's. Identifiers are handed out by the caller while it holds
the writer's lock (:func:`writer_lock`), so rows of one batch can refer to each other before they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

_LOCK = 7_345_001


def writer_lock() -> None:
    """One writer of facts at a time. SQLite's IMMEDIATE transaction already is that; PostgreSQL takes a lock that the
    transaction's end gives back."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def columns_of(model: type[models.Model]) -> list[str]:
    """Database columns of ``model`` in declaration order, the primary key first."""
    return [field.column for field in model._meta.concrete_fields]


def next_id(model: type[models.Model]) -> int:
    """The first identifier that no row of ``model`` has; valid while the writer's lock is held."""
    table, key = model._meta.db_table, model._meta.pk.column  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT COALESCE(MAX("{key}"), 0) + 1 FROM "{table}"')  # noqa: S608 - our own table name
        return int(cursor.fetchone()[0])


def load(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], *, using: Any = connection
) -> None:
    """Append ``rows`` (values in the order of ``columns``) to the table of ``model``, by the connection ``using``."""
    if not rows:
        return
    table = model._meta.db_table
    names = ", ".join(f'"{column}"' for column in columns)
    using.ensure_connection()
    if using.vendor == "postgresql":
        with (
            using.cursor() as cursor,
            cursor.cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    using.connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)  # noqa: S608


def tell_planner(tables: Iterable[type[models.Model]]) -> None:
    """Let PostgreSQL look at tables that have just grown by much.

    It plans by what it saw when it last looked by itself: up to a minute behind a commit, and never inside the transaction of a
    large import. Where it saw empty pages (an import that was only tried), it expects no rows and joins them one by one, for
    hours. SQLite needs no such look.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f'ANALYZE "{table._meta.db_table}"')


def settle_sequences(handed_out: Iterable[type[models.Model]], *, using: Any = connection) -> None:
    """Tell PostgreSQL which identifiers were handed out by hand, so that ORM inserts go on behind them."""
    if using.vendor != "postgresql":
        return
    with using.cursor() as cursor:
        for model in handed_out:
            table, key = model._meta.db_table, model._meta.pk.column  # type: ignore[union-attr]
            cursor.execute(
                f'SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT MAX("{key}") FROM "{table}"))',  # noqa: S608
                [table, key],
            )


def update(statement: str, rows: Sequence[Sequence[Any]]) -> int:
    """Run one parametrised UPDATE (``%s`` marks) for every row; how many rows were changed in all."""
    if not rows:
        return 0
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)
            return int(cursor.rowcount)
    return int(connection.connection.executemany(statement.replace("%s", "?"), rows).rowcount)
