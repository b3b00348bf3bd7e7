"""Vouchers of bills that are no cost of stock: storage, delivery to customers, disposal, software, whatever a supplier bills.

They are owed like the bills of goods, and paid and stated at the closing rate like them, so that the payables of the vouchers are
those of the ageing. What a platform keeps back from its settlements is no bill and comes with those.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet, Sum

from entrepot.books import models
from entrepot.books.import_tax import IMPORT_TAX, decisions
from entrepot.core.calendar import Instant
from entrepot.core.components import family_of
from entrepot.core.input_tax import POSTPONED
from entrepot.workflows.month_figures import BOOK_COMPONENTS, MonthFigures
from entrepot.workflows.voucher_entry import Entry

EXPENSE = {
    "storage": "storage_cost", "capital": "interest", "selling": "service_cost", "unsalable": "return_cost",
    "purchase": "buying_expense", "first_leg": "buying_expense", "duty_tax": "buying_expense",
}  # fmt: skip
"""Account of what is billed beside the goods, by family: the last three over a period or for orders."""


def service_entries(figures: MonthFigures) -> Iterable[Entry]:
    """Bills and credits for services that stand at the end and did not when the month began, and the reverse."""
    sums: dict[tuple[int, str, bool], int] = defaultdict(int)
    for until, known, sign in (
        (figures.starts, figures.opening.known, -1), (figures.ends, figures.closing.known, 1),
    ):  # fmt: skip
        standing = _changed(figures, until, known)
        taxed = dict(standing.filter(component=IMPORT_TAX).values_list("pk", "document_id"))
        rows = standing.exclude(component=IMPORT_TAX).values_list("document_id", "component", "estimate")
        for document, component, estimate, amount in rows.annotate(n=Sum("base_amount")):
            sums[document, EXPENSE[family_of(component)], estimate] += sign * amount
        for one in decisions(list(taxed), known):
            if one.entry.scheme == POSTPONED:  # nobody bills it: what does not come back is due on the return
                yield Entry("services", "buying_expense", sign * (one.base - one.back))
                yield Entry("services", "import_tax_due", -sign * (one.base - one.back))
                continue
            sums[taxed[one.line], "input_tax", False] += sign * one.back
            sums[taxed[one.line], "buying_expense", False] += sign * (one.base - one.back)
    changed = {key: amount for key, amount in sums.items() if amount}
    whose = _suppliers({document for document, _, _ in changed})
    for (document, account, estimate), amount in changed.items():
        yield Entry("services", account, amount)
        yield Entry("services", "accrued_payables" if estimate else "payables", -amount, whose[document])


def _changed(figures: MonthFigures, until: Instant, known: Instant) -> QuerySet[models.CostLine]:
    """Of the lines that stood before ``until``, as known then, those that may not stand in both states; an accrual that came back
    with the withdrawal of its bill is one."""
    both = min(figures.opening.known, figures.closing.known)
    gone = models.Replacement.objects.filter(recorded_at__lte=known, cost_line__isnull=False).values("cost_line")
    later = models.Replacement.objects.filter(recorded_at__gt=both, cost_line__isnull=False).values("cost_line")
    return (
        models.CostLine.objects.filter(
            ~Q(component__in=BOOK_COMPONENTS) | Q(target_kind__in=("place", "company", "order")),
            Q(document__type__in=("cost_bill", "supplier_credit")) | Q(document__type="reversal", estimate=True),
            company=figures.company, internal=False, effective_at__lt=until, recorded_at__lte=known,
        )
        .filter(Q(effective_at__gte=figures.starts) | Q(recorded_at__gt=both) | Q(pk__in=later))
        .exclude(pk__in=gone)
        .order_by()
    )  # fmt: skip


def _suppliers(documents: Collection[int]) -> dict[int, str]:
    chosen, found = sorted(documents), dict[int, str]()
    for start in range(0, len(chosen), 800):
        rows = models.Document.objects.filter(pk__in=chosen[start : start + 800]).values_list("pk", "body")
        found |= {pk: str(json.loads(bytes(body)).get("supplier") or "") for pk, body in rows}
    return found
