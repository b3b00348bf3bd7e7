"""The same facts by the rounding of common ERPs, beside ours: for parity tests before a seller moves over.

The facts are taken in the order in which they were recorded, as such a program would have met them. Transfers and
conversions are not part of that convention and are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.books.models import BasisShare, CostLine, Movement
from entrepot.core.components import GOODS
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.kinds import Kind

if TYPE_CHECKING:
    from entrepot.engines.valuation import round_up

_BIRTHS = (Kind.RECEIPT, Kind.OPENING, Kind.COUNT_SURPLUS)
_ISSUES = (Kind.SALE, Kind.WRITE_OFF, Kind.USE, Kind.COUNT_SHORTAGE, Kind.SUPPLIER_RETURN)


def by_rounding_up() -> round_up.RoundUp:
    """Units, value and cost of issues of every item in the comparison mode (docs/methods/valuation.md)."""
    from entrepot.engines.valuation import round_up

    goods, bills = _costs()
    events: list[tuple[int, int, round_up.Event]] = []
    for move in Movement.objects.filter(replacement__isnull=True).order_by("pk"):
        event: round_up.Event
        if move.kind in _BIRTHS:
            event = round_up.Receipt(move.pk, move.item_id, move.quantity, goods.get(move.pk, 0))
        elif move.kind == Kind.RETURN and move.of_id is not None:
            event = round_up.Return(move.of_id, move.pk, move.quantity)
        elif move.kind in _ISSUES:
            event = round_up.Sale(move.pk, move.item_id, move.quantity)
        else:
            raise ProblemError(
                Problem(
                    "not_comparable", "the comparison mode knows receipts, sales, returns and bills only",
                    "compare a book without transfers and conversions", found=Kind(move.kind).name.lower(),
                )
            )  # fmt: skip
        events.append((move.document_id, 0, event))
    events += [(document, 1 + line, bill) for document, line, bill in bills]
    return round_up.value(event for _, _, event in sorted(events, key=lambda entry: entry[:2]))


def _costs() -> tuple[dict[int, int], list[tuple[int, int, round_up.Bill]]]:
    """Goods by receipt movement (lines of the receipt itself), and every other line as a bill in line order."""
    from entrepot.engines.valuation import round_up

    goods: dict[int, int] = {}
    bills: list[tuple[int, int, round_up.Bill]] = []
    for line in CostLine.objects.filter(replacement__isnull=True, target_kind="births").order_by(
        "document_id", "line", "pk"
    ):
        shares = list(
            BasisShare.objects.filter(basis__cost_line=line)
            .order_by("-basis__version", "ordinal")
            .values_list("basis_id", "movement_id", "weight", "movement__document_id")
        )
        latest = [share for share in shares if share[0] == shares[0][0]]
        if line.component == GOODS and len(latest) == 1 and latest[0][3] == line.document_id:
            goods[latest[0][1]] = goods.get(latest[0][1], 0) + line.base_amount
        else:
            split = tuple((movement, weight) for _, movement, weight, _ in latest)
            bills.append((line.document_id, line.line, round_up.Bill(line.base_amount, split)))
    return goods, bills
