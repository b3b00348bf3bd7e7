"""Purchase orders, receipts and payments to suppliers."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from entrepot.books import models
from entrepot.books.intake import rows as r
from entrepot.books.intake.posting import handover, purchasing, references
from entrepot.books.intake.posting.builder import Builder, line_amount, ratio
from entrepot.books.intake.posting.prepaid import converted
from entrepot.books.intake.posting.resplit import resplit_movements
from entrepot.books.intake.trouble import refused, unknown
from entrepot.core import documents as d
from entrepot.core.calendar import Instant
from entrepot.core.components import GOODS
from entrepot.core.kinds import Kind
from entrepot.core.money import exponent, range_share

_PROMISED = ("receipt", "shipment", "payment", "purchase_order")
"""Whose goods estimates are made at an order's price."""
_GOES_ON = "let the order go on, or receive the goods without it"
"""What to do with goods of an order that was cancelled."""


def purchase_order(b: Builder, doc: d.PurchaseOrder) -> None:
    exponent(doc.currency)  # refuses what is no currency
    for number, line in enumerate(doc.lines, 1):
        b.postings.purchases.append(
            r.PurchaseLineRow(
                b.session.new_id(r.PurchaseLineRow), b.header.id, number, b.header.company.pk,
                b.directory.item(line.sku, number), doc.supplier, line.quantity, line.price.amount, line.price.per,
                doc.currency, doc.destination, line.due.isoformat() if line.due else None, b.header.effective_at,
                b.session.recorded_at,
            )
        )  # fmt: skip
    if b.header.before:
        _recost(b, doc)


def _recost(b: Builder, doc: d.PurchaseOrder) -> None:
    """A corrected price, or a corrected whole that a deposit was a part of, corrects the goods already costed from the
    order; what a bill has costed stays as billed."""
    b.session.flush()
    before = models.PurchaseLine.objects.filter(document_id__in=b.header.before)
    now = b.postings.purchases
    total = sum(line_amount(row.price_amount, row.price_per, row.quantity) for row in now)
    costed = models.CostLine.objects.filter(
        company_id=b.header.company.pk, component=GOODS, estimate=True, replacement__isnull=True,
        document__type__in=(*_PROMISED, "reversal"),
        basis__basisshare__movement__purchase_line__in=before,
    ).select_related("document")  # fmt: skip
    for ordinal, old in enumerate(costed.distinct().order_by("pk")):
        born, weight, quantity, item, promised = models.BasisShare.objects.values_list(
            "movement_id", "weight", "movement__quantity", "movement__item_id", "movement__purchase_line__line"
        ).get(basis__cost_line=old)
        same = [row for row in now if row.item_id == item]
        line = next((row for row in same if row.line == promised), same[0] if same else None)
        if line is None or (old.document.type == "reversal" and not _was_promised(old, born)):
            continue  # the order no longer names the item: what came stays as it was promised
        amount = line_amount(line.price_amount, line.price_per, quantity)
        paid = converted(b, {("purchase_order", doc.id): total}, amount, doc.currency, old.effective_at)
        paid = paid or b.base(amount, doc.currency, old.effective_at)
        if (amount, doc.currency, paid[0]) == (old.amount, old.currency, old.base_amount):
            continue
        new = b.cost(
            line.line, "goods", amount, doc.currency, [(born, weight)], ordinal=ordinal,
            at=old.effective_at, converted=paid, estimate=True,
        )  # fmt: skip
        b.replace(cost_line_id=old.pk, new_cost_line_id=new.id)
        b.postings.items.add(item)


def _was_promised(line: models.CostLine, born: int) -> bool:
    """Did the order's price come back with this line, when a bill was withdrawn? (Else it is another estimate.)"""
    return models.CostLine.objects.filter(
        component=GOODS, document__type__in=_PROMISED, basis__basisshare__movement=born, amount=line.amount,
        currency=line.currency, base_amount=line.base_amount, effective_at=line.effective_at,
    ).exists()  # fmt: skip


def receipt(b: Builder, doc: d.Receipt) -> None:
    order = doc.order
    if doc.shipment is not None:
        sent = _sent(b, doc.shipment)
        order = handover.still_the_suppliers(sent)
        if order is None:
            _arrival(b, doc, sent)
            return
    ordered = _ordered(b, order) if order else []
    if order is not None:
        purchasing.refuse_cancelled(b, order.id, _GOES_ON)
        purchasing.refuse_over(b, doc, ordered)
    total = sum(line_amount(line.price_amount, line.price_per, line.quantity) for line in ordered)
    location = b.directory.location(doc.location)
    for number, line in enumerate(doc.lines, 1):
        item = b.directory.item(line.sku, number)
        cell = b.directory.cell_at(b.header.company, location, line.condition, line.label, line.batch, line.expiry)
        of_order = _matching(ordered, item, line.order_line, number)
        if of_order is not None and line.price is None:
            _bought(b, number, line.quantity, cell, of_order, total, b.header.effective_at)
            continue
        born = b.movement(
            number, Kind.RECEIPT, item, line.quantity, None, cell, purchase_line_id=of_order.pk if of_order else None
        )
        if line.price is not None:
            amount = line_amount(line.price.amount, line.price.per, line.quantity)
            b.cost(number, "goods", amount, doc.currency, [(born.id, 1)])


def supplier_shipment(b: Builder, doc: d.Shipment, transit: int) -> None:
    """Goods that a supplier sends become ours on their way, at the moment that the order's incoterm names, or when received."""
    order = doc.order
    if order is None:  # pragma: no cover - the caller has looked
        return
    purchasing.refuse_cancelled(b, order.id, _GOES_ON)
    ordered = _ordered(b, order)
    owned = handover.owned(b, doc, order)
    if owned is None:
        return
    if b.header.before and handover.received_as_bought(references.documents(b, order), doc.id):
        raise refused(
            "already_received", "these goods were taken up when they were received, as the order said then",
            "withdraw the receipt, correct the shipment, and import the receipt again", field="order", found=order.id,
        )  # fmt: skip
    total = sum(line_amount(line.price_amount, line.price_per, line.quantity) for line in ordered)
    for number, line in enumerate(doc.lines, 1):
        of_order = _matching(ordered, b.directory.item(line.sku, number), None, number)
        if of_order is None:
            raise refused(
                "not_ordered", "the purchase order does not name this item", "fix the SKU or the order", line=number,
                field="sku", found=line.sku,
            )  # fmt: skip
        _bought(b, number, line.quantity, transit, of_order, total, owned)


def _bought(b: Builder, number: int, units: int, cell: int, line: models.PurchaseLine, total: int, at: Instant) -> None:
    """Units of an order line are born in ``cell`` at the order's price, an estimate until a bill comes."""
    born = b.movement(number, Kind.RECEIPT, line.item_id, units, None, cell, purchase_line_id=line.pk, at=at)
    amount = line_amount(line.price_amount, line.price_per, units)
    worth = {("purchase_order", line.document.external_id): total}
    paid = converted(b, worth, amount, line.currency, at)
    b.cost(number, "goods", amount, line.currency, [(born.id, 1)], converted=paid, estimate=True, at=at)


def _ordered(b: Builder, order: d.Ref) -> list[models.PurchaseLine]:
    """Lines of the order's latest version."""
    lines = list(
        models.PurchaseLine.objects.filter(document_id__in=references.documents(b, order))
        .select_related("document")
        .defer("document__body")
        .order_by("document_id", "line")
    )
    latest = max((line.document_id for line in lines), default=None)
    return [line for line in lines if line.document_id == latest]


def _matching(
    ordered: list[models.PurchaseLine], item: int, number: int | None, line: int
) -> models.PurchaseLine | None:
    """The order line that a receipt line fulfils: the one it names, else the first of the same item."""
    if number is not None and ordered:
        for candidate in ordered:
            if candidate.line == number and candidate.item_id == item:
                return candidate
        raise refused(
            "wrong_order_line", "the order line is not of this item", "fix the order line or the SKU", line=line,
            field="order_line", found=str(number),
        )  # fmt: skip
    return next((candidate for candidate in ordered if candidate.item_id == item), None)


def _sent(b: Builder, ref: d.Ref) -> models.Shipment:
    documents = references.documents(b, ref)
    rows = models.Shipment.objects.filter(document_id__in=documents).select_related("document")
    shipment = rows.order_by("-pk").first()
    if shipment is None:
        raise unknown("shipment", ref.id, "import the shipment first", field="shipment")
    if shipment.company_id != b.header.company.pk:
        raise refused("wrong_company", "the shipment belongs to another company", "fix the company", field="company")
    return shipment


def _arrival(b: Builder, doc: d.Receipt, shipment: models.Shipment) -> None:
    """Units come out of a shipment; what exceeds it is a surplus whose cost is missing."""
    sent = _per_item(to_cell_id=shipment.cell_id, kind__in=(int(Kind.DEPARTURE), int(Kind.RECEIPT)))
    taken = _per_item(from_cell_id=shipment.cell_id, exclude=b.header.older)
    location = b.directory.location(doc.location)
    for number, line in enumerate(doc.lines, 1):
        item = b.directory.item(line.sku, number)
        cell = b.directory.cell_at(b.header.company, location, line.condition, line.label, line.batch, line.expiry)
        arrived = max(0, min(line.quantity, sent[item] - taken[item]))
        taken[item] += arrived
        if arrived:
            b.movement(number, Kind.ARRIVAL, item, arrived, shipment.cell_id, cell)
        if line.quantity > arrived:
            b.movement(number, Kind.COUNT_SURPLUS, item, line.quantity - arrived, None, cell, ordinal=1)


def _per_item(exclude: tuple[int, ...] = (), **where: Any) -> dict[int, int]:
    rows = (
        models.Movement.objects.filter(replacement__isnull=True, **where)
        .exclude(document_id__in=exclude)
        .values_list("item_id")
        .annotate(units=Sum("quantity"))
    )
    return defaultdict(int, dict(rows))


def payment(b: Builder, doc: d.Payment) -> None:
    if doc.amount == 0 and (not doc.shares or doc.base_amount):
        raise refused("empty_payment", "the payment is of nothing", "give the amount that was paid", field="amount")
    sign = 1 if doc.amount > 0 else -1  # money back from a supplier is negative, and so are its shares
    given = sum(share.amount for share in doc.shares)
    if sign * given > sign * doc.amount or (doc.amount == 0 and given):
        raise refused("overallocated", "the shares exceed the payment", "fix amount or shares", field="shares")
    purchasing.refuse_overpaid(b, doc)
    shares = [(s.document.type, s.document.id, s.amount) for s in doc.shares]
    rest = doc.amount - sum(amount for _, _, amount in shares)
    if rest:
        shares.append(("", "", rest))
    # A credit set off against bills moves no money: its shares cancel out, and are worth what the day's rate says.
    whole, rate = (
        (doc.base_amount, None)
        if doc.base_amount is not None and doc.amount
        else b.base(doc.amount, doc.currency, b.header.effective_at)
    )
    scale = Fraction(10) ** (exponent(doc.currency) - exponent(b.header.company.currency))
    value = Fraction(whole, doc.amount) * scale if rate is None else rate.value
    numerator, denominator = ratio(value, whole, doc.amount)
    done = 0
    for number, (kind, order, amount) in enumerate(shares, 1):
        if doc.amount:
            base = range_share(whole, doc.amount, done, done + amount)
        else:
            reached, before = (b.base(at, doc.currency, b.header.effective_at)[0] for at in (done + amount, done))
            base = reached - before
        done += amount
        b.postings.payments.append(
            r.PaymentLineRow(
                b.session.new_id(r.PaymentLineRow), b.header.id, number, b.header.company.pk, doc.supplier, kind,
                order, amount, doc.currency, base, numerator, denominator, b.header.effective_at,
                b.session.recorded_at,
            )
        )  # fmt: skip
    before = models.PaymentLine.objects.filter(document_id__in=b.header.older)
    orders = {order for kind, order, _ in shares if kind == "purchase_order"}
    orders |= set(before.filter(order_type="purchase_order").values_list("order", flat=True))
    since = min([b.header.effective_at, *before.values_list("effective_at", flat=True)])
    back = any(amount < 0 for _, _, amount in shares)
    for number, order in enumerate(sorted(orders), 1):
        _reprice(b, order, 1000 * number, since, anew=bool(b.header.older) or back)


def _reprice(b: Builder, order: str, line: int, since: Instant, *, anew: bool) -> None:
    """A deposit that was recorded (or corrected) after its receipt corrects the rate of the goods already costed from
    the order; goods that no deposit concerns any more (``anew``: it was corrected, or came back) take the day's rate."""
    b.session.flush()
    lines = models.PurchaseLine.objects.filter(
        company_id=b.header.company.pk, document__type="purchase_order", document__external_id=order
    )
    latest = max(lines.values_list("document_id", flat=True), default=None)
    total = sum(line_amount(p.price_amount, p.price_per, p.quantity) for p in lines.filter(document_id=latest))
    costed = (
        models.CostLine.objects.filter(
            company_id=b.header.company.pk,
            component=GOODS,
            estimate=True,
            replacement__isnull=True,
            effective_at__gte=since,
            basis__basisshare__movement__purchase_line__in=lines,
        )
        .distinct()
        .order_by("pk")
    )
    changed: set[int] = set()
    for ordinal, old in enumerate(costed):
        paid = converted(b, {("purchase_order", order): total}, old.amount, old.currency, old.effective_at)
        if paid is None and anew:
            paid = b.base(old.amount, old.currency, old.effective_at)
        if paid is None or paid[0] == old.base_amount:
            continue
        targets = list(
            models.BasisShare.objects.filter(basis__cost_line=old)
            .order_by("ordinal")
            .values_list("movement_id", "weight")
        )
        new = b.cost(
            line, "goods", old.amount, old.currency, targets, ordinal=ordinal, at=old.effective_at, converted=paid,
            estimate=True,
        )  # fmt: skip
        b.replace(cost_line_id=old.pk, new_cost_line_id=new.id)
        changed |= {movement for movement, _ in targets}
    b.postings.items |= set(models.Movement.objects.filter(pk__in=changed).values_list("item_id", flat=True))
    resplit_movements(b, changed)
