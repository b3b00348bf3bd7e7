"""Tariff lines by schedule and date, the seller's own duty rates, and what to say when a code is not there."""

from __future__ import annotations

import dataclasses
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from entrepot.core.cost_lines import Basis
from entrepot.rules.tariff_words import WordIndex

SUGGESTED = 5
"""Lines named in place of a code that is not there."""


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
    _words: dict[str, WordIndex] = field(default_factory=dict[str, WordIndex], compare=False, repr=False)
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

    def extended(
        self, lines: Iterable[TariffLine] = (), own: Iterable[OwnRate] = (), replaces_on: date | None = None
    ) -> Tariff:  # fmt: skip
        """With more lines (which outrank those of the same code and days) and more own rates.

        ``replaces_on``: the lines are a schedule's edition of that day. An older code of a heading that the edition has, but
        neither as it is nor longer nor shorter, has ended the day before.
        What an older line of the same code says about lists of added duties that the new one does not know is kept.
        """
        table, fresh = dict(self.lines), list(lines)
        if replaces_on is not None:
            _retire(table, fresh, replaces_on)
        for line in fresh:
            key = (line.schedule, line.code)
            table[key] = (*table.get(key, ()), _with_lists(line, table.get(key, ())))
        return Tariff(table, (*self.own, *own))

    def find(self, schedule: str, hs: str, on: date, description: str = "") -> Found:
        """The line of a code on a day: its own, else the line above it that carries its rate, else those below it.

        For a code that is not there, or no longer, the lines nearest to the ``description`` of the goods, or to what the retired
        line was called, then those of the same heading.
        """
        code = digits(hs)
        for length in range(len(code), 5, -1):
            line = self._at(schedule, code[:length], on)
            if line is not None:
                below = self._below(schedule, code, on) if length == len(code) and not line.general else ()
                return Found(line=None if below else line, below=below)
        if below := self._below(schedule, code, on):
            return Found(below=below)
        past = next((p for n in range(len(code), 5, -1) if (p := self.lines.get((schedule, code[:n]), ()))), ())
        near = code
        while len(near) > 4 and not self._below(schedule, near, on):
            near = near[:-1]
        heading = self._below(schedule, near, on) if len(near) >= 4 else ()
        retired = past[-1] if past else None
        text = description or (retired.description.replace(" > ", " ") if retired else "")
        named = self.called(schedule, text, on, (n.code for n in heading)) if text else ()
        rest = [n for n in heading if n not in named]
        return Found(suggestions=(*named, *rest)[:SUGGESTED], retired=retired)

    def called(
        self, schedule: str, description: str, on: date, relatives: Iterable[str] = ()
    ) -> tuple[TariffLine, ...]:
        """Lines of a day whose own texts share the most words with a description, best first; none where no word is shared."""
        if schedule not in self._words:
            newest = {
                c: lines[-1].description for (s, c), lines in self.lines.items() if s == schedule and lines[-1].general
            }
            self._words[schedule] = WordIndex(newest)
        codes = self._words[schedule].nearest(description, 4 * SUGGESTED, relatives)
        lines = {line.code[:6]: line for code in reversed(codes) if (line := self._at(schedule, code, on)) is not None}
        best = dict.fromkeys(code[:6] for code in codes if code[:6] in lines)
        return tuple(lines[code] for code in best)[:SUGGESTED]

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


def _retire(table: dict[tuple[str, str], tuple[TariffLine, ...]], fresh: list[TariffLine], on: date) -> None:
    """End the open lines of headings that an edition has without them."""
    codes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in fresh:
        codes[line.schedule, line.code[:4]].append(line.code)
    for (schedule, code), lines in table.items():
        last, there = lines[-1], codes.get((schedule, code[:4]))
        began = last.basis.valid_from
        if not there or last.basis.valid_to or (began and began >= on):
            continue
        if not any(new.startswith(code) or code.startswith(new) for new in there):
            ended = dataclasses.replace(last.basis, valid_to=on - timedelta(days=1))
            table[schedule, code] = (*lines[:-1], dataclasses.replace(last, basis=ended))


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
