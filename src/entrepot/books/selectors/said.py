"""What was said of orders since they were placed: the day that counts now, units confirmed, and whether an order has ended.

Inventory, Receiving, plans and payables all read the day from here or from the order's own standing
(:mod:`entrepot.workflows.order_state`), by one rule: what was heard last of the order, else what the supplier confirmed for the
line, else the day agreed in the order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from entrepot.books.models import PurchaseStep
from entrepot.books.versions import current

ENDS = ("cancelled", "closed")


@dataclass(slots=True)
class Said:
    """``heard``: the day told last of the whole order; ``lines``: line of the order → units and day that were confirmed."""

    heard: date | None = None
    ended: bool = False
    lines: dict[int, tuple[int | None, date | None]] = field(default_factory=dict[int, tuple[int | None, date | None]])

    def day(self, line: int, due: date | None) -> date | None:
        """When the goods of a line are expected.

        >>> Said(lines={1: (5, date(2026, 3, 1))}).day(1, date(2026, 2, 1))
        datetime.date(2026, 3, 1)
        >>> Said(heard=date(2026, 4, 1), lines={1: (5, date(2026, 3, 1))}).day(1, None)
        datetime.date(2026, 4, 1)
        """
        return self.heard or self.lines.get(line, (None, None))[1] or due

    def units(self, line: int, ordered: int) -> int:
        """Units of a line that are to come in all: as confirmed, else as ordered; none of an order that has ended.

        >>> Said(lines={1: (5, None)}).units(1, 8), Said(ended=True).units(1, 8), Said().units(1, 8)
        (5, 0, 8)
        """
        confirmed = self.lines.get(line, (None, None))[0]
        return 0 if self.ended else ordered if confirmed is None else confirmed


NOTHING = Said()


def said_of_orders(company: int) -> dict[str, Said]:
    """What was said of the orders of a company, by number. One query."""
    found: dict[str, Said] = {}
    rows = PurchaseStep.objects.filter(company_id=company).order_by("effective_at", "pk")
    columns = ("order", "kind", "state", "line", "order_line", "quantity", "on")
    for order, kind, state, line, order_line, units, on in current(rows).values_list(*columns):
        said = found.setdefault(order, Said())
        if line == 0:
            if on is not None and kind != "match_decision":
                said.heard = on
            if kind == "purchase_end":
                said.ended = state in ENDS
        elif kind == "supplier_confirmation":
            said.lines[order_line] = (units, on or said.lines.get(order_line, (None, None))[1])
    return found
