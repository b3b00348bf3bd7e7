"""Stored figures of purchasing: where each order stands, and what is owed; made anew by the day's work and by every act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Max

from entrepot.books import bulk, models
from entrepot.core.calendar import Instant, local_date, midnight
from entrepot.core.money import round_half_away
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows import order_facts, payables
from entrepot.workflows.clock import now
from entrepot.workflows.order_facts import OrderFacts
from entrepot.workflows.order_match import open_differences
from entrepot.workflows.order_state import Standing, standing


def order_figures(
    companies: Iterable[models.Company] | None = None, *, at: Instant | None = None, progress: Progress = SILENT
) -> int:
    """Replace the figures of ``companies`` (all). Returns the number of orders."""
    moment, count = now() if at is None else at, 0
    todo = list(models.Company.objects.order_by("pk") if companies is None else companies)
    progress.begin("following orders", len(todo))
    for company in todo:
        with transaction.atomic():
            bulk.writer_lock()
            newest = models.Document.objects.aggregate(at=Max("recorded_at"))["at"] or 0
            day = local_date(moment, company.zone)
            count += _of_company(company, day)
            models.OrdersFollowed.objects.update_or_create(company=company, defaults={"made_at": newest, "on": day})
        progress.advance(1)
    return count


TYPES = (
    "purchase_order", "purchase_proposal", "purchase_decision", "purchase_progress", "supplier_confirmation", "inspection",
    "purchase_end", "match_decision", "receipt", "shipment", "cost_bill", "supplier_credit", "supplier_return", "payment",
    "reversal", "fx_rate",
)  # fmt: skip
"""Documents that change these figures."""


def fresh(company: models.Company, *, at: Instant | None = None) -> bool:
    """Make the figures anew if something was recorded since, or the day has changed. True when it did."""
    moment = now() if at is None else at
    done = models.OrdersFollowed.objects.filter(company=company).first()
    newer = models.Document.objects.filter(recorded_at__gt=done.made_at if done else 0, type__in=TYPES)
    if done is not None and done.on == local_date(moment, company.zone) and not newer.exists():
        return False
    order_figures([company], at=moment)
    return True


def _of_company(company: models.Company, today: date) -> int:
    orders = order_facts.gather(company)
    bills = payables.bills(company, today)
    by_order: dict[str, list[payables.Payable]] = defaultdict(list)
    for bill in bills:
        for number in bill.orders:
            by_order[number].append(bill)
    for number, order in orders.items():
        order.bill_open = payables.open_of_order(by_order[number], number, order.currency)
    stood = {number: standing(order, company.zone, today) for number, order in orders.items()}
    rated = payables.Rates(company, midnight(today, company.zone))
    models.OrderFigure.objects.filter(company=company).delete()
    models.PayableFigure.objects.filter(company=company).delete()
    models.OrderFigure.objects.bulk_create(
        [_figure(company, order, stood[number]) for number, order in orders.items()], batch_size=500
    )
    rows = [_bill(company, bill) for bill in bills if bill.open]
    for number, order in orders.items():
        rows += [
            models.PayableFigure(
                company=company, kind=payables.TERM, document_id=order.document, supplier=order.supplier, number=number,
                trigger=due.trigger, family="purchase", currency=order.currency, amount=due.amount, open=due.open,
                base=rated.base(due.open, order.currency), on=local_date(order.at, company.zone), due=due.day,
                estimate=due.estimate,
            )
            for due in stood[number].dues if due.open and stood[number].open
        ]  # fmt: skip
    models.PayableFigure.objects.bulk_create(rows, batch_size=500)
    return len(orders)


def _bill(company: models.Company, bill: payables.Payable) -> models.PayableFigure:
    return models.PayableFigure(
        company=company, kind=bill.kind, document_id=bill.document, supplier=bill.supplier, number=bill.number,
        family=bill.family, currency=bill.currency, amount=bill.amount, open=bill.open, base=bill.base, on=bill.on,
        due=bill.due, estimate=bill.estimate, settled=bill.settled,
    )  # fmt: skip


def _figure(company: models.Company, order: OrderFacts, stood: Standing) -> models.OrderFigure:
    confirmed = [line.confirmed for line in order.lines if line.confirmed is not None]
    accepted = [line.accepted for line in order.lines if line.accepted is not None]
    decision = order.last("approved")
    return models.OrderFigure(
        company=company, number=order.number, document_id=order.document, supplier=order.supplier, currency=order.currency,
        ordered_at=order.at, state=stood.state, next_step=stood.next, next_due=stood.next_due, expected=stood.expected,
        late_days=stood.late_days, open=stood.open, lines=len(order.lines), units=order.units,
        confirmed=sum(confirmed) if confirmed else None, accepted=sum(accepted) if accepted else None,
        shipped=sum(line.shipped for line in order.lines), received=sum(line.received for line in order.lines),
        amount=order.amount, billed=round_half_away(sum((x.billed for x in order.lines), start=0 * order.lines[0].price)),
        paid=order.paid, to_pay=sum(due.open for due in stood.dues) + max(order.bill_open, 0),
        differences=len(open_differences(order)), by=str(order.body.get("by", "")) or (decision.by if decision else ""),
    )  # fmt: skip
