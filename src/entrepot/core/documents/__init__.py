"""The one vocabulary for all that enters: typed documents, used alike by files, channels, the API and tests.

>>> company = {"type": "company", "id": "SZ", "name": "Shenzhen", "currency": "CNY"}
>>> parse({**company, "effective_at": "2026-01-01T00:00:00Z"}).id
'SZ'
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from entrepot.core.documents.closing import (
    Budget,
    BudgetLine,
    CapitalisationPolicy,
    PolicyLine,
    WriteDown,
    WriteDownLine,
)
from entrepot.core.documents.header import CellRef, Document, ItemLine, Money, Piece, Ref, UnitPrice
from entrepot.core.documents.master import (
    Bundle,
    BundlePart,
    Company,
    FxRate,
    Item,
    Listing,
    Location,
    Packaging,
    Shop,
    Signal,
    Supplier,
    TaxRegistration,
)
from entrepot.core.documents.purchasing import (
    ConfirmedLine,
    InspectedLine,
    Inspection,
    MatchDecision,
    PurchaseDecision,
    PurchaseEnd,
    PurchaseProgress,
    PurchaseProposal,
    SupplierConfirmation,
)
from entrepot.core.documents.rebates import (
    DeclarationLine,
    DutyRefund,
    DutyRefundLine,
    ExportDeclaration,
    RebateClaim,
    RebateClaimLine,
    RebatePayment,
    RebateSettlement,
    RebateSettlementLine,
    TaxReturn,
    VatInvoice,
    VatInvoiceLine,
)
from entrepot.core.documents.stock import (
    Carton,
    Component,
    Conversion,
    Count,
    CountLine,
    IntercompanyLine,
    IntercompanySale,
    LotLine,
    OpeningBalance,
    OpeningLine,
    ProducedLine,
    Receipt,
    ReceiptLine,
    Regrade,
    Shipment,
    StatedCost,
    StockReport,
    StockReportLine,
    StockUse,
    SupplierReturn,
    Transfer,
)
from entrepot.core.documents.terms import PaymentTerm
from entrepot.core.documents.trade import (
    Basis,
    CostBill,
    CostLine,
    FeeCharge,
    FeeLine,
    Payment,
    PaymentShare,
    PeriodClose,
    PeriodReopen,
    PurchaseLine,
    PurchaseOrder,
    Refund,
    RefundLine,
    Reimbursement,
    Return,
    ReturnLine,
    Reversal,
    SalesLine,
    SalesOrder,
    SupplierCredit,
    Target,
)

AnyDocument = Annotated[
    Company
    | TaxRegistration
    | Item
    | Listing
    | Bundle
    | Supplier
    | Location
    | Shop
    | FxRate
    | Signal
    | OpeningBalance
    | PurchaseProposal
    | PurchaseDecision
    | PurchaseOrder
    | PurchaseProgress
    | SupplierConfirmation
    | Inspection
    | PurchaseEnd
    | MatchDecision
    | Shipment
    | Receipt
    | Transfer
    | Regrade
    | Conversion
    | Count
    | StockUse
    | SupplierReturn
    | IntercompanySale
    | StockReport
    | SalesOrder
    | Refund
    | Return
    | CostBill
    | SupplierCredit
    | Payment
    | FeeCharge
    | Reimbursement
    | VatInvoice
    | ExportDeclaration
    | RebateClaim
    | RebateSettlement
    | RebatePayment
    | DutyRefund
    | TaxReturn
    | WriteDown
    | Budget
    | CapitalisationPolicy
    | PeriodClose
    | PeriodReopen
    | Reversal,
    Field(discriminator="type"),
]


@cache
def adapter() -> TypeAdapter[Any]:
    """The validator of :data:`AnyDocument` (built once; building takes a moment)."""
    return TypeAdapter(AnyDocument)


def parse(data: dict[str, Any]) -> Any:
    """A mapping as the typed document that its ``type`` names; pydantic's ``ValidationError`` says what is wrong."""
    return adapter().validate_python(data)


__all__ = [
    "AnyDocument", "Basis", "Budget", "BudgetLine", "Bundle", "BundlePart", "CapitalisationPolicy", "Carton", "CellRef",
    "Company", "Component", "ConfirmedLine", "Conversion", "CostBill", "CostLine", "Count", "CountLine", "DeclarationLine",
    "Document", "DutyRefund", "DutyRefundLine", "ExportDeclaration", "FeeCharge", "FeeLine", "FxRate", "InspectedLine",
    "Inspection", "IntercompanyLine", "IntercompanySale", "Item", "ItemLine", "Listing", "Location", "LotLine",
    "MatchDecision", "Money", "OpeningBalance", "OpeningLine", "Packaging", "Payment", "PaymentShare", "PaymentTerm",
    "PeriodClose", "PeriodReopen", "Piece", "PolicyLine", "ProducedLine", "PurchaseDecision", "PurchaseEnd", "PurchaseLine",
    "PurchaseOrder", "PurchaseProgress", "PurchaseProposal", "RebateClaim", "RebateClaimLine", "RebatePayment",
    "RebateSettlement", "RebateSettlementLine", "Receipt", "ReceiptLine", "Ref", "Refund", "RefundLine", "Regrade",
    "Reimbursement", "Return", "ReturnLine", "Reversal", "SalesLine", "SalesOrder", "Shipment", "Shop", "Signal",
    "StatedCost", "StockReport", "StockReportLine", "StockUse", "Supplier", "SupplierConfirmation", "SupplierCredit",
    "SupplierReturn", "Target", "TaxRegistration", "TaxReturn", "Transfer", "UnitPrice", "VatInvoice",
    "VatInvoiceLine", "WriteDown", "WriteDownLine", "adapter", "parse",
]  # fmt: skip
