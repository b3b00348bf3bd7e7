"""What serving a share of the demand costs: one price of an unmet unit, and what past promises were worth.

The same price for every unit is the cheapest way to reach a floor that counts units. A plan that follows a forecast expects
more on that forecast's own paths than it keeps when the weeks come, for next week's forecast is not today's. How much more is
measured on weeks that are over (:class:`Kept`), and the plan aims higher by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from entrepot.core.reasons import Reason
from entrepot.engines.replenish.decide import Situation
from entrepot.engines.replenish.demand_paths import demand_paths
from entrepot.engines.replenish.rolling import PATHS, ROUNDS, WEEKS, RollingPlan, plan_orders
from entrepot.engines.replenish.steady import Floats, Ints

QUARTER = 13
"""Weeks that a promise is measured on: the last quarter."""

KNOWN = 12
"""Weeks that a forecast needs before that quarter; with less history :data:`UNMEASURED` holds."""

UNMEASURED = 0.02
"""Shortfall taken where there is too little history to measure one; ours, about what made-up shops show."""

SURE = 1.645
"""Standard errors that are made good besides: a floor that is asked for should hold nineteen times of twenty, as far as a quarter
can tell."""

MOST_SHORT = 0.10
"""No more than this is made good by aiming higher: beyond it something else is wrong than the price."""

MOST = 8.0
"""Highest price, in mean margins: what cannot be served at that is not worth serving."""

HALVINGS, SHORT = 9, 3


@dataclass(frozen=True)
class Kept:
    """What was promised and kept on weeks that are over: ``expected`` and ``met`` share of the units asked for (or how far
    above a rule's they are), and the standard ``error`` of their difference over rows."""

    expected: float
    met: float
    error: float = 0.0
    measured: bool = True

    @staticmethod
    def unknown() -> Kept:
        """Where history is too short."""
        return Kept(UNMEASURED, 0.0, measured=False)

    @property
    def shortfall(self) -> float:
        """By how much the promise fell short, and :data:`SURE` standard errors; not below 0 and not above :data:`MOST_SHORT`.

        >>> round(Kept(0.95, 0.92, 0.01).shortfall, 3), Kept(0.90, 0.93).shortfall
        (0.046, 0.0)
        """
        return min(max(self.expected - self.met + SURE * self.error, 0.0), MOST_SHORT)

    def explain(self) -> tuple[Reason, ...]:
        """In one line."""
        met, expected, higher = (round(100 * share, 1) for share in (self.met, self.expected, self.shortfall))
        if not self.measured:
            text = (
                "There is too little history to tell what promises of service are worth: the plan aims "
                f"{higher} points higher than asked."
            )
            return (Reason("service_kept_unknown", text, {"higher": higher}),)
        text = (
            f"In the last quarter {met} % of the demand would have been met where {expected} % was expected: "
            f"the plan aims {higher} points higher than asked."
        )
        return (Reason("service_kept", text, {"expected": expected, "met": met, "higher": higher}),)


def kept(promised: Floats, came: Floats, rule: tuple[Floats, Floats] | None = None) -> Kept:
    """What became of a promise: units met and asked for [rows, 2] as ``promised`` by the forecast's paths, and as they ``came``.

    With the same two of a ``rule``, the advantage over it is meant: what all futures have in common, a season that nobody
    foresaw, then counts for both. The error is that of 200 draws of rows.

    >>> told = kept(np.array([[9.0, 10], [19, 20]]), np.array([[8.0, 10], [22, 24]]))
    >>> round(told.expected, 3), round(told.met, 3), told.error > 0
    (0.933, 0.882, True)
    """
    pairs = [(promised, came)] if rule is None else [(promised, came), rule]

    def shares(rows: Ints) -> tuple[float, float]:
        each = [[float(one[rows, 0].sum() / max(one[rows, 1].sum(), 1e-9)) for one in pair] for pair in pairs]
        base = [0.0, 0.0] if len(each) == 1 else each[1]
        return each[0][0] - base[0], each[0][1] - base[1]

    count = len(promised)
    draws = np.random.default_rng(1).integers(0, count, (200, count))
    gaps = [expected - met for expected, met in map(shares, draws)]
    expected, met = shares(np.arange(count, dtype=np.int64))
    return Kept(expected, met, float(np.std(gaps)))


def price_of_service(
    situations: Sequence[Situation], floor: float, *, reachable: bool = False, seed: int = 1
) -> float:  # fmt: skip
    """Least price of an unmet unit, minor units, at which the plan expects to meet the share ``floor`` of all units.

    Zero where the floor is met without; found by halving between nothing and :data:`MOST` mean margins, and that most where even
    it does not suffice. ``reachable``: what is sold out before the fastest way can bring anything is not counted, for no price
    brings it sooner.
    """
    lost = [unavoidable(one, seed=seed) if reachable else np.zeros(len(one)) for one in situations]
    plans = [_solved(one, 0.0, None, seed) for one in situations]
    asked = sum(float(plan.fill[:, 1].sum()) for plan in plans)
    margin = sum(
        float(np.nansum(one.costs.margin * plan.fill[:, 1])) for one, plan in zip(situations, plans, strict=True)
    )
    if _share(plans, lost) >= floor or margin <= 0:
        return 0.0
    low, high = 0.0, MOST * margin / asked
    for _ in range(HALVINGS):
        price = (low + high) / 2
        tried = [_solved(one, price, plan.policy, seed) for one, plan in zip(situations, plans, strict=True)]
        low, high = (low, price) if _share(tried, lost) >= floor else (price, high)
    return high


def expected_fill(there: Situation, policy: Floats, *, weeks: int = WEEKS, seed: int = 1) -> Floats:
    """Units met and asked for [rows, 2] in the first ``weeks`` under ``policy`` [rows, modes + 1], on the forecast's paths."""
    standing = there.standing
    demand = demand_paths(standing.totals, standing.levels, WEEKS, PATHS, seed)[:, :, :weeks]
    plan = plan_orders(
        standing,
        there.lanes,
        there.costs,
        policy=policy,
        rounds=0,
        late=there.late,
        demand=np.ascontiguousarray(demand),
    )
    return plan.fill


def unavoidable(there: Situation, *, seed: int = 1) -> Floats:
    """Units [rows] expected to be lost before the fastest order of today can be there."""
    from entrepot.engines.replenish.line_futures import line_futures

    nothing: Ints = np.zeros((len(there), len(there.lanes)), np.int64)
    told = line_futures(nothing, there.standing, there.lanes, there.costs, seed=seed, late=there.late)
    week = min(there.lanes[0].nominal, told.demand.shape[1]) - 1
    sold = there.standing.on_hand + np.cumsum(told.coming, axis=1)[:, week] - told.stock_nothing[:, week]
    return np.maximum(np.cumsum(told.demand, axis=1)[:, week] - sold, 0.0)


def _solved(there: Situation, price: float, policy: Floats | None, seed: int) -> RollingPlan:
    """The policy at a price; from that of another price a short search suffices."""
    return plan_orders(
        there.standing, there.lanes, there.costs, service_price=price, policy=policy, seed=seed, late=there.late,
        rounds=ROUNDS if policy is None else SHORT, restart=policy is None,
    )  # fmt: skip


def _share(plans: Sequence[RollingPlan], lost: Sequence[Floats]) -> float:
    met = sum(float(plan.fill[:, 0].sum()) for plan in plans)
    asked = sum(float((plan.fill[:, 1] - none).sum()) for plan, none in zip(plans, lost, strict=True))
    return met / asked if asked > 0 else 1.0
