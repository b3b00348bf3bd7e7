"""The stored reconciliation of a company: all bills and accruals beside where they stand, family by family."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrepot.books.access import Viewer
from entrepot.books.models import CostLine, Reconciliation
from entrepot.books.selectors.paging import moment
from entrepot.core.components import BOOK, FAMILIES

BOOK_FAMILIES = tuple(family for family, members in FAMILIES.items() if set(members) <= BOOK)


@dataclass(frozen=True, slots=True)
class ReconciledRow:
    """One line of the reconciliation, minor units. ``kind``: family | book | full | imputed | all.

    ``bills`` … ``internal`` came in, ``sold`` … ``unplaced`` is where they stand; ``unit`` is the sold part a unit kept.
    """

    kind: str
    family: str
    bills: int
    accruals: int
    credits: int
    internal: int
    sold: int
    left: int
    on_hand: int
    unplaced: int
    residue: int
    unit: int | None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Rows in the order of the waterfall: book families, book cost, the others, full cost, imputed capital apart, all."""

    currency: str
    made_at: datetime
    stale: bool
    residue: int
    units_sold: int
    units_on_hand: int
    lines: int
    rate: str
    assumed: bool
    rows: tuple[ReconciledRow, ...]


def reconciliation(viewer: Viewer) -> Reconciled | None:
    """The newest reconciliation of the viewer's company, ``None`` before the first. Two queries.

    Raises :class:`~entrepot.core.errors.ProblemError` for who may not see cost.
    """
    viewer.need("see_cost")
    stored = Reconciliation.objects.filter(company__code=viewer.company.code).first()
    if stored is None:
        return None
    body: Any = stored.body
    units = body["units_sold"]
    families = {row["family"]: row for row in body["rows"]}
    book = [families[name] for name in FAMILIES if name in BOOK_FAMILIES]
    rest = [families[name] for name in FAMILIES if name not in BOOK_FAMILIES]
    full = _add([*book, *rest])
    rows = [
        *(_row("family", row, units) for row in book),
        _row("book", _add(book), units),
        *(_row("family", row, units) for row in rest),
        _row("full", full, units),
        _row("imputed", {**body["imputed"], "family": "imputed"}, units, apart=True),
        _row("all", _add([full, body["imputed"]]), units, apart=True),
    ]
    newest = CostLine.objects.order_by("-pk").values_list("recorded_at", flat=True).first() or 0
    return Reconciled(
        body["currency"], moment(stored.made_at), newest > stored.facts_at, stored.residue, units,
        body["units_on_hand"], body["lines"], body["rate"], body["assumed"], tuple(rows),
    )  # fmt: skip


_SUMMED = ("bills", "accruals", "credits", "internal", "sold", "left", "on_hand", "no_stock", "no_sale", "no_units")


def _add(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"family": "", **{name: sum(row[name] for row in rows) for name in _SUMMED}}


def _row(kind: str, row: dict[str, Any], units: int, *, apart: bool = False) -> ReconciledRow:
    """``apart``: nobody billed it, so there is nothing to be left over."""
    unplaced = row["no_stock"] + row["no_sale"] + row["no_units"]
    given = row["bills"] + row["accruals"] + row["credits"] + row["internal"]
    placed = row["sold"] + row["left"] + row["on_hand"] + unplaced
    half = (2 * abs(row["sold"]) + units) // (2 * units) if units else 0
    unit = (half if row["sold"] >= 0 else -half) if units else None
    return ReconciledRow(
        kind, row["family"], row["bills"], row["accruals"], row["credits"], row["internal"], row["sold"], row["left"],
        row["on_hand"], unplaced, 0 if apart else given - placed, unit,
    )  # fmt: skip
