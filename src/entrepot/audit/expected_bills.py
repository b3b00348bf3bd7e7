"""Posting rules of bills, credits, fees and reimbursements: how their money is aimed and weighted."""

from __future__ import annotations

from typing import Any

from entrepot.audit.expected import Context, Expected, Rule, Source, Targets, cost, owner, period, prepaid_base
from entrepot.audit.references import Moved
from entrepot.audit.vocabulary import NUMBER_OF
from entrepot.audit.weights import of_movements, of_sales

Body = dict[str, Any]


def bill(context: Context, source: Source, body: Body, expected: Expected) -> None:
    sign = -1 if source.type == "supplier_credit" else 1
    if body.get("entry"):
        expected.plain["customsentry"].append((source.company, body["entry"]))
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
            _trues_up(context, source, body.get("supplier", ""), line, [row.id for row in lines], number, expected)
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
            worth = _prepayable(context, source, body, rows)
            paid = prepaid_base(context, worth, amount, currency, source.effective_at, owner(context, source))
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
        if kind == "births":
            whose = body.get("supplier", "")
            _trues_up(context, source, whose, line, [row.id for row in rows], number, expected, sold=False)


def _replaces(
    context: Context, source: Source, line: Body, rows: list[Moved], place: tuple[int, int], expected: Expected
) -> None:
    """A goods bill takes the place of what the order promised for the same units; others replace what they name."""
    old: list[int] = []
    if line.get("replaces"):
        old = context.references.costs.cost_lines(line["replaces"], NUMBER_OF[line["component"]], source.id)
    elif (
        source.type == "cost_bill" and line["component"] == "goods" and not line.get("estimate") and line["amount"] > 0
    ):
        old = [row.id for row in context.references.costs.estimates([row.id for row in rows], source.id)]
    for row in old:
        expected.replaced.setdefault(("cost_line", row), place)


def _trues_up(
    context: Context, source: Source, whose: str, line: Body, aimed: list[int], number: int, expected: Expected, *,
    sold: bool = True,
) -> None:  # fmt: skip
    """A bill takes the place of what was accrued for it: same component, same supplier or nobody's, all targets borne."""
    bill = source.type == "fee_charge" or (source.type == "cost_bill" and not line.get("replaces"))
    component = NUMBER_OF[line.get("component", "platform_fee")]
    if not bill or line.get("estimate") or line["amount"] <= 0 or component == 0:
        return
    for row in context.references.costs.accruals(aimed, component, whose, source.company, source.id, sold=sold):
        expected.replaced.setdefault(("cost_line", row), (number, 0))


def _aim(target: Body) -> Body:
    return target["document"]


def _weighted(context: Context, source: Source, basis: str, rows: list[Moved], line: Body) -> Targets:
    if basis == "value":
        weights = context.goods.weights(rows, source.id, source.recorded_at)
        return tuple(zip([row.id for row in rows], weights, strict=True))
    weights = of_movements(context.registers, basis, rows, line.get("weights", []), line.get("divisor", 6000))
    return tuple(zip([row.id for row in rows], weights, strict=True))


def _prepayable(context: Context, source: Source, body: Body, rows: list[Moved]) -> dict[tuple[str, str], int]:
    """Of what a payment on an order of these receipts, or on the bill, is a part: the orders as agreed, or all that the bill's
    lines for them ask where that is more; the bill's goods."""
    goods = [line for line in body["lines"] if line["component"] == "goods"]
    worth = {("cost_bill", body["id"]): sum(line["amount"] for line in goods)}
    if body["currency"] == owner(context, source).currency:
        return worth
    orders, asked = _orders(context, rows), 0
    for line in goods:
        aims = line["targets"]
        if all(aim["kind"] == "births" for aim in aims):
            moved = [row for aim in aims for row in context.references.movements(_aim(aim), "births", source.id)]
            asked += line["amount"] if orders & _orders(context, moved) else 0
    agreed = sum(context.references.agreed(order, body["currency"], source.id) for order in orders)
    return worth | {("purchase_order", number): max(agreed, asked) for *_, number in orders}


def _orders(context: Context, rows: list[Moved]) -> set[tuple[str, str, str]]:
    """Source, account and number of the purchase orders that these receipts fulfil."""
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
        _trues_up(context, source, body["shop"], line, [row.id for row in lines], number, expected)
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


BILL_RULES: dict[str, Rule] = {
    "cost_bill": bill,
    "supplier_credit": bill,
    "fee_charge": fee_charge,
    "reimbursement": reimbursement,
}
