"""Posting rules of an order's life: what must follow from proposals, decisions, progress, confirmations, inspections, ends."""

from __future__ import annotations

from typing import Any

from entrepot.audit.expected import Context, Expected, Rule, Source, line_amount

Body = dict[str, Any]


def _row(
    expected: Expected, source: Source, order: str, state: str, *, line: int = 0, order_line: int = 0, quantity: int = -1,
    accepted: int = -1, rework: int = -1, defects: int = -1, percent: int = -1, on: str = "", amount: Any = None,
    currency: str = "", bill: str = "", by: str = "",
) -> None:  # fmt: skip
    """A step as it must be stored; what is not said is -1 or empty."""
    expected.plain["purchasestep"].append(
        (
            line, source.company, order, source.type, state, order_line, quantity, accepted, rework, defects, percent, on,
            -(2**63) if amount is None else amount, currency, bill, by, source.effective_at, source.recorded_at,
        )
    )  # fmt: skip


def proposal(context: Context, source: Source, body: Body, expected: Expected) -> None:
    lines = body["lines"]
    for line in lines:
        context.registers.item(line["sku"])
    _row(
        expected, source, body["id"], "proposed", quantity=sum(line["quantity"] for line in lines),
        amount=sum(line_amount(line["price"], line["quantity"]) for line in lines), currency=body["currency"],
        by=body["by"],
    )  # fmt: skip


def decision(context: Context, source: Source, body: Body, expected: Expected) -> None:
    _row(
        expected, source, body["order"], body["decision"], amount=body.get("amount"), currency=body.get("currency", ""),
        by=body.get("by", ""),
    )  # fmt: skip


def progress(context: Context, source: Source, body: Body, expected: Expected) -> None:
    percent = body.get("percent")
    _row(
        expected, source, body["order"], body["stage"], percent=-1 if percent is None else percent,
        on=body.get("expected") or "", by=body.get("by", ""),
    )  # fmt: skip


def confirmation(context: Context, source: Source, body: Body, expected: Expected) -> None:
    by, lines = body.get("by", ""), body["lines"]
    days = [line["due"] for line in lines if line.get("due")]
    _row(expected, source, body["order"], "confirmed", on=max(days, default=""), by=by)
    for number, line in enumerate(lines, 1):
        _row(
            expected, source, body["order"], "confirmed", line=number, order_line=line["order_line"],
            quantity=line["quantity"], on=line.get("due") or "", by=by,
        )  # fmt: skip


def inspection(context: Context, source: Source, body: Body, expected: Expected) -> None:
    by, state = body.get("inspector") or body.get("by", ""), body["result"]
    _row(expected, source, body["order"], state, by=by)
    for number, line in enumerate(body["lines"], 1):
        found = sum(line.get(name, 0) for name in ("critical", "major", "minor"))
        _row(
            expected, source, body["order"], state, line=number, order_line=line["order_line"], quantity=line["lot"],
            accepted=line.get("accepted", 0), rework=line.get("rework", 0), defects=found, by=by,
        )  # fmt: skip


def end(context: Context, source: Source, body: Body, expected: Expected) -> None:
    _row(expected, source, body["order"], body["end"], by=body.get("by", ""))


def match(context: Context, source: Source, body: Body, expected: Expected) -> None:
    _row(
        expected, source, body["order"], body["decision"], order_line=body.get("order_line", 0), amount=body.get("amount", 0),
        currency=body.get("currency", ""), bill=body["bill"], by=body.get("owner") or body.get("by", ""),
    )  # fmt: skip


PURCHASING_RULES: dict[str, Rule] = {
    "purchase_proposal": proposal,
    "purchase_decision": decision,
    "purchase_progress": progress,
    "supplier_confirmation": confirmation,
    "inspection": inspection,
    "purchase_end": end,
    "match_decision": match,
}
