"""Ways of ordering that sellers use: what a plan is compared with. All of them ship by the slowest mode."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from entrepot.engines.twin.model import Floats, Goods, Ints, Now, Policy

Z95 = 1.6448536269514722


def in_cartons(want: Floats, goods: Goods) -> Ints:
    """Whole cartons, rounded up, at least the minimum order; nothing where nothing is wanted."""
    units = np.ceil(want / goods.carton - 1e-9) * goods.carton
    return np.where(want > 0, np.maximum(units, goods.least), 0).astype(np.int64)


def average(history: Floats, weeks: int) -> Floats:
    """Mean weekly units of the last ``weeks`` of ``history`` [SKUs, weeks]."""
    return history[:, -weeks:].mean(axis=1)


def blended(history: Floats) -> Floats:
    """0.5 / 0.3 / 0.2 of the daily averages of the last 7, 15 and 30 days, as units a week."""
    padded = np.concatenate([np.zeros((len(history), 5)), history], axis=1)[:, ::-1]
    half = padded[:, :2].sum(axis=1) + padded[:, 2] / 7
    month = padded[:, :4].sum(axis=1) + padded[:, 4] * 2 / 7
    return 0.5 * padded[:, 0] + 0.3 * half * 7 / 15 + 0.2 * month * 7 / 30


def up_to(
    goods: Goods, modes: int, history: Callable[[int], Floats], levels: Callable[[Floats], tuple[Floats, Floats]]
) -> Policy:
    """Order up to the second of ``levels`` when the position is below the first; ``history`` up to a week, that included."""

    def policy(now: Now) -> Ints:
        low, high = levels(history(now.week))
        want = np.where(now.position < low, high - now.position, 0.0)
        out = np.zeros((len(goods), modes), np.int64)
        out[:, -1] = in_cartons(want, goods)
        return out

    return policy


def days_of_cover(lead: float | Floats, cover: float) -> Callable[[Floats], tuple[Floats, Floats]]:
    """Up to (lead + review + cover) weeks of the 8-week average, every week."""

    def levels(history: Floats) -> tuple[Floats, Floats]:
        high = average(history, 8) * (lead + 1 + cover)
        return high, high

    return levels


def blended_cover(lead: float | Floats, cover: float) -> Callable[[Floats], tuple[Floats, Floats]]:
    """As :func:`days_of_cover`, with the blended average."""

    def levels(history: Floats) -> tuple[Floats, Floats]:
        high = blended(history) * (lead + 1 + cover)
        return high, high

    return levels


def min_max(lead: float | Floats, cover: float) -> Callable[[Floats], tuple[Floats, Floats]]:
    """Below lead + ``cover`` weeks of the 8-week average, up to four weeks more."""

    def levels(history: Floats) -> tuple[Floats, Floats]:
        pace = average(history, 8)
        return pace * (lead + cover), pace * (lead + cover + 4)

    return levels


def reorder_point(lead: float | Floats, cover: float) -> Callable[[Floats], tuple[Floats, Floats]]:
    """Below mean + z·σ·√(lead + review) at 95 %, up to ``cover`` weeks more."""

    def levels(history: Floats) -> tuple[Floats, Floats]:
        pace, spread = average(history, 8), history[:, -8:].std(axis=1, ddof=1)
        low = pace * (lead + 1) + Z95 * spread * np.sqrt(lead + 1)
        return low, low + cover * pace

    return levels
