"""Counts: compared as of their instant, approved by another person, posted once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from entrepot.books import intake, models
from entrepot.books.access import Viewer, system_viewer
from entrepot.core.errors import ProblemError
from entrepot.workflows import counting, entered
from entrepot.workflows.clock import now
from entrepot.workflows.typed_rows import Typed
from tests.workflows.ledger import DAY, assert_proven, issued, masters, receipt, stock_value

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def counter() -> Viewer:
    """A warehouse person; LA holds 100 A and 10 B; somebody else may approve."""
    stock = [receipt("R1", "2026-02-01", 100, 250), receipt("R2", "2026-02-01", 10, 900, sku="B")]
    intake.post([*masters(), *stock], name="start", recorded_at=1)
    for name, role in (("wu", "warehouse"), ("li", "operations"), ("mo", "operations")):
        user = get_user_model().objects.create_user(name)
        models.Membership.objects.create(user=user, role=role)
    return replace(system_viewer(), name="wu", role="warehouse")


def approver(counter: Viewer, name: str = "li") -> Viewer:
    return replace(counter, name=name, role="operations")


def counted_later(sheet: str, hours: int) -> None:
    """The count began earlier than it did."""
    models.CountSheet.objects.filter(number=sheet).update(at=now() - hours * DAY // 24)


def code(caught: pytest.ExceptionInfo[ProblemError]) -> str:
    return caught.value.problems[0].code


def test_goods_that_moved_during_the_count_are_taken_out(counter: Viewer) -> None:
    """Three left after the instant and before the shelf was counted: 95 counted are two missing, not five."""
    number = counting.begin(counter, "LA", blind=False)
    counted_later(number, 2)
    entered.post_typed(
        counter, Typed("transfer", {"origin": "LA", "destination": "DE"}, ({"sku": "A", "quantity": "3"},))
    )
    row = counting.enter(counter, number, "A", 95)
    assert (row.books, row.flight, row.difference) == (100, -3, -2)
    counting.finish(counter, number)
    counting.give_reason(counter, number, row.id, "lost")
    boss = approver(counter)
    counting.approve(boss, number, counting.page(boss, number).digest)
    left = models.Balance.objects.get(item__sku="A", cell__location__code="LA").on_hand
    assert left == 95
    shown = counting.page(boss, number)
    assert (shown.state, shown.rows[0].difference) == ("posted", -2)
    assert_proven()


def test_blind_counting_shows_no_books(counter: Viewer) -> None:
    """Who counts blind sees neither books nor difference until he has finished."""
    number = counting.begin(counter, "LA")
    for _ in range(3):
        row = counting.enter(counter, number, "B")
    assert (row.units, row.books, row.difference) == (3, None, None)
    counting.finish(counter, number)
    assert counting.page(counter, number).rows[0].difference == -7


def test_unknown_labels_are_refused(counter: Viewer) -> None:
    """A label that nobody knows is told with what to do, and nothing is counted."""
    number = counting.begin(counter, "LA")
    with pytest.raises(ProblemError) as caught:
        counting.enter(counter, number, "NOBODY-KNOWS")
    assert code(caught) == "unknown_label"
    assert "create the item" in caught.value.problems[0].remedy
    assert not counting.page(counter, number).rows


def test_approval_needs_another_person_a_reason_and_what_was_seen(counter: Viewer) -> None:
    """Not by a counter, not without a reason, not over a change, not twice."""
    number = counting.begin(counter, "LA", whole=True)
    boss = approver(counter)
    row = counting.enter(boss, number, "A", 101)
    counting.finish(counter, number)
    assert {r.sku: r.units for r in counting.page(boss, number).rows} == {"A": 101, "B": 0}  # whole: B is not there
    with pytest.raises(ProblemError) as caught:
        counting.approve(counter, number, counting.page(boss, number).digest)
    assert code(caught) == "not_allowed"
    with pytest.raises(ProblemError) as caught:
        counting.approve(boss, number, counting.page(boss, number).digest)
    assert code(caught) == "own_count"
    other = approver(counter, "mo")
    seen = counting.page(other, number).digest
    with pytest.raises(ProblemError) as caught:
        counting.approve(other, number, seen)
    assert code(caught) == "no_cause"
    for each in counting.page(other, number).rows:
        counting.give_reason(other, number, each.id, "miscounted")
    with pytest.raises(ProblemError) as caught:
        counting.approve(other, number, seen)
    assert code(caught) == "count_changed"
    counting.approve(other, number, counting.page(other, number).digest)
    with pytest.raises(ProblemError) as caught:
        counting.approve(other, number, seen)
    assert code(caught) == "count_state"
    assert row.units == 101
    assert_proven()


def test_a_recount_takes_the_place_of_the_first_round(counter: Viewer) -> None:
    """The last round counts, the first stays on record, and an open recount holds up the end."""
    number = counting.begin(counter, "LA")
    row = counting.enter(counter, number, "A", 90)
    counting.finish(counter, number)
    counting.recount(approver(counter), number, [row.id])
    with pytest.raises(ProblemError) as caught:
        counting.finish(counter, number)
    assert code(caught) == "not_counted"
    again = counting.enter(counter, number, "A", 100)
    assert (again.round, again.before) == (2, 90)
    counting.finish(counter, number)
    boss = approver(counter)
    done = counting.approve(boss, number, counting.page(boss, number).digest)
    assert done.effect is not None
    assert (done.effect.came, done.effect.went) == (0, 0)


def test_one_count_of_a_place_at_a_time_and_only_his_places(counter: Viewer) -> None:
    """A second count of the place, and a count of a place that is not his, are refused."""
    counting.begin(counter, "LA")
    with pytest.raises(ProblemError) as caught:
        counting.begin(counter, "LA")
    assert code(caught) == "count_running"
    confined = replace(counter, locations=frozenset({models.Location.objects.get(code="LA").pk}))
    with pytest.raises(ProblemError) as caught:
        counting.begin(confined, "DE")
    assert code(caught) == "not_allowed"


def test_what_was_lost_and_is_found_again_keeps_its_layer(counter: Viewer) -> None:
    """Five missing at one count and four of them found at the next: worth what they cost, one still lost, none without cost."""
    boss = approver(counter)

    def count(units: int, reason: str) -> None:
        number = counting.begin(counter, "LA")
        row = counting.enter(counter, number, "A", units)
        counting.finish(counter, number)
        counting.give_reason(counter, number, row.id, reason)
        counting.approve(boss, number, counting.page(boss, number).digest)

    count(95, "lost")
    assert stock_value(value()) == {"goods": 95 * 250 + 10 * 900}
    count(99, "found")
    worth = value()
    assert stock_value(worth) == {"goods": 99 * 250 + 10 * 900}
    assert issued(worth) == {"goods": 250}
    assert models.Movement.objects.filter(kind=3, replacement=None).count() == 0  # no surplus without cost
    assert_proven()


def value() -> Any:
    from entrepot.workflows.value_at import value_at

    return value_at(items=list(models.Item.objects.values_list("pk", flat=True)))
