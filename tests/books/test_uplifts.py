"""What users know of coming promotions."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.books import uplifts
from entrepot.books.models import AuditEntry
from entrepot.core.errors import ProblemError
from tests.books import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

FIRST, LAST = date(2026, 11, 23), date(2026, 11, 29)


def test_a_promotion_is_entered_and_withdrawn_with_two_audit_entries() -> None:
    """It stands in between, is never changed, and can be withdrawn once."""
    make.company()
    viewer, place = make.viewer(), make.location("CN")
    row = uplifts.add(viewer, make.item(), place, FIRST, LAST, 40, " a  coupon ", at=make.NOW)
    assert [(r.percent, r.note, r.location) for r in uplifts.standing(viewer)] == [(40, "a coupon", place)]
    assert list(uplifts.coming(viewer.company.id, LAST)) == [row]
    assert not uplifts.coming(viewer.company.id, date(2026, 11, 30)).exists()
    assert uplifts.withdraw(viewer, row.pk, at=make.NOW)
    assert not uplifts.withdraw(viewer, row.pk, at=make.NOW)
    assert not uplifts.standing(viewer).exists()
    said = list(AuditEntry.objects.order_by("pk").values_list("action", "subject"))
    assert said == [("uplift.add", f"uplift:{row.pk}"), ("uplift.withdraw", f"uplift:{row.pk}")]


@pytest.mark.parametrize(
    ("first", "last", "percent", "code"),
    [
        (LAST, FIRST, 40, "uplift_days"),
        (FIRST, date(2027, 11, 29), 40, "uplift_long"),
        (FIRST, LAST, 0, "uplift_percent"),
        (FIRST, LAST, -96, "uplift_percent"),
        (FIRST, LAST, 1001, "uplift_percent"),
    ],
)
def test_a_promotion_without_sense_is_refused(first: date, last: date, percent: int, code: str) -> None:
    """With a code that the pages can say."""
    make.company()
    with pytest.raises(ProblemError) as refused:
        uplifts.add(make.viewer(), make.item(), None, first, last, percent, at=make.NOW)
    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
def test_only_who_approves_may_enter_one(role: str) -> None:
    """The warehouse and mere readers may not."""
    make.company()
    with pytest.raises(ProblemError):
        uplifts.add(make.viewer(role), make.item(), None, FIRST, LAST, 40, at=make.NOW)
