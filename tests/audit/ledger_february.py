"""The small seller's February: late costs, every other movement, bills and credits that meet goods long sold."""

from typing import Any

from tests.audit.ledger_words import at, births, document, issue, ref


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


def billed() -> list[Any]:
    """Goods of January's order: after February's payment, for a deposit told after the bill does not convert it anew."""
    return [
        document(
            "cost_bill",
            "GOODS-1",
            40,
            company="HK",
            supplier="F1",
            currency="CNY",
            lines=[{"component": "goods", "amount": 127000, "targets": [births("receipt", "GR-1", 1)]}],
        )
    ]
