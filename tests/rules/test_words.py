"""Headings by words, retired codes and what is no code: tariff lines made for the test."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.core.cost_lines import Basis
from entrepot.core.hs_codes import hs_problem
from entrepot.rules.tariff import Tariff, TariffLine

OLD, NEW = date(2024, 1, 1), date(2026, 1, 1)


def _line(code: str, description: str, start: date = OLD) -> TariffLine:
    return TariffLine("US", code, description, "5%", Basis(f"us.hts.{code}", valid_from=start))


PHONES = (
    _line("85171200", "Telephone sets > Telephones for cellular networks or for other wireless networks"),
    _line("85176200", "Telephone sets > Machines for the reception and transmission of voice, images or other data"),
    _line("61091000", "T-shirts, singlets and other vests, knitted or crocheted > Of cotton"),
    _line("69120044", "Ceramic tableware > Mugs and other steins"),
)
EDITION = (
    _line("85171300", "Telephone sets > Smartphones for cellular networks", NEW),
    _line("85171400", "Telephone sets > Other telephones for cellular networks or for other wireless networks", NEW),
    _line(
        "85176200", "Telephone sets > Machines for the reception and transmission of voice, images or other data", NEW
    ),
)


def _codes(tariff: Tariff, hs: str, on: date, description: str = "") -> list[str]:
    return [n.code for n in tariff.find("US", hs, on, description).suggestions]


def test_a_code_that_an_edition_leaves_out_has_ended_and_names_its_successors() -> None:
    """Of the same heading only; what the file does not touch stays, and the day before the old code still holds."""
    tariff = Tariff.of(PHONES).extended(EDITION, replaces_on=NEW)
    told = tariff.find("US", "8517.12.00", NEW)
    assert told.line is None
    assert told.retired is not None
    assert told.suggestions[0].code == "85171400"
    assert "85171300" in {n.code for n in told.suggestions}
    assert tariff.find("US", "85171200", date(2025, 12, 31)).line is not None
    for code in ("61091000", "85176200"):
        assert tariff.find("US", code, NEW).line is not None


def test_a_longer_retired_code_is_known_by_its_line() -> None:
    """The seller's ten digits under a line of eight."""
    tariff = Tariff.of(PHONES).extended(EDITION, replaces_on=NEW)
    assert tariff.find("US", "8517120020", NEW).retired is not None


def test_an_unknown_code_without_relatives_is_named_by_the_goods() -> None:
    """Nothing of the heading is there: the description finds the lines, and without one nothing is guessed."""
    tariff = Tariff.of(PHONES)
    assert _codes(tariff, "9999.99", OLD, "ceramic coffee mug") == ["69120044"]
    assert _codes(tariff, "9999.99", OLD, "knitted cotton t-shirt")[0] == "61091000"
    assert _codes(tariff, "9999.99", OLD) == []
    assert _codes(tariff, "9999.99", OLD, "quux") == []


@pytest.mark.parametrize(
    "typed", ["abc", "61", "0000.00", "7700", "9903.88.15", "6109.10a", "-6109", "６１０９", "1" * 15]
)
def test_what_is_no_code_is_refused_with_a_remedy(typed: str) -> None:
    """Letters, chapters that there are not, too short and too long."""
    problem = hs_problem(typed)
    assert problem is not None
    assert problem.remedy


@pytest.mark.parametrize("typed", ["", "6109", "6109.10", " 6109.10.00 12 ", "6109-10-0012", "9801.00.10"])
def test_what_can_be_a_code_is_taken(typed: str) -> None:
    """As people write it."""
    assert hs_problem(typed) is None
