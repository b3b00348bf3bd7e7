"""A stock count of one place: begun at an instant, counted while goods go on moving, compared, approved by another, posted.

What is counted speaks for the count's instant, however long the counting takes: the units that moved in or out of the counted
cell between that instant and the moment at which they were counted (*in flight*) are taken out again, so the difference is
``counted − in flight − books at the instant``. A recount opens a further round; the last round of a thing counts. Approving posts
a Count document (:func:`entrepot.workflows.entered.post_typed`) dated the instant; nothing is posted before. What was lost
before and is found again goes back into the layer it came from (:mod:`entrepot.workflows.found_again`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import F

from entrepot.books import audit_trail, bulk, models
from entrepot.books.access import ROLES, Viewer
from entrepot.books.selectors.naming import place_name
from entrepot.core.calendar import Instant, to_datetime
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows import entered, found_again
from entrepot.workflows.clock import now
from entrepot.workflows.count_stand import Key, stand
from entrepot.workflows.entered import Posted, next_number, refused
from entrepot.workflows.typed_codes import scanned
from entrepot.workflows.typed_rows import Typed

REASONS = ("miscounted", "lost", "found", "damaged", "mislabelled", "not_booked", "unknown")
MOST = 2 * 10**9


@dataclass(frozen=True)
class CountRow:
    """One counted thing. ``books`` and ``difference`` are ``None`` for who counts blind; ``units`` ``None``: not counted yet."""

    id: int
    sku: str
    name: str
    condition: str
    label: str
    batch: str
    expiry: str
    round: int
    units: int | None
    by: str
    at: datetime | None
    books: int | None
    flight: int | None
    difference: int | None
    reason: str
    before: int | None = None
    """Units of the round before, where this is a recount."""


@dataclass(frozen=True)
class CountPage:
    """A count as it stands. ``digest`` names what an approver saw; he gives it back when he approves."""

    number: str
    place: str
    place_name: str
    at: datetime
    blind: bool
    whole: bool
    state: str
    started_by: str
    finished_by: str
    approved_by: str
    rows: tuple[CountRow, ...]
    uncounted: int
    digest: str
    document: int | None
    may_approve: bool

    @property
    def differing(self) -> int:
        """Things whose count differs from the books."""
        return sum(1 for row in self.rows if row.difference)


def begin(viewer: Viewer, place: str, *, blind: bool = True, whole: bool = False) -> str:
    """Start a count of ``place`` now; its number. ``whole``: what nobody counts is not there. Raises ``ProblemError``."""
    _may(viewer)
    location = models.Location.objects.filter(code=place.strip()).first()
    if location is None:
        raise refused("unknown_location", "location is not in the books", "correct the code", place[:60])
    if viewer.locations is not None and location.pk not in viewer.locations:
        raise refused(
            "not_allowed", "your role or scope does not cover this place", "ask the owner of the books", place[:60]
        )
    with transaction.atomic():
        bulk.writer_lock()
        running = models.CountSheet.objects.filter(
            company_id=viewer.company.id,
            location=location,
            state__in=(models.CountSheet.COUNTING, models.CountSheet.REVIEW),
        ).first()
        if running is not None:
            raise refused(
                "count_running", "this place is being counted", "go on with that count, or cancel it", running.number
            )
        at = now()
        zone = to_datetime(at)
        taken = set(models.CountSheet.objects.values_list("number", flat=True))
        number = first = next_number("count", zone)
        place_in_day = 1
        while number in taken:
            place_in_day += 1
            number = f"{first.rsplit('-', 1)[0]}-{place_in_day}"
        models.CountSheet.objects.create(
            company_id=viewer.company.id, location=location, number=number, at=at, blind=blind, whole=whole,
            started_by=viewer.name, started_at=at,
        )  # fmt: skip
    return number


def enter(
    viewer: Viewer, number: str, code: str, units: int | None = None, *, condition: str = "sellable", label: str = "",
    batch: str = "", expiry: str = "", at: Instant | None = None,
) -> CountRow:  # fmt: skip
    """One scan (``units`` ``None``: one more) or one typed quantity of ``code``. Raises ``ProblemError`` for an unknown label."""
    _may(viewer)
    sheet = _sheet(viewer, number, models.CountSheet.COUNTING)
    found = scanned(viewer, code)
    if found is None:
        raise refused(
            "unknown_label", "nobody knows this label", "put the goods aside, and create the item or its barcode first",
            code[:120],
        )  # fmt: skip
    if units is not None and not 0 <= units <= MOST:
        raise refused("not_a_quantity", "this is not a whole number of units", "write a whole number", str(units))
    day = _day(expiry)
    item = models.Item.objects.get(sku=found[0])
    thing = {"item": item, "condition": condition.strip()[:40] or "sellable", "label": label.strip() or found[2],
             "batch": batch.strip(), "expiry": day}  # fmt: skip
    moment = at or now()
    with transaction.atomic():
        last = sheet.entries.filter(**thing).order_by("-round").first()
        if last is None:
            last = models.CountEntry.objects.create(sheet=sheet, **thing)
        rows = models.CountEntry.objects.filter(pk=last.pk)
        if units is None:
            rows.filter(units__isnull=True).update(units=0)
        told = F("units") + 1 if units is None else units
        rows.update(units=told, entered_by=viewer.name, entered_at=moment)
        if units is None and not rows.filter(units__lte=MOST).exists():  # pragma: no cover - two thousand million scans
            raise refused("not_a_quantity", "this is not a whole number of units", "write a whole number", code)
    return next(row for row in page(viewer, number).rows if row.id == last.pk)


def recount(viewer: Viewer, number: str, entries: Sequence[int]) -> None:
    """Ask for a further round of these; the count is open again. Raises ``ProblemError``."""
    sheet = _sheet(viewer, number, models.CountSheet.REVIEW)
    _may_approve(viewer)
    with transaction.atomic():
        for entry in sheet.entries.filter(pk__in=entries).select_related("item"):
            thing = {name: getattr(entry, name) for name in ("item", "condition", "label", "batch", "expiry")}
            newest = sheet.entries.filter(**thing).order_by("-round").first()
            if newest is not None and newest.units is not None:
                models.CountEntry.objects.create(sheet=sheet, **thing, round=newest.round + 1)
        _turn(sheet, models.CountSheet.REVIEW, models.CountSheet.COUNTING)


def give_reason(viewer: Viewer, number: str, entry: int, reason: str) -> None:
    """Why a thing differs. Raises ``ProblemError``."""
    _may(viewer)
    sheet = _sheet(viewer, number, models.CountSheet.REVIEW)
    if reason not in REASONS:
        raise refused("unknown_reason", "there is no such reason", "choose one of the list", reason[:20])
    sheet.entries.filter(pk=entry).update(reason=reason)


def finish(viewer: Viewer, number: str) -> None:
    """Everything is counted: the differences go to somebody else. Raises ``ProblemError``."""
    _may(viewer)
    sheet = _sheet(viewer, number, models.CountSheet.COUNTING)
    open_ones = [row for row in page(viewer, number).rows if row.units is None]
    if open_ones:
        raise refused("not_counted", "some recounts are open", "count them, then finish", open_ones[0].sku)
    with transaction.atomic():
        if sheet.whole:
            _absent_as_zero(sheet, viewer)
        if not sheet.entries.exists():
            raise refused("nothing_counted", "nothing is counted yet", "scan or type at least one thing", number)
        _turn(sheet, models.CountSheet.COUNTING, models.CountSheet.REVIEW, finished_by=viewer.name)


def cancel(viewer: Viewer, number: str) -> None:
    """Give a count up; nothing is posted. Whoever began it may, and who may approve. Raises ``ProblemError``."""
    sheet = _sheet(viewer, number, models.CountSheet.COUNTING, models.CountSheet.REVIEW)
    if sheet.started_by != viewer.name:
        _may_approve(viewer)
    _turn(sheet, sheet.state, models.CountSheet.CANCELLED, settled_at=now())


def approve(viewer: Viewer, number: str, digest: str, *, origin: str = "") -> Posted:
    """Post the count as a document of its instant. Not by who counted, unless nobody else may. Raises ``ProblemError``."""
    _may_approve(viewer)
    with transaction.atomic():
        bulk.writer_lock()
        sheet = _sheet(viewer, number, models.CountSheet.REVIEW)
        found = page(viewer, number)
        if digest != found.digest:
            raise refused(
                "count_changed", "the count or the books changed since you looked", "look at it again", number
            )
        counted_by = {row.by for row in found.rows} | {sheet.finished_by}
        if found.differing and viewer.name in counted_by and _others_may(viewer):
            raise refused("own_count", "nobody approves what he counted himself", "ask another person", viewer.name)
        unexplained = [row for row in found.rows if row.difference and not row.reason]
        if unexplained:
            raise refused("no_cause", "some differences have no reason", "choose a reason for each", unexplained[0].sku)
        local = to_datetime(sheet.at).astimezone(UTC)
        header = {"id": number, "location": found.place, "effective_at": local.isoformat()}
        rows = tuple(_line(row) for row in found.rows)
        for row in found.rows:
            if row.reason == "found" and (row.difference or 0) > 0:
                key = _key(sheet.entries.get(pk=row.id))
                found_again.give_back(viewer, sheet.location_id, key, row.difference or 0, sheet.at, number)
        done = entered.post_typed(viewer, Typed("count", header, rows), name=number, origin=origin)
        _turn(
            sheet, models.CountSheet.REVIEW, models.CountSheet.POSTED, approved_by=viewer.name, settled_at=now(),
            batch_id=done.batch,
        )  # fmt: skip
        audit_trail.record(viewer.name, origin, "approve_count", number, None, {"document": done.document}, at=now())
    return done


def page(viewer: Viewer, number: str) -> CountPage:
    """The count with its rows, differences first. Six queries. Raises ``ProblemError``."""
    sheet = _sheet(viewer, number)
    entries = list(
        sheet.entries.select_related("item").order_by("item__sku", "condition", "label", "batch", "expiry", "round")
    )
    newest: dict[Key, models.CountEntry] = {}
    before: dict[Key, int | None] = {}
    for entry in entries:
        key = _key(entry)
        before[key] = newest[key].units if key in newest else None
        newest[key] = entry
    shown = not sheet.blind or sheet.state != models.CountSheet.COUNTING
    until = {key: entry.entered_at for key, entry in newest.items()}
    found = stand(sheet.company_id, sheet.location_id, sheet.at, until, besides=sheet.batch_id)
    rows = [
        _row(entry, before[key], found.books.get(key, 0), found.flight.get(key, 0), shown)
        for key, entry in newest.items()
    ]
    rows.sort(key=lambda row: (row.units is not None, not row.difference, -abs(row.difference or 0), row.sku))
    content = repr([(row.id, row.units, row.difference, row.reason) for row in rows])
    document = (
        models.Document.objects.filter(batch_id=sheet.batch_id).values_list("pk", flat=True).first()
        if sheet.batch_id
        else None
    )
    return CountPage(
        sheet.number, sheet.location.code, place_name(sheet.location), to_datetime(sheet.at), sheet.blind, sheet.whole,
        sheet.state, sheet.started_by, sheet.finished_by, sheet.approved_by, tuple(rows), len(set(found.there) - set(newest)),
        hashlib.sha256(content.encode()).hexdigest()[:16], document, viewer.can("approve"),
    )  # fmt: skip


def counts(viewer: Viewer) -> list[models.CountSheet]:
    """Counts of the viewer's places, newest first. One query."""
    rows = viewer.in_locations(viewer.of_company(models.CountSheet.objects.all())).select_related("location")
    return list(rows.order_by("-started_at")[:100])


def _row(entry: models.CountEntry, before: int | None, books: int, flight: int, shown: bool) -> CountRow:
    difference = None if entry.units is None else entry.units - flight - books
    return CountRow(
        entry.pk, entry.item.sku, entry.item.name, entry.condition, entry.label, entry.batch, entry.expiry, entry.round,
        entry.units, entry.entered_by, to_datetime(entry.entered_at) if entry.entered_at else None,
        books if shown else None, flight if shown else None, difference if shown else None, entry.reason, before,
    )  # fmt: skip


def _line(row: CountRow) -> dict[str, str]:
    flight, units = row.flight or 0, row.units or 0
    if units < flight:
        raise refused("count_impossible", "less was counted than came in since the count began", "recount it", row.sku)
    note = row.reason if row.difference else ""
    cells = {
        "sku": row.sku, "counted": str(units - flight), "condition": row.condition, "label": row.label, "batch": row.batch,
        "expiry": row.expiry, "line_note": note,
    }  # fmt: skip
    return {name: text for name, text in cells.items() if text}


def _absent_as_zero(sheet: models.CountSheet, viewer: Viewer) -> None:
    there = stand(sheet.company_id, sheet.location_id, sheet.at, {}).there
    told = {_key(entry) for entry in sheet.entries.all()}
    models.CountEntry.objects.bulk_create(
        models.CountEntry(
            sheet=sheet, item_id=key.item, condition=key.condition, label=key.label, batch=key.batch, expiry=key.expiry,
            units=0, entered_by=viewer.name, entered_at=sheet.at,
        )
        for key in sorted(set(there) - told)
    )  # fmt: skip


def _key(entry: models.CountEntry) -> Key:
    return Key(entry.item_id, entry.condition, entry.label, entry.batch, entry.expiry)


def _sheet(viewer: Viewer, number: str, *states: str) -> models.CountSheet:
    rows = models.CountSheet.objects.filter(number=number, company_id=viewer.company.id).select_related("location")
    sheet = viewer.in_locations(rows).first()
    if sheet is None:
        raise refused("unknown_count", "there is no such count", "look at the list of counts", number[:60])
    if states and sheet.state not in states:
        raise refused("count_state", f"this count is {sheet.state}", "look at it again", number)
    return sheet


def _turn(sheet: models.CountSheet, before: str, after: str, **more: object) -> None:
    if not models.CountSheet.objects.filter(pk=sheet.pk, state=before).update(state=after, **more):
        raise refused("count_state", "somebody was faster with this count", "look at it again", sheet.number)


def _may(viewer: Viewer) -> None:
    if not viewer.can("post"):
        viewer.need("post_stock")


def _may_approve(viewer: Viewer) -> None:
    viewer.need("approve")


def _others_may(viewer: Viewer) -> bool:
    """Whether anybody else could approve; who is alone approves his own counts."""
    able = [role for role, may in ROLES.items() if "approve" in may and "post_stock" in may]
    others = models.Membership.objects.filter(role__in=able, user__is_active=True)
    return others.exclude(user__username=viewer.name).exists()


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat() if text.strip() else ""
    except ValueError:
        raise ProblemError(
            Problem("not_a_date", "this is not a date", "write it like 2026-01-31", field="expiry", found=text[:40])
        ) from None
