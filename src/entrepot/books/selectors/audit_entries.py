"""The audit trail as a list: who did what, when, to what, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from entrepot.books.access import Viewer
from entrepot.books.models import AuditEntry, Membership
from entrepot.books.selectors.paging import bounds, moment
from entrepot.books.selectors.shapes import Page, Slice
from entrepot.core.calendar import midnight


@dataclass(frozen=True)
class Entry:
    """One act. ``changes``: field, before, after; of what was added or removed one side is empty."""

    id: int
    at: datetime
    actor: str
    origin: str
    action: str
    subject: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Sought:
    """What of the trail: empty fields do not narrow. ``text`` is looked for in what it was done to."""

    actor: str = ""
    action: str = ""
    text: str = ""
    start: date | None = None
    end: date | None = None


def entries(viewer: Viewer, sought: Sought, part: Slice) -> Page[Entry]:
    """A page of the trail, newest first unless ``part`` sorts otherwise. Raises ``ProblemError`` unless he may see it."""
    rows = _visible(viewer)
    if sought.actor:
        rows = rows.filter(actor=sought.actor)
    if sought.action:
        rows = rows.filter(action=sought.action)
    if sought.text:
        rows = rows.filter(subject__icontains=sought.text)
    zone = viewer.company.zone
    if sought.start:
        rows = rows.filter(at__gte=midnight(sought.start, zone))
    if sought.end:
        rows = rows.filter(at__lt=midnight(sought.end + timedelta(days=1), zone))
    order = {"at": "pk", "actor": "actor", "action": "action", "subject": "subject"}.get(part.sort, "pk")
    ordered = rows.order_by(f"-{order}" if part.descending else order, "-pk") if order != "pk" else rows.order_by(
        "-pk" if part.descending else "pk"
    )  # fmt: skip
    return Page([_entry(row) for row in ordered[bounds(part)]], rows.count(), {})


def actors_and_actions(viewer: Viewer) -> tuple[list[str], list[str]]:
    """Who and what occurs in the trail, to choose from."""
    rows = _visible(viewer).order_by()
    actors = sorted(rows.values_list("actor", flat=True).distinct())
    return actors, sorted(rows.values_list("action", flat=True).distinct())


def _visible(viewer: Viewer) -> QuerySet[AuditEntry]:
    """All of it; of who is confined to companies, shops or places: what he and people of no wider scope did."""
    viewer.need("see_audit")
    rows = AuditEntry.objects.all()
    held: dict[str, frozenset[int] | None] = {
        "companies": viewer.companies, "shops": viewer.shops, "locations": viewer.locations,
    }  # fmt: skip
    if all(keys is None for keys in held.values()):
        return rows
    names: list[str] = []
    for member in Membership.objects.select_related("user").prefetch_related(*held):
        scopes = {scope: {one.pk for one in getattr(member, scope).all()} for scope in held}
        if all(keys is None or (scopes[scope] and scopes[scope] <= keys) for scope, keys in held.items()):
            names.append(member.user.get_username())
    return rows.filter(Q(actor__in=names) | Q(actor=viewer.name))


def _entry(row: AuditEntry) -> Entry:
    return Entry(row.pk, moment(row.at), row.actor, row.origin, row.action, row.subject, changes(row.before, row.after))


def changes(before: Any, after: Any) -> tuple[tuple[str, str, str], ...]:
    """What differs, field by field.

    >>> changes({"role": "viewer", "limit": None}, {"role": "finance", "limit": None})
    (('role', 'viewer', 'finance'),)
    >>> changes(None, {"units": 5})
    (('units', '', '5'),)
    """
    old, new = _fields(before), _fields(after)
    return tuple(
        (key, _text(old.get(key)), _text(new.get(key)))
        for key in dict.fromkeys([*old, *new])
        if old.get(key) != new.get(key) and (_text(old.get(key)) or _text(new.get(key)))
    )


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    return {} if value is None else {"": value}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_text(one)}" for key, one in value.items())
    return str(value)
