"""Alternatives side by side, and what-ifs that leave the card alone."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from entrepot.engines.freight import (
    Band,
    Cartons,
    Charge,
    Consignment,
    Container,
    FillPlan,
    RateCard,
    WeightRule,
    fill,
    quote,
    side_by_side,
    under,
)

ON = date(2026, 3, 1)
LOOSE = RateCard(
    "LCL",
    "Loose",
    "sea_lcl",
    "USD",
    WeightRule("rt", Fraction(1000), minimum=Fraction(1)),
    (Band(Fraction(0), None, rate=Fraction(8000)),),
    charges=(Charge("cfs", "Deconsolidation", "handling", "unit", Fraction(2500), minimum=5000),),
)
BOXES = RateCard(
    "FCL",
    "Boxes",
    "sea_fcl",
    "USD",
    WeightRule(),
    containers=(
        Container("20GP", 120_000, 28 * 10**9, 21_000_000, (5898, 2393, 2352)),
        Container("40HQ", 182_300, 68 * 10**9, 26_000_000, (12032, 2698, 2352)),
    ),
    charges=(Charge("thc", "Terminal", "handling", "container", Fraction(15_000)),),
)


def goods(count: int, weight: int = 12_000, sides: tuple[int, int, int] = (500, 400, 500)) -> Consignment:
    """Cartons of a tenth of a cubic metre."""
    return Consignment((Cartons(count, weight, *sides),), ON)


@given(st.integers(1, 2400), st.integers(2000, 60_000))
def test_the_best_mix_is_never_beaten_by_a_plain_one(count: int, weight: int):
    """All loose, or any single kind of box for everything: never cheaper than what is proposed; cartons are conserved."""
    cargo = goods(count, weight)
    plans = fill(BOXES, cargo, LOOSE)
    best = plans[0]
    plain = [quote(LOOSE, cargo).total.known]
    for box in BOXES.containers:
        need = max(-(-count * 10**8 // box.volume), -(-count * weight // box.payload))
        plain.append(need * (box.price + 15_000))
    assert best.total.known <= min(plain)
    for plan in plans:
        assert sum(c.count for c in (*plan.loaded, *plan.left)) == count
        assert max(plan.used) <= 1


KINDS = st.lists(
    st.tuples(
        st.integers(1, 900),
        st.integers(500, 40_000),
        st.integers(100, 1200),
        st.integers(100, 1100),
        st.integers(100, 1000),
    ),
    min_size=1,
    max_size=4,
)


@given(KINDS)
def test_mixed_cartons_are_all_somewhere_and_no_box_is_overfull(kinds: list[tuple[int, int, int, int, int]]):
    """Every carton of every kind is loaded or left; boxes hold volume and payload; nothing is left without a loose card."""
    cargo = Consignment(tuple(Cartons(*kind, label=str(n)) for n, kind in enumerate(kinds)), ON)
    boxes = {box.kind: box for box in BOXES.containers}
    for loose in (LOOSE, None):
        for plan in fill(BOXES, cargo, loose):
            for n, kind in enumerate(kinds):
                assert sum(c.count for c in (*plan.loaded, *plan.left) if c.label == str(n)) == kind[0]
            room = sum(boxes[k].volume * count for k, count in plan.containers.items())
            payload = sum(boxes[k].payload * count for k, count in plan.containers.items())
            assert sum((c.volume or 0) * c.count for c in plan.loaded) <= room
            assert sum((c.weight or 0) * c.count for c in plan.loaded) <= payload
            assert loose is not None or not plan.left


def test_a_carton_that_does_not_fit_the_box_goes_loose():
    """A carton of 6.2 m fits the 40 ft box only; one of 13 m none: loose, or not at all."""
    long = fill(BOXES, goods(1, sides=(6200, 400, 500)), LOOSE)
    assert all("20GP" not in plan.containers for plan in long)
    longer = goods(1, sides=(13_000, 400, 500))
    assert [bool(plan.full) for plan in fill(BOXES, longer, LOOSE)] == [False]
    assert fill(BOXES, longer) == []
    assert side_by_side([BOXES], longer, "USD")[0].total is None


def test_unmeasured_cartons_leave_a_plan_that_asks():
    """Without weights no mix is guessed."""
    plan = fill(BOXES, Consignment((Cartons(5, None, 1, 1, 1, label="mugs"),), ON), LOOSE)[0]
    assert plan.lines[0].needs == ("packed weight of mugs",)


def test_alternatives_need_their_exchange_rate():
    """A card in CNY without a rate has no total in USD and comes last; with one it is compared."""
    air = RateCard(
        "A", "Air", "air", "CNY", WeightRule(divisor=Fraction(6000)), (Band(Fraction(0), None, rate=Fraction(100)),)
    )
    cargo = goods(10)
    ways = side_by_side([air, LOOSE], cargo, "USD")
    assert [way.name for way in ways] == ["Loose", "Air"]
    assert ways[1].total is None
    converted = side_by_side([air, LOOSE], cargo, "USD", {("CNY", "USD"): Fraction(1, 7)})
    assert converted[0].name == "Air"


def test_all_in_prices_are_marked_beside_bare_freight():
    """Their duty is inside, and the line says so."""
    line = replace(LOOSE, id="ALL", name="All-in", all_in=True)
    way = side_by_side([line], goods(10), "USD")[0]
    assert way.inside == ("duty", "import_tax")
    assert "duty and tax inside" in way.explain()


def test_boxes_with_a_rest_use_the_loose_card():
    """70 cbm: one 40 ft box and the rest loose is the boxes' alternative."""
    way = side_by_side([LOOSE, BOXES], goods(720), "USD")[0]
    assert isinstance(way.told, FillPlan)
    assert way.told.left


@given(st.integers(1, 300), st.fractions(Fraction(1, 2), 3))
def test_a_what_if_scales_the_freight_and_leaves_the_rest(count: int, factor: Fraction):
    """Freight times the factor (to half a minor unit), other charges as they were; the card itself unchanged."""
    before, after = (quote(card, goods(count)) for card in (LOOSE, under(LOOSE, {"freight": factor})))
    assert abs((after.lines[0].amount or 0) - (before.lines[0].amount or 0) * factor) <= 1 + factor
    assert after.lines[1].amount == before.lines[1].amount
    assert quote(LOOSE, goods(count)) == before
