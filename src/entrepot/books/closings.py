"""Which closing speaks for a month: months are closed one by one or several at once, opened again and closed again.

Every closing and reopening is kept; the last word on a span of months says whether its closing stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from entrepot.books.models import Period
from entrepot.core.calendar import Instant, local_date


def closing_of(periods: Iterable[Period], starts: Instant, ends: Instant) -> Period | None:
    """The closing that speaks for [``starts``, ``ends``): of those that cover it one that stands, then the one of just these
    months, then the last. ``None`` where it was never closed."""
    rows = _covering(periods, starts, ends)
    standing = _standing(rows)
    closings = [row for row in rows if row.closed]
    return max(
        closings, default=None,
        key=lambda row: (row.pk in standing, (row.starts, row.ends) == (starts, ends), row.recorded_at, row.version),
    )  # fmt: skip


def word_on(periods: Iterable[Period], starts: Instant, ends: Instant) -> Period | None:
    """The closing that stands for [``starts``, ``ends``), else the last word on it; ``None`` where nobody said one."""
    rows = _covering(periods, starts, ends)
    found = closing_of(rows, starts, ends)
    if found is not None and found.pk in _standing(rows):
        return found
    return max(rows, default=None, key=lambda row: (row.recorded_at, row.version))


def reported_at(periods: Iterable[Period], ends: Instant) -> Instant | None:
    """When the time until ``ends`` was reported: by the first of the closings that stand and end there or later, for a closing
    freezes whatever lies before its end. ``None`` where nothing that stands closed it."""
    rows = [row for row in periods if row.ends >= ends]
    standing = _standing(rows)
    return min((row.recorded_at for row in rows if row.pk in standing), default=None)


def months_of(period: Period, zone: str) -> str:
    """The months of a closing in its company's zone: ``2026-01``, or ``2026-01..2026-03``."""
    return months_between(local_date(period.starts, zone), local_date(period.ends - 1, zone))


def months_between(first: date, last: date) -> str:
    """The months of two days and those between, as commands take them.

    >>> months_between(date(2026, 1, 1), date(2026, 3, 31))
    '2026-01..2026-03'
    """
    one, other = f"{first:%Y-%m}", f"{last:%Y-%m}"
    return one if one == other else f"{one}..{other}"


def _covering(periods: Iterable[Period], starts: Instant, ends: Instant) -> list[Period]:
    return [row for row in periods if row.starts <= starts and row.ends >= ends]


def _standing(rows: list[Period]) -> set[int]:
    """Closings that nobody reopened."""
    last: dict[tuple[Instant, Instant], Period] = {}
    for row in sorted(rows, key=lambda row: (row.recorded_at, row.version)):
        last[row.starts, row.ends] = row
    return {row.pk for row in last.values() if row.closed}
