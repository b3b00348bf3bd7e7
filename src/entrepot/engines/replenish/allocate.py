"""Where goods go: one stock to several warehouses, and between warehouses where that pays.

Buying and shipping are two decisions. Goods bought may wait at the factory or in a domestic warehouse; every week they are
loaded anew. Cover counts what is on hand at a destination and what is on its way to it; goods that wait unshipped are cover
of no destination, but of the next purchase: they lower what is bought, not what is loaded.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from entrepot.engines.replenish.steady import Floats, Ints


def allocate(available: int, carton: int, cost: Floats) -> Ints:
    """Cartons [places] to load out of ``available`` units of one SKU.

    ``cost`` [places, cartons + 1]: expected cost of a place that gets 0, 1, 2 … cartons, freight in it, convex. Cartons go
    one by one to where the next saves most, until none saves or none is left; with convex costs no other split is cheaper
    (Fox 1966, Management Science 13(3)).

    >>> allocate(40, 10, np.array([[90.0, 50.0, 30.0, 27.0], [60.0, 35.0, 30.0, 29.0]])).tolist()
    [2, 2]
    """
    places = len(cost)
    loaded: Ints = np.zeros(places, np.int64)
    waiting = [(float(cost[place, 1] - cost[place, 0]), place) for place in range(places) if cost.shape[1] > 1]
    heapq.heapify(waiting)
    left = available // carton
    while left > 0 and waiting:
        change, place = heapq.heappop(waiting)
        if change >= 0:
            break
        loaded[place] += 1
        left -= 1
        at = int(loaded[place])
        if at + 1 < cost.shape[1]:
            heapq.heappush(waiting, (float(cost[place, at + 1] - cost[place, at]), place))
    return loaded


@dataclass(frozen=True)
class Transfer:
    """Units to move between two places, and what it saves after freight, minor units."""

    origin: int
    target: int
    units: int
    saving: float


def transfers(stock: Ints, carton: int, freight: Floats, value: Floats) -> list[Transfer]:
    """Moves of one SKU between places that pay.

    ``value`` [places, units / carton + 1]: expected cost of a place that holds 0, 1, 2 … cartons until its next arrival,
    convex; ``stock`` units [places]; ``freight`` [places, places] of a carton. The move that saves most is made, carton by
    carton, until none saves.

    >>> value = np.array([[200.0, 120.0, 60.0, 20.0, 10.0], [40.0, 30.0, 25.0, 24.0, 24.0]])
    >>> transfers(np.array([0, 24]), 8, np.array([[0.0, 9.0], [9.0, 0.0]]), value)
    [Transfer(origin=1, target=0, units=24, saving=137.0)]
    """
    held = (stock // carton).astype(np.int64)
    places, most = len(held), value.shape[1] - 1
    moved: dict[tuple[int, int], list[float]] = {}
    while True:
        best: tuple[float, int, int] = (1e-9, -1, -1)
        for origin in range(places):
            if held[origin] <= 0 or held[origin] > most:
                continue
            given_up = float(value[origin, held[origin] - 1] - value[origin, held[origin]])
            for target in range(places):
                if target == origin or held[target] >= most:
                    continue
                gained = float(value[target, held[target]] - value[target, held[target] + 1])
                best = max(best, (gained - given_up - float(freight[origin, target]), origin, target))
        saving, origin, target = best
        if origin < 0:
            return [
                Transfer(start, end, int(cartons) * carton, saved)
                for (start, end), (cartons, saved) in sorted(moved.items())
            ]
        held[origin] -= 1
        held[target] += 1
        entry = moved.setdefault((origin, target), [0.0, 0.0])
        entry[0] += 1
        entry[1] += saving
