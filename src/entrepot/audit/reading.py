"""Reading the books by plain SQL, in slices that keep memory flat; only integers ever enter a statement."""

# ruff: noqa: S608 - every statement is put together from our own names and integers
from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

Row = tuple[Any, ...]


class Connection(Protocol):
    """A DB-API connection, or Django's."""

    def cursor(self) -> Any: ...


def rows(connection: Connection, statement: str) -> Iterator[Row]:
    """All rows of a statement without parameters."""
    cursor = connection.cursor()
    try:
        cursor.execute(statement)
        while chunk := cursor.fetchmany(2000):
            yield from chunk
    finally:
        cursor.close()


def sliced(
    connection: Connection, table: str, columns: str, *, key: str = "id", where: str = "", size: int = 20_000
) -> Iterator[list[Row]]:
    """Rows of a table in the order of ``key`` (an integer column without gaps of meaning), ``size`` keys at a time.

    A slice holds all rows with key in (low, low + size]; slices without rows are skipped.
    """
    bounds = next(iter(rows(connection, f"SELECT MIN({key}), MAX({key}) FROM {table}")))
    if bounds[0] is None:
        return
    low, end = int(bounds[0]) - 1, int(bounds[1])
    condition = f"AND ({where})" if where else ""
    while low < end:
        high = low + size
        found = list(
            rows(
                connection,
                f"SELECT {columns} FROM {table} WHERE {key} > {low} AND {key} <= {high} {condition} ORDER BY {key}",
            )
        )
        if found:
            yield found
        low = high


def among(numbers: Sequence[int]) -> str:
    """The list of an SQL ``IN``.

    >>> among([3, 1])
    '(3,1)'
    """
    return "(" + ",".join(str(int(number)) for number in numbers) + ")"


def from_json(value: Any) -> Any:
    """A JSON column as Python: text on SQLite, already decoded by some drivers."""
    return json.loads(value) if isinstance(value, str | bytes | bytearray) else value


def number(value: Any) -> int:
    """0 for a null reference."""
    return 0 if value is None else int(value)


def day(value: Any) -> str:
    """A date column as ISO text, "" for none."""
    return "" if value is None else str(value)[:10]
