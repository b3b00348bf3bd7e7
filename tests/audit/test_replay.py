"""What is delivered again, in order or shuffled, comes to the same books."""

import json
import random
from collections.abc import Callable
from itertools import groupby
from typing import Any

import pytest
from django.db import connection, transaction

from entrepot.audit import check, figures_hash, ledger_hash
from entrepot.books import intake
from entrepot.books.models import Document
from entrepot.core.documents import parse
from entrepot.workflows.revalue import revalue
from tests.audit.small_ledger import batches
from tests.effort import effort

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def hashes(deliver: Callable[[], None]) -> tuple[str, str, list[str], list[Any]]:
    """Ledger hash, figures hash, residues and stored documents after ``deliver``; then everything is taken back."""
    with transaction.atomic():
        deliver()
        revalue()
        stored = list(Document.objects.order_by("pk").values_list("type", "source", "recorded_at", "body"))
        result = (
            ledger_hash(connection), figures_hash(connection), [str(r) for r in check(connection).residues], stored,
        )  # fmt: skip
        transaction.set_rollback(True)
    return result


def post(recorded_at: int, documents: list[Any]) -> None:
    intake.post(documents, name="replay", recorded_at=recorded_at)


def in_order() -> None:
    for recorded_at, documents in batches():
        post(recorded_at, documents)


def test_stored_documents_replayed_in_order_of_recording_give_the_same_hash() -> None:
    """The bytes that the books keep are enough to make the same books again in an empty database."""
    ledger, figures, residues, stored = hashes(in_order)

    def replay() -> None:
        for recorded_at, rows in groupby(stored, key=lambda row: row[2]):
            documents = [
                parse({**json.loads(bytes(body)), "type": kind, "source": source}) for kind, source, _, body in rows
            ]
            post(recorded_at, documents)

    again = hashes(replay)
    assert residues == again[2] == []
    assert again[:2] == (ledger, figures)


def test_every_batch_delivered_twice_changes_nothing() -> None:
    """A second delivery of each batch, at once and after later ones, posts nothing. (What was taken back may be
    delivered anew: the batch that reverses is told twice, but what it reverses is not told after it.)"""
    once = hashes(in_order)

    def twice() -> None:
        told = []
        for recorded_at, documents in batches():
            for before, again in told:
                post(before, again)
            post(recorded_at, documents)
            post(recorded_at, documents)
            told.append((recorded_at, documents))

    assert hashes(twice)[:3] == once[:3]


@pytest.mark.soak
def test_any_order_within_an_open_period_closes_with_the_same_figures() -> None:
    """Documents of one recording in any order, bills before receipts and returns before sales: the same figures."""
    expected = hashes(in_order)
    seeds = range(effort(test=8, soak=200))
    for seed in seeds:

        def shuffled(seed: int = seed) -> None:
            for number, (recorded_at, documents) in enumerate(batches()):
                mixed = list(documents)
                if number:
                    random.Random(seed * 10 + number).shuffle(mixed)
                post(recorded_at, mixed)

        found = hashes(shuffled)
        assert found[2] == [], f"seed {seed}"
        assert found[1] == expected[1], f"seed {seed}"
