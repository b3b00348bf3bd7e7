"""The verb: what to order today by each mode, from today's stock, what is on its way, and the forecast's distribution.

The policy is the capped multi-index policy with levels in terms of the forecast: by each mode, order when the stock that
will be there at its arrival falls below ``level`` × the demand forecast until one review after, and then for ``cycle``
more weeks (a faster mode only until the next slower one arrives). Its levels are tuned anew for every SKU and week, by
simulation from where the SKU stands: on paths of the forecast's demand, with random arrivals that may cross, lost sales,
cartons and minimum orders, order lines, storage that steps up with age (oldest sold first), capital in transit too, and
the loss on what will not sell. On a path the policy sees only what a planner would have seen by then: its pace is the
forecast corrected by the path's own weeks. Today's order is what the tuned policy says, or nothing if that is cheaper.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from entrepot.core.reasons import Reason
from entrepot.engines.replenish.demand_paths import demand_paths
from entrepot.engines.replenish.steady import Bools, Floats, Ints

PATHS, WEEKS, ROUNDS = 32, 32, 6
"""Paths and weeks simulated, and most rounds of the search, for each SKU."""

STARTS = ((0.0, 0.4), (0.0, 0.5, 0.9), (0.0, 0.8, 1.1, 1.4), (3.0, 8.0))
"""Levels of the fastest, the middle and the slowest mode, and cycle weeks, that the search may begin from, all combined."""

BLOCK = 2_000
"""Rows handed to an executor at a time."""

SURGE = 2.0
"""How many times the recent pace a forecast is believed."""


@dataclass(frozen=True)
class Lane:
    """A mode: its name, and ``weeks`` from order to arrival with probabilities ``odds`` (1 = in time for next week)."""

    name: str
    weeks: tuple[int, ...]
    odds: tuple[float, ...]

    @property
    def nominal(self) -> int:
        """Weeks that the policy reckons with: the mean, rounded."""
        return max(1, round(sum(w * p for w, p in zip(self.weeks, self.odds, strict=True)) / sum(self.odds)))


@dataclass(frozen=True)
class Ageing:
    """Storage ``factors`` of units older than ``weeks`` in the warehouse (two steps)."""

    weeks: tuple[int, int] = (26, 39)
    factors: tuple[float, float] = (2.0, 4.0)


@dataclass(frozen=True)
class RollingCosts:
    """Columns by row, money in minor units: ``margin`` lost with a sale, ``landed`` cost without freight, ``freight`` [rows,
    modes] a unit, ``storage`` a unit and week, ``capital`` a week and unit of money, ``line`` an order line; of what is left
    beyond ``excess_weeks`` of demand the share ``written_off`` is lost and ``disposal`` a unit paid. ``shelf_weeks``: what is
    older is thrown away (0 = keeps)."""

    margin: Floats
    landed: Floats
    freight: Floats
    storage: Floats
    capital: float
    line: float
    written_off: float
    disposal: Floats
    excess_weeks: float = 26.0
    ageing: Ageing = Ageing()
    shelf_weeks: Ints | None = None

    def take(self, rows: Ints) -> RollingCosts:
        """The costs of some rows."""
        return replace(
            self, margin=self.margin[rows], landed=self.landed[rows], freight=self.freight[rows],
            storage=self.storage[rows], disposal=self.disposal[rows],
            shelf_weeks=None if self.shelf_weeks is None else self.shelf_weeks[rows],
        )  # fmt: skip

    def table(self, service_price: float) -> Floats:
        """The costs as the kernel takes them [rows, 13]."""
        rows = np.ones(len(self.margin))
        first, second = self.ageing.factors
        return np.stack(
            [
                self.margin + service_price, self.storage, rows * (first - 1), rows * (second - first),
                rows * self.ageing.weeks[0], rows * self.ageing.weeks[1], rows * self.capital, self.landed,
                rows * self.line, rows * self.written_off, self.disposal, rows * self.excess_weeks,
                rows * 0 if self.shelf_weeks is None else self.shelf_weeks.astype(np.float64),
            ],
            axis=1,
        )  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """Where each row stands.

    ``on_hand`` units; ``transit`` [rows, modes, weeks]: ordered so many weeks ago and not here yet; ``due`` [rows, weeks]:
    arrivals that are certain, next week first; ``old`` [rows, 3, weeks]: units of the stock beyond the two ages and the
    shelf life in each coming week, were none sold (None = all young); ``totals`` [rows, horizons, levels]: quantiles of
    demand to the horizons of :mod:`~entrepot.engines.replenish.demand_paths`; ``carton`` and ``least`` units of an order.
    """

    on_hand: Ints
    transit: Ints
    due: Ints
    totals: Floats
    levels: Floats
    carton: Ints
    least: Ints
    old: Floats | None = None

    def take(self, rows: Ints) -> Standing:
        """Some of the rows."""
        old = None if self.old is None else self.old[rows]
        return Standing(
            self.on_hand[rows], self.transit[rows], self.due[rows], self.totals[rows], self.levels, self.carton[rows],
            self.least[rows], old,
        )  # fmt: skip


@dataclass(frozen=True)
class RollingPlan:
    """Orders of today.

    ``units`` [rows, modes]; ``policy`` [rows, modes + 1]: levels by mode and cycle weeks; expected cost of the weeks ahead with
    today's order and with nothing today; expected ``fill`` (units met, asked) [rows, 2]. ``missing`` names by row what was not
    known; such rows are not planned: no units, and NaN for the costs.
    """

    lanes: tuple[Lane, ...]
    units: Ints
    policy: Floats
    cost: Floats
    cost_of_nothing: Floats
    fill: Floats
    missing: tuple[tuple[str, ...], ...] = ()

    @staticmethod
    def join(parts: list[RollingPlan]) -> RollingPlan:
        """The rows of all parts, one after the other."""
        units, policy, cost, nothing, fill = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("units", "policy", "cost", "cost_of_nothing", "fill")
        )
        missing = tuple(row for part in parts for row in part.missing)
        return RollingPlan(parts[0].lanes, units, policy, cost, nothing, fill, missing)

    def explain(self, row: int) -> tuple[Reason, ...]:
        """Why this order, in lines."""
        if self.missing and self.missing[row]:
            names = ", ".join(self.missing[row])
            return (Reason("rolling_missing", f"Not planned: not known: {names}.", {"inputs": names}),)
        lines: list[Reason] = []
        for mode, lane in enumerate(self.lanes):
            units, level = int(self.units[row, mode]), float(self.policy[row, mode])
            if units:
                text = (
                    f"{units} units by {lane.name}: what will be there in {lane.nominal} weeks is less than {level:.2f} "
                    f"times the demand until one week after."
                )
                lines.append(Reason("rolling_order", text, {"mode": lane.name, "units": units, "level": level}))
        if not lines:
            lines.append(Reason("rolling_nothing", "Nothing today: waiting a week costs no more.", {}))
        saved = float(self.cost_of_nothing[row] - self.cost[row])
        lines.append(
            Reason(
                "rolling_saving",
                f"Expected saving against ordering nothing today: {saved / 100:,.2f}.",
                {"saved": saved},
            )
        )
        met, asked = self.fill[row]
        share = float(met / asked) if asked else 1.0
        lines.append(Reason("rolling_fill", f"Under this policy {share:.0%} of the demand is met.", {"share": share}))
        return tuple(lines)


def plan_in_blocks(
    standing: Standing, lanes: tuple[Lane, ...], costs: RollingCosts, executor: Executor, *, service_price: float = 0.0,
    policy: Floats | None = None, seed: int = 1,
) -> RollingPlan:  # fmt: skip
    """:func:`plan_orders` in blocks of rows on an executor (threads do), with the same answers."""
    blocks: list[Ints] = [
        np.arange(at, min(at + BLOCK, len(standing.on_hand)), dtype=np.int64)
        for at in range(0, len(standing.on_hand), BLOCK)
    ]
    running = [
        executor.submit(
            plan_orders, standing.take(rows), lanes, costs.take(rows), service_price=service_price,
            policy=None if policy is None else policy[rows], seed=seed,
        )
        for rows in blocks
    ]  # fmt: skip
    return RollingPlan.join([one.result() for one in running])


def plan_orders(
    standing: Standing, lanes: tuple[Lane, ...], costs: RollingCosts, *, service_price: float = 0.0,
    policy: Floats | None = None, seed: int = 1, rounds: int = ROUNDS, demand: Ints | None = None,
    late: Ints | None = None, restart: bool = True,
) -> RollingPlan:  # fmt: skip
    """Orders of today.

    ``lanes`` fastest first; ``policy`` the levels to start from (last week's), ``service_price`` what a unit not met costs
    beyond its margin (see :mod:`~entrepot.engines.replenish.service`), ``demand`` paths [rows, PATHS, WEEKS] of the caller's own;
    ``late`` [weeks, modes]: weeks by which an order of this week, the next, … arrives later than usual (a closed factory).
    ``restart``: the search may begin from :data:`STARTS` too.

    >>> totals = np.array([[[6, 10, 14], [28, 40, 56], [60, 80, 108], [100, 130, 170], [200, 260, 330]]], dtype=float)
    >>> one = Standing(np.array([40]), np.zeros((1, 2, 1), np.int64), np.zeros((1, 1), np.int64), totals,
    ...                np.array([0.1, 0.5, 0.9]), np.array([12]), np.array([12]))
    >>> costs = RollingCosts(np.array([900.0]), np.array([500.0]), np.array([[700.0, 90.0]]), np.array([2.0]), 0.0023,
    ...                      300.0, 0.7, np.array([10.0]))
    >>> plan = plan_orders(one, (Lane("air", (1, 2), (0.7, 0.3)), Lane("sea", (8, 9), (0.6, 0.4))), costs)
    >>> plan.units.shape, bool(plan.cost[0] <= plan.cost_of_nothing[0]), plan.units[0, 1] > 60
    ((1, 2), True, np.True_)
    """
    missing = missing_inputs(standing, lanes, costs)
    if any(missing):
        return _without(missing, standing, lanes, costs, service_price, policy, seed, rounds, demand, late, restart)
    from entrepot.engines.replenish.rolling_kernel import plan_rows

    rows, modes = len(standing.on_hand), len(lanes)
    theta = _start(rows, lanes) if policy is None else policy.copy()
    units, figures = np.zeros((rows, modes), np.int64), np.zeros((rows, 4))
    if demand is None:
        demand = demand_paths(standing.totals, standing.levels, WEEKS, PATHS, seed)
    old = np.zeros((rows, 3, WEEKS)) if standing.old is None else standing.old
    plan_rows(
        theta, _starts(len(lanes), rounds if restart else 0), standing.on_hand, old, demand, arrivals(standing, lanes),
        lead_draws(lanes), delays(late, len(lanes)),
        np.array([lane.nominal for lane in lanes], np.int64), costs.table(service_price), costs.freight, standing.carton,
        standing.least, rounds, units, figures,
    )  # fmt: skip
    return RollingPlan(lanes, units, theta, figures[:, 0], figures[:, 1], figures[:, 2:], missing)


def missing_inputs(standing: Standing, lanes: tuple[Lane, ...], costs: RollingCosts) -> tuple[tuple[str, ...], ...]:
    """What is not known of each row (NaN, or a carton below one unit); empty for a row that can be planned."""
    if not lanes or any(not lane.weeks or min(lane.weeks) < 1 for lane in lanes):
        raise ValueError("every mode needs a lead time of at least one week")
    unknown: dict[str, Bools] = {
        "forecast": np.isnan(standing.totals.sum(axis=(1, 2))),
        "margin": np.isnan(costs.margin),
        "landed cost": np.isnan(costs.landed),
        "freight": np.isnan(costs.freight.sum(axis=1)),
        "storage fee": np.isnan(costs.storage),
        "disposal": np.isnan(costs.disposal),
        "carton": standing.carton < 1,
    }
    return tuple(tuple(name for name, rows in unknown.items() if rows[row]) for row in range(len(standing.on_hand)))


def _without(
    missing: tuple[tuple[str, ...], ...], standing: Standing, lanes: tuple[Lane, ...], costs: RollingCosts,
    service_price: float, policy: Floats | None, seed: int, rounds: int, demand: Ints | None, late: Ints | None, restart: bool,
) -> RollingPlan:  # fmt: skip
    """Plan the rows that can be planned; the others get nothing and say why."""
    known: Ints = np.array([row for row, names in enumerate(missing) if not names], dtype=np.int64)
    rows, modes = len(missing), len(lanes)
    units: Ints = np.zeros((rows, modes), dtype=np.int64)
    theta = _start(rows, lanes) if policy is None else policy.copy()
    cost, nothing, fill = np.full(rows, np.nan), np.full(rows, np.nan), np.zeros((rows, 2))
    if known.size:
        plan = plan_orders(
            standing.take(known), lanes, costs.take(known), service_price=service_price, policy=theta[known], seed=seed,
            rounds=rounds, demand=None if demand is None else demand[known], late=late, restart=restart,
        )  # fmt: skip
        units[known], theta[known], cost[known] = plan.units, plan.policy, plan.cost
        nothing[known], fill[known] = plan.cost_of_nothing, plan.fill
    return RollingPlan(lanes, units, theta, cost, nothing, fill, missing)


def tempered(totals: Floats, expected: Floats, recent: Floats, limit: float = SURGE) -> Floats:
    """``totals`` [rows, horizons, levels] of forecasts that promise more than ``limit`` times what was lately sold.

    ``expected`` and ``recent`` [rows]: units of the forecast and of the best of the last 8 and 13 weeks, in the same number
    of weeks. Such a forecast (a season seen once, an item that has stopped) is scaled down to the limit: goods for a surge
    are bought as the surge shows.
    """
    share = np.minimum(1.0, limit * (recent + 1) / np.maximum(expected, 1e-9))
    return totals * share[:, None, None]


def _start(rows: int, lanes: tuple[Lane, ...]) -> Floats:
    """Sea at the expected demand, the mode before it at half, faster ones not at all; six weeks an order."""
    levels = [0.0] * len(lanes)
    levels[-1] = 1.0
    if len(lanes) > 1:
        levels[-2] = 0.5 if len(lanes) > 2 else 0.3
    return np.tile([*levels, 6.0], (rows, 1))


def _starts(modes: int, rounds: int) -> Floats:
    """Where the search may begin [starts, modes + 1]; none where there is no search. Modes between the first and the last two
    are left to the search."""
    *levels, cycles = STARTS
    used = levels[-modes:] if modes <= len(levels) else [levels[0], *[(0.0,)] * (modes - len(levels)), *levels[1:]]
    found = [one for one in product(*used, cycles) if rounds > 0 and any(one[:-1])]
    return np.array(found, dtype=np.float64).reshape(len(found), modes + 1)


def delays(late: Ints | None, modes: int) -> Ints:
    """``late`` filled up to all weeks of a path with 0."""
    out = np.zeros((WEEKS + 1, modes), np.int64)
    if late is not None:
        known = min(len(late), WEEKS + 1)
        out[:known] = late[:known]
    return out


def lead_draws(lanes: tuple[Lane, ...]) -> Ints:
    """Lead times [paths, weeks, modes]: each week's share of each number of weeks is as its odds say."""
    random = np.random.default_rng(5)
    out = np.zeros((PATHS, WEEKS, len(lanes)), np.int64)
    for mode, lane in enumerate(lanes):
        for week in range(WEEKS):
            out[:, week, mode] = _spread(lane.weeks, lane.odds, random.permutation(PATHS))
    return out


def arrivals(standing: Standing, lanes: tuple[Lane, ...]) -> Ints:
    """Units arriving [rows, paths, weeks] of what is on its way, given that it is not here yet."""
    out = np.zeros((len(standing.on_hand), PATHS, WEEKS), np.int64)
    known = min(standing.due.shape[1], WEEKS)
    out[:, :, :known] += standing.due[:, None, :known]
    for mode, lane in enumerate(lanes):
        ranks = np.random.default_rng((9, mode)).permutation(PATHS)
        for ago in range(standing.transit.shape[2]):
            rows = np.flatnonzero(standing.transit[:, mode, ago])
            if rows.size == 0:
                continue
            ahead = [(week, odd) for week, odd in zip(lane.weeks, lane.odds, strict=True) if week > ago]
            # Later than ever before: it may come any week, so next week.
            weeks = tuple(week for week, _ in ahead) or (ago + 1,)
            lead = _spread(weeks, tuple(odd for _, odd in ahead) or (1.0,), ranks)
            for path in range(PATHS):
                at = lead[path] - ago - 1
                if at < WEEKS:
                    out[rows, path, at] += standing.transit[rows, mode, ago]
    return out


def _spread(weeks: tuple[int, ...], odds: tuple[float, ...], ranks: Ints) -> Ints:
    below = np.cumsum(np.asarray(odds) / sum(odds))
    at = np.searchsorted(below, (ranks + 0.5) / ranks.size, side="left")
    return np.asarray(weeks, dtype=np.int64)[np.minimum(at, len(weeks) - 1)]
