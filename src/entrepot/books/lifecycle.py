"""What users know of how items go on: successors, launches, ends. Entered, withdrawn, never changed, each with an audit entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from entrepot.books import audit_trail
from entrepot.books.access import Viewer
from entrepot.books.models import Item, ItemCourse
from entrepot.core.calendar import Instant
from entrepot.core.errors import Problem, ProblemError

MOST_SHARE = 500
"""Per cent of a predecessor's demand that an item may inherit."""
MOST_INTEREST = 10_000_000


@dataclass(frozen=True, slots=True)
class Course:
    """How an item goes on. ``share`` per cent of ``predecessor``'s past; ``launches_on`` and ``ends_on`` are days, the last one
    the first without sales; ``interest`` people wait for the launch."""

    predecessor: Item | None = None
    share: int = 100
    launches_on: date | None = None
    interest: int = 0
    ends_on: date | None = None
    note: str = ""


def set_course(viewer: Viewer, item: Item, course: Course, *, at: Instant, origin: str = "") -> ItemCourse:
    """Keep ``course``, in the place of what was known of ``item`` before. Needs the permission approve.

    Raises :class:`~entrepot.core.errors.ProblemError` for one that says nothing or makes no sense.
    """
    viewer.need("approve")
    with transaction.atomic():
        _check(viewer, item, course)
        before = standing(viewer.company.id).filter(item=item).first()
        if before is not None:
            _withdraw(viewer, before, at)
        row = ItemCourse.objects.create(
            company_id=viewer.company.id, item=item, predecessor=course.predecessor, share=course.share,
            launches_on=course.launches_on, interest=course.interest, ends_on=course.ends_on,
            note=" ".join(course.note.split())[:200], made_at=at, made_by=viewer.name,
        )  # fmt: skip
        said = None if before is None else _said(before)
        audit_trail.record(viewer.name, origin, "course.set", f"item:{item.sku}", said, _said(row), at=at)
    return row


def withdraw(viewer: Viewer, item: Item, *, at: Instant, origin: str = "") -> bool:
    """Know nothing of it any more. False: nothing was known."""
    viewer.need("approve")
    with transaction.atomic():
        row = standing(viewer.company.id).filter(item=item).first()
        if row is None:
            return False
        _withdraw(viewer, row, at)
        audit_trail.record(viewer.name, origin, "course.withdraw", f"item:{item.sku}", before=_said(row), at=at)
    return True


def standing(company: int) -> QuerySet[ItemCourse]:
    """Those of a company that were not withdrawn."""
    rows = ItemCourse.objects.filter(company_id=company, withdrawn_at=None)
    return rows.select_related("item", "predecessor").order_by("pk")


def _withdraw(viewer: Viewer, row: ItemCourse, at: Instant) -> None:
    ItemCourse.objects.filter(pk=row.pk).update(withdrawn_at=at, withdrawn_by=viewer.name)


def _check(viewer: Viewer, item: Item, course: Course) -> None:
    if course.predecessor is None and course.launches_on is None and course.ends_on is None and not course.interest:
        raise _refused(
            "course_empty", "nothing is said of the item", "name a predecessor, a first day or a last one", "", ""
        )
    if not 1 <= course.share <= MOST_SHARE:
        raise _refused(
            "course_share",
            f"the share is from 1 to {MOST_SHARE} %",
            "correct the percentage",
            "share",
            str(course.share),
        )
    if not 0 <= course.interest <= MOST_INTEREST:
        raise _refused(
            "course_interest", "the number of people makes no sense", "correct it", "interest", str(course.interest)
        )
    if course.launches_on and course.ends_on and course.ends_on <= course.launches_on:
        raise _refused(
            "course_days", "it ends before it goes on sale", "choose a later end", "ends_on", course.ends_on.isoformat()
        )
    seen, following = {item.pk}, course.predecessor
    while following is not None:
        if following.pk in seen:
            raise _refused(
                "course_circle",
                "the item would follow itself",
                "choose another predecessor",
                "predecessor",
                following.sku,
            )
        seen.add(following.pk)
        row = standing(viewer.company.id).filter(item=following).first()
        following = row.predecessor if row is not None else None


def _refused(code: str, message: str, remedy: str, field: str, found: str) -> ProblemError:
    return ProblemError(Problem(code, message, remedy, field=field, found=found))


def _said(row: ItemCourse) -> dict[str, object]:
    return {
        "sku": row.item.sku,
        "predecessor": row.predecessor.sku if row.predecessor else "",
        "share": row.share,
        "launches_on": row.launches_on.isoformat() if row.launches_on else "",
        "interest": row.interest,
        "ends_on": row.ends_on.isoformat() if row.ends_on else "",
        "note": row.note,
    }
