"""Closing and reopening periods, and taking whole documents back."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

from entrepot.books import models
from entrepot.books.closings import months_of, word_on
from entrepot.books.intake.directory import Rate
from entrepot.books.intake.posting import references
from entrepot.books.intake.posting.builder import Builder
from entrepot.books.intake.posting.closing import policies_taken_back
from entrepot.books.intake.posting.import_tax import origin, taken_back
from entrepot.books.intake.posting.resplit import resplit_replaced
from entrepot.books.intake.trouble import refused
from entrepot.core import documents as d
from entrepot.core.calendar import midnight
from entrepot.core.components import NAMES
from entrepot.core.kinds import Kind

_AT_ONCE = 500


def close(b: Builder, doc: d.PeriodClose) -> None:
    _period(b, doc, closed=True, reported=doc.reported)


def reopen(b: Builder, doc: d.PeriodReopen) -> None:
    _period(b, doc, closed=False, reason=doc.reason)
    b.postings.everything = True
    b.session.later.append(lambda: _refold_late(b))


def _period(b: Builder, doc: Any, *, closed: bool, **fields: Any) -> None:
    company = b.header.company
    starts, ends = midnight(doc.period_from, company.zone), midnight(doc.period_to + timedelta(days=1), company.zone)
    if ends <= starts:
        raise refused("empty_period", "the period ends before it begins", "fix its dates", field="period_to")
    before = models.Period.objects.filter(company=company, starts=starts, ends=ends).order_by("-version").first()
    if closed:
        stands = word_on(models.Period.objects.filter(company=company), starts, ends)
        if stands is not None and stands.closed:
            together = months_of(stands, company.zone)
            raise refused(
                "period_state", f"the period is closed already, as {together}", f"to change it, open {together} again first",
                field="period_from",
            )  # fmt: skip
    elif before is None or not before.closed:
        raise refused("period_state", "the period is not closed", "look at the list of periods", field="period_from")
    b.postings.objects.append(
        models.Period(
            document_id=b.header.id, company_id=company.pk, starts=starts, ends=ends, closed=closed,
            version=before.version + 1 if before else 1, recorded_at=b.session.recorded_at, **fields,
        )
    )  # fmt: skip
    b.directory.forget("closings")


def _refold_late(b: Builder) -> None:
    """Units of late facts fold at their own instants again: settle the items that have strict movements."""
    b.directory.forget("closings")
    strict = models.Movement.objects.filter(kind__in=[kind.value for kind in Kind if kind.strict])
    b.session.unsettled |= set(strict.values_list("item_id", flat=True).distinct())


def reversal(b: Builder, doc: d.Reversal) -> None:
    found = references.documents_of(b, doc.documents)
    if models.Period.objects.filter(document_id__in=found).exists():
        raise refused("closed_period", "a closing is not taken back", "reopen the period instead", field="documents")
    withdraw(b, list(dict.fromkeys(found)))
    resplit_replaced(b)


def withdraw(b: Builder, documents: list[int]) -> None:
    """Leave out everything that ``documents`` posted and that still counts."""
    b.session.flush()
    for start in range(0, len(documents), _AT_ONCE):
        part = documents[start : start + _AT_ONCE]
        for row in models.Movement.objects.filter(document_id__in=part, replacement__isnull=True):
            b.replace(movement_id=row.pk)
            b.session.unmoved(row.item_id)
        for line in models.SalesLine.objects.filter(document_id__in=part, replacement__isnull=True):
            b.replace(sales_line_id=line.pk)
            if line.item_id is not None:
                b.postings.items.add(line.item_id)
        for refund in models.RefundLine.objects.filter(document_id__in=part, replacement__isnull=True):
            b.replace(refund_line_id=refund.pk)
            if refund.item_id is not None:
                b.postings.items.add(refund.item_id)
        _withdraw_costs(b, part)
        taken_back(b, part)
        policies_taken_back(b, part)
        b.session.release(part)
        gone = set(models.Reversed.objects.filter(document_id__in=part).values_list("document_id", flat=True))
        b.postings.objects += [
            models.Reversed(document_id=document, by_id=b.header.id) for document in part if document not in gone
        ]


def _withdraw_costs(b: Builder, documents: list[int]) -> None:
    """The cost lines of ``documents``, in their order; what these had replaced counts again."""
    found = models.CostLine.objects.filter(document_id__in=documents, replacement__isnull=True)
    place = {document: number for number, document in enumerate(documents)}
    costs = sorted(found.select_related("document"), key=lambda cost: (place[cost.document_id], cost.pk))
    for start in range(0, len(costs), _AT_ONCE):
        part = [cost.pk for cost in costs[start : start + _AT_ONCE]]
        shares = models.BasisShare.objects.filter(basis__cost_line__in=part)
        for moved, sold in shares.values_list("movement__item_id", "sales_line__item_id"):
            b.postings.items |= {moved, sold} - {None}
        took = models.Replacement.objects.filter(new_cost_line__in=part)
        replacing = set(took.values_list("new_cost_line_id", flat=True))
        for cost in costs[start : start + _AT_ONCE]:
            b.replace(cost_line_id=cost.pk)
            if cost.target_kind in ("place", "company"):
                b.postings.everything = True
            if cost.pk in replacing:
                _revive(b, cost)


def _replaced_by(cost: models.CostLine) -> list[models.CostLine]:
    """Lines of other documents whose place ``cost``, or an earlier version of it, took."""
    found: list[models.CostLine] = []
    rows = models.CostLine.objects.filter(replacement__new_cost_line=cost, replacement__document_id=cost.document_id)
    for old in rows.select_related("document").order_by("pk"):
        same = (old.document.type, old.document.key) == (cost.document.type, cost.document.key)
        found += _replaced_by(old) if same else [old]
    return found


def _revive(b: Builder, cost: models.CostLine) -> None:
    """What a withdrawn bill had replaced (the order's price, an accrual of another document) counts again."""
    for old in _replaced_by(cost):
        basis = models.Basis.objects.filter(cost_line=old).order_by("-version").first()
        shares = models.BasisShare.objects.filter(basis=basis).order_by("ordinal")
        targets = [(share.movement_id or share.sales_line_id, share.weight) for share in shares]
        rate = Rate(Fraction(old.rate_numerator, old.rate_denominator), old.rate_date, old.rate_source)
        again = b.cost(
            len(b.postings.costs) + 1, NAMES[old.component], old.amount, old.currency, targets, kind=old.target_kind,
            basis=basis.kind if basis else "line", at=old.effective_at, converted=(old.base_amount, rate),
            company=b.directory.company_by_id(old.company_id), estimate=old.estimate, internal=old.internal,
            location_id=old.location_id, shop_id=old.shop_id, item_id=old.item_id, period_from=old.period_from,
            period_to=old.period_to,
        )  # fmt: skip
        origin(b, again.id, old)
