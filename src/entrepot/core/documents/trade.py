"""Documents of buying, selling and paying: orders, refunds, returns, bills, credits, payments, fees, periods."""

# Each document narrows `type` to its own name; pieces are frozen, which the type checker does not see.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from entrepot.core.documents.header import (
    Amount,
    CellRef,
    Code,
    Condition,
    Country,
    Document,
    ItemLine,
    Piece,
    Ref,
    Short,
    Text,
    UnitPrice,
    Units,
)
from entrepot.core.documents.stock import Component
from entrepot.core.documents.terms import PaymentTerm, whole

Incoterm = Literal["EXW", "FCA", "FAS", "FOB", "CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DDP"]


class PurchaseLine(ItemLine):
    """``price`` is per base unit pair in the order's currency; ``due`` is when the goods should be ready."""

    price: UnitPrice
    due: date | None = None


class PurchaseOrder(Document):
    """What was ordered from a supplier. It commits; the receipt gives birth to layers.

    ``deposit_bp`` is the share to be paid in advance, in basis points (3,000 = 30 %); ``terms`` say when each share is due.
    ``over_bp`` is what a receipt may exceed a line by, in basis points; ``None`` = not agreed, any receipt is taken up.
    """

    type: Literal["purchase_order"] = "purchase_order"
    supplier: Code
    incoterm: Incoterm = "EXW"
    currency: str
    deposit_bp: Annotated[int, Field(ge=0, le=10_000)] = 0
    destination: Short = ""
    expected: date | None = None
    terms: list[PaymentTerm] = []
    over_bp: Annotated[int, Field(ge=0, le=10_000)] | None = None
    lines: Annotated[list[PurchaseLine], Field(min_length=1)]

    @model_validator(mode="after")
    def _all_of_it(self) -> PurchaseOrder:
        whole(self.terms)
        return self


class SalesLine(Piece):
    """``sku`` is ours, or the shop's listing. ``amount`` is the line's net price (all units, without output tax)
    and ``tax`` the output tax whoever remits it, both in the order's currency; ``amount`` ``None`` = not known yet."""

    sku: Code
    quantity: Units
    amount: Amount | None
    tax: Amount = 0
    line_id: str = ""
    lot: Ref | None = None


class SalesOrder(Document):
    """A customer's order on a shop. ``effective_at`` is the order time; units leave at ``shipped_at``.

    ``status``: ``open`` reserves, ``shipped`` moves units, ``cancelled`` does neither. ``buyer`` holds personal
    fields; they are stored encrypted under a key of this order alone and never inside the document's body.
    """

    type: Literal["sales_order"] = "sales_order"
    shop: Code
    currency: str
    status: Literal["open", "shipped", "cancelled"] = "shipped"
    shipped_at: AwareDatetime | None = None
    cell: CellRef | None = None
    country: Country | None = None
    region: Short = ""
    buyer: dict[str, str] = {}
    lines: Annotated[list[SalesLine], Field(min_length=1)]


class RefundLine(Piece):
    """Money given back on ``order_line``; positive ``amount`` = to the customer."""

    order_line: Annotated[int, Field(ge=1)] | None = None
    sku: str = ""
    amount: Amount
    tax: Amount = 0


class Refund(Document):
    """Money back to a customer; units come back by a return, if at all."""

    type: Literal["refund"] = "refund"
    shop: Code
    order: Ref | None = None
    currency: str
    lines: Annotated[list[RefundLine], Field(min_length=1)]


class ReturnLine(Piece):
    """Units of ``order_line`` back into ``condition``. ``amount`` = net money refunded with it, where the same
    document says so."""

    sku: Code
    quantity: Units
    order_line: Annotated[int, Field(ge=1)] | None = None
    condition: Condition = "sellable"
    label: Short = ""
    amount: Amount | None = None
    tax: Amount = 0


class Return(Document):
    """Units come back from a customer. Without a known order their cost is missing until valued."""

    type: Literal["return"] = "return"
    shop: str = ""
    order: Ref | None = None
    location: str = ""
    currency: str = ""
    reason: Text = ""
    lines: Annotated[list[ReturnLine], Field(min_length=1)]


class Target(Piece):
    """What a cost line is aimed at.

    ``births``: the layers born by a receipt, transfer, shipment, return, count … (all lines of the document, or one);
    ``issue``: units that left by a document (supplier return, loss, sale); ``order``: a sales order or one line of it;
    ``place`` and ``company``: a period of a place or of the company, shown in the full view only.
    """

    kind: Literal["births", "issue", "order", "place", "company"]
    document: Ref | None = None
    location: str = ""
    period_from: date | None = None
    period_to: date | None = None

    @model_validator(mode="after")
    def _complete(self) -> Target:
        if self.kind in ("births", "issue", "order") and self.document is None:
            raise ValueError(f"a target of kind {self.kind} names a document")
        if self.kind in ("place", "company") and (self.period_from is None or self.period_to is None):
            raise ValueError(f"a target of kind {self.kind} has a period")
        if self.kind == "place" and not self.location:
            raise ValueError("a target of kind place names a location")
        return self


TaxScheme = Literal["paid", "postponed", "deferred", "not_recoverable", "ioss"]
"""How an entry accounts for its import tax: paid at the border, on the return (postponed accounting), later from an account; not
deductible whatever the registration; collected from the buyer under IOSS."""

Basis = Literal["quantity", "value", "weight", "chargeable_weight", "volume", "equal", "manual", "line"]


class CostLine(Piece):
    """``amount`` for ``component``, shared over every target line by ``basis``.

    ``manual`` takes ``weights`` in the order of the target lines; ``line`` means the target is one line. ``divisor``
    turns volume into chargeable weight (mm³ per gram; 5,000 cm³/kg = 5,000). A negative amount is a price cut.
    ``charge`` is the forwarder's own code of the charge and ``billed_units`` the chargeable weight or volume that the bill
    states, in the unit of the rate card: what a bill is audited by.
    """

    component: Component
    amount: Amount
    targets: Annotated[list[Target], Field(min_length=1)]
    basis: Basis = "value"
    weights: list[Annotated[int, Field(ge=0)]] = []
    divisor: Annotated[int, Field(gt=0)] = 6000
    replaces: Ref | None = None
    estimate: bool = False
    charge: Short = ""
    billed_units: Annotated[str, StringConstraints(pattern=r"^(\d{1,12}(\.\d{1,6})?)?$")] = ""
    note: Text = ""


class CostBill(Document):
    """A supplier's, forwarder's, broker's or warehouse's bill; each line is a cost aimed at its targets.

    ``entry`` is the customs entry that a broker's bill belongs to: a refund of duty finds the bill by it. Of import tax:
    ``importer`` is the importer of record (code of the company, else of whoever it was), ``tax_country`` and ``tax_point``
    where and on which day the tax became due, ``tax_scheme`` how the entry accounts for it (:mod:`entrepot.core.input_tax`).
    """

    type: Literal["cost_bill"] = "cost_bill"
    supplier: str = ""
    currency: str
    due: date | None = None
    entry: Short = ""
    importer: Short = ""
    tax_country: Country | None = None
    tax_point: date | None = None
    tax_scheme: TaxScheme | None = None
    lines: Annotated[list[CostLine], Field(min_length=1)]


class SupplierCredit(Document):
    """Money back from a supplier or carrier: aimed at the issue of units given back or lost, or at a receipt line
    (price cut). Amounts are positive here and enter as negative cost."""

    type: Literal["supplier_credit"] = "supplier_credit"
    supplier: str = ""
    currency: str
    importer: Short = ""
    tax_country: Country | None = None
    tax_point: date | None = None
    tax_scheme: TaxScheme | None = None
    lines: Annotated[list[CostLine], Field(min_length=1)]


class PaymentShare(Piece):
    """Part of a payment that settles one order or bill."""

    document: Ref
    amount: Amount


class Payment(Document):
    """Money paid to a supplier. A share on a purchase order before its receipt is a deposit: that part of the goods is
    costed at this payment's own rate (``base_amount`` in the company's currency left the bank). A credit set off against bills
    is a payment of 0 whose shares cancel out."""

    type: Literal["payment"] = "payment"
    supplier: Code
    currency: str
    amount: Amount
    base_amount: Amount | None = None
    shares: list[PaymentShare] = []


class FeeLine(Piece):
    """A platform's charge; positive = cost. ``order_line`` narrows to a line, no order = the shop's period."""

    component: Component = "platform_fee"
    amount: Amount
    order: Ref | None = None
    sku: str = ""
    description: Text = ""


class FeeCharge(Document):
    """Fees that a channel charged (settlement, storage, advertising)."""

    type: Literal["fee_charge"] = "fee_charge"
    shop: Code
    currency: str
    period_from: date | None = None
    period_to: date | None = None
    lines: Annotated[list[FeeLine], Field(min_length=1)]


class Reimbursement(Document):
    """A platform or carrier pays for units it lost or damaged; aimed at that loss where it is known."""

    type: Literal["reimbursement"] = "reimbursement"
    shop: str = ""
    currency: str
    amount: Amount
    sku: str = ""
    quantity: Units | None = None
    loss: Ref | None = None
    reason: Text = ""


class PeriodClose(Document):
    """The company's facts before the end of ``period_to`` (its zone) are reported and frozen.

    ``reported`` is the hash of the figures that were reported (filled in by the closing workflow)."""

    type: Literal["period_close"] = "period_close"
    period_from: date
    period_to: date
    reported: str = ""


class PeriodReopen(Document):
    """Lifts the freeze of a closed period for everything recorded from now on."""

    type: Literal["period_reopen"] = "period_reopen"
    period_from: date
    period_to: date
    reason: Text


class Reversal(Document):
    """Takes whole documents back: from its recording on, the fold leaves their lines out."""

    type: Literal["reversal"] = "reversal"
    documents: Annotated[list[Ref], Field(min_length=1)]
    reason: Text = ""
