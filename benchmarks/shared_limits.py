"""100,000 SKUs under one budget and one fleet of containers: how near to the best possible, and how fast.

    python -m benchmarks.shared_limits [--skus 100000]

Each SKU orders whole cartons, none or at least its minimum, by expected cost of holding and lost margin until the next
order; freight is by whole containers. First without limits, then with cash and containers both at 60 % of what that took,
and again with the tighter of the two loosened until both bind. Timed: from the SKUs' figures to the plan under limits. The
gap is between the plan, with whole cartons and containers paid, and the Lagrangian bound.
"""

from __future__ import annotations

import argparse
import math
import time

import numpy as np

from benchmarks.report import PeakMemory, report
from entrepot.engines.replenish.order_options import order_options
from entrepot.engines.replenish.shared_limits import Containers, Options, SharedPlan, choose_within

SPACE, PRICE = 65.0, 350_000.0  # m³ and minor units of a container


def shop(skus: int, seed: int = 3) -> dict[str, np.ndarray]:
    """Made-up SKUs: slow to fast, cheap to dear, light to bulky; dear goods are not the bulky ones."""
    random = np.random.default_rng(seed)
    mean = np.exp(random.normal(3.0, 1.2, skus))
    cost = np.exp(random.normal(6.5, 0.9, skus))
    carton = random.choice([6, 12, 24, 48], skus)
    return {
        "mean": mean, "variance": mean + mean**2 * random.uniform(0.1, 1.2, skus), "cost": cost,
        "margin": cost * random.uniform(0.2, 1.5, skus), "holding": cost * random.uniform(0.03, 0.2, skus),
        "volume": np.exp(random.normal(-6.5, 0.8, skus)), "carton": carton,
        "least": carton * random.integers(1, 4, skus), "on_hand": np.floor(mean * random.uniform(0, 0.8, skus)),
    }  # fmt: skip


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skus", type=int, default=100_000)
    options = parser.parse_args()
    solve(shop(200), 0.6, 0.6)
    made = shop(options.skus)
    with PeakMemory() as memory:
        started = time.perf_counter()
        plan, need = solve(made, 0.6, 0.6)
        seconds = time.perf_counter() - started
    for line in plan.explain():
        print(line)
    print(f"need without limits: cash {need[0]:,.0f}, volume {need[1]:,.1f} m³; containers {plan.containers}")
    report(
        skus=options.skus,
        gap_pct=round(100 * plan.gap, 5),
        seconds=round(seconds, 2),
        rss_mb=memory.rss_mb,
        prices=[round(float(price), 6) for price in plan.prices],
        used_share=[round(float(share), 5) for share in plan.used / need],
        containers=plan.containers,
    )


def solve(made: dict[str, np.ndarray], cash: float, volume: float) -> tuple[SharedPlan, np.ndarray]:
    """The plan within these shares of the unconstrained need, and that need."""
    quantity, offered = order_options(
        made["mean"], made["variance"], made["on_hand"], made["holding"], made["margin"], made["carton"], made["least"]
    )
    use = np.stack([quantity * made["cost"][:, None], quantity * made["volume"][:, None]])

    free = choose_within(
        Options(offered, use), np.array([np.inf, np.inf]), ("cash", "volume"), Containers(1, SPACE, PRICE)
    )
    most = math.floor(volume * free.used[1] / SPACE)
    limits = np.array([cash * free.used[0], max(most, 1) * SPACE])
    plan = choose_within(
        Options(offered, use), limits, ("cash", "volume"), Containers(1, SPACE, PRICE, most=max(most, 1))
    )
    return plan, free.used


if __name__ == "__main__":
    main()
