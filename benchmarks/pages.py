"""Pages on books of 5,000 SKUs and 700,000 sales, with an office's documents on top: server time and queries.

``python -m benchmarks.pages [--database …] [--skus N] [--sales N] [--rounds N]`` prints {sales, slowest_ms, most_queries,
pages: {name: {p95_ms, queries}}, office: the same for the pages of buying, stock work, closing and setting up, later: the same
for what comes after its page or is reckoned when asked, rss_mb, database}. Each page is asked for by a signed-in owner through
the whole stack (middleware, permissions, selectors, template), ``rounds`` times with other items, sales and documents each
time, after one that warms up.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks import office, office_pages
from benchmarks.database import arguments, books
from benchmarks.rebuild import fill
from benchmarks.report import PeakMemory, report


def main() -> None:
    chosen = arguments(
        __doc__ or "", skus={"type": int, "default": 5_000}, sales={"type": int, "default": 700_000},
        rounds={"type": int, "default": 40},
    )  # fmt: skip
    with PeakMemory() as memory, books(chosen.database):
        from entrepot.faces.memory import Keeper, keep_loaded
        from entrepot.workflows.daily import daily

        sales = fill(chosen.skus, chosen.sales)
        office.furnish(chosen.skus)
        daily()
        office.close_months()
        keep_loaded()  # as the server does when it is ready
        Keeper().begin()
        rounds = chosen.rounds
        pages, desk = measure(addresses(rounds), rounds), measure(office_pages.addresses(rounds), rounds)
        later = measure(parts(rounds), rounds)
        every = [*pages.values(), *desk.values()]
        report(
            sales=sales, slowest_ms=max(one["p95_ms"] for one in every), most_queries=max(one["queries"] for one in every),
            pages=pages, office=desk, later=later, rss_mb=memory.rss_mb, database=chosen.database,
        )  # fmt: skip


def measure(asked: dict[str, Callable[[int], str]], rounds: int) -> dict[str, dict[str, float]]:
    """Every page's 95th percentile in milliseconds and its most queries."""
    client = _signed_in()
    return {name: _one(client, address, rounds) for name, address in asked.items()}


def addresses(rounds: int) -> dict[str, Callable[[int], str]]:
    """Page name to the address of its n-th round."""
    from entrepot.books import models

    last = models.SaleFigure.objects.order_by("-day").values_list("day", flat=True)[0]
    day = f"{last // 10_000}-{last // 100 % 100:02}-{last % 100:02}"
    skus = list(models.Item.objects.order_by("?").values_list("sku", flat=True)[:rounds])
    sales = list(models.SaleFigure.objects.order_by("-pk").values_list("pk", flat=True)[: rounds * 50 : 50])
    documents = list(models.Document.objects.order_by("-pk").values_list("pk", flat=True)[: rounds * 100 : 100])
    bills = list(models.Document.objects.filter(type="cost_bill").values_list("pk", flat=True)[:rounds])
    figures = models.DemandFigure.objects.order_by("?").values_list("item__sku", flat=True)
    expected = list(figures[:rounds])
    by = ("sku", "channel", "destination")
    return {
        "today": lambda n: "/",
        "inventory": lambda n: f"/inventory/?by={('sku', 'location', 'channel')[n % 3]}&page={n % 5 + 1}",
        "inventory_filtered": lambda n: f"/inventory/?q={skus[n % len(skus)][:6]}",
        "demand": lambda n: f"/demand/?sort={('-at_stake', 'wape', '-weekly')[n % 3]}&page={n % 5 + 1}",
        "demand_item": lambda n: f"/demand/{expected[n % len(expected)]}/",
        "demand_tried": lambda n: f"/demand/{expected[n % len(expected)]}/?first={day}&last={day}&percent=50",
        "cost": lambda n: f"/cost/?by={by[n % 3]}&to={day}",
        "cost_half_year": lambda n: f"/cost/?by={by[n % 3]}&from=2025-09-15&to=2026-03-14",
        "cost_sales": lambda n: f"/cost/family/net_sales/?to={day}&page={n % 5 + 1}",
        "sku": lambda n: f"/sku/{skus[n % len(skus)]}/?to={day}",
        "sale": lambda n: f"/cost/sale/{sales[n % len(sales)]}/",
        "document": lambda n: f"/documents/{documents[n % len(documents)]}/",
        "bill": lambda n: f"/documents/{bills[n % len(bills)]}/",
        "health": lambda n: "/health/",
        "search": lambda n: f"/search?q={skus[n % len(skus)][: 3 + n % 3]}",
        "import": lambda n: "/import/",
    }


def parts(rounds: int) -> dict[str, Callable[[int], str]]:
    """What comes after its page, because an item's history is folded anew for it, or when it is asked: part to address."""
    from entrepot.books import models

    skus = list(models.Item.objects.order_by("?").values_list("sku", flat=True)[:rounds])
    sales = list(models.SaleFigure.objects.order_by("-pk").values_list("pk", flat=True)[: rounds * 50 : 50])
    return {
        "sku_layers": lambda n: f"/cost/layers/{skus[n % len(skus)]}/",
        "sku_bills": lambda n: f"/cost/bills/{skus[n % len(skus)]}/",
        "sale_why": lambda n: f"/cost/sale/{sales[n % len(sales)]}/why",
        "what_if_asked": lambda n: f"/what-if/?country=US&origin=CN&points={n + 5}",
    }


def _one(client: Any, address: Callable[[int], str], rounds: int) -> dict[str, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    _ask(client, address(0))
    times = []
    for n in range(rounds):
        start = time.perf_counter()
        _ask(client, address(n))
        times.append((time.perf_counter() - start) * 1000)
    queries = 0
    for n in range(min(rounds, 5)):
        with CaptureQueriesContext(connection) as captured:
            _ask(client, address(n))
        queries = max(queries, len(captured))
    told = {"p95_ms": round(sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)], 1), "queries": queries}
    print(f"{told['p95_ms']:>8.1f} ms {queries:>3} queries  {address(0)}", file=sys.stderr, flush=True)
    return told


def _ask(client: Any, address: str) -> None:
    response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"{address} answered {response.status_code}")


def _signed_in() -> Any:
    from django.test import Client

    client = Client(HTTP_HOST="localhost")
    client.force_login(_reader())
    return client


def _reader() -> Any:
    """The one owner who reads all of it."""
    from django.contrib.auth import get_user_model

    from entrepot.books.access import create_user

    known = get_user_model().objects.filter(username="reader").first()
    return known or create_user("reader", "a long enough phrase 7", "owner")


if __name__ == "__main__":
    main()
