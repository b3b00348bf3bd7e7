"""What each kind of document becomes in the ledger: one function a kind, ``(builder, document) -> None``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from entrepot.books.intake.posting import (
    buying,
    closing,
    costing,
    import_tax,
    master,
    periods,
    purchasing,
    rebates,
    selling,
    stock,
)
from entrepot.books.intake.posting.builder import Builder

RULES: dict[str, Callable[[Builder, Any], None]] = {
    "company": master.company,
    "tax_registration": import_tax.tax_registration,
    "item": master.item,
    "listing": master.listing,
    "bundle": master.bundle,
    "supplier": master.supplier,
    "location": master.location,
    "shop": master.shop,
    "fx_rate": master.fx_rate,
    "signal": master.signal,
    "opening_balance": stock.opening_balance,
    "shipment": stock.shipment,
    "receipt": buying.receipt,
    "transfer": stock.transfer,
    "regrade": stock.regrade,
    "conversion": stock.conversion,
    "count": stock.count,
    "stock_use": stock.stock_use,
    "supplier_return": stock.supplier_return,
    "intercompany_sale": stock.intercompany_sale,
    "stock_report": stock.stock_report,
    "purchase_proposal": purchasing.proposal,
    "purchase_decision": purchasing.decision,
    "purchase_order": buying.purchase_order,
    "purchase_progress": purchasing.progress,
    "supplier_confirmation": purchasing.confirmation,
    "inspection": purchasing.inspection,
    "purchase_end": purchasing.end,
    "match_decision": purchasing.match,
    "payment": buying.payment,
    "sales_order": selling.sales_order,
    "refund": selling.refund,
    "return": selling.return_,
    "cost_bill": costing.cost_bill,
    "supplier_credit": costing.supplier_credit,
    "fee_charge": costing.fee_charge,
    "reimbursement": costing.reimbursement,
    "vat_invoice": rebates.vat_invoice,
    "export_declaration": rebates.export_declaration,
    "rebate_claim": rebates.rebate_claim,
    "rebate_settlement": rebates.rebate_settlement,
    "rebate_payment": rebates.rebate_payment,
    "duty_refund": rebates.duty_refund,
    "tax_return": import_tax.tax_return,
    "write_down": closing.write_down,
    "budget": closing.budget,
    "capitalisation_policy": closing.capitalisation_policy,
    "period_close": periods.close,
    "period_reopen": periods.reopen,
    "reversal": periods.reversal,
}

MASTER = frozenset(
    {"company", "tax_registration", "item", "listing", "bundle", "supplier", "location", "shop", "fx_rate"}
)
