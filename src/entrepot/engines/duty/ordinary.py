"""The ordinary rate of a goods line: the seller's own figure, else the schedule's text, else the country's general rate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from entrepot.core.cost_lines import Basis, Confidence
from entrepot.core.percent import percent_text
from entrepot.engines.duty.model import Entry, Goods
from entrepot.engines.duty.rate_text import Rate, Term, parse_rate
from entrepot.engines.duty.within import reaches_chapter
from entrepot.rules import DestinationRules, OwnRate, RuleBook, TariffLine
from entrepot.rules.tariff import digits

_COLUMN_2 = frozenset({"BY", "CU", "KP", "RU"})
_TEXTS = "US"
"""The schedule whose texts stand in where a country has none: the first six digits are the same."""
_LONG = 45
_USMCA = {"USMCA": "S", "CUSMA": "S", "T-MEC": "S"}
GIVEN = Basis("own figure", "given with the goods", confidence=Confidence.SELLER)


@dataclass(frozen=True, slots=True)
class Ordinary:
    """The ordinary rate of a line with what it rests on; ``rate`` is ``None`` where it is not known: see ``needs``.

    ``line`` is the schedule's line where there is one. ``whole``: the rate contains the added duties too.
    """

    rate: Rate | None
    basis: Basis
    needs: tuple[str, ...] = ()
    line: TariffLine | None = None
    whole: bool = False
    note: str = ""


def ordinary_rate(book: RuleBook, rules: DestinationRules, entry: Entry, goods: Goods) -> Ordinary:
    """The ordinary rate of ``goods``; what cannot be computed comes back with the text and a reason, never as a guess."""
    code = digits(goods.hs)
    schedule = schedule_of(book, entry.destination)
    found = book.tariff.find(schedule, code, entry.on) if code else None
    line = found.line if found else None
    if line is None and found is not None and len({n.lists for n in found.below}) == 1:
        line = found.below[0] if len({n.general for n in found.below}) == 1 or goods.duty_rate is not None else None
    if goods.duty_rate is not None:
        return Ordinary(percent_rate(goods.duty_rate), GIVEN, line=line)
    if (own := book.tariff.own_rate(entry.destination, code, goods.origin, entry.on)) and own.rate:
        return _own(own, line)
    if line is not None:
        return _scheduled(line, goods)
    if found is not None and len(found.below) > 0:
        return _several(found.below)
    general = rules.get("duty_rate")
    if general is not None and reaches_chapter(general, code):
        return Ordinary(percent_rate(general.number("percent") / 100), general.basis, note=general.note)
    return Ordinary(None, Basis(f"{schedule.lower()}.tariff"), (_missing(book, rules, entry, goods, schedule),))


def schedule_of(book: RuleBook, destination: str) -> str:
    """Which tariff schedule a destination uses: its parent's, where it has one."""
    country = book.countries.get(destination)
    return (country.parent or destination) if country else destination


def percent_rate(rate: Fraction) -> Rate:
    """A plain percentage as a rate.

    >>> percent_rate(Fraction(1, 40)).text
    '2.5%'
    """
    return Rate(percent_text(rate), (Term(percent=rate * 100),))


def _own(own: OwnRate, line: TariffLine | None) -> Ordinary:
    rate = parse_rate(own.rate)
    needs = () if rate.chargeable else (f"a person: {rate.person}: {own.rate!r}",)
    return Ordinary(rate if rate.chargeable else None, own.basis, needs, line, own.whole)


def _scheduled(line: TariffLine, goods: Goods) -> Ordinary:
    text = line.other if line.schedule == "US" and goods.origin in _COLUMN_2 else line.general
    note = ""
    if goods.programme and (special := special_rate(line.special, goods.programme)) is not None:
        text, note = special, f"preferential rate of {goods.programme}: needs its certificate for this shipment"
    elif goods.programme:
        note = f"the schedule has no preferential rate of {goods.programme} for this line: the general rate"
    rate = parse_rate(text)
    if not rate.chargeable:
        return Ordinary(None, line.basis, (f"a person: {rate.person}: {text!r}",), line)
    return Ordinary(rate, line.basis, line=line, note=note)


def special_rate(special: str, programme: str) -> str | None:
    """The rate text of a programme in a column such as "Free (A,AU,BH) 2.5% (KR)".

    >>> special_rate("Free (A,AU,BH) 2.5% (KR)", "KR"), special_rate("Free (A*,AU)", "A"), special_rate("Free (AU)", "JP")
    ('2.5%', None, None)
    """
    symbol = _USMCA.get(programme, programme)
    for match in re.finditer(r"([^()]+)\(([^)]*)\)", special):
        if symbol in {s.strip() for s in match[2].split(",")}:
            return match[1].strip()
    return None


def _several(below: tuple[TariffLine, ...]) -> Ordinary:
    first, texts = below[0], {n.general for n in below}
    if len(texts) == 1 and len({n.lists for n in below}) == 1 and parse_rate(first.general).chargeable:
        return Ordinary(parse_rate(first.general), first.basis, line=first)
    shown = ", ".join(f"{n.code} {n.general}" for n in below[:4])
    more = f" and {len(below) - 4} more" if len(below) > 4 else ""
    return Ordinary(None, first.basis, (f"the full code: the heading has several rates ({shown}{more})",))


def _missing(book: RuleBook, rules: DestinationRules, entry: Entry, goods: Goods, schedule: str) -> str:
    code, own = digits(goods.hs), book.tariff.has(schedule)
    if not code:
        asked = f"HS code or duty rate: {goods.hs[:20]} is no code" if goods.hs.strip() else "HS code or duty rate"
        named = (
            book.tariff.called(schedule if own else _TEXTS, goods.description, entry.on) if goods.description else ()
        )
        return f"{asked}; by its words perhaps {_named(named, own)}" if named else asked
    found = book.tariff.find(schedule, code, entry.on, goods.description)
    near = _named(found.suggestions, own)
    if found.retired is not None:
        return f"a code of the day: {code} is not in force on {entry.on}" + (f"; perhaps {near}" if near else "")
    if near:
        return f"the duty rate of {code} in {rules.name}: not in the book; near it: {near}"
    typed = f"the duty rate of {code} in {rules.name}: type it or import the schedule"
    other = book.tariff.find(_TEXTS, code, entry.on)
    if not own and goods.description and other.line is None and not other.below:
        named = book.tariff.called(_TEXTS, goods.description, entry.on)
        return f"{typed}; by its words perhaps {_named(named, own)}" if named else typed
    return typed


def _named(lines: tuple[TariffLine, ...], own: bool) -> str:
    """Lines with their rates and what they are called; of another schedule the six digits that all countries share."""
    if own:
        return ", ".join(f"{n.code} {n.general} “{_called(n.description)}”" for n in lines)
    six = {n.code[:6]: _called(n.description) for n in reversed(lines)}
    return ", ".join(f"{code} “{six[code]}”" for code in dict.fromkeys(n.code[:6] for n in lines))


def _called(description: str) -> str:
    """The heading and the last step of a description, each cut where it is long.

    >>> _called("T-shirts, knitted or crocheted > Of cotton > Of cotton"), _called("Wine")
    ('T-shirts knitted or crocheted: Of cotton', 'Wine')
    """
    steps = list(dict.fromkeys(part.strip().rstrip(":").replace(",", "") for part in description.split(" > ")))
    ends = steps if len(steps) < 2 else [steps[0], steps[-1]]
    return ": ".join(text if len(text) <= _LONG else f"{text[: _LONG - 1].rstrip()}…" for text in ends)
