"""The forecast: its centre, its spread, what it says about what it does not know."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from entrepot.engines.demand.counts import negative_binomial_quantiles
from entrepot.engines.demand.forecast import Forecast, forecast
from entrepot.engines.demand.model import HORIZONS, LEVELS, DemandPanel, LeadTime
from entrepot.engines.demand.spread import weighted_quantiles
from tests.engines.demand.panels import dense


def shop(series: int = 300, weeks: int = 60, seed: int = 3) -> DemandPanel:
    """Poisson series of very different levels, all sold from the first week."""
    random = np.random.default_rng(seed)
    rate = np.exp(random.normal(1.0, 1.2, series))
    demand = random.poisson(rate[:, None], (series, weeks)).astype(np.float64)
    demand[:, 0] = np.maximum(demand[:, 0], 1)
    return dense(demand)


@pytest.fixture(scope="module")
def shop_forecast() -> Forecast:
    """A calibrated forecast of the Poisson shop."""
    return forecast(shop())


def test_centre_is_the_average_of_the_four_means() -> None:
    """26 weeks whose last 4, 8 and 13 differ give the hand-computed average."""
    history = np.array([[2.0] * 13 + [4.0] * 5 + [6.0] * 4 + [10.0] * 4])
    expected = np.mean([10, 8, (4 * 5 + 6 * 4 + 40) / 13, (26 + 20 + 24 + 40) / 26])
    assert forecast(dense(history), events=()).frame["weekly_mean"][0] == pytest.approx(expected)


def test_quantiles_are_whole_and_rise_with_level_and_lead_time(shop_forecast: Forecast) -> None:
    """More certainty and more weeks never mean fewer units."""
    by_weeks = [shop_forecast.quantiles(LeadTime.fixed(weeks)) for weeks in (1, 2.5, 8, 11, 13, 20, 26)]
    for values in by_weeks:
        assert np.array_equal(values, np.rint(values))
        assert (np.diff(values, axis=1) >= 0).all()
    top = LEVELS.index(0.95)
    for shorter, longer in pairwise(by_weeks):
        assert (longer[:, top] >= shorter[:, top] - 1).all()


def test_steady_shop_is_covered(shop_forecast: Forecast) -> None:
    """On stationary Poisson demand the 95 % quantile of 8 fresh weeks covers about 95 %."""
    random = np.random.default_rng(3)
    rate = np.exp(random.normal(1.0, 1.2, 300))
    fresh = np.random.default_rng(8).poisson(rate[:, None] * 8, (300, 200))
    limit = shop_forecast.quantiles(LeadTime.fixed(8), [0.95])
    assert 0.93 <= (fresh <= limit).mean() <= 0.98


def test_an_uncertain_lead_time_widens_the_spread(shop_forecast: Forecast) -> None:
    """A mixture of 4 and 12 weeks has a higher 95 % and a lower 5 % than 8 weeks for sure."""
    sure = shop_forecast.quantiles(LeadTime.fixed(8), [0.05, 0.95])
    unsure = shop_forecast.quantiles(LeadTime((4, 12)), [0.05, 0.95])
    assert unsure[:, 1].sum() > sure[:, 1].sum()
    assert unsure[:, 0].sum() < sure[:, 0].sum()


def test_a_mixture_of_equal_weeks_is_that_lead_time(shop_forecast: Forecast) -> None:
    """Splitting the probability over the same number of weeks changes nothing (inside the calibrated levels)."""
    levels = [0.25, 0.5, 0.75, 0.9]
    one = shop_forecast.quantiles(LeadTime.fixed(8), levels)
    same = shop_forecast.quantiles(LeadTime((8, 8), (1, 3)), levels)
    assert np.abs(one - same).max() <= np.maximum(0.05 * one, 1).max()


def test_flags_name_what_is_not_known() -> None:
    """Short, silent, lumpy and unseen items say so; nothing fails."""
    weeks = 40
    demand = np.zeros((4, weeks))
    demand[0, :] = 5
    demand[1, :37] = np.nan
    demand[1, 37:] = [3, 0, 4]
    demand[2, 3] = 2
    demand[3, 30] = 90
    demand[3, 1] = 1
    result = forecast(dense(demand), keys=pl.DataFrame({"item": ["i0", "new"]}))
    flags = dict(result.frame.select("item", "flags").iter_rows())
    assert flags["i0"] == ["assumed_spread"]
    assert set(flags["i1"]) == {"short_history", "assumed_spread"}
    assert "dormant" in flags["i2"]
    assert {"intermittent", "one_order"} <= set(flags["i3"])
    assert flags["new"] == ["no_history"]
    assert result.frame.filter(item="new")["weekly_mean"].to_list() == [None]
    assert np.isnan(result.quantiles(LeadTime.fixed(8))[-1]).all()


def test_a_silent_item_is_not_certain_to_stay_silent() -> None:
    """An item with no sale in 26 weeks keeps a small chance: its 99 % over half a year is at least one unit."""
    demand = np.zeros((1, 40))
    demand[0, 2] = 3
    middle, high = forecast(dense(demand)).quantiles(LeadTime.fixed(26), [0.5, 0.99])[0]
    assert middle == 0
    assert 1 <= high <= 8


def test_short_history_is_more_uncertain_than_long() -> None:
    """The same weekly mean known from four weeks has a wider spread than from thirty."""
    demand = np.full((2, 30), 6.0)
    demand[0, :26] = np.nan
    limit = forecast(dense(demand)).quantiles(LeadTime.fixed(13), [0.95])
    assert limit[0, 0] > limit[1, 0]


def test_lead_demand_serves_each_row_its_own_lead_time(shop_forecast: Forecast) -> None:
    """Rows get their own weeks plus review; an unknown item gets null and its flag, in row order."""
    rows = pl.DataFrame(
        {"item": ["i5", "ghost", "i2"], "lead_weeks": [[4.0, 6.0], [2.0], [8.0]], "lead_weights": [[1, 1], [1], [1]],
         "review_weeks": [2.0, 1.0, 0.0]}
    )  # fmt: skip
    told = shop_forecast.lead_demand(rows, plus="review_weeks", levels=[0.5, 0.95])
    assert told["item"].to_list() == ["i5", "ghost", "i2"]
    expected = shop_forecast.quantiles(LeadTime((6, 8)), [0.5, 0.95])[5]
    assert told["demand"][0].to_list() == expected.tolist()
    assert told["demand"][1] is None
    assert told["flags"].to_list()[1] == ["no_history"]
    assert told["weekly_mean"][2] == shop_forecast.frame.filter(item="i2")["weekly_mean"][0]


def test_explain_states_centre_spread_and_range(shop_forecast: Forecast) -> None:
    """The answer to "why" has stable codes and the numbers that the forecast used."""
    told = shop_forecast.explain("i7", LeadTime.fixed(8))
    codes = [line.code for line in told]
    assert codes[0] == "centre_windows"
    assert codes.index("centre_windows") < codes.index("spread_measured") < codes.index("range")
    told = tuple(line for line in told if line.code == "range")
    high = shop_forecast.quantiles(LeadTime.fixed(8), [0.95])[7, 0]
    assert told[0].parameters["high"] == high
    assert f"{high:.0f}" in told[0].text
    with pytest.raises(KeyError):
        shop_forecast.explain("nothing")


def test_an_empty_panel_forecasts_nothing() -> None:
    """No series, no rows, no failure."""
    assert len(forecast(dense(np.zeros((0, 10))))) == 0


@given(arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 40)),
              elements=st.one_of(st.just(np.nan), st.integers(0, 10_000).map(float))))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_any_history_gives_a_sane_distribution(demand: np.ndarray) -> None:
    """Whatever the series, every known row has finite, whole, rising quantiles, and unknown rows are NaN throughout."""
    result = forecast(dense(demand))
    for weeks in (0.5, 8, 30):
        values = result.quantiles(LeadTime.fixed(weeks))
        unknown = np.isnan(demand).all(axis=1)
        assert np.isnan(values[unknown]).all()
        known = values[~unknown]
        assert np.isfinite(known).all()
        assert (known >= 0).all()
        assert (np.diff(known, axis=1) >= 0).all()


def test_longest_lead_time_beyond_calibration_is_flagged() -> None:
    """With 20 weeks of history the 26-week total cannot be calibrated, and the row says so."""
    result = forecast(shop(weeks=20))
    assert max(result.model.table.horizons) < max(HORIZONS)
    assert all("horizon_extrapolated" in flags for flags in result.frame["flags"])


@pytest.mark.parametrize(("mean", "variance"), [(0.3, 0.3), (5.0, 12.0), (120.0, 900.0)])
def test_negative_binomial_quantiles_match_simulation(mean: float, variance: float) -> None:
    """Quantiles agree with two million draws: P(X ≤ q) reaches the level and P(X < q) does not, within noise."""
    random = np.random.default_rng(5)
    success = mean / max(variance, mean * 1.000001)
    draws = random.negative_binomial(mean * success / (1 - success), success, 2_000_000)
    levels = np.array([0.1, 0.5, 0.9, 0.99])
    for level, value in zip(levels, negative_binomial_quantiles(np.array([mean]), np.array([variance]), levels)[0],
                            strict=True):  # fmt: skip
        assert (draws <= value).mean() >= level - 2e-3
        assert (draws < value).mean() <= level + 2e-3


def test_large_counts_join_the_gamma_smoothly() -> None:
    """Just below and just above the switch to the gamma the quantiles differ by less than one per cent."""
    mean, levels = np.array([399.9, 400.1]), np.array([0.05, 0.5, 0.95, 0.995])
    below, above = negative_binomial_quantiles(mean, 50 * mean, levels)
    assert np.abs(below / above - 1).max() < 0.01


def test_weighted_quantiles_follow_the_weights() -> None:
    """A point with most of the mass is the median."""
    values, weights = np.array([[1.0, 2.0, 9.0]]), np.array([[0.1, 0.8, 0.1]])
    assert weighted_quantiles(values, weights, np.array([0.5])).tolist() == [[2.0]]


@pytest.mark.parametrize("weeks", [(), (-1.0,), (float("nan"),)])
def test_a_lead_time_must_be_a_number_of_weeks(weeks: tuple[float, ...]) -> None:
    """No weeks, negative weeks and NaN are refused."""
    with pytest.raises(ValueError, match="lead time"):
        LeadTime(weeks)
