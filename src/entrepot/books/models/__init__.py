"""Tables of the books, split by what they are about."""

from entrepot.books.models.access import AuditEntry, DataKey, Membership, PersonalData, SignInAttempt
from entrepot.books.models.attachments import Attachment, KeptFile
from entrepot.books.models.catalogue import BundlePart, Item, Listing, Packaging
from entrepot.books.models.closing import BudgetLine, CapitalisationRule, WriteDownLine
from entrepot.books.models.company import Company, Location, Shop, Supplier
from entrepot.books.models.costs import Basis, BasisShare, CostLine, FxRate
from entrepot.books.models.demand import (
    DemandDetail,
    DemandFigure,
    DemandRun,
    ItemCourse,
    OpportunityFigure,
    Uplift,
)
from entrepot.books.models.documents import Batch, Document, LayoutMapping, Quarantine, RawFile
from entrepot.books.models.entered import Draft
from entrepot.books.models.figures import (
    Decision,
    ForecastFigure,
    ItemState,
    LossFigure,
    LotFigure,
    MarginFigure,
    PeriodShare,
    SaleFigure,
    StockFigure,
)
from entrepot.books.models.import_tax import ImportTaxFigure, ImportTerms, TaxOrigin, TaxRegistration, TaxReturned
from entrepot.books.models.jobs import Job
from entrepot.books.models.periods import MonthReport, Period, ReopenRequest
from entrepot.books.models.plans import (
    PlanDetail,
    PlanGap,
    PlanLine,
    PlanOverride,
    PlanRun,
    ScoreMonth,
    SupplierOffer,
)
from entrepot.books.models.purchase_steps import OrderFigure, OrdersFollowed, PayableFigure, PurchaseStep
from entrepot.books.models.purchasing import PaymentLine, PurchaseLine
from entrepot.books.models.rebates import (
    CustomsEntry,
    DeclarationLine,
    DutyRefundLine,
    RebateCash,
    RebateClaimLine,
    RebateSettlementLine,
    VatInvoiceLine,
)
from entrepot.books.models.selling import RefundLine, SalesLine
from entrepot.books.models.shipping import ReportedStock, Shipment, SignalValue
from entrepot.books.models.stock import Balance, Cell, Movement, Replacement, Reservation, Reversed, Waiting
from entrepot.books.models.stock_work import CountEntry, CountSheet, DifferenceCase, DifferenceNote, InboundPlan
from entrepot.books.models.storage import StorageFigure
from entrepot.books.models.tokens import ApiToken
from entrepot.books.models.variances import Reconciliation, UnbilledFigure, VarianceFigure

__all__ = [
    "ApiToken", "Attachment", "AuditEntry", "Balance", "Basis", "BasisShare", "Batch", "BudgetLine", "BundlePart",
    "CapitalisationRule", "Cell", "Company", "CostLine", "CountEntry", "CountSheet", "CustomsEntry", "DataKey", "Decision",
    "DeclarationLine", "DemandDetail", "DemandFigure", "DemandRun", "DifferenceCase", "DifferenceNote", "Document",
    "Draft", "DutyRefundLine", "ForecastFigure", "FxRate", "ImportTaxFigure", "ImportTerms", "InboundPlan", "Item",
    "ItemCourse", "ItemState", "Job", "KeptFile", "LayoutMapping", "Listing", "Location", "LossFigure", "LotFigure",
    "MarginFigure",
    "Membership",
    "MonthReport", "Movement", "OpportunityFigure", "OrderFigure", "OrdersFollowed", "Packaging", "PayableFigure", "PaymentLine",
    "Period", "PeriodShare", "PersonalData", "PlanDetail", "PlanGap", "PlanLine", "PlanOverride", "PlanRun",
    "PurchaseLine", "PurchaseStep", "Quarantine", "RawFile", "RebateCash", "RebateClaimLine", "RebateSettlementLine",
    "Reconciliation", "RefundLine", "ReopenRequest", "Replacement", "ReportedStock", "Reservation", "Reversed",
    "SaleFigure", "SalesLine", "ScoreMonth", "Shipment", "Shop", "SignInAttempt", "SignalValue", "StockFigure",
    "StorageFigure", "Supplier", "SupplierOffer", "TaxOrigin", "TaxRegistration", "TaxReturned", "UnbilledFigure",
    "Uplift", "VarianceFigure", "VatInvoiceLine", "Waiting", "WriteDownLine",
]  # fmt: skip
