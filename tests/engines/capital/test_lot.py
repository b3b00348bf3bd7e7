"""Capital of a lot against a ledger that accrues interest day by day and unit by unit."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.core.errors import ProblemError
from entrepot.core.money import round_half_away
from entrepot.engines.capital import CapitalRate, Payment, Release, capital_of_range, days_out, lot_capital, rounded

START = date(2026, 1, 1)
RATES = [CapitalRate(Fraction(8, 100)), CapitalRate(Fraction(11, 100), date(2026, 2, 10), 360)]


def day(number: int) -> date:
    """A day after the start."""
    return START + timedelta(days=number)


payments = st.lists(st.tuples(st.integers(0, 90), st.integers(-200_000, 900_000)), min_size=1, max_size=4)
releases = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 120)), max_size=4)


@given(payments, releases, st.integers(20, 24), st.integers(60, 130))
def test_cost_equals_a_daily_ledger(paid: list[tuple[int, int]], back: list[tuple[int, int]], units: int, end: int):
    """Each unit's balance is followed daily: payments until its cash is back, credit for payments after that."""
    told = lot_capital(
        "L",
        units,
        [Payment("p", day(n), amount) for n, amount in paid],
        [Release(count, day(n)) for count, n in back],
        RATES,
        day(end),
        "USD",
    )
    owners = [n for count, n in back for _ in range(count)]
    owners += [end] * (units - len(owners))
    expected = Fraction(0)
    for release in owners:
        out = min(release, end)
        for n, amount in paid:
            if n > end:
                continue
            for at in range(min(n, out), max(n, out)):
                rate = RATES[0] if day(at) < RATES[1].since else RATES[1]
                sign = 1 if n <= out else -1
                expected += sign * Fraction(amount, units) * rate.yearly / rate.day_count
    assert abs(told.amount - expected) <= Fraction(1, 2)
    assert sum(told.by_release) == told.amount
    assert told.open_units == units - sum(count for count, n in back if n <= end)
    assert capital_of_range(told, 0, 7) + capital_of_range(told, 7, units) == told.amount


def test_paying_the_supplier_after_the_sale_earns_capital():
    """60 days of credit beyond the payout: the supplier lends, the cost is negative."""
    told = lot_capital(
        "L", 10, [Payment("goods", day(90), 100_000)], [Release(10, day(30))], RATES[:1], day(120), "USD"
    )
    assert told.amount == -round(100_000 * 0.08 * 60 / 365)


def test_a_refunded_import_tax_stops_costing():
    """VAT paid at the border and refunded 40 days later costs 40 days."""
    moves = [Payment("import VAT", day(0), 50_000), Payment("VAT refund", day(40), -50_000)]
    told = lot_capital("L", 1, moves, [], RATES[:1], day(200), "USD")
    assert told.amount == round(50_000 * 0.08 * 40 / 365)


def test_more_units_released_than_there_are_is_a_mistake():
    """So is a lot of no units."""
    for units, out in ((5, 6), (0, 0)):
        with pytest.raises(ValueError, match="released of"):
            lot_capital("L", units, [], [Release(out, day(1))] if out else [], RATES, day(9), "USD")


def test_a_day_without_a_rate_is_named():
    """No rate before the first payment: asked for, with the day."""
    with pytest.raises(ProblemError, match="no cost of capital for 2026-01-01"):
        lot_capital("L", 1, [Payment("p", START, 1)], [], RATES[1:], day(60), "USD")


@given(st.lists(st.fractions(-100, 100), min_size=1, max_size=6))
def test_rounded_parts_sum_to_the_rounded_whole(parts: list[Fraction]):
    """Whatever their signs; each is within one of its exact value."""
    whole = rounded(parts)
    assert sum(whole) == round_half_away(sum(parts, Fraction(0)))
    assert all(abs(a - b) <= 1 for a, b in zip(whole, parts, strict=True))


def test_days_out_needs_both_sides():
    """Without a payment or without cash there is no number of days."""
    assert days_out([], [(START, 1)]) is None
    assert days_out([Payment("p", START, 1)], []) is None
