"""How far the production policy is from the exact optimum, without dynamic programming.

    python -m benchmarks.replenish_gap [--dir PATH] [--thorough] [--own 50]

Reads dual_sourcing.json, three_mode.json and lost_sales.json of the folder. Each instance is tuned at the default effort,
the one that plans and ``benchmarks.replenish_speed`` use (``--thorough``: longer), then judged by a plain simulator of its
own on 4 million fresh independent periods with the costs that really occur. Gap in % of controllable cost: freight premium,
holding and shortage, without the goods. ``--own``: as many random instances of each family besides, whose optimum is found
here by value iteration (:mod:`benchmarks.replenish_exact`).
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numba
import numpy as np

from benchmarks.demand_data import SHARED
from benchmarks.replenish_exact import instance
from benchmarks.report import report
from entrepot.engines.replenish.steady import Effort, Levels, Steady
from entrepot.engines.replenish.tune import tune_levels

PERIODS = 4_000_000
THOROUGH = Effort(periods=16_384, evaluations=400, fresh=65_536)
Case = dict[str, Any]


def demand_of(inputs: Case) -> np.ndarray:
    """Probabilities of 0, 1, 2 … of one instance."""
    if "demand_pmf" in inputs:
        pmf = np.asarray(inputs["demand_pmf"], np.float64)
        return pmf / pmf.sum()
    mean, units = inputs["demand_mean"], np.arange(400)
    if inputs["demand"] == "poisson":
        pmf = np.exp(units * math.log(mean) - mean - np.array([math.lgamma(k + 1) for k in units]))
    else:
        pmf = (1 / (1 + mean)) * (mean / (1 + mean)) ** units
    pmf = pmf[: int(np.flatnonzero(pmf > 1e-13)[-1]) + 1]
    return pmf / pmf.sum()


def problem(inputs: Case, pmf: np.ndarray) -> Steady:
    """The instance as the engine takes it."""
    if "lead_times" in inputs:
        lead, premium = inputs["lead_times"], inputs["premium_per_unit"]
    elif "regular_lead_time" in inputs:
        lead = [inputs["expedited_lead_time"], inputs["regular_lead_time"]]
        premium = [inputs["expedite_premium_per_unit"], 0.0]
    else:
        lead, premium = [inputs["lead_time"]], [0.0]
    lost = "lost_sale_cost" in inputs
    return Steady(
        demand=pmf[None, :],
        lead=np.array([lead], np.int64),
        premium=np.array([premium], np.float64),
        holding=np.array([inputs["holding_cost"]], np.float64),
        shortage=np.array([inputs["lost_sale_cost" if lost else "backlog_cost"]], np.float64),
        lost=np.array([lost]),
    )


@numba.njit(cache=True)
def judge_waiting(demand, lead, premium, holding, shortage, level, cap):
    """Mean cost of the capped multi-index policy, step by step; customers wait."""
    modes, horizon = lead.shape[0], lead[-1] + 1
    coming = np.zeros(horizon, np.int64)  # coming[k]: arrives k periods from now
    stock, total = max(level[0], 0.0), 0.0  # a way that is never used has a level of −∞
    for t in range(demand.shape[0]):
        for m in range(modes):
            position = stock
            for k in range(1, lead[m] + 1):
                position += coming[k]
            units = max(level[m] - position, 0.0)
            if m == modes - 1 and modes > 1:
                units = min(units, cap)
            if lead[m] == 0:
                stock += units
            else:
                coming[lead[m]] += int(units)
            total += premium[m] * units
        stock -= demand[t]
        total += holding * stock if stock > 0 else -shortage * stock
        for k in range(1, horizon):
            coming[k - 1] = coming[k]
        coming[horizon - 1] = 0
        stock += coming[0]
    return total / demand.shape[0]


@numba.njit(cache=True)
def judge_lost(demand, lead, holding, shortage, level, cap, response, rest):
    """Mean cost of the projected level with lost sales, step by step; ``rest`` tables E(x − D)⁺."""
    coming = np.zeros(lead + 2, np.int64)
    stock, total, last = np.int64(level), 0.0, rest.shape[0] - 1
    for t in range(demand.shape[0]):
        expected = float(stock)
        for k in range(1, lead + 1):
            low = min(int(expected), last - 1)
            expected = rest[low] + (rest[low + 1] - rest[low]) * min(expected - low, 1.0)
            if k < lead:
                expected += coming[k]
        units = min(math.floor(response * max(level - expected, 0.0) + 0.5), cap)
        coming[lead] += int(units)
        left = stock - demand[t]
        total += holding * left if left > 0 else -shortage * left
        stock = max(left, 0)
        for k in range(1, lead + 1):
            coming[k - 1] = coming[k]
        coming[lead] = 0
        stock += coming[0]
    return total / demand.shape[0]


def judged(steady: Steady, levels: Levels, pmf: np.ndarray, seed: int) -> float:
    """Mean cost of the tuned policy on fresh independent periods."""
    below = np.cumsum(pmf)
    below[-1] = 1.0
    demand = np.searchsorted(below, np.random.default_rng(seed).random(PERIODS), side="right").astype(np.int64)
    holding, shortage = float(steady.holding[0]), float(steady.shortage[0])
    if steady.lost[0]:
        units = np.arange(len(pmf))
        rest = np.array([(pmf * np.maximum(x - units, 0)).sum() for x in range(12 * len(pmf))])
        return judge_lost(
            demand,
            int(steady.lead[0, 0]),
            holding,
            shortage,
            levels.level[0, 0],
            levels.cap[0],
            levels.response[0],
            rest,
        )
    return judge_waiting(demand, steady.lead[0], steady.premium[0], holding, shortage, levels.level[0], levels.cap[0])


def family(path: Path, effort: Effort) -> dict[str, float]:
    """Gaps of one file."""
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    told = (
        (one["id"], one["inputs"], demand_of(one["inputs"]), one["reference"]["optimal_average_cost"]) for one in cases
    )
    return gaps(path.stem, told, effort)


def own(name: str, count: int, effort: Effort, seed: int = 7) -> dict[str, float]:
    """Gaps of random instances of a family."""
    random = np.random.default_rng(seed)
    made = (instance(random, name) for _ in range(count))
    return gaps(f"own {name}", ((f"{name} {at}", *one) for at, one in enumerate(made)), effort)


def gaps(name: str, told: Iterable[tuple[str, Case, np.ndarray, float]], effort: Effort) -> dict[str, float]:
    """Gaps of instances: name, inputs, demand, optimum."""
    found: dict[str, float] = {}
    for at, (case, inputs, pmf, optimum) in enumerate(told):
        steady = problem(inputs, pmf)
        cost = judged(steady, tune_levels(steady, effort), pmf, seed=1_000 + at)
        found[case] = 100 * (cost / optimum - 1)
    worst = max(found, key=lambda one: found[one])
    values = np.array(list(found.values()))
    print(f"{name:14} median {np.median(values):.2f} %  worst {worst} {found[worst]:.2f} %  best {values.min():.2f} %")
    return {
        "cases": len(values),
        "mean_pct": round(float(values.mean()), 3),
        "p90_pct": round(float(np.quantile(values, 0.9)), 3),
        "max_pct": round(float(values.max()), 3),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--dir", type=Path, default=SHARED / "replenish", help="folder with the three files of instances"
    )
    parser.add_argument("--thorough", action="store_true", help="tune longer")
    parser.add_argument("--own", type=int, default=0, help="random instances of each family besides")
    options = parser.parse_args()
    effort = THOROUGH if options.thorough else Effort()
    names = ("dual_sourcing", "three_mode", "lost_sales")
    found = {name: family(options.dir / f"{name}.json", effort) for name in names}
    if options.own > 0:
        found |= {f"own_{name}": own(name, options.own, effort) for name in ("two_modes", "three_modes", "lost_sales")}
    report(**found)


if __name__ == "__main__":
    main()
