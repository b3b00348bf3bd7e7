"""Rates of China's export VAT refund by heading and day, as the announcements give them."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.core.cost_lines import Confidence
from entrepot.engines.duty import export_rebate
from entrepot.rules import rule_book
from entrepot.rules.export_rebates import PREFIX, rebate_rate

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("hs", "on", "percent"),
    [
        ("85076000", date(2024, 11, 30), "13"),  # announcement 15 of 2024: from 1 December
        ("85076000", date(2024, 12, 1), "9"),
        ("85076000", date(2026, 3, 31), "9"),  # announcement 2 of 2026
        ("85076000", date(2026, 4, 1), "6"),
        ("85076000", date(2026, 12, 31), "6"),
        ("85076000", date(2027, 1, 1), "0"),
        ("8541.43", date(2026, 3, 31), "9"),
        ("8541.43", date(2026, 4, 1), "0"),
        ("72101100", date(2021, 4, 30), "13"),  # announcement 16 of 2021: from 1 May
        ("72101100", date(2021, 5, 1), "0"),
        ("72091510", date(2021, 8, 1), "0"),
        ("69101000", date(2020, 3, 19), "10"),  # announcement 15 of 2020: from 20 March
        ("69101000", date(2020, 3, 20), "13"),
        ("23040010", date(2018, 11, 1), "0"),  # Cai Shui 2018 No. 123
        ("2404120000", DAY, "0"),
    ],
)
def test_a_heading_has_the_rate_of_the_day_of_export(hs: str, on: date, percent: str) -> None:
    """On both sides of every day of change."""
    found = rebate_rate(rule_book(), hs, on)
    assert found is not None
    assert found.text("percent") == percent


def test_a_neighbour_or_a_shorter_code_gives_no_rate() -> None:
    """Aluminium, whose annex was not read, a heading of four digits, and a sibling need a rate; none is a zero."""
    for hs in ("7606.12", "8507", "95030031", "", "n/a"):
        assert rebate_rate(rule_book(), hs, DAY) is None
    refund, kept = export_rebate(rule_book(), "", 113_000, DAY, hs="7606.12")
    assert (refund.amount, kept.amount) == (None, None)
    assert "HS 7606.12" in refund.needs[0]
    assert "library" in refund.needs[0]


def test_six_digits_stand_for_their_only_line() -> None:
    """An item that carries 850760 is refunded as 85076000."""
    refund, kept = export_rebate(rule_book(), "", 113_000, DAY, hs="850760")
    assert (refund.amount, kept.amount) == (-6_000, 7_000)


def test_before_it_was_announced_the_cut_was_not_known() -> None:
    """As known in 2025, batteries exported in May 2026 had no rate of 6 %."""
    found = rebate_rate(rule_book(), "85076000", date(2026, 5, 1), date(2025, 6, 1))
    assert found is None or found.text("percent") != "6"


def test_the_full_refund_followed_the_tax() -> None:
    """16 to 13 and 10 to 9 per cent on 1 April 2019 (announcement 39 of 2019)."""
    book = rule_book()
    bands = [(group, day) for group in ("general", "reduced") for day in (date(2019, 3, 31), date(2019, 4, 1))]
    values = [book.value("CN", f"export_rebate_{group}", day) for group, day in bands]
    assert [value.text("percent") if value else "" for value in values] == ["16", "13", "10", "9"]


def test_every_rate_names_its_page_and_none_rests_on_memory() -> None:
    """Each has a source; values of a heading do not overlap."""
    for name, rule in rule_book().rules.items():
        if not name.startswith(f"cn.{PREFIX}"):
            continue
        ends = [value.basis.valid_to for value in rule.values]
        assert all(
            value.basis.source and value.basis.confidence is not Confidence.UNCONFIRMED for value in rule.values
        ), name
        for (before, after), end in zip(zip(rule.values, rule.values[1:], strict=False), ends, strict=False):
            assert end is not None, name
            assert end < (after.basis.valid_from or date.min), (name, before)
