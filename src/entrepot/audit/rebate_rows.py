"""The posted rows of tax that comes back, by document: what must follow from invoices, declarations, claims and refunds."""

# ruff: noqa: S608 - every statement is put together from our own names and integers
from __future__ import annotations

from datetime import date

from entrepot.audit.reading import Connection, Row, rows

STORED = {
    "vatinvoiceline": "line, company_id, item_id, supplier, quantity, amount, tax, currency, tax_in_cost, effective_at, "
    "recorded_at",
    "declarationline": "line, company_id, item_id, quantity, mode, hs_code, amount, currency, effective_at, recorded_at",
    "rebateclaimline": "line, company_id, invoice_line_id, COALESCE(declaration_line_id, 0), quantity, base, tax, rate_bp, "
    "amount, currency, treatment, provisional, effective_at, recorded_at",
    "rebatesettlementline": "line, company_id, claim_line_id, amount, currency, effective_at, recorded_at",
    "rebatecash": "company_id, claim_id, amount, currency, effective_at, recorded_at",
    "dutyrefundline": "line, company_id, component, bill, entry, amount, interest, currency, effective_at, recorded_at",
    "customsentry": "company_id, entry",
    "purchasestep": 'line, company_id, "order", kind, state, order_line, COALESCE(quantity, -1), COALESCE(accepted, -1), '
    "COALESCE(rework, -1), COALESCE(defects, -1), COALESCE(percent, -1), COALESCE(CAST(\"on\" AS TEXT), ''), "
    "COALESCE(amount, -9223372036854775808), currency, bill, by, effective_at, recorded_at",
    "taxregistration": "company_id, country, scheme, number, valid_from, COALESCE(valid_to, '9999-12-31'), share_numerator, "
    "share_denominator, recorded_at",
    "importterms": "company_id, importer, country, COALESCE(tax_point, '9999-12-31'), scheme, recorded_at",
    "writedownline": "line, company_id, item_id, units, cost, net_realisable, effective_at, recorded_at",
    "budgetline": "line, company_id, month, market, family, units, amount, currency, numerator, denominator, recorded_at",
    "capitalisationrule": "line, company_id, component, expense, valid_from, recorded_at",
    "taxreturned": "company_id, country, currency, amount, base_amount, way, COALESCE(period_to, '9999-12-31'), effective_at, "
    "recorded_at",
}
"""Table → what of its rows must follow from the document."""


def stored_rows(connection: Connection, low: int, high: int) -> dict[int, dict[str, list[Row]]]:
    """The rows of a slice of documents: document → table → rows."""
    found: dict[int, dict[str, list[Row]]] = {}
    for table, columns in STORED.items():
        for document, *row in rows(
            connection,
            f"SELECT document_id, {columns} FROM books_{table} WHERE document_id >= {low} AND document_id <= {high} "
            "ORDER BY document_id, id",
        ):
            plain = tuple(
                int(value) if isinstance(value, bool) else str(value) if isinstance(value, date) else value
                for value in row
            )
            found.setdefault(document, {}).setdefault(table, []).append(plain)
    return found
