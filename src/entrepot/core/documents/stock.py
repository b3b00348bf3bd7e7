"""Documents that move units: opening, shipment, receipt, transfer, regrade, conversion, count, use, platform report."""

# Each document narrows `type` to its own name; pieces are frozen, which the type checker does not see.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from entrepot.core.documents.header import (
    MAX_QUANTITY,
    CellRef,
    Code,
    Condition,
    Document,
    ItemLine,
    Money,
    Piece,
    Ref,
    Short,
    Text,
    UnitPrice,
    Units,
)

Component = Literal[
    "goods", "freight", "insurance", "duty", "import_tax", "handling", "inspection", "packaging", "domestic_freight",
    "storage", "capital", "platform_fee", "payment_fee", "fulfilment", "last_mile", "advertising", "returns",
    "disposal", "loss", "software", "rebate", "other",
]  # fmt: skip


class StatedCost(Piece):
    """A cost that came with an opening layer: total for the whole line, stated rather than billed."""

    component: Component = "goods"
    money: Money


class OpeningLine(ItemLine):
    """One opening layer; without ``costs`` its cost is missing and counted as such."""

    condition: Condition = "sellable"
    label: Short = ""
    batch: Short = ""
    expiry: date | None = None
    received_on: AwareDatetime | None = None
    costs: list[StatedCost] = []


class OpeningBalance(Document):
    """Stock that stood at a place when the books began. ``importer``: who imported it, for import tax among its costs."""

    type: Literal["opening_balance"] = "opening_balance"
    location: Code
    importer: Short = ""
    lines: Annotated[list[OpeningLine], Field(min_length=1)]


class Carton(Piece):
    """``cartons`` equal cartons, the first numbered ``number``, each with ``quantity`` units of ``sku`` (mixed cartons: one line
    an item, with the same number). Weight and outer measures are of one carton."""

    number: Short = ""
    cartons: Annotated[int, Field(ge=1, le=100_000)] = 1
    sku: Code
    quantity: Units
    weight_g: Annotated[int, Field(gt=0, lt=2**31)] | None = None
    length_mm: Annotated[int, Field(gt=0, lt=2**31)] | None = None
    width_mm: Annotated[int, Field(gt=0, lt=2**31)] | None = None
    height_mm: Annotated[int, Field(gt=0, lt=2**31)] | None = None


class Shipment(Document):
    """Units leave ``origin`` into the in-transit cell of this shipment; receipts that name it take them out.

    ``id`` is the shipment number. ``effective_at`` is the departure. With ``order`` the goods come from the supplier of that
    purchase order and were never ours before: its incoterm says at which of ``picked_up_at``, ``on_board_at`` or the receipt
    they become ours (:mod:`entrepot.core.incoterms`). ``arrived_at``: at the port or border of the destination. ``importer``: the
    importer of record there (code of the company, else of whoever it is), for import tax that a bill does not say it of.
    """

    type: Literal["shipment"] = "shipment"
    origin: CellRef
    destination: Code
    mode: Literal["sea", "rail", "air", "express", "truck", "other"] = "sea"
    carrier: Short = ""
    container: Short = ""
    eta: AwareDatetime | None = None
    importer: Short = ""
    order: Ref | None = None
    picked_up_at: AwareDatetime | None = None
    on_board_at: AwareDatetime | None = None
    arrived_at: AwareDatetime | None = None
    lines: Annotated[list[ItemLine], Field(min_length=1)]
    cartons: list[Carton] = []

    @model_validator(mode="after")
    def _packed(self) -> Shipment:
        """A packing list, where there is one, holds exactly what leaves."""
        if self.cartons:
            packed, sent = Counter[str](), Counter[str]()
            for carton in self.cartons:
                packed[carton.sku] += carton.cartons * carton.quantity
            for line in self.lines:
                sent[line.sku] += line.quantity
            wrong = sorted(sku for sku in packed.keys() | sent.keys() if packed[sku] != sent[sku])
            if wrong:
                sku = wrong[0]
                raise ValueError(f"the cartons hold {packed[sku]} units of {sku}, the shipment says {sent[sku]}")
        return self


class ReceiptLine(ItemLine):
    """``order_line`` is the line of the purchase order (or of the shipment) that these units fulfil.

    ``price`` overrides the purchase order's; without either the goods cost is missing until a bill brings it.
    """

    order_line: Annotated[int, Field(ge=1)] | None = None
    condition: Condition = "sellable"
    label: Short = ""
    batch: Short = ""
    expiry: date | None = None
    price: UnitPrice | None = None


class Receipt(Document):
    """Units arrive at a place: from a supplier (a layer is born) or out of a shipment in transit.

    A receipt may be partial, over or short. Of a shipment, what exceeds it is a count surplus without cost; what
    falls short stays in transit until it arrives or is written off. ``currency`` prices the lines.
    """

    type: Literal["receipt"] = "receipt"
    location: Code
    order: Ref | None = None
    shipment: Ref | None = None
    supplier: str = ""
    currency: str = ""
    lines: Annotated[list[ReceiptLine], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_origin(self) -> Receipt:
        if self.order is not None and self.shipment is not None:
            raise ValueError("a receipt is of a purchase order or of a shipment, not of both")
        if any(line.price for line in self.lines) and not self.currency:
            raise ValueError("prices need a currency")
        return self


class LotLine(ItemLine):
    """``lot`` names the receipt or opening line whose units go first."""

    lot: Ref | None = None


class Transfer(Document):
    """Units go from one cell to another of the same company at once."""

    type: Literal["transfer"] = "transfer"
    origin: CellRef
    destination: CellRef
    lines: Annotated[list[LotLine], Field(min_length=1)]


class Regrade(Document):
    """Units change condition, label or batch at their place."""

    type: Literal["regrade"] = "regrade"
    origin: CellRef
    destination: CellRef
    reason: Text = ""
    lines: Annotated[list[LotLine], Field(min_length=1)]

    @model_validator(mode="after")
    def _same_place(self) -> Regrade:
        if self.origin.location != self.destination.location:
            raise ValueError("a regrade stays at its place; use a transfer")
        return self


class ProducedLine(ItemLine):
    """What a conversion makes; ``share`` is its weight in the cost of what was consumed."""

    share: Annotated[int, Field(gt=0, lt=2**31)] = 1


class Conversion(Document):
    """Assembly, repack, relabel or multipack: units of some items become units of others, cost by stated shares."""

    type: Literal["conversion"] = "conversion"
    purpose: Literal["assembly", "disassembly", "repack", "relabel", "multipack"] = "repack"
    cell: CellRef
    into: CellRef | None = None
    consumed: Annotated[list[LotLine], Field(min_length=1)]
    produced: Annotated[list[ProducedLine], Field(min_length=1)]


class CountLine(Piece):
    """``counted`` units stood there at the count's instant; ``expected`` is what the books said to the counter."""

    sku: Code
    counted: Annotated[int, Field(ge=0, le=MAX_QUANTITY)]
    expected: Annotated[int, Field(ge=-MAX_QUANTITY, le=MAX_QUANTITY)] | None = None
    condition: Condition = "sellable"
    label: Short = ""
    batch: Short = ""
    expiry: date | None = None
    note: Text = ""


class Count(Document):
    """A stock count of one place; the difference to ``expected`` moves units in or out."""

    type: Literal["count"] = "count"
    location: Code
    lines: Annotated[list[CountLine], Field(min_length=1)]


class StockUse(Document):
    """Units leave without a sale: written off, lost, destroyed, or used as sample, gift, replacement, internally."""

    type: Literal["stock_use"] = "stock_use"
    purpose: Literal["write_off", "lost", "destroyed", "sample", "gift", "replacement", "internal"]
    cell: CellRef
    order: Ref | None = None
    reason: Text = ""
    lines: Annotated[list[LotLine], Field(min_length=1)]


class SupplierReturn(Document):
    """Units go back to the supplier; a supplier credit aimed at it brings the money back."""

    type: Literal["supplier_return"] = "supplier_return"
    cell: CellRef
    supplier: str = ""
    lines: Annotated[list[LotLine], Field(min_length=1)]


class IntercompanyLine(LotLine):
    price: UnitPrice


class IntercompanySale(Document):
    """Units pass from ``company`` to ``buyer`` at a transfer price, physically from one cell to another."""

    type: Literal["intercompany_sale"] = "intercompany_sale"
    buyer: Code
    currency: str
    origin: CellRef
    destination: CellRef
    lines: Annotated[list[IntercompanyLine], Field(min_length=1)]

    @model_validator(mode="after")
    def _two_companies(self) -> IntercompanySale:
        if self.buyer == self.company:
            raise ValueError("buyer and seller are the same company")
        return self


Stage = Literal[
    "on_hand", "available", "reserved", "reserved_orders", "reserved_transfer", "reserved_processing", "researching",
    "inbound_working", "inbound_shipped", "inbound_receiving",
]  # fmt: skip
"""What a place says of units. ``on_hand``: all that stand there in their condition; or in parts: ``available``, ``reserved_*``
(``reserved``: the kind is not told; ``reserved_orders`` for customers, ``reserved_transfer`` between its warehouses,
``reserved_processing`` laid aside) and ``researching``. ``inbound_*`` do not stand there yet: announced, under way, being
received."""


class StockReportLine(Piece):
    """What a platform or warehouse says of its stock; it moves nothing, differences are shown."""

    sku: Code
    condition: Condition = "sellable"
    label: Short = ""
    quantity: Annotated[int, Field(ge=0, le=MAX_QUANTITY)]
    stage: Stage = "on_hand"


class StockReport(Document):
    """A place's own statement of its stock at an instant (also the source of in-stock history)."""

    type: Literal["stock_report"] = "stock_report"
    location: Code
    lines: list[StockReportLine]
