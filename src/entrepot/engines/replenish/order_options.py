"""Order quantities that a supplier ships, with the expected cost of each until the next order."""

from __future__ import annotations

import numpy as np

from entrepot.engines.replenish.demand_grid import demand_grid
from entrepot.engines.replenish.steady import Floats

OPTIONS = 25


def order_options(
    mean: Floats,
    variance: Floats,
    on_hand: Floats,
    holding: Floats,
    margin: Floats,
    carton: Floats,
    least: Floats,
    options: int = OPTIONS,
) -> tuple[Floats, Floats]:
    """Quantities and expected costs [rows, options]: nothing, then the minimum order and cartons up to beyond any use.

    ``mean`` and ``variance`` of demand until the next order arrives, ``on_hand`` what is there for it; ``holding`` of a unit
    left, ``margin`` of a unit missing. Where cartons are many, options are some cartons apart. Demand is negative binomial
    (:func:`~entrepot.engines.replenish.demand_grid.demand_grid`); E(D − x)⁺ is linear between its steps.

    >>> quantity, cost = order_options(*(np.array([x]) for x in (10.0, 20.0, 2.0, 1.0, 9.0, 6.0, 12.0)), options=4)
    >>> quantity.tolist(), cost.round(1).tolist()
    ([[0.0, 12.0, 30.0, 48.0]], [[72.1, 9.5, 22.0, 40.0]])
    """
    pmf, step = demand_grid(mean, variance)
    width = int(pmf.shape[1])
    above = 1 - np.cumsum(pmf, axis=1)  # P(D > k)
    # short[k] = E(D − k)⁺ in steps; falls by P(D > k) from k to k + 1.
    average: Floats = (pmf * np.arange(width)).sum(axis=1)
    short: Floats = average[:, None] - np.concatenate([np.zeros((len(mean), 1)), np.cumsum(above, axis=1)], axis=1)
    short = np.maximum(short, 0.0)
    reach = np.maximum(width * step - on_hand, 0.0)
    apart = np.maximum(np.ceil(np.maximum(reach - least, 0) / carton / max(options - 2, 1)), 1.0) * carton
    start = np.ceil(np.maximum(least, carton) / carton) * carton
    count = np.arange(options - 1)
    quantity = np.concatenate([np.zeros((len(mean), 1)), start[:, None] + apart[:, None] * count], axis=1)
    stock = on_hand[:, None] + quantity
    at = np.minimum(stock / step[:, None], width - 1e-9)
    low = at.astype(np.int64)
    here = np.take_along_axis(short, low, axis=1)
    there = np.take_along_axis(short, np.minimum(low + 1, width), axis=1)
    missing = (here + (there - here) * (at - low)) * step[:, None]
    left = stock - mean[:, None] + missing
    return quantity, holding[:, None] * left + margin[:, None] * missing
