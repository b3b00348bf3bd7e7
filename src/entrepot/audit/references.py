"""What the references inside documents point to, as the books stood when the document was posted."""

# ruff: noqa: S608 - every statement is put together from our own names and integers
from __future__ import annotations

from typing import Any, NamedTuple

from entrepot.audit.reading import Connection, among, number, rows
from entrepot.audit.retold import told_again
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
    "shipment": {DEPARTURE},
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
        self._identities: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
        self._replaced: dict[str, dict[int, int]] = {}
        for column in ("movement", "cost_line", "sales_line", "refund_line"):
            self._replaced[column] = dict(
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
        self._earlier: dict[int, list[int]] = {}
        for old, new in rows(
            connection, "SELECT movement_id, new_movement_id FROM books_replacement WHERE new_movement_id IS NOT NULL"
        ):
            self._earlier.setdefault(new, []).append(old)
        for old, new, _ in told_again(connection, "movement"):
            self._earlier.setdefault(new, []).append(old)
        self._sales_known = False
        self._sold: dict[tuple[int, ...], list[Sold]] = {}
        self._transit: dict[int, list[tuple[int, int, int, int, bool, int]]] | None = None
        self._orders: dict[int, str] = dict(
            rows(
                connection,
                "SELECT p.id, d.external_id FROM books_purchaseline p JOIN books_document d ON d.id = p.document_id",
            )
        )

        self._lines_of: dict[str, list[int]] = {}
        for line, order in self._orders.items():
            self._lines_of.setdefault(order, []).append(line)

    def order_of(self, purchase_line: int) -> str:
        """Number of the purchase order that a purchase line belongs to."""
        return self._orders[purchase_line]

    def live(self, table: str, row: int, before: int) -> bool:
        """Had the row not been replaced when document ``before`` was posted?"""
        by = self._replaced[table].get(row)
        return by is None or by >= before

    def documents(self, ref: dict[str, Any], before: int) -> list[int]:
        """Numbers of all versions of the named document that stood in the books."""
        if ref["type"] == "sales_order" and not self._sales_known:
            self._read_sales()
        return [
            pk
            for pk, source, account in self._identities.get((ref["type"], ref["id"]), [])
            if pk < before
            and (not ref.get("account") or account == ref["account"])
            and (not ref.get("source") or source == ref["source"])
        ]

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
        """Of a transit cell: units that departed into it, and units taken out of it, by item."""
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
            elif kind == DEPARTURE:
                sent[item] = sent.get(item, 0) + units
        return sent, taken

    def returned(self, sale: int, before: int, without: set[int]) -> int:
        """Units of a sale, also as told before its corrections, that came back by documents before this one and not by
        ``without``."""
        told, earlier = {sale}, [sale]
        while earlier:
            earlier = [old for new in earlier for old in self._earlier.get(new, ()) if old not in told]
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

    def estimates(self, movements: list[int], before: int) -> list[Promised]:
        """Live goods lines that an order promised for these movements, in the order of their numbers."""
        if not movements:
            return []
        last = movements = list(movements)
        while last:  # what a corrected movement was told by before: what was aimed at that counts for it
            last = [old for new in last for old in self._earlier.get(new, ())]
            movements = movements + last
        found = rows(
            self._connection,
            "SELECT DISTINCT c.id, c.document_id, c.amount, c.currency, c.base_amount, c.effective_at "
            "FROM books_costline c JOIN books_basis b ON b.cost_line_id = c.id "
            "JOIN books_basisshare s ON s.basis_id = b.id "
            f"WHERE c.component = 0 AND c.estimate AND s.movement_id IN {among(movements)} ORDER BY c.id",
        )
        return [Promised(*row) for row in found if row[1] < before and self.live("cost_line", row[0], before)]

    def costed_from(self, purchase_lines: list[int], before: int) -> list[tuple[Promised, int, int]]:
        """Live goods lines at these lines' prices, not billed; units of what came in and the purchase line it fulfils."""
        if not purchase_lines:
            return []
        found = rows(
            self._connection,
            "SELECT c.id, c.document_id, c.amount, c.currency, c.base_amount, c.effective_at, m.quantity, "
            "m.purchase_line_id FROM books_costline c JOIN books_document d ON d.id = c.document_id "
            "JOIN books_basis b ON b.cost_line_id = c.id JOIN books_basisshare s ON s.basis_id = b.id "
            "JOIN books_movement m ON m.id = s.movement_id "
            "WHERE c.component = 0 AND c.estimate AND (d.type IN ('receipt', 'payment', 'purchase_order') OR "
            "(d.type = 'reversal' AND EXISTS (SELECT 1 FROM books_costline p JOIN books_document e ON "
            "e.id = p.document_id JOIN books_basis q ON q.cost_line_id = p.id JOIN books_basisshare t ON "
            "t.basis_id = q.id WHERE e.type IN ('receipt', 'payment', 'purchase_order') AND p.component = 0 "
            "AND t.movement_id = s.movement_id AND (p.amount, p.currency, p.base_amount, p.effective_at) = "
            "(c.amount, c.currency, c.base_amount, c.effective_at)))) "
            f"AND m.purchase_line_id IN {among(purchase_lines)} ORDER BY c.id",
        )
        return [
            (Promised(*row[:6]), row[6], row[7])
            for row in found
            if row[1] < before and self.live("cost_line", row[0], before)
        ]

    def targets(self, cost_line: int) -> tuple[tuple[int, int], ...]:
        """(movement, weight) of a cost line's first basis."""
        return tuple(
            rows(
                self._connection,
                "SELECT s.movement_id, s.weight FROM books_basisshare s JOIN books_basis b ON b.id = s.basis_id "
                f"WHERE b.cost_line_id = {cost_line} AND b.version = 1 ORDER BY s.ordinal",
            )
        )

    def cost_lines(self, ref: dict[str, Any], component: int, before: int) -> list[int]:
        """Live cost lines of a component in the named document (line), or brought back in their place."""
        documents = self.documents(ref, before)
        if not documents:
            return []
        line = f"AND line = {int(ref['line'])}" if ref.get("line") is not None else ""
        found = set()
        for (pk,) in rows(
            self._connection,
            f"SELECT id FROM books_costline WHERE document_id IN {among(documents)} AND document_id < {before} "
            f"AND component = {component} {line}",
        ):
            now = self.standing(pk, before)
            if now is not None and (now[1] in documents or now[2] == "reversal"):
                found.add(now[0])
        return sorted(found)

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

    def taken_over(self, older: set[int], before: int) -> dict[tuple[int, int], tuple[int, str]]:
        """(line, ordinal) of cost lines of ``older`` documents whose place a line of another document has: that line and
        the type of its document."""
        if not older:
            return {}
        found: dict[tuple[int, int], tuple[int, str]] = {}
        for line, ordinal, pk in rows(
            self._connection,
            "SELECT c.line, c.ordinal, c.id FROM books_costline c "
            "JOIN books_replacement r ON r.cost_line_id = c.id JOIN books_costline n ON n.id = r.new_cost_line_id "
            f"WHERE c.document_id IN {among(sorted(older))} AND n.document_id NOT IN {among(sorted(older))} "
            f"AND r.document_id < {before} ORDER BY c.id",
        ):
            now = self.standing(pk, before)
            if now is not None and now[1] not in older:
                found[line, ordinal] = (now[0], now[2])
        return found

    def standing(self, cost_line: int, before: int) -> tuple[int, int, str] | None:
        """The cost line that counted in the place of this one, its document and that one's type: what replaced it, and
        after a withdrawal the copy of what counts again."""
        told = [cost_line]
        while not self.live("cost_line", told[-1], before):
            ((following,),) = rows(
                self._connection, f"SELECT new_cost_line_id FROM books_replacement WHERE cost_line_id = {told[-1]}"
            )
            if following is None:
                following = self._copied(told[:-1], self._replaced["cost_line"][told[-1]])
            if following is None:
                return None
            told.append(following)
        return next(
            rows(
                self._connection,
                "SELECT c.id, d.id, d.type FROM books_document d JOIN books_costline c ON c.document_id = d.id "
                f"WHERE c.id = {told[-1]}",
            )
        )

    def _copied(self, told: list[int], withdrawal: int) -> int | None:
        """The line that a withdrawal posted again of one of these, with its money and its targets."""
        for line in told:
            for (copy,) in rows(
                self._connection,
                "SELECT w.id FROM books_costline w, books_costline c WHERE (w.company_id, w.component, w.amount, "
                "w.currency, w.base_amount, w.target_kind, w.effective_at) = (c.company_id, c.component, c.amount, "
                "c.currency, c.base_amount, c.target_kind, c.effective_at) "
                f"AND c.id = {line} AND w.document_id = {withdrawal} ORDER BY w.id",
            ):
                if self._aim(copy) == self._aim(line):
                    return copy
        return None

    def _aim(self, cost_line: int) -> list[tuple[Any, ...]]:
        found = rows(
            self._connection,
            "SELECT b.version, s.movement_id, s.sales_line_id, s.weight FROM books_basis b JOIN books_basisshare s "
            f"ON s.basis_id = b.id WHERE b.cost_line_id = {cost_line} ORDER BY b.version DESC, s.ordinal",
        )
        shares = list(found)
        return [share[1:] for share in shares if share[0] == shares[0][0]]

    def revived(self, cost_line: int) -> list[tuple[Any, ...]]:
        """What a withdrawn cost line, or an earlier version of it, had replaced in other documents: cost rows without
        their line number, to be posted again."""
        found: list[tuple[Any, ...]] = []
        for old, same, *row in rows(
            self._connection,
            "SELECT c.id, CASE WHEN d.type = n.type AND d.key = n.key THEN 1 ELSE 0 END, c.company_id, c.component, "
            "c.amount, c.currency, c.base_amount, c.target_kind, COALESCE(c.location_id, 0), COALESCE(c.shop_id, 0), "
            "COALESCE(c.item_id, 0), COALESCE(c.period_from, 0), COALESCE(c.period_to, 0), c.internal, c.estimate, "
            "c.effective_at FROM books_replacement r JOIN books_costline c ON c.id = r.cost_line_id "
            "JOIN books_document d ON d.id = c.document_id JOIN books_costline w ON w.id = r.new_cost_line_id "
            "JOIN books_document n ON n.id = w.document_id "
            f"WHERE r.new_cost_line_id = {cost_line} AND r.document_id = w.document_id ORDER BY c.id",
        ):
            if same:
                found += self.revived(old)
                continue
            shares = list(
                rows(
                    self._connection,
                    "SELECT b.version, b.kind, COALESCE(s.movement_id, s.sales_line_id), s.weight FROM books_basis b "
                    f"JOIN books_basisshare s ON s.basis_id = b.id WHERE b.cost_line_id = {old} "
                    "ORDER BY b.version DESC, s.ordinal",
                )
            )
            latest = [share for share in shares if share[0] == shares[0][0]]
            targets = tuple((target, weight) for _, _, target, weight in latest)
            found.append((*row[:11], int(row[11]), int(row[12]), row[13], latest[0][1] if latest else "", targets))
        return found

    def receipts_of(self, order: str) -> list[int]:
        """Receipt movements that fulfil a purchase order, by its number."""
        return [
            pk
            for (pk,) in rows(
                self._connection,
                f"SELECT id FROM books_movement WHERE purchase_line_id IN {among(self._lines_of.get(order, [0]))}",
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
                "SELECT id, document_id, line, item_id, quantity, price_amount, price_per, currency FROM "
                f"books_purchaseline WHERE document_id IN {among(documents)} ORDER BY document_id, line",
            )
        ]


class Promised(NamedTuple):
    """A goods cost taken from an order."""

    id: int
    document: int
    amount: int
    currency: str
    base_amount: int
    at: int


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
