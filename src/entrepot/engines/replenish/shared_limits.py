"""One budget, one container, many SKUs: the cheapest choice of options under shared limits, with a proven gap.

Every row has options (order quantities, with their expected cost and what each takes of every limit: cash, volume,
supplier or warehouse capacity). Each limit gets a price; at given prices every row chooses by itself, and the sum is a
bound below which no plan can fall (Lagrange). The best prices are found limit by limit, by halving; a repair then makes
the plan feasible and spends what is left over. The price is also the answer to "what would one more dollar, one more cubic
metre be worth?". Source: Everett (1963), Operations Research 11(3); Fisher (1981), Management Science 27(1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from entrepot.core.reasons import Reason
from entrepot.engines.replenish.steady import Floats, Ints

ROUNDS, HALVINGS = 8, 30
FEW, WIDE = 1_500, 1e-4
"""Choices up to which a plan is searched to the optimum, where prices leave a gap wider than this."""


@dataclass(frozen=True)
class Options:
    """What each row may do: ``cost`` [rows, options] expected (infinite = not offered), ``use`` [limits, rows, options] of
    each limit, not negative. Quantities, price breaks and minimum orders are the caller's: any list of options will do."""

    cost: Floats
    use: Floats


@dataclass(frozen=True)
class Containers:
    """Freight by volume, for the limit with index ``limit``: whole containers of ``space`` at ``price``, at most ``most`` of
    them; the rest loose at ``loose`` per unit of volume, where that is cheaper and there is room."""

    limit: int
    space: float
    price: float
    loose: float = math.inf
    most: int | None = None

    @property
    def slope(self) -> float:
        """Least freight of one unit of volume."""
        return min(self.price / self.space, self.loose)

    def freight(self, volume: float) -> tuple[float, int]:
        """Cheapest freight of ``volume``, and the containers it takes."""
        whole = math.ceil(volume / self.space - 1e-9)
        full = int(volume / self.space + 1e-9)
        if self.most is not None:
            full = min(full, self.most)
        ways = [(whole * self.price, whole)]
        if math.isfinite(self.loose):
            ways.append((full * self.price + max(volume - full * self.space, 0.0) * self.loose, full))
            ways.append((volume * self.loose, 0))
        return min(way for way in ways if self.most is None or way[1] <= self.most)


@dataclass(frozen=True)
class Shortfall:
    """A limit that even the least that must be done goes beyond: ``needed`` against ``available``."""

    limit: str
    needed: float
    available: float


class LimitsTooTight(ValueError):
    """No plan keeps within the limits; ``shortfalls`` says which and by how much the least plan goes beyond each."""

    def __init__(self, shortfalls: tuple[Shortfall, ...]) -> None:
        self.shortfalls = shortfalls
        lines = [
            f"{one.limit}: at least {one.needed:,.2f} is needed, {one.available:,.2f} is there; the cheapest way out is "
            f"{one.needed - one.available:,.2f} more of it, or to take orders off the rows that must be ordered"
            for one in shortfalls
        ]
        super().__init__("; ".join(lines))


@dataclass(frozen=True)
class SharedPlan:
    """``pick`` [rows]: option of each row; ``cost`` of the plan with freight, ``bound`` that no plan can beat; ``prices``,
    ``used`` and ``capacity`` [limits]; ``containers`` filled."""

    names: tuple[str, ...]
    pick: Ints
    cost: float
    bound: float
    prices: Floats
    used: Floats
    capacity: Floats
    containers: int

    @property
    def gap(self) -> float:
        """How much dearer than the bound, at most."""
        return (self.cost - self.bound) / abs(self.bound) if self.bound else 0.0

    def explain(self) -> tuple[Reason, ...]:
        """Each limit: how full, and what one more unit of it would be worth."""
        lines: list[Reason] = []
        for name, price, used, there in zip(self.names, self.prices, self.used, self.capacity, strict=True):
            text = f"{name}: {used:,.2f} of {there:,.2f} used; one more would be worth {price:.4f}."
            if price <= 0:
                text = f"{name}: {used:,.2f} of {there:,.2f} used; it limits nothing."
            values = {"limit": name, "used": float(used), "available": float(there), "price": float(price)}
            lines.append(Reason("shared_limit", text, values))
        lines.append(Reason("shared_gap", f"At most {self.gap:.3%} above the best possible.", {"gap": self.gap}))
        return tuple(lines)


def choose_within(
    options: Options, capacity: Floats, names: tuple[str, ...], containers: Containers | None = None
) -> SharedPlan:
    """The options that cost least in sum within ``capacity`` [limits].

    With ``containers`` the freight of the volume is added, whole containers counted, and ``most`` of them are a limit.
    Raises :class:`LimitsTooTight` when the least use of every row is already too much.

    >>> cost = np.array([[90.0, 40.0, 10.0], [70.0, 30.0, 20.0]])
    >>> use = np.array([[[0.0, 10.0, 20.0], [0.0, 10.0, 20.0]]])
    >>> plan = choose_within(Options(cost, use), np.array([30.0]), ("cash",))
    >>> plan.pick.tolist(), plan.cost, plan.bound
    ([2, 1], 40.0, 40.0)
    >>> print(plan.explain()[0])
    cash: 30.00 of 30.00 used; one more would be worth 3.0000.
    """
    search = _Search(options, capacity.astype(np.float64), names, containers)
    search.refuse_what_cannot_be()
    search.find_prices()
    plan = search.repaired()
    if plan.gap > WIDE and int(np.isfinite(options.cost).sum()) <= FEW:
        return search.closed(plan)
    return plan


class _Search:
    def __init__(
        self, options: Options, capacity: Floats, names: tuple[str, ...], containers: Containers | None
    ) -> None:
        self.options, self.names, self.containers = options, names, containers
        self.capacity = capacity.copy()
        self.cost = options.cost
        if containers is not None:
            at = containers.limit
            if containers.most is not None and not math.isfinite(containers.loose):
                self.capacity[at] = min(self.capacity[at], containers.most * containers.space)
            self.cost = options.cost + containers.slope * options.use[at]
        limits = len(capacity)
        self.prices, self.best_prices = np.zeros(limits), np.zeros(limits)
        self.bound = -math.inf
        self.pick: Ints = np.zeros(len(self.cost), np.int64)
        self.used = np.zeros(limits)

    def refuse_what_cannot_be(self) -> None:
        """Raise when the least use of all rows exceeds a limit."""
        offered = np.isfinite(self.cost)
        least = np.where(offered[None], self.options.use, np.inf).min(axis=2).sum(axis=1)
        short = [
            Shortfall(name, float(need), float(there))
            for name, need, there in zip(self.names, least, self.capacity, strict=True)
            if need > there * (1 + 1e-9) + 1e-9
        ]
        if short:
            raise LimitsTooTight(tuple(short))

    def at(self, prices: Floats) -> Floats:
        """Each row's choice at ``prices``; keeps the best bound seen. Returns what is used."""
        from entrepot.engines.replenish.shared_kernel import choose_at

        total = float(choose_at(self.cost, self.options.use, prices, self.pick, self.used))
        priced = prices > 0  # a limit without end has no price
        bound = total - float(prices[priced] @ self.capacity[priced])
        if bound > self.bound:
            self.bound, self.best_prices = bound, prices.copy()
        return self.used

    def find_prices(self) -> None:
        """Prices at which the limits are just kept: one after the other by halving, until the bound stands still."""
        self.at(self.prices)
        start = max(float(np.nanmax(np.where(np.isfinite(self.cost), self.cost, np.nan))), 1e-9)
        for _ in range(ROUNDS):
            before = self.bound
            for limit in range(len(self.prices)):
                self._balance(limit, start)
            if self.bound - before <= 1e-7 * abs(self.bound):
                break

    def _balance(self, limit: int, start: float) -> None:
        """Lowest price of one limit, to a hair, at which it is kept."""
        trial = self.prices.copy()
        trial[limit] = 0.0
        if self.at(trial)[limit] <= self.capacity[limit]:
            self.prices = trial
            return
        high = self.prices[limit] or start / max(self.capacity[limit], 1e-9)
        low = 0.0
        while True:
            trial[limit] = high
            if self.at(trial)[limit] <= self.capacity[limit]:
                break
            low, high = high, high * 2
        while high - low > 2.0**-HALVINGS * high:
            trial[limit] = (low + high) / 2
            low, high = (low, trial[limit]) if self.at(trial)[limit] <= self.capacity[limit] else (trial[limit], high)
        trial[limit] = high
        self.prices = trial

    def repaired(self) -> SharedPlan:
        """A plan within the limits: prices a little higher until it fits, then what is left over spent where it saves most."""
        prices, raised = self.prices.copy(), 1e-6
        floor = np.where(self.capacity > 0, 1e-9, 0.0)
        while bool((self.at(prices) > self.capacity * (1 + 1e-12) + 1e-9).any()):
            over = self.used > self.capacity
            prices = np.where(over, np.maximum(prices, floor) * (1 + raised), prices)
            raised *= 2
        pick, used = self.pick.copy(), self.used.copy()
        self._fill(pick, used, np.maximum(prices, floor))
        return self._plan(pick, used)

    def closed(self, plan: SharedPlan) -> SharedPlan:
        """``plan``, or the better one that branch and bound finds; the higher of the two bounds."""
        from entrepot.engines.replenish.shared_exact import solve_exactly

        found = solve_exactly(self.options, self.capacity, self.containers)
        self.bound = max(self.bound, min(found.bound, plan.cost))
        best = replace(plan, bound=self.bound)
        if found.pick is None:
            return best
        used = self.options.use[:, np.arange(len(found.pick)), found.pick].sum(axis=1)
        if bool((used > self.capacity * (1 + 1e-9) + 1e-9).any()):
            return best
        other = self._plan(found.pick, used)
        return other if other.cost < best.cost else best

    def _plan(self, pick: Ints, used: Floats) -> SharedPlan:
        rows = np.arange(len(pick))
        goods = float(self.options.cost[rows, pick].sum())
        freight, count = (
            (0.0, 0) if self.containers is None else self.containers.freight(float(used[self.containers.limit]))
        )
        return SharedPlan(self.names, pick, goods + freight, self.bound, self.best_prices, used, self.capacity, count)

    def _fill(self, pick: Ints, used: Floats, prices: Floats) -> None:
        from entrepot.engines.replenish.shared_kernel import fill_up, gains

        ratio: Floats = np.zeros(len(pick))
        option: Ints = np.zeros(len(pick), np.int64)
        # Space of a container that is paid for anyway costs nothing, so its freight does not count here.
        free = self.options.cost if self.containers is not None else self.cost
        capacity = self.capacity.copy()
        if self.containers is not None:
            space = self.containers.space
            paid: float = math.ceil(used[self.containers.limit] / space - 1e-9) * space
            capacity[self.containers.limit] = min(capacity[self.containers.limit], paid)
        for _ in range(20):
            gains(free, self.options.use, prices, pick, ratio, option)
            order: NDArray[np.int64] = np.argsort(-ratio, kind="stable").astype(np.int64)
            order = order[ratio[order] > 0]
            if order.size == 0 or fill_up(order, free, self.options.use, pick, option, used, capacity) == 0:
                return
