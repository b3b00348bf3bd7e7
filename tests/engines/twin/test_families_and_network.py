"""The twin's further parts: cost families, waiting customers, transfers, what goes wrong, days instead of weeks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engines.replenish.price_breaks import PriceBreaks
from entrepot.engines.twin import Goods, Mode, Now, Opening, Operation, Rates, run
from entrepot.engines.twin.charges import FAMILIES, Breaks, Charges
from entrepot.engines.twin.lateral import Lateral
from entrepot.engines.twin.run import Waiting
from entrepot.engines.twin.shocks import Shocks

SEA = (Mode("sea", (2,), (1.0,), per_m3=9000.0),)


def operation(skus: int, modes: tuple[Mode, ...] = SEA, rates: Rates | None = None) -> Operation:
    """Equal SKUs in single units."""
    each, ones = np.ones(skus), np.ones(skus, np.int64)
    goods = Goods(1000.0 * each, 300.0 * each, 0.1 * each, 500.0 * each, 2e6 * each, ones, ones)
    return Operation(goods, modes, rates or Rates())


def opening(*on_hand: int) -> Opening:
    """Stock, and nothing on its way."""
    return Opening(np.array(on_hand), np.zeros((len(on_hand), 1), np.int64))


def charges(skus: int, breaks: Breaks | None = None) -> Charges:
    """A sixth of the price to the platform, every tenth unit back, half of those lost."""
    each = np.ones(skus)
    return Charges(166.0 * each, 0.1 * each, 80.0 * each, 0.5 * each, 20.0 * each, breaks)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_families_are_the_parts_and_what_was_sold(seed: int) -> None:
    """All families together: what the twin charged, and goods, duty, selling and returns of the units met."""
    random = np.random.default_rng(seed)
    demand, orders = random.integers(0, 9, (3, 15)), random.integers(0, 9, (15, 3, 1))
    outcome = run(operation(3), demand, opening(9, 0, 30), lambda now: orders[now.week], charges=charges(3))
    assert outcome.families is not None
    assert set(outcome.families) == set(FAMILIES)
    freight = 9000.0 * 2e6 / 1e9
    sold = 300.0 * 1.1 + 166.0 + 0.1 * (80.0 + 0.5 * (330.0 + freight + 20.0))
    assert outcome.brought is not None
    expected = outcome.total + outcome.met * sold + outcome.brought
    assert sum(outcome.families.values()) == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 900), st.booleans())
def test_price_breaks_are_those_of_the_plan(units: int, every_unit: bool) -> None:
    """What an order saves agrees with the plan's own price list."""
    tiers = PriceBreaks((1, 200, 500), (Fraction(300), Fraction(270), Fraction(240)), every_unit)
    ours = Breaks(np.array([[1, 200, 500]]), np.array([[1.0, 0.9, 0.8]]), every_unit)
    saved = ours.saved(np.array([units]), np.array([300.0]))[0]
    assert saved == pytest.approx(300 * units - tiers.goods(units), abs=0.5)


def test_places_of_one_order_reach_a_break_together() -> None:
    """Two times 250 units are 500 of one order: a tenth less for all; apart they reach nothing, beyond the break only counts."""
    starts, price, units = np.array([[1, 400]] * 2), np.array([[1.0, 0.9]] * 2), np.array([250, 250])
    cost = np.full(2, 100.0)
    assert Breaks(starts, price).saved(units, cost).tolist() == [0, 0]
    assert Breaks(starts, price, order=np.array([0, 0])).saved(units, cost) == pytest.approx([2500, 2500])
    beyond = Breaks(starts, price, every_unit=np.array([False, False]), order=np.array([0, 0]))
    assert beyond.saved(units, cost).sum() == pytest.approx(101 * 10)


def test_a_break_lowers_goods_and_duty() -> None:
    """Ten units at nine tenths: a tenth of their price and of the duty on it."""
    orders = np.zeros((6, 1, 1), np.int64)
    orders[0] = 10
    found = [
        run(
            operation(1), np.full((1, 6), 2), opening(4), lambda now: orders[now.week], charges=charges(1, breaks)
        ).families
        for breaks in (None, Breaks(np.array([[1, 10]]), np.array([[1.0, 0.9]])))
    ]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0]["purchase"][0] - found[1]["purchase"][0] == pytest.approx(300.0)
    assert found[0]["duty_tax"][0] - found[1]["duty_tax"][0] == pytest.approx(30.0)
    assert found[0]["selling"][0] == found[1]["selling"][0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_customers_who_wait_are_served_later(seed: int) -> None:
    """A walk by hand: waiting rows sell all that arrives, pay for each week of waiting, and lose only what is owed at the end."""
    random = np.random.default_rng(seed)
    demand, orders = random.integers(0, 6, (2, 14)), random.integers(0, 6, (14, 2, 1))
    waiting = Waiting(np.array([True, False]), np.array([7.0, 7.0]))
    outcome = run(operation(2), demand, opening(3, 3), lambda now: orders[now.week], waiting=waiting)
    plain = run(operation(2), demand, opening(3, 3), lambda now: orders[now.week])
    stock, cost = 3, 0.0
    for week in range(14):
        stock += int(orders[week - 2, 0, 0]) if week >= 2 else 0
        stock -= int(demand[0, week])
        cost += 7.0 * max(-stock, 0)
    owed = max(-stock, 0)
    assert outcome.owed is not None
    assert outcome.owed.tolist() == [owed, 0]
    assert outcome.met[0] == demand[0].sum() - owed
    margin = operation(2).margin[0]
    assert outcome.parts["lost_margin"][0] == pytest.approx(cost + owed * margin)
    assert outcome.parts["lost_margin"][1] == plain.parts["lost_margin"][1]
    assert outcome.met[1] == plain.met[1]


def test_a_policy_sees_what_is_owed() -> None:
    """The position is what is here and coming less what customers wait for."""
    seen: list[Now] = []

    def policy(now: Now) -> np.ndarray:
        seen.append(now)
        return np.zeros((1, 1), np.int64)

    run(operation(1), np.full((1, 3), 4), opening(5), policy, waiting=Waiting(np.array([True]), np.zeros(1)))
    assert [int(now.position[0]) for now in seen] == [1, -3, -7]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_transfers_conserve_units_and_money(seed: int, weeks: int) -> None:
    """Units are sold, left or on their way; without costs of the move, freight of all rows is what it was."""
    random = np.random.default_rng(seed)
    demand, orders = random.integers(0, 5, (2, 12)), random.integers(0, 5, (12, 2, 1))

    def moves(now: Now) -> np.ndarray:
        return np.array([[0, 1, int(now.on_hand[0]) // 2]])

    kept = []
    for cost in (0.0, 30.0):
        moved: list[int] = []

        def watched(now: Now, moved: list[int] = moved) -> np.ndarray:
            found = moves(now)
            moved.append(int(found[0, 2]))
            return found

        last: list[Now] = []

        def policy(now: Now, last: list[Now] = last) -> np.ndarray:
            last.append(now)
            return orders[now.week]

        outcome = run(operation(2), demand, opening(20, 0), policy, lateral=Lateral(watched, weeks, np.full(2, cost)))
        coming = sum(int(orders[week].sum()) for week in range(10, 12))
        arrives_later = sum(moved[12 - weeks :])
        assert 20 + orders.sum() == outcome.met.sum() + outcome.left.sum() + coming + arrives_later
        assert int(last[-1].moving[1] if last[-1].moving is not None else -1) == sum(moved[12 - weeks : 11])
        kept.append((outcome, sum(moved)))
    free, paid = kept[0][0], kept[1][0]
    charged = (
        paid.parts["freight"].sum() + paid.freight_left.sum() - free.parts["freight"].sum() - free.freight_left.sum()
    )
    assert charged == pytest.approx(30.0 * kept[1][1])


def test_more_than_there_is_cannot_be_moved() -> None:
    """A transfer beyond the stock stops the run."""
    lateral = Lateral(lambda _: np.array([[0, 1, 9]]), 1, np.zeros(2))
    with pytest.raises(ValueError, match="more than there is"):
        run(
            operation(2),
            np.zeros((2, 2), np.int64),
            opening(5, 0),
            lambda _: np.zeros((2, 1), np.int64),
            lateral=lateral,
        )
    with pytest.raises(ValueError, match="at least a week"):
        Lateral(lambda _: np.zeros((0, 3), np.int64), 0, np.zeros(2))


def test_dearer_freight_and_a_closed_lane() -> None:
    """Freight of the orders of dear weeks is dearer by as much; what is ordered into a closed lane waits until it opens."""
    orders = np.zeros((10, 1, 1), np.int64)
    orders[1] = 10
    demand = np.zeros((1, 10), np.int64)
    calm = run(operation(1), demand, opening(0), lambda now: orders[now.week])
    shocks = Shocks.none(10, 1).freight(0, 0, 4, 1.5).lane_closed(0, 1, 4)
    shaken = run(operation(1), demand, opening(0), lambda now: orders[now.week], shocks=shocks)
    paid = [one.parts["freight"][0] + one.freight_left[0] for one in (calm, shaken)]
    assert paid == pytest.approx([180.0, 270.0])
    storage = [one.parts["storage"][0] / (10 * 2e-3 * 150.0) for one in (calm, shaken)]  # weeks in the warehouse
    assert storage == pytest.approx([7.0, 4.0])


def test_a_step_may_be_a_day() -> None:
    """Capital of a stock that lies for a year is the same by weeks and by days."""
    rates = Rates(storage_m3=0.0)
    weekly = run(
        operation(1, rates=rates), np.zeros((1, 52), np.int64), opening(40), lambda _: np.zeros((1, 1), np.int64)
    )
    daily = run(
        operation(1, rates=replace(rates, steps=364.0)), np.zeros((1, 364), np.int64), opening(40),
        lambda _: np.zeros((1, 1), np.int64),
    )  # fmt: skip
    assert daily.parts["capital"][0] == pytest.approx(weekly.parts["capital"][0])
