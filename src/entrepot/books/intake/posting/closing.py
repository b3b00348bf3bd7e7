"""What is capitalised, write-downs to net realisable value and budgets, as they are told."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from entrepot.books import models
from entrepot.books.intake.posting.builder import Builder
from entrepot.books.intake.posting.reach import reached
from entrepot.books.intake.trouble import refused
from entrepot.core import documents as d
from entrepot.core.calendar import local_date, midnight
from entrepot.core.components import COMPONENTS
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


def capitalisation_policy(b: Builder, doc: d.CapitalisationPolicy) -> None:
    company = b.header.company
    closed = max((ends for ends, _ in b.directory.closings(company.pk)), default=None)
    if closed is not None and midnight(doc.valid_from, company.zone) < closed:
        first = local_date(closed, company.zone)
        raise refused(
            "closed_period", "a policy cannot begin in a period that is closed",
            f"let it begin on {first} or later, or reopen the period first", field="valid_from", found=str(doc.valid_from),
        )  # fmt: skip
    for number, line in enumerate(doc.lines, 1):
        b.postings.objects.append(
            models.CapitalisationRule(
                document_id=b.header.id, line=number, company_id=company.pk, component=COMPONENTS[line.component],
                expense=line.treatment == "expense", valid_from=doc.valid_from, recorded_at=b.session.recorded_at,
            )
        )  # fmt: skip
    _decide_anew(b, [(company.pk, COMPONENTS[line.component]) for line in doc.lines])
    policies_taken_back(b, b.header.before)


def policies_taken_back(b: Builder, documents: Collection[int]) -> None:
    """Policies among ``documents`` no longer count."""
    told = models.CapitalisationRule.objects.filter(document_id__in=documents)
    _decide_anew(b, told.values_list("company_id", "component"))


def _decide_anew(b: Builder, treated: Iterable[tuple[int, int]]) -> None:
    """Every cost of these companies and components: the figures of what it reaches no longer hold."""
    for company, component in set(treated):
        lines = models.CostLine.objects.filter(
            company=company, component=component, target_kind__in=("births", "issue")
        )
        reached(b, set(lines.values_list("pk", flat=True)))
