"""Dates and times of a file: the order of day and month decided from all its rows, instants in UTC.

"03/04/2026" alone is undecidable; one "25/04/2026" in the same column settles it. Dots mean day first everywhere they
are used. A time without an offset is in the zone that the caller names; none is assumed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

DateOrder = Literal["day_first", "month_first"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janv janvier enero ene jänner januari gennaio gen",
            "february feb februar févr février fév febrero februari febbraio",
            "march mar märz mär mrz mars marzo maart mrt",
            "april apr avril avr abril abr aprile",
            "may mai mayo mei maggio mag",
            "june jun juni juin junio giugno giu",
            "july jul juli juil juillet julio luglio lug",
            "august aug août aoû agosto ago augustus",
            "september sep sept septembre septiembre settembre set",
            "october oct oktober okt octobre octubre ottobre ott",
            "november nov novembre noviembre",
            "december dec dezember dez décembre déc diciembre dic dicembre",
        ),
        start=1,
    )
    for name in names.split()
}

_OFFSETS = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 60, "west": 60, "cet": 60, "cest": 120, "mez": 60, "mesz": 120,
    "eet": 120, "eest": 180, "pst": -480, "pdt": -420, "mst": -420, "mdt": -360, "cdt": -300, "est": -300, "edt": -240,
    "jst": 540, "aest": 600, "aedt": 660,
}  # fmt: skip
"""Minutes east of UTC. CST and IST are left out: each names several zones."""

_TIME = r"(?:[T,\s]+(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]\.?m\.?)?)?"
_ZONE = r"\s*(z|[+-]\d{2}:?\d{2}|[a-z]{2,4})?$"
_YEAR_FIRST = re.compile(r"^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})" + _TIME + _ZONE, re.IGNORECASE | re.ASCII)
_CHINESE = re.compile(r"^(\d{4})(年)(\d{1,2})月(\d{1,2})日?" + _TIME + _ZONE, re.IGNORECASE | re.ASCII)
_YEAR_LAST = re.compile(r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})" + _TIME + _ZONE, re.IGNORECASE | re.ASCII)
_DAY_NAME = re.compile(r"^(\d{1,2})\.?[\s-]+(?:de\s+)?([^\W\d_]+)\.?,?[\s-]+(?:de\s+)?(\d{4})" + _TIME + _ZONE, re.I)
_NAME_DAY = re.compile(r"^([^\W\d_]+)\.?\s+(\d{1,2}),?\s+(\d{4})" + _TIME + _ZONE, re.IGNORECASE)

Naive = tuple[int, int, int, int, int, int, int]


def order_evidence(text: str) -> Literal["day_first", "month_first", "either", "neutral", "bad"]:
    """What one date text says about the order of day and month in its column.

    >>> [order_evidence(t) for t in ("25/04/2026", "04/25/2026", "03/04/2026", "2026-04-25", "soon")]
    ['day_first', 'month_first', 'either', 'neutral', 'bad']
    """
    match = _YEAR_LAST.match(_clean(text))
    if match is None:
        return "neutral" if _parts(text, "day_first") else "bad"
    first, mark, second = int(match[1]), match[2], int(match[3])
    if mark == "." or first == second:
        return "neutral"
    if first > 12 and second > 12:
        return "bad"
    return "day_first" if first > 12 else "month_first" if second > 12 else "either"


def decide_order(texts: Iterable[tuple[str, int]]) -> tuple[DateOrder | None, dict[str, int], dict[str, str]]:
    """The order of day and month of all ``(text, how often)``, ``None`` where it cannot be told or both occur.

    >>> decide_order([("03/04/2026", 1), ("25/04/2026", 1)])[0], decide_order([("03/04/2026", 1)])[0]
    ('day_first', None)
    """
    counts: dict[str, int] = {}
    examples: dict[str, str] = {}
    for text, times in texts:
        kind = order_evidence(text)
        counts[kind] = counts.get(kind, 0) + times
        examples.setdefault(kind, text)
    if counts.get("day_first") and counts.get("month_first"):
        return None, counts, examples
    if counts.get("month_first"):
        return "month_first", counts, examples
    if counts.get("either") and not counts.get("day_first"):
        return None, counts, examples
    return "day_first", counts, examples


def has_offset(text: str) -> bool:
    """Whether the text itself says its distance from UTC.

    >>> has_offset("2026-01-31T08:00:00Z"), has_offset("2026-01-31 08:00")
    (True, False)
    """
    parts = _parts(text, "day_first") or _parts(text, "month_first")
    return parts is not None and parts[1] is not None


def instant(text: str, order: DateOrder, zone: str) -> datetime | None:
    """The moment in UTC; ``zone`` counts where the text has no offset. ``None`` where the text is no moment.

    An hour that a clock change repeats is taken as its first pass, one that it leaves out as after the change.

    >>> instant("Jun 8, 2025 10:23:05 PM PDT", "month_first", "UTC").isoformat()
    '2025-06-09T05:23:05+00:00'
    """
    parts = _parts(text, order)
    if parts is None:
        return None
    (year, month, day, hour, minute, second, micro), offset = parts
    try:
        moment = datetime(year, month, day, hour, minute, second, micro, tzinfo=offset or ZoneInfo(zone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _clean(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.strip()


def _parts(text: str, order: DateOrder) -> tuple[Naive, tzinfo | None] | None:
    text = _clean(text)
    if len(text) > 60:
        return None
    if m := (_YEAR_FIRST.match(text) or _CHINESE.match(text)):
        return _assemble(int(m[1]), int(m[3]), int(m[4]), m.groups()[4:])
    if m := _YEAR_LAST.match(text):
        a, b, year = int(m[1]), int(m[3]), int(m[4])
        year += 2000 if year < 100 else 0
        day, month = (a, b) if order == "day_first" or m[2] == "." else (b, a)
        return _assemble(year, month, day, m.groups()[4:])
    if m := _DAY_NAME.match(text):
        return _assemble(int(m[3]), _MONTHS.get(m[2].casefold(), 0), int(m[1]), m.groups()[3:])
    if m := _NAME_DAY.match(text):
        return _assemble(int(m[3]), _MONTHS.get(m[1].casefold(), 0), int(m[2]), m.groups()[3:])
    return None


def _assemble(year: int, month: int, day: int, rest: tuple[str | None, ...]) -> tuple[Naive, tzinfo | None] | None:
    hour, minute, second, fraction, half, zone = rest
    h = int(hour or 0)
    if half:
        if not 1 <= h <= 12:
            return None
        h = h % 12 + (12 if half[0] in "pP" else 0)
    offset = None
    if zone:
        minutes = _minutes(zone)
        if minutes is None:
            return None
        offset = timezone(timedelta(minutes=minutes))
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    naive = (year, month, day, h, int(minute or 0), int(second or 0), micro)
    return (naive, offset) if 1 <= month <= 12 and 1900 <= year <= 2200 else None


def _minutes(zone: str) -> int | None:
    if zone[0] in "+-":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        return None if minutes > 14 * 60 else -minutes if zone[0] == "-" else minutes
    return _OFFSETS.get(zone.casefold())
