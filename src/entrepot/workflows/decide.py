"""An answer to a proposal, and what goes out with it: approving an order writes the purchase order."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from entrepot.books import bulk, decisions, models
from entrepot.books.access import Viewer
from entrepot.core.calendar import Instant, to_datetime
from entrepot.core.components import GOODS
from entrepot.core.documents import PurchaseLine, PurchaseOrder, Ref, Reversal, UnitPrice
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.kinds import Kind
from entrepot.workflows import plan_acts
from entrepot.workflows.clock import now
from entrepot.workflows.documents_out import SOURCE, post, unused_number


def approve(viewer: Viewer, key: int, *, at: Instant | None = None, origin: str = "") -> models.Decision:
    """Approve decision ``key``; an order becomes a purchase order in the same transaction.

    Raises ``Decision.DoesNotExist``, or :class:`~entrepot.core.errors.ProblemError` when it is settled already, when no
    price of the item is known, or when the order cannot be posted.
    """
    moment = now() if at is None else at
    with transaction.atomic():
        bulk.writer_lock()
        row = decisions.find(viewer, key)
        line = _open_line(row)
        if line is not None and viewer.can("approve"):
            plan_acts.approve(viewer, [line.pk], at=moment, origin=origin)
            return decisions.find(viewer, key)
        number = ""
        if row.kind == "order" and viewer.can("approve"):
            order = purchase_order(row, moment)
            number = order.id
            post(order, f"order {number}", viewer, moment)
        return decisions.approve(viewer, key, at=moment, document=number, origin=origin)


def snooze(viewer: Viewer, key: int, days: int, *, at: Instant | None = None, origin: str = "") -> models.Decision:
    """Hide a decision for ``days`` days."""
    return decisions.snooze(viewer, key, days, at=now() if at is None else at, origin=origin)


def dismiss(viewer: Viewer, key: int, *, at: Instant | None = None, origin: str = "") -> models.Decision:
    """Say no to a proposal, and to the line of the plan that it comes from."""
    moment = now() if at is None else at
    with transaction.atomic():
        bulk.writer_lock()
        line = _open_line(decisions.find(viewer, key))
        if line is None or not viewer.can("approve"):
            return decisions.dismiss(viewer, key, at=moment, origin=origin)
        plan_acts.dismiss(viewer, line.pk, at=moment, origin=origin)
        return decisions.find(viewer, key)


def undo(viewer: Viewer, key: int, *, at: Instant | None = None, origin: str = "") -> models.Decision:
    """Take an answer back; the order that an approval wrote is reversed in the same transaction."""
    moment = now() if at is None else at
    with transaction.atomic():
        bulk.writer_lock()
        row = decisions.find(viewer, key)
        settled = (models.PlanLine.APPROVED, models.PlanLine.DISMISSED)
        line = row.planline_set.filter(state__in=settled).first()
        if line is not None and viewer.can("approve"):
            plan_acts.undo(viewer, line.pk, at=moment, origin=origin)
            return decisions.find(viewer, key)
        if row.document and viewer.can("approve"):
            ref = Ref(type="purchase_order", id=row.document, account=row.company.code, source=SOURCE)
            back = Reversal(
                id=f"undo-{row.document}", source=SOURCE, account=row.company.code, company=row.company.code,
                effective_at=to_datetime(moment), documents=[ref], reason="approval taken back",
            )  # fmt: skip
            post(back, f"undo order {row.document}", viewer, moment)
        return decisions.reopen(viewer, key, at=moment, origin=origin)


def _open_line(row: models.Decision) -> models.PlanLine | None:
    """The line of the plan that a proposal comes from, while both wait for an answer."""
    waits = row.state in (models.Decision.OPEN, models.Decision.SNOOZED)
    return row.planline_set.filter(state=models.PlanLine.OPEN).first() if waits else None


def purchase_order(row: models.Decision, at: Instant) -> PurchaseOrder:
    """The order that a proposal means, at the price last agreed with its supplier, else last paid."""
    if row.item is None or not row.quantity:
        raise ProblemError(
            Problem("not_an_order", "the proposal names no item or no quantity", "plan again", found=str(row.pk))
        )
    amount, per, currency = _price(row.item, row.supplier)
    line = PurchaseLine(sku=row.item.sku, quantity=row.quantity, price=UnitPrice(amount=amount, per=per))
    return PurchaseOrder(
        id=unused_number("purchase_order", row.company.code, f"PO-{row.pk}"), source=SOURCE,
        account=row.company.code, company=row.company.code,
        effective_at=to_datetime(at), supplier=row.supplier or row.item.supplier or "unknown", currency=currency,
        destination=row.location, lines=[line], note=f"proposal {row.pk} of run {row.run}",
    )  # fmt: skip


def _price(item: Any, supplier: str) -> tuple[int, int, str]:
    known = models.PurchaseLine.objects.filter(item=item)
    last = (known.filter(supplier=supplier) if supplier else known).order_by("-effective_at", "-pk").first()
    if last is not None:
        return last.price_amount, last.price_per, last.currency
    paid = _paid(item)
    if paid is not None:
        return paid
    raise ProblemError(
        Problem(
            "no_price", "no purchase price of this item is known",
            "post one purchase order or bill of it, or order it by hand",
            field="price", found=item.sku,
        )
    )  # fmt: skip


def _paid(item: Any) -> tuple[int, int, str] | None:
    """Amount, units and currency of the last goods bill that is aimed at receipts of this item alone."""
    targets = models.BasisShare.objects.filter(
        movement__item=item, movement__kind__in=(Kind.RECEIPT, Kind.OPENING), basis__cost_line__component=GOODS,
        basis__cost_line__replacement=None, basis__cost_line__internal=False, basis__cost_line__amount__gt=0,
    )  # fmt: skip
    for share in targets.select_related("basis__cost_line").order_by("-basis__cost_line__effective_at", "-pk")[:10]:
        shares = share.basis.basisshare_set.select_related("movement")
        if all(other.movement is not None and other.movement.item_id == item.pk for other in shares):
            line = share.basis.cost_line
            return line.amount, sum(other.movement.quantity for other in shares), line.currency
    return None
