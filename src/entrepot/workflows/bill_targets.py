"""What a bill typed on an order's page is for: the receipts that no bill has reached yet, or the whole order line.

An order that comes in parts is often billed in parts. The bill of the second part is for the units of the second receipt; spread
over all units of the line it would change the cost of those that were billed, and maybe sold, before.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from entrepot.books import intake, models
from entrepot.books.access import Viewer
from entrepot.books.intake.posting.references import told_before
from entrepot.books.versions import IDENTITY
from entrepot.core.calendar import Instant
from entrepot.core.components import GOODS
from entrepot.core.documents import CostBill
from entrepot.core.errors import ProblemError
from entrepot.core.kinds import Kind
from entrepot.workflows.documents_out import SOURCE
from entrepot.workflows.order_match import TOLERANCE_BP, TOLERANCE_MINOR

_Targets = list[dict[str, Any]]


def goods_targets(
    ordered: Sequence[models.PurchaseLine], lines: Sequence[Mapping[str, Any]], currency: str
) -> dict[int, _Targets]:
    """Order line → what the goods that a bill asks for on it are; ``lines``: order_line and amount.

    The receipts without a bill, where the amount is no more than they were agreed for. More than that is the whole order line,
    billed before all of it came; when all has come it is the price of these receipts that differs. Where every receipt has its
    bill, or none has come, it is the order line: a correction of its price, or goods still to come.
    """
    asked: dict[Any, int] = {}
    for line in lines:
        if line.get("component", "goods") == "goods" and line.get("amount"):
            asked[line.get("order_line")] = asked.get(line.get("order_line"), 0) + line["amount"]
    rows = {row.line: row for row in ordered}
    return {number: _of_line(rows[number], amount, currency) for number, amount in asked.items() if number in rows}


def order_line(line: models.PurchaseLine) -> _Targets:
    """All that came, or will, of an order line."""
    return [{"kind": "births", "document": {
        "type": "purchase_order", "id": line.document.external_id, "source": line.document.source,
        "account": line.document.account, "line": line.line}}]  # fmt: skip


def _of_line(line: models.PurchaseLine, amount: int, currency: str) -> _Targets:
    came = _came(line)
    billed = _billed(came)
    rest = [row for row in came if row.pk not in billed]
    if not rest or currency != line.currency:
        return order_line(line)
    agreed = Fraction(line.price_amount * sum(row.quantity for row in rest), line.price_per)
    within = amount - agreed <= max(TOLERANCE_MINOR, agreed * TOLERANCE_BP / 10_000)
    all_came = sum(row.quantity for row in came) >= line.quantity
    if not within and not (all_came and billed):
        return order_line(line)
    return _each(rest)


def _each(came: Sequence[models.Movement]) -> _Targets:
    return [{"kind": "births", "document": {
        "type": row.document.type, "id": row.document.external_id, "source": row.document.source,
        "account": row.document.account, "line": row.line}} for row in came]  # fmt: skip


def _came(line: models.PurchaseLine) -> list[models.Movement]:
    """Units that came of an order line, whatever version of the order they came on."""
    document = line.document
    same = models.PurchaseLine.objects.filter(
        document__type=document.type, document__external_id=document.external_id, document__source=document.source,
        document__account=document.account, line=line.line,
    )  # fmt: skip
    rows = models.Movement.objects.filter(purchase_line__in=same, replacement__isnull=True, kind=int(Kind.RECEIPT))
    return list(rows.select_related("document").defer("document__body").order_by("pk"))


def _billed(came: Sequence[models.Movement]) -> set[int]:
    """Those of the movements whose goods cost is no estimate any more."""
    known = told_before([row.pk for row in came])
    reached = models.BasisShare.objects.filter(
        movement__in=known, basis__cost_line__component=GOODS, basis__cost_line__estimate=False,
        basis__cost_line__replacement__isnull=True, basis__cost_line__amount__gt=0,
    )  # fmt: skip
    return {known[pk] for pk in reached.values_list("movement_id", flat=True)}


def retell_whole_bills(viewer: Viewer, ordered: Sequence[models.PurchaseLine], receipt: str, at: Instant) -> None:
    """After ``receipt`` came: bills that had asked for its units before are told to reach them too.

    A bill of the whole order line reaches what had come by its day. When the rest comes, its next version names that as well, so
    that its amount is spread over all units and takes the place of their estimates. It is taken to have asked for the new units
    where what is billed of the line beyond the agreed price of the units before is at least half of theirs; less is a price that
    differs.
    """
    bodies: dict[tuple[str, str, str], dict[str, Any]] = {}
    for line in ordered:
        came = _came(line)
        new = [row for row in came if (row.document.type, row.document.external_id) == ("receipt", receipt)]
        if not new or len(new) == len(came):
            continue
        for bill, number in _covering(line, came, {row.pk for row in new}, len(ordered)):
            key = (bill.source, bill.account, bill.external_id)
            body = bodies.setdefault(key, json.loads(bytes(bill.body)))
            told = body["lines"][number - 1]
            told["targets"] = [one for one in told["targets"] if _names(one, line, len(ordered))] + _each(came)
    documents = [
        CostBill.model_validate({**body, "id": number, "source": source, "account": account})
        for (source, account, number), body in sorted(bodies.items())
    ]
    if documents:  # its day may lie in a closed month: what changes is then this month's adjustment
        report = intake.post(documents, name=f"receipt {receipt}", recorded_at=at, actor=viewer.name, layout=SOURCE)
        if report.quarantined or report.quarantined_lines:
            raise ProblemError(*report.problems)


def _covering(
    line: models.PurchaseLine, came: Sequence[models.Movement], new: Collection[int], lines: int
) -> list[tuple[models.Document, int]]:
    """(bill, its line) of bills aimed at the order line that had asked for the ``new`` units of what ``came``."""
    known = told_before([row.pk for row in came])
    costs = models.CostLine.objects.filter(
        component=GOODS, estimate=False, replacement__isnull=True, amount__gt=0, basis__basisshare__movement__in=known
    ).distinct()  # fmt: skip
    standing = list(costs.select_related("document"))
    if any(cost.currency != line.currency or cost.document.type != "cost_bill" for cost in standing):
        return []  # money of another kind cannot be set against the price
    shares = models.BasisShare.objects.filter(basis__cost_line__in=standing).exclude(movement__in=known)
    if shares.exists():
        return []  # a bill of other goods too: what of it is for these is not told
    price = Fraction(line.price_amount, line.price_per)
    before = price * sum(row.quantity for row in came if row.pk not in new)
    comes = price * sum(row.quantity for row in came if row.pk in new)
    if (sum(cost.amount for cost in standing) - before) * 2 < comes:
        return []
    found: list[tuple[models.Document, int]] = []
    for cost in standing:
        same = {name: getattr(cost.document, name) for name in IDENTITY}
        bill = models.Document.objects.filter(**same).order_by("version").last()
        told = json.loads(bytes(bill.body))["lines"] if bill is not None else []
        if bill is None or cost.line > len(told) or told[cost.line - 1].get("weights"):
            continue
        if any(_names(one, line, lines) for one in told[cost.line - 1]["targets"]):
            found.append((bill, cost.line))
    return found


def _names(target: Mapping[str, Any], line: models.PurchaseLine, lines: int) -> bool:
    """Is the target this order line, or its order that has no other?"""
    ref, document = target.get("document") or {}, line.document
    return (
        (ref.get("type"), ref.get("id")) == ("purchase_order", document.external_id)
        and ref.get("source") in (None, "", document.source)
        and ref.get("account") in (None, "", document.account)
        and (ref.get("line") == line.line or (ref.get("line") is None and lines == 1))
    )
