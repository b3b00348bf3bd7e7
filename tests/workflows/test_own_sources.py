"""Own sources of the first rank: known by their content, checked, kept with their day, outranking, taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from entrepot.core.errors import ProblemError
from entrepot.faces.cli.main import app
from entrepot.workflows.own_sources import sources, take, withdraw
from entrepot.workflows.quote import QuoteAsked, Way, Wish, answer_by
from entrepot.workflows.rule_files import kept_rules, seller_rules
from entrepot.workflows.rules_at import rules_at

TODAY = date(2026, 11, 23)
RATES = b"destination,hs,duty,from,source\nDE,6109,12,2026-01-01,entry 4711\n"
CARD = b"""id = "LCL"
mode = "sea"
currency = "USD"
destination = "DE"
valid_from = 2026-11-01
weight = { unit = "rt", divisor = 1000 }
band = [{ over = 0, rate = 90 }]
"""
YARD = b"""id = "YARD"
currency = "EUR"
destination = "DE"
step = [{ over = 0, rate = 0.4 }]
"""
PREVIEW = b"sku\tfnsku\tcurrency\texpected-fulfillment-fee-per-unit\nMUG\tX1\tUSD\t4.76\n"
MONEY = b"base,quote,rate,from,purpose\nUSD,AED,3.6725,2026-01-01,customs\n"
HTS = b'[{"htsno": "8205.40.00", "indent": "0", "description": "Screwdrivers", "units": [], "general": "6.2%"}]'
UK = b"commodity,description,ukgt_duty_rate\n61091000,T-shirts,12.00%\n"


@pytest.mark.parametrize(
    ("name", "raw", "kind", "file", "of"),
    [
        ("entry 4711.csv", RATES, "own_rates", "own_rates_2026-01-01.csv", date(2026, 1, 1)),
        ("Forwarder Offer.toml", CARD, "cards", "cards/forwarder-offer.toml", date(2026, 11, 1)),
        ("yard.toml", YARD, "warehouses", "warehouses/yard.toml", TODAY),
        ("GET_FBA_ESTIMATED 2026-11-20.txt", PREVIEW, "fee_preview", "fee_preview_2026-11-20.txt", date(2026, 11, 20)),
        ("rates.csv", MONEY, "exchange_rates", "exchange_rates_2026-01-01.csv", date(2026, 1, 1)),
        ("export.json", HTS, "us_hts", "us_hts_2026-11-23.json", TODAY),
        ("tariff.csv", UK, "uk_tariff", "uk_tariff_2026-11-23.csv", TODAY),
    ],
)
def test_a_source_is_known_by_its_content(
    tmp_path: Path, name: str, raw: bytes, kind: str, file: str, of: date
) -> None:
    """Whatever it is called it is kept under its kind and day, and the list reads it again."""
    kept = take(tmp_path, name, raw, TODAY)
    assert (kept.kind, kept.file, kept.of) == (kind, file, of)
    assert kept.figures >= 1
    listed = sources(tmp_path)
    assert [(s.kind, s.file, s.figures) for s in listed] == [(kind, file, kept.figures)]


def test_an_own_rate_outranks_the_table_until_it_is_taken_back(tmp_path: Path) -> None:
    """Taken in, the quote is complete by the broker's entry and the rules page shows it; taken back, it asks again."""
    asked = QuoteAsked(
        (Wish("shirt", 100, 50_000, "USD", hs="610910", origin="CN"),), "DE", date(2026, 3, 2), "EUR",
        (Way("Sea", "sea", 9_000, "USD"),),
    )  # fmt: skip
    kept = take(tmp_path, "entry.csv", RATES, TODAY)
    duty = next(n for n in answer_by(asked, kept_rules(tmp_path))[0].lines if n.component == "duty")
    assert (duty.rate, duty.source, duty.confidence) == ("12%", "entry 4711", "seller")
    shown = rules_at(kept_rules(tmp_path).book, "DE", date(2026, 3, 2))[0]
    assert (shown.says, shown.source, shown.confidence) == ("HS 6109; duty 12%", "entry 4711", "seller")
    assert not [r for r in rules_at(kept_rules(tmp_path).book, "DE", date(2025, 3, 2)) if r.confidence == "seller"]
    withdraw(tmp_path, kept.file)
    assert sources(tmp_path) == []
    assert (tmp_path / "rules" / "withdrawn" / "own_rates_2026-01-01.csv").exists()
    assert not answer_by(asked, kept_rules(tmp_path))[0].complete


def test_none_overwrites_another_and_the_newest_day_wins(tmp_path: Path) -> None:
    """Two tables of the same heading stay side by side; the rate that began last holds."""
    take(tmp_path, "a.csv", RATES, TODAY)
    again = take(tmp_path, "b.csv", RATES, TODAY)
    assert again.file == "own_rates_2026-01-01_2.csv"
    take(tmp_path, "c.csv", RATES.replace(b"12,2026-01-01", b"10.5,2026-06-01"), TODAY)
    own = seller_rules(tmp_path).book.tariff.own_rate("DE", "610910", "CN", date(2026, 7, 1))
    assert own is not None
    assert own.rate == "10.5%"


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("notes.csv", b"colour,size\nred,L\n"),
        ("empty.csv", b"destination,hs,duty\n"),
        ("rates.csv", b"destination,hs,duty\nGermany,6109,12\n"),
        ("gap.toml", b'id = "Y"\ncurrency = "EUR"\nstep = [{ over = 3, rate = 1 }]\n'),
        ("card.toml", b'id = "C"\nmode = "sea"\ncurrency = "XXQ"\n'),
        ("money.csv", b"base,quote,rate,from\nUSD,AED,many,2026-01-01\n"),
        ("broken.json", b"[{"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(tmp_path: Path, name: str, raw: bytes) -> None:
    """The answer says what is wrong; the folder stays as it was."""
    with pytest.raises(ProblemError):
        take(tmp_path, name, raw, TODAY)
    assert sources(tmp_path) == []


def test_a_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    """Neither the name of an upload nor that of a withdrawal reaches outside."""
    kept = take(tmp_path, "../../etc/../evil.toml", CARD, TODAY)
    assert kept.file == "cards/evil.toml"
    with pytest.raises(ProblemError):
        withdraw(tmp_path, "../secret.key")


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add, list and withdraw without any books."""
    monkeypatch.setenv("ENTREPOT_HOME", str(tmp_path / "home"))
    file = tmp_path / "entry.csv"
    file.write_bytes(RATES)
    run = CliRunner().invoke
    assert "1 figure of 2026-01-01" in run(app, ["source", "add", str(file)]).output
    assert "own_rates_2026-01-01.csv" in run(app, ["source", "list"]).output
    assert "no longer read" in run(app, ["source", "withdraw", "own_rates_2026-01-01.csv"]).output
    assert "no own source yet" in run(app, ["source", "list"]).output
