"""The seller's own sources of the first rank as files: taken in after a check, kept with their day, listed, taken back.

A broker's entry, a ruling or a table of own rates; exchange rates; forwarders' cards; warehouses' price lists; the platform's fee
preview and storage report; the official schedules. Each is stored as it came into the folder ``rules`` of the home, where
:mod:`entrepot.workflows.rule_files` reads it; none overwrites another, and one that is taken back stays beside.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from entrepot.core.errors import Problem, ProblemError
from entrepot.rules.importers import Read, read_hts, read_own_rates, read_uk
from entrepot.workflows import rule_files

LARGEST = 64_000_000
"""Bytes of a file that is taken in; the whole US schedule as JSON has about a third of it."""
KINDS = ("own_rates", "exchange_rates", "cards", "warehouses", "fee_preview", "storage_fees", "us_hts", "uk_tariff")
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Source:
    """One file: what it is (of :data:`KINDS`), its name below the folder, the day it is of, how many figures, what is wrong."""

    kind: str
    file: str
    of: date
    figures: int
    problems: tuple[Problem, ...] = ()


def take(home: Path, name: str, raw: bytes, today: date) -> Source:
    """Check a file and keep it; what it is shows from its content.

    Raises :class:`~entrepot.core.errors.ProblemError` for a file that is none of them, is too large, or has no readable figure.
    """
    if len(raw) > LARGEST:
        raise _refused("the file is too large", f"give one below {LARGEST // 1_000_000} MB", name)
    text = rule_files.decoded(raw)
    kind = _kind(text, name)
    read = _checked(kind, text, name, today)
    if not read.figures:
        raise ProblemError(*(read.problems or (_problem("the file has no figure", "fill at least one row", name),)))
    folder = home / "rules" / kind if kind in {"cards", "warehouses"} else home / "rules"
    folder.mkdir(parents=True, exist_ok=True)
    file = _free(folder, kind, name, read.of)
    part = file.with_suffix(file.suffix + ".part")
    part.write_bytes(text.encode("utf-8"))
    part.replace(file)
    return Source(kind, file.relative_to(home / "rules").as_posix(), read.of, read.figures, read.problems)


def sources(home: Path) -> list[Source]:
    """Every file of the folder, newest first within its kind."""
    folder = home / "rules"
    files = [f for f in folder.glob("*.*") if f.is_file()] if folder.is_dir() else []
    for kind in ("cards", "warehouses"):
        files += sorted((folder / kind).glob("*.toml"))
    found = [s for file in files if (s := _listed(file, folder)) is not None]
    return sorted(found, key=lambda s: (KINDS.index(s.kind), -s.of.toordinal(), s.file))


def withdraw(home: Path, file: str) -> None:
    """Take a source back: it is no longer read, and lies in the folder ``withdrawn``. Raises for one that there is not."""
    folder = home / "rules"
    if file not in {s.file for s in sources(home)}:
        raise _refused("there is no such source", "choose one of the list", file)
    there = folder / WITHDRAWN
    there.mkdir(exist_ok=True)
    old = folder / file
    old.replace(_numbered(there, old.stem, old.suffix))


def _listed(file: Path, folder: Path) -> Source | None:
    name = file.relative_to(folder).as_posix()
    kind = file.parent.name if file.parent != folder else next((k for k in KINDS if file.name.startswith(k)), "")
    if kind not in KINDS or file.suffix == ".part":
        return None
    try:
        read = _checked(kind, rule_files.decoded(file.read_bytes()), file.name, rule_files.valid_from(file))
    except ProblemError as error:
        return Source(kind, name, rule_files.valid_from(file), 0, tuple(error.problems))
    return Source(kind, name, read.of, read.figures, read.problems)


@dataclass(frozen=True, slots=True)
class _Checked:
    figures: int
    of: date
    problems: tuple[Problem, ...] = ()


def _kind(text: str, name: str) -> str:
    """What a file is, by its content."""
    plain = text.lstrip("\ufeff").lstrip()
    if name.lower().endswith(".toml"):
        return "warehouses" if re.search(r"^\s*(?:step|\[\[step\]\])", plain, re.MULTILINE) else "cards"
    if plain.startswith("["):
        try:
            first = json.loads(plain)[:1]
        except (json.JSONDecodeError, TypeError):
            first = []
        if first and "htsno" in first[0]:
            return "us_hts"
    head = plain.split("\n", 1)[0]
    cells = next(csv.reader([head], delimiter="\t" if "\t" in head else ","), [])
    columns = {column.strip().lower() for column in cells}
    for kind, needed in (
        ("fee_preview", {"sku", "fnsku", "currency"}), ("storage_fees", {"fnsku", "estimated_monthly_storage_fee"}),
        ("own_rates", {"destination", "hs"}), ("exchange_rates", {"base", "quote", "rate", "from"}),
        ("us_hts", {"hts number"}), ("uk_tariff", {"commodity"}),
    ):  # fmt: skip
        if needed <= columns:
            return kind
    raise _refused(
        "this is no source that the program knows",
        "give own rates (destination, hs, duty), exchange rates (base, quote, rate, from), a card or price list (TOML), a fee "
        "preview or storage report of the platform, or a schedule",
        name,
    )


def _checked(kind: str, text: str, name: str, today: date) -> _Checked:
    of = rule_files.day_of(name) or today
    if kind in {"us_hts", "uk_tariff", "own_rates"}:
        readers: dict[str, Callable[[], Read]] = {
            "us_hts": lambda: read_hts(text, of, name),
            "uk_tariff": lambda: read_uk(text, of, name),
            "own_rates": lambda: read_own_rates(text),
        }
        read = readers[kind]()
        since = [r.basis.valid_from for r in read.own if r.basis.valid_from]
        return _Checked(len(read.lines) + len(read.own), max(since, default=of), tuple(read.problems))
    if kind == "exchange_rates":
        rates = rule_files.read_exchange(text, name)
        return _Checked(len(rates), max((r.on for r in rates), default=of))
    if kind == "cards":
        from entrepot.engines.freight import read_card

        card = read_card(text)
        return _Checked(len(card.bands) + len(card.containers) + len(card.charges), card.valid_from or of)
    if kind == "warehouses":
        from entrepot.engines.storage import read_price_list

        prices = read_price_list(text)
        return _Checked(len(prices.steps) + len(prices.handling), prices.valid_from or of)
    figures, problems = rule_files.fees_of(kind, text, of)
    return _Checked(figures, of, tuple(problems))


def _free(folder: Path, kind: str, name: str, of: date) -> Path:
    suffix = Path(name).suffix.lower() or ".csv"
    own = re.sub(r"[^a-z0-9]+", "-", Path(name).stem.lower()).strip("-")[:40]
    stem = own or kind if kind in {"cards", "warehouses"} else f"{kind}_{of}"
    return _numbered(folder, stem, suffix)


def _numbered(folder: Path, stem: str, suffix: str) -> Path:
    """A name that no file has yet."""
    number, file = 1, folder / f"{stem}{suffix}"
    while file.exists():
        number += 1
        file = folder / f"{stem}_{number}{suffix}"
    return file


def _problem(message: str, remedy: str, name: str) -> Problem:
    return Problem("bad_source", message, remedy, document=name, field="file")


def _refused(message: str, remedy: str, name: str) -> ProblemError:
    return ProblemError(_problem(message, remedy, name))
