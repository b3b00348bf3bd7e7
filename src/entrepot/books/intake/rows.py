"""Rows of the fact tables as they are written: one tuple type a table, fields named as the columns."""

from __future__ import annotations

from typing import NamedTuple

from entrepot.books import models


class DocumentRow(NamedTuple):
    id: int
    source: str
    account: str
    type: str
    external_id: str
    version: int
    company_id: int | None
    key: int
    effective_at: int
    recorded_at: int
    sha256: str
    body: bytes
    batch_id: int
    first_line: int | None
    last_line: int | None


class MovementRow(NamedTuple):
    id: int
    document_id: int
    line: int
    ordinal: int
    company_id: int
    item_id: int
    kind: int
    from_cell_id: int | None
    to_cell_id: int | None
    quantity: int
    effective_at: int
    recorded_at: int
    document_key: int
    of_id: int | None = None
    lot_id: int | None = None
    purchase_line_id: int | None = None
    sales_line_id: int | None = None
    event: int | None = None
    share: int = 0

    def content(self) -> tuple[object, ...]:
        """What makes a re-posted line the same line: not its ids, document or recording."""
        return (
            self.company_id, self.item_id, self.kind, self.from_cell_id, self.to_cell_id, self.quantity,
            self.effective_at, self.of_id, self.lot_id, self.purchase_line_id, self.share,
        )  # fmt: skip


class SalesLineRow(NamedTuple):
    id: int
    document_id: int
    line: int
    company_id: int
    shop_id: int
    item_id: int | None
    sku: str
    quantity: int
    amount: int | None
    tax: int
    currency: str
    base_amount: int | None
    rate_numerator: int
    rate_denominator: int
    rate_source: str
    ordered_at: int
    recorded_at: int
    country: str
    region: str
    status: str

    def content(self) -> tuple[object, ...]:
        return (*self[3:16], *self[17:])


class RefundLineRow(NamedTuple):
    id: int
    document_id: int
    line: int
    company_id: int
    shop_id: int | None
    sales_line_id: int | None
    item_id: int | None
    amount: int
    tax: int
    currency: str
    base_amount: int
    rate_numerator: int
    rate_denominator: int
    rate_source: str
    effective_at: int
    recorded_at: int

    def content(self) -> tuple[object, ...]:
        return self[3:15]


class CostLineRow(NamedTuple):
    id: int
    document_id: int
    line: int
    ordinal: int
    company_id: int
    component: int
    amount: int
    currency: str
    base_amount: int
    rate_numerator: int
    rate_denominator: int
    rate_date: str | None
    rate_source: str
    target_kind: str
    location_id: int | None
    shop_id: int | None
    item_id: int | None
    period_from: int | None
    period_to: int | None
    internal: bool
    estimate: bool
    effective_at: int
    recorded_at: int

    def content(self) -> tuple[object, ...]:
        return self[4:22]


class BasisRow(NamedTuple):
    id: int
    cost_line_id: int
    version: int
    kind: str
    recorded_at: int


class BasisShareRow(NamedTuple):
    id: int
    basis_id: int
    ordinal: int
    movement_id: int | None
    sales_line_id: int | None
    weight: int


class ReplacementRow(NamedTuple):
    id: int
    document_id: int
    recorded_at: int
    movement_id: int | None = None
    new_movement_id: int | None = None
    cost_line_id: int | None = None
    new_cost_line_id: int | None = None
    sales_line_id: int | None = None
    new_sales_line_id: int | None = None
    refund_line_id: int | None = None


class PurchaseLineRow(NamedTuple):
    id: int
    document_id: int
    line: int
    company_id: int
    item_id: int
    supplier: str
    quantity: int
    price_amount: int
    price_per: int
    currency: str
    destination: str
    due: str | None
    effective_at: int
    recorded_at: int


class PaymentLineRow(NamedTuple):
    id: int
    document_id: int
    line: int
    company_id: int
    supplier: str
    order_type: str
    order: str
    amount: int
    currency: str
    base_amount: int
    rate_numerator: int
    rate_denominator: int
    effective_at: int
    recorded_at: int


class ReportedStockRow(NamedTuple):
    id: int
    document_id: int
    line: int
    location_id: int
    item_id: int
    condition: str
    quantity: int
    effective_at: int
    stage: str


TABLES: dict[type[NamedTuple], type] = {
    DocumentRow: models.Document,
    PurchaseLineRow: models.PurchaseLine,
    PaymentLineRow: models.PaymentLine,
    SalesLineRow: models.SalesLine,
    RefundLineRow: models.RefundLine,
    MovementRow: models.Movement,
    CostLineRow: models.CostLine,
    BasisRow: models.Basis,
    BasisShareRow: models.BasisShare,
    ReplacementRow: models.Replacement,
    ReportedStockRow: models.ReportedStock,
}
"""Row type → model, in the order in which they are written: what is referred to comes first. (While any deferred
reference of a transaction is open, SQLite searches the children of every row that it inserts.)"""
