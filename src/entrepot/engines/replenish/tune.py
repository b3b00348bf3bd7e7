"""The verb: steady problems in, tuned levels out; in chunks, on any executor, with the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor

import numpy as np

from entrepot.engines.replenish.steady import Effort, Floats, Ints, Levels, Steady

CHUNK = 2_000
"""Plans handed to an executor at a time."""


def tune_levels(steady: Steady, effort: Effort | None = None, executor: Executor | None = None) -> Levels:
    """Levels and cap of every problem, tuned by simulation with common random numbers, judged on fresh draws.

    Every problem sees the same permutations of the same stratified draws (``effort.seed``), so answers depend neither on
    the order nor on the chunks. With an ``executor`` chunks run there; kernels release the interpreter, so threads do.

    >>> from entrepot.engines.replenish.steady import Steady
    >>> import numpy as np
    >>> die = Steady(demand=np.full((1, 5), 0.2), lead=np.array([[0, 2]]), premium=np.array([[5.0, 0.0]]),
    ...              holding=np.array([5.0]), shortage=np.array([495.0]), lost=np.array([False]))
    >>> levels = tune_levels(die)
    >>> levels.level.tolist(), levels.cap.tolist(), round(float(levels.cost[0]))
    ([[4.0, 7.0]], [2.0], 17)
    """
    used = effort or Effort()
    parts = [steady.take(slice(at, at + CHUNK)) for at in range(0, len(steady), CHUNK)]
    done: Iterator[Levels] = (
        map(tune_chunk, parts, [used] * len(parts))
        if executor is None
        else executor.map(tune_chunk, parts, [used] * len(parts))
    )
    return Levels.join(list(done)) if parts else _empty(steady)


def tune_chunk(steady: Steady, effort: Effort) -> Levels:
    """Tune some problems in this process."""
    from entrepot.engines.replenish.multi_index import NEVER, tune_one
    from entrepot.engines.replenish.projected_level import tune_lost

    ranks, fresh = _permutations(effort.seed, effort.periods), _permutations(effort.seed + 1, effort.fresh)
    out = _empty(steady)
    plans, modes = steady.lead.shape
    units, late = steady.units, steady.late
    punctual = np.zeros((modes, 1))
    punctual[:, 0] = 1.0
    for row in range(plans):
        pmf = np.ascontiguousarray(steady.demand[row])
        step, holding, shortage = float(units[row]), float(steady.holding[row]), float(steady.shortage[row])
        if steady.lost[row] and modes == 1:
            level, cap, response, cost, made = tune_lost(
                pmf, int(steady.lead[row, 0]), holding, shortage, ranks, fresh, effort.evaluations
            )
            out.level[row, 0], out.response[row], out.share[row, 0] = level * step, response, 1.0
        else:
            delays = np.ascontiguousarray(late[row]) if late.size else punctual
            cap, cost, made = tune_one(
                pmf, steady.lead[row], steady.premium[row], holding, shortage, delays, ranks, fresh,
                effort.evaluations, out.level[row], out.share[row],
            )  # fmt: skip
            out.level[row] = np.where(out.level[row] <= -NEVER, -np.inf, out.level[row] * step)
        out.cap[row] = cap * step if 0 < cap < NEVER else np.inf
        out.cost[row], out.evaluations[row] = cost * step, made
    return out


def _permutations(seed: int, periods: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    random = np.random.default_rng(seed)
    return np.stack([random.permutation(periods) for _ in range(3)]).astype(np.int64)


def _empty(steady: Steady) -> Levels:
    plans, modes = steady.lead.shape

    def numbers(fill: float, *shape: int) -> Floats:
        return np.full((plans, *shape), fill)

    made: Ints = np.zeros(len(steady), dtype=np.int64)
    return Levels(numbers(0.0, modes), numbers(np.inf), numbers(1.0), numbers(0.0), numbers(0.0, modes), made)
