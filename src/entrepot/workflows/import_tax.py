"""Import tax decided and kept: what of each line comes back and why, so that pages need not decide it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from entrepot.books import bulk, models
from entrepot.books.import_tax import IMPORT_TAX, Decided, decisions


def store() -> int:
    """Decide every line of import tax that counts, and keep what changed; how many decisions changed."""
    live = models.CostLine.objects.filter(component=IMPORT_TAX, replacement__isnull=True)
    lines = list(live.values_list("pk", flat=True))
    if not lines and not models.ImportTaxFigure.objects.exists():
        return 0
    with transaction.atomic():
        bulk.writer_lock()
        lines = list(live.values_list("pk", flat=True))
        wanted = {one.line: _values(one) for one in decisions(lines)}
        stored = {row[0]: row for row in models.ImportTaxFigure.objects.values_list(*COLUMNS)}
        changed = [pk for pk in stored if stored[pk] != wanted.get(pk)]
        for start in range(0, len(changed), 500):
            models.ImportTaxFigure.objects.filter(pk__in=changed[start : start + 500]).delete()
        new = [
            models.ImportTaxFigure(**dict(zip(COLUMNS, row, strict=True)))
            for pk, row in wanted.items() if row != stored.get(pk)
        ]  # fmt: skip
        models.ImportTaxFigure.objects.bulk_create(new, 500)
    return len(new)


COLUMNS = (
    "cost_line_id", "company_id", "country", "importer", "scheme", "tax_point", "code", "certain", "number", "since",
    "share_numerator", "share_denominator", "currency", "amount", "base_amount", "recovered_amount", "recovered",
)  # fmt: skip


def _values(one: Decided) -> tuple[Any, ...]:
    """What is kept of a decision: plain values, for nearly all of tens of thousands stay as they are."""
    by, entry = one.decision.registration, one.entry
    return (
        one.line, one.company, entry.country, entry.importer, entry.scheme, entry.days[-1] if entry.days else None,
        one.decision.code, one.decision.certain, by.number if by else "", by.valid_from if by else None,
        one.decision.share.numerator, one.decision.share.denominator, one.currency, one.amount, one.base, one.back_amount,
        one.back,
    )  # fmt: skip
