"""A Chinese cotton T-shirt into the United States: ten days, ten rates, by the rule book of the package."""

import tomllib
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from entrepot.engines.duty import Entry, Goods, Reach, assess
from entrepot.rules import rule_book

TABLE = tomllib.loads((Path(__file__).parent / "tshirt.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", TABLE["day"], ids=lambda r: str(r["on"]))
def test_the_rate_of_the_day(row: dict) -> None:
    """Each duty of the table is charged at its rate, nothing else is, and they add up to the total."""
    shirt = Goods("T-shirt", 1000, 1_000_000, "USD", hs=TABLE["hs"], origin="CN")
    entry = Entry("US", row["on"], (shirt,), mode="sea", freight=0, insurance=0)
    result = assess(rule_book(), entry, lambda _a, _b: None)
    charged = {f.name: f.rate for f in result.findings if f.reach is Reach.CHARGED}
    expected = {name: Fraction(rate) / 100 for name, rate in row["added"].items()}
    assert charged == expected
    duty = result.figures["duty"].amount
    assert duty is not None
    assert Fraction(duty, 10_000) == Fraction(row["total"])
    assert not [f for f in result.findings if f.reach is Reach.UNSETTLED]


def test_what_was_known_then_is_repeated() -> None:
    """In January 2026 nobody knew that the IEEPA duties would end in February; a quote of that day still has them."""
    shirt = Goods("T-shirt", 1000, 1_000_000, "USD", hs=TABLE["hs"], origin="CN")
    entry = Entry("US", date(2026, 3, 1), (shirt,), mode="sea", freight=0, insurance=0, known_on=date(2026, 1, 15))
    result = assess(rule_book(), entry, lambda _a, _b: None)
    assert result.figures["duty"].amount == 440_000
    assert {f.name for f in result.findings if f.reach is Reach.CHARGED} == {
        "Section 301 China, list 4A", "IEEPA fentanyl duty", "IEEPA reciprocal duty",
    }  # fmt: skip
