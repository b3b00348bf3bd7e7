"""The made-up seller of ``bench/workload_small.json`` through the books.

``python -m benchmarks.workload [--database …] [--out DIR] [--data FILE]`` prints {cpu_s, sale_cpu_ms, sale_p95_ms,
receipt_cpu_ms, db_mb, rss_mb, database}: CPU of the whole (the database's included, without migration), with sales in
batches of 100; then 500 sales each in its own durable commit, and receipts of 40 lines with 4 landed costs. ``--out``
writes units, stock value and cost of issues per SKU after the sales, the late bills and the returns, exact and by the
comparison mode. Peer (Odoo 16 on a machine of this kind): 249 s; 191-245 ms a sale; 1,390-4,385 ms a receipt.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.database import arguments, books, server_cpu_s, size_mb
from benchmarks.report import PeakMemory, report
from tests.shared_data import shared_path

_BASES = {
    "by_volume": "volume", "by_weight": "weight", "by_current_cost": "value", "equal": "equal",
    "by_quantity": "quantity",
}  # fmt: skip
_COMPONENTS = {
    "ocean_freight": "freight", "import_duty": "duty", "customs_brokerage": "handling", "inland_drayage": "handling",
    "peak_season_surcharge": "freight",
}  # fmt: skip


def main() -> None:
    chosen = arguments(__doc__ or "", out={"type": Path}, data={"type": Path})
    data = json.loads((chosen.data or shared_path("bench/workload_small.json")).read_text())
    with PeakMemory() as memory, books(chosen.database):
        warm_up()
        start_cpu, start_server = time.process_time(), server_cpu_s()
        replay(data, chosen.out)
        cpu_s = time.process_time() - start_cpu + server_cpu_s() - start_server
        db_mb = size_mb()
        sale_cpu_ms, sale_p95_ms = single_sales(data)
        receipt_cpu_ms = single_receipts(data)
        report(
            cpu_s=round(cpu_s, 2), sale_cpu_ms=sale_cpu_ms, sale_p95_ms=sale_p95_ms, receipt_cpu_ms=receipt_cpu_ms,
            db_mb=db_mb, rss_mb=memory.rss_mb, database=chosen.database,
        )  # fmt: skip


def replay(data: dict[str, Any], out: Path | None) -> None:
    """Steps 1-7 of the workload; figures are written where ``out`` is given."""
    _post(masters(data), "products")
    for document in purchases(data):
        _post(document, "purchase")
    sales = list(sale_documents(data))
    for start in range(0, len(sales), 100):
        _post(sales[start : start + 100], "sales")
    _stage(out, "after_sales")
    _post(late_bills(data), "late bills")
    _stage(out, "after_late")
    _post(returns(data), "returns")
    _stage(out, "after_returns")
    reorder(data)


def masters(data: dict[str, Any]) -> Iterator[Any]:
    from entrepot.core.documents import Company, Item, Location, Packaging, Shop

    at = _at("2024-12-31", 0)
    yield Company(id="BENCH", name="Bench", currency=data["currency"], effective_at=at)
    yield Location(id="WH", name="Warehouse", effective_at=at)
    yield Shop(id="SHOP", company="BENCH", currency=data["currency"], location="WH", effective_at=at)
    for product in data["products"]:
        # The workload states a volume without sides: these sides multiply to it exactly.
        pack = Packaging(
            level="unit", units=1, weight_g=product["weight_g"], length_mm=product["volume_cm3"], width_mm=10,
            height_mm=100,
        )  # fmt: skip
        yield Item(id=product["sku"], name=product["name"], packaging=[pack], effective_at=at)


def purchases(data: dict[str, Any]) -> Iterator[list[Any]]:
    """Each order with its receipt and, right after, its four landed costs."""
    for order in data["purchase_orders"]:
        yield _purchase(order, data["currency"], order["po"])


def _purchase(order: dict[str, Any], currency: str, number: str) -> list[Any]:
    from entrepot.core.documents import PurchaseLine, PurchaseOrder, Receipt, ReceiptLine, Ref, UnitPrice

    at = _at(order["receipt_date"], 0)
    bought = [
        PurchaseLine(sku=line["sku"], quantity=line["qty"], price=UnitPrice(amount=line["unit_cost_c"]))
        for line in order["lines"]
    ]
    received = [
        ReceiptLine(sku=line["sku"], quantity=line["qty"], order_line=place)
        for place, line in enumerate(order["lines"], 1)
    ]
    return [
        PurchaseOrder(id=number, supplier="S", currency=currency, lines=bought, effective_at=at),
        Receipt(
            id=f"R-{number}", location="WH", order=Ref(type="purchase_order", id=number), lines=received,
            effective_at=at,
        ),
        _bill(f"L-{number}", currency, order["receipt_date"], number, order["landed"]),
    ]  # fmt: skip


def _bill(number: str, currency: str, day: str, order: str, costs: list[dict[str, Any]]) -> Any:
    from entrepot.core.documents import CostBill, CostLine, Ref, Target

    target = Target(kind="births", document=Ref(type="receipt", id=f"R-{order}"))
    lines: list[Any] = [
        CostLine(
            component=_COMPONENTS.get(cost["kind"], "other"),  # type: ignore[arg-type]
            amount=cost["amount_c"], targets=[target], basis=_BASES[cost["split"]],  # type: ignore[arg-type]
        )
        for cost in costs
    ]  # fmt: skip
    return CostBill(id=number, supplier="F", currency=currency, lines=lines, effective_at=_at(day, 60))


def sale_documents(data: dict[str, Any]) -> Iterator[Any]:
    from entrepot.core.documents import SalesLine, SalesOrder

    for place, sale in enumerate(data["sales"]):
        yield SalesOrder(
            id=sale["so"], shop="SHOP", currency=data["currency"], effective_at=_at(sale["ship_date"], 3600 + place),
            lines=[SalesLine(sku=sale["sku"], quantity=sale["qty"], amount=None)],
        )  # fmt: skip


def late_bills(data: dict[str, Any]) -> list[Any]:
    return [
        _bill(late["late"], data["currency"], late["posted_on"], late["po"], [late])
        for late in data["late_landed_costs"]
    ]


def returns(data: dict[str, Any]) -> list[Any]:
    from entrepot.core.documents import Ref, Return, ReturnLine

    return [
        Return(
            id=back["ret"], shop="SHOP", order=Ref(type="sales_order", id=back["so"]),
            effective_at=_at(back["date"], place), lines=[ReturnLine(sku=back["sku"], quantity=back["qty"])],
        )
        for place, back in enumerate(data["returns"])
    ]  # fmt: skip


def reorder(data: dict[str, Any]) -> dict[str, int]:
    """Step 7: below the minimum, order up to the maximum, in multiples."""
    from django.db.models import Sum

    from entrepot.books.models import Balance

    on_hand = dict(Balance.objects.values_list("item__sku").annotate(units=Sum("on_hand")))
    orders: dict[str, int] = {}
    for product in data["products"]:
        units = on_hand.get(product["sku"], 0)
        if units < product["reorder_min"]:
            short, multiple = product["reorder_max"] - units, product["order_multiple"]
            orders[product["sku"]] = -(-short // multiple) * multiple
    return orders


def single_sales(data: dict[str, Any]) -> tuple[float, float]:
    """500 sales, each in its own durable commit: mean CPU ms, and the 95th percentile of wall ms."""
    from entrepot.core.documents import SalesLine, SalesOrder

    orders = [
        SalesOrder(
            id=f"ONE-{number}", shop="SHOP", currency=data["currency"], effective_at=_at("2026-01-01", number),
            lines=[SalesLine(sku=data["sales"][number]["sku"], quantity=1, amount=1999)],
        )
        for number in range(500)
    ]  # fmt: skip
    cpu, walls = _commits([[order] for order in orders], "sale")
    return cpu, walls[474]


def single_receipts(data: dict[str, Any]) -> float:
    """20 orders of 40 lines, received with 4 landed costs, a commit each: mean CPU ms of receipt and bill."""
    copies = [_purchase(order, data["currency"], f"X-{order['po']}") for order in data["purchase_orders"][:20]]
    for order, *_ in copies:
        _post([order], "purchase")
    return _commits([rest for _, *rest in copies], "receipt")[0]


def _commits(parts: list[list[Any]], name: str) -> tuple[float, list[float]]:
    """Post each part in a commit of its own: mean CPU ms (the database's included), wall ms ascending."""
    walls: list[float] = []
    cpu, server = time.process_time(), server_cpu_s()
    for part in parts:
        began = time.perf_counter()
        _post(part, name)
        walls.append(round((time.perf_counter() - began) * 1000, 2))
    used = time.process_time() - cpu + server_cpu_s() - server
    return round(used * 1000 / len(parts), 2), sorted(walls)


def _stage(out: Path | None, name: str) -> None:
    from entrepot.workflows.revalue import revalue

    revalue()
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    _write(out / f"exact_{name}.csv", exact_rows())
    _write(out / f"round_up_{name}.csv", round_up_rows())


def exact_rows() -> list[tuple[str, int, int, int]]:
    """sku, units, stock value, cost of issues (returns taken off), in cents."""
    from django.db.models import Sum

    from entrepot.books.models import Item, MarginFigure, StockFigure

    stock = {
        sku: (units, value)
        for sku, units, value in StockFigure.objects.values_list("item__sku").annotate(
            units=Sum("units"), value=Sum("book_cost")
        )
    }
    gone = dict(MarginFigure.objects.values_list("item__sku").annotate(cost=Sum("book_cost")))
    return [
        (sku, *stock.get(sku, (0, 0)), gone.get(sku, 0))
        for sku in Item.objects.order_by("sku").values_list("sku", flat=True)
    ]


def round_up_rows() -> list[tuple[str, int, int, int]]:
    from entrepot.books.models import Item
    from entrepot.workflows.compare import by_rounding_up

    found = by_rounding_up().by_sku()
    return [(sku, *found.get(pk, (0, 0, 0))) for pk, sku in Item.objects.order_by("sku").values_list("pk", "sku")]


def _write(path: Path, rows: list[tuple[str, int, int, int]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["sku", "units", "stock_value_cents", "cost_of_issues_cents"])
        writer.writerows(rows)


def warm_up() -> None:
    """Compile the kernels on a book that is taken back."""
    from django.db import transaction

    from entrepot.core.documents import Company, Item, Location, Receipt, ReceiptLine, UnitPrice
    from entrepot.workflows.revalue import revalue

    at = _at("2024-01-01", 0)
    with transaction.atomic():
        _post(
            [
                Company(id="W", name="W", currency="USD", effective_at=at),
                Location(id="W", effective_at=at),
                Item(id="W", effective_at=at),
                Receipt(
                    id="W", company="W", location="W", currency="USD", effective_at=at,
                    lines=[ReceiptLine(sku="W", quantity=1, price=UnitPrice(amount=1))],
                ),
            ],
            "warm-up",
        )  # fmt: skip
        revalue()
        transaction.set_rollback(True)


def _post(documents: Iterable[Any], name: str) -> None:
    from entrepot.books import intake
    from entrepot.workflows.clock import now

    done = intake.post(documents, name=name, recorded_at=now())
    if done.quarantined:
        raise SystemExit(f"{name}: {done.problems[:3]}")


def _at(day: str, second: int) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(seconds=second)


if __name__ == "__main__":
    main()
