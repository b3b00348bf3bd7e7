"""What a page shows of one series, and what a user may change: fan, totals, promotions, run-down, sample paths, chunks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from entrepot.engines.demand.chunks import forecast_chunks, read_chunk, write_chunks
from entrepot.engines.demand.fit import fit
from entrepot.engines.demand.forecast import Forecast, Promotion, forecast
from entrepot.engines.demand.model import DemandPanel, LeadTime
from tests.engines.demand.panels import dense


def shop(series: int = 250, weeks: int = 60) -> DemandPanel:
    """Gamma-Poisson series; the last one never sold."""
    random = np.random.default_rng(3)
    rate = np.exp(random.normal(1.5, 1.0, (series, 1)))
    demand = random.poisson(random.gamma(2.0, rate / 2.0, (series, weeks))).astype(float)
    demand[:, 0] = np.maximum(demand[:, 0], 1)
    demand[-1] = np.nan
    return dense(demand)


@pytest.fixture(scope="module")
def result() -> Forecast:
    """The shop's forecast, without trees, to be quick."""
    panel = shop()
    return forecast(panel, model=fit(panel, learning=False))


def test_a_fan_opens_and_its_means_add_up(result: Forecast) -> None:
    """Weekly means add up to the total's mean, quantiles rise, and a later week is no more certain than the next."""
    fan, totals = result.fan("i4"), result.totals("i4")
    assert fan["mean"].sum() == pytest.approx(totals["mean"][-1])
    assert fan.columns == ["week", "mean", "season", "event", "promotion", "signal", "q05", "q25", "q50", "q75", "q95"]
    assert (fan["q05"] <= fan["q50"]).all()
    assert (fan["q50"] <= fan["q95"]).all()
    wide = (fan["q95"] - fan["q05"]) / fan["mean"]
    assert wide[:2].mean() <= wide[-6:].mean() * 1.1
    thirteen = result.quantiles(LeadTime.fixed(13), [0.05, 0.95])[4]
    assert totals.row(12, named=True)["q05"] == thirteen[0]
    assert totals.row(12, named=True)["q95"] == thirteen[1]
    assert np.allclose(fan["mean"], result.frame["level"][4] * fan["season"] * fan["event"] * fan["promotion"])


def test_an_item_without_history_has_no_fan(result: Forecast) -> None:
    """Nothing is drawn where nothing is known."""
    key = result.frame["item"][-1]
    assert result.fan(key).is_empty()
    assert result.totals(key).is_empty()


def test_a_promotion_lifts_its_weeks_only(result: Forecast) -> None:
    """A user's uplift of 50 % in two weeks moves mean and quantiles of those weeks and of the totals that hold them, and no
    other item's."""
    assert result.last_week is not None
    first = result.last_week + timedelta(weeks=3)
    lifted = result.promoted([Promotion("i4", first, first + timedelta(weeks=1), 0.5)])
    before, after = result.fan("i4"), lifted.fan("i4")
    ratio = (after["mean"] / before["mean"]).to_numpy()
    assert np.allclose(ratio[2:4], 1.5)
    assert np.allclose(np.delete(ratio, [2, 3]), 1.0)
    assert after["promotion"].to_list()[:5] == [1.0, 1.0, 1.5, 1.5, 1.0]
    assert lifted.quantiles(LeadTime.fixed(8), [0.95])[4, 0] > result.quantiles(LeadTime.fixed(8), [0.95])[4, 0]
    assert np.array_equal(lifted.state.expected[5], result.state.expected[5])
    assert lifted.frame["weekly_mean"][4] > result.frame["weekly_mean"][4]
    assert "promotion" in [line.code for line in lifted.explain("i4")]
    with pytest.raises(KeyError):
        result.promoted([Promotion("nothing", first, first, 0.5)])


def test_an_ending_item_runs_down_to_its_date(result: Forecast) -> None:
    """Demand fades towards the day and is nothing from then on."""
    assert result.last_week is not None
    ended = result.until("i4", result.last_week + timedelta(weeks=9))
    means = ended.fan("i4")["mean"].to_numpy()
    assert (means[8:] == 0).all()
    assert (np.diff(means[:8]) < 0).all()
    assert ended.quantiles(LeadTime.fixed(26), [0.95])[4, 0] < result.quantiles(LeadTime.fixed(8), [0.95])[4, 0]


def test_paths_follow_the_quantiles_of_the_total(result: Forecast) -> None:
    """Of 400 paths as many lie below each quantile as it says; a series' paths do not depend on the others."""
    paths = result.paths(13, count=400, seed=2)
    assert paths.shape == (250, 400, 13)
    assert (paths >= 0).all()
    totals = paths.sum(axis=2)
    for level in (0.1, 0.5, 0.9):
        limit = result.quantiles(LeadTime.fixed(13), [level])[:-1]
        at_most, below = (totals[:-1] <= limit).mean(), (totals[:-1] < limit).mean()
        assert below - 0.02 <= level <= at_most + 0.02
    assert (paths[-1] == 0).all()
    panel = shop()
    alone = forecast(panel.take(np.array([7])), model=result.model).paths(13, count=400, seed=2)
    assert np.array_equal(alone[0], paths[7])


def test_chunks_come_back_as_the_whole(tmp_path: Path) -> None:
    """Written, forecast by an executor and read again, chunks of any size give the whole panel's figures."""
    panel = shop(60)
    model = fit(panel)
    found = []
    for size in (60, 17):
        paths = write_chunks(panel, tmp_path / f"in{size}", size)
        with ThreadPoolExecutor(1) as executor:
            done = forecast_chunks(paths, tmp_path / f"out{size}", model, executor)
        found.append(pl.concat([pl.read_parquet(path) for path in done]))
    assert found[0].equals(found[1])
    whole = forecast(panel, model=model)
    assert found[0].select(whole.frame.columns).equals(whole.frame)
    back = read_chunk(tmp_path / "in17" / "chunk-00001.parquet")
    assert np.array_equal(back.demand, panel.demand[17:34], equal_nan=True)
    assert back.weeks == panel.weeks
    assert back.bulk is None
