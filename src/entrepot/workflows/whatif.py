"""What if a tariff, an exchange rate or freight changes: the landed cost of many items before and after."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import isfinite
from pathlib import Path

import numpy as np

from entrepot.core.countries import origin_code
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import exponent, minor
from entrepot.core.percent import DUTY, rate_of
from entrepot.engines.duty import Coded, Entries, day_number
from entrepot.engines.landed import WhatIf, what_if
from entrepot.rules import AddDuty, Patch, RuleBook
from entrepot.rules.fx import ExchangeRates
from entrepot.workflows.rule_files import SellerRules

MOST_POINTS, MOST_PERCENT, MOST_DIGITS = 1_000, 10_000, 12
"""Largest change of a tariff in points and of a rate or freight in per cent; powers of ten beyond are no change of anything."""
_HEADING = re.compile(r"[0-9. ]{0,16}")
COLUMNS = ("sku", "destination", "quantity", "price", "currency", "hs", "origin")
"""Columns that a file of items must have; these may follow: grams, freight, insurance, mode, regime, duty, sale."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed: patches of the rule book, factors on exchange rates, a factor on freight."""

    patches: tuple[Patch, ...] = ()
    rates: Mapping[tuple[str, str], Fraction] | None = None
    freight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Items:
    """Items as columns, their names, and the net sale price of all units where it was given (−1 = not given)."""

    entries: Entries
    keys: tuple[str, ...]
    sale: np.ndarray[tuple[int], np.dtype[np.int64]]
    unpriced: frozenset[int] = frozenset()
    """Places of the rows without a price: their cost is not known, whatever duty they would pay on nothing."""
    no_freight: int = 0
    """How many rows name no freight: their landed cost leaves it out."""


def effect(
    rules: SellerRules, items: Items, change: Change, currency: str, recovered: frozenset[str] = frozenset()
) -> WhatIf:
    """Landed cost before and after; neither the books nor the rule book are touched.

    ``recovered`` are destinations in which import tax comes back.
    """
    changed = changed_book(rules, change)
    shifted = ExchangeRates(rules.rates.own, rules.rates.ecb, change.rates) if change.rates else rules.rates
    price = np.where(items.sale < 0, np.iinfo(np.int64).max, items.sale)
    result = what_if(
        rules.book, changed, items.entries, items.keys, rules.rates.for_day, currency, shifted.for_day, change.freight,
        price if (items.sale >= 0).any() else None, recovered,
    )  # fmt: skip
    known = result.known.copy()
    known[list(items.unpriced)] = False
    return replace(result, known=known)


def changed_book(rules: SellerRules, change: Change) -> RuleBook:
    """The rule book under the change; the same one where no rule changes."""
    return rules.book.patched(*change.patches) if change.patches else rules.book


def factor(percent: float, field: str) -> Fraction:
    """1 + percent / 100; raises for what is no number or would leave less than nothing.

    >>> factor(-5, "freight")
    Fraction(19, 20)
    """
    if not isfinite(percent) or not -100 <= percent <= MOST_PERCENT:
        raise ProblemError(
            Problem("bad_percent", f"this change of {field} cannot be reckoned with",
                    f"give per cent from -100 to {MOST_PERCENT}", field=field, found=str(percent))
        )  # fmt: skip
    return 1 + Fraction(str(percent)) / 100


def tariff(text: str, start: date, book: RuleBook) -> AddDuty:
    """``US:6109:CN:10`` = ten points more on US headings 6109 of Chinese origin; heading and origin may be empty.

    >>> from entrepot.rules import rule_book
    >>> tariff("US:6109:CN:10", date(2026, 12, 1), rule_book()).prefix
    '6109'
    """
    parts = [p.strip() for p in text.split(":")]
    points = _number(parts[3]) if len(parts) == 4 else None
    if (
        points is None
        or abs(points) > MOST_POINTS
        or parts[0].upper() not in book.countries
        or not _HEADING.fullmatch(parts[1])
    ):
        raise ProblemError(
            Problem("bad_tariff", "this change of a tariff cannot be read",
                    "write COUNTRY:HEADING:ORIGIN:POINTS, such as US:6109:CN:10, with a country of the rule book, a heading in "
                    f"digits or none, an origin or none, and points from -{MOST_POINTS} to {MOST_POINTS}",
                    field="tariff", found=text)
        )  # fmt: skip
    origins = (origin_code(parts[2]),) if parts[2] else ()
    return AddDuty(parts[0].upper(), parts[3], start, "".join(c for c in parts[1] if c.isdigit()), origins)


def exchange(text: str) -> tuple[tuple[str, str], Fraction]:
    """``USD/CNY:-5`` = one dollar buys five per cent fewer yuan.

    >>> exchange("USD/CNY:-5")
    (('USD', 'CNY'), Fraction(19, 20))
    """
    pair, _, percent = text.partition(":")
    base, _, quote = pair.strip().upper().partition("/")
    change = _number(percent)
    if base == quote or len(base) != 3 or len(quote) != 3 or change is None or not -100 < change <= MOST_PERCENT:
        raise ProblemError(
            Problem("bad_exchange", "this change of an exchange rate cannot be read",
                    f"write USD/CNY:-5: two currencies and a change above -100 and up to {MOST_PERCENT} per cent", field="fx",
                    found=text)
        )  # fmt: skip
    for code in (base, quote):
        try:
            exponent(code)
        except ProblemError as error:
            raise ProblemError(*(replace(p, field="fx") for p in error.problems)) from None
    return (base, quote), 1 + change / 100


def read_items(file: Path, on: date) -> Items:
    """Items of a CSV file, all entering on ``on``. Raises :class:`~entrepot.core.errors.ProblemError` with each bad row."""
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    missing = [c for c in COLUMNS if not rows or c not in rows[0]]
    if missing:
        raise ProblemError(
            Problem("columns_missing", f"the file has no {', '.join(missing)}", f"give the columns {', '.join(COLUMNS)}",
                    document=file.name)
        )  # fmt: skip
    problems: list[Problem] = []
    numbers = [_row(row, n, file.name, problems) for n, row in enumerate(rows, start=2)]
    if problems:
        raise ProblemError(*problems[:50])
    return Items(entries_of(rows, [n for n in numbers if n], on), tuple(r["sku"] for r in rows),
                 np.array([n[4] for n in numbers if n], dtype=np.int64),
                 frozenset(i for i, r in enumerate(rows) if not (r.get("price") or "").strip()),
                 sum(not (r.get("freight") or "").strip() for r in rows))  # fmt: skip


def entries_of(rows: list[dict[str, str]], numbers: list[tuple[int, int, int, int, int, int]], on: date) -> Entries:
    """Columns of rows that were read: quantity, value, freight, insurance, sale and grams beside their texts."""
    table = np.array(numbers, dtype=np.int64).reshape(-1, 6)

    def texts(name: str, default: str = "") -> Coded:
        return Coded.of((r.get(name) or default).strip() for r in rows)

    def upper(name: str) -> Coded:
        return Coded.of((r.get(name) or "").strip().upper() for r in rows)

    return Entries(
        upper("destination"), np.full(len(rows), day_number(on), dtype=np.int64), texts("regime", "commercial"),
        texts("mode"), texts("hs"), upper("origin"), upper("currency"), table[:, 0], table[:, 1], table[:, 2],
        table[:, 3], table[:, 5], Coded.of(_fraction(r.get("duty") or "") for r in rows),
    )  # fmt: skip


def _row(
    row: dict[str, str], line: int, document: str, problems: list[Problem]
) -> tuple[int, int, int, int, int, int] | None:  # fmt: skip
    try:
        quantity = int(row["quantity"])
        own = row["currency"].strip().upper()
        freight, cover = (minor(row.get(k) or "0", own) for k in ("freight", "insurance"))
        value = minor(str(Decimal((row.get("price") or "").strip() or "0") * quantity), own)
        sale = minor(row["sale"], own) * quantity if row.get("sale") else -1
        grams = int(row["grams"]) if row.get("grams") else -1
        _fraction(row.get("duty") or "")
        origin_code(row.get("origin") or "")
        if quantity < 1 or min(value, freight, cover) < 0:
            raise ValueError
    except ProblemError as error:
        problems += [replace(p, document=document, line=line) for p in error.problems]
        return None
    except (ValueError, InvalidOperation):
        problems.append(
            Problem("bad_item_row", "this row cannot be read",
                    "write whole quantities and grams, prices like 12.34, a currency code and a duty in per cent",
                    document=document, line=line, found=str({k: row.get(k) for k in COLUMNS}))
        )  # fmt: skip
        return None
    return quantity, value, freight, cover, sale, grams


def _fraction(text: str) -> str:
    rate = rate_of(text, DUTY, "duty")
    return "" if rate is None else str(rate)


def _number(text: str) -> Fraction | None:
    try:
        number = Decimal(text.strip().rstrip("%"))
    except InvalidOperation:
        return None
    return Fraction(number) if number.is_finite() and abs(number.adjusted()) < MOST_DIGITS else None


def most_hit(result: WhatIf, count: int) -> Iterable[int]:
    """Places of the items with the largest effect, largest first."""
    order = np.argsort(-result.effect, kind="stable")[:count]
    return [int(i) for i in order if result.effect[int(i)]]
