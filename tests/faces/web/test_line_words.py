"""Every sentence of a cost line has Chinese words: what engines and rules say leaves no English on a Chinese page."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from entrepot.faces.web import line_words, quote_words, rule_queries, rule_words
from entrepot.faces.web.rule_queries import RuleWish
from entrepot.rules import rule_book
from entrepot.workflows.alternatives import alternatives
from entrepot.workflows.quote import QuoteAnswer
from entrepot.workflows.quote_file import quote_table, sought_from
from entrepot.workflows.rule_files import seller_rules

EXAMPLES = sorted((Path(__file__).resolve().parents[3] / "examples" / "quotes").glob("*.toml"))
KEPT = re.compile(r"\b(?:PPh|[A-Z0-9][A-Z0-9./-]*|large_standard|extra_large_envelope|kg|lb|cm|[a-z]{1,2})\b", re.ASCII)
"""Codes, currencies, units and size tiers, which are the same in both languages."""
TARIFF = re.compile(r"“[^”]*”")
"""The tariff's own words for its headings, which stay as its office wrote them."""


def english(text: str) -> list[str]:
    """Words of three or more Latin letters that are no code."""
    return re.findall(r"[A-Za-z]{3,}", KEPT.sub("", TARIFF.sub("", text)))


def told(quote: QuoteAnswer) -> set[str]:
    """All sentences of a quote but the names that their owner gave, as the page tells them."""
    found = {quote_words.note(note) for note in quote.notes}
    for line in quote.lines:
        own = line.source.endswith("(example)") or line.rule in {"typed", "price"} or line.rule.startswith("example/")
        found |= {
            "" if own else quote_words.label(line.label),
            quote_words.rate(line.rate),
            quote_words.rate(line.base),
        }
        found |= {quote_words.needs(line.needs), quote_words.note(line.note)}
    return found


def quotes(table: dict[str, Any], on: date) -> list[QuoteAnswer]:
    """Every alternative of a quote file on a day."""
    return [one.quote for one in alternatives(sought_from(table, on), seller_rules(None))]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda f: f.stem)
def test_the_examples_are_told_in_chinese(file: Path) -> None:
    """Complete, without price, without measures, with a short code and by the rule book's price levels."""
    table = quote_table(file)
    changes: list[dict[str, Any]] = [
        {}, {"price": ""}, {"unit": {}, "carton": {}}, {"hs": "392410", "duty": ""}, {"origin": "", "hs": ""},
        {"lanes": True, "via": ["", "platform", "third_party"]},
    ]  # fmt: skip
    with translation.override("zh-hans"):
        left = {
            word: text
            for change in changes for quote in quotes({**table, **change}, date(2026, 12, 10))
            for text in told(quote) for word in english(text)
        }  # fmt: skip
    assert left == {}


def test_every_country_is_told_in_chinese() -> None:
    """Parcels and commercial entries into each country of the book, small and large."""
    left: dict[str, str] = {}
    with translation.override("zh-hans"):
        for country in sorted(set(rule_book().countries) - {"EU", "CN"}):
            for regime, mode, price, year in (("commercial", "sea", "900", 2026), ("express", "express", "20", 2018)):
                table = {
                    "destination": country, "quantity": 3, "price": price, "currency": "USD", "regime": regime, "hs": "61091000",
                    "way": [{"name": "W", "mode": mode, "freight": "20", "insurance": "1"}],
                }  # fmt: skip
                for quote in quotes(table, date(year, 6, 1)):
                    left |= {word: text for text in told(quote) for word in english(text)}
    assert left == {}


def test_english_stays_as_the_engines_say_it_and_unknown_sentences_stay_whole() -> None:
    """In English the sentence is readable; one without a shape is shown rather than lost."""
    with translation.override("en"):
        assert line_words.how("2.40 USD a cubic foot and month") == "2.40 USD a cubic foot and month"
        assert line_words.need("exchange rate USD to AED") == "exchange rate USD to AED"
        assert line_words.note("something nobody foresaw; really") == "something nobody foresaw; really"
    with translation.override("zh-hans"):
        assert line_words.label("My own truck") == "My own truck"
        assert line_words.need("the duty rate of 61091000 in Germany: type it or import the schedule").startswith(
            "德国"
        )


def test_every_rule_is_told_in_chinese() -> None:
    """What the rules of each country say on three days, and what they are about."""
    left: dict[str, str] = {}
    with translation.override("zh-hans"):
        for country in sorted(rule_book().countries):
            for on in (date(2016, 6, 1), date(2022, 6, 1), date(2026, 12, 1)):
                for row in rule_queries.rule_rows(RuleWish(country, "", "CN", on, None, "", on, on)):
                    told = f"{rule_words.about(row.name)} {rule_words.says(row.says, row.note)}"
                    left |= {word: told for word in english(told) if word not in {"Remessa", "Conforme"}}
    assert left == {}
