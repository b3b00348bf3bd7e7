"""Plans a second: levels of 100,000 three-mode SKU-warehouses, tuned at the effort that plans use.

    python -m benchmarks.replenish_speed [--skus 100000] [--executor local|dask] [--workers 2]

Timed: from each SKU's weekly mean, variance, costs and lead times (air 1, rail 4 or 5, sea 8 to 10 weeks) to tuned levels,
judged on fresh draws. Not timed: compiling, and the start of the workers. ``local`` uses threads of this process (kernels
release the interpreter), ``dask`` a cluster of two worker processes on this machine. ``digest`` is over all answers, SKU by SKU:
it is the same however they are cut and wherever they run; a sample in one piece must have the digest of its rows, or nothing is
reported. ``orders_ms``: CPU of today's orders by three modes from a standing (``rolling``), on a tenth as many SKUs: a
second step that plans take where stock and forecast are known. If stockpyl is installed, its exact (s,S) is timed on a few
SKUs of the same demand.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import math
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import numpy as np

from benchmarks.report import PeakMemory, report
from entrepot.engines.replenish.demand_grid import demand_grid
from entrepot.engines.replenish.demand_paths import HORIZONS
from entrepot.engines.replenish.rolling import Lane, RollingCosts, Standing, plan_orders
from entrepot.engines.replenish.steady import Levels, Steady
from entrepot.engines.replenish.tune import tune_levels

LANES = (Lane("air", (1, 2), (0.7, 0.3)), Lane("rail", (5, 6), (0.6, 0.4)), Lane("sea", (8, 9, 10), (0.5, 0.3, 0.2)))
BLOCK = 100_000
"""SKUs whose tables are in memory at a time."""


def economics(skus: int, seed: int = 1) -> dict[str, np.ndarray]:
    """Made-up SKUs: slow to fast sellers, cheap to dear, light to heavy; money in the smallest unit."""
    random = np.random.default_rng(seed)
    mean = np.exp(random.normal(1.5, 1.4, skus))
    cost = np.exp(random.normal(6.5, 0.9, skus))  # landed cost a unit
    sea = cost * random.uniform(0.03, 0.2, skus)
    return {
        "mean": mean,
        "variance": mean + mean**2 * random.uniform(0.1, 1.5, skus),
        "holding": cost * random.uniform(0.004, 0.02, skus),
        "shortage": cost * random.uniform(0.2, 1.2, skus),
        "premium": np.stack([sea * random.uniform(4, 9, skus), sea * random.uniform(1, 2.5, skus), 0 * sea], axis=1),
        "lead": np.stack([np.ones(skus), random.integers(4, 6, skus), random.integers(8, 11, skus)], axis=1),
    }


def problems(made: dict[str, np.ndarray]) -> Steady:
    """SKUs as the engine takes them."""
    demand, step = demand_grid(made["mean"], made["variance"])
    return Steady(
        demand=demand, step=step, lead=made["lead"].astype(np.int64), premium=made["premium"],
        holding=made["holding"], shortage=made["shortage"], lost=np.zeros(len(step), np.bool_),
    )  # fmt: skip


@contextmanager
def executor_of(kind: str, workers: int) -> Iterator[Executor]:
    """Where chunks run."""
    if kind == "local":
        with ThreadPoolExecutor(workers) as pool:
            yield pool
        return
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client.get_executor()


def plan(made: dict[str, np.ndarray], pool: Executor | None) -> Levels:
    """All levels, block by block."""
    skus = len(made["mean"])
    blocks = [{name: column[at : at + BLOCK] for name, column in made.items()} for at in range(0, skus, BLOCK)]
    return Levels.join([tune_levels(problems(block), executor=pool) for block in blocks])


def digest(levels: Levels) -> str:
    """Of levels, caps, responses and costs of all plans in their order; chunks leave no trace in it."""
    found = hashlib.sha256()
    for name in ("level", "cap", "response", "share", "cost"):
        found.update(np.ascontiguousarray(getattr(levels, name), dtype="<f8").tobytes())
    return found.hexdigest()[:16]


def first(levels: Levels, count: int) -> Levels:
    """The first plans."""
    return Levels(**{one.name: getattr(levels, one.name)[:count] for one in fields(Levels)})


def orders_ms(made: dict[str, np.ndarray]) -> float:
    """CPU milliseconds a SKU of today's orders, this process, one thread."""
    rows, mean = len(made["mean"]), made["mean"]
    spread = np.array([0.05, 0.4, 0.7, 1.0, 1.3, 1.9, 3.0])
    one, random = np.ones(rows), np.random.default_rng(2)
    standing = Standing(
        np.floor(mean * random.integers(0, 15, rows)).astype(np.int64), np.zeros((rows, 3, 1), np.int64),
        np.repeat(np.round(mean).astype(np.int64)[:, None], 7, axis=1),
        mean[:, None, None] * np.asarray(HORIZONS)[None, :, None] * spread, np.array([0.02, 0.15, 0.3, 0.5, 0.7, 0.85, 0.98]),
        np.full(rows, 12), np.full(rows, 24),
    )  # fmt: skip
    costs = RollingCosts(
        made["shortage"], made["holding"] * 80, made["premium"] + 30, made["holding"] / 2, 0.12 / 52, 300.0, 0.7, one
    )
    started = time.process_time()
    plan_orders(standing, LANES, costs)
    return 1000 * (time.process_time() - started) / rows


def peer(made: dict[str, np.ndarray], sample: int = 5) -> float | None:
    """Milliseconds a SKU of stockpyl's exact (s,S), or None where it is not installed."""
    try:
        exact = importlib.import_module("stockpyl.ss").s_s_discrete_exact
    except ImportError:
        return None
    rows = np.flatnonzero(made["mean"] < 20)[:sample]
    started = time.perf_counter()
    for row in rows:
        exact(
            float(made["holding"][row]), float(made["shortage"][row]), float(made["holding"][row] * 50),
            True, float(made["mean"][row]),
        )  # fmt: skip
    return 1000 * (time.perf_counter() - started) / len(rows)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skus", type=int, default=100_000)
    parser.add_argument("--executor", choices=("local", "dask"), default="local")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    alone = plan(economics(50), None)
    made = economics(options.skus)
    with executor_of(options.executor, options.workers) as pool:
        plan(economics(50 * options.workers), pool)
        with PeakMemory() as memory:
            started, spent = time.perf_counter(), time.process_time()
            levels = plan(made, pool)
            seconds, spent = time.perf_counter() - started, time.process_time() - spent
    sample = {name: column[:200] for name, column in made.items()}
    again = plan(sample, None)
    same = digest(again) == digest(first(levels, 200))
    print(
        f"evaluations a plan {levels.evaluations.mean():.1f}  CPU of this process {spent:.1f} s  shares by mode "
        f"{levels.share.mean(axis=0).round(3).tolist()}  plans of a block of 50 {len(alone)}"
    )
    orders_ms(economics(10))
    other: dict[str, Any] = {"orders_ms": round(orders_ms(economics(max(options.skus // 10, 100), seed=4)), 3)}
    each = peer(economics(2_000))
    if each is None:
        print("stockpyl is not installed: no peer in this run")
    else:
        other |= {"stockpyl_ms_each": round(each, 1), "times_faster": round(each * options.skus / (1000 * seconds))}
    if not same or not math.isfinite(float(levels.cost.sum())):
        raise SystemExit("answers depend on the chunks")
    report(plans=len(levels), seconds=round(seconds, 2), rss_mb=memory.rss_mb, digest=digest(levels), **other)


if __name__ == "__main__":
    main()
