"""What a reader hands on: the cells as they stand, before anybody knows which row is the header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

LINE = "line"
"""Name of the column that holds each row's 1-based line of the file."""


@dataclass(frozen=True)
class Grid:
    """Cells of one sheet (or of the whole file, where it has no sheets).

    ``cells`` has the columns ``c0 … cn`` (text, trimmed, empty = null) and :data:`LINE`. ``numeric`` holds the same
    shape of booleans where the file itself says "this cell is a number" (then its text is canonical: decimal point, no
    grouping); ``None`` for text files. ``widths`` counts the cells that each row really had. ``header`` is given by
    formats that name their columns themselves. ``cut`` tells that the last line ended without a line break.
    """

    cells: pl.DataFrame
    sheet: str = ""
    numeric: pl.DataFrame | None = None
    widths: pl.Series | None = None
    header: tuple[str, ...] | None = None
    delimiter: str = ""
    encoding: str = ""
    cut: bool = False

    @property
    def width(self) -> int:
        return self.cells.width - 1

    def facts(self) -> dict[str, Any]:
        """Everything but the frames, as plain data (for the way between two processes)."""
        return {
            "sheet": self.sheet,
            "header": self.header,
            "delimiter": self.delimiter,
            "encoding": self.encoding,
            "cut": self.cut,
        }


def column(index: int) -> str:
    """Name of the ``index``-th cell column.

    >>> column(3)
    'c3'
    """
    return f"c{index}"


def tidy(cells: pl.DataFrame) -> pl.DataFrame:
    """Trim every text cell, empty to null, and take off the apostrophe that a safe export puts before formulas."""
    from entrepot.core.spreadsheet import GUARDED

    names = [name for name in cells.columns if name != LINE]
    trimmed = cells.with_columns(pl.col(names).str.strip_chars())
    guarded = [n for n in names if trimmed[n].str.starts_with("'").any()]
    return trimmed.with_columns(
        pl.col(guarded).str.replace(GUARDED, "${1}"),
    ).with_columns(pl.when(pl.col(names).str.len_bytes() > 0).then(pl.col(names)))


def drop_blank(cells: pl.DataFrame) -> pl.Series:
    """Mask of the rows that hold anything."""
    names = [name for name in cells.columns if name != LINE]
    if not names:
        return pl.Series([False] * cells.height, dtype=pl.Boolean)
    return cells.select(pl.any_horizontal(pl.col(names).is_not_null())).to_series()
