"""Quotes as files: the five examples to the end, price breaks, splits, both sides after the border, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from entrepot.core.errors import ProblemError
from entrepot.faces.cli.main import app
from entrepot.workflows.alternatives import alternatives
from entrepot.workflows.quote_file import quote_table, sought_from
from entrepot.workflows.rule_files import seller_rules
from entrepot.workflows.sought import Alternative

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "quotes"
TODAY = date(2026, 12, 1)
SEA: dict[str, Any] = {
    "id": "LCL", "mode": "sea_lcl", "currency": "USD", "destination": "DE", "transit_days": [35, 40],
    "weight": {"unit": "rt", "divisor": 1000, "minimum": 1}, "band": [{"over": 0, "rate": 90}],
}  # fmt: skip
AIR: dict[str, Any] = {
    "id": "AIR", "mode": "air", "currency": "USD", "destination": "DE", "transit_days": [5, 8],
    "weight": {"unit": "kg", "divisor": 6000}, "band": [{"over": 0, "rate": 5}],
}  # fmt: skip
MUGS: dict[str, Any] = {
    "sku": "MUG", "destination": "DE", "quantity": [480], "price": "2.00", "currency": "EUR", "duty": "12", "tax": "19",
    "unit": {"grams": 420, "cm": "13x11x10"}, "carton": {"units": 24, "kg": 11, "cm": "56x46x34"}, "card": [SEA, AIR],
}  # fmt: skip


def quoted(**more: Any) -> list[Alternative]:
    """The mugs with more fields, by the package's rules."""
    return alternatives(sought_from({**MUGS, **more}, TODAY), seller_rules(None))


@pytest.mark.parametrize("name", ["us_sea_fba", "de_rail_warehouse", "gb_air", "id_express_parcel", "br_parcel"])
def test_the_examples_are_complete_and_every_line_has_its_source(name: str) -> None:
    """The first alternative of each is known to the end, adds up, and names for every line its rule and source."""
    asked = sought_from(quote_table(EXAMPLES / f"{name}.toml"), TODAY)
    best = alternatives(asked, seller_rules(None))[0].quote
    assert best.complete
    assert all(line.rule and line.source for line in best.lines)
    assert sum(line.amount or 0 for line in best.lines if not line.recoverable) == best.cost
    assert sum(best.families.values()) == best.cost


def test_recovered_tax_of_the_german_example_is_cash() -> None:
    """The import VAT is a line of its own, comes back, and is no part of the cost."""
    best = alternatives(sought_from(quote_table(EXAMPLES / "de_rail_warehouse.toml"), TODAY), seller_rules(None))[
        0
    ].quote
    vat = next(line for line in best.lines if line.component == "import_tax")
    assert vat.recoverable
    assert best.cash - best.cost == vat.amount
    assert {"storage", "fulfilment", "last_mile"} <= {line.component for line in best.lines}


def test_the_break_that_is_reached_is_the_price() -> None:
    """Each quantity at its own price."""
    breaks = [{"from": 480, "price": "1.90"}, {"from": 960, "price": "1.75"}]
    found = quoted(quantity=[240, 480, 960], breaks=breaks, card=[SEA])
    goods = {one.quantity: one.family("purchase") for one in found}
    assert goods == {240: 48_000, 480: 91_200, 960: 168_000}


def test_a_split_is_two_consignments_of_one_purchase() -> None:
    """A part by air in whole cartons, the rest by sea; the goods at the price of the whole, each part with its own freight."""
    breaks = [{"from": 480, "price": "1.90"}]
    found = quoted(breaks=breaks, splits=[{"share": Decimal("0.3"), "first": "air", "rest": "sea"}])
    split = next(one.quote for one in found if "+" in one.quote.way)
    assert split.way == "144 AIR + 336 LCL"
    assert split.families["purchase"] == 91_200
    assert {line.part for line in split.lines} == {"144 AIR", "336 LCL"}
    alone = {one.quote.way: one.quote.families["first_leg"] for one in found if "+" not in one.quote.way}
    assert alone["LCL"] < split.families["first_leg"] < alone["AIR"]


def test_platform_and_third_party_lie_side_by_side() -> None:
    """The same goods by the same way, with what each of both charges afterwards."""
    yard = {
        "id": "YARD", "currency": "GBP", "destination": "GB", "step": [{"over": 0, "rate": Decimal("0.4")}],
        "handling": [{"name": "Pick", "per": "order", "amount": 1, "component": "fulfilment"}],
    }  # fmt: skip
    found = quoted(
        destination="GB", card=[{**AIR, "destination": "GB"}], via=["platform", "third_party"], daily=20, sale="12",
        warehouse=yard, placement="none", on=date(2026, 12, 8),
    )  # fmt: skip
    labels = {
        one.via: {line.label for line in one.quote.lines if line.family in {"storage", "selling"}} for one in found
    }
    assert "FBA fulfilment" in labels["platform"]
    assert labels["third_party"] == {"YARD: storage 2026-12", "Pick"}


def test_units_sold_in_the_peak_ask_for_the_peak_fee() -> None:
    """What arrives before the peak and is sold in it needs the peak fee; what is sold after it does not."""
    table = {**quote_table(EXAMPLES / "us_sea_fba.toml"), "splits": []}
    cards = [{**card, "valid_from": date(2026, 8, 1), "valid_to": date(2027, 8, 1)} for card in table["card"]]
    asked = {on: sought_from({**table, "on": on, "card": cards}, TODAY) for on in (date(2026, 9, 20), date(2027, 2, 1))}
    needs = {
        on: {need for line in alternatives(one, seller_rules(None))[0].quote.lines for need in line.needs}
        for on, one in asked.items()
    }
    assert [bool(found) for found in needs.values()] == [True, False]


def test_containers_say_how_full_they_are() -> None:
    """A full container with its rest loose names both."""
    boxes = {**SEA, "id": "FCL", "mode": "sea_fcl", "band": [],
             "container": [{"kind": "20GP", "price": 900, "cbm": 28, "payload_kg": 21000}]}  # fmt: skip
    found = quoted(quantity=[24 * 340], card=[boxes, SEA])
    notes = {one.quote.way: one.quote.notes for one in found}
    assert any("1 × 20GP, filled to" in note for note in notes["FCL"])
    assert any("go loose" in note for note in notes["FCL"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"destinaton": "DE"}, "destinaton"),
        ({"carton": {"units": 24, "kilos": 11}}, "carton.kilos"),
        ({"unit": {"grams": 1, "cm": "13x11"}}, "unit.cm"),
        ({"quantity": ["many"]}, "quantity"),
        ({"price": "cheap"}, "price"),
        ({"price": "1e99999999"}, "price"),
        ({"price": "1e-99999999"}, "price"),
        ({"price": "inf"}, "price"),
        ({"origin": "ZZ"}, "origin"),
        ({"on": "soon"}, "on"),
        ({"via": ["moon"]}, "via"),
        ({"splits": [{"share": 2, "first": "air", "rest": "sea"}]}, "splits.share"),
        ({"destination": ""}, "destination"),
        ({"warehouse": {"id": "Y", "currency": "EUR", "step": [{"over": 3, "rate": 1}]}}, "steps"),
    ],
)
def test_what_cannot_be_read_names_the_field(change: dict[str, Any], field: str) -> None:
    """Nothing is guessed, and a misspelt field is refused."""
    with pytest.raises(ProblemError) as error:
        sought_from({**MUGS, **change}, TODAY)
    assert error.value.problems[0].field == field


def test_the_platforms_own_report_outranks_the_table(tmp_path: Path) -> None:
    """A fee preview in the seller's folder gives the fulfilment fee, with its day as source; the newer of two wins."""
    (tmp_path / "rules").mkdir()
    head = "sku\tfnsku\tcurrency\texpected-fulfillment-fee-per-unit\n"
    (tmp_path / "rules" / "fee_preview_2026-10-01.txt").write_text(head + "MUG-330\tX1\tUSD\t5.10\n", encoding="utf-8")
    (tmp_path / "rules" / "fee_preview_2026-11-01.txt").write_text(head + "MUG-330\tX1\tUSD\t5.25\n", encoding="utf-8")
    asked = sought_from(quote_table(EXAMPLES / "us_sea_fba.toml"), TODAY)
    best = alternatives(asked, seller_rules(tmp_path))[0].quote
    fee = next(line for line in best.lines if line.label == "FBA fulfilment")
    assert (fee.amount, fee.source, fee.confidence) == (2400 * 525, "Fee preview of 2026-11-01", "seller")


def test_the_command_shows_the_table_and_the_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``quote --file`` prints the ways side by side and every line of the first; an option outranks the file."""
    monkeypatch.setenv("ENTREPOT_HOME", str(tmp_path))
    run = CliRunner().invoke
    file = str(EXAMPLES / "us_sea_fba.toml")
    said = run(app, ["quote", "--file", file, "--quantity", "5000"])
    assert said.exit_code == 0, said.output
    assert "Side by side" in said.output
    assert "5000 units for 8250.00 USD" in said.output
    assert "us.301.forced_labour.high" in said.output
    typed = run(app, ["quote", "--to", "DE", "--price", "3", "--duty", "6.5", "--grams", "300", "--size", "20x10x5", "--lanes",
                      "--via", "third_party", "--fee", "1.1", "--split", "30:air:sea", "--break", "10:2.5",
                      "--quantity", "10", "--all"])  # fmt: skip
    assert typed.exit_code == 0, typed.output
    assert "price of" not in typed.output
    assert "Third-party warehouse" in typed.output


@pytest.mark.parametrize(
    ("typed", "component", "amount"),
    [
        ({"price": "0.125", "quantity": 10_000}, "purchase", 125_000),
        ({"price": "0.035", "quantity": 10_000}, "purchase", 35_000),
        ({"price": "3.2", "quantity": 500, "currency": "VND", "shown": "VND"}, "purchase", 1_600),
        ({"price": "1", "quantity": 1_000, "breaks": [{"from": 500, "price": "0.125"}]}, "purchase", 12_500),
        ({"quantity": 1_000, "way": [{"mode": "sea", "freight": "0.015", "per": "unit"}]}, "freight", 1_500),
        ({"quantity": 1_000, "way": [{"mode": "air", "freight": "4.125", "per": "kg"}]}, "freight", 165_000),
        ({"quantity": 1_001, "charge": [{"name": "Label", "amount": "0.005", "per": "unit"}]}, "handling", 501),
        ({"quantity": 1_000, "via": "third_party", "fee": "0.125"}, "fulfilment", 12_500),
    ],
)
def test_a_price_finer_than_the_minor_unit_is_rounded_once_for_all(
    typed: dict[str, Any], component: str, amount: int
) -> None:
    """Half a cent a unit is money over ten thousand units: only the amount of all units is rounded, half away from zero."""
    plain: dict[str, Any] = {
        "destination": "DE", "price": "2", "currency": "USD", "origin": "CN", "duty": "0", "on": TODAY,
        "unit": {"grams": 400, "cm": "10x10x10"},
    }  # fmt: skip
    found = alternatives(sought_from({**plain, **typed}, TODAY), seller_rules(None))[0].quote
    assert sum(n.amount or 0 for n in found.lines if component in {n.component, n.family}) == amount
