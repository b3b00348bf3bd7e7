"""Facts are only appended: the database itself refuses to update or delete them.

One trigger per fact table and operation. ``unprotect`` exists for moving a whole company to another database and for
test runners that empty tables between tests; the application never calls it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FIRST = (
    "document", "movement", "replacement", "reversed", "salesline", "refundline", "costline", "basis", "basisshare", "fxrate",
    "period", "purchaseline", "paymentline", "shipment", "reportedstock", "signalvalue", "auditentry",
)  # fmt: skip
REBATES = (
    "vatinvoiceline", "declarationline", "rebateclaimline", "rebatesettlementline", "rebatecash", "customsentry",
    "dutyrefundline",
)  # fmt: skip
IMPORT_TAX = ("taxregistration", "importterms", "taxorigin", "taxreturned")
PURCHASES = ("purchasestep",)
CLOSING = ("writedownline", "budgetline")
POLICIES = ("capitalisationrule",)
FACTS = FIRST + REBATES + IMPORT_TAX + PURCHASES + CLOSING + POLICIES
_MESSAGE = "facts are only appended"


def protect(connection: Any, tables: Sequence[str] = FACTS) -> None:
    """Install the triggers of ``tables`` (a migration: of those that it makes)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION books_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$"
            )
            for table in tables:
                cursor.execute(
                    f"CREATE TRIGGER books_{table}_fact BEFORE UPDATE OR DELETE OR TRUNCATE ON books_{table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION books_refuse()"
                )
            return
        for table in tables:
            for operation in ("UPDATE", "DELETE"):
                cursor.execute(
                    f"CREATE TRIGGER books_{table}_no_{operation.lower()} BEFORE {operation} ON books_{table} "
                    f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
                )


def unprotect(connection: Any, tables: Sequence[str] = FACTS) -> None:
    """Remove the triggers."""
    with connection.cursor() as cursor:
        for table in tables:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS books_{table}_fact ON books_{table}")
            else:
                for operation in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS books_{table}_no_{operation}")
