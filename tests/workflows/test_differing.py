"""Differences between a platform's report and the books have an owner, a state and notes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entrepot.books import intake
from entrepot.books.access import Viewer, system_viewer
from entrepot.core.errors import ProblemError
from entrepot.workflows import differing
from tests.workflows.ledger import doc, masters, receipt

pytestmark = pytest.mark.django_db(transaction=True)


def report(number: str, on: str, units: int) -> None:
    lines = [{"sku": "A", "quantity": units}]
    intake.post([doc("stock_report", number, on, location="LA", lines=lines)], name=number, recorded_at=2)


@pytest.fixture
def viewer() -> Viewer:
    """100 units of A in LA, of which the place reports 95."""
    intake.post([*masters(), receipt("R1", "2026-02-01", 100, 250)], name="start", recorded_at=1)
    report("S1", "2026-02-02", 95)
    return system_viewer()


def test_a_difference_is_given_to_somebody_resolved_and_kept(viewer: Viewer) -> None:
    """Owner, note and cause stay through further reports that say the same."""
    found = differing.differences(viewer)[0]
    assert (found.key, found.off, found.state, found.owner) == ("LA|A|sellable", -5, "open", "")
    differing.change(viewer, found.key, owner=viewer.name, note="asked the platform")
    differing.change(viewer, found.key, resolve="claimed")
    report("S2", "2026-02-03", 95)
    assert differing.differences(viewer) == []
    kept = differing.difference(viewer, found.key)
    assert (kept.state, kept.owner, kept.cause) == ("resolved", viewer.name, "claimed")
    assert {(note.act, note.text) for note in kept.notes} == {
        ("assign", viewer.name), ("note", "asked the platform"), ("resolve", "claimed"),
    }  # fmt: skip


def test_other_units_open_it_again_and_agreement_ends_it(viewer: Viewer) -> None:
    """A resolved difference that grows is open by itself; one that is gone is in no list."""
    differing.change(viewer, "LA|A|sellable", resolve="lost")
    report("S2", "2026-02-03", 90)
    assert [(one.off, one.state) for one in differing.differences(viewer)] == [(-10, "open")]
    report("S3", "2026-02-04", 100)
    assert differing.differences(viewer, "") == []


def test_two_people_on_one_difference(viewer: Viewer) -> None:
    """Who changes what he has not seen is told; a viewer changes nothing; nobody unknown owns one."""
    seen = differing.difference(viewer, "LA|A|sellable").changed
    differing.change(viewer, "LA|A|sellable", note="first", changed=seen)
    for wrong in (
        lambda: differing.change(viewer, "LA|A|sellable", note="second", changed=seen),
        lambda: differing.change(replace(viewer, role="viewer"), "LA|A|sellable", note="x"),
        lambda: differing.change(viewer, "LA|A|sellable", owner="nobody"),
    ):
        with pytest.raises(ProblemError):
            wrong()
