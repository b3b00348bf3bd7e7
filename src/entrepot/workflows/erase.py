"""Forgetting a buyer: the keys of his data are destroyed, what the order sold and cost stays."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q

from entrepot.books import audit_trail, models
from entrepot.books.intake import personal
from entrepot.core.calendar import Instant
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now


@dataclass(frozen=True)
class Erased:
    """Keys destroyed (of the order's fields and of the files it came in), rows in quarantine emptied of their cells."""

    keys: int
    rows: int


def erase(order: str, *, actor: str, at: Instant | None = None) -> Erased:
    """Forget the buyer of sales order ``order`` (its number), wherever his data is kept.

    Raises ``ProblemError`` when no such order is known.
    """
    if connection.vendor == "sqlite":
        # Otherwise the deleted key would still stand in the file's free pages.
        connection.cursor().execute("PRAGMA secure_delete = ON")
    with transaction.atomic():
        documents = list(
            models.Document.objects.filter(type="sales_order", external_id=order).values_list("pk", flat=True)
        )
        waited = models.Quarantine.objects.filter(
            Q(problem__document=order) | Q(document_type="sales_order", document_id=order)
        )
        batches = set(waited.values_list("batch_id", flat=True))
        held = waited.filter(Q(row__isnull=False) | Q(buyer__isnull=False))
        if not documents and not held.exists():
            raise ProblemError(
                Problem("unknown_sales_order", "no such order is known", "check its number", found=order)
            )
        sealed = list(held.exclude(key=None).values_list("key_id", flat=True))
        rows = held.update(row=None, buyer=None)
        keys = personal.forget(documents, batches)
        keys += models.DataKey.objects.filter(pk__in=sealed).delete()[1].get("books.DataKey", 0)
        audit_trail.record(actor, "", "personal.erase", f"sales_order:{order}", after={"keys": keys}, at=at or now())
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Erased(keys, rows)
