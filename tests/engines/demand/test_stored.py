"""The spread is calibrated on the product's own stored forecasts as soon as there are any."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from entrepot.engines.demand import LeadTime, fit, forecast
from tests.engines.demand.panels import dense


def test_own_forecasts_that_were_too_high_pull_the_quantiles_down() -> None:
    """Stored means of twice the demand: actual / forecast is about a half, whatever a forecast made again would have said."""
    random = np.random.default_rng(3)
    panel = dense(random.poisson(10, (60, 60)).astype(float))
    told = [
        panel.keys.with_columns(last_week=pl.lit(panel.weeks[at - 1]), weeks=pl.lit(8), mean=pl.lit(160.0))
        for at in range(8, 52)
    ]
    own = forecast(panel, model=fit(panel, events=(), learning=False, stored=pl.concat(told)))
    again = forecast(panel, model=fit(panel, events=(), learning=False))
    middle, usual = (one.quantiles(LeadTime.fixed(8), [0.5])[:, 0].mean() for one in (own, again))
    assert middle == pytest.approx(40, rel=0.1)
    assert usual == pytest.approx(80, rel=0.1)


def test_forecasts_of_other_series_and_weeks_change_nothing() -> None:
    """What cannot be laid beside the panel is left out."""
    panel = dense(np.random.default_rng(4).poisson(10, (60, 40)).astype(float))
    strange = pl.DataFrame({"item": ["gone"], "last_week": [panel.weeks[20]], "weeks": [8], "mean": [1.0]})
    one, two = fit(panel, events=(), learning=False, stored=strange), fit(panel, events=(), learning=False)
    assert np.array_equal(one.table.quantiles, two.table.quantiles)
