"""A thousand futures instead of one past: the same way of ordering on many courses of demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from entrepot.core.reasons import Reason
from entrepot.engines.twin.lateral import Lateral
from entrepot.engines.twin.model import Floats, Ints, Opening, Operation, Policy
from entrepot.engines.twin.run import Waiting, run
from entrepot.engines.twin.shocks import Shocks


@dataclass(frozen=True)
class Futures:
    """``cost`` [futures] in minor units and ``fill`` [futures] of one way of ordering; futures in the order given."""

    cost: Floats
    fill: Floats

    def explain(self) -> tuple[Reason, ...]:
        """Mean and spread, in lines."""
        low, middle, high = (float(value) for value in np.quantile(self.cost, [0.05, 0.5, 0.95]))
        text = (
            f"Costs {self.cost.mean() / 100:,.2f} on average; between {low / 100:,.2f} and {high / 100:,.2f} in nine "
            f"futures of ten; {self.fill.mean():.0%} of the demand is met."
        )
        values = {"mean": float(self.cost.mean()), "low": low, "median": middle, "high": high}
        return (Reason("futures", text, values),)

    def cheaper_than(self, other: Futures) -> float:
        """Share of the futures in which this way costs less than ``other``, future by future."""
        if len(self.cost) != len(other.cost):
            raise ValueError(f"{len(self.cost)} futures against {len(other.cost)}: compare the same ones")
        return float((self.cost < other.cost).mean())


def run_futures(
    operation: Operation, futures: Ints, opening: Opening, policy_of: Callable[[Ints], Policy], *, seed: int = 1,
    late: Ints | None = None, shocks: Shocks | None = None, waiting: Waiting | None = None, lateral: Lateral | None = None,
) -> Futures:  # fmt: skip
    """Replay a way of ordering on each of ``futures`` [futures, SKUs, weeks].

    ``policy_of`` makes the policy of one future; it is handed that future's demand, of which it may use what is past.
    Lead times are drawn anew in each future, and alike for every way of ordering with the same ``seed``.

    >>> from entrepot.engines.twin import Goods, Mode, Rates, rules
    >>> goods = Goods(*(np.array([x]) for x in (2000.0, 700.0, 0.05, 300.0, 1e6)), np.array([12]), np.array([24]))
    >>> sea = Mode("sea", (3, 4), (0.5, 0.5), per_m3=9500.0)
    >>> demand = np.random.default_rng(1).poisson(10, (20, 1, 26))
    >>> def cover(weeks):
    ...     levels = rules.days_of_cover(sea.mean, weeks)
    ...     return lambda future: rules.up_to(goods, 1, lambda week: future[:, : week + 1].astype(float), levels)
    >>> opening = Opening(np.array([60]), np.zeros((1, 1), np.int64))
    >>> lean, safe = (run_futures(Operation(goods, (sea,), Rates()), demand, opening, cover(w)) for w in (0.0, 2.0))
    >>> lean.cheaper_than(safe) > 0.5, bool(safe.fill.mean() > lean.fill.mean())
    (True, True)
    """
    outcomes = [
        run(
            operation,
            future,
            opening,
            policy_of(future),
            seed=seed + 1_000 * at,
            late=late,
            shocks=shocks,
            waiting=waiting,
            lateral=lateral,
        )
        for at, future in enumerate(futures)
    ]
    return Futures(
        np.array([float(outcome.total.sum()) for outcome in outcomes]), np.array([one.fill_rate for one in outcomes])
    )
