"""Excel workbooks into grids: the package is measured before it is opened, formulas are never run.

Numeric cells keep their value's shortest decimal text, dates become ISO text; a second look at the same cells as
booleans (only numbers have a truth value there) tells which texts were typed numbers.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import polars as pl

from entrepot.channels.files.grid import LINE, Grid, column, drop_blank, tidy
from entrepot.channels.files.limits import Limits
from entrepot.channels.files.refusals import cell_too_large, nothing_inside, refuse, too_many_columns, too_many_rows

_RATIO_FLOOR = 1 << 20  # small parts of one repeated character compress well without being a bomb


def read_workbook(path: Path, limits: Limits) -> list[Grid]:
    """One grid for every visible sheet that has cells."""
    measure_package(path, limits)
    import fastexcel

    try:
        book = fastexcel.read_excel(str(path))
        grids = [grid for name in book.sheet_names if (grid := _sheet(book, name, limits)) is not None]
    except fastexcel.FastExcelError as error:
        raise unreadable(str(error).splitlines()[0]) from None
    if not grids:
        raise nothing_inside()
    return grids


def unreadable(reason: str) -> Exception:
    """The refusal of a damaged workbook."""
    return refuse(
        "workbook_unreadable",
        "the file is damaged, cut off or not an Excel workbook",
        "open it in Excel, save it again as .xlsx and import that",
        found=reason,
    )


def measure_package(path: Path, limits: Limits) -> None:
    """Refuse a package that unpacks to more than it should; sizes are counted by unpacking, not believed.

    Source of the figures: OWASP ASVS 5, 5.2.3 (see :mod:`~entrepot.channels.files.limits`).
    """
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if len(parts) > limits.members:
                raise _bomb(f"{len(parts)} parts")
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names:
                raise refuse(
                    "file_kind",
                    "this is a zip archive, not an Excel workbook",
                    "unpack it and import the files inside",
                    found="zip archive",
                )
            total = 0
            for part in parts:
                total += _unpacked(package, part, limits, total)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise unreadable(str(error)) from None


def _unpacked(package: zipfile.ZipFile, part: zipfile.ZipInfo, limits: Limits, before: int) -> int:
    size = 0
    end = b""
    with package.open(part) as stream:
        while block := stream.read(1 << 18):
            size += len(block)
            if before + size > limits.unpacked:
                raise _bomb(f"more than {limits.unpacked >> 20} MB")
            if size > _RATIO_FLOOR and size > limits.ratio * max(part.compress_size, 1):
                raise _bomb(f"{part.filename}: more than {limits.ratio} times its packed size")
            seam, end = end + block, block[-10:]
            if b"<!ENTITY" in seam or b"<!DOCTYPE" in seam:
                raise refuse(
                    "workbook_entities",
                    "the workbook declares XML entities, which no spreadsheet program writes",
                    "save it again in Excel as .xlsx",
                    found=part.filename,
                )
    return size


def _bomb(found: str) -> Exception:
    return refuse(
        "unpacks_too_large",
        "the workbook unpacks to far more than its size",
        "remove what is not data and save it again",
        found=found,
    )


def _sheet(book: object, name: str, limits: Limits) -> Grid | None:
    import fastexcel

    assert isinstance(book, fastexcel.ExcelReader)
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    if sheet.visible != "visible" or sheet.total_height == 0:
        return None
    if sheet.total_height > limits.rows + 100:
        raise too_many_rows(limits.rows)
    if sheet.width > limits.columns:
        raise too_many_columns(limits.columns)
    raw = sheet.to_polars()
    names = [column(i) for i in range(raw.width)]
    cells = raw.rename(dict(zip(raw.columns, names, strict=True)))
    longest = cells.select(pl.max_horizontal(pl.col(names).str.len_chars().max())).item() or 0
    if longest > limits.cell:
        raise cell_too_large(limits.cell)
    truth = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="boolean").to_polars()
    numeric = truth.rename(dict(zip(truth.columns, names, strict=True))).select(pl.all().is_not_null())
    cells = tidy(cells.with_columns(pl.int_range(1, cells.height + 1, dtype=pl.UInt32, eager=True).alias(LINE)))
    keep = drop_blank(cells)
    if not keep.any():
        return None
    return Grid(cells.filter(keep), sheet=name, numeric=numeric.filter(keep), encoding="xlsx")
