"""Imports as pages show them: what came in, how much of it, and whether it was undone.

An import's id is ``batch-7`` for what was posted, and the number of the job that checked it for what is on its way.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from entrepot.books.access import Viewer
from entrepot.books.models import Batch, Document
from entrepot.books.selectors.health_shapes import ImportRow
from entrepot.books.selectors.paging import bounds, moment
from entrepot.books.selectors.shapes import NotThere, Page

_ORDER = {
    "at": "recorded_at", "file": "name", "layout": "layout", "by": "actor", "lines": "rows", "posted": "posted",
    "known": "repeated", "quarantined": "quarantined",
}  # fmt: skip


def imports(viewer: Viewer, part: Any = None) -> Page[ImportRow]:
    """Batches, newest first unless asked otherwise; reversing batches are shown as what they undid. Three queries."""
    rows = seen_by(viewer, Batch.objects.filter(reverses=None))
    down = part is None or part.descending or part.sort not in _ORDER
    column = F(_ORDER.get(part.sort, "recorded_at") if part else "recorded_at")
    ordered = rows.order_by(column.desc() if down else column.asc(), "-pk").select_related("reversed_by")
    chosen = ordered[bounds(part)] if part else ordered[:100]
    return Page([shape(viewer, row) for row in chosen], rows.count())


def one(viewer: Viewer, key: str) -> ImportRow:
    """One posted import by ``batch-7`` or ``7``. Raises :class:`NotThere`."""
    number = key.removeprefix("batch-")
    rows = seen_by(viewer, Batch.objects.select_related("reversed_by"))
    row = rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    if row is None:
        raise NotThere(f"import {key}")
    return shape(viewer, row)


def seen_by(viewer: Viewer, rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """Batches that a confined viewer may know of: his own, and those that brought documents of his companies."""
    if viewer.companies is None:
        return rows
    theirs = Document.objects.filter(batch_id=OuterRef("pk"), company_id__in=viewer.companies)
    return rows.filter(Q(actor=viewer.name) | Exists(theirs))


def shape(viewer: Viewer, row: Batch) -> ImportRow:
    """A batch as a row."""
    undone = hasattr(row, "reversed_by")
    return ImportRow(
        id=f"batch-{row.pk}",
        file=row.name,
        layout=row.layout,
        at=moment(row.recorded_at),
        by=row.actor,
        lines=row.rows,
        posted=row.posted,
        known=row.repeated,
        quarantined=row.quarantined,
        state="undone" if undone else "done",
        undoable=viewer.can("undo") and not undone and row.posted > 0,
        batch=row.pk,
    )
