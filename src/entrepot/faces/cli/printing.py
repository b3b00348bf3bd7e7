"""What the command line shows: money and counts as people write them, tables, problems with their remedies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from entrepot.core.errors import Problem
from entrepot.core.money import major

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH = 120
"""Columns where no terminal says how many it has."""


@cache
def out() -> Console:
    """Where results go."""
    return _console(stderr=False)


@cache
def to_person() -> Console:
    """Where progress, questions and problems go: results can be piped on without them."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = _WIDTH
    return console


def say(*lines: str) -> None:
    """Plain lines, without markup."""
    for line in lines:
        out().print(line, markup=False, soft_wrap=True)


def count(number: int) -> str:
    """A whole number with separators.

    >>> count(1234567)
    '1,234,567'
    """
    return f"{number:,}"


def money(amount: int, currency: str) -> str:
    """An amount in minor units as people write it.

    >>> money(-123456789, "USD"), money(1500, "JPY")
    ('-1,234,567.89 USD', '1,500 JPY')
    """
    text = major(amount, currency)
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    return f"{sign}{int(whole):,}{point}{rest} {currency}"


def amounts(totals: Mapping[str, int]) -> str:
    """Money by currency on one line; ``units`` and zeros are left out.

    >>> amounts({"USD": 100, "EUR": 250, "units": 3})
    '2.50 EUR · 1.00 USD'
    """
    found = [money(amount, code) for code, amount in sorted(totals.items()) if amount and len(code) == 3]
    return " · ".join(found)


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[int] = ()) -> None:
    """A table; columns whose index stands in ``right`` are aligned to the right. Nothing is printed without rows."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    listed = list(rows)
    if not listed:
        return
    shown = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        shown.add_column(heading, justify="right" if place in right else "left", overflow="fold")
    for row in listed:
        shown.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    out().print(shown)


def problems(found: Iterable[Problem]) -> None:
    """Each problem with its place, what was found and what would be right."""
    from rich.panel import Panel
    from rich.text import Text

    for problem in found:
        text = Text()
        if problem.where:
            text.append(f"{problem.where}\n", "bold")
        text.append(problem.message[:1].upper() + problem.message[1:])
        if problem.found:
            text.append(f": {problem.found[:300]}")
        text.append(f"\nWhat to do: {problem.remedy}")
        to_person().print(Panel(text, title=problem.code.replace("_", " "), title_align="left", border_style="red"))
