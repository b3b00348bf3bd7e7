"""The rule explorer: what applied in a country on a day, as known on another, with source and confidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from entrepot.core.countries import origin_code
from entrepot.core.errors import Problem, ProblemError
from entrepot.engines.duty import Entry, Goods, Reach, assess
from entrepot.rules import RuleBook, Value
from entrepot.rules.schema import describe


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule of a day: what it is about, what it says, and where that comes from."""

    rule: str
    about: str
    says: str
    valid_from: date | None
    valid_to: date | None
    confidence: str
    status: str
    legal: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """An added duty and how far it gets with the goods asked for."""

    measure: str
    name: str
    reach: str
    rate: str
    valid_from: date | None
    valid_to: date | None
    confidence: str
    source: str
    text: str


def rules_at(book: RuleBook, country: str, on: date, known_on: date | None = None) -> list[RuleRow]:
    """Every rule that holds in a country on a day, by name, the seller's own rates first.

    Raises for a country the book does not have.
    """
    code = country.upper()
    if code not in book.countries:
        raise ProblemError(
            Problem("unknown_destination", "the rule book has no rules for this country",
                    f"use one of {', '.join(sorted(book.countries))}", field="country", found=country)
        )  # fmt: skip
    rules = book.destination(code, on, known_on)
    return _own_rates(book, code, on) + [
        RuleRow(
            v.basis.rule, describe(name), _says(v), v.basis.valid_from, v.basis.valid_to, v.basis.confidence.value,
            v.status.value, v.basis.legal, v.basis.source, v.note,
        )
        for name, v in sorted(rules.values.items())
    ]  # fmt: skip


def begins(book: RuleBook, country: str) -> date | None:
    """First day on which any rule of a country holds."""
    return min(book.change_days(country.upper()), default=None)


def _own_rates(book: RuleBook, code: str, on: date) -> list[RuleRow]:
    """The seller's own duty and tax rates that hold on a day."""
    rows: list[RuleRow] = []
    for rate in book.tariff.own:
        basis = rate.basis
        if rate.destination != code or not (basis.valid_from or date.min) <= on <= (basis.valid_to or date.max):
            continue
        whole = " (added duties inside)" if rate.whole else ""
        says = [
            f"HS {rate.prefix}" if rate.prefix else "every heading",
            *([f"from {rate.origin}"] if rate.origin else []),
        ]
        says += [f"duty {rate.rate}{whole}"] if rate.rate else []
        says += [f"tax {rate.tax_percent}%"] if rate.tax_percent else []
        rows.append(
            RuleRow(basis.rule, "your own rate", "; ".join(says), basis.valid_from, basis.valid_to, basis.confidence.value,
                    "in force", basis.legal, basis.source, "")
        )  # fmt: skip
    return rows


def measures_at(
    book: RuleBook, country: str, hs: str, origin: str, on: date, known_on: date | None = None
) -> list[MeasureRow]:  # fmt: skip
    """What each added duty of a country does to goods of a heading and origin on a day; those not in force are left out."""
    currency = book.countries[country.upper()].currency
    goods = Goods("goods", 1, 10_000, currency, hs=hs, origin=origin_code(origin))
    entry = Entry(country.upper(), on, (goods,), freight=0, insurance=0, known_on=known_on)
    found = assess(book, entry, lambda _a, _b: Fraction(1)).findings
    return [
        MeasureRow(
            f.measure, f.name, f.reach.value, "" if f.rate is None else f"{float(f.rate * 100):g}%",
            f.basis.valid_from if f.basis else None, f.basis.valid_to if f.basis else None,
            f.basis.confidence.value if f.basis else "", f.basis.source if f.basis else "", f.text,
        )
        for f in found if f.reach is not Reach.NOT_IN_FORCE
    ]  # fmt: skip


def _says(value: Value) -> str:
    parts: list[str] = []
    for name, found in value.data.items():
        said = "yes" if found is True else str(found)
        shown = ", ".join(_item(x) for x in found) if isinstance(found, list) else said
        parts.append(f"{name.replace('_', ' ')} {shown}")
    return "; ".join(parts)


def _item(found: object) -> str:
    if isinstance(found, dict):
        return " ".join(f"{k} {v}" for k, v in found.items())  # pyright: ignore[reportUnknownVariableType]
    return str(found)
