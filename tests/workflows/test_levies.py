"""Levies per unit in a quote: what the producer schemes bill is part of the landed cost of what is in the unit."""

from __future__ import annotations

from pathlib import Path

from entrepot.workflows.alternatives import alternatives
from entrepot.workflows.quote_file import sought_from
from entrepot.workflows.rule_files import seller_rules
from tests.workflows.test_quote_files import MUGS, TODAY

LEVIES = """
[[levy]]
id = "DE-paper"
name = "Packaging, paper"
country = "DE"
material = "paper"
per = "kg"
rate = 0.19
currency = "EUR"
[[item]]
sku = "MUG"
grams = { paper = 150 }
"""


def test_a_levy_is_a_line_of_every_way_and_raises_the_cost_by_itself(tmp_path: Path) -> None:
    """480 mugs with 150 g of paper at 0.19 a kg: 13.68 EUR more by each way, with its rule."""
    (tmp_path / "rules").mkdir()
    plain = alternatives(sought_from(MUGS, TODAY), seller_rules(tmp_path))
    (tmp_path / "rules" / "levies.toml").write_text(LEVIES)
    levied = alternatives(sought_from(MUGS, TODAY), seller_rules(tmp_path))
    for before, after in zip(plain, levied, strict=True):
        (line,) = [x for x in after.quote.lines if x.rule == "DE-paper"]
        assert (line.amount, line.family) == (1_368, "selling")
        assert (after.quote.cost or 0) - (before.quote.cost or 0) == 1_368


def test_a_levy_of_another_country_or_item_is_not_due(tmp_path: Path) -> None:
    """Nothing is added for France's paper or another SKU."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "levies.toml").write_text(LEVIES.replace('"DE"', '"FR"'))
    found = alternatives(sought_from(MUGS, TODAY), seller_rules(tmp_path))
    assert not [x for one in found for x in one.quote.lines if x.rule == "DE-paper"]
