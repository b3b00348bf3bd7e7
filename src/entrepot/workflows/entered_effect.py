"""What posting a document did in stock and money: units by item, from where to where, and cost by component."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.core.components import NAMES
from entrepot.core.kinds import Kind

SHOWN = 200
"""Movements that are told one by one; the totals count all."""


@dataclass(frozen=True)
class Moved:
    """``units`` of an item leave one cell and enter another; an empty end is outside the company (``kind`` says what)."""

    sku: str
    name: str
    units: int
    origin: str
    destination: str
    kind: str


@dataclass(frozen=True)
class Cost:
    """Cost of one component: ``amount`` minor units of ``currency``, and of the company's own (``base_amount``)."""

    component: str
    amount: int
    currency: str
    base_amount: int


@dataclass(frozen=True)
class Effect:
    """``came`` and ``went`` count units over the company's border, ``within`` those that moved inside. ``costs`` is
    ``None`` for who may not see cost."""

    came: int
    went: int
    within: int
    moved: tuple[Moved, ...]
    costs: tuple[Cost, ...] | None
    currency: str


def of_batch(viewer: Viewer, batch: int | None) -> Effect:
    """The effect of the documents of ``batch``; inside the transaction that posted it."""
    rows = models.Movement.objects.filter(document__batch_id=batch).select_related(
        "item", "from_cell__location", "to_cell__location"
    )
    found = list(rows.order_by("line", "ordinal"))
    came = sum(row.quantity for row in found if row.from_cell_id is None)
    went = sum(row.quantity for row in found if row.to_cell_id is None)
    moved = tuple(
        Moved(row.item.sku, row.item.name, row.quantity, _cell(row.from_cell), _cell(row.to_cell), _kind(row.kind))
        for row in found[:SHOWN]
    )
    costs = _costs(batch) if viewer.can("see_cost") else None
    within = sum(row.quantity for row in found) - came - went
    return Effect(came, went, within, moved, costs, viewer.company.currency)


def _costs(batch: int | None) -> tuple[Cost, ...]:
    sums: dict[tuple[str, str], list[int]] = {}
    rows = models.CostLine.objects.filter(document__batch_id=batch).order_by("component", "pk")
    for component, currency, amount, base in rows.values_list("component", "currency", "amount", "base_amount"):
        place = sums.setdefault((NAMES[component], currency), [0, 0])
        place[0] += amount
        place[1] += base or 0
    return tuple(Cost(component, a, currency, b) for (component, currency), (a, b) in sums.items())


def _cell(cell: Any) -> str:
    """A cell in a few words: place, and what differs from plain sellable goods."""
    if cell is None:
        return ""
    if cell.transit:
        return f"→ {cell.location.code} · {cell.transit}"
    more = [cell.condition if cell.condition != "sellable" else "", cell.label, cell.batch, cell.expiry_key]
    return " · ".join([cell.location.code, *(part for part in more if part)])


def _kind(value: int) -> str:
    return Kind(value).name.lower()
