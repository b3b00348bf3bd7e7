"""What the pages of purchasing show: the list of orders, and one order with its lines, papers and what can be done next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.books.selectors import naming
from entrepot.books.selectors.shapes import Money, NotThere
from entrepot.books.versions import current
from entrepot.core.calendar import local_date, to_datetime
from entrepot.workflows import order_facts, order_state, payables
from entrepot.workflows.clock import now
from entrepot.workflows.order_facts import OrderFacts, OrderLine
from entrepot.workflows.order_figures import fresh
from entrepot.workflows.order_match import Match, matches
from entrepot.workflows.order_state import Standing

STATES = (
    "proposed", "ordered", "sent", "confirmed", "production", "ready", "inspected", "held", "shipped", "part_received",
    "received", "billed", "paid", "closed", "cancelled", "rejected",
)  # fmt: skip


TYPE_OF = {payables.BILL: "cost_bill", payables.CREDIT: "supplier_credit"}
"""Type of the document of a payable."""


@dataclass(frozen=True)
class OrderRow:
    """An order in the list. Amounts carry the order's currency."""

    number: str
    supplier: str
    state: str
    next: str
    next_due: date | None
    expected: date | None
    late_days: int
    open: bool
    ordered_on: date
    lines: int
    units: int
    received: int
    amount: Money
    billed: Money
    paid: Money
    to_pay: Money
    differences: int
    by: str


@dataclass(frozen=True)
class PageLine:
    """A line of one order with what it has become."""

    line: OrderLine
    sku: str
    name: str
    name_zh: str
    match: Match
    left: int
    amount: Money


@dataclass(frozen=True)
class Event:
    """Something that happened to the order: a step, or a paper of goods or money."""

    at: datetime
    kind: str
    state: str
    by: str
    document: int
    number: str
    units: int | None = None
    money: Money | None = None
    on: date | None = None
    reason: str = ""
    step: bool = False


@dataclass(frozen=True)
class OrderPage:
    """One order."""

    number: str
    facts: OrderFacts
    standing: Standing
    lines: tuple[PageLine, ...]
    events: tuple[Event, ...]
    bills: tuple[payables.Payable, ...]
    amount: Money
    to_pay: Money
    destination: str
    by: str
    own: bool


def company_of(viewer: Viewer) -> models.Company | None:
    return models.Company.objects.filter(pk=viewer.company.id).first()


def orders(viewer: Viewer) -> list[OrderRow]:
    """Every order and open proposal of the viewer's company, at his places. At most seven queries."""
    company = company_of(viewer)
    if company is None:
        return []
    fresh(company)
    rows = viewer.of_company(models.OrderFigure.objects.all())
    if viewer.locations is not None:
        his = models.Location.objects.filter(pk__in=viewer.locations).values("code")
        told = models.PurchaseLine.objects.filter(company=company, destination__in=his)
        rows = rows.filter(number__in=told.values("document__external_id"))
    zone = viewer.company.zone
    return [
        OrderRow(
            r.number, r.supplier, r.state, r.next_step, r.next_due, r.expected, r.late_days, r.open,
            local_date(r.ordered_at, zone), r.lines, r.units, r.received, Money(r.amount, r.currency),
            Money(r.billed, r.currency), Money(r.paid, r.currency), Money(r.to_pay, r.currency), r.differences, r.by,
        )
        for r in rows
    ]  # fmt: skip


def order_page(viewer: Viewer, number: str) -> OrderPage:
    """One order of the viewer's company. Raises ``NotThere``."""
    company = company_of(viewer)
    found = order_facts.gather(company, {number}).get(number) if company is not None else None
    if company is None or found is None:
        raise NotThere(f"order {number}")
    _at_his_places(viewer, found)
    today = local_date(now(), company.zone)
    billed = any(line.billed or line.credited for line in found.lines)
    bills = tuple(bill for bill in payables.bills(company, today, number) if number in bill.orders) if billed else ()
    found.bill_open = payables.open_of_order(bills, number, found.currency)
    standing = order_state.standing(found, company.zone, today)
    proposal = found.last("proposed")
    events = sorted([*_steps(found), *_goods(viewer, found), *_money(viewer, found, bills)], key=lambda event: event.at)
    return OrderPage(
        number, found, standing, tuple(_lines(found)), tuple(events), bills, Money(found.amount, found.currency),
        Money(sum(due.open for due in standing.dues) + max(found.bill_open, 0), found.currency),
        str(found.body.get("destination", "")), proposal.by if proposal else "", bool(proposal and proposal.by == viewer.name),
    )  # fmt: skip


def _at_his_places(viewer: Viewer, found: OrderFacts) -> None:
    if viewer.locations is None:
        return
    his = set(models.Location.objects.filter(pk__in=viewer.locations).values_list("code", flat=True))
    if found.body.get("destination") not in his:
        raise NotThere(f"order {found.number}")


def _lines(found: OrderFacts) -> list[PageLine]:
    items = models.Item.objects.in_bulk({line.item for line in found.lines})
    matched = {row.line: row for row in matches(found)}
    return [
        PageLine(
            line, items[line.item].sku, items[line.item].name, items[line.item].name_zh, matched[line.line],
            max((line.quantity if line.confirmed is None else line.confirmed) - line.received, 0),
            Money(line.amount, found.currency),
        )
        for line in found.lines if line.item in items
    ]  # fmt: skip


def _steps(found: OrderFacts) -> list[Event]:
    return [
        Event(
            to_datetime(s.at), s.kind, s.state, s.by, s.document, "", on=s.on,
            money=None if s.amount is None or s.kind == "purchase_decision" else Money(s.amount, s.currency), step=True,
        )
        for s in found.steps
    ]  # fmt: skip


def _keys(found: OrderFacts) -> list[int]:
    return [line.key for line in found.lines if line.key]


def _goods(viewer: Viewer, found: OrderFacts) -> list[Event]:
    """Receipts, the supplier's shipments and returns, one event a document."""
    every = models.Movement.objects
    rows = every.filter(replacement__isnull=True).select_related("document__batch").defer("document__body")
    came = rows.filter(purchase_line__in=_keys(found))
    # What went back names the lot as it was received first, also where the receipt was corrected since.
    lots = list(every.filter(purchase_line__in=_keys(found)).values_list("pk", flat=True))
    back = rows.filter(lot__in=lots, document__type="supplier_return")
    units: dict[int, int] = {}
    documents: dict[int, models.Document] = {}
    for move in (*came, *back):
        units[move.document_id] = units.get(move.document_id, 0) + move.quantity
        documents[move.document_id] = move.document
    return [
        Event(to_datetime(d.effective_at), d.type, "", d.batch.actor, d.pk, d.external_id, units=units[d.pk])
        for d in documents.values()
    ]


def _money(viewer: Viewer, found: OrderFacts, bills: tuple[payables.Payable, ...]) -> list[Event]:
    """Bills and credits, and payments on the order and on these."""
    instants = dict(
        models.Document.objects.filter(pk__in=[bill.document for bill in bills]).values_list("pk", "effective_at")
    )
    told = [
        Event(to_datetime(instants[bill.document]), TYPE_OF[bill.kind], "", "", bill.document, bill.number,
              money=Money(bill.amount, bill.currency), on=bill.due if bill.kind == payables.BILL else None)
        for bill in bills
    ]  # fmt: skip
    lines = viewer.of_company(models.PaymentLine.objects.all()).filter(
        Q(order_type="purchase_order", order=found.number)
        | Q(order_type="cost_bill", order__in=[b.number for b in bills if b.kind == payables.BILL])
        | Q(order_type="supplier_credit", order__in=[b.number for b in bills if b.kind == payables.CREDIT])
    )
    rows = current(lines).select_related("document__batch").defer("document__body").order_by("effective_at")
    told += [
        Event(
            to_datetime(row.effective_at), "payment", row.order_type, row.document.batch.actor, row.document_id,
            row.document.external_id, money=Money(row.amount, row.currency), reason=row.order,
        )
        for row in rows
    ]  # fmt: skip
    return told


def places(viewer: Viewer) -> dict[str, str]:
    """Places where goods can be received: code and name."""
    return naming.places(viewer.locations)
