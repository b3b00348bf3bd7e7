"""The audit trail: every tampering shows, every honest chain holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from entrepot.books import audit_trail, immutability
from entrepot.books.models import AuditEntry
from tests.books import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@contextmanager
def _sabotage() -> Iterator[None]:
    """Reach past the triggers, as someone with the database's password could."""
    immutability.unprotect(connection)
    try:
        yield
    finally:
        immutability.protect(connection)


def _chain(length: int = 5) -> list[AuditEntry]:
    return [
        audit_trail.record(
            "ann", "web", "decision.approve", f"decision:{n}", {"state": "open"}, {"n": n, "名": "甲"}, at=make.NOW + n
        )
        for n in range(length)
    ]


def test_an_honest_chain_holds() -> None:
    """Entries read back hash to what was written, and each names its predecessor."""
    entries = _chain()
    assert audit_trail.verify() == []
    assert [e.previous for e in entries] == [audit_trail.START, *(e.hash for e in entries[:-1])]
    assert audit_trail.head() == audit_trail.Head(5, entries[-1].hash)


@pytest.mark.parametrize("field", ["actor", "action", "subject", "after", "at", "previous", "hash"])
def test_a_changed_entry_shows(field: str) -> None:
    """Whatever field of a middle entry is changed, the chain breaks at that entry or the next."""
    entries = _chain()
    other = {"at": 1, "after": {"n": 99}}.get(field, "x" * 64 if field in ("previous", "hash") else "else")
    with _sabotage():
        AuditEntry.objects.filter(pk=entries[2].pk).update(**{field: other})
    assert {found.entry for found in audit_trail.verify()} & {entries[2].pk, entries[3].pk}


def test_a_missing_entry_shows() -> None:
    """An entry taken out of the middle leaves its successor unlinked; one cut off the end is noticed by a kept head."""
    entries = _chain()
    kept = audit_trail.head()
    with _sabotage():
        AuditEntry.objects.filter(pk=entries[4].pk).delete()
    assert audit_trail.verify() == []
    assert audit_trail.verify(kept) == [audit_trail.Break(0, "unlinked")]
    with _sabotage():
        AuditEntry.objects.filter(pk=entries[1].pk).delete()
    assert audit_trail.verify() == [audit_trail.Break(entries[2].pk, "unlinked")]


def test_an_entry_falls_with_the_deed() -> None:
    """What was rolled back was not done, so the trail does not say that it was."""
    with transaction.atomic():
        audit_trail.record("ann", "web", "import", at=make.NOW)
        transaction.set_rollback(True)
    assert audit_trail.head().entries == 0


def test_any_value_can_be_recorded() -> None:
    """Dates and NUL characters from a file's cell do not break the trail on either database."""
    audit_trail.record("ann", "web", "x", before={"day": make.date(2026, 1, 1)}, after={"cell": "a\x00b"}, at=make.NOW)
    assert audit_trail.verify() == []
