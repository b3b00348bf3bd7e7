"""The same choice under shared limits to the optimum, where rows are few: a mixed-integer program, solved by HiGHS.

With thousands of rows the prices alone come within a hair of the bound; with a dozen large orders they do not, for one order
more or less is a large part of a budget. Model: a binary for every offered option, exactly one of each row; every limit a
row; containers whole numbers, loose cargo a real number. Nodes are counted, not seconds, so that the same question has the
same answer on every machine. Source: Huangfu & Hall (2018), Mathematical Programming Computation 10(1), for the solver.
"""

from __future__ import annotations

import ctypes
import importlib
import math
import os
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from entrepot.engines.replenish.steady import Floats, Ints

if TYPE_CHECKING:
    from entrepot.engines.replenish.shared_limits import Containers, Options

NODES = 200
"""Nodes of the search tree at most."""
GAP = 1e-5
"""Relative gap at which the search stops."""


@dataclass(frozen=True)
class Exact:
    """``pick`` [rows], ``None`` where no plan was found within the nodes; ``bound`` that no plan can beat."""

    pick: Ints | None
    bound: float


_ONE = threading.Lock()


@contextmanager
def _silent() -> Generator[None]:
    """Keep what the solver's library writes by itself out of the standard output, which may be a program's answer."""
    with _ONE:
        sys.stdout.flush()
        try:
            kept = os.dup(1)
        except OSError:  # a service without a standard output
            yield
            return
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            try:
                yield
            finally:
                with suppress(OSError, AttributeError, TypeError):  # only where the C library can be reached
                    ctypes.CDLL(None).fflush(None)  # it keeps lines of its own
                os.dup2(kept, 1)
                os.close(kept)


def solve_exactly(
    options: Options, capacity: Floats, containers: Containers | None = None, *, nodes: int = NODES
) -> Exact:
    """Options that cost least in sum within ``capacity`` [limits], by branch and bound.

    >>> from entrepot.engines.replenish.shared_limits import Options
    >>> cost = np.array([[90.0, 40.0, 10.0], [70.0, 30.0, 20.0]])
    >>> use = np.array([[[0.0, 10.0, 20.0], [0.0, 10.0, 20.0]]])
    >>> found = solve_exactly(Options(cost, use), np.array([30.0]))
    >>> found.pick.tolist(), round(found.bound, 6)
    ([2, 1], 40.0)
    """
    optimize: Any = importlib.import_module("scipy.optimize")
    sparse: Any = importlib.import_module("scipy.sparse")
    rows, option = np.nonzero(np.isfinite(options.cost))
    count, limits = len(rows), len(capacity)
    extra = 0 if containers is None else 2  # whole containers, loose volume
    objective = np.concatenate([options.cost[rows, option], np.zeros(extra)])
    upper = np.ones(count + extra)
    # A limit of 0 is kept as it is; any other is measured in its own size, for the solver's tolerances are absolute.
    unit = np.where(capacity > 0, capacity / len(options.cost), 1.0)
    limited = np.isfinite(capacity)
    taken = np.zeros((limits, count + extra))
    taken[:, :count] = options.use[:, rows, option] / unit[:, None]
    constraints: list[Any] = [
        optimize.LinearConstraint(
            sparse.csr_matrix((np.ones(count), (rows, np.arange(count))), shape=(len(options.cost), count + extra)), 1, 1
        ),
        optimize.LinearConstraint(taken[limited], -np.inf, (capacity[limited] / unit[limited])),
    ]  # fmt: skip
    integral = np.ones(count + extra)
    if containers is not None:
        room = np.zeros(count + extra)
        room[:count] = options.use[containers.limit, rows, option] / containers.space
        room[count], room[count + 1] = -1.0, -1.0
        constraints.append(optimize.LinearConstraint(room[None, :], -np.inf, 0.0))
        objective[count] = containers.price
        loose = math.isfinite(containers.loose)
        objective[count + 1] = containers.loose * containers.space if loose else 0.0
        upper[count] = np.inf if containers.most is None else containers.most
        upper[count + 1] = np.inf if loose else 0.0
        integral[count + 1] = 0.0
    with _silent():
        found = optimize.milp(
            objective, integrality=integral, bounds=optimize.Bounds(0, upper), constraints=constraints,
            options={"node_limit": nodes, "mip_rel_gap": GAP},
        )  # fmt: skip
    bound = -math.inf if found.mip_dual_bound is None else float(found.mip_dual_bound)
    if found.x is None:
        return Exact(None, bound)
    chosen = np.full(options.cost.shape, -1.0)
    chosen[rows, option] = found.x[:count]
    return Exact(chosen.argmax(axis=1).astype(np.int64), bound)
