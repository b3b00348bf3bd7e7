"""Allocation and cost of every issue of 10 million movements, on one core.

    python -m benchmarks.valuation [--movements 10000000]

20,000 items × 4 cells; 70 % sales, 15 % receipts, 10 % transfers, 5 % returns; 5 cost lines a receipt; input sorted by
item, then fold order. Timed: `value()` as callers use it, from columns to what every movement and every cell costs;
not timed: making the data, compiling (a small run warms up), and the check that nothing was lost or invented.
"""

from __future__ import annotations

import argparse
import os
import time

for _threads in ("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_threads] = "1"  # one core is what we claim

import numpy as np  # noqa: E402

from benchmarks.report import PeakMemory, report  # noqa: E402
from entrepot.engines.valuation import CostShares, Kind, Movements, Valuation, value  # noqa: E402

LINES = 5
CELLS = 4


def workload(movements: int, seed: int = 1) -> tuple[Movements, CostShares]:
    """Movements in fold order, item by item, and five cost lines a receipt."""
    random = np.random.default_rng(seed)
    per_item = max(20, movements // 20_000)
    items = movements // per_item
    count = items * per_item
    drawn = random.random(count, dtype=np.float32)
    first = np.arange(count) % per_item == 0
    kind = np.select(
        [first | (drawn < 0.15), drawn < 0.25, drawn < 0.30], [Kind.RECEIPT, Kind.TRANSFER, Kind.RETURN], Kind.SALE
    ).astype(np.int8)
    kind = _after_a_sale(kind, per_item)
    cell = random.integers(0, CELLS, count, dtype=np.int64)
    inward = (kind == Kind.RECEIPT) | (kind == Kind.RETURN)
    from_cell = np.where(inward, -1, cell)
    to_cell = np.where(inward, cell, np.where(kind == Kind.TRANSFER, (cell + 1) % CELLS, -1))
    quantity = random.integers(1, 4, count)
    quantity[kind == Kind.RECEIPT] = random.integers(4, 18, int((kind == Kind.RECEIPT).sum()))
    quantity[kind == Kind.TRANSFER] = random.integers(1, 12, int((kind == Kind.TRANSFER).sum()))
    number = np.arange(count, dtype=np.int64)
    sale = np.maximum.accumulate(np.where(kind == Kind.SALE, number, -1))
    returns = kind == Kind.RETURN
    quantity[returns] = 1
    of = np.where(returns, sale, -1)
    moves = Movements.build(
        movement=number,
        item=number // per_item,
        from_cell=from_cell,
        to_cell=to_cell,
        quantity=quantity,
        at=number % per_item,
        kind=kind,
        of=of,
    )
    receipts = np.flatnonzero(kind == Kind.RECEIPT)
    size = len(receipts) * LINES
    costs = CostShares.build(
        line=np.arange(size),
        component=np.tile(np.array([0, 1, 3, 5, 2], np.int16), len(receipts)),
        movement=np.repeat(receipts, LINES),
        amount=random.integers(100, 100_000, size),
    )
    return moves, costs


def _after_a_sale(kind: np.ndarray, per_item: int) -> np.ndarray:
    """A return needs a sale before it in its item; where there is none yet it becomes a sale."""
    number = np.arange(len(kind))
    last = np.maximum.accumulate(np.where(kind == Kind.SALE, number, -1))
    return np.where((kind == Kind.RETURN) & (last < number - number % per_item), np.int8(Kind.SALE), kind)


def check(v: Valuation, moves: Movements, costs: CostShares) -> None:
    """Money: all lines = stock + what left + what reached nothing. Units: what came − what left + owed = stock."""
    totals = v.totals()
    if sum(totals.values()) != int(costs.amount.sum()):
        raise SystemExit(f"money is not conserved: {totals} against {int(costs.amount.sum())}")
    applied = v.allocation.rows.applied == 1
    kind = v.allocation.ordered.moves.kind
    came = int(moves.quantity[applied & (kind == Kind.RECEIPT)].sum())
    back = int(moves.quantity[kind == Kind.RETURN].sum()) - int(v.allocation.rows.annulled.sum())
    sold = int(moves.quantity[kind == Kind.SALE].sum()) - int(v.allocation.rows.annulled.sum())
    stock = int(v.allocation.stock.sum())
    if came + back - sold + int(v.allocation.rows.owed.sum()) != stock:
        raise SystemExit("units are not conserved")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--movements", type=int, default=10_000_000)
    parser.add_argument("--repeat", type=int, default=1, help="take the best of this many runs")
    options = parser.parse_args()
    warm = workload(10_000)
    check(value(*warm), *warm)
    with PeakMemory() as memory:
        moves, costs = workload(options.movements)
        seconds = float("inf")
        for _ in range(options.repeat):
            started = time.perf_counter()
            v = value(moves, costs)
            seconds = min(seconds, time.perf_counter() - started)
        check(v, moves, costs)
        a = v.allocation
        print(
            f"layers {len(a.layers.n):,}  issues {len(a.issues.a):,}  waiting {int((a.rows.applied == 0).sum()):,}  "
            f"owed units {int(a.rows.owed.sum()):,}  stock units {int(a.stock.sum()):,}"
        )
        kinds = np.bincount(moves.kind, minlength=18) / len(moves)
        print(
            {k.name: round(float(kinds[k]), 3) for k in Kind if kinds[k]}, "cells with stock", int((a.stock > 0).sum())
        )
    report(movements=len(moves), seconds=round(seconds, 2), rss_mb=memory.rss_mb)


if __name__ == "__main__":
    main()
