# ruff: noqa: S608 - every statement is put together from our own names and integers
"""The posted rows of a slice of documents, read in the order of the fields that :mod:`entrepot.audit.expected` derives."""

from __future__ import annotations

from collections import defaultdict

from entrepot.audit.reading import Connection, Row, among, number, rows
from entrepot.audit.rebate_rows import stored_rows

_MOVES = (
    "document_id, id, line, ordinal, company_id, item_id, kind, COALESCE(from_cell_id, 0), COALESCE(to_cell_id, 0), "
    "quantity, effective_at, COALESCE(of_id, 0), COALESCE(lot_id, 0), COALESCE(purchase_line_id, 0), "
    "COALESCE(event, 0), share, recorded_at, document_key, COALESCE(sales_line_id, 0)"
)
_SALES = (
    "document_id, id, line, company_id, shop_id, COALESCE(item_id, 0), sku, quantity, amount, tax, currency, "
    "base_amount, ordered_at, country, region, status, recorded_at"
)
_REFUNDS = (
    "document_id, id, line, company_id, COALESCE(shop_id, 0), COALESCE(sales_line_id, 0), COALESCE(item_id, 0), "
    "amount, tax, currency, base_amount, effective_at, recorded_at"
)
_COSTS = (
    "document_id, id, line, ordinal, company_id, component, amount, currency, base_amount, target_kind, "
    "COALESCE(location_id, 0), COALESCE(shop_id, 0), COALESCE(item_id, 0), COALESCE(period_from, 0), "
    "COALESCE(period_to, 0), internal, estimate, effective_at, recorded_at"
)
_PURCHASES = (
    "document_id, id, line, company_id, item_id, supplier, quantity, price_amount, price_per, currency, destination, "
    "due, effective_at, recorded_at"
)
_PAYMENTS = (
    'document_id, id, line, company_id, supplier, order_type, "order", amount, currency, base_amount, effective_at, '
    "recorded_at"
)
_REPORTED = "document_id, id, line, location_id, item_id, condition, quantity, effective_at, stage"
_RESERVED = "document_id, id, line, item_id, cell_id, quantity, shortfall, released_at"


class Stored:
    """The posted rows of one slice of documents, by document."""

    def __init__(self, connection: Connection, low: int, high: int) -> None:
        def by_document(table: str, columns: str, order: str = "line") -> dict[int, list[Row]]:
            found: dict[int, list[Row]] = defaultdict(list)
            for row in rows(
                connection,
                f"SELECT {columns} FROM books_{table} WHERE document_id >= {low} AND document_id <= {high} "
                f"ORDER BY document_id, {order}",
            ):
                found[row[0]].append(row)
            return found

        self.moves = by_document("movement", _MOVES, "line, ordinal")
        self.sales = by_document("salesline", _SALES)
        self.refunds = by_document("refundline", _REFUNDS)
        self.costs = by_document("costline", _COSTS, "line, ordinal")
        self.purchases = by_document("purchaseline", _PURCHASES)
        self.payments = by_document("paymentline", _PAYMENTS)
        self.reported = by_document("reportedstock", _REPORTED)
        self.rebates = stored_rows(connection, low, high)
        self.reserved = by_document("reservation", _RESERVED, "line, id")
        self.replaced = by_document(
            "replacement",
            "document_id, movement_id, new_movement_id, cost_line_id, new_cost_line_id, sales_line_id, "
            "new_sales_line_id, refund_line_id, recorded_at",
            "id",
        )
        self.bases = bases(connection, [row[1] for entries in self.costs.values() for row in entries])


def bases(
    connection: Connection, lines: list[int], known: int = 0
) -> dict[int, tuple[str, tuple[tuple[int, int], ...]]]:
    """Cost line → kind and (target, weight) of its first basis, or of the latest that was recorded before ``known``."""
    found: dict[int, tuple[str, list[tuple[int, int]]]] = {}
    latest: dict[int, int] = {}
    for start in range(0, len(lines), 5000):
        part = among(lines[start : start + 5000])
        for line, version, kind, movement, sold, weight in rows(
            connection,
            "SELECT b.cost_line_id, b.version, b.kind, s.movement_id, s.sales_line_id, s.weight FROM books_basis b "
            f"JOIN books_basisshare s ON s.basis_id = b.id WHERE b.cost_line_id IN {part} "
            f"AND (b.version = 1 OR b.recorded_at < {known}) ORDER BY b.cost_line_id, b.version, s.ordinal",
        ):
            if latest.setdefault(line, version) != version:
                latest[line] = version
                del found[line]
            found.setdefault(line, (kind, []))[1].append((number(movement) or number(sold), weight))
    return {line: (kind, tuple(targets)) for line, (kind, targets) in found.items()}
