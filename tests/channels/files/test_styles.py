"""Number and date styles: decided from all rows, refused where they cannot be."""

import csv
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.channels.files import date_style, number_style
from entrepot.core.money import major
from tests.channels.files.opened import documents, opened, refused, rejected
from tests.shared_data import needs_shared_data, shared_path


def _orders(*prices: str, date: str = "2026-01-31", quantity: str = "1") -> str:
    rows = [f"A-{i};MUG;{quantity};{price};{date}" for i, price in enumerate(prices)]
    return "\n".join(["Order ID;SKU;Quantity;Unit price;Date", *rows]) + "\n"


def _amounts(text: str, **said: str) -> list[int]:
    return [d.lines[0].amount for d in documents(text, **said)]


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (["9.90", "1,234.50"], [990, 123450]),
        (["9,90", "1.234,50"], [990, 123450]),
        (["9,90", "1.234"], [990, 123400]),
        (["9.90", "1,234"], [990, 123400]),
        (["1 234,50", "2 000,00"], [123450, 200000]),
        (["1'234.50", "7.00"], [123450, 700]),
        (["€ 9.90", "9.90 EUR", "EUR 1.00"], [990, 990, 100]),
        (["1,23,456.00", "0.5"], [12345600, 50]),
        (["１２．５０", "12"], [1250, 1200]),
        (["12", "7"], [1200, 700]),
    ],
)
def test_numbers_of_the_world(prices: list[str], expected: list[int]) -> None:
    """Local ways to write numbers come out to the cent."""
    assert _amounts(_orders(*prices)) == expected


def test_an_undecidable_file_asks_and_takes_the_answer() -> None:
    """Where "1.234" is all there is, the file asks; each answer gives its own value."""
    text = _orders("1.234", "5.678")
    question = opened(text).questions[0]
    assert (question.code, question.choices) == ("number_style", ("point", "comma"))
    assert _amounts(text, number_style="point") == [123, 568]
    assert _amounts(text, number_style="comma") == [123400, 567800]


def test_one_contrary_number_in_many_is_refused_alone() -> None:
    """A stray decimal comma among hundreds of decimal points is rejected with its line, never misread."""
    found = rejected(_orders(*["9.90"] * 300, "9,90"))
    assert [(p.code, p.line, p.found) for p in found] == [("not_an_amount", 302, "9,90")]


def test_two_styles_in_one_file_ask() -> None:
    """Two number styles in force at once are undecidable."""
    assert [q.code for q in opened(_orders("9.90", "9,90", "1.50")).questions] == ["number_style"]


@pytest.mark.parametrize(
    "price", ["NaN", "1e309", "inf", "-inf", "1e5", "abc", "1.2.3,4", "1,2,3", "--5", "9" * 30, "0x10"]
)
def test_what_is_not_a_number_is_rejected(price: str) -> None:
    """Texts that are no amount are rejected with line and heading."""
    found = rejected(_orders("9.90", price))
    assert [(p.line, p.field) for p in found] == [(3, "Unit price")]


def test_a_column_that_is_no_number_at_all_refuses_the_file() -> None:
    """Swapped columns show as a column of unreadable cells: the file is refused and the column named."""
    problem = refused(_orders(*["MUG"] * 60))
    assert (problem.code, problem.field) == ("column_unreadable", "Unit price")


@given(st.integers(-(10**11), 10**11), st.sampled_from(["EUR", "JPY", "KWD"]), st.booleans())
def test_written_amounts_read_back(amount: int, currency: str, grouped: bool) -> None:
    """Any amount, written in either style with or without grouping, is read back exactly."""
    whole, _, part = major(abs(amount), currency).partition(".")
    sign = "-" if amount < 0 else ""
    for style, mark, group in (("point", ".", ","), ("comma", ",", ".")):
        digits = f"{int(whole):,}".replace(",", group) if grouped else whole
        text = sign + digits + (mark + part if part else "")
        value = number_style.decimal(text, style)  # pyright: ignore[reportArgumentType]
        assert value is not None
        assert number_style.to_minor(value, currency) == amount


@given(st.text("0123456789.,-' e", min_size=1, max_size=12))
def test_evidence_is_never_valid_in_the_other_style(text: str) -> None:
    """A number that proves one style cannot be read in the other; that is why odd ones can be refused alone."""
    proof = number_style.evidence(text)
    point, comma = number_style.decimal(text, "point"), number_style.decimal(text, "comma")
    if proof in ("point", "comma"):
        assert (point is None) != (comma is None)
    if proof == "neutral":
        assert point == comma
    if proof == "bad":
        assert point is None
        assert comma is None


def test_prices_are_rounded_once_per_line() -> None:
    """Three units at 0.335 are 1.005, rounded to 1.01 half away from zero, not three times 0.34."""
    assert _amounts(_orders("0.335", "9.90", quantity="3"), number_style="point") == [101, 2970]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", "2026-01-31T00:00:00+00:00"),
        ("2025-10-02 17:09:34 -0300", "2025-10-02T20:09:34+00:00"),
        ("2026-01-31T08:00:00Z", "2026-01-31T08:00:00+00:00"),
        ("01.09.2026 10:22:11 UTC", "2026-09-01T10:22:11+00:00"),
        ("1. März 2026", "2026-03-01T00:00:00+00:00"),
        ("Jun 8, 2025 10:23:05 PM PDT", "2025-06-09T05:23:05+00:00"),
        ("8 juin 2025", "2025-06-08T00:00:00+00:00"),
        ("8 de junio de 2025", "2025-06-08T00:00:00+00:00"),
        ("2026年1月31日 08:05", "2026-01-31T08:05:00+00:00"),
        ("31/01/26", "2026-01-31T00:00:00+00:00"),
        ("12/31/2025 1:05 PM", "2025-12-31T13:05:00+00:00"),
    ],
)
def test_dates_of_the_world(text: str, expected: str) -> None:
    """Local ways to write dates come out as the same instants."""
    assert documents(_orders("9.90", date=text))[0].effective_at.isoformat() == expected


@pytest.mark.parametrize(
    "text", ["2026-02-30", "32/01/2026", "13/13/2026", "soon", "2026-01-31 25:00", "0000-01-01", "2026-01-31 08:00 CST"]
)
def test_what_is_not_a_date_is_rejected(text: str) -> None:
    """Days that do not exist, and zone names that mean several zones, are rejected with their line."""
    good = _orders("9.90")
    assert [p.line for p in rejected(good + f"B;MUG;1;9.90;{text}\n")] == [3]


def test_day_and_month_are_decided_by_the_column() -> None:
    """One date beyond the twelfth settles all the others; without it the file asks; both ways together too."""
    head, row = "Order ID;SKU;Quantity;Unit price;Date\n", "{};MUG;1;9.90;{}\n"
    unclear = row.format("A", "03/04/2026")
    day, month = row.format("B", "25/04/2026"), row.format("C", "04/25/2026")
    assert documents(head + unclear + day)[0].effective_at.month == 4
    assert documents(head + unclear + month)[0].effective_at.month == 3
    assert [q.code for q in opened(head + unclear).questions] == ["date_order"]
    assert [q.code for q in opened(head + day + month).questions] == ["date_order"]
    assert documents(head + unclear, date_order="month_first")[0].effective_at.month == 3


def test_times_without_offset_need_a_zone() -> None:
    """A naive time asks for its zone; with offsets nothing is asked."""
    assert [q.code for q in opened(_orders("9.90"), zone=None).questions] == ["zone"]
    assert opened(_orders("9.90", date="2026-01-31T08:00:00+08:00"), zone=None).questions == ()


def test_clock_changes() -> None:
    """The hour that comes twice is taken as its first pass, the one left out as after the change."""
    twice = date_style.instant("2025-10-26 02:30", "day_first", "Europe/Berlin")
    never = date_style.instant("2025-03-30 02:30", "day_first", "Europe/Berlin")
    assert twice is not None
    assert never is not None
    assert (twice.isoformat(), never.isoformat()) == ("2025-10-26T00:30:00+00:00", "2025-03-30T01:30:00+00:00")


def test_numbers_that_a_spreadsheet_damaged_are_rejected() -> None:
    """An order number like 1.2E+11 has lost digits and is refused."""
    found = rejected("Order ID,SKU,Quantity,Unit price,Date\n1.2E+11,MUG,1,9.90,2026-01-31\nA,MUG,1,9.90,2026-01-31\n")
    assert [(p.code, p.line) for p in found] == [("id_damaged", 2)]


@needs_shared_data
@pytest.mark.parametrize(
    ("name", "column", "style", "order"),
    [
        ("paypal/statement_en.csv", "Gross", "point", "month_first"),
        ("sheet_statements/debit_credit.csv", "Amount", "point", "month_first"),
        ("sheet_statements/debit_credit_amount.csv", "Debit", "point", "month_first"),
        ("sheet_statements/sample_statement_en.csv", "Amount", "point", "month_first"),
    ],
)
def test_styles_of_real_statements(name: str, column: str, style: str, order: str) -> None:
    """Statements of a payment service and of banks tell their styles by themselves (shared samples)."""
    with shared_path(f"channels/{name}").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert number_style.decide([(row[column], 1) for row in rows])[0] == style
    assert date_style.decide_order([(row["Date"], 1) for row in rows])[0] == order


def test_tolerance_is_a_small_share() -> None:
    """The share of contrary numbers that is refused row by row instead of asking is one in a hundred."""
    assert Fraction(1, 100) == number_style.TOLERATED
