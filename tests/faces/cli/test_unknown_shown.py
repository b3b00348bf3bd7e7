"""What is not known is said with what it needs, and odd options are refused by name: quote, whatif, rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from entrepot.faces.cli.main import app

HEAD = "sku,destination,quantity,price,currency,hs,origin,duty,mode\n"


def _said(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return " ".join(done.output.split())


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a home without files of its own."""
    monkeypatch.setenv("ENTREPOT_HOME", str(tmp_path))


def _file(folder: Path, *rows: str) -> str:
    path = folder / "items.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return str(path)


def test_a_row_without_price_and_origin_says_what_it_needs(tmp_path: Path) -> None:
    """No sum is shown where no row is known."""
    said = _said("whatif", _file(tmp_path, "B,US,5,,USD,61091000,,,air"), "--tariff", "US:::10", "--on", "2026-08-01")
    assert "0 known to the end: the effect is not known" in said
    assert "the purchase price" in said
    assert "country of origin" in said
    assert "0.00 USD" not in said


def test_a_missing_price_is_no_price_of_zero(tmp_path: Path) -> None:
    """A row whose price alone is missing counts in no sum; the one beside it does."""
    rows = ("A,US,5,4.00,USD,61091000,CN,16.5,air", "B,US,5,,USD,61091000,CN,16.5,air")
    said = _said("whatif", _file(tmp_path, *rows), "--tariff", "US:::10", "--on", "2026-08-01")
    assert "2 items, 1 known to the end: 2.00 USD more" in said
    assert "B the purchase price" in said


def test_a_quote_of_unknown_costs_has_no_total() -> None:
    """Neither total nor unit cost nor families are 0 when no cost is known."""
    said = _said("quote", "--to", "US", "--quantity", "5")
    assert "not known; incomplete: 6 costs are not known one unit: not known" in said
    assert "0.00" not in said


def test_a_day_before_the_rule_book_is_named() -> None:
    """A day without any rule says when the book of the country begins."""
    assert "The rule book of United States begins on 1991-01-01" in _said("rules", "US", "--on", "1950-01-01")


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("--freight", "-200", "field freight"),
        ("--freight", "inf", "field freight"),
        ("--storage", "nan", "field storage"),
        ("--fx", "USD/QQQ:5", "field fx"),
        ("--fx", "QQQ/USD:5", "field fx"),
    ],
)
def test_an_odd_change_is_refused_by_its_name(tmp_path: Path, option: str, value: str, field: str) -> None:
    """Less than nothing, no number and no currency are problems of a field, not crashes."""
    assert field in _said("whatif", _file(tmp_path, "A,US,5,4,USD,61091000,CN,16.5,air"), f"{option}={value}", code=1)


def test_an_unknown_mode_is_refused_with_those_known() -> None:
    """A mistyped mode would silently leave out fees that depend on it."""
    said = _said("quote", "--to", "US", "--price", "4", "--way", "x:teleport:40", code=1)
    assert "teleport" in said
    assert "air, express, line, parcel, post, rail, road, sea" in said


@pytest.mark.django_db
@pytest.mark.parametrize("more", [("--freight", "10"), ("--fee", "US:monthly_storage:20")])
def test_an_unknown_company_is_refused(more: tuple[str, ...]) -> None:
    """A company that there is not says so instead of showing nothing."""
    assert "no such company" in _said("whatif", "--company", "nosuch", *more, code=1).lower()


PLAIN = ("quote", "--to", "US", "--from", "CN", "--price", "4", "--hs", "6109.10.00", "--way", "s:sea:10")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        (("--quantity", "9" * 24), "quantity"), (("--price", "nan"), "price"), (("--price", "-4"), "price"),
        (("--price", "1e25"), "price"), (("--in", "QQQ"), "currency"), (("--on", "2200-01-01"), "on"),
        (("--grams", "0"), "unit.grams"), (("--carton", "0:11:56x46x34"), "carton.units"), (("--size", "0x0x0"), "unit.cm"),
        (("--daily", "1e-25"), "daily"), (("--via", "moon"), "via"), (("--split", "30:teleport:s", "--quantity", "9"), "splits"),
        (("--regime", "smuggled"), "regime"), (("--to", "EU"), "destination"), (("--to", "CN"), "destination"),
        (("--hs", "abc"), "hs"), (("--hs", "9903.88.15"), "hs"), (("--recover-share", "150"), "recover"),
        (("--way", "t:teleport:4"), "way"),
    ],
)  # fmt: skip
def test_odd_input_of_a_quote_names_its_field_and_a_remedy(more: tuple[str, ...], field: str) -> None:
    """Never a traceback, never a figure out of it."""
    said = _said(*PLAIN, *more, code=1)
    assert f"field {field} " in said
    assert "What to do:" in said


def test_a_day_before_the_rules_leaves_the_rest_of_the_quote() -> None:
    """Goods and freight stand; the duty says that the book has nothing of that day."""
    said = _said(*PLAIN, "--on", "1950-01-01")
    assert "at least 14.00 USD; incomplete" in said
    assert "the rule book has none of that day" in said


def test_a_currency_without_a_rate_leaves_no_zero() -> None:
    """Every line asks for the rate; there is no total."""
    said = _said(*PLAIN, "--in", "VES")
    assert "needs exchange rate USD to VES" in said
    assert "0.00 VES" not in said


def test_points_taken_off_leave_nothing_less_than_free(tmp_path: Path) -> None:
    """A cut beyond the whole rate ends at no duty; what cannot be a cut is refused."""
    file = _file(tmp_path, "A,US,5,4.00,USD,61091000,CN,16.5,air")
    said = _said("whatif", file, "--tariff", "US:::-500", "--on", "2026-08-01")
    assert "-7.30 USD more" in said  # 16.5 % of 20 dollars, 7.5 and 12.5 % in added duties
    for wrong in ("US:abc:CN:10", "US:6109:CN:nan", "US:6109:CN:1e99", "ZZ:::10"):
        assert "field tariff" in _said("whatif", file, "--tariff", wrong, code=1)


def test_a_what_if_of_nothing_is_said(tmp_path: Path) -> None:
    """Instead of a table of no effects."""
    assert "Nothing is changed" in _said("whatif", _file(tmp_path, "A,US,5,4,USD,61091000,CN,16.5,air"), code=1)
