"""Readers of the official files and of the seller's own rates: tariff lines out of text, problems beside them.

The files are taken as their publishers give them: the USITC's export of the Harmonized Tariff Schedule (JSON or CSV), the UK
tariff's CSV, and the seller's own table of duty rates. A row that cannot be read is a problem with its line, never a guess.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from entrepot.core.cost_lines import Basis, Confidence
from entrepot.core.countries import origin_code
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.percent import DUTY, TAX, rate_of
from entrepot.rules.tariff import OwnRate, TariffLine, digits

HEADINGS = {
    "9903.88.01": "301:1", "9903.88.02": "301:2", "9903.88.03": "301:3", "9903.88.04": "301:3_addl",
    "9903.88.15": "301:4A", "9903.91.01": "301:biden_25", "9903.91.02": "301:biden_50", "9903.91.03": "301:biden_100",
    "9903.91.05": "301:biden_50_jan25", "9903.91.06": "301:biden_jan26", "9903.91.07": "301:biden_jan26",
    "9903.91.08": "301:biden_jan26", "9903.91.11": "301:biden_25_jan25",
}  # fmt: skip
"""Chapter 99 headings that footnotes of the schedule name, and the lists of added duties they stand for."""
_ONE_NUMBER = re.compile(r"-|\+?(\d|\.|inf|nan)[\w.+-]*\s*%?$", re.IGNORECASE)
"""A duty that is one number, or below zero."""
_LONGEST = 120
"""Characters of a duty as the tariff writes it."""
_CSV = {
    "HTS Number": "htsno", "Indent": "indent", "Description": "description", "Unit of Quantity": "units",
    "General Rate of Duty": "general", "Special Rate of Duty": "special", "Column 2 Rate of Duty": "other",
}  # fmt: skip


@dataclass(slots=True)
class Read:
    """What a file gave: tariff lines or own rates, and what is wrong with it."""

    lines: list[TariffLine] = field(default_factory=list[TariffLine])
    own: list[OwnRate] = field(default_factory=list[OwnRate])
    problems: list[Problem] = field(default_factory=list[Problem])


def read_hts(text: str, valid_from: date, source: str = "USITC export") -> Read:
    """Lines of the US schedule from the USITC's own export, JSON or CSV; every line with a rate of its own is kept.

    Where the export has footnotes (the JSON has), they say on which lists of Section 301 a line is. Raises
    :class:`~entrepot.core.errors.ProblemError` for a file that is neither.

    >>> export = '[{"htsno": "6109.10.00", "indent": "1", "description": "Of cotton", "units": [], "general": "16.5%",'
    >>> export += '"special": "Free (AU,KR)", "other": "90%", "footnotes": [{"value": "See 9903.88.15. "}]}]'
    >>> line = read_hts(export, date(2026, 6, 8)).lines[0]
    >>> line.code, line.general, sorted(line.lists)
    ('61091000', '16.5%', ['301:4A'])
    """
    rows, noted = _hts_rows(text)
    result, path = Read(), list[str]()
    for number, row in enumerate(rows, start=1):
        code = digits(str(row.get("htsno", "")))
        description = str(row.get("description", "")).strip()
        indent = _indent(row, number, result)
        if indent is None:
            continue
        path[indent:] = [description]
        general = str(row.get("general", "")).strip()
        if len(code) < 8 or not general or code.startswith(("98", "99")):
            continue
        basis = Basis(f"us.hts.{code}", source, valid_from, legal=f"HTSUS {code[:4]}.{code[4:6]}")
        lists = frozenset(_lists(row))
        known = frozenset({"301"}) if noted else frozenset[str]()
        result.lines.append(
            TariffLine(
                "US", code, " > ".join(p for p in path if p), general, basis, str(row.get("special", "")).strip(),
                str(row.get("other", "")).strip(), _units(row), lists, known,
            )
        )  # fmt: skip
    return result


def read_uk(text: str, valid_from: date, source: str = "UK tariff") -> Read:
    """Lines of the UK tariff from a CSV with ``commodity``, ``description`` and ``ukgt_duty_rate`` (or ``duty_rate``).

    >>> read_uk("commodity,description,ukgt_duty_rate\\n61091000,T-shirts,12.00%\\n", date(2021, 1, 1)).lines[0].general
    '12.00%'
    """
    reader, result = csv.DictReader(io.StringIO(text.lstrip("﻿"))), Read()
    columns = {name.strip().lower() for name in reader.fieldnames or ()}
    column = next((c for c in ("ukgt_duty_rate", "duty_rate") if c in columns), None)
    if "commodity" not in columns or column is None:
        raise ProblemError(_unreadable("a UK tariff", "a CSV with the columns commodity, description, ukgt_duty_rate"))
    for number, row in enumerate(reader, start=2):
        named = {str(k).strip().lower(): (v or "").strip() for k, v in row.items() if k is not None}
        code = digits(named["commodity"])
        if len(code) < 8 or not named[column]:
            result.problems.append(
                _bad_row(number, "commodity", named["commodity"], "a code of eight digits and a rate")
            )
            continue
        basis = Basis(f"gb.tariff.{code}", source, valid_from, legal=f"UK tariff {code}")
        result.lines.append(TariffLine("GB", code, named.get("description", ""), named[column], basis))
    return result


def read_own_rates(text: str) -> Read:
    """The seller's own rates: a CSV with ``destination``, ``hs``, ``duty`` and optionally ``origin``, ``tax``, ``from``, ``to``,
    ``source``, ``whole`` (yes = the duty contains added duties).

    >>> table = "destination,hs,duty,tax,from,source\\nDE,6109.10,12%,19,2026-01-01,broker entry 4711\\n"
    >>> rate = read_own_rates(table).own[0]
    >>> rate.prefix, rate.rate, rate.tax_percent, rate.basis.confidence.value
    ('610910', '12%', '19', 'seller')
    """
    reader, result = csv.DictReader(io.StringIO(text.lstrip("﻿"))), Read()
    columns = {name.strip().lower() for name in reader.fieldnames or ()}
    if not {"destination", "hs"} <= columns or not {"duty", "tax"} & columns:
        raise ProblemError(_unreadable("own duty rates", "a CSV with the columns destination, hs and duty or tax"))
    for number, row in enumerate(reader, start=2):
        named = {str(k).strip().lower(): (v or "").strip() for k, v in row.items() if k is not None}
        rate = _own(named, number, result.problems)
        if rate is not None:
            result.own.append(rate)
    return result


def _own(row: Mapping[str, str], number: int, problems: list[Problem]) -> OwnRate | None:
    destination, duty, tax = row["destination"].upper(), row.get("duty", ""), row.get("tax", "").rstrip("%")
    if len(destination) != 2 or not (duty or tax):
        problems.append(_bad_row(number, "destination", destination, "a country of two letters and a rate"))
        return None
    try:
        _checked_rates(duty, tax, row.get("origin", ""))
    except ProblemError as error:
        problems += [replace(problem, line=number) for problem in error.problems]
        return None
    try:
        days = [date.fromisoformat(row[k]) if row.get(k) else None for k in ("from", "to")]
    except ValueError:
        found = f"{row.get('from', '')} {row.get('to', '')}".strip()
        problems.append(_bad_row(number, "from", found, "days like 2026-01-31"))
        return None
    if duty and duty.replace(".", "", 1).isdigit():
        duty += "%"
    source = row.get("source") or "own table"
    basis = Basis(f"own.{destination.lower()}.{digits(row['hs'])}", source, days[0], days[1], Confidence.SELLER)
    whole = row.get("whole", "").lower() in {"yes", "true", "1", "是"}
    return OwnRate(destination, digits(row["hs"]), duty, basis, row.get("origin", "").upper(), tax, whole)


def _checked_rates(duty: str, tax: str, origin: str) -> None:
    """Refuse what is no rate: a duty may also be a text of the tariff such as ``16.5% + 20c/kg``, a tax is per cent."""
    origin_code(origin)
    rate_of(tax, TAX, "tax")
    if _ONE_NUMBER.match(duty) or len(duty) > _LONGEST:
        rate_of(duty, DUTY, "duty")


def _hts_rows(text: str) -> tuple[Iterable[Mapping[str, Any]], bool]:
    plain = text.lstrip("﻿").lstrip()
    if plain.startswith("["):
        try:
            rows: list[dict[str, Any]] = json.loads(plain)
        except json.JSONDecodeError:
            raise ProblemError(_unreadable("a US schedule", "the USITC's export as JSON or CSV")) from None
        return rows, any(r.get("footnotes") for r in rows)
    reader = csv.DictReader(io.StringIO(plain))
    if "HTS Number" not in (reader.fieldnames or ()):
        raise ProblemError(_unreadable("a US schedule", "the USITC's export as JSON or CSV"))
    return [{_CSV[k]: v for k, v in row.items() if k in _CSV} for row in reader], False


def _indent(row: Mapping[str, Any], number: int, result: Read) -> int | None:
    text = str(row.get("indent", "0") or "0")
    if not text.isdigit():
        result.problems.append(_bad_row(number, "indent", text, "a whole number"))
        return None
    return int(text)


def _lists(row: Mapping[str, Any]) -> Iterable[str]:
    notes: list[Mapping[str, Any]] = row.get("footnotes") or []
    for note in notes:
        for heading, name in HEADINGS.items():
            if heading in str(note.get("value", "")):
                yield name


def _units(row: Mapping[str, Any]) -> tuple[str, ...]:
    units: Any = row.get("units") or ()
    texts: list[Any] = units.split(",") if isinstance(units, str) else list(units)
    return tuple(str(u).strip().strip('[]"') for u in texts if str(u).strip())


def _unreadable(what: str, wanted: str) -> Problem:
    return Problem("not_readable", f"the file is not {what}", f"give {wanted}", field="file")


def _bad_row(line: int, name: str, found: str, wanted: str) -> Problem:
    return Problem("bad_rate_row", "this row cannot be read", f"write {wanted}", line=line, field=name, found=found)
