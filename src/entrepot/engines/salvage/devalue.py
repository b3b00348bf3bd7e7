"""Writing goods down to what they will bring, and back up when that recovers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Devaluation:
    """``write_down`` > 0 lowers the carrying amount, < 0 takes an earlier write-down back; ``carrying`` after it. Minor units."""

    write_down: int
    carrying: int
    realisable: int


def devalue(carrying: int, price: int, cost_to_sell: int, written_down: int = 0) -> Devaluation:
    """Lower of cost and net realisable value (IAS 2.28-33), for goods of one item or group, minor units in all.

    realisable = price − cost to complete and sell, at least 0 here: what it costs to be rid of goods worth less than nothing
    is a disposal cost of its own. ``carrying`` is after earlier write-downs of ``written_down``, which are the most that can be
    taken back: never above cost.

    >>> devalue(90_000, 70_000, 10_000)
    Devaluation(write_down=30000, carrying=60000, realisable=60000)
    >>> devalue(60_000, 120_000, 10_000, written_down=30_000)
    Devaluation(write_down=-30000, carrying=90000, realisable=110000)
    """
    if min(carrying, price, cost_to_sell, written_down) < 0:
        raise ValueError("amounts are not negative")
    realisable = max(price - cost_to_sell, 0)
    target = min(realisable, carrying + written_down)
    return Devaluation(carrying - target, target, realisable)
