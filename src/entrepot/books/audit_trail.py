"""Who did what, when, from where: a chain in which each entry's hash covers the entry before it.

A changed, swapped or missing entry breaks the chain at that place; :func:`verify` says where. Entries cut off at the
end leave a chain that is whole but shorter, so whoever keeps :func:`head` elsewhere (a backup does) notices those too.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from entrepot.books.models import AuditEntry
from entrepot.core.calendar import Instant

START = "0" * 64
"""What the first entry has for a predecessor."""

_LOCK = 0x656E747265706F74  # "entrepot": one writer of the chain at a time


@dataclass(frozen=True, slots=True)
class Head:
    """How long the chain is and its last hash."""

    entries: int
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold: ``what`` is ``altered`` (content) or ``unlinked`` (predecessor)."""

    entry: int
    what: str


def record(
    actor: str,
    origin: str,
    action: str,
    subject: str = "",
    before: Any = None,
    after: Any = None,
    *,
    at: Instant,
) -> AuditEntry:
    """Append an entry in the caller's transaction (or one of its own), so that it stands or falls with the deed.

    ``before`` and ``after`` are anything that JSON can say; other values are kept as their text.
    """
    with transaction.atomic():
        _lock()
        previous = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first() or START
        entry = AuditEntry(
            at=at,
            actor=actor[:200],
            origin=origin[:64],
            action=action[:60],
            subject=subject[:200],
            before=_plain(before),
            after=_plain(after),
            previous=previous,
        )
        entry.hash = digest(entry)
        entry.save(force_insert=True)
    return entry


def digest(entry: AuditEntry) -> str:
    """SHA-256 over the predecessor's hash and the entry's fields, as canonical JSON."""
    fields = [
        entry.previous, entry.at, entry.actor, entry.origin, entry.action, entry.subject, entry.before, entry.after,
    ]  # fmt: skip
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def head() -> Head:
    """Length and last hash of the chain."""
    last = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first()
    return Head(AuditEntry.objects.count(), last or START)


def verify(kept: Head | None = None) -> list[Break]:
    """Every place where the chain is broken; with ``kept`` also whether it still contains that head.

    Raises nothing for a broken chain: breaks are the answer.
    """
    breaks: list[Break] = []
    previous, count, seen = START, 0, kept is None or kept.entries == 0
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=2000):
        if entry.previous != previous:
            breaks.append(Break(entry.pk, "unlinked"))
        if digest(entry) != entry.hash:
            breaks.append(Break(entry.pk, "altered"))
        previous, count = entry.hash, count + 1
        seen = seen or (kept is not None and count == kept.entries and entry.hash == kept.hash)
    return breaks if seen else [*breaks, Break(0, "unlinked")]


def _lock() -> None:
    """Let one transaction at a time extend the chain. SQLite's writing transactions exclude each other anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _plain(value: Any) -> Any:
    """As it will come back from the database, so that the hash of what is read equals the hash of what was written."""
    if value is None:
        return None
    text = json.dumps(value, default=str, sort_keys=True, ensure_ascii=False)
    return json.loads(text.replace("\\u0000", ""))
