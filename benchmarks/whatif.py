"""What if the tariff on a chapter rises by ten points: the effect on every SKU of a seller, without touching the books.

    python -m benchmarks.whatif [--skus 5000] [--destinations 3]

5,000 SKUs of 326 US headings and other goods, each sold in three countries, from China and elsewhere. Timed from the question to
the effect on every SKU: the patched rule book, landed cost before and after in one currency, and which SKUs no longer cover their
price; reading the package's rule book and the exchange rates for the first time included.
"""

from __future__ import annotations

import argparse
import os
import time
from datetime import date

for _threads in ("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_threads] = "1"

import numpy as np  # noqa: E402

from benchmarks.report import report  # noqa: E402
from entrepot.engines.duty import Coded, Entries, day_number  # noqa: E402
from entrepot.rules import AddDuty, rule_book  # noqa: E402
from entrepot.workflows.rule_files import seller_rules  # noqa: E402
from entrepot.workflows.whatif import Change, Items, effect  # noqa: E402

START = date(2026, 12, 1)
PLACES = ("US", "DE", "GB")


def items(skus: int, destinations: int) -> Items:
    """Made-up items: headings of the package, prices of some units of money, three countries."""
    draw, count = np.random.default_rng(7), skus * destinations
    headings = sorted({code for schedule, code in rule_book().tariff.lines if schedule == "US"})
    value = np.exp(draw.normal(12.0, 1.0, count)).astype(np.int64) + 10_000
    entries = Entries(
        Coded(PLACES[:destinations], np.repeat(np.arange(destinations), skus)),
        np.full(count, day_number(START), dtype=np.int64), Coded.same("commercial", count), Coded.same("sea", count),
        Coded(tuple(headings), np.tile(draw.integers(0, len(headings), skus), destinations)),
        Coded(("CN", "VN", "IN"), draw.choice(3, count, p=(0.8, 0.1, 0.1)).astype(np.int64)), Coded.same("USD", count),
        draw.integers(50, 2000, count), value, value // 12, value // 200, draw.integers(10_000, 900_000, count),
        Coded(("", "1/20"), (np.repeat(np.arange(destinations), skus) > 0).astype(np.int64)),
    )  # fmt: skip
    keys = tuple(f"S{i:05d}-{p}" for p in PLACES[:destinations] for i in range(skus))
    return Items(entries, keys, value * draw.integers(130, 260, count) // 100)


def main() -> None:
    """Times one question and prints one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skus", type=int, default=5000)
    parser.add_argument("--destinations", type=int, default=3)
    options = parser.parse_args()
    made = items(options.skus, options.destinations)
    rule_book.cache_clear()
    start = time.perf_counter()
    change = Change(tuple(AddDuty("US", "10", START, prefix, ("CN",)) for prefix in ("39", "61", "73", "85", "94")))
    result = effect(seller_rules(None), made, change, "USD")
    seconds = time.perf_counter() - start
    report(
        skus=options.skus, quotes=len(made.keys), seconds=round(seconds, 3), known=int(result.known.sum()),
        hit=int((result.effect > 0).sum()), turned=int(result.turned.sum()),
    )  # fmt: skip


if __name__ == "__main__":
    main()
