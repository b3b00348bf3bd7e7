"""The track record: what past forecasts were worth, and the alarms when something has changed."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from entrepot.engines.demand.track import track_record
from tests.engines.demand.panels import dense


def test_forecasts_are_made_again_as_they_would_have_been() -> None:
    """Without stored forecasts four earlier ones are judged, only from weeks known then; steady demand raises no alarm."""
    random = np.random.default_rng(1)
    panel = dense(random.poisson(8.0, (120, 40)).astype(float))
    record = track_record(panel)
    assert record.cycles["last_week"].to_list() == [panel.weeks[39 - 8 - back] for back in (12, 8, 4, 0)]
    assert record.frame["forecasts"].to_list() == [4] * 120
    assert record.total["wape"] is not None
    assert record.total["wape"] < 0.2
    assert record.total["value_added"] is not None
    assert record.total["value_added"] > 0
    assert record.alarms == ()
    spoiled = panel.demand.copy()
    spoiled[:, 32:] = 1_000
    worse = track_record(dense(spoiled))
    assert worse.cycles["bias"][0] == pytest.approx(record.cycles["bias"][0], abs=1e-9)


def test_a_change_of_pace_raises_alarms() -> None:
    """When demand triples in the last weeks, bias and coverage are called out."""
    random = np.random.default_rng(1)
    demand = random.poisson(8.0, (120, 40)).astype(float)
    demand[:, 32:] = random.poisson(24.0, (120, 8))
    codes = [alarm.code for alarm in track_record(dense(demand)).alarms]
    assert "alarm_bias" in codes
    assert "alarm_coverage" in codes


def test_stored_forecasts_are_judged_by_what_was_sold() -> None:
    """Stored figures give the hand-computed errors; those whose weeks are not over, or of other lead times, do not count."""
    panel = dense(np.array([[10.0] * 20, [0.0] * 20]))
    last = panel.weeks[11]
    stored = pl.DataFrame({
        "item": ["i0", "i0", "i0", "i0"], "last_week": [last, last, panel.weeks[18], last - timedelta(weeks=900)],
        "weeks": [8, 4, 8, 8], "mean": [60.0, 1.0, 1.0, 1.0], "q95": [100.0, 1.0, 1.0, 1.0],
    })  # fmt: skip
    record = track_record(panel, stored=stored)
    row = record.frame.row(0, named=True)
    assert len(record.frame) == 1
    assert (row["forecasts"], row["demand"], row["wape"], row["bias"]) == (1, 80.0, 0.25, -0.25)
    assert (row["wape_ma8"], row["covered95"], row["value_added"]) == (0.0, 1.0, None)


def test_too_short_a_history_has_no_record() -> None:
    """Nothing to judge is an empty record, not a failure."""
    record = track_record(dense(np.full((3, 10), 4.0)))
    assert record.frame.is_empty()
    assert record.alarms == ()


def test_what_the_quantile_costs_is_the_pinball_loss() -> None:
    """Hand-computed for two stored forecasts: 80 sold under 100 costs 0.05 · 20, over 60 it costs 0.95 · 20."""
    panel = dense(np.array([[10.0] * 20, [10.0] * 20]))
    stored = pl.DataFrame({"item": ["i0", "i1"], "last_week": [panel.weeks[11]] * 2, "weeks": [8, 8], "mean": [80.0, 80.0],
                           "q95": [100.0, 60.0]})  # fmt: skip
    record = track_record(panel, stored=stored)
    assert record.frame["pin95"].to_list() == pytest.approx([2 * 1 / 80, 2 * 19 / 80])
    assert record.total["pin95"] == pytest.approx(2 * 20 / 160)
    assert record.total["pin95_ma8"] == pytest.approx(0.0, abs=1e-12)
