"""New items, successors, bundles and regions: what is known of an item before it has a history of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from entrepot.core.calendar import to_instant
from entrepot.engines.demand import build_demand, components, forecast, inherit, new_item, regional_shares
from entrepot.engines.demand.model import DemandPanel
from tests.engines.demand.panels import dense


def launches(series: int = 60, weeks: int = 60, seed: int = 2) -> tuple[DemandPanel, pl.DataFrame]:
    """Toys sell 20 a week and mugs 4, launched over the first half of the panel."""
    random = np.random.default_rng(seed)
    toy = np.arange(series) % 2 == 0
    demand = random.poisson(np.where(toy, 20.0, 4.0)[:, None], (series, weeks)).astype(float) + 1
    for row in range(series):
        demand[row, : random.integers(6, 30)] = np.nan
    panel = dense(demand)
    attributes = panel.keys.with_columns(
        category=pl.Series(["toy" if one else "mug" for one in toy]), price=pl.Series(np.where(toy, 15.0, 8.0))
    )
    return panel, attributes


def test_a_new_item_is_like_its_analogues() -> None:
    """A new toy is expected to sell as toys did at their launch, and a new mug as mugs; the range holds most of them."""
    panel, attributes = launches()
    toy = new_item(panel, attributes, {"category": "toy", "price": 15.0})
    mug = new_item(panel, attributes, {"category": "mug", "price": 8.0})
    assert toy.mean(13) == pytest.approx(21 * 13, rel=0.2)
    assert mug.mean(13) == pytest.approx(5 * 13, rel=0.3)
    low, high = toy.quantiles(13, [0.05, 0.95])
    assert low < 21 * 13 < high
    assert high > 1.4 * low
    assert toy.analogues["distance"].to_list() == sorted(toy.analogues["distance"])
    assert [line.code for line in toy.explain()] == ["launch_analogues"]


def test_its_own_weeks_outweigh_the_analogues() -> None:
    """After eight weeks at 60 the toy is expected near 60, with a narrower range than before; after one, in between."""
    panel, attributes = launches()
    item = {"category": "toy", "price": 15.0}
    before, one, eight = (new_item(panel, attributes, item, sold=[60] * weeks) for weeks in (0, 1, 8))
    assert before.level < one.level < eight.level
    assert eight.level == pytest.approx(60, rel=0.15)
    narrow, wide = (np.diff(each.quantiles(8, [0.1, 0.9]))[0] / each.mean(8) for each in (eight, before))
    assert narrow < 0.6 * wide


def test_interest_before_the_start_counts() -> None:
    """A thousand people on a wish list where one in five bought before lift a first forecast of eighty units."""
    panel, attributes = launches()
    item = {"category": "toy", "price": 15.0}
    plain = new_item(panel, attributes, item)
    wanted = new_item(panel, attributes, item, interest=1_000, conversion=(200, 1_000))
    assert plain.mean(4) < wanted.mean(4) < 200
    assert "launch_interest" in [line.code for line in wanted.explain()]


def test_without_any_launch_there_is_nothing_to_compare_with() -> None:
    """Items that were there from the first week say nothing of a launch."""
    panel = dense(np.full((5, 30), 4.0))
    with pytest.raises(ValueError, match="launched"):
        new_item(panel, panel.keys.with_columns(category=pl.lit("x")), {"category": "x"})


def test_a_successor_inherits_the_past() -> None:
    """Four weeks after it took over, the successor is forecast from the whole history and not flagged as short."""
    demand = np.full((2, 40), 10.0)
    demand[0, 36:] = 0.0
    demand[1, :36] = np.nan
    panel = dense(demand)
    handed = inherit(panel, "i0", "i1", share=0.8)
    alone, heir = forecast(panel, events=()).frame, forecast(handed, events=()).frame
    assert "short_history" in alone["flags"][1]
    assert "short_history" not in heir["flags"][1]
    assert heir["weeks"][1] == 40
    assert 8 < heir["level"][1] <= 10
    with pytest.raises(KeyError):
        inherit(panel, "i0", "i9")


def test_bundles_are_demand_for_their_components() -> None:
    """Bundles of bundles end in components; returns of a bundle bring its components back; a circle is refused."""
    lines = pl.DataFrame({"item": ["box", "mug", "box"], "quantity": [3, 1, -1], "ordered_at": [1, 2, 3]})
    parts = pl.DataFrame({"bundle": ["box", "box", "set"], "component": ["set", "bow", "mug"], "units": [2, 1, 4]})
    told = components(lines, parts).group_by("item").agg(pl.col("quantity").sum()).sort("item")
    assert told.rows() == [("bow", 2), ("mug", 2 * 2 * 4 + 1)]
    with pytest.raises(ValueError, match="itself"):
        components(lines, pl.DataFrame({"bundle": ["box"], "component": ["box"], "units": [1]}))


def test_regional_shares_lean_on_the_shop() -> None:
    """Shares of an item add up to 1; a large item has its own, one with a single order that of the shop."""
    rows = (
        [("big", 100, "US", k) for k in range(20)] + [("big", 25, "EU", k) for k in range(20)] + [("small", 1, "EU", 3)]
    )
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    lines = pl.DataFrame(
        [(item, units, region, to_instant(start + timedelta(weeks=week))) for item, units, region, week in rows],
        schema=["item", "quantity", "region", "ordered_at"], orient="row",
    )  # fmt: skip
    shares = regional_shares(build_demand(lines, as_of=to_instant(start + timedelta(weeks=21))))
    by = {(item, region): share for item, region, share in shares.iter_rows()}
    assert by["big", "US"] == pytest.approx(0.8, abs=0.005)
    assert 0.7 < by["small", "US"] < 0.8
    assert shares.group_by("item").agg(pl.col("share").sum())["share"].to_list() == pytest.approx([1.0, 1.0])
