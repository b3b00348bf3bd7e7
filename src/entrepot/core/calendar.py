"""Instants, zones and periods.

A fact carries instants as integer microseconds since 1970-01-01 UTC. Periods are cut at midnight of the company's
zone; a channel's business date serves sales reports only.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Instant = int
"""Microseconds since the epoch, UTC."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY: Instant = 86_400_000_000
WEEK: Instant = 7 * DAY


def to_instant(moment: datetime) -> Instant:
    """An aware datetime as an instant; a naive one is refused.

    >>> to_instant(datetime(1970, 1, 2, tzinfo=UTC)) == DAY
    True
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is not an instant")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_datetime(instant: Instant, zone: str = "UTC") -> datetime:
    """The instant in ``zone``.

    >>> to_datetime(0, "Asia/Shanghai").isoformat()
    '1970-01-01T08:00:00+08:00'
    """
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(ZoneInfo(zone))


def midnight(day: date, zone: str) -> Instant:
    """The first instant of ``day`` in ``zone``.

    >>> midnight(date(1970, 1, 2), "Asia/Shanghai") == 16 * 3_600_000_000
    True
    """
    return to_instant(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def local_date(instant: Instant, zone: str) -> date:
    """The calendar day of ``instant`` in ``zone``."""
    return to_datetime(instant, zone).date()


def month_starts(first: Instant, last: Instant, zone: str) -> list[Instant]:
    """First instants of every month of ``zone`` from the month of ``first`` through the month after ``last``.

    >>> len(month_starts(0, 40 * DAY, "UTC"))
    3
    """
    day = local_date(first, zone).replace(day=1)
    starts = [midnight(day, zone)]
    while starts[-1] <= last:
        day = (day + timedelta(days=32)).replace(day=1)
        starts.append(midnight(day, zone))
    return starts
