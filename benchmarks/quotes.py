"""A million landed-cost quotes: destinations, days, modes, headings and currencies mixed, on two cores.

    python -m benchmarks.quotes [--quotes 1000000] [--workers 2] [--rest 300]

Each quote is one item into one country on one day: price and freight in the seller's currency, everything at the border by
the rule book of the day. Timed: from columns to every figure of every quote, in two processes that share nothing, each with
half of the rows; not timed: making the columns. Afterwards some quotes are laid beside the single path, and one quote
at a time is asked through the whole stack of the REST API in this process.
"""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date

for _threads in ("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_threads] = "1"

import numpy as np  # noqa: E402

from benchmarks.report import report  # noqa: E402
from entrepot.engines.duty import Assessed, Coded, Entries, assess, assess_many, day_number, entry_of  # noqa: E402
from entrepot.rules import RuleBook, rule_book  # noqa: E402
from entrepot.rules.fx import ExchangeRates  # noqa: E402

MODES = ("sea", "rail", "air", "express", "post")
ORIGINS = ("CN", "CN", "CN", "VN", "IN", "TH", "DE", "MX")


def columns(book: RuleBook, count: int, seed: int) -> Entries:
    """Made-up quotes of 2025 to 2027: every destination, every shipped heading, prices from one to some thousands."""
    draw = np.random.default_rng(seed)
    countries = sorted(c for c in book.countries if len(c) == 2 and c not in {"EU", "CN"})
    headings = sorted({code for schedule, code in book.tariff.lines if schedule == "US"})

    def pick(labels: tuple[str, ...] | list[str]) -> Coded:
        return Coded(tuple(labels), draw.integers(0, len(labels), count))

    value = np.exp(draw.normal(9.5, 1.8, count)).astype(np.int64) + 100
    return Entries(
        pick(countries), draw.integers(day_number(date(2025, 1, 1)), day_number(date(2027, 12, 31)), count),
        Coded(("commercial", "ioss"), (draw.random(count) < 0.2).astype(np.int64)), pick(MODES), pick(headings),
        pick(ORIGINS), pick(("USD", "CNY", "EUR")), draw.integers(1, 500, count), value, value // draw.integers(4, 30, count),
        value // 200, draw.integers(50, 90_000, count), pick(("", "1/20", "3/25", "0", "37/1000")),
    )  # fmt: skip


def half(count: int, seed: int) -> tuple[float, int, int, int]:
    """Seconds for ``count`` quotes, how many are known to the end, how many were checked, and how many figures differ."""
    book, rates = rule_book(), ExchangeRates().for_day
    entries = columns(book, count, seed)
    start = time.perf_counter()
    result = assess_many(book, entries, rates)
    seconds = time.perf_counter() - start
    return seconds, int(result.figures["landed"].known.sum()), *_differ(book, entries, result)


def _differ(book: RuleBook, entries: Entries, result: Assessed) -> tuple[int, int]:
    rates, differ = ExchangeRates().for_day, 0
    places = np.linspace(0, len(entries) - 1, min(CHECKED, len(entries))).astype(int)
    for i in places:
        entry = entry_of(entries, int(i))
        one = assess(book, entry, rates(entry.on))
        for name, column in result.figures.items():
            found = int(column.amount[i]) if column.known[i] else None
            differ += found != one.figures[name].amount
    return len(places), differ


CHECKED = 250


def rest(rounds: int) -> float:
    """95th percentile in milliseconds of one quote of two ways through the API, signed in, on a new database."""
    from benchmarks.database import books

    with books("sqlite"):
        from django.test import Client

        from entrepot.books import tokens
        from entrepot.books.access import create_user

        user = create_user("quoter", "a long enough phrase 7", "owner")
        secret = tokens.issue(user, "benchmark", at=time.time_ns() // 1000)[1]
        client, times = Client(HTTP_HOST="localhost", headers={"Authorization": f"Bearer {secret}"}), list[float]()
        draw = np.random.default_rng(5)
        headings = sorted({code for schedule, code in rule_book().tariff.lines if schedule == "US"})
        for round_ in range(rounds + 5):
            body = _asked(headings[int(draw.integers(len(headings)))], int(draw.integers(1, 2000)), round_)
            start = time.perf_counter()
            answer = client.post("/api/quote", body, content_type="application/json")
            taken = (time.perf_counter() - start) * 1000
            if answer.status_code != 200:
                raise SystemExit(f"the API answered {answer.status_code}: {answer.content[:300]!r}")
            times += [taken] if round_ >= 5 else []
    return round(sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)], 1)


def _asked(heading: str, quantity: int, round_: int) -> dict[str, object]:
    places, days = ("US", "DE", "GB", "JP", "BR"), ("2026-03-02", "2026-08-01", "2025-06-01")
    item = {"sku": "A", "quantity": quantity, "value": 900 * quantity, "currency": "USD", "hs": heading, "origin": "CN"}
    ways = [
        {"name": "Sea", "mode": "sea", "freight": 60 * quantity, "currency": "USD"},
        {"name": "Air", "mode": "air", "freight": 300 * quantity, "currency": "USD"},
    ]
    return {"items": [item], "destination": places[round_ % 5], "on": days[round_ % 3], "currency": "USD", "ways": ways}


def main() -> None:
    """Times the quotes and prints one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quotes", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rest", type=int, default=300, help="quotes asked one by one through the API")
    options = parser.parse_args()
    share = options.quotes // options.workers
    with ProcessPoolExecutor(options.workers) as pool:
        parts = list(pool.map(half, [share] * options.workers, range(options.workers)))
    slow = rest(options.rest) if options.rest else None
    report(
        quotes=share * options.workers, seconds=round(max(p[0] for p in parts), 2), known=sum(p[1] for p in parts),
        checked=sum(p[2] for p in parts), different=sum(p[3] for p in parts), rest_p95_ms=slow,
    )  # fmt: skip


if __name__ == "__main__":
    main()
