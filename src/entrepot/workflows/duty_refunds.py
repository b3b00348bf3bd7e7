"""Refunds of import duty followed to the lots that bore it: what fell on units on hand, what on units that were sold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from entrepot.books import models
from entrepot.books.versions import current
from entrepot.core.calendar import local_date
from entrepot.core.components import NAMES
from entrepot.workflows.explain import line_shares


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A line of a refund; ``amount`` and ``interest`` in ``currency``, ``base`` the credit on the lots in the company's."""

    refund: str
    document: str
    line: int
    on: date
    aimed: str
    component: str
    reason: str
    amount: int
    interest: int
    currency: str
    base: int
    lots: int


@dataclass(frozen=True, slots=True)
class CreditRow:
    """What of a refund fell on one SKU, in minor units of the company's currency (positive = less cost)."""

    sku: str
    name: str
    total: int
    sold: int
    on_hand: int


def duty_refunds(company: models.Company) -> tuple[RefundRow, ...]:
    """Every refund that stands, newest first."""
    lines = current(models.DutyRefundLine.objects.filter(company=company)).select_related("document")
    documents = {line.document_id for line in lines}
    base: dict[tuple[int, int], int] = defaultdict(int)
    lots: dict[tuple[int, int], set[int]] = defaultdict(set)
    costs = models.CostLine.objects.filter(document_id__in=documents, replacement__isnull=True)
    place: dict[int, tuple[int, int]] = {}
    for pk, document, line, amount in costs.values_list("pk", "document_id", "line", "base_amount"):
        place[pk] = (document, line)
        base[document, line] -= amount
    shares = models.BasisShare.objects.filter(basis__cost_line_id__in=place)
    for cost, movement in shares.values_list("basis__cost_line_id", "movement_id"):
        lots[place[cost]].add(movement)
    found = [_refund(line, base, lots, company.zone) for line in lines]
    return tuple(sorted(found, key=lambda row: (row.on, row.refund, row.line), reverse=True))


def _refund(
    line: models.DutyRefundLine, base: dict[tuple[int, int], int], lots: dict[tuple[int, int], set[int]], zone: str
) -> RefundRow:
    import json

    place = (line.document_id, line.line)
    reason = json.loads(bytes(line.document.body)).get("reason", "")
    return RefundRow(
        line.document.external_id, str(line.document_id), line.line, local_date(line.effective_at, zone),
        line.entry or line.bill, NAMES[line.component], reason, line.amount, line.interest, line.currency,
        base[place], len(lots[place]),
    )  # fmt: skip


def refunded(company: models.Company, document: int) -> tuple[CreditRow, ...]:
    """What of a refund fell on each SKU, sold and on hand, as the lots stand now; largest first.

    Raises ``LookupError`` where there is no such refund.
    """
    costs = models.CostLine.objects.filter(
        document_id=document, company=company, document__type="duty_refund", replacement__isnull=True
    )
    lines = set(costs.values_list("pk", flat=True))
    if not lines:
        raise LookupError(str(document))
    moved = models.BasisShare.objects.filter(basis__cost_line_id__in=lines, movement__isnull=False)
    items = models.Item.objects.filter(pk__in=moved.values("movement__item_id")).order_by("sku")
    found: list[CreditRow] = []
    for item in items:
        mine = [share for line, share in line_shares(item.pk, company.pk).items() if line in lines]
        sold, held = -sum(s.sold for s in mine), -sum(s.on_hand for s in mine)
        if sold or held:
            found.append(CreditRow(item.sku, item.name, sold + held, sold, held))
    return tuple(sorted(found, key=lambda row: (-row.total, row.sku)))
