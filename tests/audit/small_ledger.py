"""A small seller in documents: two companies, every kind of movement, costs early and late, corrections, a close.

``batches()`` is what arrived, in order, as (recorded at, documents); tests post it, break it, kill it, shuffle it.
"""

from collections.abc import Iterator
from typing import Any

from entrepot.core.documents import parse

DAY = 86_400_000_000
START = 1_767_225_600_000_000
"""2026-01-01T00:00Z in microseconds."""


def day(number: float) -> int:
    """Instant of a day of 2026 (0 = 1 January), UTC."""
    return START + int(number * DAY)


def at(number: float) -> str:
    """The same as ISO text."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(day(number) / 1_000_000, UTC).isoformat()


def document(kind: str, name: str, when: float, /, **fields: Any) -> Any:
    """A typed document; ``when`` in days of 2026."""
    return parse({"type": kind, "id": name, "effective_at": at(when), **fields})


def master() -> list[Any]:
    """Companies, places, shops, items, a bundle, a listing, rates."""
    skus = {
        "LAMP": (300, (100, 80, 60)),
        "CORD": (120, (90, 40, 30)),
        "BULB": (45, (60, 60, 60)),
        "SET": (500, (200, 90, 80)),
        "MAT": (800, (400, 300, 20)),
        "CUP": (210, (90, 90, 100)),
    }
    rates = [("USD", "CNY", 71234, 10000), ("EUR", "USD", 10873, 10000), ("GBP", "USD", 12711, 10000)]
    return [
        document("company", "HK", 0, name="Hong Kong", currency="USD", zone="Asia/Hong_Kong"),
        document("company", "SZ", 0, name="Shenzhen", currency="CNY", zone="Asia/Shanghai"),
        *(
            document("location", code, 0, name=code, kind=kind, country=country)
            for code, kind, country in (
                ("SZ1", "warehouse", "CN"),
                ("US1", "fba", "US"),
                ("DE1", "third_party", "DE"),
                ("SZ2", "warehouse", "CN"),
            )
        ),
        document("shop", "us", 0, company="HK", currency="USD", location="US1", country="US"),
        document("shop", "de", 0, company="HK", currency="EUR", location="DE1", country="DE"),
        document("supplier", "F1", 0, name="Factory", currency="CNY"),
        *(
            document(
                "item",
                sku,
                0,
                name=sku.title(),
                packaging=[
                    {
                        "level": "unit",
                        "units": 1,
                        "weight_g": grams,
                        "length_mm": size[0],
                        "width_mm": size[1],
                        "height_mm": size[2],
                    }
                ],
            )
            for sku, (grams, size) in skus.items()
        ),
        document(
            "bundle",
            "DUO",
            0,
            name="Lamp and cord",
            parts=[{"sku": "LAMP", "quantity": 1}, {"sku": "CORD", "quantity": 2}],
        ),
        document("listing", "us-lamp", 0, shop="us", sku="LAMP"),
        *(
            document(
                "fx_rate",
                f"{base}{quote}-{when}",
                when,
                base=base,
                quote=quote,
                numerator=top + 37 * when,
                denominator=bottom,
                date=at(when)[:10],
            )
            for base, quote, top, bottom in rates
            for when in (0, 20, 45)
        ),
    ]


def ref(kind: str, name: str, line: int | None = None) -> dict[str, Any]:
    """A reference to a document or to one of its lines."""
    return {"type": kind, "id": name, **({"line": line} if line else {})}


def births(kind: str, name: str, line: int | None = None) -> dict[str, Any]:
    return {"kind": "births", "document": ref(kind, name, line)}


def issue(kind: str, name: str, line: int | None = None) -> dict[str, Any]:
    return {"kind": "issue", "document": ref(kind, name, line)}


def january() -> list[Any]:
    """Opening stock, a purchase with deposit, receipts, first sales, a shipment, bills by every basis."""
    hk = {"company": "HK"}
    return [
        document(
            "opening_balance",
            "OB-1",
            1,
            **hk,
            location="US1",
            lines=[
                {"sku": "LAMP", "quantity": 20, "costs": [{"money": {"amount": 6001, "currency": "USD"}}]},
                {"sku": "CUP", "quantity": 15, "received_on": at(0.5)},
                {
                    "sku": "MAT",
                    "quantity": 9,
                    "costs": [
                        {"money": {"amount": 30000, "currency": "CNY"}},
                        {"component": "freight", "money": {"amount": 777, "currency": "EUR"}},
                    ],
                },
            ],
        ),
        document(
            "purchase_order",
            "PO-1",
            1,
            **hk,
            supplier="F1",
            currency="CNY",
            deposit_bp=3000,
            lines=[
                {"sku": "LAMP", "quantity": 100, "price": {"amount": 2133}},
                {"sku": "CORD", "quantity": 200, "price": {"amount": 12345, "per": 10}},
                {"sku": "BULB", "quantity": 150, "price": {"amount": 399}},
            ],
        ),
        document(
            "payment",
            "PAY-1",
            2,
            **hk,
            supplier="F1",
            currency="CNY",
            amount=150000,
            base_amount=20899,
            shares=[{"document": ref("purchase_order", "PO-1"), "amount": 150000}],
        ),
        document(
            "receipt",
            "GR-1",
            10,
            **hk,
            location="SZ1",
            order=ref("purchase_order", "PO-1"),
            supplier="F1",
            lines=[
                {"sku": "LAMP", "quantity": 60, "order_line": 1},
                {"sku": "CORD", "quantity": 200},
                {"sku": "BULB", "quantity": 155, "batch": "B7"},
            ],
        ),
        document(
            "receipt",
            "GR-2",
            12,
            **hk,
            location="SZ1",
            order=ref("purchase_order", "PO-1"),
            supplier="F1",
            lines=[{"sku": "LAMP", "quantity": 41}],
        ),
        document(
            "receipt",
            "GR-3",
            11,
            **hk,
            location="US1",
            supplier="F1",
            currency="USD",
            lines=[
                {"sku": "CUP", "quantity": 40, "price": {"amount": 1999, "per": 12}},
                {"sku": "MAT", "quantity": 30},
            ],
        ),
        document(
            "cost_bill",
            "FREIGHT-1",
            12,
            **hk,
            supplier="FWD",
            currency="USD",
            lines=[
                {"component": "freight", "amount": 5001, "basis": "weight", "targets": [births("receipt", "GR-1")]},
                {
                    "component": "insurance",
                    "amount": 333,
                    "basis": "value",
                    "targets": [births("receipt", "GR-1"), births("receipt", "GR-2")],
                },
                {"component": "handling", "amount": 1001, "basis": "volume", "targets": [births("receipt", "GR-1")]},
                {"component": "inspection", "amount": 100, "basis": "equal", "targets": [births("receipt", "GR-1")]},
                {"component": "duty", "amount": 700, "basis": "quantity", "targets": [births("receipt", "GR-3")]},
                {
                    "component": "packaging",
                    "amount": 77,
                    "basis": "manual",
                    "weights": [3, 0, 5],
                    "targets": [births("receipt", "GR-1")],
                },
                {
                    "component": "domestic_freight",
                    "amount": 501,
                    "basis": "chargeable_weight",
                    "targets": [births("receipt", "GR-1")],
                },
            ],
        ),
        document(
            "shipment",
            "SHIP-1",
            14,
            **hk,
            origin={"location": "SZ1"},
            destination="US1",
            eta=at(30),
            lines=[{"sku": "LAMP", "quantity": 50}, {"sku": "CORD", "quantity": 120}],
        ),
        *(
            document(
                "sales_order",
                f"US-{number}",
                11.5 + number / 3,
                shop="us",
                currency="USD",
                country="US",
                lines=[
                    {
                        "sku": ("us-lamp", "CUP", "MAT", "CUP")[number % 4],
                        "quantity": 1 + number % 3,
                        "amount": 1999 * (1 + number % 3),
                        "tax": 160,
                    },
                    *([{"sku": "CUP", "quantity": 1, "amount": None}] if number % 5 == 0 else []),
                ],
            )
            for number in range(24)
        ),
        document(
            "sales_order",
            "DE-1",
            18,
            shop="de",
            currency="EUR",
            country="DE",
            lines=[{"sku": "BULB", "quantity": 7, "amount": 3493}, {"sku": "LAMP", "quantity": 2, "amount": 5000}],
        ),
        document(
            "sales_order", "US-B", 19, shop="us", currency="USD", lines=[{"sku": "DUO", "quantity": 2, "amount": 7001}]
        ),
        document(
            "sales_order",
            "US-C",
            19,
            shop="us",
            currency="USD",
            status="cancelled",
            lines=[{"sku": "CUP", "quantity": 1, "amount": 1999}],
        ),
        document(
            "sales_order",
            "US-O",
            19,
            shop="us",
            currency="USD",
            status="open",
            lines=[{"sku": "CUP", "quantity": 5, "amount": 9995}, {"sku": "CORD", "quantity": 3, "amount": 900}],
        ),
        document(
            "return",
            "RET-1",
            21,
            shop="us",
            order=ref("sales_order", "US-1"),
            currency="USD",
            lines=[{"sku": "CUP", "quantity": 1, "order_line": 1, "condition": "damaged", "amount": 1500, "tax": 80}],
        ),
        document("return", "RET-2", 21, shop="us", location="US1", lines=[{"sku": "MAT", "quantity": 1}]),
        document(
            "refund",
            "REF-1",
            22,
            shop="us",
            order=ref("sales_order", "US-2"),
            currency="USD",
            lines=[{"order_line": 1, "amount": 333}],
        ),
    ]


def february() -> list[Any]:
    """Transit arrives, transfers, conversions, counts, losses, late bills, credits, a deposit told late."""
    hk = {"company": "HK"}
    return [
        document(
            "receipt",
            "ARR-1",
            31,
            **hk,
            location="US1",
            shipment=ref("shipment", "SHIP-1"),
            lines=[{"sku": "LAMP", "quantity": 48}, {"sku": "CORD", "quantity": 123}],
        ),
        document(
            "transfer",
            "TR-1",
            32,
            **hk,
            origin={"location": "SZ1"},
            destination={"location": "DE1"},
            lines=[{"sku": "LAMP", "quantity": 40}, {"sku": "CORD", "quantity": 60}],
        ),
        document(
            "transfer",
            "TR-2",
            33,
            **hk,
            origin={"location": "SZ1", "batch": "B7"},
            destination={"location": "DE1"},
            lines=[{"sku": "BULB", "quantity": 90}],
        ),
        document(
            "transfer",
            "TR-W",
            33,
            **hk,
            origin={"location": "SZ2"},
            destination={"location": "DE1"},
            lines=[{"sku": "BULB", "quantity": 5}],
        ),
        document(
            "regrade",
            "RG-1",
            34,
            **hk,
            origin={"location": "US1", "condition": "damaged"},
            destination={"location": "US1"},
            lines=[{"sku": "CUP", "quantity": 1}],
        ),
        document(
            "conversion",
            "CV-1",
            35,
            **hk,
            purpose="assembly",
            cell={"location": "DE1"},
            consumed=[{"sku": "LAMP", "quantity": 6}, {"sku": "CORD", "quantity": 12}],
            produced=[{"sku": "SET", "quantity": 5, "share": 3}, {"sku": "BULB", "quantity": 1}],
        ),
        document(
            "count",
            "CT-1",
            36,
            **hk,
            location="DE1",
            lines=[{"sku": "CORD", "counted": 47, "expected": 48}, {"sku": "SET", "counted": 6, "expected": 5}],
        ),
        document(
            "stock_use",
            "USE-1",
            37,
            **hk,
            purpose="lost",
            cell={"location": "US1"},
            lines=[{"sku": "CUP", "quantity": 3}],
        ),
        document(
            "stock_use",
            "USE-2",
            37,
            **hk,
            purpose="sample",
            cell={"location": "DE1"},
            lines=[{"sku": "BULB", "quantity": 2}],
        ),
        document(
            "supplier_return",
            "SR-1",
            38,
            **hk,
            cell={"location": "SZ1"},
            supplier="F1",
            lines=[{"sku": "LAMP", "quantity": 4, "lot": ref("receipt", "GR-2", 1)}],
        ),
        document(
            "supplier_credit",
            "SC-1",
            41,
            **hk,
            supplier="F1",
            currency="CNY",
            lines=[{"component": "goods", "amount": 8000, "targets": [issue("supplier_return", "SR-1")]}],
        ),
        document(
            "supplier_credit",
            "SC-2",
            42,
            **hk,
            supplier="F1",
            currency="CNY",
            lines=[
                {"component": "goods", "amount": 1111, "basis": "quantity", "targets": [births("receipt", "GR-1", 2)]}
            ],
        ),
        document(
            "reimbursement",
            "RB-1",
            43,
            shop="us",
            currency="USD",
            amount=450,
            loss=ref("stock_use", "USE-1"),
            sku="CUP",
        ),
        document("reimbursement", "RB-2", 43, shop="us", currency="USD", amount=99, sku="MAT"),
        document(
            "fee_charge",
            "FEE-1",
            44,
            shop="us",
            currency="USD",
            period_from=at(0)[:10],
            period_to=at(30)[:10],
            lines=[
                {"amount": 301, "order": ref("sales_order", "US-1")},
                {"component": "fulfilment", "amount": 555, "order": ref("sales_order", "US-B")},
                {"component": "storage", "amount": 1234},
                {"component": "advertising", "amount": 801, "sku": "CUP"},
            ],
        ),
        document(
            "cost_bill",
            "DUTY-1",
            46,
            **hk,
            supplier="BRK",
            currency="USD",
            lines=[
                {"component": "duty", "amount": 6137, "basis": "value", "targets": [births("receipt", "ARR-1", 1)]},
                {
                    "component": "last_mile",
                    "amount": 222,
                    "basis": "quantity",
                    "targets": [{"kind": "order", "document": ref("sales_order", "US-5")}],
                },
                {
                    "component": "software",
                    "amount": 999,
                    "targets": [{"kind": "company", "period_from": at(0)[:10], "period_to": at(58)[:10]}],
                },
            ],
        ),
        document(
            "payment",
            "PAY-2",
            9,
            **hk,
            supplier="F1",
            currency="CNY",
            amount=50000,
            base_amount=7100,
            shares=[{"document": ref("purchase_order", "PO-1"), "amount": 40000}],
        ),
        document(
            "cost_bill",
            "GOODS-1",
            40,
            **hk,
            supplier="F1",
            currency="CNY",
            lines=[{"component": "goods", "amount": 127000, "targets": [births("receipt", "GR-1", 1)]}],
        ),
        document(
            "opening_balance",
            "OB-2",
            30,
            company="SZ",
            location="SZ2",
            lines=[{"sku": "MAT", "quantity": 25, "costs": [{"money": {"amount": 50003, "currency": "CNY"}}]}],
        ),
        document(
            "intercompany_sale",
            "IC-1",
            45,
            company="SZ",
            buyer="HK",
            currency="CNY",
            origin={"location": "SZ2"},
            destination={"location": "US1"},
            lines=[{"sku": "MAT", "quantity": 11, "price": {"amount": 3300}}],
        ),
        document(
            "return", "RET-3", 47, shop="us", order=ref("sales_order", "US-B"), lines=[{"sku": "DUO", "quantity": 1}]
        ),
        document(
            "return", "RET-4", 47, shop="us", order=ref("sales_order", "US-1"), lines=[{"sku": "CUP", "quantity": 3}]
        ),
        document("stock_report", "AFN-1", 48, **hk, location="US1", lines=[{"sku": "CUP", "quantity": 10}]),
        document(
            "sales_order",
            "US-LATE",
            48,
            shop="us",
            currency="USD",
            lines=[{"sku": "NEW", "quantity": 1, "amount": 100}],
        ),
    ]


def march() -> list[Any]:
    """After January was closed: facts of January told late, corrections, a document taken back."""
    hk = {"company": "HK"}
    orders = [d for d in january() if d.id == "US-3"]
    return [
        document(
            "sales_order", "US-J", 25, shop="us", currency="USD", lines=[{"sku": "CUP", "quantity": 2, "amount": 4000}]
        ),
        document(
            "cost_bill",
            "DUTY-J",
            20,
            **hk,
            supplier="BRK",
            currency="USD",
            lines=[
                {
                    "component": "duty",
                    "amount": 4999,
                    "basis": "value",
                    "targets": [births("receipt", "GR-1"), births("receipt", "GR-2")],
                }
            ],
        ),
        document(
            "cost_bill",
            "MAT-J",
            20,
            **hk,
            supplier="F1",
            currency="USD",
            lines=[{"component": "goods", "amount": 12007, "targets": [births("receipt", "GR-3", 2)]}],
        ),
        orders[0].model_copy(update={"lines": [orders[0].lines[0].model_copy(update={"amount": 1777})]}),
        document(
            "receipt",
            "GR-3",
            11,
            **hk,
            location="US1",
            supplier="F1",
            currency="USD",
            lines=[
                {"sku": "CUP", "quantity": 38, "price": {"amount": 1999, "per": 12}},
                {"sku": "MAT", "quantity": 30},
            ],
        ),
        document("reversal", "RV-1", 60, documents=[ref("sales_order", "US-4"), ref("cost_bill", "DUTY-1")]),
        document(
            "sales_order",
            "US-O",
            19,
            shop="us",
            currency="USD",
            status="shipped",
            shipped_at=at(50),
            lines=[{"sku": "CUP", "quantity": 5, "amount": 9995}, {"sku": "CORD", "quantity": 3, "amount": 900}],
        ),
    ]


def batches() -> Iterator[tuple[int, list[Any]]]:
    """(recorded at, documents) in the order of arrival."""
    from tests.audit.tax_back import came_back, told_again

    yield day(1), master()
    yield day(24), january()
    yield (
        day(34),
        [document("period_close", "CLOSE-1", 34, company="HK", period_from=at(0)[:10], period_to=at(30)[:10])],
    )
    yield day(49), february()
    yield day(56), came_back()
    yield day(61), [*march(), *told_again()]


def post_all(*, value: bool = True) -> None:
    """Post everything through the real door, and value it."""
    from entrepot.books import intake
    from entrepot.workflows.revalue import revalue

    for recorded_at, documents in batches():
        intake.post(documents, name="small ledger", recorded_at=recorded_at)
    if value:
        revalue()
