"""Events that every shop of a market feels, as editable priors: what a week is expected to sell before it was ever seen.

A seller without a Christmas in his history cannot learn it from his own data. Until he can, the calendar speaks: each
event lifts (or lowers) the weeks around its day by a share of normal demand. The default figures are round numbers set
against official retail statistics (below) and are halved in use (:data:`TRUST`), for a shop is not all of retail. Two weeks of
the shop's own same season outweigh the prior (season.py).

Sources: US Census Bureau, Quarterly Retail E-Commerce Sales (not adjusted: Q1 2024 is 17.0 % below Q4 2023; release
CB24-76). Dates of moving feasts: the `holidays` package. Figures for China and the Gulf are our assumptions; edit them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from entrepot.engines.demand.model import Floats

TRUST = 0.5
"""Share of an event's effect (in logarithms) that is believed before the shop has seen one itself."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the calendar and what it does to demand.

    ``day`` names its date: ``"12-25"`` (month-day), ``"black_friday"``, ``"prime_day"`` (second Tuesday of July, the real
    days are announced each year), ``"lunar_new_year"`` or ``"ramadan"`` (its first day). ``effect`` are (first, last, share)
    in weeks from the event's week: (-5, -2, 0.35) = 35 % more in the fifth to the second week before it.
    """

    code: str
    day: str
    effect: tuple[tuple[int, int, float], ...]


WEST: tuple[Event, ...] = (
    Event(
        "christmas", "12-25",
        ((-11, -8, 0.04), (-7, -6, 0.15), (-5, -2, 0.35), (-1, -1, 0.10), (0, 1, -0.18), (2, 9, -0.07)),
    ),
    Event("black_friday", "black_friday", ((0, 0, 0.08),)),
    Event("prime_day", "prime_day", ((0, 0, 0.05),)),
)  # fmt: skip
"""Buyers in Europe, North America, Australia."""

CHINA: tuple[Event, ...] = (
    Event("singles_day", "11-11", ((-1, -1, 0.10), (0, 0, 0.60), (1, 2, -0.15))),
    Event("june_18", "06-18", ((0, 0, 0.30),)),
    Event("lunar_new_year", "lunar_new_year", ((-3, -2, 0.20), (-1, 0, -0.30))),
)
"""Buyers in China."""

GULF: tuple[Event, ...] = (
    Event("ramadan", "ramadan", ((-2, -1, 0.10), (0, 3, 0.15), (4, 4, 0.10))),
    Event("white_friday", "black_friday", ((0, 0, 0.30),)),
)
"""Buyers in the Gulf states."""

CALENDARS: Mapping[str, tuple[Event, ...]] = {"west": WEST, "china": CHINA, "gulf": GULF}


def index(weeks: Sequence[date], events: Sequence[Event] = WEST) -> Floats:
    """Expected demand of each week [weeks] against a week without events; ``weeks`` are Mondays.

    >>> days = [date(2026, 6, 1), date(2026, 11, 30), date(2026, 12, 28)]
    >>> index(days).round(2).tolist()
    [1.0, 1.16, 0.91]
    """
    log = np.zeros(len(weeks))
    if not weeks:
        return np.exp(log)
    days = np.array([week.toordinal() for week in weeks])
    for event in events:
        for year in range(weeks[0].year - 1, weeks[-1].year + 2):
            at = day_of(event.day, year)
            if at is None:
                continue
            away = (days - (at - timedelta(days=at.weekday())).toordinal()) // 7
            for first, last, share in event.effect:
                log[(away >= first) & (away <= last)] += np.log1p(share)
    return np.exp(TRUST * log)


@lru_cache(maxsize=512)
def day_of(rule: str, year: int) -> date | None:
    """Date of an event in ``year``, or ``None`` where the rule has none.

    >>> day_of("black_friday", 2026), day_of("lunar_new_year", 2026), day_of("ramadan", 2026)
    (datetime.date(2026, 11, 27), datetime.date(2026, 2, 17), datetime.date(2026, 2, 18))
    """
    if rule == "black_friday":
        return _weekday(year, 11, 3, 4) + timedelta(days=1)
    if rule == "prime_day":
        return _weekday(year, 7, 1, 2)
    if rule == "lunar_new_year":
        return _feast(year, "CN", "Chinese New Year")
    if rule == "ramadan":
        feast = _feast(year, "AE", "Eid al-Fitr")
        # A month of the moon has 29 or 30 days; the feast follows the last of them.
        return feast - timedelta(days=30) if feast else None
    month, _, number = rule.partition("-")
    return date(year, int(month), int(number))


def _weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _feast(year: int, country: str, name: str) -> date | None:
    """First day of a feast; its eve and the days off around it are listed under other names."""
    import holidays

    found = holidays.country_holidays(country, years=year, language="en_US")
    days = sorted(day for day, told in found.items() if told.startswith(name) and "Eve" not in told)
    days = [day for day in days if "Holiday" not in found[day]]
    return days[0] if days else None
