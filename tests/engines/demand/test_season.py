"""What last year's season adds, and what it must not."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from entrepot.engines.demand.forecast import forecast
from entrepot.engines.demand.history import History
from entrepot.engines.demand.model import DemandPanel, LeadTime
from entrepot.engines.demand.point import without_bursts
from tests.engines.demand.panels import dense


def peaked(weeks: int, peak: float = 60.0) -> np.ndarray:
    """10 a week, and ``peak`` in the six weeks of the year around its fifth."""
    year = np.arange(weeks) % 52
    return np.where((year >= 3) & (year < 9), peak, 10.0)


def test_a_peak_seen_once_is_expected_again() -> None:
    """46 weeks after the start the item's own peak of last year lifts the 13 weeks that contain it."""
    result = forecast(dense(peaked(46)[None, :]))
    true = float(np.where((np.arange(46, 59) % 52 >= 3) & (np.arange(46, 59) % 52 < 9), 60, 10).sum())
    expected = float(result.state.over(np.array([13.0]))[0])
    assert 1.8 * 130 < expected < 1.1 * true
    assert "season" in [reason.code for reason in result.explain("i0")]


def test_away_from_the_peak_the_level_rules() -> None:
    """26 weeks after the peak nothing is expected but the level."""
    result = forecast(dense(peaked(24)[None, 9:]), events=())
    assert result.state.over(np.array([8.0]))[0] == pytest.approx(80)
    assert "season" not in [reason.code for reason in result.explain("i0", LeadTime.fixed(8))]


def test_growth_carries_over_to_the_season() -> None:
    """An item that doubles every year repeats last year's peak higher; a steady one does not."""
    trend = 2.0 ** (np.arange(111) / 52)
    both = np.stack([peaked(111), peaked(111) * trend])
    expected = forecast(dense(both[:, :98])).state.over(np.array([13.0, 13.0]))
    assert np.all(np.abs(expected / both[:, 98:].sum(axis=1) - 1) < 0.45)
    assert expected[1] > 2.5 * expected[0]


def test_two_or_three_units_are_no_season() -> None:
    """One small sale a year ago does not make an otherwise silent item seasonal."""
    demand = np.zeros((1, 40))
    demand[0, 2] = 3
    assert forecast(dense(demand)).state.over(np.array([26.0]))[0] < 1.5


def test_a_bulk_week_is_not_a_season() -> None:
    """One order of 5,000 a year ago does not announce another; six good weeks do."""
    demand = np.full((2, 46), 10.0)
    demand[0, 5] = 5_000
    demand[1, 3:9] = 150
    bulk, season = forecast(dense(demand)).state.over(np.array([13.0, 13.0]))
    assert bulk < 350
    assert season > 500


def test_a_level_taken_in_the_peak_is_not_lifted_again() -> None:
    """In a shop at the height of its season, what follows is not the peak times the season's index."""
    demand = np.repeat(peaked(61)[None, :], 30, axis=0)
    demand[0, :45] = np.nan
    young = float(forecast(dense(demand)).state.over(np.full(30, 8.0))[0])
    level = float(forecast(dense(demand)).frame["level"][0])
    assert young < 8 * level


def test_the_shops_season_lifts_items_too_young_to_know() -> None:
    """In a shop where everything peaks, an item without a last year is lifted a little, less than the others."""
    demand = np.repeat(peaked(46)[None, :], 20, axis=0)
    demand[0, :20] = np.nan
    expected = forecast(dense(demand)).state.over(np.full(20, 13.0))
    assert 140 < expected[0] < expected[1]


def test_an_earlier_forecast_does_not_change_when_weeks_are_added() -> None:
    """Level and season at week 60 are the same whether 60 or 100 weeks are known: calibration sees no future."""
    random = np.random.default_rng(2)
    demand = random.poisson(3.0, (30, 100)).astype(np.float64)
    demand[:, 0] = 5
    demand[:5, 70] = 500

    def at_sixty(panel: DemandPanel) -> np.ndarray:
        history = History.of(panel)
        shop = history.shop(60, 26)
        return history.expected(history.level(60, shop), 60, 26, np.arange(30, dtype=np.int64), shop)

    assert np.allclose(at_sixty(dense(demand)), at_sixty(dense(demand[:, :60])), rtol=1e-12, atol=0)


def test_missing_calendar_weeks_do_not_shift_the_season() -> None:
    """A panel without the closed weeks of last summer still compares with the same calendar weeks."""
    full = dense(peaked(46)[None, :])
    kept = np.array([week for week in range(46) if week not in (20, 21, 22)])
    weeks = tuple(full.weeks[k] for k in kept)
    short = DemandPanel(full.keys, weeks, full.demand[:, kept], full.born, full.censored[:, kept])
    assert short.weeks[20] - short.weeks[19] == timedelta(weeks=4)
    a, b = (forecast(panel).state.over(np.array([13.0]))[0] for panel in (full, short))
    assert abs(a / b - 1) < 0.02
    assert full.weeks[0] == date(2025, 1, 6)


def test_a_burst_is_cut_for_the_centre_only() -> None:
    """One week of 400 against 5 counts as 40 in the centre; before three selling weeks nothing is cut."""
    demand = np.full((1, 20), 5.0)
    demand[0, 17] = 400
    assert without_bursts(demand)[0, 17] == 40
    assert forecast(dense(demand)).frame["level"][0] < 20
    assert without_bursts(np.array([[400.0, 5.0, 5.0]])).tolist() == [[400.0, 5.0, 5.0]]
