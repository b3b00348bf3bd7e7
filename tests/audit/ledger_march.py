"""The small seller's March: facts of the closed January told late, corrections, documents taken back."""

from typing import Any

from tests.audit.ledger_january import january
from tests.audit.ledger_words import at, births, document, ref


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
