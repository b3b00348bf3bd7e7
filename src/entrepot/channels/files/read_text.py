"""Delimited text into a grid: exact line numbers, strict quotes, bounded cells.

The standard library's reader is used rather than a faster columnar one: it counts physical lines through quoted line
breaks, refuses broken quotes and bounds each cell, and 444,322 lines take it about a second.
"""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import polars as pl

from entrepot.channels.files.grid import LINE, Grid, column, drop_blank, tidy
from entrepot.channels.files.limits import Limits
from entrepot.channels.files.refusals import (
    cell_too_large,
    nothing_inside,
    refuse,
    too_many_columns,
    too_many_rows,
)

DELIMITERS = "\t;,|"
_BLOCK = 20_000
_SAMPLE_LINES = 100
_field_limit = threading.Lock()


def read_text(path: Path, encoding: str, limits: Limits, delimiter: str | None = None) -> Grid:
    """The cells of a CSV or TSV file; raises ``ProblemError`` naming the line where the file is damaged."""
    _no_nul(path, encoding)
    try:
        mark = delimiter or _delimiter(path, encoding)
        grid = _parse(path, encoding, limits, mark, csv.QUOTE_MINIMAL)
    except _BrokenQuotes as broken:
        # Tab files of marketplaces do not quote: an inch sign (") at the start of a title is a plain character.
        if broken.delimiter != "\t":
            raise refuse(
                "quotes_broken",
                "the quotes in this line do not match",
                "the file is damaged or cut off: export it again",
                line=broken.line,
                found=broken.reason,
            ) from None
        grid = _parse(path, encoding, limits, broken.delimiter, csv.QUOTE_NONE)
    if grid.cells.height == 0:
        raise nothing_inside()
    return grid


class _BrokenQuotes(Exception):
    def __init__(self, line: int, reason: str, delimiter: str) -> None:
        super().__init__(reason)
        self.line, self.reason, self.delimiter = line, reason, delimiter


def _open(path: Path, encoding: str) -> io.TextIOWrapper:
    return path.open(encoding=encoding, errors="strict", newline="")


def _no_nul(path: Path, encoding: str) -> None:
    if encoding in ("utf-16", "utf-32"):
        return
    line = 1
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            at = block.find(b"\0")
            if at >= 0:
                raise refuse(
                    "nul_byte",
                    "the line holds a NUL byte, so the file is damaged or not a text file",
                    "export the file again",
                    line=line + block.count(b"\n", 0, at),
                )
            line += block.count(b"\n")


def _delimiter(path: Path, encoding: str) -> str:
    """The mark that cuts most lines of the beginning into the same number of cells."""
    with _open(path, encoding) as file:
        sample = [line for _, line in zip(range(_SAMPLE_LINES), _bounded(file), strict=False)]
    best, best_score = ",", 0
    for mark in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(sample, delimiter=mark) if row]
        except csv.Error:
            continue
        score = max(((w - 1) * widths.count(w) for w in set(widths)), default=0)
        if score > best_score:
            best, best_score = mark, score
    return best


def _bounded(file: io.TextIOWrapper) -> Iterator[str]:
    while line := file.readline(1 << 16):
        yield line


def _parse(path: Path, encoding: str, limits: Limits, delimiter: str, quoting: Literal[0, 3]) -> Grid:
    with _field_limit, _open(path, encoding) as file:
        before = csv.field_size_limit(limits.cell)
        reader = csv.reader(_lines(file, limits), delimiter=delimiter, strict=True, quoting=quoting)
        try:
            blocks = list(_blocks(reader, limits))
        except csv.Error as error:
            if "field limit" in str(error):
                raise cell_too_large(limits.cell, reader.line_num) from None
            raise _BrokenQuotes(reader.line_num, str(error), delimiter) from None
        except UnicodeError:
            raise refuse(
                "encoding_wrong",
                f"the file is not written in {encoding}",
                "choose another encoding",
                line=reader.line_num + 1,
                found=encoding,
            ) from None
        finally:
            csv.field_size_limit(before)
    if not blocks:
        raise nothing_inside()
    width = max(block.width - 2 for block in blocks)
    cells = pl.concat(blocks, how="diagonal") if len(blocks) > 1 else blocks[0]
    cells = cells.select([column(i) for i in range(width)] + [LINE, "width"])
    widths = cells["width"]
    cells = tidy(cells.drop("width"))
    keep = drop_blank(cells)
    return Grid(
        cells.filter(keep), widths=widths.filter(keep), delimiter=delimiter, encoding=encoding, cut=_ends_open(path)
    )


def _lines(file: io.TextIOWrapper, limits: Limits) -> Iterator[str]:
    """Physical lines, none longer than any row could be: a file without line breaks must not fill the memory."""
    longest = limits.cell * 4
    number = 0
    while line := file.readline(longest):
        number += 1
        if len(line) >= longest:
            raise cell_too_large(limits.cell, number)
        yield line


def _blocks(reader: Any, limits: Limits) -> Iterator[pl.DataFrame]:
    rows: list[list[str]] = []
    lines: list[int] = []
    before = total = 0
    for row in reader:
        if len(row) > limits.columns:
            raise too_many_columns(limits.columns, reader.line_num)
        rows.append(row)
        lines.append(before + 1)
        before = reader.line_num
        if len(rows) == _BLOCK:
            total += len(rows)
            if total > limits.rows + 100:
                raise too_many_rows(limits.rows)
            yield _block(rows, lines)
            rows, lines = [], []
    if total + len(rows) > limits.rows + 100:
        raise too_many_rows(limits.rows)
    if rows:
        yield _block(rows, lines)


def _block(rows: list[list[str]], lines: list[int]) -> pl.DataFrame:
    widths = [len(row) for row in rows]
    width = max(widths)
    if min(widths) < width:
        rows = [row + [""] * (width - len(row)) for row in rows]
    data: dict[str, pl.Series] = {
        column(i): pl.Series(cells, dtype=pl.String) for i, cells in enumerate(zip(*rows, strict=True))
    }
    data[LINE] = pl.Series(lines, dtype=pl.UInt32)
    data["width"] = pl.Series(widths, dtype=pl.UInt32)
    return pl.DataFrame(data)


def _ends_open(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-min(4, path.stat().st_size), io.SEEK_END)
        tail = file.read()
    return not any(mark in tail for mark in (b"\n", b"\r"))
