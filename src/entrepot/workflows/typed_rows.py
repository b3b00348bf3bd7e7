"""Cells that a person typed on screen, as the document that they say, with every fault by cell.

The columns are those of the file templates (:func:`entrepot.channels.files.template_columns.columns`), so a sheet on
screen, a file and a paste mean the same. A document has a *header* (columns that belong to no list) and *rows*.

>>> company = {"location": "LA", "id": "GR-1", "effective_at": "2026-01-05"}
>>> read = read_typed(Typed("receipt", company, ({"sku": "A", "quantity": "12"}, {"sku": "", "quantity": ""})), "US", "UTC")
>>> read.document.lines[0].quantity, read.faults
(12, ())
>>> wrong = read_typed(Typed("receipt", company, ({}, {"sku": "A", "quantity": "a dozen"})), "US", "UTC")
>>> [(fault.row, fault.column, fault.problem.code) for fault in wrong.faults]
[(1, 'quantity', 'not_a_quantity')]
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from entrepot.channels.files.opening import open_file
from entrepot.channels.files.template_columns import TemplateColumn, columns
from entrepot.channels.files.templates import document_types
from entrepot.core.errors import Problem, ProblemError

MOST_ROWS = 5_000
MOST_TEXT = 2_000
_FIRST_LINE = 2
"""Line of the first row in the table that is handed to the reader: the headings are line 1."""


@dataclass(frozen=True)
class Typed:
    """A document of ``kind`` as typed: column name to text, of the header and of each row (empty rows count for nothing)."""

    kind: str
    header: Mapping[str, str] = field(default_factory=dict[str, str])
    rows: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell: ``row`` counts from 0, ``None`` is the header; an empty ``column`` is the whole row."""

    problem: Problem
    row: int | None = None
    column: str = ""


@dataclass(frozen=True)
class Read:
    """The document, or why there is none. ``line_rows``: row of each line of the document, lines counted from 1."""

    document: Any = None
    faults: tuple[Fault, ...] = ()
    line_rows: Mapping[int, int] = field(default_factory=dict[int, int])


def header_columns(kind: str) -> tuple[TemplateColumn, ...]:
    """Columns of the document's head, in order. Raises ``ProblemError`` for a kind that has no template."""
    return tuple(column for column in _columns(kind) if not column.lists)


def row_columns(kind: str) -> tuple[TemplateColumn, ...]:
    """Columns of its rows, in order."""
    return tuple(column for column in _columns(kind) if column.lists)


def read_typed(typed: Typed, company: str, zone: str, *, currency: str | None = None, source: str = "entered") -> Read:
    """The document that ``typed`` says, of ``company``, its times in ``zone``; numbers with a decimal point."""
    header, rows = _clean(typed)
    kept = [(place, row) for place, row in enumerate(rows) if any(row.values())]
    table = [{**row} for _, row in kept] or [{}]
    table[0] = {**header, **table[0]}
    file = open_file(
        _as_csv(typed.kind, table), layout=typed.kind, company=company, zone=zone, currency=currency,
        number_style="point", date_order="day_first", encoding="utf-8", delimiter=",", bounded=False,
    )  # fmt: skip
    found: list[Any] = []
    faults: list[Fault] = []
    try:
        found += [sourced.document for sourced in file.documents()]
    except ProblemError as error:
        return Read(None, tuple(Fault(problem) for problem in error.problems))
    heads = {column.name for column in header_columns(typed.kind)}
    places = [place for place, _ in kept]
    faults += [_fault(rejected.problem, heads, places) for rejected in file.rejected]
    faults = [fault for fault in faults if fault.problem.code != "document_refused"] or faults
    faults += _unreadable(file)
    if faults or len(found) != 1:
        return Read(None, tuple(faults) or (Fault(_nothing()),))
    document = found[0].model_copy(update={"source": source})
    return Read(document, (), _line_rows(typed.kind, kept))


def at_line(problem: Problem, read: Read, kind: str) -> Fault:
    """A fault of the posted document (its line counts from 1) at the cell where it was typed."""
    row = read.line_rows.get(problem.line) if problem.line is not None else None
    names = {column.name for column in _columns(kind)}
    column = problem.field if problem.field in names else ""
    return Fault(problem, row, column)


def _columns(kind: str) -> tuple[TemplateColumn, ...]:
    if kind not in document_types():
        raise ProblemError(
            Problem("unknown_kind", "there is no such kind of document", "choose one of the list", found=kind[:60])
        )
    return columns(kind)


def _clean(typed: Typed) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Known columns only, on one line each. Raises ``ProblemError`` for what no sheet can have."""
    heads = {column.name for column in header_columns(typed.kind)}
    cells = {column.name for column in row_columns(typed.kind)}
    if len(typed.rows) > MOST_ROWS:
        raise ProblemError(
            Problem(
                "too_many_rows", f"a sheet takes {MOST_ROWS} rows", "import a file instead", found=str(len(typed.rows))
            )
        )
    header = {name: _text(value) for name, value in typed.header.items() if name in heads}
    return header, [{name: _text(v) for name, v in row.items() if name in cells} for row in typed.rows]


def _text(value: Any) -> str:
    return " ".join(str(value if value is not None else "").replace("\0", "").split())[:MOST_TEXT]


def _as_csv(kind: str, table: list[dict[str, str]]) -> bytes:
    names = [column.name for column in _columns(kind)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["type", *names])
    writer.writerows([kind, *(row.get(name, "") for name in names)] for row in table)
    return out.getvalue().encode()


def _fault(problem: Problem, heads: set[str], places: list[int]) -> Fault:
    place = problem.line - _FIRST_LINE if problem.line is not None else None
    row = places[place] if place is not None and place < len(places) and problem.field not in heads else None
    return Fault(replace(problem, line=row + 1 if row is not None else None), row, problem.field)


def _unreadable(file: Any) -> Iterator[Fault]:
    for question in file.questions:
        yield Fault(Problem("question_open", question.text, "write it out in full", field=question.field), None, "")


def _nothing() -> Problem:
    return Problem("nothing_typed", "nothing is typed yet", "fill in the head and at least one row")


def _line_rows(kind: str, kept: list[tuple[int, dict[str, str]]]) -> dict[int, int]:
    found: dict[int, int] = {}
    names = dict.fromkeys(column.lists[0] for column in row_columns(kind))
    for name in ("lines",) if "lines" in names else names:
        own = [column.name for column in row_columns(kind) if column.lists == (name,)]
        for place, row in kept:
            if any(row.get(column) for column in own):
                found[len(found) + 1] = place
    return found
