"""The policy timeline: dated trade measures of 2018 to 2028 with source and confidence, for the monitor and the explorer.

The timeline is what people watch; what is charged stands in the rule book. A row from memory says so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from entrepot.core.cost_lines import Confidence

_CONFIDENCE = {"high": Confidence.HIGH, "medium": Confidence.MEDIUM, "memory_unverified": Confidence.UNCONFIRMED}


@dataclass(frozen=True, slots=True)
class Event:
    """One measure with its first and last day; ``on_text`` keeps a date that is only a month."""

    jurisdiction: str
    measure: str
    goods: str
    origins: str
    mode: str
    rate: str
    starts: date | None
    ends: date | None
    status: str
    source: str
    confidence: Confidence
    note: str
    on_text: str


@cache
def timeline() -> tuple[Event, ...]:
    """All events in the order of their first day; those without a day come last.

    >>> len(timeline()), sum(e.confidence is Confidence.UNCONFIRMED for e in timeline())
    (101, 32)
    """
    text = (files("entrepot.rules") / "data" / "timeline.csv").read_text(encoding="utf-8")
    events = [_event(row) for row in csv.DictReader(text.splitlines())]
    return tuple(sorted(events, key=lambda e: e.starts or date.max))


def changes(start: date, end: date, jurisdiction: str = "") -> Iterator[tuple[date, str, Event]]:
    """What begins or ends between two days, both included, in order: day, "begins" or "ends", event.

    >>> [(str(day), what, event.measure) for day, what, event in changes(date(2026, 12, 1), date(2027, 1, 31))]
    [('2027-01-01', 'ends', 'Export rebate: batteries'), ('2027-01-01', 'begins', 'Export rebate: batteries')]
    """
    found: list[tuple[date, str, Event]] = []
    for event in timeline():
        if jurisdiction and event.jurisdiction != jurisdiction:
            continue
        if event.starts and start <= event.starts <= end:
            found.append((event.starts, "begins", event))
        if event.ends and start <= event.ends + timedelta(days=1) <= end:
            found.append((event.ends + timedelta(days=1), "ends", event))
    yield from sorted(found, key=lambda f: (f[0], f[1] == "begins", f[2].measure))


def _event(row: dict[str, str]) -> Event:
    rate = " ".join(p for p in (row["rate"], row["unit"]) if p)
    return Event(
        row["jurisdiction"], row["measure"], row["scope_hs"], row["scope_origin"], row["scope_mode"], rate,
        _day(row["valid_from"]), _day(row["valid_to"], last=True), row["status"], row["source"],
        _CONFIDENCE[row["confidence"]], row["note"], row["valid_from"],
    )  # fmt: skip


def _day(text: str, last: bool = False) -> date | None:
    if not text:
        return None
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        following = date(year + month // 12, month % 12 + 1, 1)
        return following - timedelta(days=1) if last else date(year, month, 1)
    return date.fromisoformat(text)
