"""Weekly tables as the backtest reads them: repeated rows, returns, numbered weeks, stock, closed weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.demand_data import load, mondays
from entrepot.engines.demand.backtest import Told, backtest, ma8_method
from entrepot.engines.demand.classical import croston_sba
from entrepot.engines.demand.model import DemandPanel
from tests.engines.demand.panels import dense


def test_a_weekly_table_becomes_a_panel(tmp_path: Path) -> None:
    """Rows of one week add up, negatives are returns, a missing row is zero, a week out of stock unknown, before the first
    sale nothing is known."""
    rows = [("a", 0, 3, 1.0), ("a", 0, 2, 1.0), ("a", 2, -4, 1.0), ("a", 3, 0, 0.1), ("b", 1, 7, 1.0), ("b", 3, 8, 0.8)]
    frame = pl.DataFrame(rows, schema=["series", "week", "quantity", "in_stock"], orient="row")
    frame.with_columns(week=pl.lit(date(2026, 1, 7)) + pl.duration(weeks="week")).write_parquet(
        tmp_path / "table.parquet"
    )
    panel = load(tmp_path / "table.parquet")
    assert panel.weeks[0] == date(2026, 1, 5)
    assert np.array_equal(panel.demand, [[5, 0, 0, np.nan], [np.nan, 7, 0, 10]], equal_nan=True)
    assert panel.censored[0].tolist() == [False, False, False, True]


def test_weeks_may_be_numbers_or_text() -> None:
    """Numbered weeks follow each other on Mondays; texts are ISO dates."""
    assert mondays(pl.Series([7, 8, 10])).to_list()[2] - mondays(pl.Series([7, 8, 10])).to_list()[0] == timedelta(
        weeks=3
    )
    assert mondays(pl.Series(["2026-01-08T00:00:00"])).to_list() == [date(2026, 1, 5)]


def test_a_week_in_which_a_busy_shop_sold_nothing_was_closed(tmp_path: Path) -> None:
    """Of thirty series none sold in one week: it is left out; in a shop of three series it counts as zero."""
    for series, weeks in ((30, 9), (3, 10)):
        rows = [(k, week, 4) for k in range(series) for week in range(10) if week != 5]
        table = pl.DataFrame(rows, schema=["series", "week", "quantity"], orient="row")
        table.write_parquet(tmp_path / "table.parquet")
        assert load(tmp_path / "table.parquet").demand.shape == (series, weeks)


def test_other_files_are_refused(tmp_path: Path) -> None:
    """A file that is neither form says which columns it has."""
    pl.DataFrame({"sku": [1]}).write_parquet(tmp_path / "other.parquet")
    with pytest.raises(SystemExit, match="sku"):
        load(tmp_path / "other.parquet")


def test_any_method_can_stand_beside_ours() -> None:
    """A method of the user's own is scored on the same series and weeks; a horizon that was partly out of stock is scaled up,
    one that was mostly so is not scored."""
    random = np.random.default_rng(1)
    panel = dense(random.poisson(5.0, (40, 60)).astype(float))
    panel.demand[0, 48:58] = np.nan
    panel.demand[1, 50] = np.nan

    def sba(past: DemandPanel, horizons: Sequence[int]) -> Told:
        rate = croston_sba(past.demand)
        return {h: (rate * h, np.repeat(rate[:, None] * h, 8, axis=1)) for h in horizons}

    result = backtest(panel, origins=(13,), horizons=(13,), methods={"sba": sba, "ma8": ma8_method})
    assert result.series == 39
    assert result.scores["sba"][13].wape < 0.2
    assert sum(result.counts.values()) == 39
