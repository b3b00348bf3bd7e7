# ruff: noqa: S608 - statements, put together from our own names
"""Hashes of what the books hold, by content: equal for equal facts, whatever the order or numbers of their rows.

Each row is written with codes in place of row numbers and hashed; the hashes are added up modulo 2²⁵⁶, so that the
order does not matter and a row that stands twice counts twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from entrepot.audit.reading import Connection, from_json, rows

_MODULUS = 2**256
_DOCUMENT = "d.source, d.account, d.type, d.external_id, d.version"
_CELL = "{0}c.code, {0}l.code, {0}.condition, {0}.label, {0}.batch, {0}.expiry_key, {0}.transit"

_RETURNED = {
    "vatinvoiceline": "t.line, t.quantity, t.amount, t.tax, t.currency, t.tax_in_cost, t.recorded_at",
    "declarationline": "t.line, t.quantity, t.mode, t.amount, t.currency, t.recorded_at",
    "rebateclaimline": "t.line, t.quantity, t.base, t.tax, t.rate_bp, t.amount, t.treatment, t.provisional, t.recorded_at",
    "rebatesettlementline": "t.line, t.amount, t.currency, t.recorded_at",
    "rebatecash": "t.amount, t.currency, t.recorded_at",
    "customsentry": "t.entry",
    "purchasestep": 't.line, t."order", t.state, t.order_line, t.quantity, t.accepted, t.amount, t.bill, t.recorded_at',
    "taxregistration": "t.country, t.scheme, t.number, CAST(t.valid_from AS TEXT), CAST(t.valid_to AS TEXT), t.share_numerator, "
    "t.share_denominator, t.recorded_at",
    "importterms": "t.importer, t.country, CAST(t.tax_point AS TEXT), t.scheme, t.recorded_at",
    "taxreturned": "t.country, t.currency, t.amount, t.base_amount, t.way, t.recorded_at",
    "writedownline": "t.line, t.units, t.cost, t.net_realisable, t.recorded_at",
    "capitalisationrule": "t.line, t.component, t.expense, CAST(t.valid_from AS TEXT)",
    "budgetline": "t.line, t.month, t.market, t.family, t.units, t.amount, t.currency, t.numerator, t.denominator",
    "dutyrefundline": "t.line, t.component, t.bill, t.entry, t.amount, t.interest, t.recorded_at",
}
"""Tax that comes back: table → what of its rows counts."""


def _cell(name: str, column: str) -> tuple[str, str]:
    """Columns and joins that name a cell by content."""
    joins = (
        f"LEFT JOIN books_cell {name} ON {name}.id = {column} "
        f"LEFT JOIN books_company {name}c ON {name}c.id = {name}.company_id "
        f"LEFT JOIN books_location {name}l ON {name}l.id = {name}.location_id "
    )
    return _CELL.format(name), joins


def _facts() -> Iterable[tuple[str, str]]:
    """Table → statement that selects its rows by content."""
    left, left_joins = _cell("f", "m.from_cell_id")
    right, right_joins = _cell("t", "m.to_cell_id")
    document = "JOIN books_document d ON d.id = {}.document_id "
    yield "document", f"SELECT {_DOCUMENT}, d.key, d.effective_at, d.recorded_at, d.sha256 FROM books_document d"
    yield (
        "movement",
        (
            f"SELECT {_DOCUMENT}, m.line, m.ordinal, c.code, i.sku, m.kind, {left}, {right}, m.quantity, m.effective_at, "
            "m.recorded_at, m.share, m.event IS NULL, od.type, od.external_id, o.line, o.ordinal, vd.external_id, v.line "
            f"FROM books_movement m {document.format('m')} JOIN books_company c ON c.id = m.company_id "
            f"JOIN books_item i ON i.id = m.item_id {left_joins} {right_joins} "
            "LEFT JOIN books_movement o ON o.id = m.of_id LEFT JOIN books_document od ON od.id = o.document_id "
            "LEFT JOIN books_movement v ON v.id = m.lot_id LEFT JOIN books_document vd ON vd.id = v.document_id"
        ),
    )
    yield (
        "sales line",
        (
            f"SELECT {_DOCUMENT}, s.line, s.sku, i.sku, s.quantity, s.amount, s.tax, s.currency, s.base_amount, s.status, "
            f"s.ordered_at, s.recorded_at FROM books_salesline s {document.format('s')} "
            "LEFT JOIN books_item i ON i.id = s.item_id"
        ),
    )
    yield (
        "refund line",
        (
            f"SELECT {_DOCUMENT}, r.line, r.amount, r.tax, r.currency, r.base_amount, r.effective_at, r.recorded_at "
            f"FROM books_refundline r {document.format('r')}"
        ),
    )
    yield (
        "cost line",
        (
            f"SELECT {_DOCUMENT}, k.line, k.ordinal, c.code, k.component, k.amount, k.currency, k.base_amount, "
            "k.target_kind, k.period_from, k.period_to, k.internal, k.estimate, k.effective_at, k.recorded_at "
            f"FROM books_costline k {document.format('k')} JOIN books_company c ON c.id = k.company_id"
        ),
    )
    yield (
        "share",
        (
            f"SELECT {_DOCUMENT}, k.line, k.ordinal, b.version, b.kind, b.recorded_at, s.ordinal, s.weight, "
            "md.type, md.external_id, md.version, m.line, m.ordinal, sd.external_id, sl.line FROM books_basisshare s "
            f"JOIN books_basis b ON b.id = s.basis_id JOIN books_costline k ON k.id = b.cost_line_id {document.format('k')}"
            " "
            "LEFT JOIN books_movement m ON m.id = s.movement_id LEFT JOIN books_document md ON md.id = m.document_id "
            "LEFT JOIN books_salesline sl ON sl.id = s.sales_line_id "
            "LEFT JOIN books_document sd ON sd.id = sl.document_id"
        ),
    )
    yield (
        "purchase line",
        (
            f"SELECT {_DOCUMENT}, p.line, p.quantity, p.price_amount, p.price_per, p.currency, p.recorded_at "
            f"FROM books_purchaseline p {document.format('p')}"
        ),
    )
    yield (
        "payment line",
        (
            f'SELECT {_DOCUMENT}, p.line, p.order_type, p."order", p.amount, p.base_amount, p.recorded_at '
            f"FROM books_paymentline p {document.format('p')}"
        ),
    )
    for table, columns in _RETURNED.items():
        yield table, f"SELECT {_DOCUMENT}, {columns} FROM books_{table} t {document.format('t')}"
    yield (
        "rate",
        (
            f"SELECT {_DOCUMENT}, r.base, r.quote, r.numerator, r.denominator, r.purpose, r.recorded_at "
            f"FROM books_fxrate r {document.format('r')}"
        ),
    )
    yield (
        "period",
        (
            f"SELECT {_DOCUMENT}, p.starts, p.ends, p.version, p.reported, p.recorded_at "
            f"FROM books_period p {document.format('p')}"
        ),
    )
    for table in ("movement", "cost_line", "sales_line", "refund_line"):
        name = table.replace("_", "")
        yield (
            f"replaced {table}",
            (
                f"SELECT {_DOCUMENT}, o.line, od.type, od.external_id, od.version, r.recorded_at FROM books_replacement r "
                f"{document.format('r')} JOIN books_{name} o ON o.id = r.{table}_id "
                "JOIN books_document od ON od.id = o.document_id"
            ),
        )


def _figures() -> Iterable[tuple[str, str]]:
    """The closing figures: stock by cell, what sales and other issues cost."""
    cell, joins = _cell("t", "s.cell_id")
    costs = (
        "{0}.purchase, {0}.first_leg, {0}.duty_tax, {0}.storage, {0}.capital, {0}.selling, {0}.unsalable, "
        "{0}.book_cost, {0}.uncosted, {0}.missing"
    )
    yield (
        "stock",
        (
            f"SELECT i.sku, {cell}, s.units, s.oldest_at, s.layers, {costs.format('s')} FROM books_stockfigure s "
            f"JOIN books_item i ON i.id = s.item_id {joins}"
        ),
    )
    yield (
        "sale",
        (
            "SELECT d.source, d.account, d.type, d.external_id, m.line, m.ordinal, i.sku, s.day, s.quantity, s.returned, "
            f"s.net, s.refunded, {costs.format('s')} FROM books_salefigure s JOIN books_movement m ON m.id = s.movement_id "
            "JOIN books_document d ON d.id = m.document_id JOIN books_item i ON i.id = s.item_id"
        ),
    )
    yield (
        "margin",
        (
            "SELECT i.sku, c.code, h.code, s.country, s.month, s.reason, s.sales, s.quantity, s.returned, s.net, "
            f"s.net_unknown, s.refunded, {costs.format('s')} FROM books_marginfigure s "
            "JOIN books_item i ON i.id = s.item_id JOIN books_company c ON c.id = s.company_id "
            "LEFT JOIN books_shop h ON h.id = s.shop_id"
        ),
    )
    cell, joins = _cell("t", "b.cell_id")
    yield (
        "balance",
        (
            f"SELECT i.sku, {cell}, b.on_hand, b.reserved FROM books_balance b JOIN books_item i ON i.id = b.item_id "
            f"{joins} WHERE b.on_hand <> 0 OR b.reserved <> 0"
        ),
    )


def ledger_hash(connection: Connection) -> str:
    """Hash of all facts: the same documents in the same order of recording give the same hash in any database."""
    return _sum(connection, _facts())


def figures_hash(connection: Connection) -> str:
    """Hash of balances and figures: what a shuffled delivery must leave as it is."""
    return _sum(connection, _figures())


def _sum(connection: Connection, statements: Iterable[tuple[str, str]]) -> str:
    total = 0
    for table, statement in statements:
        for row in rows(connection, statement):
            text = repr((table, *(_plain(value) for value in row)))
            total += int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return f"{total % _MODULUS:064x}"


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.startswith("["):
        return from_json(value)
    return value
