"""Corrected prices, quantities, weights and sizes re-split the cost lines that were split by the old ones (a new basis
version)."""

from __future__ import annotations

import json
from collections.abc import Collection

from entrepot.books import models, retelling
from entrepot.books.intake import rows as r
from entrepot.books.intake.posting.builder import Builder
from entrepot.books.intake.posting.references import told_before
from entrepot.books.intake.posting.weights import of_movements
from entrepot.core.components import GOODS
from entrepot.core.errors import ProblemError

_CHARGEABLE = "chargeable_weight"
_MEASURED = ("quantity", "value", "weight", "volume", _CHARGEABLE)
"""Bases whose weights grow with the units of their targets."""


def resplit_items(b: Builder, items: set[int], kinds: Collection[str]) -> None:
    """After the measures of ``items`` changed."""
    b.session.flush()
    _resplit(
        b,
        set(
            models.BasisShare.objects.filter(movement__item_id__in=items, basis__kind__in=kinds).values_list(
                "basis__cost_line_id", flat=True
            )
        ),
    )


def resplit_movements(b: Builder, movements: set[int]) -> None:
    """After the goods cost of ``movements`` changed. Runs at the end of the intake, when the new cost is written."""
    if movements:
        b.session.later.append(lambda: _resplit(b, _split_over(movements, ["value"])))


def resplit_replaced(b: Builder) -> None:
    """After lines were replaced or taken back: what was split by their quantity or value follows."""
    replaced = [row for row in b.postings.replacements if row.new_movement_id is not None]
    moved = {row.movement_id for row in replaced if row.movement_id is not None}
    if moved and not b.session.remeasured:
        b.session.later.append(lambda: _resplit_remeasured(b))
    b.session.remeasured |= moved
    gone = {row.cost_line_id for row in b.postings.replacements if row.cost_line_id is not None}
    if gone:
        shares = models.BasisShare.objects.filter(
            basis__cost_line__in=gone, basis__cost_line__component=GOODS, movement__isnull=False
        )
        resplit_movements(b, set(shares.values_list("movement_id", flat=True)))


def _now(row: models.Movement) -> models.Movement | None:
    """The movement that counts in place of ``row``."""
    while True:
        replacement = models.Replacement.objects.filter(movement=row).first()
        if replacement is None:
            return row
        following = replacement.new_movement_id or retelling.after(row.pk)
        if following is None:
            return None
        row = models.Movement.objects.get(pk=following)


def resplit_told_again(b: Builder, older: Collection[int]) -> None:
    """After a document was told again: what was split over what had been taken back of it follows."""
    b.session.later.append(lambda: _resplit(b, _split_over(retelling.taken_up(older), _MEASURED)))


def _resplit_remeasured(b: Builder) -> None:
    moved, b.session.remeasured = b.session.remeasured, set()
    _resplit(b, _split_over(moved, _MEASURED))


def _split_over(movements: Collection[int], kinds: Collection[str]) -> set[int]:
    """Cost lines split over these movements, or what they replaced, by one of ``kinds``."""
    every = sorted(told_before(list(movements)))
    lines: set[int] = set()
    for start in range(0, len(every), 500):
        shares = models.BasisShare.objects.filter(movement_id__in=every[start : start + 500], basis__kind__in=kinds)
        lines |= set(shares.values_list("basis__cost_line_id", flat=True))
    return lines


def _divisor(line: models.CostLine) -> int:
    """The volume divisor that the bill of ``line`` states (of what came back with a withdrawal: the bill that told it)."""
    same = models.CostLine.objects.filter(
        company=line.company_id, component=line.component, amount=line.amount, currency=line.currency,
        effective_at=line.effective_at, document__type__in=("cost_bill", "supplier_credit"),
    )  # fmt: skip
    told = line if line.document.type != "reversal" else same.order_by("-pk").first()
    lines = json.loads(bytes(told.document.body)).get("lines", []) if told is not None else []
    number = told.line if told is not None else 0
    return int(lines[number - 1].get("divisor", 6000)) if 0 < number <= len(lines) else 6000


def _resplit(b: Builder, cost_lines: set[int]) -> None:
    session = b.session
    for line in models.CostLine.objects.filter(pk__in=cost_lines, replacement__isnull=True).order_by("pk"):
        latest = models.Basis.objects.filter(cost_line=line).order_by("-version").first()
        if latest is None:
            continue
        shares = list(models.BasisShare.objects.filter(basis=latest).order_by("ordinal").select_related("movement"))
        followed = [_now(share.movement) for share in shares if share.movement is not None]
        rows = [row for row in followed if row is not None]
        if len(rows) < len(followed):
            continue  # a target was taken back: its part stays where it is told, unallocated
        try:
            weights = of_movements(latest.kind, rows, divisor=_divisor(line) if latest.kind == _CHARGEABLE else 6000)
        except ProblemError:
            continue  # the old weights stay until the figure is there again
        if weights == [share.weight for share in shares]:
            continue
        basis = r.BasisRow(session.new_id(r.BasisRow), line.pk, latest.version + 1, latest.kind, session.recorded_at)
        session.append(r.BasisRow, [basis])
        session.append(
            r.BasisShareRow,
            [
                r.BasisShareRow(session.new_id(r.BasisShareRow), basis.id, ordinal, row.pk, None, weight)
                for ordinal, (row, weight) in enumerate(zip(rows, weights, strict=True))
            ],
        )
        session.touched |= {row.item_id for row in rows}
    session.flush()
