"""The stored reconciliation of a company: all bills beside where they stand; and what was lost, with what came back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrepot.books.access import Viewer
from entrepot.books.models import BasisShare, CostLine, MarginFigure, Reconciliation
from entrepot.books.selectors.naming import named
from entrepot.books.selectors.paging import cut, moment
from entrepot.books.selectors.shapes import Page, Slice
from entrepot.core.calendar import local_date
from entrepot.core.components import BOOK, COMPONENTS, FAMILIES
from entrepot.core.kinds import Kind
from entrepot.core.money import split_largest_remainder

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
    recoverable: int
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


_SUMMED = (
    "bills", "accruals", "credits", "internal", "sold", "left", "on_hand", "no_stock", "no_sale", "no_units", "recoverable",
)  # fmt: skip


def _add(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"family": "", **{name: sum(row.get(name, 0) for row in rows) for name in _SUMMED}}


def _row(kind: str, row: dict[str, Any], units: int, *, apart: bool = False) -> ReconciledRow:
    """``apart``: nobody billed it, so there is nothing to be left over."""
    unplaced = row["no_stock"] + row["no_sale"] + row["no_units"]
    given = row["bills"] + row["accruals"] + row["credits"] + row["internal"]
    recoverable = row.get("recoverable", 0)  # what was kept before there was any has none
    placed = row["sold"] + row["left"] + row["on_hand"] + unplaced + recoverable
    half = (2 * abs(row["sold"]) + units) // (2 * units) if units else 0
    unit = (half if row["sold"] >= 0 else -half) if units else None
    return ReconciledRow(
        kind, row["family"], row["bills"], row["accruals"], row["credits"], row["internal"], row["sold"], row["left"],
        row["on_hand"], unplaced, recoverable, 0 if apart else given - placed, unit,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LossRow:
    """Units that left without a sale in a month, minor units: what they had cost (``landed``), what destroying them cost
    (``disposal``), what platforms, carriers and insurers gave back (``repaid``), and the loss that stays."""

    month: str
    reason: str
    sku: str
    name: str
    units: int
    landed: int
    disposal: int
    repaid: int
    loss: int
    missing: int


def losses(viewer: Viewer, part: Any = None) -> Page[LossRow]:
    """Written-off, lost, destroyed and used units and count shortages by month, reason and SKU. Two queries.

    Raises :class:`~entrepot.core.errors.ProblemError` for who may not see cost.
    """
    viewer.need("see_cost")
    rows = viewer.of_company(MarginFigure.objects.filter(reason__in=("write_off", "use", "count_shortage")))
    back = _repaid(viewer)
    found: list[LossRow] = []
    for row in rows.select_related("item").order_by("month", "pk"):
        repaid = back.get((row.item_id, row.month, row.reason), 0)
        landed = row.book_cost
        found.append(
            LossRow(
                f"{row.month // 100}-{row.month % 100:02d}", row.reason, row.item.sku, named(row.item.name, row.item.name_zh),
                row.quantity, landed, row.unsalable - repaid, repaid, landed + row.unsalable, row.missing,
            )
        )  # fmt: skip
    return cut(found, part or Slice("loss", descending=True), sums=("units", "landed", "disposal", "repaid", "loss"))


_REASONS = {int(Kind.WRITE_OFF): "write_off", int(Kind.USE): "use", int(Kind.COUNT_SHORTAGE): "count_shortage"}


def _repaid(viewer: Viewer) -> dict[tuple[int, int, str], int]:
    """(item, month of the loss, reason) → credits and reimbursements aimed at these units (negative)."""
    lines = viewer.of_company(CostLine.objects.filter(target_kind="issue", replacement=None, base_amount__lt=0))
    shares = BasisShare.objects.filter(
        basis__cost_line__in=lines.filter(component=COMPONENTS["loss"]), basis__version=1
    )
    by_line: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for line, amount, weight, item, kind, at in shares.order_by("basis_id", "ordinal").values_list(
        "basis__cost_line_id", "basis__cost_line__base_amount", "weight", "movement__item_id", "movement__kind",
        "movement__effective_at",
    ):  # fmt: skip
        by_line[line].append((amount, weight, item, kind, at))
    found: dict[tuple[int, int, str], int] = defaultdict(int)
    for parts in by_line.values():
        amounts = split_largest_remainder(parts[0][0], [part[1] for part in parts])
        for (_, _, item, kind, at), amount in zip(parts, amounts, strict=True):
            day = local_date(at, viewer.company.zone)
            found[item, day.year * 100 + day.month, _REASONS.get(kind, "")] += amount
    return found
