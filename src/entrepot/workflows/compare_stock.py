"""The day's comparison of what places report with the books: every difference has a case with an owner, and its end.

A difference that is new is opened and given to somebody; one that was resolved and shows other units is open again; one that
is gone is settled. Nothing is booked: what is found out becomes a document when a person posts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from entrepot.books import models
from entrepot.books.access import ROLES, system_viewer
from entrepot.books.selectors.differences import stock_differences
from entrepot.books.selectors.health_shapes import StockDifference
from entrepot.books.selectors.shapes import Slice
from entrepot.core.calendar import Instant, to_instant
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.clock import now
from entrepot.workflows.difference_causes import guesses

MOST = 10_000
BY = "entrepot"
_ORDER = ("warehouse", "operations", "owner", "finance")
"""Who is asked first where nobody is confined to the place."""
_Key = tuple[str, str, str]


@dataclass(frozen=True)
class Compared:
    """``found`` stand now, ``opened`` of them are new or open again, ``settled`` are gone; ``alone``: open without an owner."""

    found: int
    opened: int
    settled: int
    alone: int


def compare_stock(*, at: Instant | None = None, progress: Progress = SILENT) -> Compared:
    """Compare the last reports of all places with the books, and keep the cases. Doing it again changes nothing."""
    progress.begin("comparing stock")
    moment = now() if at is None else at
    rows = stock_differences(system_viewer(), Slice("difference", descending=True, limit=MOST), MOST).rows
    causes = guesses(rows)
    with transaction.atomic():
        known = {
            _key(c): c for c in models.DifferenceCase.objects.select_for_update().select_related("location", "item")
        }
        opened = _open(rows, known, {key: guess.cause for key, guess in causes.items()}, moment)
        there = {(row.place_code, row.sku, row.condition) for row in rows}
        gone = [case for key, case in known.items() if key not in there and case.state != case.SETTLED]
        for case in gone:
            _turn(case, case.SETTLED, moment, "settle")
    alone = models.DifferenceCase.objects.filter(state=models.DifferenceCase.OPEN, owner="").count()
    return Compared(len(rows), opened, len(gone), alone)


def _open(
    rows: Sequence[StockDifference], known: dict[_Key, models.DifferenceCase], causes: dict[_Key, str], moment: Instant
) -> int:
    owners = owners_of({row.place_code for row in rows})
    places = dict(models.Location.objects.values_list("code", "pk"))
    items = dict(models.Item.objects.filter(sku__in={row.sku for row in rows}).values_list("sku", "pk"))
    opened = 0
    for row in rows:
        key = (row.place_code, row.sku, row.condition)
        case, text = known.get(key), causes.get(key, "")
        if case is None:
            case = models.DifferenceCase.objects.create(
                location_id=places[row.place_code], item_id=items[row.sku], condition=row.condition,
                owner=owners.get(row.place_code, ""), first_at=to_instant(row.at), units=row.off, changed_at=moment,
                changed_by=BY,
            )  # fmt: skip
            models.DifferenceNote.objects.create(case=case, at=moment, by=BY, act="found", text=text)
            opened += 1
        elif case.state == case.SETTLED or (case.state == case.RESOLVED and case.units != row.off):
            if case.state == case.SETTLED:
                case.first_at = to_instant(row.at)
            case.cause, case.units, case.owner = "", row.off, case.owner or owners.get(row.place_code, "")
            _turn(case, case.OPEN, moment, "found", text)
            opened += 1
        elif case.state == case.OPEN and (case.units != row.off or not case.owner):
            case.units, case.owner = row.off, case.owner or owners.get(row.place_code, "")
            case.save(update_fields=["units", "owner"])
    return opened


def owners_of(places: set[str]) -> dict[str, str]:
    """Who looks into the differences of each place until somebody else is named.

    Whoever was given one there last; else who is confined to the fewest places with this one among them; else the first by
    name who works in a warehouse, then operations, the owner, finance. Always somebody who may correct stock and sees the place.
    """
    may: dict[str, tuple[str, frozenset[str]]] = {}
    rows = models.Membership.objects.filter(user__is_active=True).select_related("user").prefetch_related("locations")
    for row in rows.order_by("user__username"):
        if ROLES[row.role] & {"post", "post_stock"}:
            may[row.user.get_username()] = (row.role, frozenset(place.code for place in row.locations.all()))
    cases = models.DifferenceCase.objects.exclude(owner="").order_by("changed_at")
    last = {place: owner for place, owner in cases.values_list("location__code", "owner") if owner in may}
    found: dict[str, str] = {}
    for place in places:
        able = {name: (role, own) for name, (role, own) in may.items() if not own or place in own}
        if able:
            first = min(able, key=lambda n: (not able[n][1], len(able[n][1]), _ORDER.index(able[n][0]), n))
            found[place] = last[place] if last.get(place) in able else first
    return found


def _turn(case: models.DifferenceCase, state: str, moment: Instant, act: str, text: str = "") -> None:
    case.state, case.changed_at, case.changed_by = state, max(moment, case.changed_at + 1), BY
    case.save()
    models.DifferenceNote.objects.create(case=case, at=moment, by=BY, act=act, text=text)


def _key(case: models.DifferenceCase) -> _Key:
    return case.location.code, case.item.sku, case.condition
