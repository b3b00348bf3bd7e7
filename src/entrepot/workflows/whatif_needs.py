"""What the rows of a what-if that are not known would need: the same entry asked singly says it of every charge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from entrepot.core.errors import ProblemError
from entrepot.engines.duty import assess, day_of, entry_of
from entrepot.engines.landed import WhatIf
from entrepot.rules import RuleBook
from entrepot.workflows.quote_needs import asked_first
from entrepot.workflows.rule_files import SellerRules
from entrepot.workflows.whatif import Change, Items, changed_book

MOST_NEEDS = 3
"""What is said of one row before it is counted only."""
_ANY_VALUE = 10**7
"""Stands in for a price that is not known, above every relief, so that the rest of what is lacking is said too."""


def needs(items: Items, result: WhatIf, rules: SellerRules, change: Change, most: int) -> dict[int, tuple[str, ...]]:
    """Place of each row that is not known, the first ``most`` of them, with what it lacks, once each."""
    books = (rules.book, changed_book(rules, change)) if change.patches else (rules.book,)
    found: dict[int, tuple[str, ...]] = {}
    for i in np.flatnonzero(~result.known)[:most].tolist():
        told = list(dict.fromkeys(n for book in books for n in _of_row(items, i, book, rules, result.currency)))
        found[i] = _short(told) or ("a rule or rate of that day",)
    return found


def _short(told: list[str]) -> tuple[str, ...]:
    """The first few of what must be asked first."""
    first = asked_first(told)
    more = (f"and {len(first) - MOST_NEEDS} more of the added duties",) if len(first) > MOST_NEEDS else ()
    return (*first[:MOST_NEEDS], *more)


def _of_row(items: Items, i: int, book: RuleBook, rules: SellerRules, shown: str) -> Iterable[str]:
    columns = items.entries
    country, on = columns.destination.at(i), day_of(int(columns.on[i]))
    if country not in book.countries:
        return [f"a country of the rule book in place of {country or 'none'}"]
    entry = entry_of(columns, i)
    if i in items.unpriced:
        entry = replace(entry, goods=tuple(replace(goods, value=_ANY_VALUE) for goods in entry.goods))
    rates = rules.rates.for_day(on)
    try:
        assessment = assess(book, entry, rates)
    except ProblemError as error:
        return [problem.message for problem in error.problems]
    there = assessment.currency
    lacking = [] if there == shown or rates(there, shown) is not None else [f"exchange rate {there} to {shown}"]
    priceless = ["the purchase price"] if i in items.unpriced else []
    return [*priceless, *(n for n in assessment.figures["landed"].needs if n != "the duty"), *lacking]
