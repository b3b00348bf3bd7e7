"""One row in quarantine by itself: what it is, what makes it right, its neighbours, and what became of it."""

from __future__ import annotations

import json

from entrepot.books.access import Viewer
from entrepot.books.models import AuditEntry, Quarantine
from entrepot.books.selectors.health import open_rows, quarantined, seen_rows
from entrepot.books.selectors.health_shapes import HeldPage
from entrepot.books.selectors.paging import maybe_moment
from entrepot.books.selectors.shapes import NotThere

DISMISSED = "quarantine.dismiss"
"""What the audit trail calls it."""


def held(viewer: Viewer, key: str | int) -> HeldPage:
    """One row, open or settled. Raises :class:`NotThere`. Four queries."""
    number = str(key)
    known = seen_rows(viewer).select_related("batch")
    row = known.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    if row is None:
        raise NotThere(f"row {key}")
    same = list(open_rows(viewer).filter(code=row.code).order_by("-recorded_at", "-pk").values_list("pk", flat=True))
    place = same.index(row.pk) if row.pk in same else -1
    following = same[place + 1 : place + 2] if place >= 0 else []
    previous = same[place - 1 : place] if place > 0 else []
    cells = list((row.row or {}).items()) if isinstance(row.row, dict) else []
    return HeldPage(
        row=quarantined(viewer, row),
        state=row.state,
        file=row.batch.name,
        cells=[(str(a), "" if b is None else str(b)) for a, b in cells] if viewer.can("see_personal") else None,
        content=_content(row) if viewer.can("see_cost") else None,
        settled_at=maybe_moment(row.settled_at),
        settled_by=row.actor if row.state == Quarantine.DISMISSED else "",
        why=_why(row.pk) if row.state == Quarantine.DISMISSED else "",
        previous=str(previous[0]) if previous else "",
        following=str(following[0]) if following else "",
        place=place + 1,
        count=len(same),
    )


def _content(row: Quarantine) -> str:
    """A waiting document as it was told, indented."""
    if not row.document_body:
        return ""
    return json.dumps(json.loads(bytes(row.document_body)), indent=1, ensure_ascii=False)


def _why(key: int) -> str:
    entry = AuditEntry.objects.filter(action=DISMISSED, subject=f"quarantine:{key}").order_by("-pk").first()
    return str((entry.after or {}).get("reason", "")) if entry else ""
