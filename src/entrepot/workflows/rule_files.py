"""The rule book as this seller has it: the book of the package, with the files he laid into the folder ``rules`` of his home.

``us_hts.json`` or ``us_hts.csv`` (the USITC's export), ``uk_tariff.csv``, ``own_rates*.csv`` (his own duty and tax rates, which
outrank every table), ``exchange_rates*.csv`` (base, quote, rate, from, purpose), freight cards ``cards/*.toml``, price lists of
warehouses ``warehouses/*.toml``, levies per unit ``levies.toml``, and the platform's reports ``fee_preview*`` and
``storage_fees*`` as it exports them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
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
from entrepot.workflows.levies import Levies, levies

if TYPE_CHECKING:
    from entrepot.engines.freight import RateCard
    from entrepot.engines.storage import OwnFigure, PriceList

_KEPT: dict[Path, tuple[tuple[tuple[str, int], ...], SellerRules]] = {}
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class SellerRules:
    """Rules, rates of exchange, freight cards, warehouses' prices and the platform's fees of one seller.

    ``fees`` are per (SKU, fee), from the newest report; ``problems`` say what is wrong with his files.
    """

    book: RuleBook
    rates: ExchangeRates
    cards: tuple[RateCard, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
    warehouses: tuple[PriceList, ...] = ()
    fees: Mapping[tuple[str, str], OwnFigure] = field(default_factory=dict[tuple[str, str], "OwnFigure"])
    levies: Levies = field(default_factory=Levies)


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
            edition = valid_from(file) if read.lines else None
            book = book.with_tariff(book.tariff.extended(read.lines, read.own, edition))
            problems += read.problems
    fees, unread = own_fees(folder)
    return SellerRules(
        book, ExchangeRates(tuple(own)), _cards(folder / "cards"), (*problems, *unread), _warehouses(folder / "warehouses"),
        fees, levies(folder.parent),
    )  # fmt: skip


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
        text = decoded(file.read_bytes())
        if kind is not None:
            return readers[kind](text, valid_from(file), file.name)
        if file.name.startswith("own_rates"):
            return read_own_rates(text)
        if file.name.startswith("exchange_rates"):
            own += read_exchange(text, file.name)
    except ProblemError as error:
        named = [Problem(p.code, p.message, p.remedy, document=file.name, field=p.field) for p in error.problems]
        raise ProblemError(*named) from None
    return None


def day_of(name: str) -> date | None:
    """The day in a file's name, ``None`` where there is none.

    >>> day_of("us_hts_2026-06-08.json"), day_of("us_hts.json")
    (datetime.date(2026, 6, 8), None)
    """
    found = _DAY.search(name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def valid_from(file: Path) -> date:
    """The day in the file's name (``us_hts_2026-06-08.json``), else the day on which the file was written."""
    named = day_of(file.name)
    if named is not None:
        return named
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).date()


def decoded(raw: bytes) -> str:
    """Text of a file: UTF-8, else the western encoding of the platform's reports."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def read_exchange(text: str, name: str) -> list[Rate]:
    """Rates of a CSV with base, quote, rate, from and optionally purpose and source. Raises for a row that cannot be read."""
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


def _warehouses(folder: Path) -> tuple[PriceList, ...]:
    if not folder.is_dir():
        return ()
    from entrepot.engines.storage import read_price_list

    return tuple(read_price_list(f.read_text(encoding="utf-8")) for f in sorted(folder.glob("*.toml")))


def own_fees(folder: Path) -> tuple[dict[tuple[str, str], OwnFigure], list[Problem]]:
    """Fees by (SKU, fee) from the platform's reports in a folder, the newest report winning, and what could not be read."""
    previews, charges = sorted(folder.glob("fee_preview*")), sorted(folder.glob("storage_fees*"))
    if not previews and not charges:
        return {}, []
    from entrepot.engines.storage import fee_preview, storage_charges

    figures: dict[tuple[str, str], OwnFigure] = {}
    problems, sku_of = list[Problem](), dict[str, str]()
    for file in sorted(previews, key=valid_from):
        told = fee_preview(_report(decoded(file.read_bytes())), valid_from(file))
        figures |= told.figures
        sku_of |= told.sku_of
        problems += told.problems
    for file in sorted(charges, key=valid_from):
        told = storage_charges(_report(decoded(file.read_bytes())), sku_of, valid_from(file))
        figures |= told.figures
        problems += told.problems
    return figures, problems


def fees_of(kind: str, text: str, on: date) -> tuple[int, list[Problem]]:
    """How many figures a report has (``fee_preview`` or ``storage_fees``), and what of it cannot be read."""
    from entrepot.engines.storage import fee_preview, storage_charges

    rows = _report(text)
    if kind == "fee_preview":
        told = fee_preview(rows, on)
        return len(told.figures), list(told.problems)
    told = storage_charges(rows, {row.get("fnsku", ""): row.get("fnsku", "") for row in rows}, on)
    return len(told.figures), list(told.problems)


def _report(text: str) -> list[dict[str, str]]:
    """Rows of a report of the platform: separated by tabs as it sends them, or by commas."""
    lines = text.splitlines()
    tabs = bool(lines) and "\t" in lines[0]
    return [
        {(k or "").strip().lower(): v or "" for k, v in row.items() if isinstance(v, str)}
        for row in csv.DictReader(lines, delimiter="\t" if tabs else ",")
    ]
