"""Forecast of storage and age fees against a plain simulation, day by day and unit by unit."""

from calendar import monthrange
from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.core.money import round_half_away
from entrepot.engines.storage import (
    Lot,
    OwnFigure,
    PriceList,
    Step,
    Unit,
    fees_over_paths,
    forecast_fees,
    stay,
    stay_of_lots,
)
from entrepot.rules.platform_fees import platform_fees

BOOK = platform_fees()
START = date(2026, 1, 20)
BOWL = Unit("BOWL", 800, 305, 305, 152)
RATE = Fraction(78)
AGES = {(181, 210): Fraction(50), (211, 240): Fraction(100), (241, 270): Fraction(150)}

lots_of = st.lists(
    st.tuples(st.integers(1, 40), st.integers(-250, 40)).map(lambda x: (x[0], START + timedelta(days=x[1]))),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(lots_of, st.lists(st.integers(0, 5), min_size=1, max_size=50))
def test_fees_equal_a_simulation_of_single_units(received: list[tuple[int, date]], demand: list[int]):
    """Every unit followed by itself: month averages of its presence, its age on the 15th, the table by hand."""
    lots = [Lot(f"L{n}", units, day) for n, (units, day) in enumerate(received)]
    told = forecast_fees(BOWL, lots, demand, START, "US", BOOK)
    stock = [(lot.received, lot.lot) for lot in lots for _ in range(lot.units)]
    halves: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    aged: Counter[tuple[str, date]] = Counter()
    short = 0
    for n, wanted in enumerate(demand):
        day = START + timedelta(days=n)
        here = sorted(unit for unit in stock if unit[0] <= day)
        gone = here[:wanted]
        short += wanted - len(gone)
        for unit in here:
            halves[unit[1], day.replace(day=1)] += 1
            if day.day == 15:
                aged[unit[1], day] += 1
        for unit in gone:
            stock.remove(unit)
            halves[unit[1], day.replace(day=1)] -= Fraction(1, 2)
    feet = BOWL.cubic_feet
    assert feet is not None
    expected: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for (lot, month), unit_days in halves.items():
        expected[lot] += round_half_away(unit_days / monthrange(month.year, month.month)[1] * feet * RATE)
    for (name, day), units in aged.items():
        age = (day - next(lot.received for lot in lots if lot.lot == name)).days
        rate = next((r for (a, b), r in AGES.items() if a <= age <= b), Fraction(0))
        if age > 270:
            missing[name] += 1
        expected[name] += round_half_away(units * feet * rate)
    for lot in lots:
        assert sum(line.amount or 0 for line in told.of(lot.lot)) == expected[lot.lot]
        assert sum(line.amount is None for line in told.of(lot.lot)) == missing[lot.lot]
        assert (told.amount(lot.lot) is None) == (missing[lot.lot] > 0)
        assert told.left[lot.lot] == sum(1 for unit in stock if unit[1] == lot.lot)
    assert told.short == short


def test_a_larger_order_shows_its_later_surcharge():
    """Twice the units at the same demand cost more than twice: the second half grows old."""
    path = [2] * 360
    small = forecast_fees(BOWL, [Lot("L", 360, START)], path, START, "US", BOOK).amount("L")
    book = BOOK.confirming(*(row.id for row in BOOK.storage))
    large = forecast_fees(BOWL, [Lot("L", 720, START)], path, START, "US", book).amount("L")
    assert small is not None
    assert large is not None
    assert large > 4 * small


def test_apparel_is_spared_from_the_first_bands():
    """Apparel pays nothing for 195 days, other goods do."""
    lots, path = [Lot("L", 100, date(2025, 9, 1))], [0] * 31
    bowl = forecast_fees(BOWL, lots, path, date(2026, 3, 1), "US", BOOK)
    shirt = forecast_fees(Unit("SHIRT", 300, 305, 305, 152, apparel=True), lots, path, date(2026, 3, 1), "US", BOOK)
    assert len(bowl.lines) == 2
    assert len(shirt.lines) == 1


def test_utilisation_is_added_to_stock_older_than_thirty_days():
    """At 30 weeks of cover 0.76 a cubic foot comes on top for the old lot, nothing for the new one."""
    lots = [Lot("old", 100, date(2025, 12, 1)), Lot("new", 100, date(2026, 3, 1))]
    told = forecast_fees(BOWL, lots, [0] * 31, date(2026, 3, 1), "US", BOOK, utilisation_weeks=Fraction(30))
    labels = [(line.item, line.label) for line in told.lines if "Utilisation" in line.label]
    assert labels == [("old", "Utilisation surcharge 2026-03")]
    assert next(x for x in told.lines if "Utilisation" in x.label).amount == round_half_away(100 * BOWL.cubic_feet * 76)  # type: ignore[operator]


def test_own_storage_figures_replace_the_rate():
    """The seller's storage report, per unit and month, replaces table and volume."""
    own = {("BOWL", "monthly_storage"): OwnFigure(Fraction(45), "USD", date(2026, 2, 1), "Storage Fees 2026-02")}
    told = forecast_fees(BOWL, [Lot("L", 100, date(2026, 3, 1))], [0] * 31, date(2026, 3, 1), "US", BOOK, own=own)
    assert told.amount("L") == 4500


def test_own_storage_figures_follow_the_season():
    """A report of August, used for November, is scaled by the table's rates: 2.40 to 0.78."""
    own = {("BOWL", "monthly_storage"): OwnFigure(Fraction(39), "USD", date(2026, 8, 20), "Storage fees of 2026-08")}
    told = forecast_fees(BOWL, [Lot("L", 100, date(2026, 11, 1))], [0] * 30, date(2026, 11, 1), "US", BOOK, own=own)
    assert told.amount("L") == 12_000
    assert "times 3.08" in told.lines[0].note


def test_a_fractional_demand_is_exact_to_a_thousandth():
    """0.4 a day for 10 days are 4 units, also as floats; two lots of one name are a mistake."""
    told = forecast_fees(BOWL, [Lot("L", 9, START)], [0.4] * 10, START, "US", BOOK)
    assert told.left["L"] == 5
    with pytest.raises(ValueError, match="two lots"):
        forecast_fees(BOWL, [Lot("L", 1, START), Lot("L", 2, START)], [1], START, "US", BOOK)


def test_unmeasured_units_are_asked_for():
    """Without sides no month has an amount; nothing is taken for 0."""
    told = forecast_fees(Unit("X", 100, None, 1, 1), [Lot("L", 9, START)], [1] * 5, START, "US", BOOK)
    assert told.amount("L") is None
    assert told.lines[0].needs == ("packed length, width and height of X",)


def test_stay_by_lot_adds_up_to_the_stay_of_its_units():
    """A third party's steps by age: a lot that is never drawn on costs what its volume costs for its days."""
    yard = PriceList(
        "Y", "Yard", "USD", (Step(0, 7, Fraction(0)), Step(7, 30, Fraction(100)), Step(30, None, Fraction(200)))
    )
    box = Unit("BOX", 9000, 1000, 1000, 500)
    lots = [Lot("L", 20, date(2026, 3, 1))]
    lines = stay_of_lots(box, lots, [0] * 40, date(2026, 3, 1), yard)["L"]
    assert sum(line.amount or 0 for line in lines) == stay(yard, Fraction(10), 40) == 43_000


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 4), min_size=40, max_size=40), min_size=1, max_size=12))
def test_fees_over_paths_bracket_their_mean(paths: list[list[int]]):
    """Low ≤ mean ≤ high to a minor unit or by tail, left is the mean left, and one path is itself."""
    lots = [Lot("L", 120, date(2025, 8, 1)), Lot("M", 30, date(2026, 1, 25))]
    told = fees_over_paths(BOWL, lots, paths, START, "US", BOOK)
    alone = [forecast_fees(BOWL, lots, path, START, "US", BOOK) for path in paths]
    for risk in told:
        amounts = [x.amount(risk.lot) for x in alone]
        assert risk.mean is not None
        assert abs(risk.mean - Fraction(sum(a or 0 for a in amounts), len(paths))) <= Fraction(1, 2)
        assert (risk.low, risk.high) <= (max(amounts), max(amounts))  # type: ignore[type-var]
        assert sum(a <= risk.high for a in amounts) * 10 >= 9 * len(amounts)  # type: ignore[operator]
        assert sum(a >= risk.low for a in amounts) * 10 >= 9 * len(amounts)  # type: ignore[operator]
        assert risk.left == sum((x.left[risk.lot] for x in alone), Fraction(0)) / len(paths)


def test_an_unknown_rate_on_one_path_leaves_the_risk_open():
    """Units that reach 271 days on a slow path need a rate that is not confirmed: the risk says which."""
    lot = Lot("L", 50, START)
    risk = fees_over_paths(BOWL, [lot], [[9] * 310, [0] * 310], START, "US", BOOK)[0]
    assert risk.mean is None
    assert "271-300" in risk.needs[0]
    assert "not known" in risk.explain()
