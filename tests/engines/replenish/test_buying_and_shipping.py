"""Price breaks, joint orders, loading, transfers and strategies, against unit-by-unit sums and full enumeration."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engines.replenish.allocate import allocate, transfers
from entrepot.engines.replenish.price_breaks import PriceBreaks, joint_order, with_price_breaks
from entrepot.engines.replenish.strategy import assign, default_strategy, life_stages

TIERS = st.lists(st.integers(2, 60), min_size=1, max_size=3, unique=True).map(lambda at: (1, *sorted(at)))


@settings(max_examples=60, deadline=None)
@given(TIERS, st.integers(0, 100), st.data())
def test_goods_are_priced_unit_by_unit(starts: tuple[int, ...], units: int, data: st.DataObject) -> None:
    """Both kinds of break equal the sum over single units at the price each of them has, in the company's money."""
    cuts = data.draw(st.lists(st.integers(50, 400), min_size=len(starts), max_size=len(starts)))
    prices, rate = tuple(Fraction(p, 3) for p in sorted(cuts, reverse=True)), Fraction(137, 100)

    def price_at(unit: int) -> Fraction:
        return prices[max(k for k, start in enumerate(starts) if start <= unit)]

    beyond = sum((price_at(unit) for unit in range(1, units + 1)), Fraction(0)) * rate
    every = (price_at(units) * units if units else Fraction(0)) * rate
    for found, exact in (
        (PriceBreaks(starts, prices, every_unit=False, rate=rate).goods(units), beyond),
        (PriceBreaks(starts, prices, rate=rate).goods(units), every),
    ):
        assert found == int(exact + Fraction(1, 2))


def test_a_break_that_pays_is_taken() -> None:
    """Options beyond a break get cheaper by the goods saved, and only those rows that have breaks change."""
    quantity = np.array([[0.0, 40.0, 60.0]] * 2)
    cost = np.array([[100.0, 10.0, 20.0]] * 2)
    breaks = PriceBreaks((1, 50), (Fraction(10), Fraction(9)))
    out = with_price_breaks(quantity, cost, [breaks, None], np.array([10.0, 10.0]))
    assert out[0].tolist() == [100.0, 10.0, -40.0]
    assert out[1].tolist() == cost[1].tolist()


def test_breaks_that_contradict_themselves_are_refused() -> None:
    """Starts that do not rise, or prices that are not positive, are not price breaks."""
    for starts, price in (((1, 1), 5), ((5,), 5), ((1,), 0)):
        with pytest.raises(ValueError, match="price"):
            PriceBreaks(starts, tuple(Fraction(price) for _ in starts))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
def test_a_joint_order_keeps_the_minimum_and_never_costs_more_than_nothing(seed: int) -> None:
    """The order reaches the supplier's minimum or is not placed; without minimum it is the best of all combinations."""
    random = np.random.default_rng(seed)
    quantity = np.tile(np.array([0.0, 10.0, 20.0, 30.0]), (3, 1))
    cost, unit = random.uniform(0, 100, (3, 4)), random.uniform(1, 9, 3)
    fee, least = float(random.uniform(0, 60)), float(random.uniform(0, 400))
    order = joint_order(quantity, cost, unit, fee, least)
    assert order.cost <= cost[:, 0].sum() + 1e-9
    if order.orders:
        assert (quantity[range(3), order.pick] * unit).sum() >= least - 1e-9
        assert order.cost == pytest.approx(cost[range(3), order.pick].sum() + fee)
    free = joint_order(quantity, cost, unit, fee)
    ways = [cost[range(3), way].sum() + fee * any(way) for way in itertools.product(range(4), repeat=3)]
    assert free.cost == pytest.approx(min(ways))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.integers(0, 80))
def test_loading_beats_every_split(seed: int, available: int) -> None:
    """With convex costs no split of the cartons over the places is cheaper, and no more is loaded than is there."""
    random = np.random.default_rng(seed)
    slopes = np.sort(random.uniform(-20, 5, (3, 6)), axis=1)
    cost = 200 + np.concatenate([np.zeros((3, 1)), np.cumsum(slopes, axis=1)], axis=1)
    loaded = allocate(available, 12, cost)
    assert loaded.sum() * 12 <= available
    splits = [s for s in itertools.product(range(7), repeat=3) if sum(s) * 12 <= available]
    assert cost[range(3), loaded].sum() == pytest.approx(min(cost[range(3), s].sum() for s in splits))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
def test_transfers_conserve_units_and_save_what_they_say(seed: int) -> None:
    """Units only change places, nobody gives what he does not have, and the savings are the fall in cost less freight."""
    random = np.random.default_rng(seed)
    value = 300 + np.concatenate(
        [np.zeros((3, 1)), np.cumsum(np.sort(random.uniform(-30, 5, (3, 8)), axis=1), axis=1)], axis=1
    )
    stock, freight = random.integers(0, 9, 3) * 6, np.full((3, 3), 7.0)
    moves = transfers(stock, 6, freight, value)
    after = stock.copy()
    for move in moves:
        after[move.origin] -= move.units
        after[move.target] += move.units
    assert after.sum() == stock.sum()
    assert (after >= 0).all()
    fall = value[range(3), stock // 6].sum() - value[range(3), after // 6].sum()
    paid = sum(7.0 * move.units / 6 for move in moves)
    assert sum(move.saving for move in moves) == pytest.approx(fall - paid)
    assert all(move.saving > 0 for move in moves)


def test_strategies_follow_class_and_stage_and_can_be_overruled() -> None:
    """A new item is bought little and often by fast ways, a dormant one not at all; a person's word counts and is named."""
    assert default_strategy("A", "Z", "new").modes == ("air", "rail")
    assert not default_strategy("A", "X", "dormant").ordered
    assert life_stages(np.array([40.0]), np.array([10.0]), np.array([0.0])) == ["growing"]
    value, steady = np.array([90.0, 10.0]), np.array([1.0, 1.0])
    assigned = assign(value, 2 * steady, steady, ["steady", "steady"], {0: {"service": 0.5, "review_weeks": 3}})
    assert assigned[0].strategy.service == 0.5
    assert assigned[0].overruled == ("review_weeks", "service")
    assert [line.code for line in assigned[0].explain()] == ["strategy", "strategy_overruled"]
    for wrong in ({"servise": 0.9}, {"service": 1.4}):
        with pytest.raises(ValueError, match="row 1"):
            assign(value, steady, steady, ["steady", "steady"], {1: wrong})
