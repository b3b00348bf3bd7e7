"""Quotes, rules and what-if as people ask for them: the seller's files outrank the tables, bad input is answered."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from entrepot.core.errors import ProblemError
from entrepot.faces.cli.main import app
from entrepot.rules import rule_book
from entrepot.workflows.quote import QuoteAsked, Way, Wish, answer
from entrepot.workflows.rule_files import seller_rules
from entrepot.workflows.whatif import Change, effect, exchange, read_items, tariff

SHIRT = Wish("shirt", 100, 50_000, "USD", hs="610910", origin="CN", grams=20_000)
SEA = Way("Sea", "sea", 9_000, "USD")


def test_own_rates_outrank_the_table(tmp_path: Path) -> None:
    """A broker's entry replaces the schedule's rate and gives the German duty that no table has."""
    (tmp_path / "rules").mkdir()
    rows = (
        "destination,hs,duty,origin,from,source,whole",
        "DE,6109,12,,2026-01-01,entry 4711,",
        "US,6109,44,CN,,entry 12,yes",
    )
    table = "\n".join(rows)
    (tmp_path / "rules" / "own_rates.csv").write_text(table, encoding="utf-8")
    asked = QuoteAsked((SHIRT,), "DE", date(2026, 3, 2), "EUR", (SEA,))
    bare, own = answer(asked)[0], answer(asked, tmp_path)[0]
    assert not bare.complete
    assert own.complete
    assert [(n.rate, n.source, n.confidence) for n in own.lines if n.component == "duty"] == [
        ("12%", "entry 4711", "seller")
    ]
    us = answer(QuoteAsked((SHIRT,), "US", date(2026, 8, 1), "USD", (SEA,)), tmp_path)[0]
    duty = [n.amount for n in us.lines if n.component == "duty" and n.amount]
    assert duty == [22_000]


def test_an_imported_schedule_is_used(tmp_path: Path) -> None:
    """A heading that the package does not ship comes from the USITC's export, as it is; its footnote says the list."""
    (tmp_path / "rules").mkdir()
    note = {"columns": ["general"], "value": "See 9903.88.03."}
    rows = [
        {"htsno": "8205.40.00", "indent": "0", "description": "Screwdrivers", "units": ["No."], "general": "6.2%",
         "special": "Free (A)", "other": "45%", "footnotes": [note]},
    ]  # fmt: skip
    (tmp_path / "rules" / "us_hts_2025-01-01.json").write_text(json.dumps(rows), encoding="utf-8")
    asked = QuoteAsked(
        (Wish("driver", 10, 100_000, "USD", hs="8205.40.00", origin="CN"),), "US", date(2025, 1, 20), "USD", (SEA,)
    )
    lines = {n.label: n.amount for n in answer(asked, tmp_path)[0].lines}
    assert (lines["Duty"], lines["Section 301 China, list 3"]) == (6_200, 25_000)


def test_what_is_not_known_is_not_zero() -> None:
    """No freight, no price: the quote shows the rest, says what is missing, and the total counts it."""
    asked = QuoteAsked((Wish("shirt", 100, None, "USD", hs="610910", origin="CN"),), "US", date(2026, 8, 1), "USD")
    found = answer(asked)[0]
    missing = {n.component for n in found.lines if n.amount is None}
    assert {"goods", "freight", "duty"} <= missing
    assert found.missing >= 3
    assert all(n.needs for n in found.lines if n.amount is None)


def test_the_shares_of_items_sum_to_the_lines() -> None:
    """Two items in one consignment: what they carry together is the cost of the quote."""
    mug = Wish("mug", 37, 9_999, "USD", hs="6911.10.10", origin="CN", grams=17_001)
    found = answer(QuoteAsked((SHIRT, mug), "GB", date(2026, 3, 2), "GBP", (SEA,)))[0]
    assert sum(i.cost for i in found.items) == found.cost


def test_recovered_tax_is_cash_and_not_cost() -> None:
    """With a registered importer the tax is paid and comes back; without it belongs to the cost."""
    wish = Wish("shirt", 100, 50_000, "USD", duty="12", origin="CN")
    asked = QuoteAsked((wish,), "DE", date(2026, 3, 2), "EUR", (SEA,))
    paid, back = answer(asked)[0], answer(QuoteAsked(asked.items, "DE", asked.on, "EUR", (SEA,), recoverable=True))[0]
    tax = next(n.amount for n in paid.lines if n.component == "import_tax")
    assert tax
    assert (paid.cost - back.cost, back.cash) == (tax, paid.cash)


def test_all_in_has_no_duty_of_its_own() -> None:
    """A price with duty inside: no duty line, no tax to come back, and the quote says so."""
    found = answer(
        QuoteAsked((SHIRT,), "US", date(2026, 8, 1), "USD", (Way("双清", "sea", 40_000, "USD", all_in=True),))
    )[0]
    assert {n.component for n in found.lines} == {"goods", "freight"}
    assert "inside" in found.notes[0]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish("a", 0, 1, "USD"), "bad_quantity"),
        (Wish("a", 1, 1, "ZZZ"), "unknown_currency"),
        (Wish("a", 1, 1, "USD", duty="x"), "not_a_rate"),
        (Wish("a", 1, 1, "USD", duty="-5"), "not_a_rate"),
        (Wish("a", 1, 1, "USD", duty="1001"), "not_a_rate"),
        (Wish("a", 1, 1, "USD", duty="inf"), "not_a_rate"),
        (Wish("a", 1, 1, "USD", duty="1e9999999"), "not_a_rate"),
        (Wish("a", 1, 1, "USD", tax="nan"), "not_a_rate"),
        (Wish("a", 1, 1, "USD", tax="101"), "not_a_rate"),
        (Wish("a", 1, 1, "USD", origin="ZZ"), "unknown_origin"),
        (Wish("a", 1, 1, "USD", origin="China"), "unknown_origin"),
    ],
)
def test_bad_input_is_a_problem(wish: Wish, code: str) -> None:
    """Each with a remedy, never a traceback."""
    with pytest.raises(ProblemError) as error:
        answer(QuoteAsked((wish,), "DE", date(2026, 1, 1), "EUR", (SEA,)))
    assert error.value.problems[0].code == code


def test_what_if_leaves_the_book_alone(tmp_path: Path) -> None:
    """Ten points on Chinese knitwear: only that item gets dearer, by ten per cent of its value; the book is as before."""
    file = tmp_path / "items.csv"
    file.write_text(
        "sku,destination,quantity,price,currency,hs,origin,freight,mode,sale\n"
        "shirt,US,1000,5.00,USD,6109.10.00,CN,500,sea,7.50\nsteel,US,1000,5.00,USD,3924.10.40,VN,500,sea,7.00\n",
        encoding="utf-8",
    )
    rules, day = seller_rules(None), date(2026, 9, 1)
    items = read_items(file, day)
    change = Change((tariff("US:6109:CN:10", day, rules.book),))
    result = effect(rules, items, change, "USD")
    assert result.effect.tolist() == [50_000, 0]
    assert result.turned.tolist() == [True, False]
    assert rule_book() is rules.book
    assert effect(rules, items, Change(), "USD").effect.tolist() == [0, 0]
    dearer = effect(rules, items, Change(freight=Fraction(7, 5)), "USD")
    assert dearer.effect.tolist() == [20_000, 20_000]


def test_bad_changes_are_problems() -> None:
    """What cannot be read says how to write it."""
    with pytest.raises(ProblemError):
        tariff("US:6109:10", date(2026, 1, 1), rule_book())
    with pytest.raises(ProblemError):
        exchange("USDCNY-5")


def test_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``quote``, ``rules`` and ``whatif`` answer without any books."""
    monkeypatch.setenv("ENTREPOT_HOME", str(tmp_path))
    run = CliRunner().invoke
    said = run(
        app,
        [
            "quote",
            "--to",
            "JP",
            "--price",
            "100",
            "--currency",
            "USD",
            "--duty",
            "5",
            "--way",
            "Air:air:20",
            "--on",
            "2026-03-02",
        ],
    )
    assert said.exit_code == 0, said.output
    assert "Consumption tax, national" in said.output
    data = run(
        app,
        ["quote", "--to", "US", "--price", "4", "--hs", "610910", "--on", "2026-08-01", "--way", "Sea:sea:9", "--json"],
    )
    assert json.loads(data.output)[0]["currency"] == "USD"
    rules = run(app, ["rules", "DE", "--on", "2020-08-01"])
    assert "percent 16" in rules.output
    wrong = run(app, ["quote", "--to", "ZZ", "--price", "1", "--way", "x"])
    assert wrong.exit_code != 0
    assert "Traceback" not in wrong.output


def test_an_origin_that_is_not_named_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No country is put in its place; one that is none is refused, and an empty one takes back that of the file."""
    monkeypatch.setenv("ENTREPOT_HOME", str(tmp_path))
    asked = [
        "quote",
        "--to",
        "US",
        "--price",
        "4",
        "--hs",
        "610910",
        "--on",
        "2026-08-01",
        "--way",
        "Sea:sea:9",
        "--json",
    ]
    run = CliRunner().invoke

    def needs(*more: str) -> set[str]:
        return {need for line in json.loads(run(app, [*asked, *more]).output)[0]["lines"] for need in line["needs"]}

    file = tmp_path / "shirt.toml"
    file.write_text('destination = "US"\norigin = "CN"\n', encoding="utf-8")
    assert "country of origin" in needs()
    assert "country of origin" not in needs("--from", "CN")
    assert "country of origin" not in needs("--file", str(file))
    assert "country of origin" in needs("--file", str(file), "--from", "")
    wrong = run(app, [*asked, "--from", "ZZ"])
    assert wrong.exit_code != 0
    assert isinstance(wrong.exception, ProblemError | SystemExit)


@pytest.mark.parametrize(
    ("origin", "duty", "code"),
    [
        ("ZZ", "", "unknown_origin"),
        ("CN", "-1", "not_a_rate"),
        ("CN", "inf", "not_a_rate"),
        ("CN", "9999", "not_a_rate"),
    ],
)
def test_a_row_with_a_wrong_origin_or_rate_is_named(tmp_path: Path, origin: str, duty: str, code: str) -> None:
    """The file of a what-if says which line has it."""
    file = tmp_path / "items.csv"
    file.write_text(
        f"sku,destination,quantity,price,currency,hs,origin,duty\na,US,1,4,USD,610910,{origin},{duty}\n",
        encoding="utf-8",
    )
    with pytest.raises(ProblemError) as error:
        read_items(file, date(2026, 9, 1))
    assert [(p.code, p.line) for p in error.value.problems] == [(code, 2)]


def test_a_price_finer_than_the_cent_is_multiplied_first(tmp_path: Path) -> None:
    """Ten thousand units at 0.035 are worth 350."""
    file = tmp_path / "items.csv"
    file.write_text(
        "sku,destination,quantity,price,currency,hs,origin\na,US,10000,0.035,USD,610910,CN\n", encoding="utf-8"
    )
    assert read_items(file, date(2026, 9, 1)).entries.value.tolist() == [35_000]


def test_a_part_of_the_tax_comes_back() -> None:
    """The part is cash, the rest is cost; both together are the tax, and a tax that is not known counts as a missing cost."""
    wish = Wish("shirt", 100, 50_000, "USD", duty="12", origin="CN")
    asked = QuoteAsked((wish,), "DE", date(2026, 3, 2), "EUR", (SEA,))
    paid = answer(asked)[0]
    part = answer(replace(asked, recoverable=Fraction(3, 5)))[0]
    (tax,) = [n.amount for n in paid.lines if n.component == "import_tax"]
    split = {n.recoverable: n.amount for n in part.lines if n.component == "import_tax"}
    assert tax is not None
    assert split[True] == round(tax * Fraction(3, 5))
    assert sum(a or 0 for a in split.values()) == tax
    assert (part.cash, part.cost, part.back) == (paid.cash, (paid.cost or 0) - (split[True] or 0), split[True])
    unknown = answer(replace(asked, items=(replace(wish, duty=""),), recoverable=Fraction(3, 5)))[0]
    assert [n.recoverable for n in unknown.lines if n.component == "import_tax"] == [False]
    assert unknown.missing == 2


def test_a_quote_names_the_exchange_rates_it_took() -> None:
    """The pair that lines are shown by and the pair of the customs value, each with its day and source; zero needs none."""
    asked = QuoteAsked((Wish("shirt", 1, 10_000, "USD", duty="5", origin="CN"),), "GB", date(2026, 3, 2), "EUR", (SEA,))
    found = answer(asked)[0]
    told = [note for note in found.notes if note.startswith("Exchange rate")]
    assert [note[:24] for note in told] == [
        "Exchange rate GBP to EUR",
        "Exchange rate USD to EUR",
        "Exchange rate USD to GBP",
    ]
    assert all("of 2026-0" in note and "European Central Bank" in note for note in told)
    plain = answer(replace(asked, destination="US", currency="USD"))[0]
    assert not [note for note in plain.notes if note.startswith("Exchange rate")]


def test_what_is_known_of_a_way_stands_beside_its_unknown_freight() -> None:
    """Insurance and a charge up to the border are kept; the freight is asked for once and no CIF value is guessed."""
    asked = QuoteAsked((SHIRT,), "GB", date(2026, 3, 2), "USD", (Way("Sea", "sea", None, "USD", insurance=700),))
    found = answer(asked)[0]
    assert [(n.component, n.amount) for n in found.lines][:3] == [
        ("goods", 50_000),
        ("freight", None),
        ("insurance", 700),
    ]
    assert [n.component for n in found.lines].count("freight") == 1
    assert all(n.amount is None for n in found.lines if n.component in {"duty", "import_tax"})
