"""Rows that belong together into one validated document, in chunks so that a large file streams.

Every document goes through its pydantic model: at about two microseconds a line the check costs less than a second
path that skips it would risk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import polars as pl
from pydantic import BaseModel, ValidationError

from entrepot.channels.files.parsed import Rejected, Sourced
from entrepot.channels.files.reading import Reading
from entrepot.channels.files.refusals import shorten
from entrepot.core.errors import Problem

ROW = "row"
LINE = "line"
_CHUNK = 20_000

D = TypeVar("D", bound=BaseModel)
Columns = dict[str, list[Any]]


def groups(frame: pl.DataFrame, key: str) -> Iterator[tuple[Columns, int, int]]:
    """The rows of ``frame`` by ``key``, groups in the order of their first row, rows in file order.

    Yields (columns of a chunk as lists, start, stop) for each group. ``frame`` has a column :data:`ROW`.
    """
    ordered = frame
    if not frame[ROW].is_sorted() or frame[key].rle_id().n_unique() != frame[key].n_unique():
        ordered = frame.with_columns(pl.col(ROW).min().over(key).alias("first")).sort("first", ROW).drop("first")
    ends = ordered[key].rle().struct.field("len").cum_sum().to_list() if ordered.height else []
    start = 0
    chunk: Columns = {}
    base = limit = 0
    for i, end in enumerate(ends):
        if end > limit:
            stop = i
            while stop + 1 < len(ends) and ends[stop + 1] - start <= _CHUNK:
                stop += 1
            base, limit = start, ends[stop]
            chunk = ordered.slice(base, limit - base).to_dict(as_series=False)
        yield chunk, start - base, end - base
        start = end


def settle(
    reading: Reading,
    model: type[D],
    header: dict[str, Any],
    lines: list[dict[str, Any]],
    rows: Sequence[int],
    partial: bool = True,
) -> Iterator[Sourced | Rejected]:
    """``header`` with ``lines`` as one document of ``model``, or the reasons why not.

    ``rows`` are the row numbers of ``lines``. With ``partial`` a bad line goes alone and the rest of the document
    stands; without, one bad line refuses the document with all its rows.
    """
    try:
        yield _sourced(reading, model.model_validate({**header, "lines": lines}), rows)
        return
    except ValidationError as error:
        bad = _problems(error, str(header.get("id", "")))
    if not partial or None in bad or len(bad) == len(lines):
        first = next(iter(bad.values()))
        for i, row in enumerate(rows):
            yield reading.reject(row, bad.get(i) or bad.get(None) or first)
        return
    kept = [i for i in range(len(lines)) if i not in bad]
    for i, problem in bad.items():
        assert i is not None
        yield reading.reject(rows[i], problem)
    yield from settle(reading, model, header, [lines[i] for i in kept], [rows[i] for i in kept])


def settle_single(
    reading: Reading, model: type[D], data: dict[str, Any], rows: Sequence[int]
) -> Iterator[Sourced | Rejected]:
    """``data`` as one document without separate lines; refused with all its ``rows``."""
    try:
        yield _sourced(reading, model.model_validate(data), rows)
    except ValidationError as error:
        problem = next(iter(_problems(error, str(data.get("id", ""))).values()))
        for row in rows:
            yield reading.reject(row, problem)


def _sourced(reading: Reading, document: Any, rows: Sequence[int]) -> Sourced:
    lines = reading.line_numbers
    return Sourced(document, tuple([lines[row] for row in rows]))


def _problems(error: ValidationError, document: str) -> dict[int | None, Problem]:
    """One problem for each line that pydantic complains of (``None`` = the header)."""
    found: dict[int | None, Problem] = {}
    for each in error.errors(include_url=False, include_context=False):
        where = [str(part) for part in each["loc"]]
        line = int(where[1]) if len(where) > 1 and where[0] == "lines" and where[1].isdigit() else None
        field = ".".join(where[2:] if line is not None else where)
        message = each["msg"].removeprefix("Value error, ")
        found.setdefault(
            line,
            Problem(
                "invalid",
                message[:1].lower() + message[1:],
                "correct this cell and import again",
                document=document,
                field=field,
                found=_found(each["input"]),
            ),
        )
    return found


def _found(value: Any) -> str:
    return "" if isinstance(value, dict | list | BaseModel) else shorten(str(value))
