"""Differences between a platform's report and the books: each has an owner, a state and its notes.

A difference is found anew from every report (:mod:`entrepot.books.selectors.differences`); what people do about it is kept beside
it, by place, item and condition. The day's comparison (:mod:`entrepot.workflows.compare_stock`) gives each an owner and settles
what is gone; one that was resolved and shows again with other units is open again, by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from entrepot.books import audit_trail, models
from entrepot.books.access import Viewer
from entrepot.books.selectors.differences import stock_differences
from entrepot.books.selectors.health_shapes import StockDifference
from entrepot.books.selectors.shapes import Slice
from entrepot.core.calendar import to_datetime, to_instant
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now
from entrepot.workflows.difference_causes import Guess, guesses

CAUSES = (
    "under_way", "receiving", "late_booking", "reserved", "researching", "return_due", "condition", "label", "units", "disposal",
    "not_known_there", "lost", "claimed", "counted", "wrong_report", "other",
)  # fmt: skip
MOST = 2_000


@dataclass(frozen=True)
class Note:
    """One thing that was done or said."""

    at: datetime
    by: str
    act: str
    text: str


@dataclass(frozen=True)
class Differing:
    """A difference and what people do about it. ``state``: open, resolved, or settled (the reports agree again)."""

    key: str
    row: StockDifference
    state: str
    owner: str
    cause: str
    since: datetime
    changed: int
    """Counts the changes, for the optimistic check."""
    notes: tuple[Note, ...] = ()
    guess: Guess | None = None

    @property
    def off(self) -> int:
        """Reported less books."""
        return self.row.off


def differences(viewer: Viewer, state: str = "open", owner: str = "") -> list[Differing]:
    """What the last reports differ by, largest first, with a guess why; with ``state`` and ``owner`` those alone."""
    found = unguessed(viewer)
    return guessed([one for one in found if state in ("", one.state) and owner in ("", one.owner)], found)


def unguessed(viewer: Viewer) -> list[Differing]:
    """What the last reports differ by, largest first, without a guess."""
    rows = stock_differences(viewer, Slice("difference", descending=True, limit=MOST)).rows
    cases = {(c.location.code, c.item.sku, c.condition): c for c in _cases(viewer)}
    return [_shape(row, cases.get((row.place_code, row.sku, row.condition))) for row in rows]


def guessed(wanted: Sequence[Differing], every: Sequence[Differing]) -> list[Differing]:
    """``wanted`` with a guess each; all of ``every`` is evidence. Eight queries, whose time goes with ``wanted``."""
    why = guesses([one.row for one in every], [one.row for one in wanted])
    return [replace(one, guess=why.get((one.row.place_code, one.row.sku, one.row.condition))) for one in wanted]


def difference(viewer: Viewer, key: str) -> Differing:
    """One with its notes. Raises ``ProblemError``."""
    every = unguessed(viewer)
    alone = [one for one in every if one.key == key]
    if not alone:
        raise _refused("unknown_document", "this difference is not there any more", "look at the list again", key[:100])
    (found,) = guessed(alone, every)
    notes = models.DifferenceNote.objects.filter(case__location__code=_parts(key)[0], case__item__sku=_parts(key)[1])
    notes = notes.filter(case__condition=_parts(key)[2]).order_by("-at", "-pk")[:200]
    return replace(found, notes=tuple(Note(to_datetime(n.at), n.by, n.act, n.text) for n in notes))


def change(
    viewer: Viewer, key: str, *, owner: str | None = None, resolve: str = "", reopen: bool = False, note: str = "",
    changed: int | None = None, origin: str = "",
) -> Differing:  # fmt: skip
    """Give it to somebody, resolve it with a cause, open it again, or say something. Raises ``ProblemError``."""
    if not (viewer.can("post") or viewer.can("post_stock")):
        viewer.need("post_stock")
    found = difference(viewer, key)
    if changed is not None and changed != found.changed:
        raise _refused("case_changed", "somebody changed this difference meanwhile", "look at it again", key)
    if resolve and resolve not in CAUSES:
        raise _refused("unknown_reason", "there is no such reason", "choose one of the list", resolve[:20])
    if owner and owner not in people(viewer):
        raise _refused("unknown_user", "there is no such person", "choose one of the list", owner[:60])
    place, sku, condition = _parts(key)
    at = now()
    with transaction.atomic():
        case, _ = models.DifferenceCase.objects.get_or_create(
            location=models.Location.objects.get(code=place), item=models.Item.objects.get(sku=sku), condition=condition,
            defaults={"first_at": to_instant(found.row.at), "units": found.off, "changed_at": at, "changed_by": viewer.name},
        )  # fmt: skip
        said: list[tuple[str, str]] = []
        if owner is not None and owner != case.owner:
            said.append(("assign", owner))
            case.owner = owner
        if resolve:
            said.append(("resolve", resolve))
            case.state, case.cause, case.units = case.RESOLVED, resolve, found.off
        if reopen:
            said.append(("reopen", ""))
            case.state, case.cause = case.OPEN, ""
        if note.strip():
            said.append(("note", note.strip()[:1000]))
        if not said:
            return found
        case.changed_at, case.changed_by = max(at, case.changed_at + 1), viewer.name
        case.save()
        models.DifferenceNote.objects.bulk_create(
            models.DifferenceNote(case=case, at=at, by=viewer.name, act=act, text=text) for act, text in said
        )
        audit_trail.record(viewer.name, origin, "difference", key, None, dict(said), at=at)
    return difference(viewer, key)


def people(viewer: Viewer) -> Sequence[str]:
    """Names of those who can own a difference: active members with a role. One query."""
    users = get_user_model().objects.filter(is_active=True, membership__isnull=False).order_by("username")
    names = list(users.values_list("username", flat=True))
    return names if viewer.name in names else [*names, viewer.name]


def _cases(viewer: Viewer) -> list[models.DifferenceCase]:
    rows = viewer.in_locations(models.DifferenceCase.objects.all()).select_related("location", "item")
    return list(rows)


def _shape(row: StockDifference, case: models.DifferenceCase | None) -> Differing:
    key = f"{row.place_code}|{row.sku}|{row.condition}"
    if case is None:
        return Differing(key, row, "open", "", "", row.at, 0)
    again = case.state == case.SETTLED or (case.state == case.RESOLVED and case.units != row.off)
    state = "open" if again else case.state
    return Differing(
        key, row, state, case.owner, "" if again else case.cause, to_datetime(case.first_at), case.changed_at
    )


def _parts(key: str) -> tuple[str, str, str]:
    parts = key.split("|")
    if len(parts) != 3:
        raise _refused("unknown_document", "this difference is not there any more", "look at the list again", key[:100])
    return parts[0], parts[1], parts[2]


def _refused(code: str, message: str, remedy: str, found: str) -> ProblemError:
    return ProblemError(Problem(code, message, remedy, found=found))
