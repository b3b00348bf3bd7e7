"""Classical results against published cases by cost, and against independent models where the published ones are silent."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.replenish_reference import compare
from entrepot.engines.replenish import classical as c
from tests.shared_data import needs_shared_data, shared_path

BREAKS = st.lists(st.integers(20, 900), min_size=1, max_size=3, unique=True).map(lambda at: [0, *sorted(at)])


@needs_shared_data
def test_every_covered_reference_case_is_met_by_cost() -> None:
    """All families of single-item results agree with the reference file; none is wrong."""
    families = json.loads(shared_path("replenish/stockpyl_reference.json").read_text(encoding="utf-8"))["families"]
    counts, worst, _ = compare(families)
    assert counts["wrong"] == 0
    assert counts["exact"] == 126
    assert worst < 1e-3


def chain_cost(low: int, high: int, pmf: list[float], order: float, hold: float, wait: float) -> float:
    """Average cost of (s, S) from the stationary distribution of the stock after ordering, solved as a linear system."""
    size = high - low
    step = np.zeros((size, size))
    ordering = np.zeros(size)
    for depth, (d, p) in itertools.product(range(size), enumerate(pmf)):
        full = depth + d >= size
        step[depth, 0 if full else depth + d] += p
        ordering[depth] += p * full
    system = np.vstack([step.T - np.eye(size), np.ones(size)])
    odds = np.linalg.lstsq(system, np.append(np.zeros(size), 1.0), rcond=None)[0]
    loss = [sum(p * max(hold * (high - k - d), wait * (d - high + k)) for d, p in enumerate(pmf)) for k in range(size)]
    return float(odds @ (np.array(loss) + order * ordering))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=5), st.floats(0.5, 40), st.floats(0.5, 3), st.floats(2, 60)
)  # fmt: skip
def test_exact_order_up_to_beats_every_pair(weights: list[int], order: float, hold: float, wait: float) -> None:
    """No (s, S) of a wide grid costs less, by an independent Markov chain, and the cost stated is that chain's."""
    pmf = [w / sum(weights) for w in weights]
    low, high, cost = c.order_up_to_exact(pmf, order, hold, wait)
    assert cost == pytest.approx(chain_cost(low, high, pmf, order, hold, wait), rel=1e-9)
    grid = [(s, s + n) for s in range(low - 4, low + 5) for n in (1, 2, 3, 5, 8, 12)]
    assert cost <= min(chain_cost(s, up, pmf, order, hold, wait) for s, up in grid) * (1 + 1e-9)


@settings(max_examples=40, deadline=None)
@given(BREAKS, st.floats(50, 5000), st.floats(1, 200), st.floats(0.05, 0.5), st.data())
def test_price_breaks_beat_every_quantity(
    breaks: list[int], demand: float, order: float, rate: float, data: st.DataObject
) -> None:
    """Both kinds of price break cost no more than any quantity tried, priced unit by unit."""
    cuts = data.draw(st.lists(st.floats(0.8, 0.99), min_size=len(breaks) - 1, max_size=len(breaks) - 1))
    prices = [10.0, *(10.0 * math.prod(cuts[: k + 1]) for k in range(len(cuts)))]
    ends = [*breaks[1:], math.inf]
    every, some = (
        ask(demand, order, rate, breaks, prices)[2]
        for ask in (c.order_quantity_all_units, c.order_quantity_incremental)
    )
    for quantity in np.geomspace(1, 5000, 400):
        region = max(k for k, at in enumerate(breaks) if at <= quantity)
        goods = sum(p * max(0.0, min(quantity, end) - at) for p, at, end in zip(prices, breaks, ends, strict=True))
        price = prices[region]
        assert every <= price * demand + order * demand / quantity + rate * price * quantity / 2 + 1e-6
        assert some <= goods / quantity * demand + order * demand / quantity + rate * goods / 2 + 1e-6


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=7), st.floats(1, 80), st.floats(0.1, 3))
def test_wagner_whitin_beats_every_choice_of_order_periods(demand: list[int], order: float, hold: float) -> None:
    """All 2^T choices of when to order, each covering the periods until the next, cost no less; the plan has its cost."""
    plan, cost = c.wagner_whitin(demand, order, hold)

    def price(quantities: list[float]) -> float:
        stock, sum_ = 0.0, 0.0
        for quantity, units in zip(quantities, demand, strict=True):
            stock += quantity - units
            if stock < -1e-9:
                return math.inf
            sum_ += order * (quantity > 0) + hold * stock
        return sum_

    def covering(when: tuple[bool, ...]) -> list[float]:
        starts = [t for t, yes in enumerate(when) if yes]
        ends = [*starts, len(demand)][1:]
        out = [0.0] * len(demand)
        for start, end in zip(starts, ends, strict=True):
            out[start] = float(sum(demand[start:end]))
        return out

    assert price([float(q) for q in plan]) == pytest.approx(cost)
    assert cost <= min(price(covering(when)) for when in itertools.product([False, True], repeat=len(demand))) + 1e-9


@settings(max_examples=25, deadline=None)
@given(st.floats(0.5, 12), st.floats(0.5, 3), st.floats(1, 60), st.floats(0.2, 3), st.floats(2, 40))
def test_reorder_point_beats_its_neighbours(demand: float, lead: float, order: float, hold: float, wait: float) -> None:
    """No (r, Q) near by has a lower cost, summed position by position."""
    low, quantity, cost = c.reorder_point_poisson(demand, lead, order, hold, wait)
    pmf = c.poisson_pmf(demand * lead)

    def price(r: int, q: int) -> float:
        held = sum(
            p * max(hold * (y - d), wait * (d - y)) for y in range(r + 1, r + q + 1) for d, p in enumerate(pmf)
        )  # fmt: skip
        return (order * demand + held) / q

    assert cost == pytest.approx(price(low, quantity), rel=1e-9)
    around = [(low + a, quantity + b) for a in (-2, -1, 0, 1, 2) for b in (-1, 0, 1, 3) if quantity + b >= 1]
    assert cost <= min(price(r, q) for r, q in around) * (1 + 1e-9)


def test_classes_follow_value_and_steadiness() -> None:
    """The item in which 80 % of the value is reached is still A; an item without demand is Z."""
    assert c.abc_classes(np.array([50.0, 40.0, 6.0, 4.0])) == ["A", "A", "B", "C"]
    assert c.xyz_classes(np.array([4.0, 4.0, 4.0]), np.array([2.0, 4.0, 4.1])) == ["X", "Y", "Z"]
    with pytest.raises(ValueError, match="not negative"):
        c.abc_classes(np.array([1.0, np.nan]))
