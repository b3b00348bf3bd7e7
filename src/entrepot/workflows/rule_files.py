"""The rule book as this seller has it: the book of the package, with the files he laid into the folder ``rules`` of his home.

``us_hts.json`` or ``us_hts.csv`` (the USITC's export), ``uk_tariff.csv``, ``own_rates.csv`` (his own duty and tax rates, which
outrank every table), ``exchange_rates.csv`` (base, quote, rate, from, purpose) and freight cards ``cards/*.toml``.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.core.errors import Problem, ProblemError
from entrepot.rules import RuleBook, rule_book
from entrepot.rules.fx import ExchangeRates, Rate
from entrepot.rules.importers import Read, read_hts, read_own_rates, read_uk

if TYPE_CHECKING:
    from entrepot.engines.freight import RateCard

_KEPT: dict[Path, tuple[tuple[tuple[str, int], ...], SellerRules]] = {}
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class SellerRules:
    """Rules, rates of exchange and freight cards of one seller, and what is wrong with his files."""

    book: RuleBook
    rates: ExchangeRates
    cards: tuple[RateCard, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def seller_rules(home: Path | None) -> SellerRules:
    """The package's rule book with the files of ``home / "rules"``; without a folder just the book.

    A file that cannot be read at all stops with a :class:`~entrepot.core.errors.ProblemError` that names it.
    """
    folder = home / "rules" if home is not None else None
    book, own, problems = rule_book(), list[Rate](), list[Problem]()
    if folder is None or not folder.is_dir():
        return SellerRules(book, ExchangeRates())
    for file in sorted(folder.glob("*.*")):
        read = _read(file, own)
        if read is not None:
            book = book.with_tariff(book.tariff.extended(read.lines, read.own))
            problems += read.problems
    return SellerRules(book, ExchangeRates(tuple(own)), _cards(folder / "cards"), tuple(problems))


def kept_rules(home: Path) -> SellerRules:
    """:func:`seller_rules`, kept in memory and read again when one of the files has changed."""
    folder = home / "rules"
    files = sorted(folder.rglob("*.*")) if folder.is_dir() else []
    state = tuple((str(f), f.stat().st_mtime_ns) for f in files)
    kept = _KEPT.get(folder)
    if kept is None or kept[0] != state:
        kept = _KEPT[folder] = (state, seller_rules(home))
    return kept[1]


def _read(file: Path, own: list[Rate]) -> Read | None:
    readers = {"us_hts": read_hts, "uk_tariff": read_uk}
    kind = next((k for k in readers if file.name.startswith(k)), None)
    try:
        text = file.read_text(encoding="utf-8-sig")
        if kind is not None:
            return readers[kind](text, _valid_from(file), file.name)
        if file.name == "own_rates.csv":
            return read_own_rates(text)
        if file.name == "exchange_rates.csv":
            own += _exchange(text, file.name)
    except ProblemError as error:
        named = [Problem(p.code, p.message, p.remedy, document=file.name, field=p.field) for p in error.problems]
        raise ProblemError(*named) from None
    return None


def _valid_from(file: Path) -> date:
    """The day in the file's name (``us_hts_2026-06-08.json``), else the day on which the file was written."""
    found = _DAY.search(file.name)
    if found:
        return date.fromisoformat(found[1])
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).date()


def _exchange(text: str, name: str) -> list[Rate]:
    result: list[Rate] = []
    for number, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        try:
            purpose = row.get("purpose") or "books"
            result.append(
                Rate(row["base"].upper(), row["quote"].upper(), Fraction(Decimal(row["rate"])),
                     date.fromisoformat(row["from"]), purpose, row.get("source") or name)  # type: ignore[arg-type]
            )  # fmt: skip
        except (KeyError, ValueError, InvalidOperation, AttributeError):
            raise ProblemError(
                Problem("bad_exchange_rate", "this exchange rate cannot be read", "write base, quote, rate, from, purpose",
                        document=name, line=number, found=str(dict(row)))
            ) from None  # fmt: skip
    return result


def _cards(folder: Path) -> tuple[RateCard, ...]:
    if not folder.is_dir():
        return ()
    from entrepot.engines.freight import read_card

    return tuple(read_card(f.read_text(encoding="utf-8")) for f in sorted(folder.glob("*.toml")))
