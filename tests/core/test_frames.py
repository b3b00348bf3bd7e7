"""The tables that cross rooms: what a frame must be, and what is said of one that is not."""

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from entrepot.core.frames import TABLES, Column, FrameError, Table

QUOTES = Table(
    "quotes", "one item", "catalogue", ("quote",),
    (
        Column("item", "key", "", "key"),
        Column("price", "integer", "minor units", "net price", empty="not known"),
        Column("on", "date", "", "day"),
        Column("flags", "list of text", "", "codes", optional=True),
    ),
)  # fmt: skip


def test_a_frame_as_stated_has_no_problem() -> None:
    """Types, an empty value where it is allowed, an optional column left out, and a further column are all right."""
    frame = pl.DataFrame({"item": ["A", "B"], "price": [1, None], "on": [date(2026, 1, 1)] * 2, "more": [0, 0]})
    assert QUOTES.problems(frame) == []
    assert QUOTES.require(frame) is frame
    assert QUOTES.problems(frame.with_columns(item=pl.Series([1, 2]), flags=pl.Series([["late"], []]))) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"item": pl.Series(["A", None])}, "item: 1 empty values, none expected"),
        ({"price": pl.Series([1.5, 2.0])}, "price: Float64 found, integer expected"),
        ({"on": pl.Series(["2026-01-01"] * 2)}, "on: String found, date expected"),
        ({"flags": pl.Series([[1], [2]])}, "flags: List(Int64) found, list of text expected"),
        ({"flags": pl.Series(["late", "late"])}, "flags: String found, list of text expected"),
        ({"on": pl.Series([None, None])}, "on: all values are empty"),
    ],
)
def test_every_difference_is_named(change: dict[str, pl.Series], said: str) -> None:
    """A wrong type, an empty value and a list of the wrong kind are each said with the column and what is expected."""
    frame = pl.DataFrame({"item": ["A", "B"], "price": [1, 2], "on": [date(2026, 1, 1)] * 2}).with_columns(**change)
    assert QUOTES.problems(frame) == [said]


def test_a_missing_column_is_an_error_that_names_the_table() -> None:
    """``require`` names the table and every column that is missing."""
    with pytest.raises(FrameError, match=re.escape("table 'quotes': price: missing; on: missing")):
        QUOTES.require(pl.DataFrame({"item": ["A"]}))
    with pytest.raises(KeyError, match="has no column 'cost'"):
        QUOTES["cost"]


def test_every_column_of_every_table_is_described() -> None:
    """No column without a meaning, no name twice, no table without a maker and a reader."""
    assert len(TABLES) >= 14
    for table in TABLES.values():
        assert len(set(table)) == len(table) > 0
        assert table.row
        assert table.made_by
        assert table.read_by
        assert all(column.meaning for column in table.columns)


def test_the_page_of_frames_is_what_the_code_says() -> None:
    """``docs/frames.md`` holds every table and column in the words of the code."""
    page = Path("docs/frames.md").read_text(encoding="utf-8")
    for table in TABLES.values():
        assert f"## {table.name}" in page
        for column in table.columns:
            assert f"| `{column.name}` | {column.type} | {column.unit} | {column.meaning} |" in page, column.name
