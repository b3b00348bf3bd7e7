"""Documents of tax that comes back: suppliers' VAT invoices, export declarations, claims, their settlement and cash, and
refunds of duty paid at import."""

# Each document narrows `type` to its own name; pieces are frozen, which the type checker does not see.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from entrepot.core.documents.header import Amount, Code, Country, Document, ItemLine, Piece, Ref, Short, Text, Units

ExportMode = Literal["0110", "9610", "9710", "9810", "1210"]


class VatInvoiceLine(ItemLine):
    """``amount`` is the price of all units without tax, ``tax`` the VAT on it. ``order`` is the purchase order or receipt
    that brought the goods: what is not refunded falls on its lots."""

    amount: Amount = Field(ge=0)
    tax: Amount = Field(ge=0)
    order: Ref | None = None


class VatInvoice(Document):
    """A supplier's special VAT invoice, the ground of an export rebate.

    ``tax_in_cost`` says whether the prices of orders and bills already hold this tax (the usual price "with invoice").
    """

    type: Literal["vat_invoice"] = "vat_invoice"
    supplier: Code
    currency: str
    tax_in_cost: bool = True
    lines: Annotated[list[VatInvoiceLine], Field(min_length=1)]


class DeclarationLine(ItemLine):
    """``amount`` is the FOB value of all units; ``shipment`` the shipment, transfer or receipt whose units were declared."""

    hs_code: Short = ""
    amount: Amount | None = None
    shipment: Ref | None = None


class ExportDeclaration(Document):
    """A customs declaration of export. ``effective_at`` is the day of export; ``mode`` the customs supervision mode."""

    type: Literal["export_declaration"] = "export_declaration"
    mode: ExportMode = "0110"
    currency: str
    lines: Annotated[list[DeclarationLine], Field(min_length=1)]


class RebateClaimLine(Piece):
    """``quantity`` units of one invoice line, exported under one declaration line.

    ``rate_bp`` is the rebate rate in basis points of the price without tax (1,300 = 13 %). ``amount`` is the refund as
    filed; left out, it is price × rate. ``treatment`` ``forgone``: no refund will be asked for, the tax is cost.
    """

    invoice: Ref
    declaration: Ref | None = None
    quantity: Units
    rate_bp: Annotated[int, Field(ge=0, le=10_000)] = 0
    amount: Amount | None = Field(default=None, ge=0)
    treatment: Literal["refund", "forgone"] = "refund"

    @model_validator(mode="after")
    def _exported(self) -> RebateClaimLine:
        if self.treatment == "refund" and self.declaration is None:
            raise ValueError("a refund names the declaration of export")
        return self


class RebateClaim(Document):
    """A claim for refund of VAT. ``provisional``: paid at departure and settled after the sale (mode 9810 always is)."""

    type: Literal["rebate_claim"] = "rebate_claim"
    currency: str
    provisional: bool = False
    lines: Annotated[list[RebateClaimLine], Field(min_length=1)]


class RebateSettlementLine(Piece):
    """What a claim's line comes to in the end; 0 where it is refused or has to be paid back."""

    claim: Ref
    amount: Amount = Field(ge=0)


class RebateSettlement(Document):
    """The tax office's last word on lines of a claim: it takes the place of what was claimed."""

    type: Literal["rebate_settlement"] = "rebate_settlement"
    currency: str
    lines: Annotated[list[RebateSettlementLine], Field(min_length=1)]


class RebatePayment(Document):
    """Money of a claim that came in; negative = paid back."""

    type: Literal["rebate_payment"] = "rebate_payment"
    claim: Ref
    currency: str
    amount: Amount


class DutyRefundLine(Piece):
    """Duty given back on an entry: ``bill`` is the broker's bill (or one line of it), ``entry`` the customs entry number
    that bills name; one of them. ``interest`` is income, not cost."""

    bill: Ref | None = None
    entry: Short = ""
    component: Literal["duty", "import_tax"] = "duty"
    amount: Amount = Field(gt=0)
    interest: Amount = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _aimed(self) -> DutyRefundLine:
        if (self.bill is None) == (not self.entry):
            raise ValueError("a refund names a bill or an entry number")
        return self


class DutyRefund(Document):
    """Import duty that comes back: an exclusion granted later, a measure struck down, a corrected entry."""

    type: Literal["duty_refund"] = "duty_refund"
    supplier: str = ""
    currency: str
    reason: Text = ""
    lines: Annotated[list[DutyRefundLine], Field(min_length=1)]


class TaxReturn(Document):
    """Recoverable import tax of a country that came back on a tax return: set off against output tax, or paid out.
    ``effective_at`` is the day; ``period_to`` the last day of the period that the return covers. Negative: paid back."""

    type: Literal["tax_return"] = "tax_return"
    country: Country
    currency: str
    amount: Amount
    way: Literal["offset", "refund"] = "offset"
    period_to: date | None = None
