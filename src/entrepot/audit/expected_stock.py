"""Posting rules of documents that move units: opening, receipt, shipment, transfer, conversion, count, use, report."""

from __future__ import annotations

from typing import Any

from entrepot.audit.expected import (
    Context,
    Expected,
    Rule,
    Source,
    cost,
    line_amount,
    lot_of,
    moment,
    move,
    own_move,
    owner,
    prepaid_base,
)
from entrepot.audit.references import PurchaseLine
from entrepot.audit.vocabulary import (
    ARRIVAL,
    CONVERSION_IN,
    CONVERSION_OUT,
    COUNT_SHORTAGE,
    COUNT_SURPLUS,
    DEPARTURE,
    INTERCOMPANY_RECEIPT,
    INTERCOMPANY_SALE,
    OPENING,
    RECEIPT,
    REGRADE,
    SUPPLIER_RETURN,
    TRANSFER,
    USE,
    WRITE_OFF,
)

Body = dict[str, Any]
LOSSES = ("write_off", "lost", "destroyed")


def opening_balance(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    place = registers.location(body["location"])
    for number, line in enumerate(body["lines"], 1):
        at = moment(line.get("received_on"), source.effective_at)
        cell = registers.cell_at(source.company, place, line)
        expected.moves.append(
            move(source, number, OPENING, registers.item(line["sku"]), line["quantity"], 0, cell, at=at)
        )
        for ordinal, stated in enumerate(line.get("costs", [])):
            money = stated["money"]
            expected.costs.append(
                cost(
                    context,
                    source,
                    number,
                    stated.get("component", "goods"),
                    money["amount"],
                    money["currency"],
                    ((own_move(context, number), 1),),
                    ordinal=ordinal,
                )
            )


def receipt(context: Context, source: Source, body: Body, expected: Expected) -> None:
    order = body.get("order") or {}
    if body.get("shipment"):
        order = _sellers_until_received(context, source, body["shipment"])
        if not order:
            _arrival(context, source, body, expected)
            return
    registers = context.registers
    ordered = _latest(context, order, source.id) if order else []
    total = sum(_line_total(line, line.quantity) for line in ordered)
    place = registers.location(body["location"])
    for number, line in enumerate(body["lines"], 1):
        item = registers.item(line["sku"])
        cell = registers.cell_at(source.company, place, line)
        promised = _promised(ordered, item, line.get("order_line"))
        expected.moves.append(
            move(
                source,
                number,
                RECEIPT,
                item,
                line["quantity"],
                0,
                cell,
                purchase_line=promised.id if promised else 0,
            )
        )
        if line.get("price"):
            target = ((own_move(context, number), 1),)
            amount = line_amount(line["price"], line["quantity"])
            expected.costs.append(cost(context, source, number, "goods", amount, body["currency"], target))
        elif promised:
            at = source.effective_at
            _costed_as_ordered(context, source, number, line["quantity"], promised, order["id"], total, at, expected)


def _costed_as_ordered(
    context: Context,
    source: Source,
    number: int,
    units: int,
    promised: PurchaseLine,
    order: str,
    total: int,
    at: int,
    expected: Expected,
) -> None:
    """Goods at the order's price: an estimate until the bill comes."""
    amount = _line_total(promised, units)
    paid = prepaid_base(
        context, {("purchase_order", order): total}, amount, promised.currency, at, owner(context, source)
    )
    target = ((own_move(context, number), 1),)
    expected.costs.append(
        cost(context, source, number, "goods", amount, promised.currency, target, converted=paid, estimate=True, at=at)
    )


def _line_total(line: PurchaseLine, quantity: int) -> int:
    return line_amount({"amount": line.price_amount, "per": line.price_per}, quantity)


def _latest(context: Context, order: Body, before: int) -> list[PurchaseLine]:
    """Lines of the order's latest version."""
    lines = context.references.purchase_lines(context.references.documents(order, before))
    latest = max((line.document for line in lines), default=0)
    return [line for line in lines if line.document == latest]


def _promised(ordered: list[PurchaseLine], item: int, number: int | None) -> PurchaseLine | None:
    return next((line for line in ordered if line.item == item and number in (None, line.line)), None)


def _arrival(context: Context, source: Source, body: Body, expected: Expected) -> None:
    """Out of a shipment for what it still carries; the rest is a surplus."""
    registers = context.registers
    ref = body["shipment"]
    transit = next(
        (cell for cell, where in registers.cells.items() if where[0] == source.company and where[6] == ref["id"]), 0
    )
    sent, taken = context.references.in_transit(transit, source.id)
    place = registers.location(body["location"])
    for number, line in enumerate(body["lines"], 1):
        item, units = registers.item(line["sku"]), line["quantity"]
        cell = registers.cell_at(source.company, place, line)
        arrived = max(0, min(units, sent.get(item, 0) - taken.get(item, 0)))
        taken[item] = taken.get(item, 0) + arrived
        if arrived:
            expected.moves.append(move(source, number, ARRIVAL, item, arrived, transit, cell))
        if units > arrived:
            expected.moves.append(move(source, number, COUNT_SURPLUS, item, units - arrived, 0, cell, ordinal=1))


RISK_PASSES = {
    "picked_up_at": ("EXW", "FCA", "CPT", "CIP"),
    "on_board_at": ("FAS", "FOB", "CFR", "CIF"),
}
"""Field of a shipment with the date at which the goods of an order become the buyer's; all other terms: when received."""


def _passing(context: Context, order: Body, before: int) -> str:
    """The field that matters for an order, empty where the goods are the supplier's until received."""
    last = context.references.body(max(context.references.documents(order, before)))
    return next((field for field, terms in RISK_PASSES.items() if last.get("incoterm", "EXW") in terms), "")


def _sellers_until_received(context: Context, source: Source, ref: Body) -> Body:
    """The order of a shipment whose goods are taken up by their receipt."""
    sent = max(context.references.documents(ref, source.id))
    order = context.references.body(sent).get("order") or {}
    return {} if not order or _passing(context, order, sent) else order


def _sent_by_supplier(context: Context, source: Source, body: Body, expected: Expected) -> None:
    field = _passing(context, body["order"], source.id)
    if not field:
        return
    at = moment(body.get(field), source.effective_at)
    ordered = _latest(context, body["order"], source.id)
    total = sum(_line_total(line, line.quantity) for line in ordered)
    registers = context.registers
    transit = registers.cell_at(source.company, registers.location(body["destination"]), {}, transit=body["id"])
    for number, line in enumerate(body["lines"], 1):
        item, units = registers.item(line["sku"]), line["quantity"]
        promised = next(one for one in ordered if one.item == item)
        expected.moves.append(move(source, number, RECEIPT, item, units, 0, transit, purchase_line=promised.id, at=at))
        _costed_as_ordered(context, source, number, units, promised, body["order"]["id"], total, at, expected)


def shipment(context: Context, source: Source, body: Body, expected: Expected) -> None:
    if body.get("order"):
        _sent_by_supplier(context, source, body, expected)
        return
    registers = context.registers
    origin = registers.cell(source.company, body["origin"])
    transit = registers.cell_at(source.company, registers.location(body["destination"]), {}, transit=body["id"])
    for number, line in enumerate(body["lines"], 1):
        item = registers.item(line["sku"])
        expected.moves.append(move(source, number, DEPARTURE, item, line["quantity"], origin, transit))


def within(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    kind = TRANSFER if source.type == "transfer" else REGRADE
    origin = registers.cell(source.company, body["origin"])
    target = registers.cell(source.company, body["destination"])
    for number, line in enumerate(body["lines"], 1):
        item = registers.item(line["sku"])
        lot = lot_of(context, source, line.get("lot"), item)
        expected.moves.append(move(source, number, kind, item, line["quantity"], origin, target, lot=lot))


def conversion(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    cell = registers.cell(source.company, body["cell"])
    into = registers.cell(source.company, body["into"]) if body.get("into") else cell
    for number, line in enumerate(body["consumed"], 1):
        item = registers.item(line["sku"])
        lot = lot_of(context, source, line.get("lot"), item)
        expected.moves.append(
            move(source, number, CONVERSION_IN, item, line["quantity"], cell, 0, lot=lot, event=source.id)
        )
    for number, line in enumerate(body["produced"], len(body["consumed"]) + 1):
        item, share = registers.item(line["sku"]), line.get("share", 1)
        expected.moves.append(
            move(source, number, CONVERSION_OUT, item, line["quantity"], 0, into, event=source.id, share=share)
        )


def count(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    place = registers.location(body["location"])
    for number, line in enumerate(body["lines"], 1):
        difference = line["counted"] - (line.get("expected") or 0)
        if not difference:
            continue
        item = registers.item(line["sku"])
        cell = registers.cell_at(source.company, place, line)
        kind, ends = (COUNT_SURPLUS, (0, cell)) if difference > 0 else (COUNT_SHORTAGE, (cell, 0))
        expected.moves.append(move(source, number, kind, item, abs(difference), *ends))


def leaving(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    kind = SUPPLIER_RETURN if source.type == "supplier_return" else WRITE_OFF if body["purpose"] in LOSSES else USE
    cell = registers.cell(source.company, body["cell"])
    for number, line in enumerate(body["lines"], 1):
        item = registers.item(line["sku"])
        lot = lot_of(context, source, line.get("lot"), item)
        expected.moves.append(move(source, number, kind, item, line["quantity"], cell, 0, lot=lot))


def intercompany_sale(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    buyer = registers.company(body["buyer"])
    origin = registers.cell(source.company, body["origin"])
    target = registers.cell(buyer.id, body["destination"])
    for number, line in enumerate(body["lines"], 1):
        item, units = registers.item(line["sku"]), line["quantity"]
        lot = lot_of(context, source, line.get("lot"), item)
        expected.moves.append(move(source, number, INTERCOMPANY_SALE, item, units, origin, 0, lot=lot))
        expected.moves.append(
            move(
                source,
                number,
                INTERCOMPANY_RECEIPT,
                item,
                units,
                0,
                target,
                ordinal=1,
                company=buyer.id,
                of=own_move(context, number),
            )
        )
        expected.costs.append(
            cost(
                context,
                source,
                number,
                "goods",
                line_amount(line["price"], units),
                body["currency"],
                ((own_move(context, number, 1), 1),),
                company=buyer,
                internal=True,
            )
        )


def stock_report(context: Context, source: Source, body: Body, expected: Expected) -> None:
    registers = context.registers
    place = registers.location(body["location"])
    for number, line in enumerate(body["lines"], 1):
        expected.reported.append(
            (
                number,
                place,
                registers.item(line["sku"]),
                line.get("condition", "sellable"),
                line["quantity"],
                source.effective_at,
                line.get("stage", "on_hand"),
            )
        )


STOCK_RULES: dict[str, Rule] = {
    "opening_balance": opening_balance,
    "receipt": receipt,
    "shipment": shipment,
    "transfer": within,
    "regrade": within,
    "conversion": conversion,
    "count": count,
    "stock_use": leaving,
    "supplier_return": leaving,
    "intercompany_sale": intercompany_sale,
    "stock_report": stock_report,
}
