"""What is typed after ``entrepot order``: ``1=40``, ``1=700.00``, ``1=lot:100,major:1`` as the fields of an act."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import minor


def units(said: list[str] | None) -> list[dict[str, Any]]:
    """Lines with their units.

    >>> units(["1=40", "2=1,200"])
    [{'order_line': 1, 'quantity': 40}, {'order_line': 2, 'quantity': 1200}]
    """
    return [{"order_line": line, "quantity": _whole(text, "line")} for line, text in _pairs(said)]


def inspected(said: list[str] | None) -> list[dict[str, Any]]:
    """Lines with what was found.

    >>> inspected(["1=lot:100,major:1"])
    [{'order_line': 1, 'lot': 100, 'major': 1}]
    """
    return [
        {
            "order_line": line,
            **{name.strip(): _whole(n, name) for name, _, n in (part.partition(":") for part in text.split(","))},
        }
        for line, text in _pairs(said)
    ]


def amounts(told: dict[str, Any], number: str, currency: str, home: str) -> dict[str, Any]:
    """``told`` with the amounts that were typed (in whole money) as minor units of the order's ``currency``."""
    found = dict(told)
    if isinstance(found.get("base_amount"), str):
        found["base_amount"] = money(found["base_amount"], home, "base") if found["base_amount"] else None
    for name in ("lines", "shares"):
        marked = found.get(name)
        if isinstance(marked, list) and marked and isinstance(marked[0], tuple):
            found[name] = list(_marked(marked[0], number, currency))
    return found


def money(text: str, currency: str, name: str) -> int:
    """``-12.50`` in minor units. Raises ``ProblemError``.

    >>> money("-1,212.50", "USD", "deposit")
    -121250
    """
    plain = text.strip().replace(",", "")
    try:
        amount = minor(plain.removeprefix("-"), currency)
    except ProblemError:
        raise _wrong("this is no amount", "write it as 1234.50", name, text) from None
    return -amount if plain.startswith("-") else amount


def whole_units(text: str) -> int:
    """A whole number of units. Raises ``ProblemError``.

    >>> whole_units("1,200")
    1200
    """
    return _whole(text, "units")


def read_told(path: Path) -> dict[str, Any]:
    """A JSON object of a file, or of the pipe for ``-``. Raises ``ProblemError``."""
    try:
        told = json.loads(sys.stdin.read() if str(path) == "-" else path.read_text("utf-8"))
    except FileNotFoundError:
        raise _wrong("there is no such file", "give the name of the file", "", str(path)) from None
    except ValueError as error:
        raise _wrong("this is no JSON", "write one JSON object", "", str(error)[:80]) from None
    if not isinstance(told, dict):
        raise _wrong("this is no JSON object", "write one JSON object", "", str(told)[:80])
    return {str(key): value for key, value in told.items()}  # type: ignore[misc]


def _marked(marked: tuple[Any, ...], number: str, currency: str) -> Iterator[dict[str, Any]]:
    if marked[0] == "amount":
        for line, text in _pairs(marked[1]):
            yield {"order_line": line, "amount": money(text, currency, "line")}
        return
    _, deposit, bills = marked
    if deposit:
        yield {"type": "purchase_order", "id": number, "amount": money(deposit, currency, "deposit")}
    for said in bills or []:
        paper, sign, text = said.rpartition("=")
        if not sign or not paper:
            raise _wrong("this names no bill and amount", "write it as B-77=490.00", "bill", said)
        yield {"type": "cost_bill", "id": paper, "amount": money(text, currency, "bill")}


def _pairs(said: list[str] | None) -> Iterator[tuple[int, str]]:
    for one in said or []:
        line, sign, text = one.partition("=")
        if not sign or not text:
            raise _wrong("this names no line and number", "write it as 1=40", "line", one)
        yield _whole(line, "line"), text


def _whole(text: str, name: str) -> int:
    plain = text.strip().replace(",", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10):
        raise _wrong("this is no whole number", "write whole units", name, text)
    return int(plain)


def _wrong(message: str, remedy: str, name: str, found: str) -> ProblemError:
    return ProblemError(Problem("bad_value", message, remedy, field=name, found=found[:80]))
