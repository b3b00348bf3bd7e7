"""Starting in an afternoon: a workbook of 1,500 items and 300 open documents, tried, then posted.

``python -m benchmarks.set_up [--database …] [--items N] [--documents N]`` prints {items, documents, dry_run_s, seconds, rows,
ties, problems, residue, rss_mb, database}: seconds to read, post and value what ties; the dry run comes first, on empty books.
"""

from __future__ import annotations

import time
from typing import Any

from benchmarks.database import arguments, books
from benchmarks.report import PeakMemory, report


def main() -> None:
    chosen = arguments(__doc__ or "", items={"type": int, "default": 1_500}, documents={"type": int, "default": 300})
    with PeakMemory() as memory, books(chosen.database) as folder:
        from entrepot.workflows.checking import check
        from entrepot.workflows.revalue import revalue
        from entrepot.workflows.set_up_books import set_up_books

        path = folder / "start.xlsx"
        path.write_bytes(workbook(chosen.items, chosen.documents))
        begun = time.perf_counter()
        tried = set_up_books(path, dry_run=True)
        dry = time.perf_counter() - begun
        begun = time.perf_counter()
        done = set_up_books(path)
        revalue()
        took = time.perf_counter() - begun
        if not done.posted:
            raise SystemExit(f"nothing came in: {done.problems[:3]} {[tie for tie in done.ties if tie.difference][:3]}")
        report(
            items=chosen.items, documents=chosen.documents, dry_run_s=round(dry, 1), seconds=round(took, 1),
            rows=sum(done.documents.values()), ties=sum(not tie.difference for tie in done.ties),
            problems=len(tried.problems), residue=check().residue, rss_mb=memory.rss_mb, database=chosen.database,
        )  # fmt: skip


def workbook(items: int, documents: int) -> bytes:
    """A seller in the middle of the year: every item in stock, a third of the documents each orders with deposits, shipments
    under way, and unpaid bills; and the trial balance of all that, added up here."""
    from entrepot.channels.files.setup_workbook import filled_workbook

    papers, signed = _papers(items, documents)
    return filled_workbook(papers, signed)


def _papers(items: int, documents: int) -> tuple[list[Any], list[tuple[str, str, int, str]]]:
    from entrepot.core.documents import parse

    def doc(kind: str, number: str, on: str = "2026-06-30", **fields: Any) -> Any:
        return parse({"type": kind, "id": number, "effective_at": f"{on}T12:00:00Z", **fields})

    skus = [f"SKU-{n:04}" for n in range(items)]
    papers = [
        doc("company", "US", "2026-01-01", name="US", currency="USD", books_from="2026-07-01"),
        doc("location", "LA", "2026-01-01"), doc("location", "DE", "2026-01-01"),
        doc("supplier", "ACME", "2026-01-01", name="Acme"), doc("supplier", "FWD", "2026-01-01", name="Forwarder"),
        doc("shop", "WEB", "2026-01-01", company="US", currency="USD", location="LA"),
        *(doc("item", sku, "2026-01-01", name=f"Lamp {sku}", name_zh="台灯", supplier="ACME") for sku in skus),
    ]  # fmt: skip
    lines = [
        {"sku": sku, "quantity": 100, "received_on": "2026-02-01T00:00:00Z",
         "costs": [{"component": "goods", "money": {"amount": 100 * (300 + n % 50), "currency": "USD"}}]}
        for n, sku in enumerate(skus)
    ]  # fmt: skip
    papers.append(doc("opening_balance", "OPEN", location="LA", company="US", lines=lines))
    goods, transit, paid, owed = sum(line["costs"][0]["money"]["amount"] for line in lines), 0, 0, 0
    june = {"kind": "company", "period_from": "2026-06-01", "period_to": "2026-06-30"}
    for n in range(documents // 3):
        sku, price = skus[n % items], 300 + n % items % 50
        order = doc("purchase_order", f"PO-{n}", "2026-06-01", company="US", supplier="ACME", currency="USD",
                    lines=[{"sku": sku, "quantity": 100, "price": {"amount": price}}])  # fmt: skip
        deposit = doc("payment", f"PAY-{n}", "2026-06-02", company="US", supplier="ACME", currency="USD", amount=30 * price,
                      shares=[{"document": {"type": "purchase_order", "id": f"PO-{n}"}, "amount": 30 * price}])  # fmt: skip
        sent = doc("shipment", f"SHIP-{n}", company="US", origin={"location": "LA"}, destination="DE",
                   lines=[{"sku": sku, "quantity": 10}])  # fmt: skip
        bill = doc("cost_bill", f"BILL-{n}", company="US", supplier="FWD", currency="USD",
                   lines=[{"component": "software", "amount": 5_000 + n, "targets": [june]}])  # fmt: skip
        papers += [order, deposit, sent, bill]
        transit, paid, owed = transit + 10 * price, paid + 30 * price, owed + 5_000 + n
    told = (("inventory", goods), ("in_transit", transit), ("prepayments", paid), ("payables", owed))
    signed = [("US", figure, amount, "USD") for figure, amount in told]
    return papers, signed


if __name__ == "__main__":
    main()
