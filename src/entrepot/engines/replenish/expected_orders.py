"""What a tuned policy would order in the coming weeks if demand came as expected: the orders that a budget has to reckon with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from entrepot.engines.replenish.demand_paths import HORIZONS
from entrepot.engines.replenish.rolling_kernel import in_cartons
from entrepot.engines.replenish.steady import Floats, Ints

if TYPE_CHECKING:
    from entrepot.engines.replenish.rolling import Lane, Standing


def expected_orders(
    units: Ints, policy: Floats, standing: Standing, lanes: tuple[Lane, ...], weeks: int, *, late: Ints | None = None
) -> Ints:
    """Orders [rows, weeks, modes] after today's ``units`` [rows, modes] under ``policy`` [rows, modes + 1], this week's 0.

    The rule of :func:`~entrepot.engines.replenish.rolling.plan_orders` on one path: mean demand, usual lead times, ``late``
    weeks by which an order of a week comes later. Not an expectation over futures: demand above the mean orders sooner.

    >>> from entrepot.engines.replenish.rolling import Lane, Standing
    >>> totals = np.array([[[6, 10, 14], [28, 40, 52], [56, 80, 104], [90, 130, 170], [180, 260, 340]]], dtype=float)
    >>> one = Standing(np.array([40]), np.zeros((1, 1, 1), np.int64), np.zeros((1, 1), np.int64), totals,
    ...                np.array([0.1, 0.5, 0.9]), np.array([12]), np.array([12]))
    >>> later = expected_orders(np.array([[60]]), np.array([[1.0, 6.0]]), one, (Lane("sea", (4,), (1.0,)),), 12)
    >>> [(week, int(count)) for week, count in enumerate(later[0, :, 0]) if count]
    [(6, 72)]
    """
    rows, modes = units.shape
    out = np.zeros((rows, weeks, modes), np.int64)
    means = standing.totals.mean(axis=2)
    span = weeks + 30
    shift = np.zeros((span, modes), np.int64)
    if late is not None:
        known = min(len(late), span)
        shift[:known] = late[:known]
    nominal = [lane.nominal for lane in lanes]
    for row in range(rows):
        # Beyond the forecast's horizons demand goes on at its last pace.
        pace = (means[row, -1] - means[row, -2]) / (HORIZONS[-1] - HORIZONS[-2])
        ends = np.array([0, *HORIZONS, span + HORIZONS[-1]])
        sums = np.array([0.0, *means[row], means[row, -1] + pace * span])
        outlook = np.interp(np.arange(span + 1), ends, sums)
        _one(out[row], units[row], policy[row], standing, row, nominal, shift, outlook, weeks)
    return out


def _one(
    out: Ints, first: Ints, theta: Floats, standing: Standing, row: int, nominal: list[int], late: Ints, outlook: Floats,
    weeks: int,
) -> None:  # fmt: skip
    modes, end = len(nominal), len(outlook) - 1
    coming = np.zeros(end + 32)
    known = min(standing.due.shape[1], len(coming))
    coming[:known] = standing.due[row, :known]
    stock, slow = float(standing.on_hand[row]), modes - 1
    carton, least = int(standing.carton[row]), int(standing.least[row])
    for week in range(weeks):
        for mode in range(modes):
            count = int(first[mode]) if week == 0 else 0
            if week and theta[mode] > 0:
                reach = nominal[mode] + int(late[week, mode])
                here = stock + float(coming[week:].sum() if mode == slow else coming[week : week + reach].sum())
                until = min(week + 1 + nominal[mode] + int(late[min(week + 1, end - 1), mode]), end)
                level = theta[mode] * (outlook[until] - outlook[week])
                if here < level:
                    after = min(week + 13, end)
                    rate = max(outlook[after] - outlook[week], 1e-9) / max(after - week, 1)
                    room = (
                        theta[modes] if mode == slow else min(theta[modes], max(nominal[mode + 1] - nominal[mode], 0))
                    )
                    count = int(in_cartons(float(level + room * rate - here), carton, least))
                    out[week, mode] = count
            if count:
                coming[min(week + nominal[mode] + int(late[week, mode]) - 1, len(coming) - 1)] += count
        stock = max(stock + float(coming[week]) - (outlook[week + 1] - outlook[week]), 0.0)
        coming[week] = 0.0
