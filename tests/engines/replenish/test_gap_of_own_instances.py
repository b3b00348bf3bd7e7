"""Levels by mode on instances nobody else made, against an exact optimum found here by value iteration."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.replenish_gap import judged, problem
from entrepot.engines.replenish.steady import Effort
from entrepot.engines.replenish.tune import tune_levels

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def two_modes(pmf: Floats, premium: float, holding: float, waiting: float) -> float:
    """Least average cost a period: one order arrives at once for a premium, the other two periods later.

    V(x, q) = min over y ≥ x of premium·(y − x) + L(y) + g(y + q), with x on hand, q to arrive in the next period and
    g(w) = min over z of E V(w − D, z): relative value iteration, until the bounds of the average meet.
    """
    most = len(pmf) - 1
    x = np.arange(-3 * most, 5 * most + 1)
    orders = np.arange(2 * most + 1)
    stock = x[:, None] - np.arange(len(pmf))[None, :]
    now = (holding * np.maximum(stock, 0) + waiting * np.maximum(-stock, 0)) @ pmf
    after = np.arange(x[0], x[-1] + orders[-1] + 1)  # w = y + q
    reach = np.clip(after[:, None] - np.arange(len(pmf))[None, :] - x[0], 0, len(x) - 1)
    join = x[:, None] - x[0] + orders[None, :]
    value = np.zeros((len(x), len(orders)))
    while True:
        best = np.einsum("wdz,d->wz", value[reach], pmf).min(axis=1)
        total = premium * x[:, None] + now[:, None] + best[join]
        new = np.minimum.accumulate(total[::-1], axis=0)[::-1] - premium * x[:, None]
        step = new - value
        if step.max() - step.min() < 1e-6 * abs(float(step.max())):
            return float(step.mean())
        value = new - new[0, 0]


def one_mode_lost(pmf: Floats, holding: float, lost: float) -> float:
    """Least average cost a period with lost sales and a lead time of one: V(x) = L(x) + min over z of E V((x − D)⁺ + z)."""
    most = len(pmf) - 1
    x = np.arange(0, 3 * most + 1)
    left = np.maximum(x[:, None] - np.arange(len(pmf))[None, :], 0)
    now = (holding * left + lost * np.maximum(np.arange(len(pmf))[None, :] - x[:, None], 0)) @ pmf
    reach = np.minimum(left[:, :, None] + np.arange(2 * most + 1)[None, None, :], len(x) - 1)
    value = np.zeros(len(x))
    while True:
        new = now + np.einsum("xdz,d->xz", value[reach], pmf).min(axis=1)
        step = new - value
        if step.max() - step.min() < 1e-7 * abs(float(step.max())):
            return float(step.mean())
        value = new - new[0]


def demands(random: np.random.Generator) -> Floats:
    """Even, lumpy, or with a mean drawn at random."""
    most = int(random.integers(3, 8))
    kind = random.integers(3)
    if kind == 0:
        pmf = np.ones(most + 1)
    elif kind == 1:
        pmf = random.dirichlet(np.full(most + 1, 0.5)) + 0.005
    else:
        mean = random.uniform(0.5, 3.0)
        pmf = np.array([mean**k / math.factorial(k) for k in range(most + 1)])
    return pmf / pmf.sum()


def test_the_value_iteration_finds_published_optima() -> None:
    """Uniform 0..4, premium 5 and 10, holding 5, waiting 495: an average of 16.769802 is known for the first (lead time 2)."""
    assert abs(two_modes(np.full(5, 0.2), 5.0, 5.0, 495.0) - 16.769802) < 1e-4
    assert two_modes(np.full(5, 0.2), 10.0, 5.0, 495.0) > 16.7698


def test_two_modes_come_near_the_optimum_of_new_instances() -> None:
    """Six random instances at the production effort: no gap beyond 9 %, 1.5 % on average, of the controllable cost."""
    random = np.random.default_rng(20)
    gaps: list[float] = []
    for at in range(6):
        pmf = demands(random)
        premium, holding, waiting = random.uniform(2, 20), random.uniform(1, 5), random.uniform(20, 500)
        inputs = {
            "regular_lead_time": 2, "expedited_lead_time": 0, "expedite_premium_per_unit": premium,
            "holding_cost": holding, "backlog_cost": waiting,
        }  # fmt: skip
        steady = problem(inputs, pmf)
        cost = judged(steady, tune_levels(steady, Effort()), pmf, seed=at)
        gaps.append(cost / two_modes(pmf, premium, holding, waiting) - 1)
    assert min(gaps) > -0.005
    assert max(gaps) < 0.09
    assert np.mean(gaps) < 0.015


def test_lost_sales_come_near_the_optimum_of_new_instances() -> None:
    """Five random instances with a lead time of one: within 1.5 % on average."""
    random = np.random.default_rng(21)
    gaps: list[float] = []
    for at in range(5):
        pmf = demands(random)
        lost = random.uniform(3, 40)
        steady = problem({"lead_time": 1, "holding_cost": 1.0, "lost_sale_cost": lost}, pmf)
        gaps.append(judged(steady, tune_levels(steady, Effort()), pmf, seed=at) / one_mode_lost(pmf, 1.0, lost) - 1)
    assert min(gaps) > -0.005
    assert np.mean(gaps) < 0.015
