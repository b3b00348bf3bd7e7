"""Signals as facts: what they are about is kept, a corrected one replaces, and none is changed in place."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.books import intake, models
from entrepot.books.unmet import told
from entrepot.core.calendar import Instant
from tests.workflows.ledger import DAY, doc, masters

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LONG_AGO: Instant = 0


def post(*documents: Any) -> None:
    report = intake.post(documents, name="test", recorded_at=DAY)
    assert not report.quarantined


def searched(number: str = "S1", value: int = 40, **fields: Any) -> Any:
    return doc("signal", number, "2026-03-01", name="searches", subject="travel mug", numerator=value, **fields)


def values() -> list[tuple[str, float]]:
    return [(row.subject, row.value) for row in told(models.Company.objects.get().pk, LONG_AGO)]


def test_a_signal_keeps_what_it_is_about() -> None:
    """Subject, name and value; without an SKU nothing like it is listed."""
    post(*masters(), searched())
    row = models.SignalValue.objects.get()
    assert (row.subject, row.name, row.item, row.numerator) == ("travel mug", "searches", None, 40)
    assert values() == [("travel mug", 40.0)]


def test_a_corrected_signal_counts_once_and_a_reversed_one_not_at_all() -> None:
    """The later content of the same number stands; a reversal takes it out."""
    post(*masters(), searched(), searched(value=25))
    assert models.SignalValue.objects.count() == 2
    assert values() == [("travel mug", 25.0)]
    intake.reverse_batch(models.Batch.objects.latest("pk").pk, recorded_at=DAY + 1)
    assert values() == []


def test_the_database_refuses_to_change_a_signal() -> None:
    """Also after its table was made anew for a further column."""
    post(*masters(), searched())
    with pytest.raises(Exception, match="facts are only appended"):
        models.SignalValue.objects.update(subject="other")


@pytest.mark.parametrize(("name", "source"), [("Searches", "search"), ("弃购", "cart"), (" complaints ", "complaint")])
def test_names_are_read_in_both_languages(name: str, source: str) -> None:
    """As the template says them, without minding case."""
    post(*masters(), doc("signal", "S2", "2026-03-01", name=name, subject="x", numerator=3, denominator=2))
    (row,) = told(models.Company.objects.get().pk, LONG_AGO)
    assert (row.source, row.value) == (source, 1.5)


def test_other_signals_are_none_of_it() -> None:
    """Page views explain demand; they are not demand that found nothing."""
    post(*masters(), doc("signal", "S3", "2026-03-01", name="page_views", numerator=3))
    assert values() == []
