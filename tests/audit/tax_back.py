"""What comes back to the small seller: VAT invoices, exports, claims, a settlement, cash, and refunds of import duty."""

from typing import Any

from tests.audit.ledger_words import births, document, ref


def came_back() -> list[Any]:
    """One invoice claimed in parts and forgone in part, one without tax in the prices, duty back by bill and by entry."""
    hk = {"company": "HK"}
    return [
        document("vat_invoice", "VAT-1", 40, **hk, supplier="F1", currency="CNY", lines=[
            {"sku": "LAMP", "quantity": 60, "amount": 113_261, "tax": 14_724, "order": ref("receipt", "GR-1", 1)},
            {"sku": "CORD", "quantity": 200, "amount": 218_496, "tax": 28_404, "order": ref("receipt", "GR-1", 2)},
        ]),
        document("vat_invoice", "VAT-2", 41, **hk, supplier="F1", currency="CNY", tax_in_cost=False, lines=[
            {"sku": "BULB", "quantity": 150, "amount": 59_851, "tax": 7_781, "order": ref("receipt", "GR-1")},
        ]),
        document("export_declaration", "EXP-1", 42, **hk, mode="9810", currency="USD", lines=[
            {"sku": "LAMP", "quantity": 50, "amount": 30_000, "hs_code": "9405", "shipment": ref("shipment", "SHIP-1")},
            {"sku": "CORD", "quantity": 120, "amount": 21_000, "shipment": ref("shipment", "SHIP-1")},
        ]),
        document("export_declaration", "EXP-2", 43, **hk, currency="USD", lines=[
            {"sku": "BULB", "quantity": 100, "amount": 9_000},
        ]),
        document("rebate_claim", "RC-1", 50, **hk, currency="CNY", lines=[
            {"invoice": ref("vat_invoice", "VAT-1", 1), "declaration": ref("export_declaration", "EXP-1", 1),
             "quantity": 50, "rate_bp": 1300},
            {"invoice": ref("vat_invoice", "VAT-1", 2), "declaration": ref("export_declaration", "EXP-1", 2),
             "quantity": 70, "rate_bp": 1300},
        ]),
        document("rebate_claim", "RC-2", 51, **hk, currency="CNY", lines=[
            {"invoice": ref("vat_invoice", "VAT-2"), "declaration": ref("export_declaration", "EXP-2"), "quantity": 77,
             "rate_bp": 900},
            {"invoice": ref("vat_invoice", "VAT-2"), "quantity": 13, "treatment": "forgone"},
            {"invoice": ref("vat_invoice", "VAT-1", 2), "declaration": ref("export_declaration", "EXP-1", 2),
             "quantity": 50, "rate_bp": 1300, "amount": 7_001},
        ]),
        document("rebate_settlement", "RS-1", 53, **hk, currency="CNY", lines=[
            {"claim": ref("rebate_claim", "RC-1", 1), "amount": 11_999},
        ]),
        document("rebate_payment", "RP-1", 54, **hk, claim=ref("rebate_claim", "RC-1"), currency="CNY", amount=20_000),
        document("cost_bill", "DUTY-E", 44, **hk, supplier="BRK", currency="EUR", entry="ENTRY-9", lines=[
            {"component": "duty", "amount": 1_313, "basis": "quantity", "targets": [births("receipt", "GR-3")]},
            {"component": "duty", "amount": 77, "basis": "weight", "targets": [births("receipt", "GR-1")]},
        ]),
        document("duty_refund", "DR-1", 54, **hk, currency="USD", lines=[
            {"bill": ref("cost_bill", "FREIGHT-1"), "amount": 234, "interest": 12},
        ]),
        document("duty_refund", "DR-2", 55, **hk, currency="EUR", lines=[{"entry": "ENTRY-9", "amount": 1_001}]),
    ]  # fmt: skip


def told_again() -> list[Any]:
    """A claim told again for fewer units, and a refund taken back."""
    again = next(d for d in came_back() if d.id == "RC-2")
    fewer = [line.model_copy(update={"quantity": 70}) if line.quantity == 77 else line for line in again.lines]
    return [
        again.model_copy(update={"lines": fewer}),
        document("reversal", "RV-2", 60, documents=[ref("duty_refund", "DR-2")]),
    ]
