"""Reads the rule files of the package; refuses what it does not know, with file and rule."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from entrepot.core.cost_lines import Basis, Confidence
from entrepot.rules.book import Country, RuleBook
from entrepot.rules.measures import Kind, Measure
from entrepot.rules.model import Rule, Status, Value
from entrepot.rules.schema import check_value
from entrepot.rules.tariff import Tariff, TariffLine

_OWN = {"from", "to", "source", "legal", "confidence", "known", "end_known", "status", "note"}
_COUNTRY = {"name", "currency", "parent"}
_ALL_LISTS = frozenset({"301", "232", "122", "ieepa", "fl"})
"""Kinds of lists that the shipped headings were laid beside, each of them."""


@cache
def rule_book() -> RuleBook:
    """The rule book of the package.

    >>> from datetime import date
    >>> rate = rule_book().value("DE", "tax_rate", date(2020, 8, 1))
    >>> rate.text("percent"), str(rate.basis.valid_to)
    ('16', '2020-12-31')
    """
    data = files("entrepot.rules") / "data"
    rules: dict[str, Rule] = {}
    countries: dict[str, Country] = {}
    for folder in ("destinations", "china"):
        for file in _files(data / folder, ".toml"):
            _jurisdictions(file, rules, countries)
    lines = tuple(_lines(data / "us" / "lines.csv"))
    measures = tuple(_measures(data / "us" / "measures.toml"))
    return RuleBook(rules, countries, Tariff.of(lines), measures)


def _files(folder: Traversable, ending: str) -> list[Traversable]:
    return sorted((f for f in folder.iterdir() if f.name.endswith(ending)), key=lambda f: f.name)


def _read(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file.name}: {error}") from None


def _jurisdictions(file: Traversable, rules: dict[str, Rule], countries: dict[str, Country]) -> None:
    content = _read(file)
    sources: Mapping[str, str] = content.pop("sources", {})
    for code, body in content.items():
        named = {k: str(body[k]) for k in _COUNTRY if k in body}
        countries[code] = Country(code, named.get("name", code), named.get("currency", ""), named.get("parent", ""))
        for name, entries in body.items():
            if name not in _COUNTRY:
                rules[f"{code.lower()}.{name}"] = _rule(f"{code.lower()}.{name}", entries, sources)


def _rule(rule: str, entries: list[dict[str, Any]], sources: Mapping[str, str]) -> Rule:
    values = tuple(value_of(rule, entry, sources) for entry in entries)
    for value in values:
        check_value(rule, value.data)
    return Rule(rule, values)


def value_of(rule: str, entry: Mapping[str, Any], sources: Mapping[str, str]) -> Value:
    """A value of a rule as written in a file: dates and source apart from the fields of the rule."""
    data = {k: v for k, v in entry.items() if k not in _OWN}
    source = str(entry.get("source", ""))
    if source.startswith("@"):
        source = sources[source[1:]]
    basis = Basis(
        rule, source, entry.get("from"), entry.get("to"), Confidence(entry.get("confidence", "high")),
        str(entry.get("legal", "")),
    )  # fmt: skip
    return Value(
        data, basis, entry.get("known"), entry.get("end_known"), Status(entry.get("status", "in force")),
        str(entry.get("note", "")),
    )  # fmt: skip


def _measures(file: Traversable) -> Iterator[Measure]:
    content = _read(file)
    sources: Mapping[str, str] = content.get("sources", {})
    groups: Mapping[str, list[str]] = content.get("origins", {})
    for m in content["measure"]:
        values = tuple(value_of(m["id"], v, sources) for v in m["values"])
        yield Measure(
            m["destination"], m["name"], Rule(m["id"], values), _origins(m.get("origins", ()), groups),
            _origins(m.get("not_origins", ()), groups), tuple(m.get("prefixes", ())), tuple(m.get("lists", ())),
            tuple(m.get("exempt_lists", ())), Kind(m.get("kind", "added")), m.get("group", ""),
            tuple(m.get("yields_to", ())), tuple(m.get("exempt_programmes", ())), m.get("needs_confirmation", ""),
        )  # fmt: skip


def _origins(names: list[str] | tuple[str, ...], groups: Mapping[str, list[str]]) -> tuple[str, ...]:
    return tuple(o for name in names for o in (groups[name[1:]] if name.startswith("@") else [name]))


def _lines(file: Traversable) -> Iterator[TariffLine]:
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    for row in rows:
        start = date.fromisoformat(row["valid_from"]) if row["valid_from"] else None
        end = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
        code = row["code"]
        basis = Basis(f"us.hts.{code}", row["source"], start, end, Confidence.HIGH, f"HTSUS {code[:4]}.{code[4:6]}")
        yield TariffLine(
            "US", code, row["description"], row["general"], basis, row["special"], row["other"],
            tuple(u for u in row["units"].split("|") if u), frozenset(x for x in row["lists"].split("|") if x), _ALL_LISTS,
        )  # fmt: skip


def percent(text: str) -> Fraction:
    """A percentage as a fraction of one.

    >>> percent("12.5")
    Fraction(1, 8)
    """
    return Fraction(text) / 100
