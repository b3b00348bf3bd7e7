"""The life of purchase orders: what their documents become, and what an order that has ended refuses."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Sum

from entrepot.books import models
from entrepot.books.agreements import over_bp
from entrepot.books.intake.posting.builder import Builder, line_amount
from entrepot.books.intake.trouble import refused, unknown
from entrepot.books.versions import current
from entrepot.core import documents as d
from entrepot.core.money import exponent


def proposal(b: Builder, doc: d.PurchaseProposal) -> None:
    exponent(doc.currency)  # refuses what is no currency
    for number, line in enumerate(doc.lines, 1):
        b.directory.item(line.sku, number)
    amount = sum(line_amount(line.price.amount, line.price.per, line.quantity) for line in doc.lines)
    _step(
        b,
        doc.type,
        doc.id,
        "proposed",
        by=doc.by,
        amount=amount,
        currency=doc.currency,
        quantity=sum(x.quantity for x in doc.lines),
    )


def decision(b: Builder, doc: d.PurchaseDecision) -> None:
    """An answer to the proposal as it stands; never by who proposed it, unless it is small enough to need no second person."""
    told = models.Document.objects.filter(
        type="purchase_proposal", external_id=doc.order, company_id=b.header.company.pk, reversed__isnull=True
    ).order_by("-version")  # fmt: skip
    b.session.flush()
    proposed = told.first()
    if proposed is None:
        raise unknown("purchase_proposal", doc.order, "propose the order first", field="order")
    if proposed.version != doc.version:
        raise refused(
            "proposal_changed", "the proposal was changed since it was looked at", "look at it again, then decide",
            field="version", found=str(doc.version),
        )  # fmt: skip
    by = json.loads(bytes(proposed.body)).get("by", "")
    if doc.decision == "approved" and by == doc.by and not doc.alone:
        raise refused(
            "own_order", "nobody approves his own order", "ask a colleague who may approve orders", field="by", found=doc.by
        )  # fmt: skip
    _step(b, doc.type, doc.order, doc.decision, by=doc.by, amount=doc.amount, currency=doc.currency)


def progress(b: Builder, doc: d.PurchaseProgress) -> None:
    _going_on(b, doc.order)
    _step(b, doc.type, doc.order, doc.stage, by=doc.by, on=doc.expected, percent=doc.percent)


def confirmation(b: Builder, doc: d.SupplierConfirmation) -> None:
    ordered = _going_on(b, doc.order)
    _step(b, doc.type, doc.order, "confirmed", by=doc.by, on=max((x.due for x in doc.lines if x.due), default=None))
    seen: set[int] = set()
    for number, line in enumerate(doc.lines, 1):
        row = _ordered_line(ordered, line.order_line, number, seen)
        _step(
            b,
            doc.type,
            doc.order,
            "confirmed",
            line=number,
            order_line=row,
            quantity=line.quantity,
            on=line.due,
            by=doc.by,
        )


def inspection(b: Builder, doc: d.Inspection) -> None:
    ordered = _going_on(b, doc.order)
    _step(b, doc.type, doc.order, doc.result, by=doc.inspector or doc.by)
    for number, line in enumerate(doc.lines, 1):
        row = _ordered_line(ordered, line.order_line, number, None)
        _step(
            b, doc.type, doc.order, doc.result, line=number, order_line=row, quantity=line.lot, accepted=line.accepted,
            rework=line.rework, defects=line.critical + line.major + line.minor, by=doc.inspector or doc.by,
        )  # fmt: skip


def end(b: Builder, doc: d.PurchaseEnd) -> None:
    """Closed, cancelled or going on again. An order of which something was received is closed, not cancelled."""
    ordered = _lines(b, doc.order)
    if doc.end == "cancelled":
        came = models.Movement.objects.filter(purchase_line__in=[row.pk for row in ordered], replacement__isnull=True)
        if came.exists():
            raise refused(
                "order_received", "goods of this order were received", "close it: what has not come will not be expected",
                field="end", found=doc.order,
            )  # fmt: skip
    _step(b, doc.type, doc.order, doc.end, by=doc.by)


def match(b: Builder, doc: d.MatchDecision) -> None:
    _lines(b, doc.order)
    _step(
        b, doc.type, doc.order, doc.decision, by=doc.owner or doc.by, amount=doc.amount, currency=doc.currency, bill=doc.bill,
        order_line=doc.order_line,
    )  # fmt: skip


def refuse_cancelled(b: Builder, order: str, remedy: str) -> None:
    """Nothing is received or prepaid on an order that was cancelled."""
    if ended(b.header.company.pk, order) == "cancelled":
        raise refused("order_cancelled", "the order was cancelled", remedy, field="order", found=order)


def refuse_over(b: Builder, doc: d.Receipt, ordered: list[models.PurchaseLine]) -> None:
    """Refuse a receipt that exceeds a line of its order by more than is agreed (:mod:`entrepot.books.agreements`)."""
    if not ordered:
        return
    first = ordered[0].document
    over = over_bp(json.loads(bytes(first.body)), ordered[0].supplier, b.header.company.code, first.effective_at)
    if over is None:
        return
    before = dict(
        models.Movement.objects.filter(purchase_line__in=[row.pk for row in ordered], replacement__isnull=True)
        .exclude(document_id__in=b.header.older).order_by().values_list("purchase_line_id").annotate(n=Sum("quantity"))
    )  # fmt: skip
    for number, line in enumerate(doc.lines, 1):
        item = b.directory.item(line.sku, number)
        row = next((x for x in ordered if x.item_id == item and line.order_line in (None, x.line)), None)
        if row is None:
            continue
        before[row.pk] = before.get(row.pk, 0) + line.quantity
        most = row.quantity + row.quantity * over // 10_000
        if before[row.pk] > most:
            raise refused(
                "over_receipt", f"more than was ordered: {before[row.pk]} of {row.quantity}, {most} with what is tolerated",
                "count again; else change the order, or receive the rest without it", line=number, field="quantity",
                found=str(line.quantity), parameters={"ordered": row.quantity, "most": most, "would": before[row.pk]},
            )  # fmt: skip


def refuse_overpaid(b: Builder, doc: d.Payment) -> None:
    """Refuse shares that pay a bill of the books more than it is of (in its own currency; of its latest version)."""
    wanted: dict[str, int] = {}
    for share in doc.shares:
        if share.document.type == "cost_bill":
            wanted[share.document.id] = wanted.get(share.document.id, 0) + share.amount
        elif share.document.type == "purchase_order" and share.amount > 0:
            refuse_cancelled(
                b, share.document.id, "money paid on it is asked back: enter the refund as a negative payment"
            )
    if not wanted:
        return
    b.session.flush()
    bills = models.Document.objects.filter(
        type="cost_bill", external_id__in=wanted, company_id=b.header.company.pk, reversed__isnull=True
    ).order_by("version")  # fmt: skip
    stated: dict[str, dict[str, tuple[str, int]]] = {}
    for row in bills:
        body = json.loads(bytes(row.body))
        total = sum(int(line["amount"]) for line in body["lines"])
        stated.setdefault(row.external_id, {})[str(body.get("supplier", ""))] = (str(body["currency"]), total)
    for number, amount in wanted.items():
        own = stated.get(number, {})
        currency, total = own.get(doc.supplier) or (next(iter(own.values())) if len(own) == 1 else ("", 0))
        if amount <= 0 or currency != doc.currency or total <= 0:
            continue
        lines = models.PaymentLine.objects.filter(
            company_id=b.header.company.pk, order_type="cost_bill", order=number, currency=currency
        ).exclude(document_id__in=b.header.older)  # fmt: skip
        if len(own) > 1:  # of several bills with the number it is the payee's own
            lines = lines.filter(supplier=doc.supplier)
        paid = current(lines).aggregate(n=Sum("amount"))["n"] or 0
        if paid + amount > total:
            raise refused(
                "over_bill", "the payment is more than what is open on the bill", "pay what is open, or enter the rest as a "
                "payment on account", field="shares", found=number, amount=total - paid, currency=currency,
                parameters={"open": total - paid, "paid": paid, "total": total},
            )  # fmt: skip


def ended(company: int, order: str) -> str:
    """How the order ended: closed, cancelled, or "" while it goes on."""
    steps = models.PurchaseStep.objects.filter(company_id=company, order=order, kind="purchase_end")
    last = current(steps).order_by("-effective_at", "-pk").values_list("state", flat=True).first()
    return "" if last in (None, "reopened") else str(last)


def _going_on(b: Builder, order: str) -> list[models.PurchaseLine]:
    """The lines of an order that is not cancelled."""
    rows = _lines(b, order)
    refuse_cancelled(b, order, "let it go on first, if it was cancelled by mistake")
    return rows


def _lines(b: Builder, order: str) -> list[models.PurchaseLine]:
    b.session.flush()
    rows = models.PurchaseLine.objects.filter(document__external_id=order, company_id=b.header.company.pk)
    found = list(current(rows).order_by("line"))
    if not found:
        raise unknown("purchase_order", order, "enter the order first", field="order")
    return found


def _ordered_line(
    ordered: list[models.PurchaseLine], wanted: int, line: int, seen: set[int] | None
) -> models.PurchaseLine:
    row = next((x for x in ordered if x.line == wanted), None)
    if row is None or (seen is not None and wanted in seen):
        what = "the order has no such line" if row is None else "the line stands twice"
        raise refused("wrong_order_line", what, "fix the order line", line=line, field="order_line", found=str(wanted))
    if seen is not None:
        seen.add(wanted)
    return row


def _step(
    b: Builder,
    kind: str,
    order: str,
    state: str,
    *,
    line: int = 0,
    order_line: models.PurchaseLine | int = 0,
    **fields: Any,
) -> None:
    b.postings.objects.append(
        models.PurchaseStep(
            document_id=b.header.id, line=line, company_id=b.header.company.pk, order=order, kind=kind, state=state,
            order_line=order_line if isinstance(order_line, int) else order_line.line,
            effective_at=b.header.effective_at, recorded_at=b.session.recorded_at, **fields,
        )
    )  # fmt: skip
