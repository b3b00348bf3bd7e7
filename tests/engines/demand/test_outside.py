"""Models from elsewhere take part as far as they pay on the seller's own past, and never stop a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from entrepot.engines.demand import DemandPanel, LeadTime, fit, forecast
from entrepot.engines.demand.model import Floats
from entrepot.engines.demand.outside import joined, judged
from entrepot.engines.demand.statsforecast_model import StatsforecastModel
from tests.engines.demand.panels import dense


@dataclass(frozen=True)
class Lagged:
    """A pretrained linear model: next weeks are the weighted weeks of the past, its weights come from a file."""

    weights: Floats
    name: str = "lagged"

    @classmethod
    def load(cls, path: Path) -> Lagged:
        """From a file of weights, the newest week first."""
        return cls(np.load(path)["weights"])

    def totals(
        self, demand: Floats, weeks: Sequence[date], horizons: Sequence[int], levels: Sequence[float]
    ) -> Mapping[int, Floats]:
        """Poisson-like spread around the weighted sum."""
        known = np.nan_to_num(demand)
        for _ in range(max(horizons)):
            known = np.column_stack([known, known[:, -self.weights.size :][:, ::-1] @ self.weights])
        ahead = np.cumsum(known[:, demand.shape[1] :], axis=1)
        z = np.array([-1.64, -0.67, 0.0, 0.67, 1.28, 1.64, 2.33])
        return {h: np.maximum(ahead[:, [h - 1]] + z * np.sqrt(ahead[:, [h - 1]]), 0) for h in horizons}


@pytest.fixture(scope="module")
def waves() -> DemandPanel:
    """Items that sell 20 a week for a quarter and 5 for the next: a period that no calendar knows."""
    random = np.random.default_rng(8)
    level = np.where((np.arange(100)[None, :] + 13 * random.integers(0, 2, (120, 1))) % 26 < 13, 20.0, 5.0)
    return dense(random.poisson(level).astype(float))


def test_a_pretrained_model_with_the_users_weights_is_used_where_it_pays(waves: DemandPanel, tmp_path: Path) -> None:
    """Weights that look half a year back know the period: they get most of the say, and the quantiles follow them."""
    lags = np.zeros(26)
    lags[25] = 1.0
    np.savez(tmp_path / "lagged.npz", weights=lags)
    candidate = Lagged.load(tmp_path / "lagged.npz")
    model = fit(waves, events=(), learning=False)
    plain = forecast(waves, model=model)
    kept = judged(waves, candidate, model=model)
    assert kept.weight >= 0.5
    assert kept.gain > 0.1
    result = joined(plain, candidate, kept)
    theirs = candidate.totals(waves.demand, waves.weeks, [13], [])[13][:, 2]
    before, after = (one.quantiles(LeadTime.fixed(13), [0.5])[:, 0] for one in (plain, result))
    assert np.abs(after - theirs).mean() < 0.5 * np.abs(before - theirs).mean()
    assert "outside" in [line.code for line in result.explain("i3")]
    assert np.all(np.diff(result.quantiles(LeadTime((4, 9))), axis=1) >= 0)


def test_a_model_without_value_is_dropped(waves: DemandPanel) -> None:
    """Weights that forget everything but last week's noise save nothing: the forecast stays as it is, bit for bit."""
    model = fit(waves, events=(), learning=False)
    candidate = Lagged(np.array([0.3]))
    kept = judged(waves, candidate, model=model)
    assert (kept.weight, kept.reason) == (0.0, "no value on this shop's past")
    plain = forecast(waves, model=model)
    assert joined(plain, candidate, kept) is plain


def test_a_model_that_fails_or_answers_nonsense_never_stops_the_run(waves: DemandPanel) -> None:
    """An exception, a wrong shape, or a shop too young to try it: no say, with the reason."""

    class Broken(Lagged):
        def totals(
            self, demand: Floats, weeks: Sequence[date], horizons: Sequence[int], levels: Sequence[float]
        ) -> Mapping[int, Floats]:
            if self.name == "shape":
                return {h: np.zeros((1, 1)) for h in horizons}
            raise RuntimeError("no such device")

    model = fit(waves, events=(), learning=False)
    assert judged(waves, Broken(np.ones(1)), model=model).reason == "failed: RuntimeError: no such device"
    assert judged(waves, Broken(np.ones(1), "shape"), model=model).reason.startswith(
        "failed: ValueError: 4 weeks: (1, 1)"
    )
    young = waves.until(20)
    assert judged(young, Lagged(np.ones(1)), model=fit(young)).reason == "too little history to try it"


def test_statsforecast_takes_part_as_a_base_method(waves: DemandPanel) -> None:
    """It answers for the series that sell most and leaves the others, and tiny ones, to us."""
    few = waves.take(np.arange(12))
    told = StatsforecastModel("AutoTheta", 5).totals(few.demand, few.weeks, [4, 13], [0.5, 0.95])
    known = ~np.isnan(told[13]).any(axis=1)
    assert known.sum() == 5
    assert np.all(told[13][known, 1] >= told[13][known, 0])
    young = few.until(8)
    assert np.isnan(StatsforecastModel("AutoTheta").totals(young.demand, young.weeks, [4], [0.5])[4]).all()
