"""Added duties of a goods line: which reach it, what yields to what, and what only a person can say."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from entrepot.engines.duty.model import Entry, Finding, Goods, Reach
from entrepot.engines.duty.ordinary import Ordinary
from entrepot.rules import Kind, Measure, RuleBook, TariffLine, Value
from entrepot.rules.tariff import digits, kind_of

_NO_LIST = frozenset[str]()
_LINE = 8
"""Digits of a line in the lists of added duties."""
Reached = tuple[Measure, Value, str]
"""A measure, its value of the day, and what a person must settle (empty = nothing)."""


def added_duties(book: RuleBook, entry: Entry, goods: Goods, ordinary: Ordinary) -> tuple[Finding, ...]:
    """What every added duty of the destination does to ``goods``: charged, yielding, not reached or unsettled."""
    if ordinary.whole:
        return ()
    measures = book.measures_on(entry.destination, entry.on, entry.known_on)
    if not measures:
        return ()
    code, reached, result = digits(goods.hs), list[Reached](), list[Finding]()
    for measure, value in measures:
        if value is None:
            result.append(_finding(goods, measure, Reach.NOT_IN_FORCE, None))
            continue
        answer = _reach(measure, entry, goods, code, ordinary.line)
        if answer is None:
            result.append(_finding(goods, measure, Reach.NOT_REACHED, value))
        else:
            reached.append((measure, value, answer))
    charged = {m.group for m, _, ask in reached if m.group and not ask}
    asked = {m.group for m, _, ask in reached if m.group and ask}
    for measure, value, ask in reached:
        result.append(_charged(goods, measure, value, ask, ordinary, charged, asked))
    return tuple(_one_of_its_group(result, {m.id: m for m, _ in measures}, "301"))


def _reach(measure: Measure, entry: Entry, goods: Goods, code: str, line: TariffLine | None) -> str | None:
    said = entry.confirmed.get(measure.id)
    if said is False or (goods.programme and goods.programme in measure.exempt_programmes):
        return None
    if goods.origin and not measure.covers_origin(goods.origin):
        return None
    if code and not measure.names_line(code):
        return None
    if said:
        return ""
    asks: list[str] = []
    if not goods.origin and (measure.origins or measure.not_origins):
        asks.append("country of origin")
    if measure.lists or measure.exempt_lists or measure.prefixes:
        if not code:
            asks.append("HS code")
        elif (measure.lists or measure.exempt_lists) and line is None and len(code) < _LINE:
            asks.append("the full code: lists of added duties go by eight digits")
        elif measure.lists or measure.exempt_lists:
            known = _on_lists(measure, line)
            if known is None:
                return None
            if known:
                asks.append(known)
    if measure.needs_confirmation:
        asks.append(measure.needs_confirmation)
    return ", ".join(asks)


def _on_lists(measure: Measure, line: TariffLine | None) -> str | None:
    """Empty = on its lists; ``None`` = not on them; else what is needed to know."""
    lists = line.lists if line is not None else _NO_LIST
    on, off = lists & set(measure.lists), lists & set(measure.exempt_lists)
    known = line.known_lists if line is not None else _NO_LIST
    complete = all(kind_of(x) in known for x in (*measure.lists, *measure.exempt_lists))
    if measure.lists and not on:
        return None if complete else f"whether the heading is on a list of {measure.name}"
    if any(x.endswith("?") for x in off):
        return f"whether the heading is exempt from {measure.name}: its list of exemptions is not settled"
    if off:
        return None
    if measure.exempt_lists and not complete:
        return f"whether the heading is exempt from {measure.name}"
    return ""


def _charged(
    goods: Goods, measure: Measure, value: Value, ask: str, ordinary: Ordinary, charged: set[str], asked: set[str]
) -> Finding:
    if charged & set(measure.yields_to):
        return _finding(goods, measure, Reach.YIELDS, value)
    if not ask and asked & set(measure.yields_to):
        ask = "whether a measure that takes its place is charged"
    if ask:
        return _finding(goods, measure, Reach.UNSETTLED, value, text=ask)
    rate = value.number("percent") / 100
    if measure.kind is Kind.CAP:
        plain = ordinary.rate.percent if ordinary.rate is not None else None
        if plain is None:
            return _finding(goods, measure, Reach.UNSETTLED, value, text="the ordinary rate as a percentage")
        rate = max(Fraction(0), rate - plain / 100)
    return _finding(goods, measure, Reach.CHARGED, value, rate)


def _one_of_its_group(findings: Iterable[Finding], measures: dict[str, Measure], group: str) -> Iterable[Finding]:
    """Several lists of Section 301 on one line cover it in part each: a person says which part the goods are."""
    found = list(findings)
    mine = [f for f in found if measures[f.measure].group == group and f.reach in {Reach.CHARGED, Reach.UNSETTLED}]
    if len({f.rate for f in mine}) < 2:
        return found
    text = f"which of {', '.join(f.name for f in mine)} covers the goods"
    return [Finding(f.item, f.measure, f.name, Reach.UNSETTLED, None, text, f.basis) if f in mine else f for f in found]


def _finding(
    goods: Goods, measure: Measure, reach: Reach, value: Value | None, rate: Fraction | None = None, text: str = ""
) -> Finding:
    return Finding(goods.item, measure.id, measure.name, reach, rate, text, value.basis if value else None)
