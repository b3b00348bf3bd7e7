"""The snapshot follows the database: it grows with it, and is made anew when another one stands in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from entrepot.books import facts, models
from entrepot.workflows import snapshot
from tests.workflows.ledger import DAY, bill, masters, post, receipt, sale

pytestmark = [pytest.mark.django_db(transaction=True)]


def same() -> bool:
    """Is the snapshot what the database holds?"""
    found = snapshot.refresh()
    return all(
        found[table].drop("_row", strict=False).rows() == facts.query(table, "ORDER BY t.id").rows()
        for table in facts.TABLES
    )


def test_it_grows_with_the_books(tmp_path: Path, settings: Any) -> None:
    """Empty, filled, filled further: always what the database holds."""
    settings.HOME = tmp_path
    assert same()
    post(*masters(), receipt("R1", "2026-01-02", 10, 300))
    assert same()
    post(bill("F1", "2026-01-02", "freight", 500, ("receipt", "R1")), sale("S1", "2026-01-03", 2), at=2 * DAY)
    assert same()


def test_an_older_state_of_the_database_is_noticed(tmp_path: Path, settings: Any) -> None:
    """After a restore the last movement may be the same and a bill be gone: the snapshot must not keep the bill."""
    settings.HOME = tmp_path
    post(*masters(), receipt("R1", "2026-01-02", 10, 300))

    with transaction.atomic():
        post(bill("F1", "2026-01-02", "freight", 500, ("receipt", "R1")), at=2 * DAY)
        for table in facts.TABLES:
            snapshot._grow(snapshot.folder() / table, table)
        transaction.set_rollback(True)
    assert models.CostLine.objects.count() == 1
    assert same()
