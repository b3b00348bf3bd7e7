"""Ordering by tuned levels: the capped multi-index policy of the plan, with the forecast corrected by the weeks seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrepot.engines.twin.model import Floats, Goods, Ints, Now, Policy

AFTER = 26
"""Weeks beyond the last that the policy may look at."""
PACE_WEEKS = 13


@dataclass(frozen=True)
class Levels:
    """``theta`` [rows, modes] levels as multiples of the demand until one review after an arrival (0: not that mode), ``cycle``
    [rows] weeks ordered at once, ``nominal`` [rows, modes] weeks that the policy reckons with, fastest mode first, the slowest in
    the last column.

    ``outlook`` [items, weeks + :data:`AFTER` + 1] units that the forecast expects until each week, ``item`` [rows] the item of a
    row; ``known`` [groups, weeks, modes] announced delays, ``of`` [rows] the group of a row; ``prior_weeks`` of the forecast
    against which the weeks seen are weighed."""

    theta: Floats
    cycle: Floats
    nominal: Ints
    outlook: Floats
    item: Ints
    known: Ints
    of: Ints
    prior_weeks: float


def by_levels(goods: Goods, levels: Levels) -> Policy:
    """The policy; it keeps what it has seen, so make a new one for each run.

    >>> goods = Goods(*(np.ones(1) for _ in range(5)), np.array([5]), np.array([5]))
    >>> steady = np.arange(0.0, 10.0 * 40, 10.0)[None]
    >>> one = Levels(np.array([[1.0]]), np.array([2.0]), np.array([[4]]), steady, np.array([0]),
    ...              np.zeros((1, 12, 1), np.int64), np.array([0]), 8.0)
    >>> none = np.zeros((1, 1), np.int64)
    >>> by_levels(goods, one)(Now(0, np.array([20]), none[:, :, None], none, none[:, 0], np.array([10]))).tolist()
    [[50]]
    """
    from entrepot.engines.twin.levels_kernel import wanted

    end = levels.outlook.shape[1] - 1
    prior = levels.prior_weeks * levels.outlook[:, min(PACE_WEEKS, end)] / PACE_WEEKS
    seen = np.zeros(len(goods))

    def policy(now: Now) -> Ints:
        np.add(seen, now.asked, out=seen)
        out = np.zeros((len(goods), levels.theta.shape[1]), np.int64)
        wanted(
            now.week, AFTER, levels.item, levels.outlook, prior, seen, levels.theta, levels.cycle, levels.nominal,
            levels.known, levels.of, now.on_hand, now.position, now.due, now.transit, goods.carton, goods.least, out,
        )  # fmt: skip
        return out

    return policy
