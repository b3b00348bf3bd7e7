"""Exports hand no formulas to spreadsheet programs, and come back unchanged."""

import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.core.spreadsheet import plain_cell, safe_cell, write_csv, write_xlsx

FORMULAS = [
    start + body
    for start in "=+-@\t\r"
    for body in ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x","y")', "SUM(A1:A9)", "", "'", "=", "中文")
]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_guarded(text: str) -> None:
    """No text that a program would run leaves without its apostrophe."""
    assert safe_cell(text).startswith("'")


@given(st.text(st.characters(blacklist_categories=["Cs"], min_codepoint=9), max_size=12) | st.sampled_from(FORMULAS))
def test_guarding_is_undone_exactly(text: str) -> None:
    """Taking the guard off gives the text back, also where it had apostrophes of its own."""
    clean = "".join(c for c in text if c in "\t\r\n" or (ord(c) > 31 and ord(c) != 127))
    for quoted in (clean, "'" + clean, "''" + clean):
        assert plain_cell(safe_cell(quoted)) == quoted


def test_numbers_stay_numbers() -> None:
    """Negative numbers are typed cells, not guarded texts; what Excel would round stays text."""
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(["a"], [[-5], ["-5"], [12345678901234567], [True]])))
    assert book.active is not None
    assert [row[0] for row in book.active.iter_rows(values_only=True)] == ["a", -5, "'-5", "12345678901234567", True]


def test_no_formula_cell_is_ever_written() -> None:
    """Whatever the texts, a workbook holds no formula cells and no links."""
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(FORMULAS, [FORMULAS, ["http://example.org"] * 5])))
    assert book.active is not None
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n"}
    assert all(cell.hyperlink is None for row in book.active.iter_rows() for cell in row)


def test_csv_is_for_people_with_excel() -> None:
    """CSV has a byte-order mark and guards texts; numbers are bare."""
    assert write_csv(["名称"], [["=1"], [-1]]) == "\ufeff名称\r\n'=1\r\n-1\r\n".encode()
