"""Write-downs to net realisable value and budgets, as they are told."""

from __future__ import annotations

from entrepot.books import models
from entrepot.books.intake.posting.builder import Builder
from entrepot.books.intake.trouble import refused
from entrepot.core import documents as d
from entrepot.core.money import exponent


def write_down(b: Builder, doc: d.WriteDown) -> None:
    company = b.header.company
    if doc.currency != company.currency:
        raise refused(
            "other_currency", "a write-down is in the company's own currency", f"give it in {company.currency}",
            field="currency", found=doc.currency,
        )  # fmt: skip
    for number, line in enumerate(doc.lines, 1):
        b.postings.objects.append(
            models.WriteDownLine(
                document_id=b.header.id, line=number, company_id=company.pk,
                item_id=b.directory.item(line.sku, number), units=line.units, cost=line.cost,
                net_realisable=line.net_realisable, effective_at=b.header.effective_at,
                recorded_at=b.session.recorded_at,
            )
        )  # fmt: skip


def budget(b: Builder, doc: d.Budget) -> None:
    exponent(doc.currency)  # refuses what is no currency
    for number, line in enumerate(doc.lines, 1):
        b.postings.objects.append(
            models.BudgetLine(
                document_id=b.header.id, line=number, company_id=b.header.company.pk, month=f"{doc.month:%Y-%m}",
                market=line.market or "", family=line.family, units=line.units, amount=line.amount,
                currency=doc.currency, numerator=doc.numerator, denominator=doc.denominator,
                recorded_at=b.session.recorded_at,
            )
        )  # fmt: skip
