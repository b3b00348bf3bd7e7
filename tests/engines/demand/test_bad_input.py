"""Bad input: every kind of broken series gets a forecast or an honest none, with its flag; none fails the run."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from entrepot.core.calendar import to_instant
from entrepot.engines.demand import LeadTime, build_demand, fit, forecast, panel
from entrepot.engines.demand.units import rescaled, unit_changes
from tests.engines.demand.panels import dense

START = datetime(2026, 1, 5, 12, tzinfo=UTC)


def at(week: int) -> int:
    """Instant in the given week from Monday 2026-01-05."""
    return to_instant(START + timedelta(weeks=week))


def shop() -> pl.DataFrame:
    """Twenty sound items over 30 weeks, and one of each broken kind."""
    random = np.random.default_rng(1)
    rows = [(f"ok{k}", int(random.poisson(8)) + 1, at(week), f"o{k}-{week}") for k in range(20) for week in range(30)]
    rows += [("once", 3, at(20), "a")]
    rows += [("zero", 0, at(week), f"z{week}") for week in range(5)]
    rows += [("returned", 2, at(10), "r"), ("returned", -9, at(25), "s")]
    rows += [("onlyback", -4, at(12), "t")]
    rows += [("twice", 5, at(week), f"d{week}") for week in range(30) for _ in range(2)]
    rows += [("tomorrow", 5, at(week), f"f{week}") for week in (*range(20, 30), 90)]
    rows += [("boxes", 48 if week < 22 else 4, at(week), f"b{week}") for week in range(30)]
    return pl.DataFrame(rows, schema=["item", "quantity", "ordered_at", "order"], orient="row")


def test_every_broken_series_is_flagged_and_none_fails_the_run() -> None:
    """One observation, only zeros, more returned than sold, repeated lines, lines in the future, a changed unit: each is
    named on its forecast, and the sound items are as they would be without them."""
    lines = shop()
    built = build_demand(lines, as_of=at(30))
    keys = lines.select("item").unique(maintain_order=True)
    result = forecast(panel(built), keys=keys)
    flags = dict(result.frame.select("item", "flags").iter_rows())
    assert "short_history" not in flags["once"]
    assert "intermittent" in flags["once"]
    assert flags["zero"] == ["no_history"]
    assert flags["onlyback"] == ["no_history"]
    assert "net_returns" in flags["returned"]
    assert "duplicate_lines" in flags["twice"]
    assert "future_lines" in flags["tomorrow"]
    assert "unit_changed" in flags["boxes"]
    assert not set(flags["ok0"]) & {"unit_changed", "gaps", "net_returns", "duplicate_lines", "future_lines"}
    assert any(line.code == "flag_unit_changed" for line in result.explain("boxes"))
    quantiles = result.quantiles(LeadTime.fixed(8))
    known = result.frame["weekly_mean"].is_not_null().to_numpy()
    assert np.isfinite(quantiles[known]).all()
    assert np.isnan(quantiles[~known]).all()
    assert built.netting.future_lines == 1
    sound = lines.filter(pl.col("item").str.starts_with("ok"))
    alone = forecast(panel(build_demand(sound, as_of=at(30))), model=result.model)
    assert (
        alone.frame.filter(item="ok3")["weekly_mean"].to_list()
        == result.frame.filter(item="ok3")["weekly_mean"].to_list()
    )


def test_repeated_lines_are_all_counted() -> None:
    """A repeated line may be a second order: it is flagged and kept, as the docs say."""
    built = build_demand(shop(), as_of=at(30))
    assert built.frame.filter(item="twice")["demand"].to_list() == [10] * 30


def test_gaps_are_unknown_not_zero() -> None:
    """Three weeks without any data, though in stock, do not lower the level, and the row says so."""
    demand = np.full((30, 40), 10.0)
    demand[0, 34:37] = np.nan
    frame = forecast(dense(demand), events=()).frame
    assert frame["level"][0] == pytest.approx(10)
    assert "gaps" in frame["flags"][0]
    assert "gaps" not in frame["flags"][1]


@pytest.mark.parametrize("series", [0, 1, 2])
@pytest.mark.parametrize("weeks", [1, 2, 9])
def test_tiny_panels_are_fitted_and_forecast(series: int, weeks: int) -> None:
    """Hardly any data is an assumed spread, not an error."""
    small = dense(np.full((series, weeks), 3.0))
    model = fit(small)
    result = forecast(small, model=model)
    assert len(result) == series
    assert all("assumed_spread" in flags for flags in result.frame["flags"])
    for key in result.frame["item"]:
        assert len(result.fan(key, 4)) == 4
        assert result.history(key)["week"].to_list()[0] == date(2025, 1, 6)
    assert result.paths(4, count=5).shape == (series, 5, 4)


def test_a_changed_unit_is_brought_to_the_new_one_where_a_pack_size_explains_it() -> None:
    """Boxes of twelve after single pieces, wherever in the history: with the pack size the level and last year's weeks are in the
    new unit; without it, or with another, nothing is changed and a recent change is only flagged."""
    random = np.random.default_rng(2)
    demand = random.poisson(60, (40, 70)).astype(float)
    demand[0, 58:] = random.poisson(5, 12)
    demand[1, 20:] = random.poisson(5, 50)
    panel = dense(demand)
    mended = rescaled(panel, {"i0": [12], "i1": [1, 12], "i2": [12]})
    assert mended.demand[0, :58].mean() == pytest.approx(5, rel=0.1)
    assert mended.demand[1, :20].mean() == pytest.approx(5, rel=0.1)
    assert np.array_equal(mended.demand[2:], panel.demand[2:])
    frame = forecast(mended, events=()).frame
    assert frame["level"][0] == pytest.approx(5, rel=0.2)
    assert ["unit_rescaled" in flags for flags in frame["flags"][:3]] == [True, True, False]
    assert not any("unit_changed" in flags for flags in frame["flags"])
    assert rescaled(panel, {"i0": [100]}) is panel
    flags = forecast(panel, events=()).frame["flags"].to_list()
    assert "unit_changed" in flags[0]
    assert "unit_changed" not in flags[1]


def test_a_growing_item_has_not_changed_its_unit() -> None:
    """Demand that rises twentyfold over a year, or sells rarely, is no change of unit."""
    random = np.random.default_rng(2)
    growing = random.poisson(np.exp(np.linspace(0, 3, 52)), (50, 52))
    rare = random.poisson(0.3, (50, 52)) * random.integers(1, 30, (50, 52))
    assert (unit_changes(np.concatenate([growing, rare]).astype(float)).column == -1).all()


def test_weeks_that_cannot_be_are_named_and_harm_no_other_series() -> None:
    """Infinite and negative weeks, a week of 10¹⁵, a series of nothing but unknown weeks: each is forecast or honestly not, and
    the sound series keep nearly the same figures."""
    sound = np.random.default_rng(1).poisson(5, (300, 60)).astype(float)
    usual = forecast(dense(sound)).quantiles(LeadTime.fixed(13))
    broken = sound.copy()
    broken[0, 30], broken[1, 30:33], broken[2, 30], broken[3] = np.inf, -50, 1e15, np.nan
    result = forecast(dense(broken))
    flags = result.frame["flags"].to_list()
    assert ["impossible_weeks" in one for one in flags[:5]] == [True, True, False, False, False]
    assert flags[3] == ["no_history"]
    found = result.quantiles(LeadTime.fixed(13))
    assert np.isfinite(np.delete(found, 3, axis=0)).all()
    assert np.median(np.abs(found[4:] - usual[4:]) / (usual[4:] + 1)) < 0.04
    assert len(result.fan("i1", 4)) == 4
    assert result.frame["level"][1] < 8
