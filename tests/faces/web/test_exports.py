"""Exports: typed figures, and text that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from django.test import RequestFactory

from entrepot.books.selectors.shapes import Money, Page
from entrepot.faces.web import exports, tables
from entrepot.faces.web.tables import Column
from tests.faces.web.fixtures import FixedViewer


@dataclass
class Row:
    """One row of every sort of cell."""

    sku: str
    units: int | None = 3
    value: int | None = -123_456
    billed: Money | None = None
    day: date | None = None
    at: datetime | None = None
    ages: tuple[int, ...] | None = (1, 2, 3, 4, 5)
    share: int | None = 125


COLUMNS = [
    Column("sku", "SKU"),
    Column("units", "Units", "units"),
    Column("value", "Value", "money", needs="see_cost"),
    Column("billed", "Billed", "amount", needs="see_cost"),
    Column("day", "Day", "date"),
    Column("at", "At", "instant"),
    Column("ages", "Age", "ages"),
    Column("share", "Share", "percent"),
]
DANGEROUS = ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\tx", "\r=1"]


def _table(rows: list[Row], role: str = "owner", currency: str = "USD") -> tables.Table:
    wanted = tables.wish(RequestFactory().get("/x"), COLUMNS, "sku")
    return tables.build("x", COLUMNS, Page(rows, len(rows)), wanted, FixedViewer(role), currency)


def _csv(rows: list[Row], **more: Any) -> list[list[str]]:
    response = exports.as_csv(_table(rows, **more), rows, "Asia/Shanghai")
    content = b"".join(response.streaming_content).decode()  # type: ignore[arg-type]
    assert content.startswith("\ufeff")
    return list(csv.reader(io.StringIO(content[1:])))


def _sheet(rows: list[Row], **more: Any) -> list[tuple[Any, ...]]:
    response = exports.as_xlsx(_table(rows, **more), rows, "Asia/Shanghai")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return list(book.worksheets[0].iter_rows(values_only=True))


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_formula_is_text_in_csv_and_xlsx(text: str) -> None:
    """Every text that a spreadsheet could run is quoted with an apostrophe."""
    assert _csv([Row(text)])[1][0] == f"'{text}"
    cell = _sheet([Row(text)])[1][0]
    assert str(cell).startswith("'")


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    """The data type of every text cell is text."""
    rows = [Row(text) for text in DANGEROUS]
    response = exports.as_xlsx(_table(rows), rows, "UTC")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row if cell.value} <= {"s", "n", "d"}


def test_figures_are_figures() -> None:
    """Amounts in major units with their currency in the header, dates as dates, local times, open age bands."""
    row = Row("A", billed=Money(5_005, "JPY"), day=date(2026, 3, 1), at=datetime(2026, 3, 1, 20, 30, tzinfo=UTC))
    head, line = _csv([row])
    assert head[:5] == ["SKU", "Units", "Value (USD)", "Billed", "Billed ISO"]
    assert line == ["A", "3", "-1234.56", "5005", "JPY", "2026-03-01", "2026-03-02 04:30:00", *"12345", "12.5"]
    sheet = _sheet([row])[1]
    assert sheet[2] == -1234.56
    assert sheet[5].isoformat() == "2026-03-01T00:00:00"
    assert sheet[6].isoformat() == "2026-03-02T04:30:00"


def test_an_amount_follows_its_currency_s_exponent() -> None:
    """Yen have no decimals and dinars have three."""
    assert _csv([Row("A", value=1234)], currency="JPY")[1][2] == "1234"
    assert _csv([Row("A", value=1234)], currency="KWD")[1][2] == "1.234"


def test_what_is_not_known_stays_empty() -> None:
    """Never 0."""
    line = _csv([Row("A", None, None, None, None, None, None, None)])[1]
    assert set(line[1:]) == {""}
    assert set(_sheet([Row("A", None, None, None, None, None, None, None)])[1][1:]) == {None}


def test_amounts_are_absent_for_who_may_not_see_cost() -> None:
    """Neither header nor cell."""
    for table in (_csv([Row("A")], role="warehouse"), _sheet([Row("A")], role="warehouse")):
        assert not any(
            "USD" in str(cell) or "Value" in str(cell) or "1234" in str(cell) for row in table for cell in row
        )


def test_headers_are_harmless_too() -> None:
    """A header could be a formula as well."""
    assert exports.headers([Column("x", "=1")], "USD") == ["'=1"]
