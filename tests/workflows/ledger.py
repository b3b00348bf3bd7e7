"""Builds small books from readable lines and reads their figures back, for the tests of the ledger's page."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection

from entrepot.audit import check
from entrepot.books import intake, models
from entrepot.books.intake import IntakeReport
from entrepot.core.components import NAMES
from entrepot.core.documents import parse
from entrepot.workflows.revalue import revalue
from entrepot.workflows.value_at import ValueAt

DAY = 86_400_000_000


def doc(kind: str, number: str, on: str, **fields: Any) -> Any:
    """A document of ``kind`` at noon UTC of the day ``on``."""
    return parse({"type": kind, "id": number, "effective_at": f"{on}T12:00:00Z", **fields})


def masters(currency: str = "USD", method: str = "fifo", company: str = "US") -> list[Any]:
    """One company, two places, a shop and three items."""
    return [
        doc("company", company, "2026-01-01", currency=currency, method=method, name=company),
        doc("location", "LA", "2026-01-01"),
        doc("location", "DE", "2026-01-01"),
        doc("shop", "WEB", "2026-01-01", company=company, currency=currency, location="LA"),
        *(doc("item", sku, "2026-01-01") for sku in ("A", "B", "KIT")),
    ]


def receipt(number: str, on: str, quantity: int, price: int, sku: str = "A", **fields: Any) -> Any:
    return doc(
        "receipt", number, on, location="LA", **{"currency": "USD", **fields},
        lines=[{"sku": sku, "quantity": quantity, "price": {"amount": price}}],
    )  # fmt: skip


def bill(number: str, on: str, component: str, amount: int, target: tuple[str, str], **fields: Any) -> Any:
    line = {
        "component": component, "amount": amount,
        "targets": [{"kind": fields.pop("kind", "births"), "document": {"type": target[0], "id": target[1]}}],
    }  # fmt: skip
    return doc(fields.pop("type", "cost_bill"), number, on, **{"currency": "USD", **fields}, lines=[line])


def sale(number: str, on: str, quantity: int, sku: str = "A", place: str = "LA", amount: int = 0, **fields: Any) -> Any:
    return doc(
        "sales_order", number, on, shop="WEB", **{"currency": "USD", **fields}, cell={"location": place},
        lines=[{"sku": sku, "quantity": quantity, "amount": amount}],
    )  # fmt: skip


def returned(number: str, on: str, order: str, quantity: int, sku: str = "A", **fields: Any) -> Any:
    return doc(
        "return", number, on, shop="WEB", order={"type": "sales_order", "id": order},
        lines=[{"sku": sku, "quantity": quantity, **fields}],
    )  # fmt: skip


def transfer(number: str, on: str, quantity: int, sku: str = "A") -> Any:
    return doc(
        "transfer", number, on, origin={"location": "LA"}, destination={"location": "DE"},
        lines=[{"sku": sku, "quantity": quantity}],
    )  # fmt: skip


def post(*documents: Any, at: int = DAY, **options: Any) -> IntakeReport:
    """Post and value; every document must come in."""
    report = intake.post(documents, name="test", recorded_at=at, **options)
    assert report.quarantined == 0, report.problems
    revalue()
    return report


def sold(order: str) -> dict[str, int]:
    """Cost of a sales order by family, returns taken off; families at 0 are left out."""
    return _families(models.SaleFigure.objects.filter(movement__document__external_id=order))


def held(place: str, sku: str = "A") -> dict[str, int]:
    """Units and cost by family of what stands at a place."""
    rows = models.StockFigure.objects.filter(cell__location__code=place, item__sku=sku)
    return {"units": sum(row.units for row in rows), **_families(rows)}


def _families(rows: Any) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        for family in ("purchase", "first_leg", "duty_tax", "storage", "selling", "unsalable"):
            sums[family] += getattr(row, family)
    return {family: amount for family, amount in sums.items() if amount}


def by_component(figures: Any) -> dict[str, int]:
    """Frame with component and amount → name to sum, zeros left out."""
    sums: dict[str, int] = defaultdict(int)
    for component, amount in figures.select("component", "amount").iter_rows():
        if component is not None:
            sums[NAMES[component]] += amount
    return {name: amount for name, amount in sums.items() if amount}


def stock_value(value: ValueAt) -> dict[str, int]:
    return by_component(value.stock)


def issued(value: ValueAt) -> dict[str, int]:
    return by_component(value.issues)


def assert_proven() -> None:
    """The independent checker finds nothing wrong."""
    report = check(connection)
    assert report.residues == [], report.residues
