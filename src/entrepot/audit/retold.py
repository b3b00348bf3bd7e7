"""Lines that were taken back and that a later version of their document has again."""

# ruff: noqa: S608 - every statement is put together from our own names
from __future__ import annotations

from entrepot.audit.reading import Connection, rows


def told_again(connection: Connection, table: str) -> list[tuple[int, int, int]]:
    """What was taken back, the same line of the document's next version that has it, and the number of that version."""
    name, line = ("movement", "n.line = o.line AND n.ordinal = o.ordinal")
    if table == "sales_line":
        name, line = ("salesline", "n.line = o.line")
    first: dict[int, tuple[int, int, int]] = {}
    for old, new, document in rows(
        connection,
        f"SELECT o.id, n.id, n.document_id FROM books_replacement r, books_{name} o, books_document d, books_document e, "
        f"books_{name} n WHERE r.new_{table}_id IS NULL AND o.id = r.{table}_id AND d.id = o.document_id "
        "AND (e.type, e.external_id, e.source, e.account) = (d.type, d.external_id, d.source, d.account) "
        f"AND e.version > d.version AND n.document_id = e.id AND {line} ORDER BY o.id, e.version",
    ):
        first.setdefault(old, (old, new, document))
    return list(first.values())
