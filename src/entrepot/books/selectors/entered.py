"""Documents that were typed on screen, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from entrepot.books.access import Viewer
from entrepot.books.models import Batch, Document
from entrepot.books.selectors.paging import moment

MOST = 30
AT_ONCE = 500
"""Typed batches that are looked through at once."""


@dataclass(frozen=True, slots=True)
class TypedDocument:
    """A document typed on screen. ``undoable``: the viewer may take it back, and nobody has."""

    id: str
    kind: str
    number: str
    by: str
    at: datetime
    batch: int
    undone: bool
    undoable: bool


def lately(viewer: Viewer, kinds: tuple[str, ...] = ()) -> list[TypedDocument]:
    """The last ones of the viewer's company, his own where he is confined. Two queries, most often.

    Whoever types seldom and imports much has them among hundreds of thousands: they are looked up by what was typed last.
    """
    typed = Batch.objects.filter(layout__startswith="entered:").order_by("-pk").values_list("pk", flat=True)
    if not viewer.can("post") or viewer.locations is not None:
        typed = typed.filter(actor=viewer.name)
    found: list[Document] = []
    start = 0
    while len(found) < MOST and (batches := list(typed[start : start + AT_ONCE])):
        rows = viewer.of_company(Document.objects.filter(batch__in=batches))
        rows = rows.filter(type__in=kinds) if kinds else rows
        rows = rows.select_related("batch", "batch__reversed_by").defer("body").order_by("-pk")
        found += rows[: MOST - len(found)]
        start += AT_ONCE
    return [_shape(viewer, row) for row in found]


def of_document(viewer: Viewer, document: int) -> TypedDocument | None:
    """The document of that id, if it was typed on screen. One query."""
    rows = viewer.of_company(Document.objects.filter(pk=document, batch__layout__startswith="entered:"))
    row = rows.select_related("batch", "batch__reversed_by").defer("body").first()
    return _shape(viewer, row) if row else None


def _shape(viewer: Viewer, row: Document) -> TypedDocument:
    undone = hasattr(row.batch, "reversed_by")
    may = not undone and (viewer.can("undo") or (row.batch.actor == viewer.name and viewer.can("post_stock")))
    return TypedDocument(
        str(row.pk), row.type, row.external_id, row.batch.actor, moment(row.recorded_at), row.batch_id, undone, may
    )
