"""The twin against an independent unit-by-unit model, and what must hold for any policy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engines.twin import Goods, Mode, Now, Opening, Operation, Outcome, Rates, rules, run

MODES = (Mode("air", (1, 2), (0.5, 0.5), per_kg=600.0), Mode("sea", (3, 4, 6), (0.4, 0.4, 0.2), per_m3=9000.0))
RATES = Rates(storage_m3=200.0, aged=((4, 2.0), (7, 5.0)), excess_weeks=3.0)


def operation(skus: int, carton: int = 3) -> Operation:
    """Some SKUs with costs that differ."""
    k = np.arange(skus)
    goods = Goods(
        1000.0 + 100 * k, 300.0 + 20 * k, 0.05 + 0.01 * k, 200.0 + 90 * k, 1e6 + 5e5 * k, np.full(skus, carton),
        np.full(skus, 2 * carton),
    )  # fmt: skip
    return Operation(goods, MODES, RATES)


def replay(demand: np.ndarray, orders: np.ndarray, opening: Opening, seed: int = 1) -> Outcome:
    """A fixed list of orders [weeks, SKUs, modes]."""
    return run(operation(len(demand)), demand, opening, lambda now: orders[now.week], seed=seed)


class Unit:
    """One unit: when it came, what its freight was."""

    def __init__(self, came: int, freight: float) -> None:
        self.came, self.freight = came, freight


def by_hand(demand: np.ndarray, orders: np.ndarray, opening: Opening, seed: int = 1) -> dict[str, float]:
    """All costs of the first SKU, unit by unit, with lead times read off the orders that the twin itself drew."""
    op = operation(len(demand))
    goods, freight = op.goods, op.freight
    weeks = demand.shape[1]
    draws = [np.random.default_rng((seed, m)).choice(mode.weeks, p=mode.odds, size=demand.shape)
             for m, mode in enumerate(MODES)]  # fmt: skip
    stock = [Unit(-1, freight[0, -1]) for _ in range(opening.on_hand[0])]
    coming: list[tuple[int, int, float]] = [(w, int(n), freight[0, -1]) for w, n in enumerate(opening.due[0])]
    cost = dict.fromkeys(("freight", "handling", "storage", "capital", "lost_margin", "end_of_life"), 0.0)
    landed = goods.unit_cost[0] * (1 + goods.duty[0])
    for week in range(weeks):
        here = [(units, paid) for at, units, paid in coming if at == week]
        count = sum(units for units, _ in here)
        mean = sum(units * paid for units, paid in here) / max(count, 1)  # units of one week are one layer
        stock += [Unit(week, mean) for _ in range(count)]
        coming = [one for one in coming if one[0] > week]
        for _ in range(demand[0, week]):
            if stock:
                stock.pop(0)
            else:
                cost["lost_margin"] += max(goods.price[0] * 0.85 - landed - freight[0, -1], 0)
        for unit in stock:
            age = week - unit.came
            cost["storage"] += goods.volume_mm3[0] / 1e9 * 200.0 * (5 if age > 7 else 2 if age > 4 else 1)
            cost["capital"] += (landed + unit.freight) * 0.12 / 52
        for _, units, paid in coming:
            cost["capital"] += units * (landed + paid) * 0.12 / 52
        for mode, units in enumerate(orders[week, 0]):
            if units:
                coming.append((week + draws[mode][0, week], int(units), freight[0, mode]))
                cost["freight"] += units * freight[0, mode]
                cost["handling"] += 300
    cost["freight"] -= sum(u.freight for u in stock) + sum(units * paid for _, units, paid in coming)
    excess = max(len(stock) - 3 * demand[0, -8:].mean(), 0)
    value = landed + (sum(u.freight for u in stock) / len(stock) if stock else 0)
    cost["end_of_life"] = excess * (0.7 * value + 40 * goods.weight_g[0] / 1e3)
    return cost


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 14))
def test_costs_are_those_of_a_model_that_follows_each_unit(seed: int, weeks: int) -> None:
    """Random demand and orders, crossing arrivals included: every cost part agrees with unit-by-unit arithmetic."""
    random = np.random.default_rng(seed)
    demand = random.integers(0, 9, (2, weeks))
    orders = 3 * random.integers(2, 5, (weeks, 2, 2)) * (random.random((weeks, 2, 2)) < 0.3)
    opening = Opening(random.integers(0, 20, 2), random.integers(0, 6, (2, 3)))
    outcome = replay(demand, orders, opening, seed)
    for name, expected in by_hand(demand, orders, opening, seed).items():
        assert outcome.parts[name][0] == pytest.approx(expected, abs=1e-6), name


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_units_are_conserved(seed: int) -> None:
    """Opening, due and ordered units are sold, left, or still on their way; no more is met than asked."""
    random = np.random.default_rng(seed)
    demand = random.integers(0, 9, (4, 12))
    orders = 3 * random.integers(2, 5, (12, 4, 2)) * (random.random((12, 4, 2)) < 0.3)
    opening = Opening(random.integers(0, 20, 4), random.integers(0, 6, (4, 3)))
    seen: list[Now] = []

    def policy(now: Now) -> np.ndarray:
        seen.append(now)
        return orders[now.week]

    outcome = run(operation(4), demand, opening, policy, seed=seed)
    last = seen[-1]
    moving = last.transit.sum(axis=(1, 2)) + last.due.sum(axis=1) + orders[-1].sum(axis=1)
    came_in = opening.on_hand + opening.due.sum(axis=1) + orders.sum(axis=(0, 2))
    assert (came_in == outcome.met + outcome.left + outcome.thrown + moving).all()
    assert (outcome.met <= outcome.asked).all()


def test_orders_that_the_supplier_would_not_ship_are_refused() -> None:
    """A broken carton or less than the minimum stops the run and names the SKU."""
    opening = Opening(np.array([5]), np.zeros((1, 1), np.int64))
    for units in (7, 3, -6):
        with pytest.raises(ValueError, match="SKU 0"):
            replay(np.ones((1, 2), np.int64), np.full((2, 1, 2), units), opening)


def test_every_policy_meets_the_same_luck() -> None:
    """The lead time of an order does not depend on what else was ordered."""
    opening = Opening(np.array([0, 0]), np.zeros((2, 1), np.int64))
    demand = np.zeros((2, 12), np.int64)
    alone, both = np.zeros((12, 2, 2), np.int64), np.zeros((12, 2, 2), np.int64)
    alone[3, 1, 1] = both[3, 1, 1] = 6
    both[:3, 0, :] = 9
    arrived = [replay(demand, orders, opening).parts["storage"][1] for orders in (alone, both)]
    assert arrived[0] == arrived[1] > 0


def test_rules_order_up_to_their_levels() -> None:
    """Days of cover: eleven weeks of a steady demand of ten, in cartons; min-max waits until its minimum is reached."""
    op = operation(1, carton=5)
    history = np.full((1, 10), 10.0)
    now = Now(
        9, np.array([20]), np.zeros((1, 2, 1), np.int64), np.zeros((1, 1), np.int64), np.array([10]), np.array([10])
    )
    assert rules.up_to(op.goods, 2, lambda _: history, rules.days_of_cover(8.0, 2.0))(now)[0].tolist() == [0, 90]
    assert rules.up_to(op.goods, 2, lambda _: history, rules.min_max(0.0, 2.0))(now)[0].tolist() == [0, 0]
    assert rules.blended(history)[0] == pytest.approx(10.0)


def test_what_is_past_its_shelf_life_is_thrown_away_and_paid() -> None:
    """Units older than two weeks leave the stock, are lost with their landed cost and freight, and are not sold later."""
    op = operation(1)
    keeps = Operation(Goods(*(getattr(op.goods, name) for name in (
        "price", "unit_cost", "duty", "weight_g", "volume_mm3", "carton", "least")), np.array([2])), MODES, RATES)  # fmt: skip
    demand = np.array([[1, 1, 1, 5, 1]])
    nothing = np.zeros((1, 2), np.int64)
    outcome = run(keeps, demand, Opening(np.array([9]), np.zeros((1, 1), np.int64)), lambda _: nothing)
    assert outcome.thrown.tolist() == [6]
    assert outcome.met.tolist() == [3]
    lost = 6 * (op.goods.landed[0] + op.freight[0, -1] + 40 * op.goods.weight_g[0] / 1e3)
    assert outcome.parts["end_of_life"][0] == pytest.approx(lost)


def test_a_closed_factory_makes_orders_late() -> None:
    """Orders of closed weeks arrive by as much later, and nothing else changes."""
    opening, demand = Opening(np.array([0]), np.zeros((1, 1), np.int64)), np.full((1, 16), 2)
    orders = np.zeros((16, 1, 2), np.int64)
    orders[2, 0, 1] = 12
    late = np.zeros((16, 2), np.int64)
    late[2, 1] = 3
    usual = run(operation(1), demand, opening, lambda now: orders[now.week])
    closed = run(operation(1), demand, opening, lambda now: orders[now.week], late=late)
    assert closed.met[0] <= usual.met[0]
    assert closed.parts["capital"][0] == pytest.approx(
        usual.parts["capital"][0] + 3 * 12 * (operation(1).goods.landed[0] + operation(1).freight[0, 1]) * 0.12 / 52
    )
