"""What users know of how items go on: entered, replaced, withdrawn, refused where it makes no sense."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.books import lifecycle
from entrepot.books.lifecycle import Course
from entrepot.books.models import AuditEntry, ItemCourse
from entrepot.core.errors import ProblemError
from tests.books import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
DAY = date(2026, 11, 23)


def test_a_course_is_entered_replaced_and_withdrawn() -> None:
    """One stands at a time, what was said before is kept, and each deed has its audit entry."""
    make.company()
    viewer, item, old = make.viewer(), make.item("NEW"), make.item("OLD")
    lifecycle.set_course(viewer, item, Course(old, 80, note=" a  better lid "), at=make.NOW)
    lifecycle.set_course(viewer, item, Course(ends_on=DAY), at=make.NOW)
    (row,) = lifecycle.standing(viewer.company.id)
    assert (row.ends_on, row.predecessor) == (DAY, None)
    assert ItemCourse.objects.values_list("share", "note").order_by("pk").first() == (80, "a better lid")
    assert lifecycle.withdraw(viewer, item, at=make.NOW)
    assert not lifecycle.withdraw(viewer, item, at=make.NOW)
    assert not lifecycle.standing(viewer.company.id).exists()
    said = list(AuditEntry.objects.order_by("pk").values_list("action", "subject"))
    assert said == [("course.set", "item:NEW")] * 2 + [("course.withdraw", "item:NEW")]
    assert AuditEntry.objects.order_by("pk")[1].before["predecessor"] == "OLD"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "course_empty"),
        ({"ends_on": DAY, "share": 0}, "course_share"),
        ({"ends_on": DAY, "share": 501}, "course_share"),
        ({"interest": -1, "ends_on": DAY}, "course_interest"),
        ({"launches_on": DAY, "ends_on": DAY}, "course_days"),
    ],
)
def test_a_course_without_sense_is_refused(fields: dict[str, object], code: str) -> None:
    """With a code that the pages can say; nothing is kept."""
    make.company()
    with pytest.raises(ProblemError) as refused:
        lifecycle.set_course(make.viewer(), make.item(), Course(**fields), at=make.NOW)  # type: ignore[arg-type]
    assert [problem.code for problem in refused.value.problems] == [code]
    assert not ItemCourse.objects.exists()


def test_no_item_follows_itself_by_any_way() -> None:
    """Neither at once nor over two others."""
    make.company()
    viewer = make.viewer()
    a, b, c = (make.item(sku) for sku in "ABC")
    lifecycle.set_course(viewer, b, Course(a), at=make.NOW)
    lifecycle.set_course(viewer, c, Course(b), at=make.NOW)
    for item, before in ((a, a), (a, c)):
        with pytest.raises(ProblemError, match="follow itself"):
            lifecycle.set_course(viewer, item, Course(before), at=make.NOW)


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
def test_only_who_approves_may_say_so(role: str) -> None:
    """The warehouse and mere readers may not."""
    make.company()
    with pytest.raises(ProblemError):
        lifecycle.set_course(make.viewer(role), make.item(), Course(ends_on=DAY), at=make.NOW)
