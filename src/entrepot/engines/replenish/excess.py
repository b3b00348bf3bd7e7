"""Too much stock: what it costs to keep, and what it would be worth to be rid of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrepot.engines.replenish.model import Floats

WEEKS_A_MONTH = 52 / 12


@dataclass(frozen=True)
class Excess:
    """Per row: excess units, their cost a month and tied-up cash (minor units), and the price cut a unit that selling
    them now may cost (NaN where they would never sell, for then any price is better than keeping them)."""

    units: Floats
    month: Floats
    cash: Floats
    discount: Floats


def find_excess(
    stock: Floats,
    level: Floats,
    weekly_mean: Floats,
    holding: Floats,
    loss: Floats,
    unit_cost: Floats,
    tolerated: float,
) -> Excess:
    """Units beyond the order-up-to level and ``tolerated`` more weeks of demand.

    The excess is sold last: its units wait (stock up to it) / mean weeks and then half of its own run-down on average;
    every week costs ``holding`` and the expected end-of-life ``loss``. That sum is the discount at which clearing it
    now costs as much as keeping it.

    >>> one = np.ones(1)
    >>> found = find_excess(100 * one, 20 * one, 2 * one, 1 * one, 0 * one, 500 * one, tolerated=10)
    >>> found.units.tolist(), found.discount.tolist()
    ([60.0], [35.0])
    """
    keep = level + tolerated * weekly_mean
    units = np.floor(np.maximum(stock - keep, 0.0))
    waits = np.full(units.shape, np.nan)
    np.divide(np.minimum(keep, stock) + units / 2, weekly_mean, out=waits, where=weekly_mean > 0)
    return Excess(units, units * holding * WEEKS_A_MONTH, units * unit_cost, (holding + loss) * waits)
