"""Documents as files of Entrepot's own templates: the seller's own lists, and other people's bills typed into them.

Rows and headings come from :mod:`entrepot.channels.files.templates`, so they follow the vocabulary. Columns that
nobody fills are left out, as sellers do.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

from entrepot.channels.files.template_columns import columns
from entrepot.channels.files.template_words import Language, heading, title
from entrepot.channels.files.templates import document_rows
from entrepot.core.documents import Document
from entrepot.core.spreadsheet import Cell, write_csv, write_xlsx
from entrepot.sample.places import BASE_CURRENCY

Row = dict[str, Cell]


def rows_of(documents: Sequence[Document], language: Language = "en") -> list[Row]:
    """Template rows of documents of one type, machine name of the column to cell."""
    return [
        row for document in documents for row in document_rows(document, language, BASE_CURRENCY.get(document.company))
    ]


def as_csv(kind: str, rows: Sequence[Row], *, german: bool = False) -> bytes:
    """Rows as CSV with machine names; ``german`` as a German spreadsheet saves it: semicolons, commas, windows-1252."""
    names = _used(kind, rows)
    if not german:
        return write_csv(["type", *names], ([kind, *(row.get(n) for n in names)] for row in rows))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["type", *names])
    for row in rows:
        cells = [row.get(n) for n in names]
        writer.writerow([kind, *(format(c, "f").replace(".", ",") if isinstance(c, Decimal) else c for c in cells)])
    return text.getvalue().encode("cp1252")


def as_xlsx(kind: str, rows: Sequence[Row], language: Language) -> bytes:
    """Rows as a workbook with the template's headings."""
    names = _used(kind, rows)
    heads = [heading(kind, n, language) for n in names]
    return write_xlsx(heads, ([row.get(n) for n in names] for row in rows), title(kind, language))


def _used(kind: str, rows: Sequence[Row]) -> list[str]:
    used = {name for row in rows for name, cell in row.items() if cell is not None}
    return [c.name for c in columns(kind) if c.name in used or c.required]
