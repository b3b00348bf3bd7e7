"""A quote as a readable file (TOML): what is bought, how it is packed, where it goes, by which ways, and what follows.

The fields are in docs/guide/en/quote.md; an unknown one is refused, for a misspelt field would silently change a quote.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from entrepot.core.components import COMPONENTS
from entrepot.core.countries import origin_code
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.hs_codes import hs_problem
from entrepot.core.money import exponent, round_half_away
from entrepot.core.percent import rate_of
from entrepot.workflows.quote import Door
from entrepot.workflows.sought import (
    NOTHING,
    PLATFORM,
    THIRD_PARTY,
    After,
    Freighted,
    Further,
    Packed,
    Sought,
    Split,
    mode_problem,
)

Table = Mapping[str, Any]
FIELDS: dict[str, frozenset[str]] = {
    "": frozenset((
        "title", "sku", "description", "hs",
        "origin", "destination", "on", "quantity", "price", "currency", "shown", "breaks", "duty", "tax",
        "programme", "regime", "recover", "known_on", "unit", "carton", "goods", "way", "card", "lanes", "charge", "via",
        "daily", "sale", "fee", "warehouse", "splits", "placement", "door",
    )),
    "unit": frozenset(("grams", "cm")),
    "carton": frozenset(("units", "kg", "cm")),
    "door": frozenset(("zone", "postcode", "residential")),
    "way": frozenset(("name", "mode", "freight", "per", "insurance", "days", "all_in")),
    "charge": frozenset(("name", "amount", "currency", "per", "component", "leg")),
    "breaks": frozenset(("from", "price")),
    "splits": frozenset(("share", "first", "rest")),
}  # fmt: skip
LONGEST = 30
"""Digits of a number; powers of ten beyond it would be reckoned for minutes."""
LONGEST_TEXT = 300
MOST, MOST_UNITS = 10**12, 10**9
"""Highest number and quantity: beyond them a digit was typed twice."""
SLOWEST = Fraction(1, 10_000)
"""Units sold a day: slower than one in thirty years is no sale."""
YEARS = 20
"""How far from today a day of entry may lie ahead; no rule is known so far."""
PER = {"way": ("total", "unit", "kg", "cbm"), "charge": ("total", "unit", "carton")}


def quote_table(file: Path) -> dict[str, Any]:
    """The fields of a quote file as they stand. Raises :class:`ProblemError` for what is no TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong("file", "the file is not valid TOML", "mend the place", error) from None


def sought_from(table: Table, today: date) -> Sought:
    """What a mapping with the names of the file asks; the day of entry is ``today`` unless it says another.

    >>> asked = sought_from({"destination": "DE", "quantity": [200, 500], "price": "2.10", "currency": "USD",
    ...                      "breaks": [{"from": 500, "price": "1.95"}], "unit": {"grams": 420, "cm": "13x11x10"}},
    ...                     date(2026, 12, 1))
    >>> str(asked.price_of(200)), str(asked.price_of(500)), asked.packed.sides
    ('210', '195', (130, 110, 100))
    """
    _only(table, "")
    currency = _currency(table, "currency", "USD")
    shown = _currency(table, "shown", currency)
    if not str(table.get("destination", "")).strip():
        raise _wrong("destination", "the quote goes nowhere", "name a country of two letters")
    cards, prices = _cards(table), None
    if "warehouse" in table:
        from entrepot.engines.storage import price_list_from

        prices = price_list_from(_part(table, "warehouse"))
    destination = str(table["destination"]).strip().upper()
    return Sought(
        str(table.get("sku", "item")), _money(table, "price", currency), currency, shown, destination,
        _quantities(table.get("quantity", 1)), _ahead(_days(table.get("on", today)), today),
        tuple(_way(row, currency) for row in _rows(table, "way")),
        _hs(table), origin_code(str(table.get("origin", ""))),
        str(table.get("duty", "")), str(table.get("tax", "")), str(table.get("programme", "")),
        str(table.get("regime", "commercial")), share_back(table.get("recover", False)),
        _known(table), _packed(table), _after(table, currency, destination, prices),
        tuple((int(_number(row, "from") or 0), _needed_money(row, "price", currency)) for row in _rows(table, "breaks")),
        cards, bool(table.get("lanes", False)), tuple(_charge(row, currency) for row in _rows(table, "charge")),
        tuple(_split(row) for row in _rows(table, "splits")), frozenset(cast("list[str]", table.get("goods", []))),
        _door(table), str(table.get("description") or table.get("sku") or "")[:LONGEST_TEXT],
    )  # fmt: skip


def _hs(table: Table) -> str:
    code = str(table.get("hs", "")).strip()
    if problem := hs_problem(code):
        raise ProblemError(problem)
    return code


def share_back(found: object) -> Fraction | bool:
    """The share of import tax that comes back: yes or no, or a part in per cent.

    >>> share_back(True), share_back("60%"), share_back(0)
    (True, Fraction(3, 5), False)
    """
    if isinstance(found, bool):
        return found
    return rate_of(str(found), 100, "recover") or False


def _cards(table: Table) -> tuple[Any, ...]:
    rows = table.get("card", [])
    if not rows:
        return ()
    from entrepot.engines.freight import card_from

    return tuple(card_from(cast(Table, row)) for row in rows)


def _after(table: Table, currency: str, destination: str, prices: Any) -> After:
    from entrepot.rules import rule_book

    via = table.get("via", NOTHING)
    listed = tuple(cast("list[str]", via)) if isinstance(via, list) else (str(via),)
    listed = (PLATFORM, THIRD_PARTY) if listed == ("both",) else listed
    for one in listed:
        if one not in {NOTHING, PLATFORM, THIRD_PARTY}:
            raise _wrong("via", "no such way on", f"use {PLATFORM}, {THIRD_PARTY} or both", one)
    country = rule_book().countries.get(destination)
    sale = _money(table, "sale", country.currency if country else currency)
    daily = _number(table, "daily") or Fraction(0)
    if 0 < daily < SLOWEST:
        raise _wrong("daily", "too few to be reckoned with", "write units sold a day such as 0.25", table["daily"])
    return After(
        tuple(dict.fromkeys(listed)) or (NOTHING,), daily, _money(table, "fee", currency),
        None if sale is None else round_half_away(sale), prices, str(table.get("placement", "minimal")),
    )  # fmt: skip


def _packed(table: Table) -> Packed:
    unit, carton = _part(table, "unit"), _part(table, "carton")
    _only(unit, "unit")
    _only(carton, "carton")
    kg, grams, count = (
        _measure(carton, "kg", "carton"),
        _measure(unit, "grams", "unit"),
        _measure(carton, "units", "carton"),
    )
    return Packed(
        None if grams is None else round(grams), _sides(unit, "unit.cm"), None if count is None else int(count),
        None if kg is None else round(kg * 1000), _sides(carton, "carton.cm"),
    )  # fmt: skip


def _door(table: Table) -> Door:
    door = _part(table, "door")
    _only(door, "door")
    lives = door.get("residential")
    return Door(str(door.get("zone", "")), str(door.get("postcode", "")), None if lives is None else bool(lives))


def _sides(table: Table, path: str) -> tuple[int, int, int] | None:
    """Three sides in cm as mm."""
    found = table.get("cm")
    if found in (None, ""):
        return None
    try:
        parts = [round(Fraction(p.strip()) * 10) for p in str(found).lower().replace("×", "x").split("x")]
    except (ValueError, ZeroDivisionError):
        parts = []
    if len(parts) == 3 and min(parts) > 0:
        return parts[0], parts[1], parts[2]
    raise _wrong(path, "these are not three sides", "write three sides in cm such as 30x20x10", found)


def _way(row: Table, currency: str) -> Freighted:
    _only(row, "way")
    per = str(row.get("per", "total"))
    if per not in PER["way"]:
        raise _wrong("way.per", "no such unit of freight", f"use {', '.join(PER['way'])}", per)
    days, mode = _number(row, "days"), str(row.get("mode", "")).strip()
    if problem := mode_problem(mode):
        raise ProblemError(problem)
    return Freighted(
        mode, _money(row, "freight", currency), per, None if days is None else int(days),
        bool(row.get("all_in", False)), str(row.get("name", "")), _money(row, "insurance", currency) or 0,
    )  # fmt: skip


def _charge(row: Table, currency: str) -> Further:
    _only(row, "charge")
    own = _currency(row, "currency", currency)
    component, per, leg = (
        str(row.get("component", "handling")),
        str(row.get("per", "total")),
        str(row.get("leg", "onward")),
    )
    if component not in COMPONENTS:
        raise _wrong("charge.component", "no such cost component", f"use {', '.join(COMPONENTS)}", component)
    if per not in PER["charge"]:
        raise _wrong("charge.per", "no such unit of a charge", f"use {', '.join(PER['charge'])}", per)
    if leg not in {"border", "onward", "after"}:
        raise _wrong("charge.leg", "no such leg", "use border, onward or after", leg)
    return Further(str(row.get("name", "Charge")), _money(row, "amount", own), own, per, component, leg)


def _split(row: Table) -> Split:
    _only(row, "splits")
    share = _number(row, "share")
    if share is None or not 0 < share < 1:
        raise _wrong("splits.share", "not a share", "write the part that goes first, such as 0.3", row.get("share"))
    return Split(share, str(row.get("first", "")), str(row.get("rest", "")))


def _quantities(found: object) -> tuple[int, ...]:
    listed = cast("list[object]", found) if isinstance(found, list) else [found]
    try:
        numbers = tuple(dict.fromkeys(int(str(one)) for one in listed))
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 1 or max(numbers) > MOST_UNITS:
        raise _wrong("quantity", "not a quantity", f"write whole numbers from 1 to {MOST_UNITS}", found)
    return numbers


def _days(found: object) -> tuple[date, ...]:
    listed = cast("list[object]", found) if isinstance(found, list) else [found]
    days = tuple(one for one in listed if isinstance(one, date))
    if len(days) < len(listed) or not days:
        raise _wrong("on", "not a day", "write it like 2026-12-01", found)
    return days


def _ahead(days: tuple[date, ...], today: date) -> tuple[date, ...]:
    if max(days).year > today.year + YEARS:
        raise _wrong("on", "no rule is known so far ahead", f"choose a day before {today.year + YEARS + 1}", max(days))
    return days


def _known(table: Table) -> date | None:
    found = table.get("known_on")
    return None if found is None else _days(found)[0]


def _part(table: Table, field: str) -> Table:
    """A table within the file, empty where there is none."""
    found: object = table.get(field, {})
    if not isinstance(found, Mapping):
        raise _wrong(field, "not a table", f"write it as [{field}]", found)
    return cast(Table, found)


def _rows(table: Table, field: str) -> list[Table]:
    rows: Any = table.get(field, [])
    listed: list[Any] = cast("list[Any]", rows) if isinstance(rows, list) else [None]
    if not all(isinstance(row, Mapping) for row in listed):
        raise _wrong(field, "not a list of rows", f"write it as [[{field}]] tables", rows)
    if field in FIELDS:
        for row in listed:
            _only(row, field)
    return cast("list[Table]", listed)


def _needed_money(row: Table, field: str, currency: str) -> Fraction:
    amount = _money(row, field, currency)
    if amount is None:
        raise _wrong(field, "the price is missing", "add it")
    return amount


def _money(table: Table, field: str, currency: str) -> Fraction | None:
    """Minor units, ``None`` where nothing is said. A price of one may be finer: only the amount of all is rounded."""
    number = _number(table, field)
    return None if number is None else number * 10 ** exponent(currency)


def _number(table: Table, field: str) -> Fraction | None:
    found = table.get(field)
    if found is None or found == "":
        return None
    try:
        typed = Decimal(str(found))
        number = Fraction(typed) if abs(typed.adjusted()) <= LONGEST >= len(typed.as_tuple().digits) else Fraction(-1)
    except (InvalidOperation, ValueError, OverflowError):
        number = Fraction(-1)
    if not 0 <= number <= MOST:
        raise _wrong(field, "not a number of 0 or more", f"write a number such as 12.50, at most {MOST:.0e}", found)
    return number


def _measure(table: Table, field: str, part: str) -> Fraction | None:
    """A weight or count: one of 0 would stand for what is not known."""
    number = _number(table, field)
    if number == 0:
        raise _wrong(
            f"{part}.{field}", "nothing weighs or holds 0", "measure it, or leave it out where it is not known", number
        )
    return number


def _currency(table: Table, field: str, default: str) -> str:
    code = str(table.get(field, default)).strip().upper()
    exponent(code)
    return code


def _only(table: Table, part: str) -> None:
    for name in table:
        if name not in FIELDS[part]:
            near = difflib.get_close_matches(name, FIELDS[part], 1)
            remedy = f"did you mean {near[0]}?" if near else f"use {', '.join(sorted(FIELDS[part]))}"
            raise _wrong(f"{part}.{name}".lstrip("."), "no such field", remedy, name)


def _wrong(field: str, message: str, remedy: str, found: object = "") -> ProblemError:
    return ProblemError(Problem("bad_quote_file", message, remedy, field=field, found=str(found)))
