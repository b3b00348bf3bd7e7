"""Posting rules of purchase orders and payments: prices agreed, deposits, and what they do to estimated costs."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from entrepot.audit.arithmetic import DECIMALS
from entrepot.audit.expected import (
    Context,
    Expected,
    Rule,
    Source,
    base,
    cost,
    line_amount,
    owner,
    prepaid_base,
    spread,
)
from entrepot.audit.rates import Deposit

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
    costed = context.references.costs.costed_from(sorted(before), source.id)
    own = [row for row in costed if row[0].company == source.company]
    for ordinal, (old, units, promised) in enumerate(own):
        named = before[promised]
        same = [row for row in now if row[1] == named.item]
        if not same:
            continue
        number, _, price, _ = next((row for row in same if row[0] == named.line), same[0])
        amount = line_amount(price, units)
        paid = prepaid_base(context, {("purchase_order", source.external_id): total}, amount, currency, old.at, whose)
        if paid is None:
            paid = base(context, amount, currency, old.at, whose)
        if (amount, currency, paid) == (old.amount, old.currency, old.base_amount):
            continue
        target = context.references.costs.targets(old.id)
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
    stated = body.get("base_amount") if amount else None
    whole = base(context, amount, currency, source.effective_at, company) if stated is None else stated
    parts = [part for _, _, part in shares]
    if amount:
        bases = spread(whole, amount, parts)
    else:  # credits set off against bills: at the day's rate, so that they cancel out
        sums = [base(context, sum(parts[:n]), currency, source.effective_at, company) for n in range(len(parts) + 1)]
        bases = [after - before for before, after in pairwise(sums)]
    rate = context.rates.rate(currency, company.currency, _day(context, source)) if stated is None else None
    if rate is None and amount:
        shift = DECIMALS.get(currency, 2) - DECIMALS.get(company.currency, 2)
        rate = Fraction(whole, amount) * Fraction(10) ** shift
    for number, ((kind, order, part), base_part) in enumerate(zip(shares, bases, strict=True), 1):
        expected.payments.append(
            (number, company.id, body["supplier"], kind, order, part, currency, base_part, source.effective_at)
        )
        if order and rate is not None:
            paid = Deposit(
                source.id, number, company.id, (kind, order), part, currency, base_part, rate, source.effective_at,
                _day(context, source),
            )  # fmt: skip
            context.rates.deposits.setdefault((kind, order), []).append(paid)
    orders = {order for kind, order, _ in shares if kind == "purchase_order"}
    since = source.effective_at
    for kind, order, at in context.references.paid_before(context.older):
        since = min(since, at)
        if kind == "purchase_order":
            orders.add(order)
    for place, order in enumerate(sorted(orders), 1):
        _reprice(
            context, source, order, 1000 * place, since, expected, anew=bool(context.older) or min(parts, default=0) < 0
        )


def _reprice(
    context: Context, source: Source, order: str, number: int, since: int, expected: Expected, *, anew: bool
) -> None:  # fmt: skip
    """A deposit recorded after its receipt corrects the rate of the goods already costed from the order."""
    references = context.references
    ordered = {"type": "purchase_order", "id": order}
    lines = [
        line
        for line in references.purchase_lines(references.documents(ordered, source.id))
        if line.company == source.company
    ]
    latest = max((line.document for line in lines), default=0)
    total = sum(
        line_amount({"amount": line.price_amount, "per": line.price_per}, line.quantity)
        for line in lines
        if line.document == latest
    )
    for ordinal, old in enumerate(
        row
        for row in references.costs.estimates(references.receipts_of(order, source.company), source.id)
        if row.at >= since and row.company == source.company
    ):
        paid = prepaid_base(
            context, {("purchase_order", order): total}, old.amount, old.currency, old.at, owner(context, source)
        )
        if paid is None and anew:
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
                references.costs.targets(old.id),
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


BUYING_RULES: dict[str, Rule] = {
    "purchase_order": purchase_order,
    "payment": payment,
}
