"""Figures, amounts and dates as each language writes them."""

from __future__ import annotations

import doctest
from datetime import date
from types import ModuleType

import pytest
from django.utils import translation

from entrepot.books.selectors.shapes import Money
from entrepot.faces.web import exports, families, filters, formats, waterfall


@pytest.mark.parametrize("module", [exports, families, filters, formats, waterfall])
def test_examples_in_docstrings_run(module: ModuleType) -> None:
    """What the docstrings show is what the functions answer."""
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_amounts_in_sentences() -> None:
    """Exact amounts to the cent, estimates rounded with their sign, the minus before the currency."""
    assert formats.money_text(Money(123_456, "USD")) == "US$1,234.56"
    assert formats.money_text(Money(-5, "JPY")) == "−JP¥5"
    assert formats.money_text(Money(-123_456, "EUR", estimate=True)) == "≈\u202f−€1,235"
    assert formats.money_text(Money(1_000, "CHF")) == "CHF\u202f10.00"
    assert formats.money_text(Money(None, "USD")) == "not known"


def test_dates_follow_the_language() -> None:
    """Day first in English, year first in Chinese."""
    day = date(2026, 3, 9)
    assert formats.day(day) == "9 Mar 2026"
    with translation.override("zh-hans"):
        assert formats.day(day) == "2026年3月9日"
        assert formats.days_left(date(2026, 3, 11), day) == "还有 2 天"


def test_deadlines() -> None:
    """Near ones are named, late ones say how late."""
    today = date(2026, 3, 9)
    said = [formats.days_left(date(2026, 3, day), today) for day in (7, 9, 10, 19)]
    assert said == ["2 days late", "today", "tomorrow", "in 10 days"]
