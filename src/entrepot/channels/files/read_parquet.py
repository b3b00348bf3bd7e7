"""Parquet into a grid: typed columns as exact text (shortest decimal of a float, ISO dates)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from entrepot.channels.files.grid import LINE, Grid, column, tidy
from entrepot.channels.files.limits import Limits
from entrepot.channels.files.refusals import nothing_inside, refuse, too_many_columns, too_many_rows

_PARTS = 200_000


def read_parquet(path: Path, limits: Limits) -> Grid:
    """The rows of a flat Parquet file. Line 1 is its header, so the first row is line 2."""
    try:
        scan = pl.scan_parquet(path)
        schema = scan.collect_schema()
        rows = int(scan.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(error) from None
    if rows > limits.rows:
        raise too_many_rows(limits.rows)
    if len(schema) > limits.columns:
        raise too_many_columns(limits.columns)
    nested = [name for name, kind in schema.items() if kind.is_nested() or kind in (pl.Binary, pl.Object)]
    if nested:
        raise refuse(
            "column_nested", "a column holds lists, records or bytes", "export plain columns only", found=nested[0]
        )
    if not rows or not len(schema):
        raise nothing_inside()
    names = list(schema)
    texts = [_text(pl.col(name), schema[name]).alias(column(i)) for i, name in enumerate(names)]
    try:
        cells = scan.select(texts).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(error) from None
    lines = pl.int_range(2, cells.height + 2, dtype=pl.UInt32, eager=True).alias(LINE)
    numeric = pl.DataFrame({column(i): [schema[name].is_numeric()] for i, name in enumerate(names)})
    return Grid(tidy(cells.with_columns(lines)), numeric=numeric, header=tuple(names), encoding="parquet")


def unreadable(error: Exception) -> Exception:
    """The refusal of a damaged Parquet file."""
    return refuse(
        "parquet_unreadable",
        "the file is damaged, cut off or not a Parquet file",
        "write it again",
        found=(str(error).splitlines() or [""])[0],
    )


def _text(expr: pl.Expr, kind: pl.DataType) -> pl.Expr:
    match kind:
        case pl.Datetime():
            form = "%Y-%m-%dT%H:%M:%S%.f" + ("%:z" if kind.time_zone else "")
            return expr.dt.strftime(form)
        case pl.Float32() | pl.Float64():
            return expr.cast(pl.String).str.strip_suffix(".0")
        case _:
            return expr.cast(pl.String)
