"""Files beside documents: PDFs and photographs, kept once by their hash, shown and taken away by who may.

The kind of a file is told by its first bytes, not by its name; only PDF, JPEG, PNG, WEBP and HEIC are taken, so that nothing that
a browser would run is ever kept. A file is marked as showing prices unless it is attached to a document that only moves units;
who may not see cost does not get those.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from entrepot.books import audit_trail, models
from entrepot.books.access import STOCK_DOCUMENTS, Viewer
from entrepot.core.calendar import to_datetime
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 50
"""Beside one document."""


@dataclass(frozen=True)
class Attached:
    """One file beside a document."""

    id: int
    name: str
    media_type: str
    size: int
    by: str
    at: datetime
    removable: bool


def attach(viewer: Viewer, document: models.Document, name: str, content: bytes, *, origin: str = "") -> Attached:
    """Keep a file beside ``document`` (all its versions). The same file twice stands once. Raises ``ProblemError``."""
    _may_write(viewer, document)
    if len(content) > MOST_BYTES:
        raise _refused(
            "file_too_large",
            f"the file is larger than {MOST_BYTES >> 20} MB",
            "make it smaller",
            f"{len(content) >> 20} MB",
        )
    media = media_type(content)
    if not media:
        raise _refused("file_type", "only PDF, JPEG, PNG, WEBP and HEIC files are kept", "save it as PDF", name[:100])
    safe = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable()).strip()[:200] or "file"
    sha = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        beside = _rows(document)
        if beside.count() >= MOST_FILES:
            raise _refused(
                "too_many_files", f"a document takes {MOST_FILES} files", "take one away first", str(MOST_FILES)
            )
        known = beside.filter(file__sha256=sha).first()
        if known is not None:
            return _shape(viewer, known)
        kept, _ = models.KeptFile.objects.get_or_create(
            sha256=sha, defaults={"media_type": media, "size": len(content), "content": content}
        )
        row = models.Attachment.objects.create(
            company_id=document.company_id, type=document.type, number=document.external_id, file=kept, name=safe,
            priced=document.type not in STOCK_DOCUMENTS, added_by=viewer.name, added_at=now(),
        )  # fmt: skip
        audit_trail.record(
            viewer.name, origin, "attach", f"{document.type} {document.external_id}", None, {"file": safe, "sha256": sha},
            at=row.added_at,
        )  # fmt: skip
    return _shape(viewer, row)


def attached(viewer: Viewer, document: models.Document) -> list[Attached]:
    """The files beside a document that this viewer may see. One query."""
    if document.company_id is None:
        return []
    rows = _rows(document)
    return [_shape(viewer, row) for row in (rows if viewer.can("see_cost") else rows.filter(priced=False))]


def attached_to(viewer: Viewer, types: Sequence[str], number: str) -> list[tuple[str, Attached]]:
    """The files that this viewer may see beside his company's documents of a number: type and file. One query."""
    rows = viewer.of_company(models.Attachment.objects.filter(type__in=types, number=number, removed_at=None))
    rows = rows.select_related("file").defer("file__content").order_by("type", "added_at", "pk")
    return [(r.type, _shape(viewer, r)) for r in (rows if viewer.can("see_cost") else rows.filter(priced=False))]


def content(viewer: Viewer, document: models.Document, key: int) -> tuple[str, str, bytes]:
    """Name, media type and bytes. Raises ``ProblemError`` for a file that is not there, or not for him."""
    row = _rows(document).filter(pk=key).select_related("file").first() if document.company_id else None
    if row is None or (row.priced and not viewer.can("see_cost")):
        raise _refused("unknown_file", "this file is not there", "look at the document again", str(key))
    return row.name, row.file.media_type, bytes(row.file.content)


def remove(viewer: Viewer, document: models.Document, key: int, *, origin: str = "") -> None:
    """Take a file away; who did it stays on record, and its bytes stay in the books. Raises ``ProblemError``."""
    _may_write(viewer, document)
    row = _rows(document).filter(pk=key).first()
    if row is None or not _removable(viewer, row):
        raise _refused("unknown_file", "this file is not there, or another person's", "ask who attached it", str(key))
    with transaction.atomic():
        models.Attachment.objects.filter(pk=row.pk, removed_at=None).update(removed_by=viewer.name, removed_at=now())
        audit_trail.record(
            viewer.name, origin, "detach", f"{document.type} {document.external_id}", {"file": row.name}, None, at=now()
        )


def media_type(content: bytes) -> str:
    """What the first bytes say; empty for what is not taken.

    >>> media_type(b"%PDF-1.7 ..."), media_type(b"<html>")
    ('application/pdf', '')
    """
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/heic" if content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1") else ""


def _rows(document: models.Document) -> QuerySet[models.Attachment]:
    rows = models.Attachment.objects.filter(
        company_id=document.company_id, type=document.type, number=document.external_id, removed_at=None
    )
    return rows.select_related("file").defer("file__content").order_by("added_at", "pk")


def _shape(viewer: Viewer, row: models.Attachment) -> Attached:
    return Attached(
        row.pk,
        row.name,
        row.file.media_type,
        row.file.size,
        row.added_by,
        to_datetime(row.added_at),
        _removable(viewer, row),
    )


def _removable(viewer: Viewer, row: models.Attachment) -> bool:
    return viewer.can("undo") or row.added_by == viewer.name


def _may_write(viewer: Viewer, document: models.Document) -> None:
    if document.company_id is None:
        raise _refused(
            "no_company", "this document belongs to no company", "attach it to another", document.external_id
        )
    if not (viewer.can("post") or (viewer.can("post_stock") and document.type in STOCK_DOCUMENTS)):
        viewer.need("post")


def _refused(code: str, message: str, remedy: str, found: str) -> ProblemError:
    return ProblemError(Problem(code, message, remedy, found=found))
