"""What the pages of unmet demand and of an item's course ask of the floors below."""

from __future__ import annotations

from entrepot.books.access import Viewer
from entrepot.books.selectors import courses
from entrepot.books.selectors import opportunities as ranked
from entrepot.books.selectors.courses import Unforecast
from entrepot.books.selectors.opportunities import OpportunityList
from entrepot.books.selectors.shapes import Slice
from entrepot.faces.web.filters import CourseWish, OpportunityFilter
from entrepot.workflows import course


def opportunities(viewer: Viewer, wanted: OpportunityFilter, part: Slice) -> OpportunityList:
    """Unmet demand as it was last ranked."""
    return ranked.opportunities(viewer, wanted, part)


def unforecast(viewer: Viewer, code: str) -> Unforecast:
    """An item that has no forecast, and what is said of how it goes on. Raises :class:`NotThere`."""
    return courses.unforecast(viewer, code)


def keep_course(viewer: Viewer, code: str, wish: CourseWish) -> None:
    """Keep how an item goes on; the next forecast counts it. Raises ``ProblemError``."""
    course.keep(
        viewer,
        code,
        wish.predecessor,
        wish.share,
        wish.launches_on,
        wish.interest,
        wish.ends_on,
        wish.note,
        origin="web",
    )


def withdraw_course(viewer: Viewer, code: str) -> None:
    """Know nothing of it any more. Raises ``ProblemError``."""
    course.withdraw(viewer, code, origin="web")
