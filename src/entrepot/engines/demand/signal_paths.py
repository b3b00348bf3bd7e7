"""What signals make of the weeks ahead.

A kept signal speaks for the weeks that it leads, and beyond them less and less: what is unusual about it today (against the weeks
that the level was taken from) fades by its own persistence ρ, the first autocorrelation that it has shown over all series:

    factor(week k) = exp(β · (x(k) − usual)),   x(k) known: as told;   unknown: usual + ρ · (x(k − 1) − usual)

A planned price or promotion is known for the weeks ahead and counts in full. A series whose signal has stopped (nothing in its
last weeks) is left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.engines.demand.model import Floats
from entrepot.engines.demand.signals import STOPPED, Signal, SignalValues

USUAL_WEEKS = 13
"""Weeks whose mean is usual: about what the level of the forecast stands on."""

SEEN = 8
"""Weeks that a signal must have been known to be missed."""

MOST_FACTOR = 3.0
"""No signal makes a week sell more than this multiple, or less than its inverse: it was never seen to."""


@dataclass(frozen=True)
class SignalPaths:
    """``factors`` [series, ahead] of demand by all kept signals together, ``parts`` by signal, ``values`` what each is worth;
    ``stopped`` marks the series of which a signal that was there is no more."""

    factors: Floats
    parts: Mapping[str, Floats]
    values: SignalValues
    stopped: NDArray[np.bool_]


def signal_paths(
    signals: Sequence[Signal], values: SignalValues, ahead: int, planned: Mapping[str, Floats] | None = None
) -> SignalPaths:
    """Factors of the next ``ahead`` weeks; ``planned`` has known future values [series, ahead] by name (NaN: not known).

    >>> from entrepot.engines.demand.signals import SignalValue
    >>> views = Signal("views", np.array([[1.0, 1, 1, 1, 1, 2]]), 1)
    >>> told = SignalValues((SignalValue("views", 0.5, 0.4, 0.6, 0.1, True, ""),))
    >>> signal_paths([views], told, 2).factors.round(2).tolist()
    [[1.65, 1.0]]
    """
    kept = {one.name: one.effect for one in values.kept}
    parts: dict[str, Floats] = {}
    series = signals[0].values.shape[0] if signals else 0
    total = np.ones((series, ahead))
    stopped = np.zeros(series, dtype=np.bool_)
    for signal in signals:
        known = ~np.isnan(signal.values)
        stopped |= (known.sum(axis=1) >= SEEN) & ~known[:, -STOPPED:].any(axis=1)
        if signal.name not in kept:
            continue
        future = (planned or {}).get(signal.name)
        log = kept[signal.name] * _unusual(signal, ahead, future)
        parts[signal.name] = np.exp(np.clip(log, -np.log(MOST_FACTOR), np.log(MOST_FACTOR)))
        total = total * parts[signal.name]
    return SignalPaths(np.clip(total, 1 / MOST_FACTOR, MOST_FACTOR), parts, values, stopped)


def persistence(values: Floats) -> float:
    """First autocorrelation of ``values`` [series, weeks] around each series' own mean, between 0 and 1; NaN left out.

    >>> persistence(np.array([[1.0, -1.0] * 6])), round(persistence(np.repeat([[-1.0, 1.0, -1.0]], 8, axis=1)), 2)
    (0.0, 0.81)
    """
    known = ~np.isnan(values)
    mean = np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    away = np.where(known, values - mean[:, None], 0.0)
    both = known[:, 1:] & known[:, :-1]
    together = float((away[:, 1:] * away[:, :-1])[both].sum())
    alone = float((away[:, :-1] ** 2)[both].sum())
    return float(np.clip(together / alone, 0.0, 1.0)) if alone > 0 else 0.0


def _unusual(signal: Signal, ahead: int, planned: Floats | None) -> Floats:
    """How far the signal that speaks for each week ahead is from usual [series, ahead]; 0 where it stopped or never was."""
    weeks = signal.values.shape[1]
    recent = signal.values[:, max(0, weeks - USUAL_WEEKS - signal.lag) : weeks - signal.lag]
    known = ~np.isnan(recent)
    usual = np.where(known, recent, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    told = signal.values[:, weeks - signal.lag :] if signal.lag else np.zeros((signal.values.shape[0], 0))
    future = np.full((signal.values.shape[0], ahead), np.nan)
    width = min(told.shape[1], ahead)
    future[:, :width] = told[:, :width]
    if planned is not None:
        rest = planned[:, : ahead - signal.lag]
        future[:, signal.lag : signal.lag + rest.shape[1]] = rest
    fade = persistence(signal.values)
    last = np.nan_to_num(_last_known(signal.values[:, : weeks - signal.lag]) - usual)
    out = np.zeros((signal.values.shape[0], ahead))
    for week in range(ahead):
        told_of: Floats = future[:, week] - usual
        sure = ~np.isnan(told_of)
        last = fade * last
        last[sure] = told_of[sure]
        out[:, week] = last
    silent = np.isnan(signal.values[:, -STOPPED:]).all(axis=1) | ~known.any(axis=1)
    out[silent & np.isnan(future).all(axis=1)] = 0.0
    return out


def _last_known(values: Floats) -> Floats:
    """The last known value of each series [series]; NaN where none."""
    out = np.zeros(values.shape[0])
    out[:] = np.nan
    for week in range(values.shape[1]):
        known = ~np.isnan(values[:, week])
        out[known] = values[known, week]
    return out
