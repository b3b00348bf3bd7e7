"""Another fee table over the stock of the books: by file or by per cent, lot by lot, the tables of the program untouched."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from entrepot.books.access import system_viewer
from entrepot.core.errors import ProblemError
from entrepot.rules.fee_files import with_fee_change, with_fee_file, with_fee_table
from entrepot.rules.platform_fees import platform_fees
from entrepot.workflows.storage_whatif import storage_effect
from tests.workflows.test_storage_forecast import books, forecast

ON = date(2026, 3, 1)
HEAD = "marketplace,currency,fee,size_class,month_from,month_to,rate,valid_from\n"
pytestmark = pytest.mark.django_db


def test_a_table_of_april_changes_april_and_not_march(tmp_path: Path) -> None:
    """The rate doubles from the first of April on: March stays, April costs twice; lots and SKUs say the same."""
    books()
    forecast("A", 7)
    file = tmp_path / "next.csv"
    file.write_text(HEAD + "US,USD,monthly_storage,standard,1,9,1.56,2026-04-01\n")
    told = storage_effect(system_viewer("US"), ON, platform_fees(), with_fee_file(platform_fees(), file), 60)
    feet = 305 * 305 * 152 / 28_316_846.592
    april = (19 * 9.5 / 30) * feet * 78
    [lot] = [row for row in told.lots if row.sku == "A"]
    assert lot.effect == round(2 * april) - round(april)
    [sku] = [row for row in told.skus if row.sku == "A"]
    assert (sku.units, sku.effect) == (lot.units, lot.effect)
    assert told.more()["USD"] == lot.effect
    assert any("next.csv:2" in line or "next.csv" in line for line in lot.lines)


def test_what_is_not_known_is_in_no_sum() -> None:
    """B is neither measured nor forecast: its effect is not known, and its SKU's neither."""
    books()
    forecast("A", 7)
    dearer = with_fee_change(platform_fees(), "US:monthly_storage:20", ON)
    told = storage_effect(system_viewer("US"), ON, platform_fees(), dearer, 60)
    assert {row.sku: row.effect is None for row in told.skus} == {"A": False, "B": True}


def test_the_same_table_changes_nothing() -> None:
    """A what-if without a change has no effect."""
    books()
    forecast("A", 7)
    told = storage_effect(system_viewer("US"), ON, platform_fees(), platform_fees(), 60)
    assert {row.effect for row in told.lots} <= {0, None}


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("marketplace,rate\nUS,1\n", "columns_missing"),
        (HEAD + "US,USD,monthly_storage,standard,1,9,much,2026-04-01\n", "bad_fee_row"),
        (HEAD + "US,USD,monthly_storage,standard,1,13,1,2026-04-01\n", "bad_fee_row"),
        (HEAD + "US,USD,rent,standard,1,9,1,2026-04-01\n", "unknown_fee"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(table: str, code: str) -> None:
    """Each bad row is named with its line; nothing is guessed."""
    with pytest.raises(ProblemError) as caught:
        with_fee_table(platform_fees(), table, "f.csv")
    assert caught.value.problems[0].code == code


@pytest.mark.parametrize("text", ["US:rent:5", "US:monthly_storage", "US:monthly_storage:x", "FR:monthly_storage:5"])
def test_a_change_that_cannot_be_read_is_refused(text: str) -> None:
    """An unknown fee, no per cent, a marketplace without a table."""
    with pytest.raises(ProblemError):
        with_fee_change(platform_fees(), text, ON)
