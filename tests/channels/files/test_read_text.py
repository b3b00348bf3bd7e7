"""Delimited text: encodings, delimiters, quotes, line numbers, damage."""

import pytest

from entrepot.core.errors import ProblemError
from tests.channels.files.opened import documents, opened, refused, rejected

HEADER = "Order ID,SKU,Quantity,Unit price,Date\n"
ROW = "A-1,MUG,2,4.50,2026-01-31\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_files_need_no_word(encoding: str) -> None:
    """UTF-8 with and without mark and UTF-16 with its mark are read without asking."""
    made = documents((HEADER + "A-1,杯子,2,4.50,2026-01-31\n").encode(encoding))
    assert made[0].lines[0].sku == "杯子"


@pytest.mark.parametrize(
    ("encoding", "header"),
    [
        ("gb18030", "订单编号,商品编码,数量,单价,下单时间"),
        ("cp932", "注文番号,商品コード,個数,単価,注文日"),
        ("windows-1252", "Bestellnummer;Artikel;Stückzahl;Preis;Datum"),
    ],
)
def test_a_known_header_settles_the_encoding(encoding: str, header: str) -> None:
    """Of the encodings that could be, the one that spells a known header is taken."""
    mark = ";" if ";" in header else ","
    row = mark.join(["A-1", "MUG", "2", "4.50", "2026-01-31"])
    file = opened(f"{header}\n{row}\n".encode(encoding))
    assert (file.encoding, [s.document.id for s in file.documents()]) == (encoding, ["A-1"])


def test_an_unclear_encoding_is_refused_with_the_choices() -> None:
    """Bytes that could be several encodings are not guessed at; the caller's word or the site's default settles it."""
    content = (HEADER + "A-1,Größe,2,4.50,2026-01-31\n").encode("windows-1252")
    problem = refused(content)
    assert (problem.code, "windows-1252" in problem.parameters["choices"]) == ("encoding_undecidable", True)
    assert documents(content, encoding="windows-1252")[0].lines[0].sku == "Größe"
    assert documents(content, site="DE")[0].lines[0].sku == "Größe"
    assert refused(content, encoding="utf-8").code == "encoding_wrong"
    assert refused(content, encoding="klingon").code == "encoding_unknown"
    assert refused(content, encoding="base64").code == "encoding_unknown"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters_are_found(mark: str) -> None:
    """The mark that cuts all lines alike is the delimiter."""
    assert opened((HEADER + ROW).replace(",", mark)).delimiter == mark


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(end: str) -> None:
    """Line ends of any system, and no line end at the end, give the same rows."""
    assert len(documents((HEADER + ROW + ROW).replace("\n", end).rstrip("\r\n"))[0].lines) == 2


def test_mixed_line_ends() -> None:
    """A file glued together from two systems is read whole."""
    assert len(documents(HEADER + ROW.replace("\n", "\r\n") + ROW)[0].lines) == 2


def test_lines_are_counted_through_quoted_line_breaks() -> None:
    """The line of a problem is the line of the file, also behind a cell of several lines and a blank line."""
    text = (
        HEADER.replace("Date", "Date,Description")
        + 'A-1,MUG,1,1.00,2026-01-31,"two\nlines"\n\nA-2,MUG,x,1.00,2026-01-31,\n'
    )
    assert [p.line for p in rejected(text)] == [5]


def test_the_header_is_found_below_a_preamble() -> None:
    """Titles and notes before the header do not matter, and lines count from the top of the file."""
    text = "My shop\nexported on 2026-02-01\n\n" + HEADER + ROW.replace("2,", "-2,", 1)
    assert [p.line for p in rejected(text)] == [5]


def test_a_nul_byte_is_named_with_its_line() -> None:
    """A NUL byte means damage: the file is refused with the line."""
    problem = refused((HEADER + ROW + "A-2,M\0G,1,1.00,2026-01-31\n").encode())
    assert (problem.code, problem.line) == ("nul_byte", 3)


def test_a_file_cut_off_in_a_row() -> None:
    """A last row that lacks cells and its line break means that the rest of the file is missing."""
    assert refused(HEADER + ROW + "A-2,MUG,1").code == "file_cut_off"


def test_a_file_cut_off_in_quotes() -> None:
    """An open quote at the end refuses the file and names the line."""
    problem = refused(HEADER + ROW + 'A-2,"MUG,1,1.00,2026-01-31\n')
    assert (problem.code, problem.line) == ("quotes_broken", 3)


def test_short_and_long_rows_are_rejected_alone() -> None:
    """A row with cells too few or too many is refused, the others stand."""
    found = rejected(HEADER + ROW + "A-2,MUG,1\nA-3,MUG,1,1.00,2026-01-31,more\n" + ROW)
    assert [(p.code, p.line) for p in found] == [("row_too_short", 3), ("row_too_long", 4)]


def test_inch_marks_in_tab_files() -> None:
    """Marketplaces write tab files without quoting: a quote at the start of a cell is a character."""
    text = (HEADER + ROW).replace(",", "\t").replace("MUG", '"12 inch')
    assert documents(text)[0].lines[0].sku == '"12 inch'


def test_a_needed_heading_that_stands_twice_is_refused() -> None:
    """Two columns of the same needed heading: nobody can tell which is meant."""
    problem = refused("Order ID,SKU,Quantity,Quantity,Unit price,Date\nA,M,1,1,1.00,2026-01-31\n")
    assert (problem.code, problem.found) == ("header_twice", "Quantity")


def test_a_heading_that_nobody_needs_may_stand_twice() -> None:
    """Repeated headings of columns that no field reads do not matter."""
    assert documents("Order ID,SKU,Quantity,Unit price,Date,x,x\nA,M,1,1.00,2026-01-31,,\n")


def test_a_cell_of_ten_megabytes() -> None:
    """A giant cell is refused by name, not read."""
    assert refused(HEADER + ROW.replace("MUG", "M" * 10_000_000)).code == "cell_too_large"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"   "])
def test_nothing_inside(content: bytes) -> None:
    """An empty file is said to be empty."""
    assert refused(content).code == "file_empty"


@pytest.mark.parametrize(
    "magic", [b"%PDF-1.7 x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b\x08", b"\x89PNG\r\n\x1a\n"]
)
def test_other_kinds_are_refused_by_name(magic: bytes) -> None:
    """A PDF, an old workbook, an archive or a picture is called what it is."""
    assert refused(magic).code == "file_kind"


def test_a_missing_file() -> None:
    """A path without a file is a problem, not a traceback; the folder is not told."""
    from entrepot.channels.files.opening import open_file

    with pytest.raises(ProblemError) as caught:
        open_file("nowhere/orders.csv")
    assert caught.value.problems[0].found == "orders.csv"


def test_guarded_texts_lose_their_apostrophe() -> None:
    """What a safe export put before a formula is taken off again."""
    assert documents(HEADER + ROW.replace("MUG", "'=A1"))[0].lines[0].sku == "=A1"
