"""A receipt beside what is still open of its order or shipment: over, short, and how much over is too much.

One rule says how much (:mod:`entrepot.books.agreements`): the order's own share, else its supplier's, else the company's; where
nobody says so, what is typed may exceed by 5 %. A shipment has no supplier's share: the company's holds, else the same 5 %.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from entrepot.books import agreements, models
from entrepot.books.access import Viewer
from entrepot.books.selectors import arriving
from entrepot.books.selectors.arriving import Arriving
from entrepot.books.selectors.shapes import NotThere
from entrepot.books.versions import current
from entrepot.core.calendar import to_instant
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.typed_rows import Fault


@dataclass(frozen=True)
class OverShort:
    """An item of which another number comes than is still open. ``difference``: units over, negative short."""

    sku: str
    open: int
    now: int

    @property
    def difference(self) -> int:
        """Over (positive) or short."""
        return self.now - self.open


def expected(viewer: Viewer, document: Any) -> Arriving | None:
    """What the receipt ``document`` is of, as far as the books know it."""
    ref = document.order or document.shipment
    if document.type != "receipt" or ref is None:
        return None
    kind = "purchase_order" if document.order else "shipment"
    try:
        return arriving.arrival(viewer, kind, ref.id)
    except NotThere:
        return None


def over_short(viewer: Viewer, document: Any) -> list[OverShort]:
    """Where a receipt differs from what is still open of its order or shipment; what was not expected has 0 open."""
    found = expected(viewer, document)
    if found is None:
        return []
    comes: Counter[str] = Counter()
    for line in document.lines:
        comes[line.sku] += line.quantity
    rest = {line.sku: line.open for line in found.lines}
    rows = [OverShort(sku, rest.get(sku, 0), comes[sku]) for sku in sorted(rest.keys() | comes.keys())]
    return [row for row in rows if row.difference]


def within(viewer: Viewer, ordered: Sequence[models.PurchaseLine], lines: Sequence[Mapping[str, Any]]) -> None:
    """Raise ``over_receipt`` where ``lines`` (``order_line``, ``quantity``) bring more of an order than is tolerated."""
    over, by_line = _tolerated(viewer, ordered), {row.line: row for row in ordered}
    came = _came(ordered)
    for place, line in enumerate(lines, 1):
        row = by_line[line["order_line"]]
        came[row.pk] += int(line["quantity"])
        most = _most(row.quantity, over)
        if came[row.pk] > most:
            raise ProblemError(_over(came[row.pk], row.quantity, most, place, line["quantity"]))


def too_many(viewer: Viewer, document: Any) -> list[Fault]:
    """Faults for what comes, or is sent by the supplier, of an order beyond what is tolerated, for what comes out of a shipment
    beyond it, and for items that it never held."""
    if document.type not in ("receipt", "shipment"):
        return []
    if document.order is not None and document.order.type == "purchase_order":
        return _too_many_of_order(viewer, document)
    if document.type == "shipment":  # of our own stock: what is not there cannot leave
        return []
    found = expected(viewer, document)
    if found is None or found.kind != "shipment" or not found.lines:
        return []
    lines, faults, comes = {line.sku: line for line in found.lines}, list[Fault](), Counter[str]()
    told = agreements.company_over_bp(viewer.company.code, to_instant(document.effective_at))
    over = agreements.OVER_BP if told is None else told
    for place, line in enumerate(document.lines):
        known = lines.get(line.sku)
        sent = known.promised if known else 0
        comes[line.sku] += line.quantity
        most = _most(sent, over)
        would = comes[line.sku] + (known.came if known else 0)
        if would > most:
            problem = Problem(
                "over_shipment" if known else "not_in_shipment",
                f"{would} units would have come of {sent} sent, {most} with what is tolerated",
                "count again; else correct the shipment, or receive the rest without it", line=place + 1,
                field="quantity", found=str(line.quantity), parameters={"sent": sent, "most": most, "would": would},
            )  # fmt: skip
            faults.append(Fault(problem, place, "quantity"))
    return faults


def _too_many_of_order(viewer: Viewer, document: Any) -> list[Fault]:
    """By SKU over the lines of the order that a receipt or the supplier's shipment names; what is not of the order is refused
    where it is posted."""
    rows = viewer.of_company(models.PurchaseLine.objects.filter(document__external_id=document.order.id))
    ordered = list(current(rows).select_related("item", "document"))
    if not ordered:
        return []
    over, came = _tolerated(viewer, ordered), _came(ordered)
    most, whole, comes = Counter[str](), Counter[str](), Counter[str]()
    for row in ordered:
        most[row.item.sku] += _most(row.quantity, over)
        whole[row.item.sku] += row.quantity
        comes[row.item.sku] += came[row.pk]
    faults = list[Fault]()
    for place, line in enumerate(document.lines):
        comes[line.sku] += line.quantity
        if line.sku in whole and comes[line.sku] > most[line.sku]:
            told = _over(comes[line.sku], whole[line.sku], most[line.sku], place + 1, line.quantity)
            faults.append(Fault(told, place, "quantity"))
    return faults


def _tolerated(viewer: Viewer, ordered: Sequence[models.PurchaseLine]) -> int:
    first = ordered[0].document
    told = agreements.over_bp(
        json.loads(bytes(first.body)), ordered[0].supplier, viewer.company.code, first.effective_at
    )
    return agreements.OVER_BP if told is None else told


def _came(ordered: Sequence[models.PurchaseLine]) -> Counter[int]:
    """Units received so far by order line."""
    rows = models.Movement.objects.filter(purchase_line__in=[x.pk for x in ordered], replacement__isnull=True)
    came = Counter[int]()
    for key, units in rows.values_list("purchase_line_id", "quantity"):
        came[key] += units
    return came


def _most(quantity: int, over: int) -> int:
    return quantity + quantity * over // 10_000


def _over(would: int, ordered: int, most: int, line: int, found: Any) -> Problem:
    return Problem(
        "over_receipt", f"more than was ordered: {would} of {ordered}, {most} with what is tolerated",
        "count again; else change the order, or receive the rest without it", line=line, field="quantity", found=str(found),
        parameters={"ordered": ordered, "most": most, "would": would},
    )  # fmt: skip
