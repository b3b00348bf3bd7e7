"""Signals beside sales: search interest, page views, cart adds, ads, price, promotions. What is each worth?

**Model.** Within a series and half-year the weeks' shares of demand are w·exp(β·x) / Σ w·exp(β·x), w the shop's weekly index, x
the signals: a Poisson regression with a level of its own for every series and half-year, which drops out (Hausman, Hall &
Griliches 1984, Econometrica 52(4)). Levels need no estimate, so nothing of a slow trend is taken for an effect.
β by Newton's method; intervals from the sandwich over series, which holds for over-dispersed and autocorrelated weeks (Wooldridge
1999, J. Econometrics 90(1)).

**Value.** β from two thirds of the weeks is tried on the other third, each third in turn: the share of the deviance of unseen
weeks that it explains. A signal is kept when that share is above zero by more than chance (one-sided 5 % over series) and its
effect on all weeks has an interval without zero; the others are dropped one at a time, the least useful first, and the
rest is fitted anew.

A week with an unknown signal, or an unknown demand, is left out; a signal unknown for its last four weeks has *stopped* and is
dropped with that reason, for it cannot say anything about the weeks to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from entrepot.engines.demand.model import DemandPanel, Floats
from entrepot.engines.demand.refill import weekly_index

BLOCK = 26
"""Weeks over which a series' level is its own."""

STOPPED = 4
"""Last weeks of which none is known when a signal has stopped."""

FEWEST_SERIES = 5
"""Series that must have a signal for its scatter over series to be known."""

FOLDS = 3
"""Parts of the weeks of which each is predicted from the others."""

SURE = NormalDist().inv_cdf(0.95)
INTERVAL = NormalDist().inv_cdf(0.975)
MOST_STEPS = 25
MOST_EFFECT = 5.0


@dataclass(frozen=True)
class Signal:
    """A signal: ``values`` [series, weeks] in the order of the panel, NaN unknown; it speaks for the demand ``lag`` weeks
    later (0: known for the weeks ahead, such as a planned price or promotion)."""

    name: str
    values: Floats
    lag: int = 0


@dataclass(frozen=True)
class SignalValue:
    """One signal's effect: demand is multiplied by exp(``effect``·x), ``low`` and ``high`` its 95 % interval, ``value`` the
    share of the deviance of unseen weeks that it explains beside the others (in the series that have it), ``kept`` and why not
    (``reason``)."""

    name: str
    effect: float
    low: float
    high: float
    value: float
    kept: bool
    reason: str

    @property
    def uplift(self) -> float:
        """Share that one unit of the signal adds to demand.

        >>> round(SignalValue("promotion", 0.4055, 0.3, 0.5, 0.02, True, "").uplift, 3)
        0.5
        """
        return float(np.exp(self.effect) - 1)


@dataclass(frozen=True)
class SignalValues:
    """All signals of a panel, in the order in which they were given."""

    signals: tuple[SignalValue, ...]

    @property
    def kept(self) -> tuple[SignalValue, ...]:
        """Those that are used."""
        return tuple(one for one in self.signals if one.kept)


def signal_values(panel: DemandPanel, signals: Sequence[Signal]) -> SignalValues:
    """Effect and out-of-sample value of each signal on this panel, and which are kept.

    Raises ``ValueError`` for values of another shape than the panel or names that are not distinct.
    """
    names = [signal.name for signal in signals]
    if len(set(names)) != len(names):
        raise ValueError("signals need distinct names")
    for signal in signals:
        if signal.values.shape != panel.demand.shape:
            raise ValueError(f"signal {signal.name} is {signal.values.shape}, the panel {panel.demand.shape}")
    index = weekly_index(panel.demand)
    found: dict[str, SignalValue] = {}
    left = [signal for signal in signals if not _stopped(signal)]
    for signal in signals:
        if _stopped(signal):
            found[signal.name] = SignalValue(signal.name, 0.0, 0.0, 0.0, 0.0, False, "stopped")
    while left:
        data = _Data.of(panel.demand, index, left)
        table = [_value(data, left, column) for column in range(len(left))]
        worst = min(range(len(left)), key=lambda k: table[k][1])
        if all(one.kept for one, _ in table):
            found.update({one.name: one for one, _ in table})
            break
        dropped = min((k for k in range(len(left)) if not table[k][0].kept), key=lambda k: table[k][1], default=worst)
        found[left[dropped].name] = table[dropped][0]
        left.pop(dropped)
    return SignalValues(tuple(found[name] for name in names))


@dataclass(frozen=True)
class _Data:
    """Known weeks: ``demand`` [series, weeks] (0 where left out), ``weight`` the shop's index (0 where left out), ``x``
    [series, weeks, signals], ``block`` [weeks]."""

    demand: Floats
    weight: Floats
    x: Floats
    block: NDArray[np.int64]

    @classmethod
    def of(cls, demand: Floats, index: Floats, signals: Sequence[Signal]) -> _Data:
        x = np.stack([_lagged(signal) for signal in signals], axis=2)
        known = ~np.isnan(demand) & ~np.isnan(x).any(axis=2)
        weeks = np.arange(demand.shape[1], dtype=np.int64)
        return cls(
            np.where(known, demand, 0.0), np.where(known, index[None, :], 0.0), np.where(known[:, :, None], x, 0.0),
            weeks // BLOCK,
        )  # fmt: skip

    def between(self, start: int, stop: int) -> _Data:
        """Some of the weeks."""
        return _Data(
            self.demand[:, start:stop], self.weight[:, start:stop], self.x[:, start:stop], self.block[start:stop]
        )

    def those(self, series: NDArray[np.bool_]) -> _Data:
        """Some of the series."""
        return _Data(self.demand[series], self.weight[series], self.x[series], self.block)

    def without(self, start: int, stop: int) -> _Data:
        """All other weeks."""
        rows = np.delete(np.arange(self.block.size), np.s_[start:stop])
        return _Data(self.demand[:, rows], self.weight[:, rows], self.x[:, rows], self.block[rows])

    def groups(self) -> list[_Data]:
        """One for each half-year."""
        return [
            _Data(self.demand[:, rows], self.weight[:, rows], self.x[:, rows], self.block[rows])
            for rows in (self.block == one for one in np.unique(self.block))
        ]


def _stopped(signal: Signal) -> bool:
    return bool(np.isnan(signal.values[:, -STOPPED:]).all())


def _lagged(signal: Signal) -> Floats:
    """The signal beside the demand that it speaks for. A series that never had it says nothing of it (a constant does nothing
    to shares), so that signals of different items can be judged together."""
    out = signal.values.copy()
    if signal.lag:
        out[:, signal.lag :], out[:, : signal.lag] = signal.values[:, : -signal.lag], np.nan
    out[np.isnan(out).all(axis=1)] = 0.0
    return out


def _shares(data: _Data, effect: Floats) -> Floats:
    """Expected shares [series, weeks] of a half-year's demand."""
    weight = data.weight * np.exp(np.clip(data.x @ effect, -30, 30))
    whole = weight.sum(axis=1, keepdims=True)
    return weight / np.maximum(whole, 1e-300)


def _fit(data: _Data) -> tuple[Floats, Floats]:
    """Effects [signals] and their standard errors."""
    count = int(data.x.shape[2])
    effect: Floats = np.zeros(count)
    blocks = data.groups()
    for _ in range(MOST_STEPS):
        score, information = _derivatives(blocks, effect)
        step: Floats = np.einsum("kl,sl->k", _inverse(information), score)
        effect = _within(effect + _within(step, 1.0), MOST_EFFECT)
        if np.abs(step).max() < 1e-8:
            break
    score, information = _derivatives(blocks, effect)
    inverse = _inverse(information)
    live = (score != 0).any(axis=1)
    correction = live.sum() / max(live.sum() - 1, 1)
    variance = correction * inverse @ (score.T @ score) @ inverse
    error = np.asarray(np.sqrt(np.maximum(np.diag(variance), 0.0)), dtype=np.float64)
    return effect, error


def _within(values: Floats, limit: float) -> Floats:
    return np.asarray(np.clip(values, -limit, limit), dtype=np.float64)


def _inverse(information: Floats) -> Floats:
    """Inverse of an information matrix, with a little ridge for signals that never vary."""
    return np.asarray(np.linalg.inv(information + 1e-6 * np.eye(information.shape[0])), dtype=np.float64)


def _derivatives(blocks: Sequence[_Data], effect: Floats) -> tuple[Floats, Floats]:
    series, count = blocks[0].x.shape[0], effect.size
    score, information = np.zeros((series, count)), np.zeros((count, count))
    for data in blocks:
        share, total = _shares(data, effect), data.demand.sum(axis=1)
        mean = np.einsum("st,stk->sk", share, data.x)
        score += np.einsum("st,stk->sk", data.demand, data.x) - total[:, None] * mean
        flat = data.x.reshape(-1, count)
        second = flat.T @ (flat * (total[:, None] * share).reshape(-1, 1))
        information += second - mean.T @ (mean * total[:, None])
    return score, information


def _deviance(data: _Data, effect: Floats) -> Floats:
    """Deviance [series] of the weeks' shares; only differences between effects mean something."""
    out = np.zeros(data.demand.shape[0])
    for block in data.groups():
        share = _shares(block, effect)
        out -= 2 * (block.demand * np.log(np.maximum(share, 1e-300))).sum(axis=1)
    return out


def _value(data: _Data, signals: Sequence[Signal], column: int) -> tuple[SignalValue, float]:
    """A signal beside the others: its effect over all weeks, what it is worth on unseen ones, and how sure that is (standard
    errors)."""
    effect, error = _fit(data)
    weeks = data.demand.shape[1]
    edges = [weeks * k // FOLDS for k in range(FOLDS + 1)]
    others = [k for k in range(len(signals)) if k != column]
    saved, explainable = np.zeros(data.demand.shape[0]), 0.0
    telling = (data.x[:, :, column] != 0).any(axis=1)
    for start, stop in pairwise(edges):
        test, rest = data.between(start, stop), data.without(start, stop)
        with_it, _ = _fit(rest)
        without = np.zeros(len(signals))
        if others:
            without[others], _ = _fit(_Data(rest.demand, rest.weight, rest.x[:, :, others], rest.block))
        saved += _deviance(test, without) - _deviance(test, with_it)
        explainable += _explainable(test.those(telling), _deviance(test.those(telling), np.zeros(len(signals))))
    share = float(saved.sum() / max(explainable, 1e-9))
    # A series whose weeks scatter widely says less: its saving counts in units of its own scatter.
    told = saved / _scatter(data)
    spread = float(np.sqrt(((told - told.mean()) ** 2).sum()))
    sure = float(told.sum()) / spread if spread > 0 else 0.0
    low, high = effect[column] - INTERVAL * error[column], effect[column] + INTERVAL * error[column]
    clear = bool(low > 0 or high < 0)
    if int(telling.sum()) < FEWEST_SERIES:
        reason = "too few items to tell"
    elif sure <= SURE:
        reason = "no value on unseen weeks"
    else:
        reason = "" if clear else "effect not clear"
    name = signals[column].name
    return SignalValue(name, float(effect[column]), float(low), float(high), share, not reason, reason), sure


def _scatter(data: _Data) -> Floats:
    """Variance of the known weeks over their mean [series], at least 1 (Poisson)."""
    known = data.weight > 0
    count = np.maximum(known.sum(axis=1), 1)
    mean = data.demand.sum(axis=1) / count
    squares = (np.where(known, data.demand - mean[:, None], 0.0) ** 2).sum(axis=1)
    return np.maximum(squares / count / np.maximum(mean, 1e-9), 1.0)


def _explainable(data: _Data, deviance: Floats) -> float:
    """Deviance of the shares without signals above that of shares that fit perfectly."""
    perfect = 0.0
    for block in data.groups():
        total = block.demand.sum(axis=1, keepdims=True)
        share = block.demand / np.maximum(total, 1e-300)
        perfect -= 2 * float((block.demand * np.log(np.maximum(share, 1e-300))).sum())
    return float(deviance.sum()) - perfect
