"""Today: the right decisions, in the right order, for the right eyes."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.books import audit_trail, decisions
from entrepot.books.models import Decision
from entrepot.books.selectors import NotThere, today
from entrepot.books.selectors.shapes import Slice
from entrepot.core.errors import ProblemError
from tests.books import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_decisions_stand_by_money_then_deadline() -> None:
    """The most money first; what is not known last; equal money by deadline."""
    rows = [
        make.decision(effect=100, deadline=date(2026, 4, 2)),
        make.decision(effect=None),
        make.decision(effect=900),
        make.decision(effect=100, deadline=date(2026, 4, 1)),
    ]
    found = today.today(make.viewer())
    assert [d.id for d in found.decisions] == [str(rows[n].pk) for n in (2, 3, 0, 1)]


def test_kinds_are_counted_before_the_filter_and_pages_cut() -> None:
    """The filter's counts do not change with the filter, and a page is a part of the filtered list."""
    for kind in ("order", "order", "excess"):
        make.decision(kind)
    found = today.today(make.viewer(), "order", Slice(limit=1))
    assert (found.kinds, found.total, len(found.decisions)) == ({"order": 2, "excess": 1}, 2, 1)


def test_a_snoozed_decision_sleeps_until_its_day() -> None:
    """It is gone the day before, and back on the day."""
    make.decision(state=Decision.SNOOZED, snoozed_until=date(2026, 3, 21))
    back = make.decision(state=Decision.SNOOZED, snoozed_until=date(2026, 3, 20))
    assert [d.id for d in today.today(make.viewer()).decisions] == [str(back.pk)]


def test_other_companies_and_places_stay_out() -> None:
    """One company's decisions at a time, and for a confined viewer those of his places or of none."""
    make.company(), make.location("P1"), make.location("P2")
    make.decision(company=make.company("ZZ"))
    here, free = make.decision(location="P1"), make.decision(location="")
    away = make.decision(location="P2")
    bound = make.viewer("operations", locations=("P1",))
    assert {d.id for d in today.today(bound).decisions} == {str(here.pk), str(free.pk)}
    with pytest.raises(NotThere):
        today.decision(bound, away.pk)


@pytest.mark.parametrize("role", make.ROLES)
def test_money_and_reasons_only_for_who_may_see_cost(role: str) -> None:
    """Amounts, reasons and assumptions (which say amounts) are absent for warehouse and viewer."""
    make.decision(assumed=[{"code": "lead_time", "text": "8 weeks", "parameters": {"weeks": 8}}])
    viewer = make.viewer(role)
    found = today.today(viewer).decisions[0]
    shown = [
        found.effect is not None,
        found.spend is not None,
        bool(found.reasons),
        bool(found.assumed),
        "units" in found.parameters,
    ]
    assert shown == [viewer.can("see_cost")] * 5
    assert found.parameters["quantity"] == 40


def test_an_answer_changes_the_state_and_leaves_an_entry() -> None:
    """Approve, undo, snooze, dismiss: each moves the decision, names who did it, and stands in the trail."""
    row, viewer = make.decision(), make.viewer("operations")
    assert decisions.approve(viewer, row.pk, at=make.NOW, document="PO-1").state == "approved"
    assert today.today(viewer).decided[0].document == "PO-1"
    assert decisions.reopen(viewer, row.pk, at=make.NOW).state == "open"
    assert decisions.snooze(viewer, row.pk, 3, at=make.NOW).snoozed_until == date(2026, 3, 23)
    assert decisions.dismiss(viewer, row.pk, at=make.NOW).decided_by == viewer.name
    assert audit_trail.head().entries == 4
    assert audit_trail.verify() == []


def test_a_settled_decision_is_not_settled_again() -> None:
    """Two people at one decision: the second is told what it is already."""
    row, viewer = make.decision(), make.viewer()
    decisions.approve(viewer, row.pk, at=make.NOW)
    with pytest.raises(ProblemError) as raised:
        decisions.snooze(viewer, row.pk, 1, at=make.NOW)
    assert raised.value.problems[0].found == "approved"
    assert audit_trail.head().entries == 1


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
def test_who_may_not_approve_cannot(role: str) -> None:
    """The service refuses by itself, whatever face called it."""
    row = make.decision()
    with pytest.raises(ProblemError):
        decisions.approve(make.viewer(role), row.pk, at=make.NOW)
    row.refresh_from_db()
    assert row.state == "open"
