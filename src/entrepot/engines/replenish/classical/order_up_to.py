"""Exact (s, S): order up to S whenever stock is at s or below."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def order_up_to_exact(
    pmf: Sequence[float], order_cost: float, holding_cost: float, backorder_cost: float,
    lead_pmf: Sequence[float] | None = None,
) -> tuple[int, int, float]:  # fmt: skip
    """s, S and average cost a period: stock and orders of whole units, unmet demand waits.

    ``pmf`` is one period's demand from 0; ``lead_pmf`` the demand of lead time and one period, from 0 (without it orders
    arrive at once). The cost of (s, S) is (K + Σ_{j<S−s} m(j)·G(S − j)) / M(S − s), m the renewal density of ``pmf``
    and G(y) = h·E(y − D)⁺ + p·E(D − y)⁺ under ``lead_pmf``; s follows S as in Zheng & Federgruen (1991), Operations
    Research 39(4), which ends after a finite search with a proven optimum.

    >>> from entrepot.engines.replenish.classical.poisson import poisson_pmf
    >>> low, high, cost = order_up_to_exact(poisson_pmf(6), 5, 1, 4)
    >>> low, high, round(cost, 6)
    (4, 10, 8.034112)
    """
    if not pmf or pmf[0] >= 1 or backorder_cost <= 0 or holding_cost <= 0 or order_cost < 0:
        raise ValueError("there is some demand, holding and waiting cost something")
    risk = pmf if lead_pmf is None else lead_pmf
    renewals = _Renewals(pmf)
    known: dict[int, float] = {}

    def loss(stock: int) -> float:
        if stock not in known:
            known[stock] = _loss(stock, risk, holding_cost, backorder_cost)
        return known[stock]

    def average(low: int, high: int) -> float:
        return renewals.average(low, high, order_cost, loss)

    best_stock = 0
    while loss(best_stock + 1) < loss(best_stock):
        best_stock += 1
    low, high = best_stock - 1, best_stock
    while average(low, high) > loss(low):
        low -= 1
    cost = average(low, high)
    trial = high + 1
    while loss(trial) <= cost:
        if average(low, trial) < cost:
            high = trial
            while average(low, high) <= loss(low + 1):
                low += 1
            cost = average(low, high)
        trial += 1
    return low, high, cost


def order_up_to_cost(
    low: int, high: int, pmf: Sequence[float], order_cost: float, holding_cost: float, backorder_cost: float,
    lead_pmf: Sequence[float] | None = None,
) -> float:  # fmt: skip
    """Average cost a period of a given (s, S) = (``low``, ``high``); the rest as in :func:`order_up_to_exact`.

    >>> from entrepot.engines.replenish.classical.poisson import poisson_pmf
    >>> round(order_up_to_cost(4, 10, poisson_pmf(6), 5, 1, 4), 6)
    8.034112
    """
    risk = pmf if lead_pmf is None else lead_pmf
    return _Renewals(pmf).average(low, high, order_cost, lambda stock: _loss(stock, risk, holding_cost, backorder_cost))


def _loss(stock: int, risk: Sequence[float], holding_cost: float, backorder_cost: float) -> float:
    """G: expected cost of the period that ``stock`` has to last."""
    return sum(p * (holding_cost * max(stock - d, 0) + backorder_cost * max(d - stock, 0)) for d, p in enumerate(risk))


class _Renewals:
    """Expected visits m(j) to each depth j below S between two orders, and their running sum M."""

    def __init__(self, pmf: Sequence[float]) -> None:
        self._pmf = pmf
        self._density = [1 / (1 - pmf[0])]
        self._total = [0.0, 1 / (1 - pmf[0])]

    def average(self, low: int, high: int, order_cost: float, loss: Callable[[int], float]) -> float:
        pmf, density = self._pmf, self._density
        while len(density) < high - low:
            j = len(density)
            seen = sum(pmf[i] * density[j - i] for i in range(1, min(j, len(pmf) - 1) + 1))
            density.append(seen / (1 - pmf[0]))
            self._total.append(self._total[-1] + density[-1])
        held = sum(density[j] * loss(high - j) for j in range(high - low))
        return (order_cost + held) / self._total[high - low]
