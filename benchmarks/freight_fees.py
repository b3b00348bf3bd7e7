"""Freight, platform fees and interest on arrays: a million of each, checked against the single path on a sample.

python -m benchmarks.freight_fees [--quotes 1000000]
"""

from __future__ import annotations

import argparse
import time
from datetime import date
from fractions import Fraction

import numpy as np

from benchmarks.report import PeakMemory, report
from entrepot.engines.capital import CapitalRate, accrued, interest_many
from entrepot.engines.freight import RateCard, Shipments, quote, quote_many, read_card
from entrepot.engines.storage import Asked, PackedUnits, Unit, fulfilment, fulfilment_many
from entrepot.rules.platform_fees import platform_fees

SAMPLE = 500
ON = date(2026, 5, 4)
CARD = """
id = "AIR-ZONES"
name = "Air by zone"
mode = "air"
currency = "USD"
edge = "from"
next_break = true
weight = { divisor = 6000, step = 0.5 }
charge = [
  { code = "fuel", per = "percent", amount = 14.5, valid_to = 2026-06-30 },
  { code = "fuel", per = "percent", amount = 16, valid_from = 2026-07-01 },
  { code = "peak", per = "kg", amount = 0.3, when = { season = ["10-15", "1-14"] } },
  { code = "long", per = "piece", amount = 15, group = "size", when = { longest_over = 1200 } },
  { code = "heavy", per = "piece", amount = 24, group = "size", when = { weight_over = 22000 } },
  { code = "battery", per = "unit", amount = 0.5, when = { goods = ["battery"] } },
  { code = "door", component = "last_mile", amount = 9, when = { residential = true } },
  { code = "insurance", component = "insurance", per = "percent", amount = 0.3, of = ["value", "freight"] },
]
"""


def card() -> RateCard:
    """An air card with four breaks in seven zones and eight charges."""
    prices = ((0, 45, 7.2), (45, 100, 6.6), (100, 300, 6.1), (300, None, 5.8))
    rows = [
        {"zone": str(zone), "over": str(a), "upto": "" if b is None else str(b), "rate": str(round(rate * zone / 4, 2))}
        for zone in range(2, 9)
        for a, b, rate in prices
    ]
    return read_card(CARD, rows)


def shipments(count: int) -> Shipments:
    """Made-up consignments of a year."""
    rng = np.random.default_rng(4)
    length, width, height = (rng.integers(40, most, count) for most in (1400, 700, 600))
    days = np.datetime64("2026-01-01") + rng.integers(0, 365, count)
    goods = {"battery": rng.random(count) < 0.15}
    zone, home, value = (rng.integers(*bounds, count) for bounds in ((0, 7), (0, 2), (1000, 10**7)))
    counts, weight = rng.integers(1, 60, count), rng.integers(100, 30_000, count)
    return Shipments(counts, weight, length, width, height, days, tuple("2345678"), zone, goods, home, value)


def main() -> None:
    """Run, compare a sample with the single path, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quotes", type=int, default=1_000_000)
    count = parser.parse_args().quotes
    air, book, rng = card(), platform_fees(), np.random.default_rng(5)
    seconds: dict[str, float] = {}
    with PeakMemory() as memory:
        rows = shipments(count)
        started = time.perf_counter()
        told = quote_many(air, rows)
        seconds["freight_seconds"] = time.perf_counter() - started
        weight, length, width, height, price = (rng.integers(10, most, count) for most in (9000, 700, 500, 400, 9000))
        units = PackedUnits(weight, length, width, height, price)
        started = time.perf_counter()
        fees = fulfilment_many(units, "US", ON, book)
        seconds["fba_seconds"] = time.perf_counter() - started
        rates = [CapitalRate(Fraction(9, 100)), CapitalRate(Fraction(7, 100), ON)]
        first = np.datetime64("2026-01-01") + rng.integers(0, 200, count)
        last, amounts = first + rng.integers(-30, 200, count), rng.integers(1, 10**7, count)
        started = time.perf_counter()
        interest = interest_many(amounts, first, last, rates)
        seconds["interest_seconds"] = time.perf_counter() - started
    for n in rng.integers(0, count, SAMPLE):
        if quote(air, rows.row(n, "USD")).total.known != told.known[n]:
            raise SystemExit(f"quote {n} differs from the single path")
        a, b, c = (int(x[n]) for x in (units.length, units.width, units.height))
        unit = Unit("x", int(units.weight[n]), a, b, c)
        one = fulfilment(Asked(unit, "US", ON, int(units.price[n])), book)[0].amount
        if (-1 if one is None else one) != fees.fulfilment[n]:
            raise SystemExit(f"fee {n} differs from the single path")
        exact = int(amounts[n]) * accrued(rates, first[n].astype(date), last[n].astype(date))
        if abs(exact - int(interest[n])) > Fraction(1, 2):
            raise SystemExit(f"interest {n} differs from the single path")
    report(quotes=count, **{name: round(x, 2) for name, x in seconds.items()}, checked=SAMPLE, rss_mb=memory.rss_mb)


if __name__ == "__main__":
    main()
