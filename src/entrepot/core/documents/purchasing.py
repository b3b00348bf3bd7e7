"""Documents of an order's life: proposal, decision, progress, confirmation, inspection, end, and what was said of a difference.

They move no units and no money; where an order stands is derived from them and from receipts, bills and payments. ``by`` is the
person (or the supplier) who did it. Each names the order by its number within the company.
"""

# Each document narrows `type` to its own name; pieces are frozen, which the type checker does not see.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from entrepot.core.documents.header import MAX_QUANTITY, Amount, Code, Document, Piece, Short, Text
from entrepot.core.documents.trade import PurchaseOrder

Stage = Literal["sent", "started", "produced", "delayed", "ready", "held", "released", "loaded", "bl_copy", "arrived"]
Pieces = Annotated[int, Field(ge=0, le=MAX_QUANTITY, strict=True)]
Percent = Annotated[int, Field(ge=0, le=100, strict=True)]


class PurchaseProposal(PurchaseOrder):
    """An order that somebody wants to place: nothing is committed until a :class:`PurchaseDecision` approves this version.

    ``id`` is the number that the order will have.
    """

    type: Literal["purchase_proposal"] = "purchase_proposal"  # pyright: ignore[reportAssignmentType]
    by: Short


class OfOrder(Document):
    """``order``: number of the purchase order."""

    order: Code
    by: Short = ""


class PurchaseDecision(OfOrder):
    """A proposal approved or rejected. ``amount`` is its worth in minor units of ``currency`` (the company's) on that day;
    ``version`` the version of the proposal that was looked at. ``alone``: small enough to need no second person."""

    type: Literal["purchase_decision"] = "purchase_decision"
    decision: Literal["approved", "rejected"]
    version: Annotated[int, Field(ge=1)]
    amount: Amount | None = None
    currency: str = ""
    alone: bool = False
    reason: Text = ""


class PurchaseProgress(OfOrder):
    """Something was heard of the order. ``expected`` is when the goods will be ready as said now."""

    type: Literal["purchase_progress"] = "purchase_progress"
    stage: Stage
    percent: Percent | None = None
    expected: date | None = None
    reason: Text = ""


class ConfirmedLine(Piece):
    """What the supplier confirms of a line of the order; 0 = he will not deliver it."""

    order_line: Annotated[int, Field(ge=1)]
    quantity: Pieces
    due: date | None = None


class SupplierConfirmation(OfOrder):
    """The supplier's answer to the order: quantities and dates."""

    type: Literal["supplier_confirmation"] = "supplier_confirmation"
    lines: Annotated[list[ConfirmedLine], Field(min_length=1)]


class InspectedLine(Piece):
    """Of ``lot`` units offered, ``accepted`` pass, ``rework`` are to be mended and shown again, the rest is rejected.

    ``sample`` were looked at; ``critical``, ``major`` and ``minor`` are the defects found in them.
    """

    order_line: Annotated[int, Field(ge=1)]
    lot: Annotated[int, Field(gt=0, le=MAX_QUANTITY, strict=True)]
    sample: Pieces = 0
    critical: Pieces = 0
    major: Pieces = 0
    minor: Pieces = 0
    accepted: Pieces = 0
    rework: Pieces = 0

    @model_validator(mode="after")
    def _within(self) -> InspectedLine:
        if self.accepted + self.rework > self.lot:
            raise ValueError("accepted and rework are more than the lot")
        if self.sample > self.lot:
            raise ValueError("the sample is larger than the lot")
        return self

    @property
    def rejected(self) -> int:
        """Units that neither pass nor are mended."""
        return self.lot - self.accepted - self.rework


class Inspection(OfOrder):
    """Goods looked at before they leave. ``hold``: nothing may be loaded until it is released."""

    type: Literal["inspection"] = "inspection"
    result: Literal["passed", "failed", "hold"]
    inspector: Short = ""
    lines: Annotated[list[InspectedLine], Field(min_length=1)]


class PurchaseEnd(OfOrder):
    """The order ends: ``closed`` (nothing more will come of it), ``cancelled`` (it is not to be delivered), or goes on."""

    type: Literal["purchase_end"] = "purchase_end"
    end: Literal["closed", "cancelled", "reopened"]
    reason: Text = ""


class MatchDecision(OfOrder):
    """What was said of a difference between order, receipts and bill ``bill``: accepted, or disputed with the supplier.

    ``difference`` is the kind of difference, ``order_line`` where it is one line's, ``amount`` at stake in the bill's currency.
    """

    type: Literal["match_decision"] = "match_decision"
    bill: Code
    difference: Literal["quantity", "price", "currency", "not_ordered", "not_received"]
    order_line: Annotated[int, Field(ge=0)] = 0
    decision: Literal["accepted", "disputed"]
    owner: Short = ""
    amount: Amount = 0
    currency: str = ""
