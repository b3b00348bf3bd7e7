"""Drafts of typed documents: kept on the server at every pause, posted once, never overwritten unseen.

``begin`` (or ``reopen``, for the correction of a document in the books) → ``save`` → ``post``. Whoever saves or posts gives back
the version that he saw; if another saved meanwhile he is told who (``draft_changed``). Posting is idempotent by the draft's key:
a second try, or a second click, answers as the first did. What was posted is taken back by
:func:`entrepot.workflows.entered.undo`, and the draft is open again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from entrepot.books import bulk, models
from entrepot.books.access import Viewer
from entrepot.core.calendar import to_datetime
from entrepot.core.documents import parse
from entrepot.core.errors import ProblemError
from entrepot.workflows import may_post
from entrepot.workflows.clock import now
from entrepot.workflows.entered import (
    Posted,
    may_type,
    post_typed,
    posted,
    proposed,
    refused,
    typed_of,
    versions,
)
from entrepot.workflows.typed_rows import Typed


@dataclass(frozen=True)
class DraftView:
    """A draft as it stands; ``version`` has to be given back when it is saved or posted."""

    key: str
    typed: Typed
    version: int
    state: str
    owner: str
    saved_by: str
    saved_at: datetime
    context: Mapping[str, Any]
    corrects: int | None = None
    batch: int | None = None


def begin(viewer: Viewer, typed: Typed, context: Mapping[str, Any] | None = None) -> DraftView:
    """A new draft of ``typed``; the number and the moment are proposed where they are not typed."""
    may_type(viewer, typed.kind)
    at = now()
    header = {**proposed(viewer, typed.kind), **typed.header}
    row = models.Draft.objects.create(
        key=secrets.token_hex(16), company_id=viewer.company.id, kind=typed.kind,
        content=_stored(Typed(typed.kind, header, typed.rows)), context=dict(context or {}), owner=viewer.name,
        saved_by=viewer.name, begun_at=at, saved_at=at,
    )  # fmt: skip
    return _view(row)


def reopen(viewer: Viewer, document: int) -> DraftView:
    """A draft of a document in the books, to be posted as its next version. Raises ``ProblemError``."""
    row = models.Document.objects.filter(pk=document, company_id=viewer.company.id).select_related("reversed").first()
    if row is None:
        raise refused("unknown_document", "this document is not in the books", "look at the list again", str(document))
    latest = versions(row).order_by("-version").first()
    if latest is None or hasattr(latest, "reversed"):
        raise refused("taken_back", "this document was taken back", "type it anew", row.external_id)
    told = parse({**json.loads(bytes(latest.body)), "type": row.type, "source": row.source})
    may_type(viewer, row.type)
    may_post.authorise(viewer, [told])
    typed = typed_of(told, viewer)
    at = now()
    draft = models.Draft.objects.create(
        key=secrets.token_hex(16), company_id=viewer.company.id, kind=row.type, content=_stored(typed), corrects=latest,
        owner=viewer.name, saved_by=viewer.name, begun_at=at, saved_at=at,
    )  # fmt: skip
    return _view(draft)


def load(viewer: Viewer, key: str) -> DraftView:
    """The draft of ``key``. Raises ``ProblemError`` (``unknown_draft``)."""
    return _view(_row(viewer, key))


def open_drafts(viewer: Viewer, kinds: Sequence[str] = ()) -> list[DraftView]:
    """Drafts of the viewer's company that nobody has posted, newest first; those of his own where he is confined."""
    rows = models.Draft.objects.filter(company_id=viewer.company.id, state=models.Draft.OPEN)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if not viewer.can("post") or viewer.locations is not None or viewer.shops is not None:
        rows = rows.filter(owner=viewer.name)
    return [_view(row) for row in rows.order_by("-saved_at")[:200]]


def save(viewer: Viewer, key: str, version: int, typed: Typed) -> DraftView:
    """Keep what is typed. Raises ``ProblemError`` (``draft_changed``) when another saved since ``version``."""
    row = _row(viewer, key)
    kept = models.Draft.objects.filter(pk=row.pk, version=version, state=models.Draft.OPEN).update(
        content=_stored(Typed(row.kind, typed.header, typed.rows)), version=version + 1, saved_by=viewer.name,
        saved_at=now(),
    )  # fmt: skip
    row.refresh_from_db()
    if not kept:
        raise _stale(row)
    return _view(row)


def discard(viewer: Viewer, key: str, version: int) -> None:
    """Throw a draft away. Raises as :func:`save` does."""
    row = _row(viewer, key)
    open_ones = models.Draft.objects.filter(pk=row.pk, version=version, state=models.Draft.OPEN)
    if not open_ones.update(state=models.Draft.DISCARDED, saved_by=viewer.name, saved_at=now()):
        row.refresh_from_db()
        raise _stale(row)


def post(viewer: Viewer, key: str, version: int, *, late: bool = False, origin: str = "") -> Posted:
    """Post the draft; a draft that was posted already answers as it did then.

    Raises :class:`TypedFaults` with every fault by cell, ``ProblemError`` (``draft_changed``) when another saved it meanwhile.
    """
    row = _row(viewer, key)
    with transaction.atomic():
        bulk.writer_lock()
        mine = models.Draft.objects.filter(pk=row.pk, version=version, state=models.Draft.OPEN)
        if not mine.update(state=models.Draft.POSTED, saved_by=viewer.name, saved_at=now()):
            row.refresh_from_db()
            if row.state == models.Draft.POSTED and row.batch_id is not None:
                return posted(viewer, row.kind, row.batch_id, again=True)
            raise _stale(row)
        row.refresh_from_db()
        done = post_typed(viewer, _view(row).typed, late=late, corrects=row.corrects_id, name=key, origin=origin)
        models.Draft.objects.filter(pk=row.pk).update(batch=done.batch)
    return done


def _row(viewer: Viewer, key: str) -> models.Draft:
    row = models.Draft.objects.filter(key=key, company_id=viewer.company.id).first()
    confined = not viewer.can("post") or viewer.locations is not None or viewer.shops is not None
    if row is None or (confined and row.owner != viewer.name):
        raise refused("unknown_draft", "this draft is not there any more", "look at the list of drafts", key[:40])
    may_type(viewer, row.kind)
    return row


def _stored(typed: Typed) -> dict[str, Any]:
    return {"header": dict(typed.header), "rows": [dict(row) for row in typed.rows]}


def _view(row: models.Draft) -> DraftView:
    typed = Typed(row.kind, dict(row.content.get("header", {})), tuple(row.content.get("rows", ())))
    return DraftView(
        row.key, typed, row.version, row.state, row.owner, row.saved_by, to_datetime(row.saved_at).astimezone(UTC),
        row.context, row.corrects_id, row.batch_id,
    )  # fmt: skip


def _stale(row: models.Draft) -> ProblemError:
    words = {
        models.Draft.POSTED: ("draft_posted", "this draft was posted meanwhile", "look at the document"),
        models.Draft.DISCARDED: ("draft_discarded", "this draft was thrown away meanwhile", "begin a new one"),
    }
    code, message, remedy = words.get(
        row.state,
        ("draft_changed", "somebody saved this draft after you opened it", "load it again; yours stays on your screen"),
    )
    return refused(code, message, remedy, row.saved_by)
