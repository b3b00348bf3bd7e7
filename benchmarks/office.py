"""An office's work upon the big sample seller: what stands on the pages of buying, receiving, counting, paying and closing.

Twenty people, suppliers, orders at every stage with their decisions, deposits, receipts, bills and payments, shipments under way,
platform reports that disagree in places, counts, inbound plans, drafts, budgets, import tax, closed months and an audit trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

ORDERS, LINES, SUPPLIERS, SHIPMENTS, DRAFTS, TRAIL = 300, 40, 25, 60, 60, 8_000
ROLES = ("owner", "finance", "operations", "warehouse")
COUNTED = 300
"""Things in a count."""


def furnish(skus: int) -> None:
    """Post it all; stock of the big seller must stand already. ``skus``: how many items there are."""
    from entrepot.books import intake
    from entrepot.books.access import system_viewer
    from entrepot.workflows.clock import now

    _people()
    done = intake.post(documents(skus), name="office", recorded_at=now())
    if done.quarantined:
        raise SystemExit(f"{done.quarantined} documents of the office wait: {done.problems[:3]}")
    viewer = system_viewer()
    _counts(viewer, skus)
    _plans(viewer, skus)
    _drafts(viewer)
    _trail()


def close_months(months: int = 3) -> None:
    """Put together and close the first ``months`` (the oldest all at once), and put together the last one that is over."""
    from entrepot.books import models
    from entrepot.workflows.close import close
    from entrepot.workflows.month_report import month_report

    company = models.Company.objects.get(code="BIG")
    for month in [f"2025-{5 + n:02}" for n in range(months)]:
        month_report(company.code, month)
        close(company.code, month, actor="person1")
    month_report(company.code, "2026-10")


def documents(skus: int) -> Iterator[Any]:
    """Everything that is a document, in the order of time within each kind."""
    for n in range(SUPPLIERS):
        yield _doc("supplier", f"SUP-{n:02}", 0, name=f"Supplier {n}", currency="USD", country="CN")
    yield _doc("location", "BIG-FBA", 0, name="BIG-FBA", kind="fba", country="US")
    for number in range(ORDERS):
        yield from _order(number, skus)
    for number in range(SHIPMENTS):
        yield from _shipment(number, skus)
    for week in range(6):
        yield from _reports(week, skus)
    for month in range(12):
        on = date(2025 + (month + 7) // 12, (month + 7) % 12 + 1, 1)
        lines = [{"market": market, "family": family, "units": 9_000, "amount": amount}
                 for market in ("US", "DE") for family, amount in (("sales", 9_000_000), ("purchase", 3_000_000))]  # fmt: skip
        yield _doc("budget", f"BUD-{on:%Y%m}", 200, company="BIG", month=on.isoformat(), currency="USD", lines=lines)


def _doc(kind: str, number: str, day: float, /, **fields: Any) -> Any:
    """A document so many days after the seller's start."""
    from entrepot.core.documents import parse

    at = datetime(2025, 5, 5, 9, tzinfo=UTC) + timedelta(day)
    return parse({"type": kind, "id": number, "effective_at": at.isoformat(), **fields})


def _sku(number: int, skus: int) -> str:
    return f"B{number % skus:05d}"


def _order(number: int, skus: int) -> Iterator[Any]:
    """Nine of ten are approved; of those most are received in one or two parts, billed, and paid with a deposit."""
    day, supplier = 90 + number * 1.4, f"SUP-{number % SUPPLIERS:02}"
    own = {"company": "BIG", "source": "entrepot", "account": "BIG"}
    lines = [{"sku": _sku(number * LINES + n, skus), "quantity": 40 + n, "price": {"amount": 500 + 7 * n}}
             for n in range(LINES)]  # fmt: skip
    worth = sum(line["quantity"] * line["price"]["amount"] for line in lines)
    code = f"PO-{number:04}"
    expected = (date(2025, 5, 5) + timedelta(day + 45)).isoformat()
    order = {
        **own, "supplier": supplier, "currency": "USD", "deposit_bp": 3000, "incoterm": "FOB", "destination": "BIG-US",
        "expected": expected, "lines": lines,
    }  # fmt: skip
    yield _doc("purchase_proposal", code, day, **order, by="person2")
    if number % 10 == 9:
        return
    yield _doc("purchase_decision", f"{code}-D", day + 0.1, **own, order=code, decision="approved", version=1, amount=worth,
               currency="USD", by="person0")  # fmt: skip
    yield _doc("purchase_order", code, day + 0.1, **order)
    ref = {"type": "purchase_order", "id": code, "source": "entrepot", "account": "BIG"}
    yield _doc("payment", f"{code}-P1", day + 1, company="BIG", supplier=supplier, currency="USD", amount=worth * 3 // 10,
               shares=[{"document": ref, "amount": worth * 3 // 10}])  # fmt: skip
    for step, stage in enumerate(("started", "produced")):
        yield _doc(
            "purchase_progress", f"{code}-S{step}", day + 10 + step * 15, **own, order=code, stage=stage, by="person3"
        )
    if day + 40 < 520:
        yield from _arrived(number, code, ref, supplier, day + 40, lines)


def _arrived(number: int, code: str, order: Any, supplier: str, day: float, lines: list[Any]) -> Iterator[Any]:
    """The first part of an order, its bill, and for two of three the rest and the payment."""
    first, rest = lines[: LINES // 2], lines[LINES // 2 :]
    for part, taken in enumerate((first, rest) if number % 3 else (first,)):
        receipt = f"{code}-R{part}"
        start = 1 + part * (LINES // 2)
        yield _doc("receipt", receipt, day + part * 6, company="BIG", location="BIG-US", order=order, supplier=supplier,
                   lines=[{"sku": line["sku"], "quantity": line["quantity"], "order_line": start + n}
                          for n, line in enumerate(taken)])  # fmt: skip
        amount = sum(line["quantity"] * line["price"]["amount"] for line in taken)
        target = [{"kind": "births", "document": {"type": "receipt", "id": receipt}}]
        bill = {"type": "cost_bill", "id": f"{code}-B{part}"}
        yield _doc("cost_bill", bill["id"], day + part * 6 + 2, company="BIG", supplier=supplier, currency="USD",
                   due=(date(2025, 5, 5) + timedelta(day + 40)).isoformat(),
                   lines=[{"component": "goods", "amount": amount, "targets": target}])  # fmt: skip
        yield _doc("cost_bill", f"{code}-T{part}", day + part * 6 + 3, company="BIG", supplier="BIG-SUP", currency="USD",
                   tax_country="DE", entry=f"MRN-{code}-{part}",
                   lines=[{"component": "import_tax", "amount": amount // 5, "targets": target}])  # fmt: skip
        if number % 4:
            yield _doc("payment", f"{code}-P{part + 2}", day + part * 6 + 30, company="BIG", supplier=supplier, currency="USD",
                       amount=amount * 7 // 10, shares=[{"document": bill, "amount": amount * 7 // 10}])  # fmt: skip


def _shipment(number: int, skus: int) -> Iterator[Any]:
    """Goods to the platform's warehouse: two of three have arrived, some of those short."""
    day, code = 420 + number * 2, f"SH-{number:03}"
    lines = [{"sku": _sku(number * LINES + n, skus), "quantity": 3} for n in range(LINES)]
    yield _doc("shipment", code, day, company="BIG", origin={"location": "BIG-US"}, destination="BIG-FBA", mode="truck",
               carrier="Carrier", lines=lines)  # fmt: skip
    if number % 3:
        came = [{**line, "quantity": 3 - (n == number % 7)} for n, line in enumerate(lines)]
        yield _doc("receipt", f"{code}-R", day + 9, company="BIG", location="BIG-FBA",
                   shipment={"type": "shipment", "id": code}, lines=came)  # fmt: skip


def _reports(week: int, skus: int) -> Iterator[Any]:
    """What two places say that they hold of the first thousand items; not always what the books say."""
    for place in ("BIG-US", "BIG-FBA"):
        lines = [{"sku": _sku(n, skus), "quantity": (n * 7 + week) % 40} for n in range(min(skus, 1_000))]
        yield _doc("stock_report", f"REP-{place}-{week}", 500 + week * 7, company="BIG", location=place, lines=lines)


def _people() -> None:
    from entrepot.workflows import users

    for n in range(20):
        users.add(f"person{n}", f"a long phrase of {n} words", ROLES[n % len(ROLES)], actor="benchmark")


def _counts(viewer: Any, skus: int) -> None:
    """A running count of each place, and one that was cancelled."""
    from dataclasses import replace

    from entrepot.workflows import counting

    other = replace(viewer, name="person3")
    counting.cancel(other, counting.begin(other, "BIG-US"))
    for place in ("BIG-US", "BIG-EU"):
        number = counting.begin(other, place, blind=False)
        for n in range(COUNTED):
            counting.enter(other, number, _sku(n * 3, skus), n % 50)
    counting.finish(other, number)


def _plans(viewer: Any, skus: int) -> None:
    from entrepot.workflows import inbound

    for plan in range(40):
        number = inbound.make(viewer, "BIG-US", "\n".join(f"{_sku(plan * 50 + n, skus)} {n + 1}" for n in range(50)))
        parts = [inbound.Part(f"{number}-{part}", "BIG-FBA", {_sku(plan * 50 + n, skus): n + 1 for n in range(part, 50, 2)})
                 for part in range(2)]  # fmt: skip
        inbound.split(viewer, number, 1, parts)


def _drafts(viewer: Any) -> None:
    from entrepot.workflows import drafts
    from entrepot.workflows.typed_rows import Typed

    for n in range(DRAFTS):
        rows = tuple({"sku": f"B{m:05d}", "quantity": str(m + 1)} for m in range(LINES))
        drafts.begin(viewer, Typed(("receipt", "transfer")[n % 2], {}, rows))


def _trail() -> None:
    from django.db import transaction

    from entrepot.books import audit_trail
    from entrepot.workflows.clock import now

    with transaction.atomic():
        for n in range(TRAIL):
            audit_trail.record(f"person{n % 20}", "192.0.2.7", ("document.post", "order.approve", "user.change")[n % 3],
                               f"S{n}", after={"n": n}, at=now())  # fmt: skip
