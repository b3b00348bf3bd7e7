"""Cutting one page out of rows that stand in memory: sort with unknown values last, slice, sum what is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import connection

from entrepot.books.selectors.shapes import Page
from entrepot.core.calendar import Instant, to_datetime

Row = TypeVar("Row")
clock = time.time_ns
"""Where :func:`now` looks; one place, so that a test can set the time."""
MOST = 200_000
"""No answer has more rows than this, exports included."""


def cut(
    rows: Sequence[Row],
    part: Any,
    *,
    keys: Mapping[str, Callable[[Row], Any]] | None = None,
    sums: Iterable[str] = (),
) -> Page[Row]:
    """The page ``part`` (a :class:`~entrepot.books.selectors.shapes.Slice`) of ``rows``.

    ``keys`` say what to sort by where the field itself does not do. A field that the rows do not have leaves the order
    as it is. Rows whose value is not known come last in both directions.
    """
    ordered = list(rows)
    key = (keys or {}).get(part.sort) or _field(part.sort, ordered)
    if key is not None:
        known = [row for row in ordered if key(row) is not None]
        unknown = [row for row in ordered if key(row) is None]
        known.sort(key=key, reverse=part.descending)
        ordered = known + unknown
    stop = part.offset + min(part.limit if part.limit is not None else MOST, MOST)
    return Page(ordered[part.offset : stop], len(ordered), {name: total(rows, name) for name in sums})


def total(rows: Iterable[Any], name: str) -> int | None:
    """Sum of what is known of field ``name``; ``None`` where nothing is."""
    known = [value for value in (getattr(row, name) for row in rows) if value is not None]
    return sum(known) if known else None


def bounds(part: Any) -> slice:
    """The part of a query that this page reads."""
    limit = min(part.limit if part.limit is not None else MOST, MOST)
    return slice(part.offset, part.offset + limit)


def raw(rows: Any) -> list[tuple[Any, ...]]:
    """The rows of a ``values_list`` queryset as the driver gives them: a table of thousands need not pass Django's
    converters one by one. Sums may come as ``Decimal`` (PostgreSQL), JSON as text (SQLite)."""
    from django.core.exceptions import EmptyResultSet

    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def moment(instant: Instant) -> datetime:
    """An instant as an aware UTC datetime."""
    return to_datetime(instant)


def maybe_moment(instant: Instant | None) -> datetime | None:
    """An instant as an aware UTC datetime, ``None`` stays ``None``."""
    return None if instant is None else to_datetime(instant)


def now() -> Instant:
    """The clock of the read functions."""
    return clock() // 1000


def day_number(day: date) -> int:
    """YYYYMMDD, as figures store a day.

    >>> day_number(date(2026, 3, 9))
    20260309
    """
    return day.year * 10_000 + day.month * 100 + day.day


def _field(name: str, rows: Sequence[Any]) -> Callable[[Any], Any] | None:
    if not name or not rows or not hasattr(rows[0], name):
        return None
    return lambda row: _sortable(getattr(row, name))


def _sortable(value: Any) -> Any:
    if value is None or isinstance(value, int | float | str | date):
        return value
    amount = getattr(value, "amount", None)  # money is sorted by its amount
    return amount if isinstance(amount, int) else str(value)
