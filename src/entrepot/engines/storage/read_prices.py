"""A warehouse's price list from a readable file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, cast

from entrepot.core.components import COMPONENTS
from entrepot.core.cost_lines import Confidence
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import exponent
from entrepot.engines.storage.third_party import HandlingPrice, PriceList, Step, list_problems

Table = Mapping[str, Any]
_LIST = {
    "id", "name", "currency", "destination", "step", "handling", "valid_from", "valid_to", "source", "confidence",
}  # fmt: skip
_STEP = {"over", "upto", "rate"}
_HANDLING = {"code", "name", "per", "amount", "minimum", "component"}


def read_price_list(text: str) -> PriceList:
    """A price list from TOML text, checked whole: :func:`price_list_from` says what it holds.

    >>> yard = read_price_list('''
    ... id = "YARD-DE"
    ... name = "Yard in Duisburg"
    ... currency = "EUR"
    ... destination = "DE"
    ... step = [{ over = 0, upto = 30, rate = 0 }, { over = 30, rate = 0.35 }]
    ... handling = [{ code = "in", name = "Receiving", per = "cbm", amount = 12 }]
    ... ''')
    >>> yard.steps[1].rate, yard.handling[0].amount
    (Fraction(35, 1), Fraction(1200, 1))
    """
    try:
        return price_list_from(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise _wrong("", "", "the price list is not valid TOML", "mend the place", error) from None


def price_list_from(table: Table) -> PriceList:
    """A price list from a mapping: ``step`` prices one cbm-day by days of stay, ``handling`` everything else.

    Money in major units of ``currency``. Raises :class:`ProblemError` for a field that is missing, unknown or not to be read,
    and for steps with gaps or overlaps.
    """
    name = str(table.get("id", ""))
    _only(name, table, _LIST, "")
    for field in ("id", "currency", "step"):
        if field not in table:
            raise _wrong(name, field, "the field is missing", "add it to the price list")
    currency = str(table["currency"]).upper()
    cents = Fraction(10) ** exponent(currency)
    confidence = str(table.get("confidence", Confidence.SELLER))
    if confidence not in set(Confidence):
        raise _wrong(name, "confidence", "no such confidence", f"use {', '.join(Confidence)}", confidence)
    prices = PriceList(
        name, str(table.get("name", name)), currency,
        tuple(_step(name, row, cents) for row in _rows(name, table, "step")),
        tuple(_handling(name, row, cents) for row in _rows(name, table, "handling")),
        _day(name, table, "valid_from"), _day(name, table, "valid_to"), str(table.get("source", "")),
        Confidence(confidence), str(table.get("destination", "")).upper(),
    )  # fmt: skip
    problems = list_problems(prices)
    if problems:
        raise ProblemError(*problems)
    return prices


def _step(name: str, row: Table, cents: Fraction) -> Step:
    _only(name, row, _STEP, "step.")
    upto = row.get("upto")
    return Step(
        int(_number(name, row, "step.over")), None if upto is None else int(_number(name, row, "step.upto")),
        _number(name, row, "step.rate") * cents,
    )  # fmt: skip


def _handling(name: str, row: Table, cents: Fraction) -> HandlingPrice:
    _only(name, row, _HANDLING, "handling.")
    component = str(row.get("component", "handling"))
    if component not in COMPONENTS:
        raise _wrong(name, "handling.component", "no such cost component", f"use {', '.join(COMPONENTS)}", component)
    minimum = None if row.get("minimum") is None else round(_number(name, row, "handling.minimum") * cents)
    code = str(row.get("code", row.get("name", "")))
    amount = _number(name, row, "handling.amount") * cents
    return HandlingPrice(code, str(row.get("name", code)), str(row.get("per", "")), amount, minimum, component)


def _rows(name: str, table: Table, field: str) -> list[Table]:
    rows: Any = table.get(field, [])
    listed: list[Any] = cast("list[Any]", rows) if isinstance(rows, list) else [None]
    if not all(isinstance(row, Mapping) for row in listed):
        raise _wrong(name, field, "not a list of rows", "write it like [{ … }, { … }]", str(cast(object, rows)))
    return cast("list[Table]", listed)


def _number(name: str, row: Table, path: str) -> Fraction:
    found = row.get(path.rpartition(".")[2])
    try:
        number = Fraction(Decimal(str(found)))
    except (InvalidOperation, ValueError, OverflowError):
        raise _wrong(name, path, "not a number", "write a number such as 0.35", found) from None
    if number < 0:
        raise _wrong(name, path, "a negative price or day", "write it as a positive number", found)
    return number


def _day(name: str, table: Table, field: str) -> date | None:
    found = table.get(field)
    if found is None or (isinstance(found, date) and type(found) is date):
        return found
    raise _wrong(name, field, "not a day", "write it like 2026-12-01", found)


def _only(name: str, table: Table, known: set[str], path: str) -> None:
    if unknown := sorted(set(table) - known):
        raise _wrong(name, path + unknown[0], "no such field", f"use {', '.join(sorted(known))}", unknown[0])


def _wrong(name: str, field: str, message: str, remedy: str, found: object = "") -> ProblemError:
    return ProblemError(Problem("price_list", message, remedy, name, field=field, found=str(found)))
