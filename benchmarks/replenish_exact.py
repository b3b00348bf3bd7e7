"""Exact optima of small ordering problems by value iteration, and random problems of the families of the gap benchmark.

Independent of the engine: nothing of its policies is assumed. Customers wait: one way brings goods at once for a premium, with
three ways a second one a period later for less, the last one ``lead`` (2 or 3) periods later. Sales are lost: one way, ``lead``
1 or 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
CLOSE = 1e-6
"""Relative distance of the bounds of the average at which the iteration ends."""


def waiting(pmf: Floats, premium: Sequence[float], holding: float, shortage: float, lead: int) -> float:
    """Least average cost a period; ``premium`` of the fastest way, and of the middle one where there are three.

    State: x on hand before the fast order, q1 … to arrive in the next periods. V(x, q) = min over y ≥ x of
    c0·(y − x) + L(y) + G(y + q1, q2 …), with G(w, q2 …) = min over a, z ≥ 0 of c1·a + E V(w + a − D, q2 …, z).
    """
    if lead not in {2, 3}:
        raise ValueError("a lead time of 2 or 3 periods")
    most = len(pmf) - 1
    x = np.arange(-3 * most, (3 + lead) * most + 1)
    orders = 2 * most + 1
    stock = x[:, None] - np.arange(len(pmf))[None, :]
    now = (holding * np.maximum(stock, 0) + shortage * np.maximum(-stock, 0)) @ pmf
    after = np.arange(x[0], x[-1] + orders)  # w = y + q1
    reach = np.clip(after[:, None] - np.arange(len(pmf))[None, :] - x[0], 0, len(x) - 1)
    join = np.arange(len(x))[:, None] + np.arange(orders)[None, :]
    shape = (len(x), *([orders] * (lead - 1)))
    column = x.reshape(-1, *([1] * (lead - 1)))
    value = np.zeros(shape)
    while True:
        # Expected value after demand [w, q2 …, z], the best slow order, then the best order of the middle way.
        then = np.tensordot(value[reach], pmf, axes=(1, 0)).min(axis=-1)
        if len(premium) > 1:
            dear = premium[1] * after.reshape(-1, *([1] * (lead - 2)))
            then = np.minimum.accumulate((then + dear)[::-1], axis=0)[::-1] - dear
        total = premium[0] * column + now.reshape(column.shape) + then[join]
        new = np.minimum.accumulate(total[::-1], axis=0)[::-1] - premium[0] * column
        step = new - value
        if step.max() - step.min() < CLOSE * abs(float(step.max())):
            return float(step.mean())
        value = new - new.flat[0]


def lost(pmf: Floats, holding: float, price: float, lead: int) -> float:
    """Least average cost a period where what is not there is lost at ``price`` a unit; an order comes after ``lead`` periods."""
    if lead not in {1, 2}:
        raise ValueError("a lead time of 1 or 2 periods")
    most = len(pmf) - 1
    x, units = np.arange((2 + lead) * most + 1), np.arange(len(pmf))
    left = np.maximum(x[:, None] - units, 0)
    now = (holding * left + price * np.maximum(units - x[:, None], 0)) @ pmf
    orders = np.arange(2 * most + 1)
    reach = np.minimum(left[:, :, None] + orders, len(x) - 1)  # [x, demand, what comes next]
    value = np.zeros((len(x), len(orders))) if lead == 2 else np.zeros(len(x))
    while True:
        if lead == 1:
            new = now + np.einsum("xdz,d->xz", value[reach], pmf).min(axis=1)
        else:
            new = now[:, None] + np.einsum("xdqz,d->xqz", value[reach], pmf).min(axis=2)
        step = new - value
        if step.max() - step.min() < CLOSE * abs(float(step.max())):
            return float(step.mean())
        value = new - new.flat[0]


def demands(random: np.random.Generator) -> Floats:
    """Even, lumpy, or Poisson with a mean drawn at random; at most 3 to 7 units."""
    most = int(random.integers(3, 8))
    kind = random.integers(3)
    if kind == 0:
        pmf = np.ones(most + 1)
    elif kind == 1:
        pmf = random.dirichlet(np.full(most + 1, 0.5)) + 0.005
    else:
        mean = random.uniform(0.5, 3.0)
        pmf = np.array([mean**k / math.factorial(k) for k in range(most + 1)])
    return pmf / pmf.sum()


def instance(random: np.random.Generator, family: str) -> tuple[dict[str, Any], Floats, float]:
    """A random problem of ``two_modes``, ``three_modes`` or ``lost_sales``: inputs as the files have them, demand, optimum."""
    pmf = demands(random)
    if family == "lost_sales":
        lead, price = int(random.integers(1, 3)), random.uniform(3, 40)
        return {"lead_time": lead, "holding_cost": 1.0, "lost_sale_cost": price}, pmf, lost(pmf, 1.0, price, lead)
    lead = int(random.integers(2, 4)) if len(pmf) < 7 else 2
    premium, holding, shortage = random.uniform(2, 20), random.uniform(1, 5), random.uniform(20, 500)
    inputs: dict[str, Any] = {"holding_cost": holding, "backlog_cost": shortage}
    if family == "two_modes":
        inputs |= {"regular_lead_time": lead, "expedited_lead_time": 0, "expedite_premium_per_unit": premium}
        return inputs, pmf, waiting(pmf, (premium,), holding, shortage, lead)
    middle = premium * random.uniform(0.2, 0.7)
    inputs |= {"lead_times": [0, 1, lead], "premium_per_unit": [premium, middle, 0.0]}
    return inputs, pmf, waiting(pmf, (premium, middle), holding, shortage, lead)
