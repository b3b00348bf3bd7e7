"""Arrays of quotes equal single quotes, on cards with every kind of band, rule and charge."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.core.measures import CUBIC_INCHES_PER_POUND, INCH
from entrepot.engines.freight import (
    Band,
    Charge,
    Condition,
    Container,
    RateCard,
    Shipments,
    WeightRule,
    quote,
    quote_many,
)
from entrepot.engines.freight.many import UNKNOWN

HALF = Fraction(1, 2)
RULES = st.sampled_from(
    [
        WeightRule(divisor=Fraction(5000), step=HALF),
        WeightRule(divisor=Fraction(6000), step=Fraction(1), per_piece=True, piece_minimum=Fraction(12)),
        WeightRule(divisor=Fraction(6000), volume_share=HALF, volume_from=Fraction(3, 2), step=HALF),
        WeightRule(divisor=Fraction(6000), piece_minimum=Fraction(25, 2)),
        WeightRule("lb", 139 * CUBIC_INCHES_PER_POUND, step=Fraction(1), side_step=INCH, per_piece=True),
        WeightRule("lb", 139 * CUBIC_INCHES_PER_POUND),
        WeightRule("rt", Fraction(1000), minimum=Fraction(1), step=Fraction(1, 100)),
        WeightRule("g", step=Fraction(1)),
    ]
)
CHARGES = (
    Charge("fuel", "Fuel", "freight", "percent", Fraction(37, 4), valid_to=date(2026, 6, 30)),
    Charge("fuel", "Fuel", "freight", "percent", Fraction(21), valid_from=date(2026, 7, 1)),
    Charge("peak", "Peak", "freight", "piece", Fraction(155, 2), when=Condition(season=((10, 15), (1, 14)))),
    Charge("long", "Long", "freight", "piece", Fraction(1500), when=Condition(longest_over=900), group="over"),
    Charge("heavy", "Heavy", "freight", "piece", Fraction(2400), when=Condition(weight_over=22_000), group="over"),
    Charge("girth", "Girth", "freight", "piece", Fraction(2400), when=Condition(girth_over=2600), group="over"),
    Charge("battery", "Battery", "freight", "unit", Fraction(133, 100), when=Condition(goods=frozenset({"battery"}))),
    Charge("home", "Home", "last_mile", "shipment", Fraction(395), when=Condition(residential=True)),
    Charge("far", "Far", "last_mile", "kg", Fraction(33, 2), minimum=500, when=Condition(zones=frozenset({"8"}))),
    Charge("thc", "Terminal", "handling", "cbm", Fraction(2800), minimum=1000, maximum=30_000),
    Charge("rt", "Docs by weight", "handling", "unit", Fraction(7, 3)),
    Charge("ins", "Insurance", "insurance", "percent", Fraction(3, 10), of=("value", "freight", "fuel")),
)


@st.composite
def cards(draw: st.DrawFn) -> RateCard:
    """Cards with one to four breaks, some zones, some charges."""
    rule = draw(RULES)
    unit = {"g": 1000, "kg": 1, "lb": 1, "rt": 1}[rule.unit]
    bands: list[Band] = []
    for zone in draw(st.sampled_from([("*",), ("2", "8"), ("2", "*")])):
        ends = sorted(draw(st.sets(st.integers(1, 120), min_size=0, max_size=3)))
        starts = [0, *ends]
        last = draw(st.sampled_from([None, 500]))
        for low, high in zip(starts, [*ends, last], strict=True):
            flat, rate = (
                draw(st.integers(0, 9000)),
                Fraction(draw(st.integers(0, 90_000)), draw(st.sampled_from([1, 8, 100]))),
            )
            upto = None if high is None else Fraction(high * unit)
            bands.append(Band(Fraction(low * unit), upto, Fraction(flat), rate / unit, Fraction(low * unit), zone))
    charges = tuple(charge for charge in CHARGES if draw(st.booleans()))
    return RateCard(
        "C",
        "Card",
        "any",
        "USD",
        rule,
        tuple(bands),
        charges=charges,
        minimum=draw(st.sampled_from([None, 2500])),
        edge=draw(st.sampled_from(["from", "upto"])),
        next_break=draw(st.booleans()),
        per_piece=draw(st.booleans()),
        valid_to=draw(st.sampled_from([None, date(2026, 10, 31)])),
    )


def measure(most: int) -> st.SearchStrategy[int]:
    """A measure, or not known."""
    return st.one_of(st.sampled_from([UNKNOWN, 0]), st.integers(1, most), st.integers(1, most), st.integers(1, most))


ROWS = st.lists(
    st.tuples(
        st.integers(1, 60),
        measure(60_000),
        measure(1500),
        measure(1500),
        measure(1500),
        st.integers(0, 364),
        st.integers(0, 2),
        st.booleans(),
        st.integers(-1, 1),
        measure(10**7),
    ),
    min_size=1,
    max_size=8,
)


def sheet(rows: list[tuple[int, ...]], zones: bool) -> Shipments:
    """Rows as columns."""
    count, weight, a, b, c, day, zone, battery, home, value = (
        np.array(column, np.int64) for column in zip(*rows, strict=True)
    )
    days = np.datetime64(date(2026, 1, 1)) + day
    places = {"zones": ("2", "8", "5"), "zone": zone} if zones else {}
    return Shipments(
        count, weight, a, b, c, days, goods={"battery": battery > 0}, residential=home, value=value, **places
    )  # type: ignore[arg-type]


@settings(max_examples=250, deadline=None)
@given(cards(), ROWS, st.booleans())
def test_arrays_equal_single_quotes(card: RateCard, rows: list[tuple[int, ...]], zones: bool):
    """Known sum, completeness and every part agree, row by row."""
    columns = sheet(rows, zones)
    told = quote_many(card, columns)
    for n in range(len(columns)):
        one = quote(card, columns.row(n, "USD"))
        assert told.known[n] == one.total.known
        assert told.complete[n] == one.complete
        assert told.parts["freight"][n] == (one.lines[0].amount or 0)


def test_what_leaves_64_bits_is_priced_one_by_one():
    """Units without rounding under an imperial divisor have huge denominators: still exact."""
    card = RateCard(
        "L",
        "x",
        "x",
        "USD",
        WeightRule("lb", 139 * CUBIC_INCHES_PER_POUND),
        (Band(Fraction(0), None, rate=Fraction(777)),),
    )
    side = np.array([1200, 1300])
    rows = Shipments(
        np.array([400, 900]), np.array([9999, 20001]), side, side, side, np.array(["2026-01-01"] * 2, "M8[D]")
    )
    assert quote_many(card, rows).known.tolist() == [quote(card, rows.row(n, "USD")).total.known for n in (0, 1)]


def test_containers_and_postcodes_are_refused():
    """What arrays cannot hold is refused instead of left out."""
    one = np.array([1])
    rows = Shipments(one, one, one, one, one, np.array(["2026-01-01"], "M8[D]"))
    full = RateCard("F", "x", "x", "USD", WeightRule(), containers=(Container("20GP", 1, 1, 1),))
    remote = Charge("r", "Remote", "freight", "piece", Fraction(1), when=Condition(postcodes=("IV",)))
    for card in (full, replace(full, containers=(), charges=(remote,))):
        with pytest.raises(ValueError, match="one by one"):
            quote_many(card, rows)
