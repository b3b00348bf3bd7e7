"""Import tax decided and kept: what of each line comes back and why, so that pages need not decide it."""

from __future__ import annotations

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
        wanted = {one.line: _row(one) for one in decisions(lines)}
        stored = {row.pk: row for row in models.ImportTaxFigure.objects.all()}
        changed = [pk for pk in stored if pk not in wanted or not _same(stored[pk], wanted[pk])]
        for start in range(0, len(changed), 500):
            models.ImportTaxFigure.objects.filter(pk__in=changed[start : start + 500]).delete()
        new = [row for pk, row in wanted.items() if pk not in stored or pk in changed]
        models.ImportTaxFigure.objects.bulk_create(new, 500)
    return len(new)


def _row(one: Decided) -> models.ImportTaxFigure:
    by, entry = one.decision.registration, one.entry
    return models.ImportTaxFigure(
        cost_line_id=one.line, company_id=one.company, country=entry.country, importer=entry.importer, scheme=entry.scheme,
        tax_point=entry.days[-1] if entry.days else None, code=one.decision.code, certain=one.decision.certain,
        number=by.number if by else "", since=by.valid_from if by else None,
        share_numerator=one.decision.share.numerator, share_denominator=one.decision.share.denominator,
        currency=one.currency, amount=one.amount, base_amount=one.base, recovered_amount=one.back_amount,
        recovered=one.back,
    )  # fmt: skip


def _same(one: models.ImportTaxFigure, other: models.ImportTaxFigure) -> bool:
    return all(
        getattr(one, f.attname) == getattr(other, f.attname) for f in models.ImportTaxFigure._meta.concrete_fields
    )
