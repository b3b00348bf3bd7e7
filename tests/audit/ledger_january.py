"""The small seller's January: opening stock, a purchase with its deposit, receipts, first sales, a shipment, bills."""

from typing import Any

from tests.audit.ledger_words import at, births, document, ref


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
