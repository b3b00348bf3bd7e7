"""Which weeks tell most about the next ones is measured, and only believed as far as it gains."""

from __future__ import annotations

import numpy as np
import pytest

from entrepot.engines.demand import fit
from entrepot.engines.demand.point import EQUAL, combine
from tests.engines.demand.panels import dense


def test_demand_that_stands_still_leans_on_long_windows_and_demand_that_wanders_on_short_ones() -> None:
    """Poisson noise around fixed rates, and rates that double or halve every few weeks."""
    random = np.random.default_rng(5)
    still = fit(dense(random.poisson(np.exp(random.normal(0.5, 1, (300, 1))), (300, 60)).astype(float)), learning=False)
    walk = np.exp(2 + np.cumsum(random.normal(0, 0.25, (300, 60)), axis=1))
    wandering = fit(dense(random.poisson(walk).astype(float)), learning=False)
    assert still.blend[1, 3] > 0.3
    assert wandering.blend[0, 0] > 0.5
    assert still.blend.sum(axis=1) == pytest.approx(1)
    assert wandering.blend.sum(axis=1) == pytest.approx(1)


def test_a_past_too_short_to_compare_keeps_equal_weights() -> None:
    """Twelve weeks hold no earlier forecast that could be judged."""
    assert np.array_equal(fit(dense(np.full((5, 12), 4.0))).blend, np.tile(EQUAL, (3, 1)))


def test_a_window_without_weeks_leaves_its_say_to_the_others() -> None:
    """Even when it had all of it."""
    means = np.array([[np.nan, 2.0, 4.0, 6.0], [1.0, 2.0, 3.0, 4.0]])
    weights = np.array([[1.0, 0.0, 0.0, 0.0], [0.5, 0.0, 0.0, 0.5]])
    assert combine(means, weights).tolist() == [4.0, 2.5]


def test_first_sales_of_rare_items_are_no_season() -> None:
    """Items at fixed rates all begin with a sale; the shop's index sees no season in that."""
    random = np.random.default_rng(6)
    demand = random.poisson(0.4, (2000, 70)).astype(float)
    born = (demand > 0).argmax(axis=1)
    demand[np.arange(70)[None, :] < born[:, None]] = np.nan
    index = fit(dense(demand), events=(), learning=False).shop.index[:40]
    assert index == pytest.approx(1, abs=0.06)
