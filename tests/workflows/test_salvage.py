"""Unsalable stock of the books with its ways out, and levies on what is in a unit."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from entrepot.books import models
from entrepot.core.errors import ProblemError
from entrepot.workflows.levies import levies, read_levies
from entrepot.workflows.salvage import SalvageRow, salvage
from entrepot.workflows.ways_out import EXAMPLE, FILE, ways_out
from tests.workflows.ledger import doc, masters, post, receipt, sale

pytestmark = pytest.mark.django_db
ON = date(2026, 4, 1)


def seller(tmp_path: Path, text: str = EXAMPLE) -> Path:
    (tmp_path / "rules").mkdir(exist_ok=True)
    (tmp_path / "rules" / FILE).write_text(text)
    return tmp_path


def damaged(place: str = "LA", country: str = "US", units: int = 10, condition: str = "customer_damaged") -> list[Any]:
    """Ten units at 3.00 turned unsalable where the others sold at 9.00 each."""
    pack = [{"level": "unit", "units": 1, "weight_g": 200, "length_mm": 100, "width_mm": 80, "height_mm": 60}]
    cell = {"location": place}
    return [
        *masters(),
        doc("location", place, "2026-01-01", country=country),
        doc("item", "A", "2026-01-01", packaging=pack),
        receipt("R1", "2026-01-05", 50, 300),
        sale("O1", "2026-02-01", 4, amount=3_600),
        doc("regrade", "G1", "2026-03-01", origin=cell, destination={**cell, "condition": condition},
            lines=[{"sku": "A", "quantity": units}]),
    ]  # fmt: skip


def rows(home: Path, *documents: Any) -> tuple[SalvageRow, ...]:
    post(*documents)
    company = models.Company.objects.get()
    return salvage(company, ON, ways_out(home, company.currency))


def test_the_best_way_is_the_one_that_brings_most(tmp_path: Path) -> None:
    """Refurbishing: 10 · 1.80 less 55 % of 10 · 9.00 brings 31.50; the book value of 30.00 is told beside it."""
    (row,) = rows(seller(tmp_path), *damaged())
    assert (row.sku, row.units, row.condition, row.carrying, row.value) == ("A", 10, "customer_damaged", 3_000, 9_000)
    assert (row.best, row.net, row.loss) == ("refurbish", -3_150, -150)
    assert (row.since, row.days) == (date(2026, 1, 5), 86)


def test_ways_that_are_not_priced_say_what_they_need_and_are_never_chosen(tmp_path: Path) -> None:
    """Without the seller's file nothing is known to be cheapest; each way names its missing prices."""
    (row,) = rows(tmp_path, *damaged())
    assert (row.best, row.net, row.gain) == ("", None, None)
    assert {way.id for way in row.ways} == {"return_to_vendor", "refurbish", "liquidate", "destroy", "home"}
    assert all(way.net is None and way.needs for way in row.ways)


def test_a_platform_place_offers_its_disposal_at_the_fee_of_the_day(tmp_path: Path) -> None:
    """At the platform the disposal fee of its table is a way of its own, and the gain is against it."""
    post(*damaged())
    models.Location.objects.filter(code="LA").update(kind="fba")
    company = models.Company.objects.get()
    (row,) = salvage(company, ON, ways_out(seller(tmp_path), "USD"))
    disposal = next(way for way in row.ways if way.id == "platform_disposal")
    assert disposal.net is not None
    assert disposal.net > 0
    assert row.gain == disposal.net - (row.net or 0)


def test_a_way_is_offered_only_where_the_seller_says(tmp_path: Path) -> None:
    """Destruction is priced for Germany in euro: without a rate it is not known, elsewhere not offered."""
    (row,) = rows(seller(tmp_path), *damaged(country="DE", condition="mould"))
    assert [way.id for way in row.ways if way.id in ("refurbish", "destroy")] == ["destroy"]
    assert row.best == ""


def test_a_file_that_cannot_be_read_says_which_way(tmp_path: Path) -> None:
    """A price by an unknown measure names the file and the way."""
    with pytest.raises(ProblemError) as caught:
        ways_out(seller(tmp_path, EXAMPLE.replace('per = "kg"', 'per = "stone"', 1)), "USD")
    assert (caught.value.problems[0].document, caught.value.problems[0].line) == (FILE, 2)


def test_levies_of_a_unit_by_country_and_material(tmp_path: Path) -> None:
    """Per kg of paper and per battery in Germany; what is not weighed is asked for; without a file there are none."""
    text = """
    [[levy]]
    id = "DE-paper"
    name = "Paper"
    country = "DE"
    material = "paper"
    per = "kg"
    rate = 0.5
    currency = "EUR"
    [[levy]]
    id = "DE-battery"
    name = "Battery"
    country = "DE"
    material = "battery"
    per = "unit"
    rate = 0.02
    currency = "EUR"
    valid_from = 2026-02-01
    [[item]]
    sku = "LAMP"
    grams = { paper = 0, battery = 24 }
    """
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "levies.toml").write_text(text)
    told = levies(tmp_path)
    assert [(x.amount, x.needs) for x in told.of("LAMP", "DE", ON, 100)] == [
        (None, ("grams of paper in one unit of LAMP",)),
        (200, ()),
    ]
    assert told.of("LAMP", "FR", ON) == []
    assert [x.amount for x in told.of("LAMP", "DE", date(2026, 1, 1))] == [None]
    assert levies(tmp_path / "none").of("LAMP", "DE", ON) == []
    with pytest.raises(ProblemError):
        read_levies("[[levy]]\nid = 'x'")
