"""Choices under shared limits: against full enumeration, within the limits always, and honest about what cannot be."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.shared_limits import PRICE, shop, solve
from entrepot.engines.replenish.order_options import order_options
from entrepot.engines.replenish.shared_exact import solve_exactly
from entrepot.engines.replenish.shared_limits import Containers, LimitsTooTight, Options, choose_within


def problem(seed: int, rows: int = 5, choices: int = 4) -> tuple[Options, np.ndarray]:
    """A small random problem with two limits at some share of what the free choice takes."""
    random = np.random.default_rng(seed)
    cost = np.sort(random.uniform(0, 100, (rows, choices)), axis=1)[:, ::-1].copy()
    use = np.cumsum(random.uniform(0, 10, (2, rows, choices)), axis=2)
    use[:, :, 0] = 0
    return Options(cost, use), use[:, :, -1].sum(axis=1) * random.uniform(0.2, 0.9, 2)


def enumerated(options: Options, capacity: np.ndarray, freight: Containers | None = None) -> float:
    """Least cost over every combination of options."""
    rows, choices = options.cost.shape
    best = np.inf
    for pick in itertools.product(range(choices), repeat=rows):
        used = options.use[:, range(rows), pick].sum(axis=1)
        if (used <= capacity + 1e-9).all():
            extra = 0.0
            if freight is not None:
                if freight.most is not None and np.ceil(used[freight.limit] / freight.space - 1e-9) > freight.most:
                    continue
                extra = freight.freight(used[freight.limit])[0]
            best = min(best, options.cost[range(rows), pick].sum() + extra)
    return float(best)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
def test_the_optimum_lies_between_bound_and_plan(seed: int) -> None:
    """By full enumeration: bound ≤ optimum ≤ plan, the plan keeps every limit, and costs what it says."""
    options, capacity = problem(seed)
    plan = choose_within(options, capacity, ("cash", "volume"))
    best = enumerated(options, capacity)
    assert plan.bound <= best + 1e-6
    assert best <= plan.cost + 1e-6
    rows = range(len(plan.pick))
    assert (options.use[:, rows, plan.pick].sum(axis=1) <= capacity + 1e-6).all()
    assert plan.cost == pytest.approx(options.cost[rows, plan.pick].sum())


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100_000), st.booleans())
def test_whole_containers_are_paid(seed: int, loose: bool) -> None:
    """With freight by containers, loose cargo or not: bound ≤ optimum ≤ plan, and never more containers than there are."""
    options, capacity = problem(seed)
    freight = Containers(1, capacity[1] / 2.5, 30.0, loose=40.0 / capacity[1] if loose else float("inf"), most=3)
    capacity[1] = 10 * capacity[1]
    plan = choose_within(options, capacity, ("cash", "volume"), freight)
    best = enumerated(options, capacity, None if loose else freight)
    assert plan.containers <= 3
    if not loose:
        assert plan.bound <= best + 1e-6
        assert best <= plan.cost + 1e-6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from((None, 25.0)), st.sampled_from((None, 1)))
def test_few_rows_are_planned_to_the_optimum(seed: int, loose: float | None, most: int | None) -> None:
    """By full enumeration, freight by containers, loose or both: the plan costs what the best one does, and the bound says so."""
    options, capacity = problem(seed)
    space = capacity[1] / 2.5
    freight = Containers(1, space, 30.0, loose=np.inf if loose is None else loose / space, most=most)
    capacity[1] = 10 * capacity[1] if loose or most is None else space
    plan = choose_within(options, capacity, ("cash", "volume"), freight)
    best = np.inf
    for pick in itertools.product(range(4), repeat=5):
        used = options.use[:, range(5), pick].sum(axis=1)
        if (used <= capacity + 1e-9).all():
            best = min(best, options.cost[range(5), pick].sum() + freight.freight(used[1])[0])
    assert plan.cost == pytest.approx(best, rel=2e-5)
    assert best * (1 - 2e-5) <= plan.bound + 1e-4 * best
    assert plan.bound <= best + 1e-6


def test_branch_and_bound_checks_the_prices() -> None:
    """A hundred rows, three limits: HiGHS finds no plan below our bound and none cheaper than ours by more than the gap."""
    random = np.random.default_rng(5)
    cost = np.sort(random.lognormal(5, 1, (100, 5)), axis=1)[:, ::-1].copy()
    use = np.cumsum(random.lognormal(1, 1, (3, 100, 5)), axis=2)
    use[:, :, 0] = 0
    options, capacity = Options(cost, use), use[:, :, -1].sum(axis=1) * np.array([0.4, 0.5, 0.6])
    plan = choose_within(options, capacity, ("a", "b", "c"))
    found = solve_exactly(options, capacity)
    assert found.pick is not None
    best = cost[range(100), found.pick].sum()
    assert (use[:, range(100), found.pick].sum(axis=1) <= capacity * (1 + 1e-9)).all()
    assert found.bound <= plan.cost + 1e-6
    assert plan.bound <= best + 1e-6
    assert plan.cost <= best * (1 + 1e-4)


def test_many_rows_close_the_gap_and_both_limits_bind() -> None:
    """With thousands of SKUs the plan is within a thousandth of the bound at 60 % of the free need, and fills both."""
    plan, need = solve(shop(8_000), 0.6, 0.6)
    assert 0 <= plan.gap < 1e-3
    assert plan.used[0] == pytest.approx(0.6 * need[0], rel=0.003)
    assert (plan.prices > 0).all()
    assert plan.containers * 65.0 == pytest.approx(plan.used[1], rel=0.01)


def test_more_budget_is_never_dearer_and_the_price_says_how_much() -> None:
    """Cost falls as cash grows, between two budgets by what the prices said, but for a container more or less."""
    made = shop(3_000, seed=8)
    plans = [solve(made, cash, 5.0)[0] for cash in (0.5, 0.55, 0.6)]
    costs = [plan.cost for plan in plans]
    assert costs == sorted(costs, reverse=True)
    step = plans[1].capacity[0] - plans[0].capacity[0]
    assert plans[1].prices[0] * step - PRICE <= costs[0] - costs[1] <= plans[0].prices[0] * step + PRICE


def test_limits_that_nothing_keeps_are_named() -> None:
    """A row that must be ordered beyond the budget: the limit, what is needed and what is there."""
    options = Options(np.array([[np.inf, 5.0]]), np.array([[[0.0, 80.0]], [[0.0, 1.0]]]))
    with pytest.raises(LimitsTooTight, match="cash: at least 80") as caught:
        choose_within(options, np.array([50.0, 5.0]), ("cash", "volume"))
    assert [one.limit for one in caught.value.shortfalls] == ["cash"]


def test_a_budget_of_nothing_orders_nothing() -> None:
    """Zero cash is a limit like any other."""
    options, capacity = problem(3)
    plan = choose_within(options, capacity * 0, ("cash", "volume"))
    assert plan.pick.tolist() == [0] * len(plan.pick)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.5, 300), st.floats(1.0, 20.0), st.floats(0, 200))
def test_options_are_cartons_and_cost_the_newsvendor(mean: float, ratio: float, on_hand: float) -> None:
    """Quantities are nothing or cartons from the minimum on; costs are convex in the stock and those of E(D − x)⁺."""
    m, v, x, holding, margin, carton, least = (
        np.array([n]) for n in (mean, mean * ratio, on_hand, 2.0, 9.0, 6.0, 12.0)
    )
    quantity, cost = order_options(m, v, x, holding, margin, carton, least)
    assert quantity[0, 0] == 0
    assert (quantity[0, 1:] >= 12).all()
    assert (quantity[0] % 6 == 0).all()
    slopes = np.diff(cost[0]) / np.diff(quantity[0])
    assert (np.diff(slopes) > -1e-6).all()
    assert slopes[-1] <= 2.0 + 1e-6
    assert cost[0, 0] >= 9.0 * max(mean - on_hand, 0) - 1e-6
