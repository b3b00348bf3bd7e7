"""Tables out to spreadsheets without handing them formulas, and back in unchanged.

A text that starts with ``= + - @``, a tab or a carriage return is run as a formula by spreadsheet programs; such a
text gets a leading apostrophe (OWASP ASVS 5, 1.2.10). A text that already looks so guarded gets one more, therefore
taking one off is always the exact inverse. Numbers stay numbers. Characters that XML and databases cannot hold (NUL
and the other controls) are dropped.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xlsxwriter

Cell = str | int | float | Decimal | bool | date | datetime | None

GUARDED = r"^'('*[=+\-@\t\r])"
"""Pattern of a guarded text; its group is the text that was guarded."""

_RISKY = re.compile(r"^'*[=+\-@\t\r]")
_GUARDED = re.compile(GUARDED)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WIDEST = 60
_LAST_ROW = 10_000
_LONGEST_LIST = 255  # what Excel takes as a list of words in one cell rule


def safe_cell(text: str) -> str:
    """``text`` as a cell that no spreadsheet program runs.

    >>> safe_cell("=1+1"), safe_cell("'=1"), safe_cell("A-1"), safe_cell("-5 °C")
    ("'=1+1", "''=1", 'A-1', "'-5 °C")
    """
    text = _CONTROL.sub("", text)
    return "'" + text if _RISKY.match(text) else text


def plain_cell(text: str) -> str:
    """The inverse of :func:`safe_cell`.

    >>> plain_cell(safe_cell("=1+1")), plain_cell(safe_cell("'=1")), plain_cell("'quoted'")
    ('=1+1', "'=1", "'quoted'")
    """
    return _GUARDED.sub(r"\1", text, count=1)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]], delimiter: str = ",") -> bytes:
    """A CSV file (UTF-8 with a byte-order mark, so that Excel reads Chinese) of ``rows`` under ``columns``.

    Numbers are written with a decimal point and without grouping, dates in ISO form.

    >>> write_csv(["sku", "units"], [["=A", -3]]).decode("utf-8-sig")
    "sku,units\\r\\n'=A,-3\\r\\n"
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([safe_cell(c) for c in columns])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    sheet: str = "Sheet1",
    more: Sequence[Sheet] = (),
    *,
    texts: Collection[int] = (),
    choices: Mapping[int, Sequence[str]] | None = None,
) -> bytes:
    """An Excel workbook with one sheet of ``rows`` under a frozen header; ``more`` adds further sheets behind it.

    Integers and decimals are numeric cells (beyond 15 digits, where Excel would round, they stay text). For a sheet to
    be filled in, the columns numbered in ``texts`` are formatted as text, so that Excel leaves long numbers and leading
    zeros alone, and those in ``choices`` offer these words.
    """
    return write_workbook([FillIn(sheet, columns, rows, texts, choices or {}), *(FillIn(*one) for one in more)])


@dataclass(frozen=True)
class FillIn:
    """A sheet: name, column heads, rows; ``texts`` and ``choices`` as :func:`write_xlsx` says."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]] = ()
    texts: Collection[int] = ()
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict[int, Sequence[str]])


def write_workbook(sheets: Sequence[FillIn]) -> bytes:
    """An Excel workbook of these sheets, in this order."""
    import xlsxwriter as writer

    out = io.BytesIO()
    book = writer.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    try:
        for sheet in sheets:
            page = _fill(book, sheet.name, sheet.columns, sheet.rows, sheet.texts)
            for j, words in sheet.choices.items():
                if len(",".join(words)) <= _LONGEST_LIST:
                    page.data_validation(
                        1, j, _LAST_ROW, j, {"validate": "list", "source": list(words), "error_type": "warning"}
                    )
    finally:
        book.close()
    return out.getvalue()


Sheet = tuple[str, Sequence[str], Iterable[Sequence[Cell]]]
"""Name, column heads and rows of one more sheet."""


def _csv_cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _fill(
    book: xlsxwriter.Workbook,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    texts: Collection[int] = (),
) -> Any:
    page = book.add_worksheet(name[:31])
    head = book.add_format({"bold": True, "bottom": 1})
    widths = [_width(c) for c in columns]
    for j, title in enumerate(columns):
        page.write_string(0, j, safe_cell(title), head)
    for i, row in enumerate(rows, start=1):
        for j, value in enumerate(row):
            _put(page, i, j, value)
            if i <= 200 and j < len(widths) and value is not None:
                widths[j] = max(widths[j], _width(str(value)))
    text = book.add_format({"num_format": "@"})
    for j, width in enumerate(widths):
        page.set_column(j, j, min(width, _WIDEST) + 2, text if j in texts else None)
    page.freeze_panes(1, 0)
    return page


def _width(text: str) -> int:
    """Columns that a text takes; wide (East Asian) characters count two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _put(page: Any, i: int, j: int, value: Cell) -> None:
    match value:
        case None:
            return
        case bool():
            page.write_boolean(i, j, value)
        case int() | Decimal() if len(str(abs(value)).replace(".", "").strip("0")) <= 15:
            page.write_number(i, j, value)
        case float():
            page.write_number(i, j, value)
        case str():
            page.write_string(i, j, safe_cell(value))
        case _:
            page.write_string(i, j, _csv_cell(value))
