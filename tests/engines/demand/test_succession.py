"""Successors, new items and items that are not on sale yet: what they are forecast from, and what is said of it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from entrepot.engines.demand import DemandPanel, Launch, LeadTime, ended, forecast, launched, successors
from tests.engines.demand.panels import dense

WEEKS = 60


def shop() -> DemandPanel:
    """Thirty items: ten from the first week, nineteen launched since at 10 (lamps) or 2 (mugs) a week, one three weeks old."""
    rng = np.random.default_rng(5)
    level = np.array([6.0] * 10 + [10.0] * 10 + [2.0] * 9 + [10.0])
    demand = rng.poisson(level[:, None], (30, WEEKS)).astype(np.float64)
    born = np.array([0] * 10 + list(range(8, 28)), dtype=np.int64)[:30]
    born[29] = WEEKS - 3
    for row, start in enumerate(born):
        demand[row, :start] = np.nan
    panel = dense(demand)
    return DemandPanel(panel.keys, panel.weeks, panel.demand, born, panel.censored, panel.bulk, panel.notes)


def kinds(panel: DemandPanel) -> pl.DataFrame:
    names = ["box"] * 10 + ["lamp"] * 10 + ["mug"] * 9 + ["lamp"]
    return panel.keys.with_columns(pl.Series("category", names + ["mug"] * (len(panel) - 30)))


def test_a_new_item_is_forecast_as_those_like_it_were_launched() -> None:
    """Three weeks old, it leans on the lamps and on its own weeks; the others stay bit for bit as they were."""
    panel = shop()
    plain = forecast(panel, events=())
    told = launched(plain, kinds(panel), [Launch(("i29",))])
    assert 7 < told.frame["level"][29] < 13
    assert (told.frame["method"][29], told.frame["flags"].to_list()[29]) == ("launch", ["new_item", "assumed_spread"])
    assert told.frame[:29].equals(plain.frame[:29])
    codes = [reason.code for reason in told.explain("i29")]
    assert codes[:2] == ["launch_analogues", "launch_own"]
    assert "centre_windows" not in codes
    assert codes[-1] != "flag_short_history"
    assert "range" in codes
    assert told.explain("i0") == plain.explain("i0")


def test_an_item_that_never_sold_has_a_wide_range_and_begins_when_it_is_launched() -> None:
    """A mug that starts in five weeks: nothing before, about two a week after, and the range holds both ends."""
    panel = shop()
    keys = pl.concat([panel.keys, pl.DataFrame({"item": ["new"]})])
    plain = forecast(panel, events=(), keys=keys)
    assert plain.frame["weekly_mean"][30] is None
    first = panel.weeks[-1] + timedelta(weeks=6)
    table = kinds(plain.panel)
    told = launched(plain, table, [Launch(("new",), first)])
    fan = told.fan("new", 26)
    assert fan["mean"][:5].to_list() == [0.0] * 5
    assert 1 < fan["mean"][12] < 4
    low, middle, high = told.quantiles(LeadTime.fixed(13), [0.05, 0.5, 0.95])[30]
    assert low < middle < high
    assert low < 8 * 1.5 < high
    now = launched(plain, table, [Launch(("new",), None)])
    assert now.fan("new", 26)["mean"][0] > 1
    waiting = launched(plain, table, [Launch(("new",), None, interest=400)], conversion=(50, 400))
    assert waiting.frame["level"][30] > now.frame["level"][30]


def test_an_old_item_and_a_shop_without_launches_stay_as_they_are() -> None:
    """A launch told of long ago changes nothing; nor does one with nothing to compare it with."""
    panel = shop()
    plain = forecast(panel, events=())
    assert launched(plain, kinds(panel), [Launch(("i12",))]).frame.equals(plain.frame)
    old = dense(np.full((5, 30), 4.0))
    same = forecast(old, events=())
    assert launched(same, old.keys.with_columns(category=pl.lit("x")), [Launch(("i0",))]).frame.equals(same.frame)


def test_a_new_item_can_still_be_promoted() -> None:
    """What a user knows of the coming weeks moves it, and it keeps its reasons."""
    panel = shop()
    told = launched(forecast(panel, events=()), kinds(panel), [Launch(("i29",))])
    moved = told.scaled("i29", np.where(np.arange(told.state.expected.shape[1] - 1) < 4, 2.0, 1.0))
    assert moved.fan("i29", 4)["mean"].sum() == pytest.approx(2 * told.fan("i29", 4)["mean"].sum())
    assert moved.explain("i29")[0].code == "launch_analogues"


def channels(demand: np.ndarray, rows: list[tuple[str, str]]) -> DemandPanel:
    panel = dense(demand)
    born = np.array(
        [int(np.argmax(~np.isnan(row))) if (~np.isnan(row)).any() else row.size for row in demand], dtype=np.int64
    )
    keys = pl.DataFrame(rows, schema=["item", "channel"], orient="row")
    return DemandPanel(keys, panel.weeks, panel.demand, born, panel.censored, panel.bulk, panel.notes)


def test_a_successor_takes_over_channel_by_channel() -> None:
    """Its own weeks stay its own; where it has not sold yet a series is made; the predecessor keeps its past."""
    demand = np.array([np.full(40, 10.0), np.full(40, 4.0), np.r_[np.full(36, np.nan), np.full(4, 9.0)]])
    panel = channels(demand, [("old", "US"), ("old", "DE"), ("new", "US")])
    both = successors(panel, {"new": ("old", 0.5)})
    assert both.keys.rows() == [("old", "US"), ("old", "DE"), ("new", "US"), ("new", "DE")]
    assert both.demand[2].tolist() == [5.0] * 36 + [9.0] * 4
    assert both.demand[3].tolist() == [2.0] * 40
    assert (both.demand[:2] == demand[:2]).all()
    assert (
        forecast(both, events=()).frame["flags"].to_list()[3] == forecast(panel, events=()).frame["flags"].to_list()[1]
    )


def test_a_line_of_successors_and_a_circle() -> None:
    """The third hands on what the second inherited; items in a circle, or of unknown predecessors, end the line."""
    panel = channels(np.full((1, 20), 8.0), [("a", "US")])
    line = successors(panel, {"c": ("b", 0.5), "b": ("a", 0.5)})
    assert {row[0]: float(line.demand[k, 0]) for k, row in enumerate(line.keys.rows())} == {
        "a": 8.0,
        "b": 4.0,
        "c": 2.0,
    }
    assert len(successors(panel, {"x": ("y", 1.0), "y": ("x", 1.0)})) == 1
    assert successors(panel, {}) is panel


def test_many_ends_in_one_pass_are_as_one_after_another() -> None:
    """The same means, factors and reasons; what has no forecast or is not there is passed over."""
    panel = shop()
    plain = forecast(panel, events=())
    soon, later = panel.weeks[-1] + timedelta(weeks=5), panel.weeks[-1] + timedelta(weeks=15)
    both = ended(plain, {("i0",): soon, ("i3",): later, ("gone",): soon})
    single = plain.until("i0", soon).until("i3", later)
    assert both.frame.equals(single.frame)
    assert both.fan("i3").equals(single.fan("i3"))
    assert both.explain("i0") == single.explain("i0")
    assert both.fan("i0", 6)["mean"][-1] == 0


def test_a_new_item_has_the_shops_first_christmas() -> None:
    """The shop doubles its pace in the same eight weeks each year; the item that was never there then does so, too."""
    rng = np.random.default_rng(3)
    weeks, high = 112, [*range(48, 56), *range(100, 108)]
    level = np.full((40, weeks), 8.0)
    level[:, high] *= 2.5
    demand = rng.poisson(level).astype(np.float64)[:, :98]
    born = np.array([0] * 25 + list(range(10, 24)) + [95], dtype=np.int64)
    for row, start in enumerate(born):
        demand[row, :start] = np.nan
    plain = dense(demand)
    panel = DemandPanel(plain.keys, plain.weeks, plain.demand, born, plain.censored, plain.bulk, plain.notes)
    told = launched(forecast(panel, events=()), panel.keys.with_columns(category=pl.lit("x")), [Launch(("i39",))])
    fan = told.fan("i39", 14)["mean"].to_numpy()
    assert fan[3:8].mean() > 1.3 * fan[0]
    assert fan[3:8].mean() > 1.3 * fan[11:].mean()
