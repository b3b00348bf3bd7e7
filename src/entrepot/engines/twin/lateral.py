"""Transfers between warehouses of one SKU in the twin: what is moved, how long it takes and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from entrepot.engines.twin.model import Floats, Goods, Ints, Now

Moves = Callable[[Now], Ints]
"""Moves [moves, 3] of a week: from row, to row, units."""


@dataclass(frozen=True)
class Lateral:
    """``choose`` what to move at the end of a week, after the arrivals and sales of it; it is there ``weeks`` (1 or more) later,
    at ``cost`` [SKUs] minor units a unit from its row. A row is a SKU at a warehouse; moved units keep what was paid for
    them, and their age in the warehouse begins anew."""

    choose: Moves
    weeks: int
    cost: Floats

    def __post_init__(self) -> None:
        if self.weeks < 1:
            raise ValueError("a transfer takes at least a week")


def to_the_shortest(
    goods: Goods, sku: Ints, history: Callable[[int], Floats], *, short: float, keep: float, weeks: int = 8
) -> Moves:
    """Once a week for each SKU: from its warehouse with the longest cover to the one with the shortest, if that covers less
    than ``short`` weeks (what is on the way to it counted) and the other more than ``keep``; up to ``keep`` on both sides, in
    whole cartons. ``sku`` [rows] says which SKU a row is; cover by the mean of the last ``weeks`` of ``history``.

    >>> goods = Goods(*(np.ones(2) for _ in range(5)), np.array([6, 6]), np.array([6, 6]))
    >>> moves = to_the_shortest(goods, np.array([0, 0]), lambda _: np.full((2, 8), 5.0), short=2, keep=6)
    >>> none = np.zeros((2, 1), np.int64)
    >>> now = Now(9, np.array([70, 3]), np.zeros((2, 1, 1), np.int64), none, none[:, 0], none[:, 0])
    >>> moves(now).tolist()
    [[0, 1, 24]]
    """

    def choose(now: Now) -> Ints:
        pace = np.maximum(history(now.week)[:, -weeks:].mean(axis=1), 1e-9)
        owned, here = now.position / pace, now.on_hand / pace
        rows = np.lexsort((owned, sku))
        first = np.flatnonzero(np.diff(sku[rows], prepend=-1))
        poor = rows[first]
        rows = np.lexsort((-here, sku))
        rich = rows[np.flatnonzero(np.diff(sku[rows], prepend=-1))]
        wanted = np.minimum((here[rich] - keep) * pace[rich], (keep - owned[poor]) * pace[poor])
        units = (wanted / goods.carton[rich] + 1e-9).astype(np.int64) * goods.carton[rich]
        paying = (owned[poor] < short) & (units > 0) & (rich != poor)
        return np.stack([rich[paying], poor[paying], units[paying]], axis=1).astype(np.int64)

    return choose
