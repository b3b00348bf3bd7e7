"""What the references inside documents point to, as the books stood when the document was posted."""

# ruff: noqa: S608 - every statement is put together from our own names and integers
from __future__ import annotations

import json
from typing import Any, NamedTuple

from entrepot.audit.arithmetic import rounded
from entrepot.audit.reading import Connection, among, number, rows
from entrepot.audit.retold import told_again
from entrepot.audit.standing_costs import StandingCosts
from entrepot.audit.vocabulary import (
    ARRIVAL,
    CONVERSION_OUT,
    COUNT_SHORTAGE,
    COUNT_SURPLUS,
    DEPARTURE,
    INTERCOMPANY_RECEIPT,
    INTERCOMPANY_SALE,
    OPENING,
    RECEIPT,
    REGRADE,
    RETURN,
    SALE,
    SUPPLIER_RETURN,
    TRANSFER,
    USE,
    WRITE_OFF,
)

BORN_BY = {
    "receipt": {RECEIPT, ARRIVAL, COUNT_SURPLUS},
    "purchase_order": {RECEIPT},
    "opening_balance": {OPENING},
    "shipment": {DEPARTURE, RECEIPT},
    "transfer": {TRANSFER},
    "regrade": {REGRADE},
    "conversion": {CONVERSION_OUT},
    "count": {COUNT_SURPLUS},
    "return": {RETURN},
    "intercompany_sale": {INTERCOMPANY_RECEIPT},
}
ISSUED_BY = {
    "sales_order": {SALE},
    "supplier_return": {SUPPLIER_RETURN},
    "stock_use": {WRITE_OFF, USE},
    "count": {COUNT_SHORTAGE},
    "intercompany_sale": {INTERCOMPANY_SALE},
}


class Moved(NamedTuple):
    """A movement that a reference may mean."""

    id: int
    document: int
    line: int
    ordinal: int
    kind: int
    item: int
    quantity: int
    at: int
    source: int
    purchase_line: int


class Sold(NamedTuple):
    """A sales line that a reference may mean."""

    id: int
    document: int
    line: int
    item: int
    sku: str
    quantity: int
    base_amount: int | None


class References:
    """Looks references up in the stored rows, leaving out what did not exist yet before document ``before``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.costs = StandingCosts(connection, self)
        self._identities: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
        self.replaced: dict[str, dict[int, int]] = {}
        for column in ("movement", "cost_line", "sales_line", "refund_line"):
            self.replaced[column] = dict(
                rows(
                    connection,
                    f"SELECT {column}_id, document_id FROM books_replacement WHERE {column}_id IS NOT NULL",
                )
            )
        for pk, kind, name, source, account in rows(
            connection,
            "SELECT id, type, external_id, source, account FROM books_document WHERE type <> 'sales_order' ORDER BY id",
        ):
            self._identities.setdefault((kind, name), []).append((pk, source, account))
        self.earlier: dict[int, list[int]] = {}
        for old, new in rows(
            connection, "SELECT movement_id, new_movement_id FROM books_replacement WHERE new_movement_id IS NOT NULL"
        ):
            self.earlier.setdefault(new, []).append(old)
        for old, new, _ in told_again(connection, "movement"):
            self.earlier.setdefault(new, []).append(old)
        self._sales_known = False
        self._bodies: dict[int, dict[str, Any]] = {}
        self._sold: dict[tuple[int, ...], list[Sold]] = {}
        self._transit: dict[int, list[tuple[int, int, int, int, bool, int]]] | None = None
        self._orders: dict[int, tuple[str, str, str]] = {}
        self._lines_of: dict[tuple[str, int], list[int]] = {}
        for line, door, account, order, company in rows(
            connection,
            "SELECT p.id, d.source, d.account, d.external_id, p.company_id FROM books_purchaseline p "
            "JOIN books_document d ON d.id = p.document_id ORDER BY p.id",
        ):
            self._orders[line] = (door, account, order)
            self._lines_of.setdefault((order, company), []).append(line)

    def order_of(self, purchase_line: int) -> tuple[str, str, str]:
        """Source, account and number of the purchase order that a purchase line belongs to."""
        return self._orders[purchase_line]

    def agreed(self, order: tuple[str, str, str], currency: str, before: int) -> int:
        """What the order's latest version comes to in a currency."""
        lines = self.purchase_lines(
            [
                pk
                for pk, source, account in self._identities.get(("purchase_order", order[2]), [])
                if pk < before and (source, account) == order[:2]
            ]
        )
        latest = max((line.document for line in lines), default=0)
        return sum(
            rounded(line.price_amount * line.quantity, line.price_per)
            for line in lines
            if line.document == latest and line.currency == currency
        )

    def live(self, table: str, row: int, before: int) -> bool:
        """Had the row not been replaced when document ``before`` was posted?"""
        by = self.replaced[table].get(row)
        return by is None or by >= before

    def documents(self, ref: dict[str, Any], before: int) -> list[int]:
        """Numbers of all versions of the named document that stood in the books."""
        if ref["type"] == "sales_order" and not self._sales_known:
            self._read_sales()
        told = [
            (pk, source, account)
            for pk, source, account in self._identities.get((ref["type"], ref["id"]), [])
            if pk < before
            and (not ref.get("account") or account == ref["account"])
            and (not ref.get("source") or source == ref["source"])
        ]
        named = [pk for pk, _, _ in told]
        if len({(source, account) for _, source, account in told}) > 1:  # of one number: the own company's
            return self._own(named, before) or named
        return named

    def _own(self, documents: list[int], before: int) -> list[int]:
        """Those of the company of document ``before``."""
        return [
            pk
            for (pk,) in rows(
                self._connection,
                f"SELECT id FROM books_document WHERE id IN {among(documents)} AND company_id = "
                f"(SELECT company_id FROM books_document WHERE id = {int(before)}) ORDER BY id",
            )
        ]

    def body(self, document: int) -> dict[str, Any]:
        """A stored document as it was told."""
        if document not in self._bodies:
            found = next(iter(rows(self._connection, f"SELECT body FROM books_document WHERE id = {document}")))
            self._bodies[document] = json.loads(bytes(found[0]))
        return self._bodies[document]

    def _read_sales(self) -> None:
        self._sales_known = True
        for pk, name, source, account in rows(
            self._connection,
            "SELECT id, external_id, source, account FROM books_document WHERE type = 'sales_order' ORDER BY id",
        ):
            self._identities.setdefault(("sales_order", name), []).append((pk, source, account))

    def movements(self, ref: dict[str, Any], side: str, before: int) -> list[Moved]:
        """Live movements of the named document (line): what gave birth, or what took out; in line order."""
        kinds = (BORN_BY if side == "births" else ISSUED_BY).get(ref["type"], set())
        documents = self.documents(ref, before)
        if not documents:
            return []
        where = f"document_id IN {among(documents)}"
        if ref["type"] == "purchase_order":
            lines = [row.id for row in self.purchase_lines(documents) if ref.get("line") in (None, row.line)]
            if not lines:
                return []
            where = f"purchase_line_id IN {among(lines)}"
        found = [row for row in self._moved(where) if row.kind in kinds and row.document < before]
        if ref["type"] == "purchase_order":
            found.sort(key=lambda row: row.id)
        elif ref.get("line") is not None:
            found = [row for row in found if row.line == ref["line"]]
        return [row for row in found if self.live("movement", row.id, before)]

    def _moved(self, where: str) -> list[Moved]:
        statement = (
            "SELECT id, document_id, line, ordinal, kind, item_id, quantity, effective_at, from_cell_id, "
            f"purchase_line_id FROM books_movement WHERE {where} ORDER BY line, ordinal, id"
        )
        return [Moved._make((*row[:8], number(row[8]), number(row[9]))) for row in rows(self._connection, statement)]

    def in_transit(self, cell: int, before: int) -> tuple[dict[int, int], dict[int, int]]:
        """Of a transit cell: units that departed into it or became ours there, and units taken out of it, by item."""
        if self._transit is None:
            self._transit = {}
            for pk, document, item, kind, source, target, units in rows(
                self._connection,
                "SELECT m.id, m.document_id, m.item_id, m.kind, m.from_cell_id, m.to_cell_id, m.quantity "
                "FROM books_movement m WHERE m.from_cell_id IN (SELECT id FROM books_cell WHERE transit <> '') "
                "OR m.to_cell_id IN (SELECT id FROM books_cell WHERE transit <> '')",
            ):
                for end in {source, target} - {None}:
                    self._transit.setdefault(end, []).append((pk, document, item, kind, end == source, units))
        sent: dict[int, int] = {}
        taken: dict[int, int] = {}
        for pk, document, item, kind, leaves, units in self._transit.get(cell, ()):
            if document >= before or not self.live("movement", pk, before):
                continue
            if leaves:
                taken[item] = taken.get(item, 0) + units
            elif kind in (DEPARTURE, RECEIPT):
                sent[item] = sent.get(item, 0) + units
        return sent, taken

    def returned(self, sale: int, before: int, without: set[int]) -> int:
        """Units of a sale, also as told before its corrections, that came back by documents before this one and not by
        ``without``."""
        told, earlier = {sale}, [sale]
        while earlier:
            earlier = [old for new in earlier for old in self.earlier.get(new, ()) if old not in told]
            told |= set(earlier)
        return sum(
            units
            for pk, document, units in rows(
                self._connection,
                "SELECT id, document_id, quantity FROM books_movement "
                f"WHERE of_id IN {among(sorted(told))} AND kind = {RETURN}",
            )
            if document < before and document not in without and self.live("movement", pk, before)
        )

    def sales_lines(self, ref: dict[str, Any], before: int) -> list[Sold]:
        """Live lines of a sales order, in line order."""
        documents = tuple(self.documents(ref, before))
        if not documents:
            return []
        if documents not in self._sold:
            if len(self._sold) > 50_000:
                self._sold.clear()
            self._sold[documents] = [
                Sold(pk, document, line, number(item), sku, quantity, base)
                for pk, document, line, item, sku, quantity, base in rows(
                    self._connection,
                    "SELECT id, document_id, line, item_id, sku, quantity, base_amount FROM books_salesline "
                    f"WHERE document_id IN {among(documents)} ORDER BY line, id",
                )
            ]
        wanted = ref.get("line")
        return [
            row
            for row in self._sold[documents]
            if wanted in (None, row.line) and self.live("sales_line", row.id, before)
        ]

    def paid_before(self, payments: set[int]) -> list[tuple[str, str, int]]:
        """(type of what was paid, its number, when) of earlier versions of a payment."""
        if not payments:
            return []
        return [
            (kind, order, at)
            for kind, order, at in rows(
                self._connection,
                'SELECT order_type, "order", effective_at FROM books_paymentline '
                f"WHERE document_id IN {among(sorted(payments))}",
            )
        ]

    def receipts_of(self, order: str, company: int) -> list[int]:
        """Receipt movements that fulfil a company's purchase order, by its number."""
        return [
            pk
            for (pk,) in rows(
                self._connection,
                "SELECT id FROM books_movement WHERE purchase_line_id IN "
                f"{among(self._lines_of.get((order, company), [0]))}",
            )
        ]

    def purchase_lines(self, documents: list[int]) -> list[PurchaseLine]:
        """Lines of purchase orders."""
        if not documents:
            return []
        return [
            PurchaseLine(*row)
            for row in rows(
                self._connection,
                "SELECT id, document_id, line, item_id, quantity, price_amount, price_per, currency, "
                f"company_id FROM books_purchaseline WHERE document_id IN {among(documents)} ORDER BY document_id, line",
            )
        ]


class PurchaseLine(NamedTuple):
    """An ordered line."""

    id: int
    document: int
    line: int
    item: int
    quantity: int
    price_amount: int
    price_per: int
    currency: str
    company: int
