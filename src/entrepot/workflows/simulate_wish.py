"""What is asked of the twin, from text: ways of ordering, what goes wrong, how long, how often.

Ways: ``plan`` (Entrepot's policy), ``sheet`` or ``sheet:1.65`` (8-week average and z·σ·√L), ``cover`` or ``cover:60`` (days),
``own`` (the seller's own rules, see :mod:`~entrepot.workflows.simulate_rules`), ``happened`` (of the last year alone: what was
really ordered).
Disruptions, joined by commas: ``closed=F01:2027-01-30:2027-02-20`` or ``closed=CN:lny``, ``late=sea:3`` (weeks) or
``late=sea:3:2027-01-01:2027-03-01``, ``shut=rail:2027-01-01:2027-02-01`` (a strike, a closed border), ``freight=sea:40`` or
``freight=all:40`` (per cent), ``demand=-20`` (per cent), these two also with ``:FROM:TO``, ``cash=50`` (per cent of what the
expected sales would take to buy again). Places whose customers wait instead of going elsewhere: ``LA:2`` (two per cent of the
price for each week of waiting).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any

from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.plan_limits import Closure, read_limits

PLAN, SHEET, COVER, OWN, HAPPENED = "plan", "sheet", "cover", "own", "happened"
WAYS = (PLAN, SHEET, COVER, OWN, HAPPENED)
DEFAULT_WAYS = (PLAN, SHEET, COVER)
PAST, FUTURES = "past", "futures"
MOST_FUTURES, MOST_WEEKS, YEAR = 1000, 52, 52
ANY = "all"


@dataclass(frozen=True)
class Way:
    """A way of ordering: ``z`` of the sheet, ``days`` of cover."""

    code: str
    kind: str
    value: float = 0.0


@dataclass(frozen=True)
class Delay:
    """A mode (or all) brings goods ``weeks`` later for orders that would travel from ``first`` to ``last``; ``shut``: none
    leaves until ``last``."""

    mode: str
    weeks: int
    first: date | None = None
    last: date | None = None
    shut: bool = False


@dataclass(frozen=True)
class Change:
    """``factor`` on the freight of a mode (or all), or on demand (no mode), in weeks that begin from ``first`` to ``last``."""

    mode: str
    factor: float
    first: date | None = None
    last: date | None = None

    def on(self, day: date) -> float:
        """The factor of the week that begins on a day."""
        inside = (self.first is None or day >= self.first) and (self.last is None or day <= self.last)
        return self.factor if inside else 1.0


@dataclass(frozen=True)
class Disruption:
    """What goes wrong. ``cash``: share of the goods cost of expected sales that may be spent."""

    closed: tuple[Closure, ...] = ()
    delays: tuple[Delay, ...] = ()
    freight: tuple[Change, ...] = ()
    demand: tuple[Change, ...] = ()
    cash: float | None = None

    @property
    def calm(self) -> bool:
        """Whether nothing goes wrong."""
        return self == Disruption()

    @property
    def spans(self) -> list[tuple[date, date]]:
        """First and last day of all that has both."""
        dated = [*self.closed, *self.delays, *self.freight, *self.demand]
        return [(one.first, one.last) for one in dated if one.first is not None and one.last is not None]

    @property
    def parts(self) -> dict[str, Disruption]:
        """Each thing that goes wrong by itself."""
        usual = Disruption()
        return {
            one.name: replace(usual, **{one.name: value})
            for one in fields(self)
            if (value := getattr(self, one.name)) != getattr(usual, one.name)
        }

    @property
    def modes(self) -> set[str]:
        """Modes that are named."""
        return {one.mode for one in (*self.delays, *self.freight)} - {ANY}


@dataclass(frozen=True)
class Wish:
    """``mode``: past (the last year again) or futures; ``rules`` text of the seller's own rules; ``text`` of the disruption."""

    ways: tuple[Way, ...]
    mode: str = FUTURES
    futures: int = 200
    weeks: int = 26
    seed: int = 1
    text: str = ""
    rules: str = ""
    waits: str = ""
    disruption: Disruption = field(default_factory=Disruption)

    @property
    def waiting(self) -> dict[str, float]:
        """Place → share of the price that a week of waiting costs."""
        return read_waits(self.waits)

    def key(self, company: str, version: str) -> str:
        """Names the answer: the same question on the same books has the same key."""
        said = [company, version, [w.code for w in self.ways], self.mode, self.futures, self.weeks, self.seed, self.rules,
                self.waiting, asdict(self.disruption)]  # fmt: skip
        return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()[:20]

    def said(self) -> dict[str, Any]:
        """As a job keeps it: what :func:`read_wish` takes."""
        return {
            "ways": [way.code for way in self.ways], "mode": self.mode, "futures": self.futures, "weeks": self.weeks,
            "seed": self.seed, "disruption": self.text, "rules": self.rules, "waits": self.waits,
        }  # fmt: skip


def read_wish(
    on: date, *, ways: Sequence[str] = DEFAULT_WAYS, mode: str = FUTURES, futures: int | str = 200, weeks: int | str = 26,
    seed: int | str = 1, disruption: str = "", rules: str = "", waits: str = "",
) -> Wish:  # fmt: skip
    """A wish from text; ``on`` is the first day of the futures. Raises :class:`ProblemError` with what cannot be read.

    Of the past, the lunar new year is that of the year before ``on``.

    >>> wish = read_wish(date(2026, 11, 2), ways=["plan", "cover:45"], disruption="late=sea:3,demand=-20")
    >>> [way.code for way in wish.ways], wish.disruption.demand[0].factor, wish.disruption.delays[0].weeks
    (['plan', 'cover:45'], 0.8, 3)
    >>> read_wish(date(2026, 11, 2), mode="past", disruption="closed=CN:lny").disruption.closed[0].first
    datetime.date(2026, 2, 9)
    """
    found = tuple(dict.fromkeys(_way(text) for text in ways if text.strip()))
    if not found:
        raise _problem("ways", "", f"choose at least one of {', '.join(WAYS)}")
    if mode not in (PAST, FUTURES):
        raise _problem("mode", mode, "write past or futures")
    if mode != PAST and any(way.kind == HAPPENED for way in found):
        raise _problem("ways", HAPPENED, "what happened can be compared in the last year only: run the past")
    read_waits(waits)
    if any(way.kind == OWN for way in found):
        from entrepot.workflows.simulate_rules import read_rules

        read_rules(rules)
    return Wish(
        found, mode, _count("futures", futures, 10, MOST_FUTURES), _count("weeks", weeks, 4, MOST_WEEKS),
        _count("seed", seed, 0, 10**9), disruption.strip(), rules, waits.strip(),
        read_disruption(disruption, on - timedelta(weeks=YEAR) if mode == PAST else on),
    )  # fmt: skip


def read_disruption(text: str, on: date) -> Disruption:
    """What goes wrong, from text; empty: nothing.

    >>> read_disruption("freight=sea:40,cash=50", date(2026, 11, 2)).freight
    (Change(mode='sea', factor=1.4, first=None, last=None),)
    """
    closed: list[str] = []
    delays: list[Delay] = []
    freight: list[Change] = []
    demand: list[Change] = []
    cash: float | None = None
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, equals, value = part.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not value:
            raise _problem("disruption", part, "write name=value, such as late=sea:3")
        if name == "closed":
            closed.append(value)
        elif name in ("late", "shut"):
            delays.append(_delay(name, value, part))
        elif name == "freight":
            freight.append(_freight(value, part))
        elif name == "demand":
            percent, *days = value.split(":")
            demand.append(Change("", 1 + _percent(percent, part, -95, 400) / 100, *_days(days, part)))
        elif name == "cash":
            cash = _percent(value, part, 0, 1000) / 100
        else:
            raise _problem("disruption", part, "choose one of closed, late, shut, freight, demand, cash")
    return Disruption(
        read_limits(on, "USD", closed=tuple(closed)).closed, tuple(delays), tuple(freight), tuple(demand), cash
    )


def read_waits(text: str) -> dict[str, float]:
    """Places whose customers wait, from text: place → share of the price that a week of it costs.

    >>> read_waits("LA:2, DE")
    {'LA': 0.02, 'DE': 0.01}
    """
    out: dict[str, float] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        place, colon, percent = part.rpartition(":")
        out[place if colon else part] = _percent(percent, part, 0, 100, "waits") / 100 if colon else 0.01
    return out


def late_weeks(delays: Sequence[Delay], mode: str, on: date, weeks: int) -> list[int]:
    """By how many weeks goods that leave in week 0, 1, … come later by ``mode``.

    >>> late_weeks([Delay("sea", 2, date(2026, 11, 9), date(2026, 11, 22))], "sea", date(2026, 11, 2), 4)
    [0, 2, 2, 0]
    >>> late_weeks([Delay("sea", 0, date(2026, 11, 9), date(2026, 11, 29), shut=True)], "sea", date(2026, 11, 2), 5)
    [0, 3, 2, 1, 0]
    """
    out: list[int] = []
    for week in range(weeks):
        day = on + timedelta(weeks=week)
        extra = 0
        for one in delays:
            if one.mode not in (ANY, mode) or (one.first and day < one.first) or (one.last and day > one.last):
                continue
            extra = max(extra, -(-((one.last - day).days + 1) // 7) if one.shut and one.last else one.weeks)
        out.append(extra)
    return out


def _way(text: str) -> Way:
    kind, _, value = text.strip().partition(":")
    if kind not in WAYS:
        raise _problem("ways", text, f"choose one of {', '.join(WAYS)}")
    if kind == SHEET:
        z = _number(value or "1.65", text)
        if not 0 <= z <= 4:
            raise _problem("ways", text, "write the z of the safety stock, from 0 to 4")
        return Way(text.strip(), kind, z)
    if kind == COVER:
        days = _number(value or "60", text)
        if not 0 <= days <= 400:
            raise _problem("ways", text, "write days of cover, from 0 to 400")
        return Way(text.strip(), kind, days)
    return Way(kind, kind)


def _delay(name: str, value: str, part: str) -> Delay:
    parts = [one.strip() for one in value.split(":")]
    try:
        if name == "shut":
            mode, first, last = parts
            found = Delay(mode, 0, date.fromisoformat(first), date.fromisoformat(last), shut=True)
        elif len(parts) == 2:
            found = Delay(parts[0], int(parts[1]))
        else:
            mode, extra, first, last = parts
            found = Delay(mode, int(extra), date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        remedy = "write shut=MODE:FROM:TO" if name == "shut" else "write late=MODE:WEEKS or late=MODE:WEEKS:FROM:TO"
        raise _problem("disruption", part, f"{remedy}, days as 2027-01-30") from None
    if not 0 <= found.weeks <= 26 or (found.first and found.last and found.last < found.first):
        raise _problem("disruption", part, "write 0 to 26 weeks, and a first day before the last")
    if found.shut and found.first and found.last and (found.last - found.first).days > 182:
        raise _problem("disruption", part, "a lane can be shut for half a year at most")
    return found


def _freight(value: str, part: str) -> Change:
    """``40``, ``sea:40``, or either with two days."""
    named, *rest = value.split(":")
    mode, percent, days = (ANY, named, rest) if _is_number(named) else (named, (rest or [""])[0], rest[1:])
    return Change(mode.strip() or ANY, 1 + _percent(percent, part, -90, 900) / 100, *_days(days, part))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text.strip().rstrip("%")))
    except ValueError:
        return False


def _days(parts: list[str], whole: str) -> tuple[date | None, date | None]:
    """Nothing, or a first and a last day."""
    if not parts:
        return None, None
    try:
        first, last = (date.fromisoformat(one.strip()) for one in parts)
    except ValueError:
        raise _problem("disruption", whole, "write a first and a last day after it, as 2027-01-30:2027-02-20") from None
    if last < first:
        raise _problem("disruption", whole, "write a first day before the last")
    return first, last


def _percent(text: str, part: str, low: float, high: float, field_: str = "disruption") -> float:
    found = _number(text.rstrip("%"), part)
    if not low <= found <= high:
        raise _problem(field_, part, f"write a per cent from {low:g} to {high:g}")
    return found


def _number(text: str, whole: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not math.isfinite(found):
        raise _problem("number", whole, "write a number")
    return found


def _count(name: str, value: int | str, low: int, high: int) -> int:
    try:
        found = int(value)
    except ValueError:
        found = low - 1
    if not low <= found <= high:
        raise _problem(name, str(value), f"write a whole number from {low} to {high}")
    return found


def _problem(name: str, found: str, remedy: str) -> ProblemError:
    return ProblemError(
        Problem("bad_scenario", "this part of the scenario cannot be read", remedy, field=name, found=found)
    )
