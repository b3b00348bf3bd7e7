"""How many SKU-years a second the twin replays, on one core.

    python -m benchmarks.twin_speed [--skus 20000] [--futures 1]

Made-up SKUs, a year of weeks, three modes with random lead times, all cost families, ordered by min / max every week; then the
same year in days. Prints the rate of each and what the first run cost by family, as a check that it did something.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from benchmarks.report import PeakMemory, report
from entrepot.engines.twin import Goods, Mode, Opening, Operation, Outcome, Rates, rules, run
from entrepot.engines.twin.charges import Breaks, Charges

WEEKS = (
    Mode("air", (1, 2), (0.7, 0.3), per_kg=550.0),
    Mode("rail", (5, 6), (0.6, 0.4), per_m3=19_000.0),
    Mode("sea", (8, 9, 10), (0.5, 0.3, 0.2), per_m3=9_500.0),
)
DAYS = (
    Mode("air", (7, 10, 14), (0.4, 0.4, 0.2), per_kg=550.0),
    Mode("sea", (56, 63, 70), (0.5, 0.3, 0.2), per_m3=9_500.0),
)


def goods(skus: int, random: np.random.Generator) -> Goods:
    """Slow to fast, cheap to dear, light to bulky."""
    price = np.exp(random.normal(7.5, 0.8, skus))
    carton = random.choice([6, 12, 24], skus).astype(np.int64)
    volume = np.exp(random.normal(14.5, 1.0, skus))
    return Goods(price, price * 0.35, np.full(skus, 0.05), volume / 4_000, volume, carton, carton * 2)


def year(skus: int, modes: tuple[Mode, ...], steps: int, seed: int) -> Outcome:
    """One year of all SKUs, ordered by min / max."""
    random = np.random.default_rng(seed)
    made, pace = goods(skus, random), np.exp(random.normal(1.5, 1.0, skus)) * 52 / steps
    demand = random.poisson(pace[:, None] * random.gamma(4.0, 0.25, (skus, steps))).astype(np.int64)
    operation = Operation(
        made, modes, Rates(storage_m3=150.0 * 52 / steps, aged=((steps // 2, 2.0), (steps * 3 // 4, 4.0)), steps=steps)
    )
    charges = Charges(
        made.price * 0.15, np.full(skus, 0.06), np.full(skus, 200.0), np.full(skus, 0.3), np.full(skus, 20.0),
        Breaks(np.tile([1, 500], (skus, 1)), np.tile([1.0, 0.95], (skus, 1))),
    )  # fmt: skip
    levels = rules.min_max(modes[-1].mean, 2.0 * steps / 52)
    policy = rules.up_to(
        made, len(modes), lambda step: demand[:, max(0, step - 7) : step + 1].astype(np.float64), levels
    )
    opening = Opening(np.ceil(pace * modes[-1].mean).astype(np.int64), np.zeros((skus, 1), np.int64))
    return run(operation, demand, opening, policy, seed=seed, charges=charges)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skus", type=int, default=20_000)
    parser.add_argument("--futures", type=int, default=1)
    options = parser.parse_args()
    with PeakMemory() as memory:
        started = time.process_time()
        outcomes = [year(options.skus, WEEKS, 52, 1 + at) for at in range(options.futures)]
        weekly = options.skus * options.futures / (time.process_time() - started)
        few = max(options.skus // 20, 100)
        started = time.process_time()
        days = year(few, DAYS, 365, 1)
        daily = few / (time.process_time() - started)
    first = outcomes[0].families or {}
    print("  ".join(f"{name} {float(cost.sum()) / 100:,.0f}" for name, cost in first.items()))
    print(f"fill {outcomes[0].fill_rate:.3f} by weeks, {days.fill_rate:.3f} by days")
    report(
        sku_years=options.skus * options.futures, sku_years_per_cpu_second=round(weekly),
        sku_years_per_cpu_second_in_days=round(daily), rss_mb=memory.rss_mb,
    )  # fmt: skip


if __name__ == "__main__":
    main()
