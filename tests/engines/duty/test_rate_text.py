"""Rate texts of schedules: how many become rates, that they become the right ones, and what is left to a person."""

import json
from fractions import Fraction

import polars as pl
import pytest

from entrepot.engines.duty import parse_rate
from tests.shared_data import needs_shared_data, shared_path


@needs_shared_data
def test_the_us_schedule() -> None:
    """At least 98.5 % of the rate lines can be charged; percentages and amounts are those of the other reading."""
    table = pl.read_parquet(shared_path("tariff/us_hts_2026.parquet")).filter(pl.col("hts") == pl.col("rate_line"))
    good = 0
    for text, kind, percent, amounts in table.select(
        "general_text", "rate_kind", "ad_valorem_pct", "specific_json"
    ).iter_rows():
        rate = parse_rate(text)
        good += rate.chargeable
        if kind in {"free", "ad_valorem"}:
            assert rate.percent is not None
            assert float(rate.percent) == pytest.approx(percent), text
        if kind == "specific" and rate.chargeable:
            (term,) = rate.terms
            (other,) = json.loads(amounts)
            assert term.amount is not None
            assert float(term.amount / term.per) == pytest.approx(other["usd"] / (1000 if "/1000" in text else 1)), text
        if kind in {"reference", "note_ref", "formula_minmax"}:
            assert rate.person, text
    assert good / table.height >= 0.985


@needs_shared_data
def test_the_uk_and_eu_schedules() -> None:
    """The texts of 2021: nearly all; those with a season, an entry price or an agricultural part need a person."""
    table = pl.read_parquet(shared_path("tariff/uk_eu_mfn_2021.parquet"))
    for column, least in (("ukgt_duty_rate", 0.985), ("cet_duty_rate", 0.975)):
        texts = [t for t in table[column] if t]
        assert sum(parse_rate(t).chargeable for t in texts) / len(texts) >= least
    assert not parse_rate("14.00% (01 JUL - 31 JAN), 0.00% (01 FEB - 30 JUN)").chargeable
    assert not parse_rate("9.00% +  EA MAX 24.20%  + ADSZ").chargeable


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Free", [(Fraction(0), None, "", "")]),
        ("4.4¢/liter + 31.4¢/pf. liter", [(None, Fraction(11, 250), "l", ""), (None, Fraction(157, 500), "pf l", "")]),
        ("0.7¢/kg on copper content + 0.7¢/kg on lead content",
         [(None, Fraction(7, 1000), "kg", "copper content"), (None, Fraction(7, 1000), "kg", "lead content")]),
        ("$1.34/1000", [(None, Fraction(67, 50), "each", "")]),
        ("12.0% + 9.5 EUR/100 kg", [(Fraction(12), None, "", ""), (None, Fraction(19, 2), "kg", "")]),
    ],
)  # fmt: skip
def test_terms(text: str, terms: list[tuple[Fraction | None, Fraction | None, str, str]]) -> None:
    """Percentages, amounts, units and the parts they are charged on."""
    assert [(t.percent, t.amount, t.unit, t.part) for t in parse_rate(text).terms] == terms


def test_bounds_and_the_higher_of_two() -> None:
    """ "Not less than", MAX, and "whichever is higher"."""
    bounded = parse_rate("0.9¢ each + 4%, but not less than 5% nor more than 8%")
    assert bounded.least is not None
    assert bounded.most is not None
    assert (bounded.least.percent, bounded.most.percent) == (5, 8)
    capped = parse_rate("10.00% + 25.00 GBP/100 kg MAX 16.00%")
    assert capped.most is not None
    assert capped.most.percent == 16
    assert len(parse_rate("10% or 5 EUR/kg, whichever is higher").alternatives) == 2


@pytest.mark.parametrize(
    "text",
    ["", "The rate applicable to each garment in the ensemble if separately entered", "See additional U.S. note 1",
     "3.6606¢/kg less 0.020668¢/kg for each degree under 100 degrees but not less than 3.143854¢/kg", "7% except Sundays"],
)  # fmt: skip
def test_what_is_not_understood_is_kept_whole(text: str) -> None:
    """The text and the reason, and no rate at all."""
    rate = parse_rate(text)
    assert (rate.chargeable, rate.terms, rate.text) == (False, (), text)
    assert rate.person
