"""A receipt beside what is still open of its order or shipment: over, short, and how much over is too much."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from entrepot.books.access import Viewer
from entrepot.books.selectors import arriving
from entrepot.books.selectors.arriving import Arriving
from entrepot.books.selectors.shapes import NotThere
from entrepot.core.errors import Problem
from entrepot.workflows.typed_rows import Fault

OVER_SHIPMENT_BP = 1_000
"""What may arrive of a shipment beyond what was sent, in basis points: more than that is a miscount or another shipment."""


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


def too_many(viewer: Viewer, document: Any) -> list[Fault]:
    """Faults for what comes out of a shipment far beyond what was sent, and for items that it never held.

    An order's own tolerance is asked when the receipt is posted.
    """
    if document.type != "receipt" or document.shipment is None:
        return []
    found = expected(viewer, document)
    if found is None or found.kind != "shipment" or not found.lines:
        return []
    lines, faults, comes = {line.sku: line for line in found.lines}, list[Fault](), Counter[str]()
    for place, line in enumerate(document.lines):
        known = lines.get(line.sku)
        sent = known.promised if known else 0
        comes[line.sku] += line.quantity
        most = sent + sent * OVER_SHIPMENT_BP // 10_000
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
