"""Excel workbooks and Parquet: typed cells, dates, sheets, and packages meant to do harm."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest
import xlsxwriter

from entrepot.channels.files.limits import COMMAND_LINE, Limits
from entrepot.channels.files.opening import open_file
from entrepot.core.errors import ProblemError
from tests.channels.files.opened import SAID, documents, opened, refused, rejected

HEADS = ["Order ID", "SKU", "Quantity", "Unit price", "Date"]


def workbook(*rows: list[object], sheet: str = "Orders", before: str | None = None, hidden: str | None = None) -> bytes:
    """A workbook with one table; ``before`` adds a sheet of notes in front, ``hidden`` one that nobody sees."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"})
    for name in filter(None, (hidden, before)):
        page = book.add_worksheet(name)
        page.write_row(0, 0, HEADS if name == hidden else ["Notes", "read me"])
        if name == hidden:
            page.write_row(1, 0, ["HIDDEN", "MUG", 1, 1, "2026-01-01"])
            page.hide()
    page = book.add_worksheet(sheet)
    for i, row in enumerate([HEADS, *rows]):
        page.write_row(i, 0, row)
    if hidden:
        page.activate()
        page.set_first_sheet()
    book.close()
    return out.getvalue()


def test_typed_cells_need_no_decision() -> None:
    """Numbers and dates that the workbook types are exact, whatever their look would leave open."""
    made = documents(workbook(["A", "MUG", 2, 1.234, datetime(2026, 4, 3, 8, 30)]))  # noqa: DTZ001 - a cell has no zone
    assert (made[0].lines[0].amount, made[0].effective_at) == (247, datetime(2026, 4, 3, 8, 30, tzinfo=UTC))


def test_long_numbers_stay_whole() -> None:
    """A twelve-digit order number in a numeric cell keeps all its digits."""
    assert documents(workbook([123456789012, 85123, 1, 1, "2026-01-01"]))[0].id == "123456789012"


def test_texts_beside_typed_numbers_are_read_in_their_own_style() -> None:
    """One text "9,90" among typed numbers is read as such: typed cells are no evidence about texts."""
    made = documents(workbook(["A", "MUG", 1, 1.5, "2026-01-01"], ["B", "MUG", 1, "9,90", "2026-01-01"]))
    assert [d.lines[0].amount for d in made] == [150, 990]


def test_the_sheet_with_the_table_is_found() -> None:
    """Notes in front do not matter; a hidden sheet is not read."""
    file = opened(workbook(["A", "MUG", 1, 1, "2026-01-01"], before="Cover", hidden="Old"))
    assert (file.sheet, [s.document.id for s in file.documents()]) == ("Orders", ["A"])


def test_a_second_sheet_with_such_a_table_is_told() -> None:
    """Only one sheet is read; that another holds such rows is a warning, but for the templates' examples."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name in ("January", "February", "Example"):
        page = book.add_worksheet(name)
        page.write_row(0, 0, HEADS)
        page.write_row(1, 0, [name, "MUG", 1, 1, "2026-01-01"])
    book.close()
    file = opened(out.getvalue())
    assert [s.document.id for s in file.documents()] == ["January"]
    assert [(w.code, w.found) for w in file.warnings] == [("sheet_not_read", "February")]


def test_lines_are_the_rows_of_the_sheet() -> None:
    """A problem names the row as Excel numbers it."""
    assert [
        p.line for p in rejected(workbook(["A", "M", 1, 1, "2026-01-01"], [], ["B", "M", -1, 1, "2026-01-01"]))
    ] == [4]


def _package(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_a_zip_bomb() -> None:
    """A part that unpacks to hundreds of times its size is refused before anything opens it."""
    bomb = _package({"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": b"0" * 150_000_000})
    assert len(bomb) < 200_000
    assert refused(bomb).code == "unpacks_too_large"


def test_a_bomb_that_lies_about_its_size() -> None:
    """Sizes are measured by unpacking: a package whose directory claims a small part is caught or unreadable."""
    bomb = bytearray(_package({"[Content_Types].xml": b"<Types/>", "xl/a.xml": b"0" * 20_000_000}))
    real = (20_000_000).to_bytes(4, "little")
    while (at := bomb.find(real)) >= 0:
        bomb[at : at + 4] = (100).to_bytes(4, "little")
    assert refused(bytes(bomb)).code in ("unpacks_too_large", "workbook_unreadable")


def test_too_many_parts() -> None:
    """A package of thousands of tiny parts is refused."""
    parts = {"[Content_Types].xml": b""} | {f"xl/{i}.xml": b"x" for i in range(1000)}
    assert refused(_package(parts)).code == "unpacks_too_large"


@pytest.mark.parametrize(
    "payload",
    [
        b'<!DOCTYPE a [<!ENTITY x "x"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;">]>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b"<!DOCTYPE a>",
    ],
)
def test_entities_are_refused(payload: bytes) -> None:
    """Billion laughs and external entities: a workbook that declares entities is refused unopened."""
    parts = _parts(workbook(["A", "MUG", 1, 1, "2026-01-01"]))
    sheet = parts["xl/sharedStrings.xml"]
    parts["xl/sharedStrings.xml"] = sheet.replace(b"?>", b"?>" + payload, 1)
    assert refused(_package(parts)).code == "workbook_entities"


def test_a_zip_archive_is_no_workbook() -> None:
    """A zip of something else is called what it is."""
    assert refused(_package({"orders.csv": b"a,b\n"})).code == "file_kind"


def test_a_damaged_workbook() -> None:
    """A workbook cut off anywhere is refused, never half read."""
    whole = workbook(["A", "MUG", 1, 1, "2026-01-01"])
    assert {refused(whole[:size]).code for size in range(100, len(whole) - 1, 500)} == {"workbook_unreadable"}


def test_parquet_is_exact() -> None:
    """Typed columns of a Parquet file come out exactly: shortest decimals, moments with their zone."""
    frame = pl.DataFrame(
        {
            "InvoiceNo": ["A", "B"],
            "StockCode": [85123, 85124],
            "Quantity": [3, 1],
            "UnitPrice": [0.1, 1.234],
            "InvoiceDate": [datetime(2026, 1, 1, 8, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)],
        }
    )
    out = io.BytesIO()
    frame.write_parquet(out)
    made = documents(out.getvalue(), zone=None)
    assert [(d.lines[0].sku, d.lines[0].amount) for d in made] == [("85123", 30), ("85124", 123)]
    assert made[0].effective_at.hour == 8


def test_parquet_not_a_number_is_rejected_by_row() -> None:
    """NaN and infinity in a float column are rejected with their row."""
    frame = pl.DataFrame(
        {"order id": ["A"] * 3, "sku": ["M"] * 3, "qty": [1] * 3, "price": [1.0, float("nan"), float("inf")],
         "date": [date(2026, 1, 1)] * 3}
    )  # fmt: skip
    out = io.BytesIO()
    frame.write_parquet(out)
    assert [(p.code, p.line) for p in rejected(out.getvalue())] == [("not_an_amount", 3), ("not_an_amount", 4)]


def test_parquet_of_records_is_refused() -> None:
    """Lists, records and bytes are no table."""
    out = io.BytesIO()
    pl.DataFrame({"a": [[1, 2]]}).write_parquet(out)
    assert refused(out.getvalue()).code == "column_nested"


def test_bounded_child_gives_the_same() -> None:
    """The child process reads every kind to the same documents as this process."""
    csv = b"Order ID,SKU,Quantity,Unit price,Date\nA-1,MUG,2,4.50,2026-01-31\n"
    for content in (csv, workbook(["A", "MUG", 2, 1.234, "2026-01-31"])):
        inside, outside = opened(content), open_file(content, **SAID)
        assert [s.document for s in inside.documents()] == [s.document for s in outside.documents()]


def test_bounded_child_hands_back_problems() -> None:
    """What the child refuses arrives as the same problem."""
    with pytest.raises(ProblemError) as caught:
        open_file(b"Order ID,SKU\nA,M\0\n", **SAID)
    assert (caught.value.problems[0].code, caught.value.problems[0].line) == ("nul_byte", 2)


def test_the_child_that_takes_too_much_memory_ends() -> None:
    """A reader that would need more memory than allowed is ended by the system; the answer is a problem."""
    out = io.BytesIO()
    pl.DataFrame({"sku": ["x" * 1000] * 1_000_000}).write_parquet(out)
    assert len(out.getvalue()) < 1_000_000
    with pytest.raises(ProblemError) as caught:
        open_file(out.getvalue(), limits=Limits(memory=1_100 * 2**20), **SAID)
    assert caught.value.problems[0].code in ("file_too_heavy", "file_unreadable", "parquet_unreadable")


def test_the_child_that_takes_too_long_ends() -> None:
    """A reader that would need more time than allowed is ended by the system; the answer is a problem."""
    content = b"Order ID,SKU,Quantity,Unit price,Date\n" + b"A-1,MUG,2,4.50,2026-01-31\n" * 3_500_000
    with pytest.raises(ProblemError) as caught:
        open_file(content, limits=replace(COMMAND_LINE, cpu_seconds=1), **SAID)
    assert caught.value.problems[0].code == "file_too_heavy"


def test_a_file_beyond_the_size_is_not_opened() -> None:
    """The size is checked first."""
    assert refused(b"sku\n" * 1000, limits=Limits(size=1000)).code == "file_too_large"


def test_too_many_rows_and_columns() -> None:
    """Rows and columns are bounded."""
    assert refused(b"sku\n" + b"a\n" * 500, limits=Limits(rows=100)).code == "too_many_rows"
    assert refused(b",".join([b"a"] * 600) + b"\n").code == "too_many_columns"
