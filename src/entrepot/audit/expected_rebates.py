"""Posting rules of tax that comes back: invoices, declarations, claims, settlements, cash, refunds of import duty."""

# ruff: noqa: S608 - every statement is put together from our own names and integers
from __future__ import annotations

import json
from typing import Any

from entrepot.audit.arithmetic import rounded, split
from entrepot.audit.expected import Context, Expected, Rule, Source, cost
from entrepot.audit.reading import Row, among, rows
from entrepot.audit.stored import bases
from entrepot.audit.vocabulary import NUMBER_OF
from entrepot.audit.weights import of_movements

Body = dict[str, Any]
REBATE = NUMBER_OF["rebate"]


def vat_invoice(context: Context, source: Source, body: Body, expected: Expected) -> None:
    for number, line in enumerate(body["lines"], 1):
        expected.plain["vatinvoiceline"].append(
            (
                number,
                source.company,
                context.registers.item(line["sku"]),
                body["supplier"],
                line["quantity"],
                line["amount"],
                line["tax"],
                body["currency"],
                int(body.get("tax_in_cost", True)),
                source.effective_at,
                source.recorded_at,
            )
        )


def export_declaration(context: Context, source: Source, body: Body, expected: Expected) -> None:
    for number, line in enumerate(body["lines"], 1):
        expected.plain["declarationline"].append(
            (
                number,
                source.company,
                context.registers.item(line["sku"]),
                line["quantity"],
                body.get("mode", "0110"),
                line.get("hs_code", ""),
                line.get("amount"),
                body["currency"],
                source.effective_at,
                source.recorded_at,
            )
        )


def rebate_claim(context: Context, source: Source, body: Body, expected: Expected) -> None:
    for number, line in enumerate(body["lines"], 1):
        invoice = _named(context, "vatinvoiceline", line["invoice"], source.id)
        declared = _named(context, "declarationline", line["declaration"], source.id) if "declaration" in line else None
        pk, _, _, _, _, units, price, vat, currency, in_cost = invoice
        base = rounded(price * line["quantity"], units)
        tax = rounded(vat * line["quantity"], units)
        treatment, rate = line.get("treatment", "refund"), line.get("rate_bp", 0)
        refund = line.get("amount")
        refund = 0 if treatment == "forgone" else min(rounded(base * rate, 10_000), tax) if refund is None else refund
        later = treatment == "refund" and (
            bool(body.get("provisional")) or (declared is not None and declared[6] == "9810")
        )
        expected.plain["rebateclaimline"].append(
            (
                number,
                source.company,
                pk,
                declared[0] if declared else 0,
                line["quantity"],
                base,
                tax,
                rate,
                refund,
                body["currency"],
                treatment,
                int(later),
                source.effective_at,
                source.recorded_at,
            )
        )
        amount = -refund if in_cost else tax - refund
        if amount:
            expected.costs.append(_effect(context, source, number, invoice, declared, amount, currency, later))


def rebate_settlement(context: Context, source: Source, body: Body, expected: Expected) -> None:
    for number, line in enumerate(body["lines"], 1):
        claim = _named(context, "rebateclaimline", line["claim"], source.id)
        pk, _, place, _, _, tax, _, currency, invoice_line, declaration_line = claim
        expected.plain["rebatesettlementline"].append(
            (number, source.company, pk, line["amount"], body["currency"], source.effective_at, source.recorded_at)
        )
        invoice = _by_number(context, "vatinvoiceline", invoice_line)
        declared = _by_number(context, "declarationline", declaration_line) if declaration_line else None
        amount = -line["amount"] if invoice[9] else tax - line["amount"]
        expected.costs.append(_effect(context, source, number, invoice, declared, amount, currency, later=False))
        for old in context.references.costs.cost_lines({**line["claim"], "line": place}, REBATE, source.id):
            expected.replaced["cost_line", old] = (number, 0)


def rebate_payment(context: Context, source: Source, body: Body, expected: Expected) -> None:
    claim = context.references.documents(body["claim"], source.id)[-1]
    expected.plain["rebatecash"].append(
        (source.company, claim, body["amount"], body["currency"], source.effective_at, source.recorded_at)
    )


def duty_refund(context: Context, source: Source, body: Body, expected: Expected) -> None:
    for number, line in enumerate(body["lines"], 1):
        component = NUMBER_OF[line.get("component", "duty")]
        if "bill" in line:
            charged = context.references.costs.cost_lines(line["bill"], component, source.id)
        else:
            charged = []
            for (document,) in rows(
                context.connection,
                "SELECT e.document_id FROM books_customsentry e JOIN books_document d ON d.id = e.document_id "
                f"WHERE e.entry = {_text(line['entry'])} AND e.company_id = {source.company} "
                f"AND e.document_id < {source.id} ORDER BY e.document_id",
            ):
                kind, name, account, door = next(
                    rows(
                        context.connection,
                        f"SELECT type, external_id, account, source FROM books_document WHERE id = {document}",
                    )
                )
                ref = {"type": kind, "id": name, "account": account, "source": door}
                charged += context.references.costs.cost_lines(ref, component, source.id)
            charged = sorted(set(charged))
        _credits(context, source, number, line["amount"], body["currency"], charged, expected)
        expected.plain["dutyrefundline"].append(
            (
                number,
                source.company,
                component,
                line["bill"]["id"] if "bill" in line else "",
                line.get("entry", ""),
                line["amount"],
                line.get("interest", 0),
                body["currency"],
                source.effective_at,
                source.recorded_at,
            )
        )


def _credits(
    context: Context, source: Source, number: int, amount: int, currency: str, charged: list[int], expected: Expected
) -> None:
    """Shares of a refund by what each line charged, on that line's lots, at that line's rate."""
    found = list(
        rows(
            context.connection,
            "SELECT id, amount, currency, base_amount, component, target_kind, COALESCE(location_id, 0), "
            "COALESCE(shop_id, 0), COALESCE(item_id, 0), COALESCE(period_from, 0), COALESCE(period_to, 0) "
            f"FROM books_costline WHERE id IN {among(charged or [0])} AND amount > 0 ORDER BY id",
        )
    )
    same = all(row[2] == currency for row in found)
    split_by = bases(context.connection, [row[0] for row in found], source.recorded_at)
    parts = split(amount, [row[1] if same else row[3] for row in found])
    names = {value: name for name, value in NUMBER_OF.items()}
    for ordinal, (row, part) in enumerate(zip(found, parts, strict=True)):
        if not part:
            continue
        kind, targets = split_by.get(row[0], ("", ()))
        expected.costs.append(
            cost(
                context,
                source,
                number,
                names[row[4]],
                -part,
                currency,
                targets,
                kind=row[5],
                basis=kind,
                ordinal=ordinal,
                converted=-rounded(row[3] * part, row[1]) if same else None,
                location=row[6],
                shop=row[7],
                item=row[8],
                period_from=row[9],
                period_to=row[10],
            )
        )


def _effect(
    context: Context, source: Source, number: int, invoice: Row, declared: Row | None, amount: int, currency: str,
    later: bool,
) -> Row:  # fmt: skip
    """The cost row of a claim or its settlement: on what was exported, else on what the invoice brought."""
    target = None
    for row, field in ((declared, "shipment"), (invoice, "order")):
        if row is None or target is not None:
            continue
        ((body,),) = rows(context.connection, f"SELECT body FROM books_document WHERE id = {row[1]}")
        target = json.loads(bytes(body))["lines"][row[2] - 1].get(field)
    moved = context.references.movements(target, "births", source.id) if target else []
    moved = [row for row in moved if row.item == invoice[4]]
    weights = of_movements(context.registers, "quantity", moved, [], 6000)
    targets = tuple(zip([row.id for row in moved], weights, strict=True))
    basis = "quantity" if len(moved) > 1 else "line"
    return cost(context, source, number, "rebate", amount, currency, targets, basis=basis, estimate=later)


_COLUMNS = {
    "vatinvoiceline": "t.id, t.document_id, t.line, t.company_id, t.item_id, t.quantity, t.amount, t.tax, t.currency, "
    "t.tax_in_cost",
    "declarationline": "t.id, t.document_id, t.line, t.company_id, t.item_id, t.quantity, t.mode",
    "rebateclaimline": "t.id, t.document_id, t.line, t.company_id, t.base, t.tax, t.amount, t.currency, "
    "t.invoice_line_id, t.declaration_line_id",
}


def _named(context: Context, table: str, ref: Body, before: int) -> Row:
    """The one line of the latest version that a reference names."""
    latest = context.references.documents(ref, before)[-1]
    line = f"AND t.line = {int(ref['line'])}" if ref.get("line") is not None else ""
    (found,) = rows(
        context.connection, f"SELECT {_COLUMNS[table]} FROM books_{table} t WHERE t.document_id = {latest} {line}"
    )
    return found


def _by_number(context: Context, table: str, pk: int) -> Row:
    (found,) = rows(context.connection, f"SELECT {_COLUMNS[table]} FROM books_{table} t WHERE t.id = {pk}")
    return found


def _text(value: str) -> str:
    """A string literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


REBATE_RULES: dict[str, Rule] = {
    "vat_invoice": vat_invoice,
    "export_declaration": export_declaration,
    "rebate_claim": rebate_claim,
    "rebate_settlement": rebate_settlement,
    "rebate_payment": rebate_payment,
    "duty_refund": duty_refund,
}
