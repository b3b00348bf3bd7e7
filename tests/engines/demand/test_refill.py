"""Weeks out of stock: refilled without bias, and never taken for weeks without demand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from benchmarks.demand_data import DEFAULT, load
from entrepot.engines.demand.forecast import forecast
from entrepot.engines.demand.model import DemandPanel
from entrepot.engines.demand.refill import refill, weekly_index
from tests.engines.demand.panels import dense
from tests.shared_data import needs_shared_data


def emptied(panel: DemandPanel, seed: int) -> tuple[DemandPanel, np.ndarray]:
    """Every second series, where it sold for at least 20 weeks, out of stock for 6 to 10 weeks somewhere after its first
    eight; and which weeks those are."""
    random = np.random.default_rng(seed)
    gone = np.zeros(panel.demand.shape, dtype=bool)
    weeks = panel.demand.shape[1]
    for row in np.flatnonzero((weeks - panel.born >= 20) & (random.random(len(panel)) < 0.5)):
        length = random.integers(6, 11)
        start = random.integers(panel.born[row] + 8, weeks - length + 1)
        gone[row, start : start + length] = True
    gone &= ~np.isnan(panel.demand)
    demand = np.where(gone, np.nan, panel.demand)
    bulk = None if panel.bulk is None else np.where(gone, 0.0, panel.bulk)
    return DemandPanel(panel.keys, panel.weeks, demand, panel.born, gone, bulk), gone


@needs_shared_data
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_refilled_demand_has_no_bias_where_sales_alone_have(seed: int) -> None:
    """On real series with made-up gaps of 6 to 10 weeks the refilled history of the items concerned is within 3 % of the
    truth, where what was sold is 15 % or more below it."""
    truth = load(DEFAULT)
    panel, gone = emptied(truth, seed)
    rows = gone.any(axis=1)
    whole = np.nansum(truth.demand[rows])
    sold = np.nansum(panel.demand[rows])
    told = refill(panel)
    assert sold / whole - 1 < -0.15
    assert abs(np.nansum(told.demand[rows]) / whole - 1) < 0.03
    assert told.lost.sum() == pytest.approx(np.nansum(told.demand) - np.nansum(panel.demand))


def test_a_season_in_the_gap_is_refilled_at_its_height() -> None:
    """An item out of stock while the whole shop peaks is thought to have peaked with it."""
    demand = np.full((60, 40), 10.0)
    demand[:, 20:26] = 30.0
    panel = dense(demand)
    demand = panel.demand.copy()
    demand[0, 20:26] = np.nan
    gone = np.isnan(demand)
    told = refill(DemandPanel(panel.keys, panel.weeks, demand, panel.born, gone))
    assert 22 < told.demand[0, 22] < 32
    assert told.low[0, 22] < told.demand[0, 22] < told.high[0, 22]
    assert told.low[1, 5] == told.high[1, 5] == 10
    assert weekly_index(panel.demand)[22] > 1.8


def test_a_long_gap_does_not_lower_the_forecast() -> None:
    """After eight weeks without stock the forecast is what it was before, and the row says that weeks are unknown and how
    much was probably lost; taken as zeros it would have fallen by half."""
    random = np.random.default_rng(1)
    sold = random.poisson(10.0, (60, 40)).astype(float)
    panel = dense(sold)
    demand, gone = sold.copy(), np.zeros(sold.shape, dtype=bool)
    demand[0, 32:], gone[0, 32:] = np.nan, True
    blind = dense(np.where(gone, 0.0, sold))
    aware = forecast(DemandPanel(panel.keys, panel.weeks, demand, panel.born, gone), events=())
    assert aware.frame["level"][0] == pytest.approx(10.0, rel=0.2)
    assert forecast(blind, events=()).frame["level"][0] < 6.0
    assert "censored" in aware.frame["flags"][0]
    assert 60 < aware.frame["lost_sales"][0] < 100
    told = aware.history("i0")
    assert told["sold"].null_count() == 8
    assert told["demand"].null_count() == 0
    assert told.filter(pl.col("censored"))["high"].min() > 10


def test_nothing_known_stays_unknown() -> None:
    """A series that was never in stock is not invented."""
    demand = np.full((2, 20), np.nan)
    demand[1] = 4
    panel = dense(demand)
    gone = np.isnan(demand)
    assert np.isnan(refill(DemandPanel(panel.keys, panel.weeks, demand, panel.born, gone)).demand[0]).all()
