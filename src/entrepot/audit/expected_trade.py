"""Posting rules of documents of buying, selling and paying: orders, returns, refunds, bills, fees, payments."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from entrepot.audit.arithmetic import DECIMALS
from entrepot.audit.expected import (
    Context,
    Expected,
    Rule,
    Source,
    Targets,
    base,
    cost,
    line_amount,
    lot_of,
    moment,
    move,
    owner,
    period,
    prepaid_base,
    sold_line,
    spread,
)
from entrepot.audit.rates import Deposit
from entrepot.audit.references import Moved, Sold
from entrepot.audit.vocabulary import NUMBER_OF, RETURN, SALE
from entrepot.audit.weights import of_movements, of_sales

Body = dict[str, Any]


def purchase_order(context: Context, source: Source, body: Body, expected: Expected) -> None:
    for number, line in enumerate(body["lines"], 1):
        price = line["price"]
        expected.purchases.append(
            (
                number,
                source.company,
                context.registers.item(line["sku"]),
                body["supplier"],
                line["quantity"],
                price["amount"],
                price.get("per", 1),
                body["currency"],
                body.get("destination", ""),
                line.get("due") or "",
                source.effective_at,
            )
        )
    if context.before:
        _recost(context, source, body, expected)


def _recost(context: Context, source: Source, body: Body, expected: Expected) -> None:
    """The order's corrected price on what was costed at its price before."""
    before = {line.id: line for line in context.references.purchase_lines(sorted(context.before))}
    now = [(row[0], row[2], {"amount": row[5], "per": row[6]}, row[4]) for row in expected.purchases]
    total = sum(line_amount(price, quantity) for _, _, price, quantity in now)
    currency, whose = body["currency"], owner(context, source)
    for ordinal, (old, units, promised) in enumerate(context.references.costed_from(sorted(before), source.id)):
        named = before[promised]
        same = [row for row in now if row[1] == named.item]
        if not same:
            continue
        number, _, price, _ = next((row for row in same if row[0] == named.line), same[0])
        amount = line_amount(price, units)
        paid = prepaid_base(context, {source.external_id}, total, amount, currency, old.at, whose)
        if paid is None:
            paid = base(context, amount, currency, old.at, whose)
        if (amount, currency, paid) == (old.amount, old.currency, old.base_amount):
            continue
        target = context.references.targets(old.id)
        expected.costs.append(
            cost(
                context,
                source,
                number,
                "goods",
                amount,
                currency,
                target,
                ordinal=ordinal,
                at=old.at,
                converted=paid,
                estimate=True,
            )
        )
        expected.replaced["cost_line", old.id] = (number, ordinal)


def payment(context: Context, source: Source, body: Body, expected: Expected) -> None:
    company = owner(context, source)
    amount, currency = body["amount"], body["currency"]
    shares = [(s["document"]["type"], s["document"]["id"], s["amount"]) for s in body.get("shares", [])]
    rest = amount - sum(part for _, _, part in shares)
    if rest:
        shares.append(("", "", rest))
    stated = body.get("base_amount")
    whole = base(context, amount, currency, source.effective_at, company) if stated is None else stated
    bases = spread(whole, amount, [part for _, _, part in shares])
    rate = context.rates.rate(currency, company.currency, _day(context, source)) if stated is None else None
    if rate is None and amount:
        shift = DECIMALS.get(currency, 2) - DECIMALS.get(company.currency, 2)
        rate = Fraction(whole, amount) * Fraction(10) ** shift
    for number, ((kind, order, part), base_part) in enumerate(zip(shares, bases, strict=True), 1):
        expected.payments.append(
            (number, company.id, body["supplier"], kind, order, part, currency, base_part, source.effective_at)
        )
        if order and rate is not None:
            context.rates.deposits.setdefault(order, []).append(
                Deposit(source.id, company.id, order, part, currency, rate, source.effective_at)
            )
    orders = {order for kind, order, _ in shares if kind == "purchase_order"}
    since = source.effective_at
    for kind, order, at in context.references.paid_before(context.older):
        since = min(since, at)
        if kind == "purchase_order":
            orders.add(order)
    for place, order in enumerate(sorted(orders), 1):
        _reprice(context, source, order, 1000 * place, since, expected)


def _reprice(context: Context, source: Source, order: str, number: int, since: int, expected: Expected) -> None:
    """A deposit recorded after its receipt corrects the rate of the goods already costed from the order."""
    references = context.references
    lines = references.purchase_lines(references.documents({"type": "purchase_order", "id": order}, source.id))
    latest = max((line.document for line in lines), default=0)
    total = sum(
        line_amount({"amount": line.price_amount, "per": line.price_per}, line.quantity)
        for line in lines
        if line.document == latest
    )
    for ordinal, old in enumerate(
        row for row in references.estimates(references.receipts_of(order), source.id) if row.at >= since
    ):
        paid = prepaid_base(context, {order}, total, old.amount, old.currency, old.at, owner(context, source))
        if paid is None and context.older:
            paid = base(context, old.amount, old.currency, old.at, owner(context, source))
        if paid is None or paid == old.base_amount:
            continue
        expected.costs.append(
            cost(
                context,
                source,
                number,
                "goods",
                old.amount,
                old.currency,
                references.targets(old.id),
                ordinal=ordinal,
                at=old.at,
                converted=paid,
                estimate=True,
            )
        )
        expected.replaced["cost_line", old.id] = (number, ordinal)


def _day(context: Context, source: Source) -> Any:
    from entrepot.audit.registers import local_day

    return local_day(source.effective_at, owner(context, source).zone)


def sales_order(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    shop = registers.shop(body["shop"])
    company = owner(context, source)
    cell = (
        registers.cell(company.id, body["cell"])
        if body.get("cell")
        else registers.cell_at(company.id, shop.location, {})
    )
    status, currency = body.get("status", "shipped"), body["currency"]
    at = moment(body.get("shipped_at"), source.effective_at)
    country, region = body.get("country") or "", body.get("region", "")
    for number, line in enumerate(body["lines"], 1):
        item, parts = registers.parts(shop, line["sku"])
        amount = line.get("amount")
        worth = None if amount is None else base(context, amount, currency, source.effective_at, company)
        expected.sales.append(
            (
                number,
                company.id,
                shop.id,
                item or 0,
                line["sku"],
                line["quantity"],
                amount,
                line.get("tax", 0),
                currency,
                worth,
                source.effective_at,
                country,
                region,
                status,
            )
        )
        if status == "cancelled":
            continue
        for ordinal, (part, units) in enumerate(parts):
            quantity = units * line["quantity"]
            if status == "open":
                expected.reserved.append((number, part, cell, quantity))
            else:
                lot = lot_of(context, source, line.get("lot"), part)
                expected.moves.append(
                    move(source, number, SALE, part, quantity, cell, 0, ordinal=ordinal, at=at, lot=lot)
                )


def refund(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    shop = registers.shop(body["shop"])
    lines = context.references.sales_lines(body["order"], source.id) if body.get("order") else []
    for number, line in enumerate(body["lines"], 1):
        sku = line.get("sku", "")
        sold = sold_line(lines, line.get("order_line"), sku)
        item = sold.item if sold else ((registers.parts(shop, sku)[0] or 0) if sku else 0)
        _refund(context, source, expected, number, line, body["currency"], shop.id, sold, item)


def _refund(
    context: Context,
    source: Source,
    expected: Expected,
    number: int,
    line: Body,
    currency: str,
    shop: int,
    sold: Sold | None,
    item: int,
) -> None:
    company = owner(context, source)
    expected.refunds.append(
        (
            number,
            company.id,
            shop,
            sold.id if sold else 0,
            item,
            line["amount"],
            line.get("tax", 0),
            currency,
            base(context, line["amount"], currency, source.effective_at, company),
            source.effective_at,
        )
    )


def return_(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    shop = registers.shop(body["shop"]) if body.get("shop") else None
    place = registers.location(body["location"]) if body.get("location") else shop.location  # type: ignore[union-attr]
    order = body.get("order")
    sales = context.references.movements(order, "issue", source.id) if order else []
    lines = context.references.sales_lines(order, source.id) if order else []
    left = {sale.id: sale.quantity - context.references.returned(sale.id, source.id, context.older) for sale in sales}
    for number, line in enumerate(body["lines"], 1):
        cell = registers.cell_at(source.company, place, {**line, "batch": "", "expiry": None})
        item, parts = registers.parts(shop, line["sku"])
        ordinal = 0
        for part, units in parts:
            for of, quantity in _origins(part, units * line["quantity"], line.get("order_line"), sales, left):
                expected.moves.append(move(source, number, RETURN, part, quantity, 0, cell, ordinal=ordinal, of=of))
                ordinal += 1
        if line.get("amount") or (line.get("amount") is not None and line.get("tax")):
            sold = sold_line(lines, line.get("order_line"), line["sku"])
            _refund(context, source, expected, number, line, body["currency"], shop.id if shop else 0, sold, item or 0)


def _origins(
    item: int, quantity: int, number: int | None, sales: list[Moved], left: dict[int, int]
) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for sale in sales:
        if sale.item != item or number not in (None, sale.line):
            continue
        part = min(quantity, left[sale.id])
        if part > 0:
            found.append((sale.id, part))
            left[sale.id] -= part
            quantity -= part
    return [*found, (0, quantity)] if quantity > 0 else found


def bill(context: Context, source: Source, body: Body, expected: Expected) -> None:
    sign = -1 if source.type == "supplier_credit" else 1
    total = sum(line["amount"] for line in body["lines"] if line["component"] == "goods") if sign > 0 else 0
    for number, line in enumerate(body["lines"], 1):
        kind = line["targets"][0]["kind"]
        amount, currency, estimate = sign * line["amount"], body["currency"], bool(line.get("estimate"))
        component, basis = line["component"], line.get("basis", "value")
        if kind in ("place", "company"):
            target = line["targets"][0]
            first, last = period(context, source, target.get("period_from"), target.get("period_to"))
            place = context.registers.location(target["location"]) if target.get("location") else 0
            expected.costs.append(
                cost(
                    context,
                    source,
                    number,
                    component,
                    amount,
                    currency,
                    (),
                    kind=kind,
                    location=place,
                    period_from=first,
                    period_to=last,
                    estimate=estimate,
                )
            )
            continue
        if kind == "order":
            lines = [
                row for target in line["targets"] for row in context.references.sales_lines(_aim(target), source.id)
            ]
            weights = of_sales(basis, lines, line.get("weights", []))
            expected.costs.append(
                cost(
                    context,
                    source,
                    number,
                    component,
                    amount,
                    currency,
                    tuple(zip([row.id for row in lines], weights, strict=True)),
                    kind=kind,
                    basis=basis,
                    estimate=estimate,
                )
            )
            continue
        rows = [
            row for target in line["targets"] for row in context.references.movements(_aim(target), kind, source.id)
        ]
        rows = list({row.id: row for row in rows}.values())
        if len(rows) <= 1:
            basis = "line"
        paid = None
        if component == "goods" and amount > 0 and kind == "births":
            orders = _orders(context, rows) | {body["id"]}
            paid = prepaid_base(context, orders, total, amount, currency, source.effective_at, owner(context, source))
        expected.costs.append(
            cost(
                context,
                source,
                number,
                component,
                amount,
                currency,
                _weighted(context, source, basis, rows, line),
                kind=kind,
                basis=basis,
                converted=paid,
                estimate=estimate,
            )
        )
        _replaces(context, source, line, rows, (number, 0), expected)


def _replaces(
    context: Context, source: Source, line: Body, rows: list[Moved], place: tuple[int, int], expected: Expected
) -> None:
    """A goods bill takes the place of what the order promised for the same units; others replace what they name."""
    old: list[int] = []
    if line.get("replaces"):
        old = context.references.cost_lines(line["replaces"], NUMBER_OF[line["component"]], source.id)
    elif (
        source.type == "cost_bill" and line["component"] == "goods" and not line.get("estimate") and line["amount"] > 0
    ):
        old = [row.id for row in context.references.estimates([row.id for row in rows], source.id)]
    for row in old:
        expected.replaced.setdefault(("cost_line", row), place)


def _aim(target: Body) -> Body:
    return target["document"]


def _weighted(context: Context, source: Source, basis: str, rows: list[Moved], line: Body) -> Targets:
    if basis == "value":
        weights = context.goods.weights(rows, source.id, source.recorded_at)
        return tuple(zip([row.id for row in rows], weights, strict=True))
    weights = of_movements(context.registers, basis, rows, line.get("weights", []), line.get("divisor", 6000))
    return tuple(zip([row.id for row in rows], weights, strict=True))


def _orders(context: Context, rows: list[Moved]) -> set[str]:
    """Numbers of the purchase orders that these receipts fulfil."""
    return {context.references.order_of(row.purchase_line) for row in rows if row.purchase_line}


def fee_charge(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    shop = registers.shop(body["shop"])
    for number, line in enumerate(body["lines"], 1):
        component = line.get("component", "platform_fee")
        if not line.get("order"):
            storage = component == "storage"
            first, last = period(context, source, body.get("period_from"), body.get("period_to"))
            expected.costs.append(
                cost(
                    context,
                    source,
                    number,
                    component,
                    line["amount"],
                    body["currency"],
                    (),
                    kind="place" if storage else "company",
                    location=shop.location if storage else 0,
                    shop=shop.id,
                    item=registers.item(line["sku"]) if line.get("sku") else 0,
                    period_from=first,
                    period_to=last,
                )
            )
            continue
        lines = context.references.sales_lines(line["order"], source.id)
        if line.get("sku"):
            lines = [row for row in lines if row.sku == line["sku"]] or lines
        targets = tuple(zip([row.id for row in lines], of_sales("value", lines, []), strict=True))
        expected.costs.append(
            cost(
                context,
                source,
                number,
                component,
                line["amount"],
                body["currency"],
                targets,
                kind="order",
                basis="value",
                shop=shop.id,
            )
        )


def reimbursement(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    item = registers.item(body["sku"]) if body.get("sku") else 0
    if not body.get("loss"):
        first, last = period(context, source, None, None)
        shop = registers.shop(body["shop"]).id if body.get("shop") else 0
        expected.costs.append(
            cost(
                context,
                source,
                1,
                "loss",
                -body["amount"],
                body["currency"],
                (),
                kind="company",
                shop=shop,
                item=item,
                period_from=first,
                period_to=last,
            )
        )
        return
    rows = context.references.movements(body["loss"], "issue", source.id)
    rows = [row for row in rows if item in (0, row.item)]
    expected.costs.append(
        cost(
            context,
            source,
            1,
            "loss",
            -body["amount"],
            body["currency"],
            tuple((row.id, row.quantity) for row in rows),
            kind="issue",
            basis="quantity",
        )
    )


TRADE_RULES: dict[str, Rule] = {
    "purchase_order": purchase_order,
    "payment": payment,
    "sales_order": sales_order,
    "refund": refund,
    "return": return_,
    "cost_bill": bill,
    "supplier_credit": bill,
    "fee_charge": fee_charge,
    "reimbursement": reimbursement,
}
