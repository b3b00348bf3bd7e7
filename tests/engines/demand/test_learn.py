"""What is learnt from a whole panel, and that it is used only where it pays."""

from __future__ import annotations

import pickle

import numpy as np
import polars as pl
import pytest

from entrepot.engines.demand.bulk import bulk_units
from entrepot.engines.demand.fit import fit
from entrepot.engines.demand.forecast import forecast
from entrepot.engines.demand.history import History
from entrepot.engines.demand.learn import LEARNT_LEVELS, learn
from entrepot.engines.demand.model import DemandPanel, LeadTime
from entrepot.engines.demand.samples import Lessons, past_lessons
from tests.engines.demand.panels import dense


def switching(series: int = 400, weeks: int = 60, seed: int = 4) -> DemandPanel:
    """Items whose weekly demand jumps between two levels: a rise is followed by a fall, which only their own
    circumstances tell."""
    random = np.random.default_rng(seed)
    phase = (np.arange(weeks)[None, :] + random.integers(0, 16, (series, 1))) % 16 < 8
    rate = np.exp(random.normal(1.5, 0.5, (series, 1))) * np.where(phase, 3.0, 0.5)
    demand = random.poisson(rate).astype(float)
    demand[:, 0] = np.maximum(demand[:, 0], 1)
    return dense(demand)


@pytest.fixture(scope="module")
def panel() -> DemandPanel:
    """Four hundred switching items."""
    return switching()


def test_trees_are_used_where_they_save_loss(panel: DemandPanel) -> None:
    """Where last weeks tell the next ones apart the trees get a weight, and narrow the spread that the table alone has."""
    model = fit(panel)
    assert model.learnt is not None
    assert model.learnt.weight > 0
    assert model.learnt.gain > 0.005
    with_trees = forecast(panel, model=model).quantiles(LeadTime.fixed(4), [0.1, 0.9])
    alone = forecast(panel, model=fit(panel, learning=False)).quantiles(LeadTime.fixed(4), [0.1, 0.9])
    assert (with_trees[:, 1] - with_trees[:, 0]).sum() < (alone[:, 1] - alone[:, 0]).sum()


def test_trees_are_dropped_where_nothing_is_to_be_learnt() -> None:
    """Where the features say nothing and the table is already right, unseen series show no gain and nothing is used; nor is
    anything learnt from too few lessons."""
    random = np.random.default_rng(6)
    count = 12_000
    ratio = random.gamma(4.0, 0.25, count)
    right = np.quantile(random.gamma(4.0, 0.25, 400_000), LEARNT_LEVELS)
    lessons = Lessons(
        random.normal(size=(count, 6)), ratio, np.full(count, 30.0), np.full(count, 3.0), np.zeros(count),
        np.full(count, 8), random.integers(0, 600, count),
    )  # fmt: skip
    assert learn(lessons, np.tile(right, (count, 1)), 52, 1) is None
    assert fit(dense(random.poisson(3.0, (20, 30)).astype(float))).learnt is None


def test_a_part_is_forecast_as_the_whole(panel: DemandPanel) -> None:
    """With one model, chunks of any size give the same figures bit for bit, in quantiles of any lead time too."""
    model = fit(panel)
    whole = forecast(panel, model=model)
    for rows in (np.arange(0, 7), np.arange(7, 260), np.arange(260, 400)):
        part = forecast(panel.take(rows), model=model)
        assert np.array_equal(part.state.expected, whole.state.expected[rows])
        assert np.array_equal(part.state.learnt, whole.state.learnt[rows])
        for lead in (LeadTime.fixed(6), LeadTime((3, 9), (2, 1))):
            assert np.array_equal(part.quantiles(lead), whole.quantiles(lead)[rows])
        assert part.frame.equals(whole.frame[rows.tolist()])


def test_the_same_seed_gives_the_same_model(panel: DemandPanel) -> None:
    """Learning twice, and sending the model through a pickle, changes nothing."""
    small = panel.take(np.arange(120))
    first, second = fit(small, seed=5), pickle.loads(pickle.dumps(fit(small, seed=5)))
    assert first.learnt is not None
    assert first.learnt == second.learnt
    assert np.array_equal(first.table.quantiles, second.table.quantiles)


def test_a_model_of_other_weeks_is_refused(panel: DemandPanel) -> None:
    """A model learnt up to another week would place its season wrongly."""
    with pytest.raises(ValueError, match="learnt up to"):
        forecast(panel, model=fit(panel.until(50), learning=False))


def test_lessons_see_no_future(panel: DemandPanel) -> None:
    """What happens after a lesson's horizon does not change the lesson."""
    changed = panel.demand.copy()
    changed[:, 50:] = 1_000.0
    spoiled = DemandPanel(panel.keys, panel.weeks, changed, panel.born, panel.censored)
    early, late = panel.until(50), spoiled.until(50)
    first, second = (past_lessons(one, History.of(one), 1) for one in (early, late))
    assert np.array_equal(first.features, second.features, equal_nan=True)
    assert np.array_equal(first.ratio, second.ratio)


def test_one_off_orders_are_a_rate_of_their_own() -> None:
    """Of an order of 500 where 2 are usual 476 units are set apart, and raise the mean by a rate, not by a window."""
    lines = pl.DataFrame({"item": ["a"] * 8, "demand": [2, 3, 2, 2, 1, 2, 500, 2], "ordered_at": list(range(8))})
    units = bulk_units(lines)
    assert units.nonzero()[0].tolist() == [6]
    assert 470 <= units[6] <= 480
    demand = np.full((30, 40), 10.0)
    demand[0, 36] += 400
    bulk = np.zeros_like(demand)
    bulk[0, 36] = 400
    base = dense(demand)
    result = forecast(DemandPanel(base.keys, base.weeks, base.demand, base.born, base.censored, bulk))
    rate, level = result.frame["bulk_rate"][0], result.frame["level"][0]
    assert 400 / 66 * 0.9 < rate < 400 / 40
    assert level == pytest.approx(10 + rate)
