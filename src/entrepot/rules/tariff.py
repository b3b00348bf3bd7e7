"""Tariff lines by schedule and date, the seller's own duty rates, and what to say when a code is not there."""

from __future__ import annotations

import dataclasses
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from entrepot.core.cost_lines import Basis


@dataclass(frozen=True, slots=True)
class TariffLine:
    """One rate line of a schedule, as printed.

    ``code`` is digits only. ``general`` is the rate text of column 1, ``special`` the preferential texts ("Free
    (A,AU,KR)"), ``other`` column 2. ``lists`` names the lists of added duties the line is on (``301:4A``); they are
    complete for the kinds in ``known_lists`` (``301``).
    """

    schedule: str
    code: str
    description: str
    general: str
    basis: Basis
    special: str = ""
    other: str = ""
    units: tuple[str, ...] = ()
    lists: frozenset[str] = frozenset()
    known_lists: frozenset[str] = frozenset()

    def holds(self, on: date) -> bool:
        """Whether the line stands in the schedule on a day."""
        start, end = self.basis.valid_from, self.basis.valid_to
        return not (start and on < start) and not (end and on > end)


@dataclass(frozen=True, slots=True)
class OwnRate:
    """A duty or tax rate that the seller knows: his broker's entry, a ruling, his platform's report. Overrides the tables.

    ``rate`` is a rate text ("6.5%", "1.2 EUR/kg"), empty where only the tax is given. ``whole`` = it contains the added
    duties too.
    """

    destination: str
    prefix: str
    rate: str
    basis: Basis
    origin: str = ""
    tax_percent: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What the tariff has for a code: its line, or several lines below it, or neither and the nearest ones instead."""

    line: TariffLine | None = None
    below: tuple[TariffLine, ...] = ()
    suggestions: tuple[TariffLine, ...] = ()
    retired: TariffLine | None = None


@dataclass(frozen=True)
class Tariff:
    """Lines by schedule and code, and the seller's own rates."""

    lines: Mapping[tuple[str, str], tuple[TariffLine, ...]] = field(
        default_factory=dict[tuple[str, str], tuple[TariffLine, ...]]
    )
    own: tuple[OwnRate, ...] = ()
    _codes: dict[str, list[str]] = field(default_factory=dict[str, list[str]], compare=False, repr=False)
    _owned: dict[tuple[str, str], list[OwnRate]] = field(
        default_factory=dict[tuple[str, str], list[OwnRate]], compare=False, repr=False
    )

    @staticmethod
    def of(lines: Iterable[TariffLine], own: Iterable[OwnRate] = ()) -> Tariff:
        """A tariff of lines; lines of one code follow each other in time."""
        table: dict[tuple[str, str], tuple[TariffLine, ...]] = {}
        for line in lines:
            key = (line.schedule, line.code)
            table[key] = (*table.get(key, ()), line)
        return Tariff(table, tuple(own))

    def extended(self, lines: Iterable[TariffLine] = (), own: Iterable[OwnRate] = ()) -> Tariff:
        """With more lines (which outrank those of the same code and days) and more own rates.

        What an older line of the same code says about lists of added duties that the new one does not know is kept.
        """
        table = dict(self.lines)
        for line in lines:
            key = (line.schedule, line.code)
            table[key] = (*table.get(key, ()), _with_lists(line, table.get(key, ())))
        return Tariff(table, (*self.own, *own))

    def find(self, schedule: str, hs: str, on: date) -> Found:
        """The line of a code on a day: its own, else the line above it that carries its rate, else those below it."""
        code = digits(hs)
        for length in range(len(code), 5, -1):
            line = self._at(schedule, code[:length], on)
            if line is not None:
                below = self._below(schedule, code, on) if length == len(code) and not line.general else ()
                return Found(line=None if below else line, below=below)
        if below := self._below(schedule, code, on):
            return Found(below=below)
        past = self.lines.get((schedule, code), ())
        near = code
        while len(near) > 4 and not self._below(schedule, near, on):
            near = near[:-1]
        heading = self._below(schedule, near, on) if len(near) >= 4 else ()
        words = _words(past[-1].description) if past else set[str]()
        ranked = sorted(heading, key=lambda n: (-len(words & _words(n.description)), n.code))
        return Found(suggestions=tuple(ranked[:5]), retired=past[-1] if past else None)

    def has(self, schedule: str) -> bool:
        """Whether any line of the schedule is there."""
        return bool(self._sorted(schedule))

    def own_rate(self, destination: str, hs: str, origin: str, on: date) -> OwnRate | None:
        """The seller's own rate: the longest prefix, then the one named for the origin, then the newest."""
        code = digits(hs)
        rows = self._own_rows()
        for length in range(len(code), -1, -1):
            held = [
                r for r in rows.get((destination, code[:length]), ())
                if r.origin in {"", origin} and not (r.basis.valid_from and on < r.basis.valid_from)
                and not (r.basis.valid_to and on > r.basis.valid_to)
            ]  # fmt: skip
            if held:
                return max(held, key=lambda r: (bool(r.origin), r.basis.valid_from or date.min))
        return None

    def change_days(self, schedule: str) -> set[date]:
        """Days on which a line of the schedule or an own rate begins or has ended."""
        bases = [n.basis for (s, _), lines in self.lines.items() if s == schedule for n in lines]
        bases += [r.basis for r in self.own if r.destination == schedule]
        days = {b.valid_from for b in bases if b.valid_from}
        return days | {date.fromordinal(b.valid_to.toordinal() + 1) for b in bases if b.valid_to}

    def _at(self, schedule: str, code: str, on: date) -> TariffLine | None:
        for line in reversed(self.lines.get((schedule, code), ())):
            if line.holds(on):
                return line
        return None

    def _below(self, schedule: str, code: str, on: date) -> tuple[TariffLine, ...]:
        codes = self._sorted(schedule)
        found: list[TariffLine] = []
        for i in range(bisect_left(codes, code), len(codes)):
            if not codes[i].startswith(code):
                break
            line = self._at(schedule, codes[i], on)
            if line is not None and line.general and codes[i] != code:
                found.append(line)
        return tuple(found)

    def _own_rows(self) -> dict[tuple[str, str], list[OwnRate]]:
        if not self._owned:
            for rate in self.own:
                self._owned.setdefault((rate.destination, rate.prefix), []).append(rate)
        return self._owned

    def _sorted(self, schedule: str) -> list[str]:
        if schedule not in self._codes:
            self._codes[schedule] = sorted(c for s, c in self.lines if s == schedule)
        return self._codes[schedule]


def _with_lists(line: TariffLine, older: tuple[TariffLine, ...]) -> TariffLine:
    if not older or older[-1].known_lists <= line.known_lists:
        return line
    kept = {x for x in older[-1].lists if kind_of(x) not in line.known_lists}
    return dataclasses.replace(line, lists=line.lists | kept, known_lists=line.known_lists | older[-1].known_lists)


def kind_of(name: str) -> str:
    """Kind of a list of added duties.

    >>> kind_of("301:4A")
    '301'
    """
    return name.split(":", 1)[0]


@lru_cache(maxsize=65536)
def digits(hs: str) -> str:
    """Digits of a code as people write it.

    >>> digits("6109.10.00 12")
    '6109100012'
    """
    return "".join(c for c in hs if c.isdigit())


def _words(text: str) -> set[str]:
    return {w for w in "".join(c.lower() if c.isalpha() else " " for c in text).split() if len(w) > 2}
