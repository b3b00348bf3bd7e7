"""Published freight sums as tables: what is given, what to expect, and the page where it was read."""

from __future__ import annotations

import tomllib
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from entrepot.core.measures import CUBIC_INCHES_PER_POUND, INCH, POUND
from entrepot.core.money import minor
from entrepot.engines.freight import (
    Band,
    Cartons,
    Charge,
    Consignment,
    RateCard,
    WeightRule,
    chargeable,
    container,
    fill,
    price,
    quote,
)

Table = dict[str, Any]
HERE = Path(__file__).parent
WEIGHTS: list[Table] = tomllib.loads((HERE / "weights.toml").read_text(encoding="utf-8"))["case"]
PRICES: Table = tomllib.loads((HERE / "prices.toml").read_text(encoding="utf-8"))
DAY = date(2026, 3, 1)


def fraction(text: str | None) -> Fraction | None:
    """An exact number from its text."""
    return None if text is None else Fraction(text)


def rule(given: Table) -> WeightRule:
    """The weight rule of a case."""
    divisor = fraction(given.get("divisor"))
    if "divisor_in3_lb" in given:
        divisor = Fraction(given["divisor_in3_lb"]) * CUBIC_INCHES_PER_POUND
    side_step = Fraction(given["side_step_in"]) * INCH if "side_step_in" in given else None
    return WeightRule(
        unit=given.get("unit", "kg"),
        divisor=divisor,
        step=fraction(given.get("step")),
        side_step=side_step,
        volume_share=Fraction(given.get("volume_share", "1")),
        minimum=Fraction(given.get("minimum", "0")),
    )


def cartons(given: Table) -> Cartons:
    """Cartons of a case, measured to the nearest gram and mm."""
    weight = Fraction(given["kg"]) * 1000 if "kg" in given else Fraction(given["lb"]) * POUND
    sides = [Fraction(x) * 10 for x in given["cm"]] if "cm" in given else [Fraction(x) * INCH for x in given["inch"]]
    return Cartons(given.get("count", given.get("cartons", 1)), round(weight), *(round(side) for side in sides))


@pytest.mark.parametrize("case", WEIGHTS, ids=lambda c: c["title"])
def test_chargeable_weight(case: Table):
    """Chargeable and, where the page prints it, volumetric weight."""
    told = chargeable(tuple(cartons(c) for c in case["cartons"]), rule(case["rule"]))
    assert abs(told.units - Fraction(case["units"])) < Fraction(1, 200)
    if "volumetric" in case:
        assert told.volumetric is not None
        assert abs(told.volumetric - Fraction(case["volumetric"])) <= Fraction(1, 200)


@pytest.mark.parametrize("case", PRICES["case"], ids=lambda c: c["title"])
def test_price(case: Table):
    """The price of a weight, and the weight that it is charged as."""
    bands = tuple(
        Band(Fraction(b["over"]), fraction(b.get("upto")), rate=Fraction(b["rate"]) * 100) for b in case["bands"]
    )
    card = RateCard(
        "page",
        "page",
        "air",
        case["currency"],
        WeightRule(case.get("unit", "kg")),
        bands,
        edge=case.get("edge", "upto"),
        next_break=case.get("next_break", False),
    )
    told = price(card, Fraction(case["units"]))
    assert told is not None
    assert told.amount == minor(case["amount"], case["currency"])
    assert told.charged_as == Fraction(case["charged_as"])


@pytest.mark.parametrize("case", PRICES["container"], ids=lambda c: c["title"])
def test_container_or_loose(case: Table):
    """Totals of both ways, and which of them is proposed."""
    box, loose = case["box"], case["loose"]
    fee = Charge("fee", "Charges", "handling", "shipment", Fraction(box["charges"]) * 100)
    full = RateCard(
        "FCL",
        "FCL",
        "sea_fcl",
        "USD",
        WeightRule(),
        containers=(container(box["kind"], minor(box["price"], "USD"), Fraction(box["cbm"]), Fraction(box["tonnes"])),),
        charges=(fee,),
    )
    part = RateCard(
        "LCL",
        "LCL",
        "sea_lcl",
        "USD",
        WeightRule("rt", Fraction(1000), minimum=Fraction(1)),
        (Band(Fraction(0), None, rate=Fraction(loose["rate"]) * 100),),
        charges=(Charge("fee", "Charges", "handling", "shipment", Fraction(loose["charges"]) * 100),),
    )
    goods = Consignment((cartons(case["cargo"]),), DAY)
    assert quote(part, goods).total.known == minor(case["loose_total"], "USD")
    assert quote(full, goods, {box["kind"]: 1}).total.known == minor(case["full_total"], "USD")
    best = fill(full, goods, part)[0]
    assert best.total.known == minor(case[f"{case['best']}_total"], "USD")
    assert bool(best.full) == (case["best"] == "full")


def test_every_case_names_its_page():
    """None is from memory."""
    cases = [*WEIGHTS, *PRICES["case"], *PRICES["container"]]
    assert all(case["address"].startswith("http") for case in cases)
