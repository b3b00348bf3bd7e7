"""What the tuning of levels takes and gives: steady problems in columns, and their levels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from entrepot.core.reasons import Reason

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MODES = 3
"""Most modes of one problem; of more, the planner offers the three that differ most."""


@dataclass(frozen=True)
class Effort:
    """How long to tune one problem: ``periods`` simulated an evaluation, at most ``evaluations`` of them, and as many
    ``fresh`` periods to judge the winner. The default is what plans use; ``seed`` draws the common random numbers."""

    periods: int = 2048
    evaluations: int = 72
    fresh: int = 8192
    seed: int = 20261122


@dataclass(frozen=True)
class Steady:
    """Problems [plans] whose demand, costs and lead times stay as they are; a period is one review.

    ``demand`` [plans, width]: probability that a period's demand is 0, 1, 2 … steps of ``step`` units. ``lead`` [plans,
    modes]: periods until an order arrives, rising from the fastest mode to the slowest; 0 is in time for this period's
    demand. ``premium`` [plans, modes]: cost a unit above the slowest mode. ``holding`` of a unit left at the end of a
    period, ``shortage`` of a unit missing: per period that the customer waits, or once where the sale is ``lost``.
    ``late`` [plans, modes, weeks]: probability of arriving 0, 1, … periods after ``lead``; empty = never late. Lost sales
    are tuned for one mode; with several, a sale that waits for the fastest is charged as one lost each period.
    """

    demand: Floats
    lead: Ints
    premium: Floats
    holding: Floats
    shortage: Floats
    lost: Bools
    step: Floats = field(default_factory=lambda: np.ones(0))
    late: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))

    def __post_init__(self) -> None:
        plans, modes = self.lead.shape
        if not 1 <= modes <= MODES:
            raise ValueError(f"between one and {MODES} modes, not {modes}")
        if not (len(self.demand) == len(self.holding) == len(self.shortage) == len(self.lost) == plans):
            raise ValueError("columns of steady problems differ in length")
        if self.premium.shape != self.lead.shape:
            raise ValueError("one premium for each mode")
        if bool((np.diff(self.lead, axis=1) <= 0).any()) or bool((self.lead < 0).any()):
            raise ValueError("lead times rise from the fastest mode to the slowest")
        if bool((self.holding <= 0).any()) or bool((self.shortage <= 0).any()):
            raise ValueError("holding and shortage cost something")
        if bool((np.abs(self.demand.sum(axis=1) - 1) > 1e-6).any()) or bool((self.demand < 0).any()):
            raise ValueError("probabilities of demand add up to 1")

    def __len__(self) -> int:
        return len(self.holding)

    @property
    def units(self) -> Floats:
        """Units of one step of demand [plans]."""
        return self.step if self.step.size else np.ones(len(self))

    def take(self, rows: slice) -> Steady:
        """Some of the problems."""
        return Steady(
            self.demand[rows], self.lead[rows], self.premium[rows], self.holding[rows], self.shortage[rows],
            self.lost[rows], self.step[rows] if self.step.size else self.step,
            self.late[rows] if self.late.size else self.late,
        )  # fmt: skip


@dataclass(frozen=True)
class Levels:
    """Capped multi-index policies [plans], in units.

    Each period, from the fastest mode to the slowest: order ``level`` [plans, modes] less the stock projected to that
    mode's arrival (what is at hand and arrives by then, orders just placed with it; where sales are lost, less what will
    be sold), ``response`` [plans] of the difference; of the slowest mode at most ``cap`` [plans] (infinite with one mode
    and waiting customers). ``cost`` [plans]: freight premium, holding and shortage a period on fresh draws; ``share``
    [plans, modes]: share of the units that come by each mode; ``evaluations`` made.
    """

    level: Floats
    cap: Floats
    response: Floats
    cost: Floats
    share: Floats
    evaluations: Ints

    def __len__(self) -> int:
        return len(self.cap)

    def explain(self, row: int, modes: tuple[str, ...] = ("fast", "middle", "slow")) -> tuple[Reason, ...]:
        """The policy of one plan in lines."""
        count = self.level.shape[1]
        names = modes[-count:] if count < len(modes) else modes
        lines = [
            Reason(
                "level",
                f"By {names[m]}: up to {self.level[row, m]:.0f} units, counting what is there when it would arrive; "
                f"{self.share[row, m]:.0%} of the units come this way.",
                {"mode": names[m], "units": float(self.level[row, m]), "share": float(self.share[row, m])},
            )
            for m in range(count)
        ]
        if np.isfinite(self.cap[row]) and count:
            text = f"Never more than {self.cap[row]:.0f} units at once by {names[count - 1]}: peaks go a faster way."
            lines.append(Reason("cap", text, {"units": float(self.cap[row])}))
        cost = float(self.cost[row])
        lines.append(Reason("steady_cost", f"Expected freight premium, holding and shortage: {cost:.2f} a period.",
                            {"cost": cost}))  # fmt: skip
        return tuple(lines)

    @staticmethod
    def join(parts: list[Levels]) -> Levels:
        """The plans of all parts, one after the other."""
        return Levels(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("level", "cap", "response", "cost", "share", "evaluations")
            )
        )
