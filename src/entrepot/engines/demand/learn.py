"""The learnt correction: gradient-boosted trees that look at a series' own circumstances, used as far as they pay.

The ratio table knows two things of a series, its level and how rarely it sells. Trees (LightGBM: Ke et al. 2017, NeurIPS
30) look at :data:`~entrepot.engines.demand.features.NAMES`: how the window means differ, age, variation, one-off orders,
the same weeks a year ago, the time of year. One model for each of :data:`LEARNT_LEVELS` predicts that quantile of actual /
forecast of a lead-time total; from 78 weeks on another (Tweedie loss) corrects the centre itself. All lead times share the
models, with the number of weeks as a feature.

Whether it pays is measured before it is used: on two halves of the *series*, each predicted by trees that saw only the
other. Series of one shop share their weeks, so this flatters the trees a little; with less than 78 weeks they therefore
never get more than half of the say, the table the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, cast

import numpy as np

from entrepot.engines.demand.features import SEASONS_FROM
from entrepot.engines.demand.model import Floats
from entrepot.engines.demand.samples import LEARNT, Lessons

LEARNT_LEVELS: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)

FEWEST = 2_000
"""Lessons below which nothing is learnt."""

MOST_RATIO = 50.0
MOST_FACTOR = 6.0
"""A lesson counts at most this ratio for the quantiles, for the centre; a single order says little about others."""

LEAST_GAIN = 0.005
"""Share of the pinball loss that must be saved for the trees' quantiles to be used at all."""

HALF_WAY = 0.5

WEIGHTS: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0)
SHORT_WEIGHT = 0.5

_COMMON: dict[str, Any] = {
    "max_bin": 63, "verbose": -1, "num_threads": 1, "deterministic": True, "force_row_wise": True,
    "feature_fraction_bynode": 0.7,
}  # fmt: skip
_QUANTILE = {**_COMMON, "objective": "quantile", "num_leaves": 8, "learning_rate": 0.1}
_MEAN = {**_COMMON, "objective": "tweedie", "num_leaves": 16, "learning_rate": 0.06}
_ROUNDS = {"quantile": 40, "mean": 80}


@dataclass(frozen=True)
class Learnt:
    """Fitted trees as text (one a level of :data:`LEARNT_LEVELS`; ``centre`` where it pays), the ``weight`` of their quantiles
    against the ratio table's, and the shares of loss that they saved on series that they had not seen. ``balance`` [LEARNT]
    are the factors that the centre's trees would put on the whole shop's demand: they are divided out (see
    :func:`balanced`)."""

    quantiles: tuple[str, ...]
    weight: float
    gain: float
    centre: str | None
    centre_gain: float
    balance: tuple[float, ...] = (1.0,) * len(LEARNT)


def learn(lessons: Lessons, table: Floats, weeks: int, seed: int) -> Learnt | None:
    """Fit on ``lessons`` of a panel of ``weeks`` weeks; ``table`` [lessons, LEARNT_LEVELS] are the ratio table's quantiles.

    ``None`` where there are too few lessons or nothing is gained on unseen series.
    """
    if len(lessons) < FEWEST:
        return None
    half = np.random.default_rng(seed).integers(0, 2, int(lessons.series.max()) + 1)[lessons.series] == 0
    other = ~half
    long = weeks >= SEASONS_FROM
    unseen = np.empty_like(table)
    centre = np.ones(len(lessons))
    for train, test in ((half, other), (other, half)):
        unseen[test] = _predicted(_fit_quantiles(lessons, train, seed), lessons.features[test])
        if long:
            centre[test] = _factor(_fit_centre(lessons, train, seed), lessons.features[test])
    everyone = np.ones(len(lessons), dtype=np.bool_)
    centre_gain = _centre_gain(lessons, centre) if long else 0.0
    weight, gain = _best_weight(lessons, table, unseen, 1.0 if long else SHORT_WEIGHT)
    if weight == 0.0 and centre_gain <= 0.0:
        return None
    text = _fit_centre(lessons, everyone, seed) if centre_gain > 0.0 else None
    return Learnt(_fit_quantiles(lessons, everyone, seed) if weight else (), weight, gain, text, centre_gain)


def corrections(learnt: Learnt, features: list[Floats]) -> tuple[Floats, Floats]:
    """Factors of the centre [series, LEARNT] and ratio quantiles against that centre [series, LEARNT, LEARNT_LEVELS] (none
    where the trees' quantiles are not used); ``features`` has one array for each horizon of LEARNT."""
    rows = features[0].shape[0]
    factors = np.ones((rows, len(LEARNT)))
    quantiles = np.zeros((rows, len(LEARNT) if learnt.quantiles else 0, len(LEARNT_LEVELS)))
    for column, known in enumerate(features):
        if learnt.centre is not None:
            factors[:, column] = _factor(learnt.centre, known)
        if learnt.quantiles:
            # Against the trees' own centre: what the balance takes from that, their quantiles must not bring back.
            quantiles[:, column] = _predicted(learnt.quantiles, known) / factors[:, column, None]
        factors[:, column] /= learnt.balance[column]
    return factors, quantiles


def balanced(learnt: Learnt, features: list[Floats], expected: list[Floats]) -> Learnt:
    """``learnt`` with the balance of a shop whose series have these ``features`` and ``expected`` totals, by horizon.

    The trees may say which series will sell more than the others, not that all of them will: how the whole shop goes on is
    the season's business, which knows of more than the years that the trees have seen.
    """
    if learnt.centre is None:
        return learnt
    factors, _ = corrections(replace(learnt, quantiles=()), features)
    whole = [float((factors[:, k] * units).sum()) / max(float(units.sum()), 1e-9) for k, units in enumerate(expected)]
    return replace(learnt, balance=tuple(max(one, 1e-3) for one in whole))


def _fit_quantiles(lessons: Lessons, rows: np.ndarray, seed: int) -> tuple[str, ...]:
    data = _dataset(lessons, rows, MOST_RATIO)
    return tuple(_train({**_QUANTILE, "alpha": level}, data, rows, seed, "quantile") for level in LEARNT_LEVELS)


def _fit_centre(lessons: Lessons, rows: np.ndarray, seed: int) -> str:
    return _train(_MEAN, _dataset(lessons, rows, MOST_FACTOR), rows, seed, "mean")


def _dataset(lessons: Lessons, rows: np.ndarray, most: float) -> Any:
    lightgbm = cast(Any, import_module("lightgbm"))  # heavy, and without complete types
    # An error costs in units, so a large series weighs more, but not so much that a few decide alone.
    weight = np.sqrt(lessons.expected[rows])
    return lightgbm.Dataset(
        lessons.features[rows], np.minimum(lessons.ratio[rows], most), weight=weight,
        params={"max_bin": 63, "verbose": -1}, free_raw_data=False,
    )  # fmt: skip


def _train(parameters: dict[str, Any], data: Any, rows: np.ndarray, seed: int, kind: str) -> str:
    lightgbm = cast(Any, import_module("lightgbm"))
    leaf = max(20, min(400, int(rows.sum()) // 60))
    booster = lightgbm.train({**parameters, "seed": seed, "min_data_in_leaf": leaf}, data, _ROUNDS[kind])
    return str(booster.model_to_string())


def _predicted(models: tuple[str, ...], features: Floats) -> Floats:
    """Ratio quantiles [rows, LEARNT_LEVELS], never negative, rising."""
    columns = [_raw(model, features) for model in models]
    return np.sort(np.maximum(np.column_stack(columns), 0.0), axis=1)


def _factor(model: str, features: Floats) -> Floats:
    """Half way (in logarithms) to what the trees say: the mean of two good centres beats either."""
    return np.clip(_raw(model, features), 0.2, 5.0) ** HALF_WAY


def _raw(model: str, features: Floats) -> Floats:
    if features.shape[0] == 0:
        return np.zeros(0)
    lightgbm = cast(Any, import_module("lightgbm"))
    return np.asarray(lightgbm.Booster(model_str=model).predict(features, num_threads=1), dtype=np.float64)


def _centre_gain(lessons: Lessons, factor: Floats) -> float:
    """Share of Σ|error| in units that the factors save."""
    before = float((np.abs(lessons.ratio - 1) * lessons.expected).sum())
    after = float((np.abs(lessons.ratio - factor) * lessons.expected).sum())
    return 1 - after / max(before, 1e-9)


def _best_weight(lessons: Lessons, table: Floats, trees: Floats, most: float) -> tuple[float, float]:
    """The weight of the trees with the least pinball loss in units, and the share that it saves; 0 where too little."""
    levels = np.asarray(LEARNT_LEVELS)

    def loss(weight: float) -> float:
        gap = lessons.ratio[:, None] - (weight * trees + (1 - weight) * table)
        pinball = np.maximum(levels * gap, (levels - 1) * gap).sum(axis=1)
        return float((pinball * lessons.expected).sum())

    alone = loss(0.0)
    best = min((weight for weight in WEIGHTS if weight <= most), key=loss)
    gain = 1 - loss(best) / max(alone, 1e-9)
    return (best, gain) if gain >= LEAST_GAIN else (0.0, max(gain, 0.0))
