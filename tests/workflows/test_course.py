"""How items go on, from what a user says to the next forecast, its page and its reasons."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.books import models
from entrepot.books.access import Viewer, looking_at, system_viewer
from entrepot.books.selectors import demand as expecting
from entrepot.core.errors import ProblemError
from entrepot.workflows import course, promote
from entrepot.workflows.forecast import forecast
from tests.workflows import ledger as books
from tests.workflows.test_demand_page import MONDAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
FIRST_RUN, NEXT_RUN = 1_700_000_000_000_000, 4_000_000_000_000_000


@pytest.fixture
def viewer(transactional_db: None) -> Viewer:
    """20 weeks of ten A a week, then B takes over with twelve in two weeks; KIT never sold."""
    orders = [
        books.sale(f"S-{week}", str(MONDAY + timedelta(weeks=week, days=1)), 10, amount=20_000) for week in range(20)
    ]
    heirs = [books.sale(f"B-{week}", str(MONDAY + timedelta(weeks=week, days=1)), 12, sku="B", amount=24_000)
             for week in (18, 19, 20)]  # fmt: skip
    books.post(*books.masters(), books.receipt("R-1", "2026-01-05", 900, 300),
               books.receipt("R-B", "2026-05-05", 90, 300, "B"), *orders, *heirs)  # fmt: skip
    forecast(made_at=FIRST_RUN)
    return looking_at(system_viewer(), "US")


def codes(viewer: Viewer, sku: str) -> list[str]:
    return [reason.code for reason in expecting.of_item(viewer, sku).reasons]


def test_a_successor_is_forecast_from_the_past_it_inherits(viewer: Viewer) -> None:
    """Before: two weeks and an assumed spread. After: the whole history, and the page says whose."""
    young = expecting.of_item(viewer, "B")
    assert "short_history" in young.row.flags
    course.keep(viewer, "B", "A", 100, None, 0, None, "new lid")
    assert "course_later" in codes(viewer, "B")
    forecast(made_at=NEXT_RUN)
    heir = expecting.of_item(viewer, "B")
    assert "short_history" not in heir.row.flags
    assert len(heir.history) > len(young.history)
    assert heir.row.lead_high - heir.row.lead_low <= young.row.lead_high - young.row.lead_low
    assert codes(viewer, "B")[0] == "course_follows"
    assert "course_followed" in codes(viewer, "A")
    assert heir.course is not None
    assert (heir.course.predecessor, heir.course.note, heir.course.counted) == ("A", "new lid", True)


def test_an_ending_item_runs_down_and_stays_down_when_a_promotion_is_tried(viewer: Viewer) -> None:
    """Nothing from the day on; the promotion moves what is left; withdrawn, it is as it was."""
    before = expecting.of_item(viewer, "A")
    end = before.fan[6].week
    course.keep(viewer, "A", "", 100, None, 0, end)
    forecast(made_at=NEXT_RUN)
    page = promote.tried(expecting.of_item(viewer, "A"), None)
    means = [week.mean for week in page.fan]
    assert means[:6] == sorted(means[:6], reverse=True)
    assert means[6:] == [0.0] * 20
    assert "ending" in page.row.flags
    assert "course_ends" in codes(viewer, "A")
    lifted = promote.tried(page, (page.fan[0].week, page.fan[0].week + timedelta(days=6), 100))
    assert lifted.fan[0].mean == pytest.approx(2 * page.fan[0].mean)
    assert lifted.fan[7].mean == 0
    course.withdraw(viewer, "A")
    forecast(made_at=NEXT_RUN + 1)
    assert [week.mean for week in expecting.of_item(viewer, "A").fan] == [week.mean for week in before.fan]
    with pytest.raises(ProblemError, match="any more"):
        course.withdraw(viewer, "A")


def test_an_item_of_the_catalogue_that_is_discontinued_ends_as_well(viewer: Viewer) -> None:
    """What the item's own file says counts like what a user says."""
    end = expecting.of_item(viewer, "A").fan[4].week
    models.Item.objects.filter(sku="A").update(discontinued_on=end)
    forecast(made_at=NEXT_RUN)
    assert [week.mean for week in expecting.of_item(viewer, "A").fan][4:] == [0.0] * 22


def test_what_never_sold_is_forecast_where_it_will_be_sold(viewer: Viewer) -> None:
    """Only when a user says that it starts; nothing before the day; the reasons name what it is compared with."""
    with pytest.raises(expecting.NotThere):
        expecting.of_item(viewer, "KIT")
    earlier = [books.sale(f"L-{week}", str(MONDAY + timedelta(weeks=week, days=1)), 6, sku="B", amount=12_000)
               for week in range(6, 18)]  # fmt: skip
    books.post(*earlier)
    start = expecting.of_item(viewer, "A").fan[3].week
    course.keep(viewer, "KIT", "", 100, start, 0, None)
    forecast(made_at=NEXT_RUN)
    page = expecting.of_item(viewer, "KIT")
    assert page.row.place_code == "LA"
    assert [week.mean for week in page.fan[:3]] == [0.0] * 3
    assert page.fan[5].mean > 0
    assert page.row.method == "launch"
    assert {"course_launch", "launch_analogues", "spread_assumed"} <= set(codes(viewer, "KIT"))


def test_what_makes_no_sense_is_refused(viewer: Viewer) -> None:
    """An unknown predecessor, with its name."""
    with pytest.raises(ProblemError) as refused:
        course.keep(viewer, "A", "NOPE", 100, None, 0, None)
    assert refused.value.problems[0].found == "NOPE"
