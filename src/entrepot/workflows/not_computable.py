"""What the rule book cannot compute, and why: charges nobody could settle, duties that need a person, rules from memory.

The list is made from the rule book itself, so that it is as long as the book is open, and printed by the acceptance run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from entrepot.core.cost_lines import Confidence
from entrepot.engines.duty import parse_rate
from entrepot.rules import RuleBook


@dataclass(frozen=True, slots=True)
class Open:
    """One thing that is asked instead of reckoned. ``kind``: charge | duty | rate | rule | outside.

    ``why`` says what a person would have to know; ``until`` and ``since`` are the days on which it matters.
    """

    kind: str
    where: str
    what: str
    why: str
    since: date | None
    until: date | None
    source: str


def not_computable(book: RuleBook) -> list[Open]:
    """Everything open, by kind, country and name.

    >>> from entrepot.rules import rule_book
    >>> found = not_computable(rule_book())
    >>> sorted({one.kind for one in found})
    ['charge', 'duty', 'outside', 'rate', 'rule']
    >>> next(one.why for one in found if one.what.startswith("IPI"))
    'the rates of IPI, PIS-import and COFINS-import of the heading'
    """
    found = [*_rules(book), *_measures(book), *_rates(book)]
    order = ("charge", "duty", "rate", "rule", "outside")
    return sorted(found, key=lambda o: (order.index(o.kind), o.where, o.what, o.since or date.min))


def _rules(book: RuleBook) -> Iterator[Open]:
    for rule in book.rules.values():
        country, _dot, name = rule.id.partition(".")
        for value in rule.values:
            basis = value.basis
            days = (basis.valid_from, basis.valid_to, basis.source)
            if name.startswith("open_charge"):
                yield Open("charge", country.upper(), value.text("label") or name, value.text("needs"), *days)
            elif name == "not_included":
                yield Open("outside", country.upper(), value.text("text"), "its amount is not in the book", *days)
            elif basis.confidence is Confidence.UNCONFIRMED:
                yield Open("rule", country.upper(), name, "no source was found: to be confirmed", *days)


def _measures(book: RuleBook) -> Iterator[Open]:
    for measure in book.measures:
        if measure.needs_confirmation:
            for value in measure.rule.values:
                basis = value.basis
                yield Open(
                    "duty", measure.destination, measure.name, measure.needs_confirmation, basis.valid_from, basis.valid_to,
                    basis.source,
                )  # fmt: skip


def _rates(book: RuleBook) -> Iterator[Open]:
    for lines in book.tariff.lines.values():
        for line in lines:
            if parse_rate(line.general).person:
                why = "the text of the rate cannot be reckoned"
                basis = line.basis
                what = f"{line.code}: {line.general}"
                yield Open("rate", line.schedule, what, why, basis.valid_from, basis.valid_to, basis.source)
