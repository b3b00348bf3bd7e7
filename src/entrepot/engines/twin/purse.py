"""A limited purse: what of a week's orders is paid for, future by future."""

from __future__ import annotations

import numpy as np

from entrepot.engines.twin.model import Floats, Ints, Now, Policy


def within_purse(policy: Policy, price: Floats, pace: Floats, weekly: float, futures: int) -> Policy:
    """``policy`` with ``weekly`` minor units to spend in each of so many ``futures``; what is not spent is kept.

    Rows are future 0 of all items, future 1 of all, …; ``price`` [rows, modes] of a unit, ``pace`` [rows] units a week. The item
    that would run out first is let through first; an order that does not fit waits.

    >>> wants = lambda now: np.array([[10], [10]])
    >>> none = np.zeros((2, 1), np.int64)
    >>> now = Now(0, np.array([30, 5]), none[:, :, None], none, none[:, 0], none[:, 0])
    >>> within_purse(wants, np.ones((2, 1)), np.ones(2), 12.0, 1)(now).tolist()
    [[0], [10]]
    """
    from entrepot.engines.twin.levels_kernel import let_through

    purse = np.zeros(futures)

    def limited(now: Now) -> Ints:
        np.add(purse, weekly, out=purse)
        orders = policy(now)
        spend = (orders * price).sum(axis=1).reshape(futures, -1)
        cover = np.where(spend > 0, (now.position / np.maximum(pace, 1e-9)).reshape(spend.shape), np.inf)
        granted = np.zeros(spend.shape, np.bool_)
        let_through(spend, np.argsort(cover, axis=1), purse, granted)
        return orders * granted.reshape(-1, 1)

    return limited
