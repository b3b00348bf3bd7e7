"""Bills, credits, fees and reimbursements: cost lines aimed at what they are for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from entrepot.books import models
from entrepot.books.intake import rows as r
from entrepot.books.intake.posting import references
from entrepot.books.intake.posting.accruals import noted, replace_accruals
from entrepot.books.intake.posting.builder import Builder, line_amount
from entrepot.books.intake.posting.import_tax import terms
from entrepot.books.intake.posting.prepaid import converted
from entrepot.books.intake.posting.resplit import resplit_movements
from entrepot.books.intake.posting.standing import standing
from entrepot.books.intake.posting.weights import of_movements, of_sales
from entrepot.books.intake.trouble import refused
from entrepot.books.versions import IDENTITY
from entrepot.core import documents as d
from entrepot.core.calendar import local_date, midnight
from entrepot.core.components import COMPONENTS


def cost_bill(b: Builder, doc: d.CostBill) -> None:
    asked = _asked(b, doc)
    for number, line in enumerate(doc.lines, 1):
        _cost_line(b, doc, number, line, line.amount, asked)
    if doc.entry:
        customs_entry(b, doc.entry)
    terms(b, doc)


def customs_entry(b: Builder, entry: str) -> None:
    """The entry that a broker's bill names, so that a refund finds the bill by it."""
    b.postings.objects.append(models.CustomsEntry(document_id=b.header.id, company_id=b.header.company.pk, entry=entry))


def supplier_credit(b: Builder, doc: d.SupplierCredit) -> None:
    for number, line in enumerate(doc.lines, 1):
        _cost_line(b, doc, number, line, -line.amount, [])
    terms(b, doc)


def _cost_line(b: Builder, doc: Any, number: int, line: d.CostLine, amount: int, asked: _Asked) -> None:
    kinds = {target.kind for target in line.targets}
    if len(kinds) > 1:
        raise refused(
            "mixed_targets",
            "one line aims at targets of different kinds",
            "use a line for each kind",
            line=number,
            field="targets",
        )
    kind = kinds.pop()
    if kind in ("place", "company"):
        _period_line(b, doc, number, line, amount)
        return
    if kind == "order":
        lines = [row for target in line.targets for row in references.sales_lines(b, _ref(target))]
        _own(b, lines, number)
        weights = of_sales(line.basis, lines, manual=line.weights)
        new = b.cost(
            number, line.component, amount, doc.currency, list(zip([row.pk for row in lines], weights, strict=True)),
            kind="order", basis=line.basis, estimate=line.estimate,
        )  # fmt: skip
        _true_up(b, doc, line, new, sales_lines=[row.pk for row in lines])
        b.postings.items |= {row.item_id for row in lines if row.item_id is not None}
        return
    rows = [row for target in line.targets for row in references.movements(b, _ref(target), kind)]
    rows = list({row.pk: row for row in rows}.values())
    _own(b, rows, number)
    basis = line.basis if len(rows) > 1 else "line"
    weights = of_movements(basis, rows, manual=line.weights, divisor=line.divisor)
    paid = None
    if line.component == "goods" and amount > 0 and kind == "births":
        paid = converted(b, _worth(b, doc, rows, asked), amount, doc.currency, b.header.effective_at)
    new = b.cost(
        number, line.component, amount, doc.currency, list(zip([row.pk for row in rows], weights, strict=True)),
        kind=kind, basis=basis, converted=paid, estimate=line.estimate,
    )  # fmt: skip
    b.postings.items |= {row.item_id for row in rows}
    _replace_estimates(b, doc, line, new, rows)
    if kind == "births":
        _true_up(b, doc, line, new, movements=[row.pk for row in rows])


def _true_up(b: Builder, doc: Any, line: d.CostLine, new: r.CostLineRow, **aimed: list[int]) -> None:
    """A bill takes the place of what was accrued for it; an estimate waits for its bill."""
    if line.estimate:
        noted(b, line.component, aimed.get("sales_lines", ()))
    elif doc.type == "cost_bill" and line.replaces is None and line.amount > 0:
        replace_accruals(b, new.id, line.component, doc.supplier, **aimed)


def _own(b: Builder, rows: list[Any], number: int) -> None:
    """A cost line is in its company's currency, so what it is aimed at has to be that company's."""
    if any(row.company_id != b.header.company.pk for row in rows):
        raise refused(
            "wrong_company", "the cost is aimed at what another company owns", "fix the company or the target",
            line=number, field="company",
        )  # fmt: skip


def _ref(target: d.Target) -> d.Ref:
    if target.document is None:
        raise refused("no_target", "the target names no document", "name the document", field="target")
    return target.document


_Asked = list[tuple[dict[str, int], int]]
"""Goods lines of a bill: what each of the orders that a line reaches was agreed for, and what the line asks for."""


def _asked(b: Builder, doc: d.CostBill) -> _Asked:
    """Of a bill in the company's currency nothing: there deposits have no rate of their own."""
    if doc.currency == b.header.company.currency:
        return []
    found: _Asked = []
    for line in doc.lines:
        if line.component == "goods" and {target.kind for target in line.targets} == {"births"}:
            rows = [row for target in line.targets for row in references.movements(b, _ref(target), "births")]
            found.append((_agreed(rows, doc.currency), line.amount))
    return found


def _worth(b: Builder, doc: d.CostBill, rows: list[models.Movement], asked: _Asked) -> dict[tuple[str, str], int]:
    """What payments on the orders of ``rows``, and on the bill itself, are shares of: what was agreed, or what the bill asks
    for these orders where that is more; and the bill's goods."""
    orders = _agreed(rows, doc.currency) if asked else {}
    whole = max(sum(orders.values()), sum(amount for others, amount in asked if others.keys() & orders.keys()))
    worth = {("purchase_order", number): whole for number in orders}
    return worth | {("cost_bill", doc.id): sum(line.amount for line in doc.lines if line.component == "goods")}


def _agreed(rows: list[models.Movement], currency: str) -> dict[str, int]:
    """Numbers of the orders by which ``rows`` came → what their latest versions come to in ``currency``."""
    named = models.PurchaseLine.objects.filter(pk__in={row.purchase_line_id for row in rows if row.purchase_line_id})
    names = [f"document__{name}" for name in IDENTITY]
    found: dict[str, int] = {}
    for identity in named.order_by(*names).values(*names).distinct():
        lines = list(models.PurchaseLine.objects.filter(**identity))
        latest = max(line.document_id for line in lines)
        number = identity["document__external_id"]
        found[number] = found.get(number, 0) + sum(
            line_amount(line.price_amount, line.price_per, line.quantity)
            for line in lines
            if line.document_id == latest and line.currency == currency
        )
    return found


def _replace_estimates(b: Builder, doc: Any, line: d.CostLine, new: r.CostLineRow, rows: list[models.Movement]) -> None:
    """A goods bill takes the place of what the order promised for the same units; others replace what they name."""
    old = models.CostLine.objects.none()
    if line.replaces is not None:
        documents = references.documents(b, line.replaces)
        named = models.CostLine.objects.filter(document_id__in=documents, component=COMPONENTS[line.component])
        if line.replaces.line is not None:
            named = named.filter(line=line.replaces.line)
        now = [standing(row) for row in named]  # it may have come back with the withdrawal of what replaced it before
        counts = {row.pk for row in now if row and (row.document_id in documents or row.document.type == "reversal")}
        old = models.CostLine.objects.filter(pk__in=counts)
    elif doc.type == "cost_bill" and line.component == "goods" and not line.estimate and line.amount > 0:
        old = models.CostLine.objects.filter(
            component=COMPONENTS["goods"],
            estimate=True,
            basis__basisshare__movement__in=references.told_before([row.pk for row in rows]),
        ).distinct()
    taken = {row.cost_line_id for row in b.postings.replacements}
    for row in old.filter(replacement__isnull=True).order_by("pk"):
        if row.pk not in taken:
            b.replace(cost_line_id=row.pk, new_cost_line_id=new.id)
    if line.component == "goods":
        resplit_movements(b, {row.pk for row in rows})


def _period_line(b: Builder, doc: Any, number: int, line: d.CostLine, amount: int) -> None:
    if len(line.targets) != 1:
        raise refused(
            "one_period", "a period line has one target", "use a line for each period", line=number, field="targets"
        )
    target = line.targets[0]
    location = b.directory.location(target.location) if target.location else None
    _over_period(
        b,
        number,
        line.component,
        amount,
        doc.currency,
        target.kind,
        target.period_from,
        target.period_to,
        location=location,
        estimate=line.estimate,
    )


def _over_period(
    b: Builder, number: int, component: str, amount: int, currency: str, kind: str, first: Any, last: Any, *,
    location: Any = None, shop: Any = None, item: int | None = None, estimate: bool = False,
) -> None:  # fmt: skip
    zone = b.header.company.zone
    day = local_date(b.header.effective_at, zone)
    start, end = midnight(first or day, zone), midnight((last or day) + timedelta(days=1), zone)
    if end <= start:
        raise refused(
            "empty_period", "the period ends before it begins", "fix its dates", line=number, field="period_to"
        )
    b.cost(
        number, component, amount, currency, [], kind=kind, location_id=location.pk if location else None,
        shop_id=shop.pk if shop else None, item_id=item, period_from=start, period_to=end, estimate=estimate,
    )  # fmt: skip
    if item is not None:
        b.postings.items.add(item)
    else:
        b.postings.everything = True


def fee_charge(b: Builder, doc: d.FeeCharge) -> None:
    shop = b.directory.shop(doc.shop)
    known = references.sales_lines_of(b, [line.order for line in doc.lines if line.order is not None])
    for number, line in enumerate(doc.lines, 1):
        if line.order is None:
            item = b.directory.item(line.sku, number) if line.sku else None
            place = shop.location if line.component == "storage" else None
            _over_period(
                b, number, line.component, line.amount, doc.currency, "place" if place else "company",
                doc.period_from, doc.period_to, location=place, shop=shop, item=item,
            )  # fmt: skip
            continue
        lines = known.get(line.order.id) if line.order.line is None else None
        lines = lines or references.sales_lines(b, line.order)
        if line.sku:
            lines = [row for row in lines if row.sku == line.sku] or lines
        weights = of_sales("value", lines)
        new = b.cost(
            number, line.component, line.amount, doc.currency,
            list(zip([row.pk for row in lines], weights, strict=True)), kind="order", basis="value",
            shop_id=shop.pk,
        )  # fmt: skip
        if line.amount > 0:
            replace_accruals(b, new.id, line.component, doc.shop, sales_lines=[row.pk for row in lines])
        b.postings.items |= {row.item_id for row in lines if row.item_id is not None}


def reimbursement(b: Builder, doc: d.Reimbursement) -> None:
    shop = b.directory.shop(doc.shop) if doc.shop else None
    if doc.loss is None:
        item = b.directory.item(doc.sku) if doc.sku else None
        _over_period(b, 1, "loss", -doc.amount, doc.currency, "company", None, None, shop=shop, item=item)
        return
    rows = references.movements(b, doc.loss, "issue")
    if doc.sku:
        item = b.directory.item(doc.sku)
        rows = [row for row in rows if row.item_id == item]
    weights = of_movements("quantity", rows)
    b.cost(
        1, "loss", -doc.amount, doc.currency, list(zip([row.pk for row in rows], weights, strict=True)), kind="issue",
        basis="quantity",
    )  # fmt: skip
    b.postings.items |= {row.item_id for row in rows}
