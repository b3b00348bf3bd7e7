"""What the books say of each purchase order of a company, gathered in a fixed number of queries: lines, steps, goods, money."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from entrepot.books import models
from entrepot.books.deposits import paid_on_orders
from entrepot.books.versions import current
from entrepot.core.calendar import Instant, local_date
from entrepot.core.components import GOODS
from entrepot.core.documents.terms import PaymentTerm, assumed
from entrepot.core.kinds import Kind
from entrepot.core.money import round_half_away


@dataclass
class OrderLine:
    """A line of an order; units, and amounts in the order's currency."""

    line: int
    item: int
    quantity: int
    price: Fraction
    due: date | None
    key: int = 0
    confirmed: int | None = None
    promised: date | None = None
    lot: int = 0
    accepted: int | None = None
    rework: int = 0
    defects: int = 0
    shipped: int = 0
    received: int = 0
    returned: int = 0
    billed: Fraction = field(default_factory=Fraction)
    billed_units: int = 0
    credited: Fraction = field(default_factory=Fraction)
    first_at: Instant | None = None
    last_at: Instant | None = None

    @property
    def amount(self) -> int:
        """What the line comes to."""
        return round_half_away(self.price * self.quantity)


@dataclass
class Step:
    """Something that was said of the order as a whole."""

    document: int
    kind: str
    state: str
    by: str
    at: Instant
    on: date | None
    percent: int | None
    amount: int | None
    currency: str
    bill: str
    order_line: int
    recorded_at: Instant


@dataclass
class OrderFacts:
    """One order, or one proposal (``ordered`` false)."""

    number: str
    document: int
    supplier: str
    currency: str
    at: Instant
    body: dict[str, Any]
    lines: list[OrderLine]
    ordered: bool = True
    steps: list[Step] = field(default_factory=list[Step])
    paid: int = 0
    bill_open: int = 0
    shipped_at: Instant | None = None
    eta: date | None = None

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def terms(self) -> list[PaymentTerm]:
        """As agreed; else the deposit with the order and the rest with the bill."""
        told = self.body.get("terms") or []
        return [PaymentTerm.model_validate(term) for term in told] or assumed(int(self.body.get("deposit_bp", 0)))

    def last(self, *states: str) -> Step | None:
        """The latest step in one of ``states``."""
        return next((step for step in reversed(self.steps) if step.state in states), None)


def gather(company: models.Company, numbers: set[str] | None = None) -> dict[str, OrderFacts]:
    """Orders and open proposals by number: all of the company, or ``numbers``."""
    found = _orders(company, numbers)
    if numbers is None or numbers - set(found):
        _proposals(company, numbers, found)
    _steps(company, numbers, found)
    by_key = _keys(company, numbers, found)
    _goods(company, by_key, whole=numbers is None)
    _money(company, by_key, found, whole=numbers is None)
    _sent(company, found)
    return found


def _orders(company: models.Company, numbers: set[str] | None) -> dict[str, OrderFacts]:
    rows = models.PurchaseLine.objects.filter(company=company)
    if numbers is not None:
        rows = rows.filter(document__external_id__in=numbers)
    found: dict[str, OrderFacts] = {}
    names = (
        "pk", "document__external_id", "document_id", "supplier", "currency", "effective_at", "line", "item_id", "quantity",
        "price_amount", "price_per", "due",
    )  # fmt: skip
    for key, number, document, supplier, currency, at, line, item, quantity, amount, per, due in (
        current(rows).order_by("document_id", "line").values_list(*names)
    ):  # fmt: skip
        order = found.get(number)
        if order is None or order.document != document:
            order = found[number] = OrderFacts(number, document, supplier, currency, at, {}, [])
        order.lines.append(OrderLine(line, item, quantity, Fraction(amount, per), due, key))
    bodies = models.Document.objects.filter(pk__in=[order.document for order in found.values()])
    by_document = {order.document: order for order in found.values()}
    for pk, body in bodies.values_list("pk", "body"):
        by_document[pk].body = json.loads(bytes(body))
    return found


def _keys(company: models.Company, numbers: set[str] | None, found: dict[str, OrderFacts]) -> dict[int, OrderLine]:
    """Rows of order lines, also of earlier versions, to the line that stands for them now."""
    rows = models.PurchaseLine.objects.filter(company=company)
    if numbers is not None:
        rows = rows.filter(document__external_id__in=numbers)
    now = {(number, line.line, line.item): line for number, order in found.items() for line in order.lines if line.key}
    told = rows.values_list("pk", "document__external_id", "line", "item_id")
    return {pk: now[key] for pk, *rest in told if (key := (rest[0], rest[1], rest[2])) in now}


def _proposals(company: models.Company, numbers: set[str] | None, found: dict[str, OrderFacts]) -> None:
    """Proposals of which no order stands."""
    rows = models.PurchaseStep.objects.filter(company=company, kind="purchase_proposal", line=0)
    if numbers is not None:
        rows = rows.filter(order__in=numbers)
    items: dict[str, int] = {}
    told = list(current(rows.exclude(order__in=list(found))).select_related("document"))
    skus = {line["sku"] for step in told for line in json.loads(bytes(step.document.body))["lines"]}
    items = dict(models.Item.objects.filter(sku__in=skus).values_list("sku", "pk"))
    for step in told:
        body = json.loads(bytes(step.document.body))
        lines = [
            OrderLine(
                n, items.get(x["sku"], 0), x["quantity"], Fraction(x["price"]["amount"], x["price"].get("per", 1)),
                date.fromisoformat(x["due"]) if x.get("due") else None,
            )
            for n, x in enumerate(body["lines"], 1)
        ]  # fmt: skip
        found[step.order] = OrderFacts(
            step.order,
            step.document_id,
            body["supplier"],
            body["currency"],
            step.effective_at,
            body,
            lines,
            ordered=False,
        )


def _steps(company: models.Company, numbers: set[str] | None, found: dict[str, OrderFacts]) -> None:
    rows = models.PurchaseStep.objects.filter(company=company)
    if numbers is not None:
        rows = rows.filter(order__in=numbers)
    for row in current(rows).order_by("effective_at", "pk").iterator(2_000):
        order = found.get(row.order)
        if order is None:
            continue
        if row.line == 0:
            order.steps.append(
                Step(row.document_id, row.kind, row.state, row.by, row.effective_at, row.on, row.percent, row.amount,
                     row.currency, row.bill, row.order_line, row.recorded_at)
            )  # fmt: skip
            continue
        line = next((x for x in order.lines if x.line == row.order_line), None)
        if line is None:
            continue
        if row.kind == "supplier_confirmation":
            line.confirmed, line.promised = row.quantity, row.on or line.promised
        elif row.kind == "inspection":
            line.lot = row.quantity or 0
            line.accepted = (line.accepted or 0) + (row.accepted or 0)
            line.rework, line.defects = row.rework or 0, line.defects + (row.defects or 0)


def _goods(company: models.Company, by_key: dict[int, OrderLine], *, whole: bool) -> None:
    """Units that came of each line, and went back; of a supplier's shipment they are under way until taken out of it."""
    # By the line, whose company it is: by the movement's company the database would walk all of its movements.
    rows = models.Movement.objects.filter(kind=int(Kind.RECEIPT), replacement__isnull=True)
    rows = rows.filter(purchase_line__company=company) if whole else rows.filter(purchase_line__in=list(by_key))
    transit: dict[tuple[int, int], list[tuple[OrderLine, int]]] = defaultdict(list)
    names = ("purchase_line_id", "item_id", "quantity", "effective_at", "to_cell_id", "to_cell__transit")
    for key, item, units, at, cell, moving in rows.order_by("effective_at", "pk").values_list(*names):
        line = by_key.get(key)
        if line is None:
            continue
        if moving:
            line.shipped += units
            transit[cell, item].append((line, units))
            continue
        _came(line, units, at)
    back = models.Movement.objects.filter(
        company=company, kind=int(Kind.SUPPLIER_RETURN), replacement__isnull=True, lot__purchase_line__isnull=False
    )
    if not whole:
        back = back.filter(lot__purchase_line__in=list(by_key))
    for key, units in back.values_list("lot__purchase_line_id", "quantity"):
        if key in by_key:
            by_key[key].returned += units
    if not transit:
        return
    out = models.Movement.objects.filter(
        company=company, kind=int(Kind.ARRIVAL), replacement__isnull=True, from_cell_id__in={cell for cell, _ in transit}
    ).order_by("effective_at", "pk")  # fmt: skip
    for cell, item, units, at in out.values_list("from_cell_id", "item_id", "quantity", "effective_at"):
        left = units
        for place, (line, most) in enumerate(transit.get((cell, item), [])):
            part = min(left, most)
            if part > 0:
                transit[cell, item][place] = (line, most - part)
                left -= part
                _came(line, part, at)


def _came(line: OrderLine, units: int, at: Instant) -> None:
    line.received += units
    line.first_at = at if line.first_at is None else line.first_at
    line.last_at = at


def _money(company: models.Company, by_key: dict[int, OrderLine], found: dict[str, OrderFacts], *, whole: bool) -> None:
    """What was billed and credited of each line, and paid on each order; a bill over several orders by its weights."""
    shares = models.BasisShare.objects.filter(
        basis__cost_line__company=company, basis__cost_line__component=GOODS, basis__cost_line__estimate=False,
        basis__cost_line__internal=False, basis__cost_line__replacement__isnull=True,
        basis__cost_line__document__type__in=("cost_bill", "supplier_credit"),
    )  # fmt: skip
    if not whole:
        came = list(models.Movement.objects.filter(purchase_line__in=list(by_key)).values_list("pk", flat=True))
        back = list(models.Movement.objects.filter(lot__in=came).values_list("pk", flat=True))
        touching = shares.filter(movement__in=came + back).values_list("basis__cost_line_id", flat=True)
        shares = shares.filter(basis__cost_line__in=list(touching.order_by().distinct()))
    names = (
        "basis__cost_line_id", "basis__version", "basis__cost_line__amount", "basis__cost_line__currency", "weight",
        "movement__purchase_line_id", "basis__cost_line__document__type", "movement__lot__purchase_line_id",
    )  # fmt: skip
    by_line: dict[int, dict[int, list[tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(list))
    for cost, version, *rest in shares.values_list(*names):
        by_line[cost][version].append(tuple(rest))
    currencies = {id(line): order.currency for order in found.values() for line in order.lines}
    for versions in by_line.values():
        rows = versions[max(versions)]
        weights = sum(row[2] for row in rows)
        for amount, currency, weight, key, kind, returned in rows:
            line = by_key.get(key or returned)
            if line is None or not weights or currencies[id(line)] != currency:
                continue
            part = Fraction(amount * weight, weights)
            if kind == "cost_bill":
                line.billed += part
            else:
                line.credited -= part
    paid = models.PaymentLine.objects.filter(company=company, order_type="purchase_order")
    if not whole:
        paid = paid.filter(order__in=list(found))
    currencies = {number: order.currency for number, order in found.items()}
    for number, amount in paid_on_orders(company, paid, currencies, lambda one: found[one].amount).items():
        found[number].paid += amount


def _sent(company: models.Company, found: dict[str, OrderFacts]) -> None:
    """Shipments by the supplier, also while their goods are still his."""
    rows = models.Shipment.objects.filter(company=company)
    told = current(rows).order_by("departed_at").values_list("document__body", "departed_at", "eta")
    items: dict[str, int] | None = None
    for body, departed, eta in told:
        content = json.loads(bytes(body))
        order = found.get((content.get("order") or {}).get("id", ""))
        if order is None:
            continue
        owned = order.shipped_at is not None or any(line.shipped for line in order.lines)
        order.shipped_at = departed if order.shipped_at is None else order.shipped_at
        order.eta = local_date(eta, company.zone) if eta else order.eta
        if items is None:
            items = dict(models.Item.objects.values_list("sku", "pk"))
        for one in [] if owned else content["lines"]:  # units that were ours on the way are counted by their movements
            line = next((x for x in order.lines if x.item == items.get(one["sku"])), None)
            if line is not None:
                line.shipped += one["quantity"]
