"""What users said of how an item goes on, as its page tells it."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.books import lifecycle
from entrepot.books.access import Viewer
from entrepot.books.models import Item, ItemCourse
from entrepot.books.selectors.demand_shapes import CourseRow
from entrepot.books.selectors.naming import named
from entrepot.books.selectors.paging import moment
from entrepot.books.selectors.sku import find
from entrepot.core.calendar import Instant
from entrepot.core.reasons import Reason


@dataclass(frozen=True, slots=True)
class Told:
    """What stands of the item itself, and the sentences about it."""

    row: CourseRow | None
    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class Unforecast:
    """An item without a forecast."""

    sku: str
    name: str
    course: CourseRow | None
    reasons: list[Reason]


def unforecast(viewer: Viewer, code: str) -> Unforecast:
    """An item of the books, forecast or not. Raises :class:`~entrepot.books.selectors.shapes.NotThere`. Three queries."""
    item = find(code)
    told = of_item(viewer, item, 0)
    return Unforecast(item.sku, named(item.name, item.name_zh), told.row, told.reasons)


def of_item(viewer: Viewer, item: Item, known_at: Instant) -> Told:
    """What stands of ``item``; a forecast of ``known_at`` has counted what was said before it. Two queries."""
    standing = lifecycle.standing(viewer.company.id)
    own = standing.filter(item=item).first()
    reasons = _said(own, known_at) if own is not None else []
    for heir in standing.filter(predecessor=item):
        text = f"You said that {heir.item.sku} follows it."
        reasons.append(Reason("course_followed", text, {"sku": heir.item.sku}))
    if own is None and item.discontinued_on is not None:
        day = item.discontinued_on.isoformat()
        text = f"Its catalogue entry says that it ends on {day}: demand runs down to nothing by then."
        reasons.append(Reason("course_discontinued", text, {"until": day}))
    return Told(_row(own, known_at) if own is not None else None, reasons)


def _said(own: ItemCourse, known_at: Instant) -> list[Reason]:
    found: list[Reason] = []
    if own.predecessor is not None:
        sku = own.predecessor.sku
        text = f"You said that it follows {sku}: {own.share} % of its past is counted as its own."
        found.append(Reason("course_follows", text, {"sku": sku, "percent": own.share}))
    if own.launches_on is not None:
        day = own.launches_on.isoformat()
        text = f"You said that it goes on sale on {day}; nothing is expected before."
        found.append(Reason("course_launch", text, {"until": day}))
    if own.interest:
        text = f"You said that {own.interest} people wait for it."
        found.append(Reason("course_interest", text, {"people": own.interest}))
    if own.ends_on is not None:
        day = own.ends_on.isoformat()
        text = f"You said that it ends on {day}: demand runs down to nothing by then."
        found.append(Reason("course_ends", text, {"until": day}))
    if own.made_at > known_at:
        found.append(Reason("course_later", "The next forecast counts this.", {}))
    return found


def _row(own: ItemCourse, known_at: Instant) -> CourseRow:
    return CourseRow(
        own.predecessor.sku if own.predecessor else "", own.share, own.launches_on, own.interest, own.ends_on, own.note,
        own.made_by, moment(own.made_at), own.made_at <= known_at,
    )  # fmt: skip
