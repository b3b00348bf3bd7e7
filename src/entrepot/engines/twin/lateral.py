"""Transfers between warehouses of one SKU in the twin: what is moved, how long it takes and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    goods: Goods, sku: Ints, pace: Callable[[int], Floats], *, short: float, keep: float, rows: Ints | None = None,
    pays: Callable[[Ints, Ints, Ints], NDArray[np.bool_]] | None = None,
) -> Moves:  # fmt: skip
    """Once a week for each SKU: from its warehouse with the longest cover to the one with the shortest, if that covers less
    than ``short`` weeks (what is on the way to it counted) and the other more than ``keep``; up to ``keep`` on both sides, in
    whole cartons. ``sku`` [rows] says which SKU a row is, ``pace`` what a row sells a week, seen at the end of a week. Only
    ``rows`` are looked at, if given (numbers of rows, ``sku`` and ``pace`` of them alone); ``pays`` (rich rows, poor rows, units)
    says which moves are worth their freight.

    >>> goods = Goods(*(np.ones(2) for _ in range(5)), np.array([6, 6]), np.array([6, 6]))
    >>> moves = to_the_shortest(goods, np.array([0, 0]), lambda _: np.full(2, 5.0), short=2, keep=6)
    >>> none = np.zeros((2, 1), np.int64)
    >>> now = Now(9, np.array([70, 3]), np.zeros((2, 1, 1), np.int64), none, none[:, 0], none[:, 0])
    >>> moves(now).tolist()
    [[0, 1, 24]]
    """
    chosen = np.arange(len(sku)) if rows is None else rows
    carton = goods.carton[chosen]

    def choose(now: Now) -> Ints:
        sold = np.maximum(pace(now.week), 1e-9)
        owned, here = now.position[chosen] / sold, now.on_hand[chosen] / sold
        order = np.lexsort((owned, sku))
        first = np.flatnonzero(np.diff(sku[order], prepend=-1))
        poor = order[first]
        order = np.lexsort((-here, sku))
        rich = order[np.flatnonzero(np.diff(sku[order], prepend=-1))]
        wish = np.minimum((here[rich] - keep) * sold[rich], (keep - owned[poor]) * sold[poor])
        units = (wish / carton[rich] + 1e-9).astype(np.int64) * carton[rich]
        paying = (owned[poor] < short) & (units > 0) & (rich != poor)
        if pays is not None:
            paying &= pays(chosen[rich], chosen[poor], units)
        return np.stack([chosen[rich][paying], chosen[poor][paying], units[paying]], axis=1).astype(np.int64)

    return choose
