"""Tuned levels: exact where theory is, near the known optimum elsewhere, and the same however the work is cut."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.replenish_gap import demand_of, judged, problem
from entrepot.engines.replenish import classical
from entrepot.engines.replenish.demand_grid import demand_grid
from entrepot.engines.replenish.steady import Effort, Steady
from entrepot.engines.replenish.tune import CHUNK, tune_levels
from tests.shared_data import needs_shared_data, shared_path


def one(pmf: list[float], lead: list[int], premium: list[float], holding: float, shortage: float) -> Steady:
    """A single problem with waiting customers."""
    return Steady(
        np.array([pmf]),
        np.array([lead]),
        np.array([premium]),
        np.array([holding]),
        np.array([shortage]),
        np.array([False]),
    )


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=3, max_size=7).filter(lambda w: sum(w[1:]) > 0),
    st.integers(0, 4), st.floats(0.5, 4), st.floats(3, 90),
)  # fmt: skip
def test_one_mode_is_base_stock(weights: list[int], lead: int, holding: float, shortage: float) -> None:
    """With a single mode the level and the cost are the newsvendor's over lead time and one period, convolved apart."""
    pmf = np.array(weights) / sum(weights)
    total = np.ones(1)
    for _ in range(lead + 1):
        total = np.convolve(total, pmf)
    level, cost = classical.newsvendor_discrete(total.tolist(), shortage, holding)
    tuned = tune_levels(one(pmf.tolist(), [lead], [0.0], holding, shortage))
    assert tuned.cost[0] == pytest.approx(cost, rel=1e-9)
    assert tuned.level[0, 0] == pytest.approx(level, abs=1e-9) or cost == pytest.approx(tuned.cost[0])


@needs_shared_data
@pytest.mark.parametrize(("name", "bound"), [("dual_sourcing", 4.0), ("three_mode", 2.5), ("lost_sales", 2.0)])
def test_default_effort_comes_near_the_exact_optimum(name: str, bound: float) -> None:
    """On instances with a known optimum the judged cost is never below it (but for noise) and close above it."""
    cases = json.loads(shared_path(f"replenish/{name}.json").read_text(encoding="utf-8"))["cases"][:8]
    for case in cases:
        pmf = demand_of(case["inputs"])
        steady = problem(case["inputs"], pmf)
        gap = 100 * (judged(steady, tune_levels(steady), pmf, seed=7) / case["reference"]["optimal_average_cost"] - 1)
        assert -0.5 < gap < bound, case["id"]


def test_cost_on_fresh_draws_is_what_the_plain_simulator_finds() -> None:
    """The stated cost, built on the two exact reductions, agrees with step-by-step simulation with real costs."""
    pmf = np.full(9, 1 / 9)
    steady = one(pmf.tolist(), [0, 1, 4], [14.0, 5.0, 0.0], 2.0, 80.0)
    levels = tune_levels(steady, Effort(fresh=200_000))
    assert levels.cost[0] == pytest.approx(judged(steady, levels, pmf, seed=3), rel=0.01)
    assert levels.share[0].sum() == pytest.approx(1)


def test_answers_do_not_depend_on_chunks_or_threads() -> None:
    """One piece, chunks on threads, and each problem by itself give the same levels, bit for bit."""
    random = np.random.default_rng(4)
    demand, step = demand_grid(random.uniform(1, 40, CHUNK + 30), random.uniform(40, 90, CHUNK + 30))
    rows = len(step)
    lead = np.tile([1, 3, 5], (rows, 1))
    premium = np.tile([30.0, 9.0, 0.0], (rows, 1))
    steady = Steady(demand, lead, premium, np.ones(rows), np.full(rows, 40.0), np.zeros(rows, np.bool_), step)
    effort = Effort(periods=128, evaluations=6, fresh=128)
    with ThreadPoolExecutor(2) as pool:
        cut = tune_levels(steady, effort, pool)
    for row in (0, CHUNK - 1, CHUNK, rows - 1):
        alone = tune_levels(steady.take(slice(row, row + 1)), effort)
        assert alone.level[0].tolist() == cut.level[row].tolist()
        assert alone.cost[0] == cut.cost[row]


def test_dearer_holding_or_freight_never_makes_the_optimum_cheaper() -> None:
    """The tuned cost does not fall (but for the search's own noise) when any price rises."""
    pmf = np.full(5, 0.2).tolist()
    effort = Effort(periods=8192, evaluations=200, fresh=65_536)
    base = tune_levels(one(pmf, [0, 3], [10.0, 0.0], 3.0, 120.0), effort).cost[0]
    for holding, shortage, premium in ((3.5, 120.0, 10.0), (3.0, 150.0, 10.0), (3.0, 120.0, 14.0)):
        assert tune_levels(one(pmf, [0, 3], [premium, 0.0], holding, shortage), effort).cost[0] > base * 0.995


def test_late_arrivals_cost_more() -> None:
    """A slow mode that is late half of the time costs more than one that is not, and less than one always that late."""
    pmf, late = np.full(5, 0.2).tolist(), np.zeros((1, 2, 3))
    late[0, 0, 0] = 1
    late[0, 1] = [0.5, 0.0, 0.5]
    prompt = one(pmf, [0, 2], [40.0, 0.0], 3.0, 120.0)
    columns = (prompt.demand, prompt.lead, prompt.premium, prompt.holding, prompt.shortage, prompt.lost)
    sometimes = tune_levels(Steady(*columns, late=late)).cost[0]
    assert tune_levels(prompt).cost[0] < sometimes


@settings(max_examples=30, deadline=None)
@given(st.floats(0.05, 5000), st.floats(0.2, 30))
@example(1.0, 11.0)
def test_a_grid_keeps_the_mean(mean: float, ratio: float) -> None:
    """Probabilities add up to one and the mean is kept, also where a step stands for many units."""
    pmf, step = demand_grid(np.array([mean]), np.array([mean * ratio]))
    assert pmf.sum() == pytest.approx(1)
    assert (pmf[0] @ np.arange(pmf.shape[1])) * step[0] == pytest.approx(mean, rel=0.01)


@pytest.mark.parametrize(
    ("lead", "holding", "message"),
    [([2, 2], 1.0, "lead times rise"), ([0, 2], 0.0, "cost something"), ([0, 1, 2, 3], 1.0, "modes")],
)
def test_contradictory_problems_are_refused(lead: list[int], holding: float, message: str) -> None:
    """What cannot be tuned is refused with the reason."""
    with pytest.raises(ValueError, match=message):
        one([0.5, 0.5], lead, [0.0] * len(lead), holding, 9.0)


def test_a_policy_tells_its_levels() -> None:
    """Each mode, the cap and the cost have a line with their figures."""
    levels = tune_levels(one(np.full(5, 0.2).tolist(), [0, 2], [5.0, 0.0], 5.0, 495.0))
    lines = levels.explain(0, ("air", "sea"))
    assert [line.code for line in lines] == ["level", "level", "cap", "steady_cost"]
    assert str(lines[0]).startswith("By air: up to 4 units")
