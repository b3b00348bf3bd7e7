"""Units written off as missing that are found again: the loss is taken back, so that they stand in the layer they came from.

A surplus of a count has no cost of its own. If the same cell lost units of the item before (a count shortage, goods lost),
what is found again is not new: the document that lost them is told anew with so many fewer lost, the newest loss first. The
fold then never issues those units; they keep their layer, its cost and its age. A loss in a closed month stays as reported,
and the difference is a prior-period adjustment.
"""

from __future__ import annotations

from typing import Any

from entrepot.books import intake, models
from entrepot.books.access import Viewer
from entrepot.core import documents as d
from entrepot.core.calendar import Instant, to_datetime
from entrepot.core.errors import ProblemError
from entrepot.core.kinds import Kind
from entrepot.workflows.clock import now
from entrepot.workflows.count_stand import Key
from entrepot.workflows.entered import told_of

_LOSSES = (int(Kind.COUNT_SHORTAGE), int(Kind.WRITE_OFF))
_MOST = 100
"""Earlier losses of one cell that are looked at."""


def give_back(viewer: Viewer, location: int, key: Key, units: int, before: Instant, name: str) -> int:
    """Take back up to ``units`` of the losses of ``key`` before the instant, in the caller's transaction; how many it were.

    Raises ``ProblemError`` where a told-anew loss cannot be posted.
    """
    rows = models.Movement.objects.filter(
        kind__in=_LOSSES, item_id=key.item, company_id=viewer.company.id, from_cell__location_id=location,
        from_cell__condition=key.condition, from_cell__label=key.label, from_cell__batch=key.batch,
        from_cell__expiry_key=key.expiry, from_cell__transit="", effective_at__lte=before, replacement__isnull=True,
        waiting__isnull=True, document__type__in=("count", "stock_use"),
    ).select_related("document")  # fmt: skip
    left = units
    for row in rows.order_by("-effective_at", "-pk")[:_MOST]:
        if not left:
            break
        found = min(left, row.quantity)
        told = told_of(row.document)
        if isinstance(told, d.StockUse) and told.purpose not in ("lost", "write_off"):
            continue  # destroyed goods do not come back
        _tell(viewer, _fewer(told, row, found), name)
        left -= found
    return units - left


def _fewer(told: Any, row: models.Movement, found: int) -> Any:
    """The document with ``found`` units fewer lost at the movement's line; its reversal where nothing is left of it."""
    lines = list(told.lines)
    line = lines[row.line - 1]
    if isinstance(told, d.Count):
        lines[row.line - 1] = line.model_copy(update={"counted": line.counted + found})
    elif line.quantity > found:
        lines[row.line - 1] = line.model_copy(update={"quantity": line.quantity - found})
    elif len(lines) > 1:
        lines.pop(row.line - 1)
    else:
        ref = d.Ref(type=told.type, id=told.id, source=told.source, account=row.document.account)
        return d.Reversal(
            id=f"found-{row.document_id}", source="entered", company=told.company, documents=[ref],
            effective_at=to_datetime(now()), reason="found again",
        )  # fmt: skip
    return told.model_copy(update={"lines": lines})


def _tell(viewer: Viewer, document: Any, name: str) -> None:
    report = intake.post(
        [document], name=f"{name}: found again", recorded_at=now(), actor=viewer.name, layout="entered:found"
    )
    if report.quarantined:
        raise ProblemError(*report.problems)
