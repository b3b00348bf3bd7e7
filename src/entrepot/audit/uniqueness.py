"""What may stand once only stands once: versions of documents, batches' counts, bases, replacements, figures."""

# ruff: noqa: S608 - every statement is put together from our own names
from __future__ import annotations

from entrepot.audit.reading import Connection, rows
from entrepot.audit.report import CheckReport

ONCE = (
    ("D", "books_movement", "document_id, line, ordinal"),
    ("D", "books_costline", "document_id, line, ordinal"),
    ("D", "books_salesline", "document_id, line"),
    ("D", "books_refundline", "document_id, line"),
    ("D", "books_basis", "cost_line_id, version"),
    ("D", "books_basisshare", "basis_id, ordinal"),
    ("D", "books_replacement", "movement_id"),
    ("D", "books_replacement", "cost_line_id"),
    ("D", "books_replacement", "sales_line_id"),
    ("D", "books_replacement", "refund_line_id"),
    ("D", "books_reversed", "document_id"),
    ("D", "books_fxrate", "document_id"),
    ("D", "books_shipment", "document_id"),
    ("D", "books_period", "document_id"),
    ("D", "books_purchaseline", "document_id, line"),
    ("D", "books_paymentline", "document_id, line"),
    ("D", "books_purchasestep", "document_id, line"),
    ("D", "books_vatinvoiceline", "document_id, line"),
    ("D", "books_declarationline", "document_id, line"),
    ("D", "books_rebateclaimline", "document_id, line"),
    ("D", "books_rebatesettlementline", "document_id, line"),
    ("D", "books_rebatecash", "document_id"),
    ("D", "books_customsentry", "document_id"),
    ("D", "books_dutyrefundline", "document_id, line"),
    ("B", "books_waiting", "movement_id"),
    ("V", "books_salefigure", "movement_id"),
    ("V", "books_stockfigure", "item_id, cell_id"),
)
"""Identity, table and the columns that name a row; the database holds these too, but a broken one may not."""


def once(connection: Connection, report: CheckReport) -> None:
    """Rows that stand more than once; documents whose versions have gaps; batches that do not add up."""
    for identity, table, columns in ONCE:
        first = columns.split(",")[0]
        for *key, count in rows(
            connection,
            f"SELECT {columns}, COUNT(*) FROM {table} WHERE {first} IS NOT NULL GROUP BY {columns} HAVING COUNT(*) > 1",
        ):
            report.add(identity, f"{table} {columns} = {key}", "one row", count)
    for source, account, kind, name, count, last in rows(
        connection,
        "SELECT source, account, type, external_id, COUNT(*), MAX(version) FROM books_document "
        "GROUP BY source, account, type, external_id HAVING COUNT(*) <> MAX(version)",
    ):
        report.add("D", f"versions of {kind} {name} ({source}, {account})", last, count)
    for line, count, last in rows(
        connection,
        "SELECT cost_line_id, COUNT(*), MAX(version) FROM books_basis GROUP BY cost_line_id "
        "HAVING COUNT(*) <> MAX(version)",
    ):
        report.add("D", f"versions of the basis of cost line {line}", last, count)
    for batch, posted, count in rows(
        connection,
        "SELECT b.id, b.posted, (SELECT COUNT(*) FROM books_document d WHERE d.batch_id = b.id) FROM books_batch b",
    ):
        report.compare("D", f"documents posted by batch {batch}", posted, count)
