"""Why a place's report and the books may differ: a guess from what both know, with the units and the paper it rests on.

The guess is the first of these that the evidence bears, the surest first; a person decides. What nothing bears is "not known".

- ``reserved``: the place tells only what is available, and the books hold as many units for open orders as are missing;
- ``researching``: the books wrote off as many units as the place still looks for;
- ``condition``: as many units too many in another condition of the same SKU at the place as are missing here;
- ``label``: the same for another SKU at the place: units under the wrong label;
- ``late_booking``: a movement of that size at the place within :data:`DAYS` days of the report;
- ``receiving``, ``under_way``: the place still receives what the books hold as arrived, or holds what they have under way;
- ``return_due``: refunds of the last :data:`RETURN_DAYS` days whose goods the books have not got back;
- ``units``: one figure is the other times the units of a pack: counted in cartons;
- ``disposal``: unsellable units left that the books still have; ``not_known_there``: the place's list lacks the SKU;
- ``not_booked``: more is announced or reserved there than the books know of; ``not_told``: less.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, Sum

from entrepot.books import models
from entrepot.books.selectors.differences import INBOUND, MATTERS, SELLABLE
from entrepot.books.selectors.health_shapes import StockDifference
from entrepot.core.calendar import DAY, Instant, to_instant
from entrepot.core.kinds import Kind

DAYS, RETURN_DAYS = 3, 60
MOST = 900
"""SKUs and refunds that are looked into."""
GUESSES = (
    "reserved", "researching", "condition", "label", "late_booking", "receiving", "under_way", "return_due", "units",
    "disposal", "not_known_there", "not_booked", "not_told",
)  # fmt: skip
Spot = tuple[str, str]
"""Place and SKU."""


@dataclass(frozen=True)
class Guess:
    """A cause with its evidence: ``units`` that it explains, and the ``paper`` (document id), SKU or condition behind it."""

    cause: str
    units: int
    paper: str = ""
    sku: str = ""
    condition: str = ""


@dataclass
class Evidence:
    """What the books know around the differences, by place and SKU."""

    reserved: Counter[Spot] = field(default_factory=Counter[Spot])
    under_way: Counter[Spot] = field(default_factory=Counter[Spot])
    moved: dict[Spot, list[tuple[int, Instant, str]]] = field(
        default_factory=lambda: defaultdict[Spot, list[tuple[int, Instant, str]]](list)
    )
    """Units into the place (negative: out of it), when, and the document."""
    refunded: Counter[Spot] = field(default_factory=Counter[Spot])
    packs: dict[str, set[int]] = field(default_factory=lambda: defaultdict[str, set[int]](set))
    beside: dict[Spot, list[StockDifference]] = field(
        default_factory=lambda: defaultdict[Spot, list[StockDifference]](list)
    )
    """All differences of an SKU at a place."""
    alike: dict[tuple[str, str, int], list[str]] = field(
        default_factory=lambda: defaultdict[tuple[str, str, int], list[str]](list)
    )
    """SKUs that differ by so many units at a place in a condition."""


def guesses(
    rows: Sequence[StockDifference], wanted: Sequence[StockDifference] | None = None
) -> dict[tuple[str, str, str], Guess]:
    """The guess of each difference by place, SKU and condition; what nothing explains is left out. Six queries.

    ``wanted``: those of ``rows`` that are guessed at, all unless said; the others are evidence all the same.
    """
    chosen = rows if wanted is None else wanted
    known = _evidence(rows, chosen)
    found: dict[tuple[str, str, str], Guess] = {}
    for row in chosen:
        rules = _OF_MATTERS if row.condition in MATTERS else _STANDING
        guess = next((one for rule in rules if (one := rule(row, known)) is not None), None)
        if guess is not None:
            found[row.place_code, row.sku, row.condition] = guess
    return found


Rule = Callable[[StockDifference, Evidence], Guess | None]


def _reserved(row: StockDifference, known: Evidence) -> Guess | None:
    alone = "available" not in dict(row.parts)
    held = known.reserved[row.place_code, row.sku]
    if row.off < 0 and alone and row.condition == SELLABLE and held >= -row.off:
        return Guess("reserved", -row.off)
    return None


def _researching(row: StockDifference, known: Evidence) -> Guess | None:
    sought = dict(row.parts).get("researching", 0)
    return Guess("researching", row.off) if 0 < row.off <= sought else None


def _condition(row: StockDifference, known: Evidence) -> Guess | None:
    for other in known.beside[row.place_code, row.sku]:
        if other.condition not in MATTERS and other.condition != row.condition and other.off == -row.off:
            return Guess("condition", abs(row.off), condition=other.condition)
    return None


def _label(row: StockDifference, known: Evidence) -> Guess | None:
    mirror = known.alike[row.place_code, row.condition, -row.off]
    alike = known.alike[row.place_code, row.condition, row.off]
    if len(mirror) == len(alike) == 1 and mirror[0] != row.sku and abs(row.off) > 1:
        return Guess("label", abs(row.off), sku=mirror[0])
    return None


def _late(row: StockDifference, known: Evidence) -> Guess | None:
    """Booked after the report though it was there (or gone) already; or booked just before it, not yet seen there."""
    at = to_instant(row.at)
    for units, when, paper in known.moved[row.place_code, row.sku]:
        if (when > at and units == row.off) or (when <= at and units == -row.off):
            return Guess("late_booking", abs(units), paper)
    return None


def _receipts(row: StockDifference, known: Evidence) -> Guess | None:
    spot = (row.place_code, row.sku)
    if row.condition != SELLABLE:
        return None
    if row.off > 0 and known.under_way[spot] >= row.off:
        return Guess("under_way", row.off)
    inbound = next((r for r in known.beside[spot] if r.condition == INBOUND), None)
    if row.off < 0 and inbound is not None and inbound.off >= -row.off:
        return Guess("receiving", -row.off)
    return None


def _return_due(row: StockDifference, known: Evidence) -> Guess | None:
    refunded = known.refunded[row.place_code, row.sku]
    return Guess("return_due", row.off) if 0 < row.off <= refunded else None


def _units(row: StockDifference, known: Evidence) -> Guess | None:
    low, high = sorted((row.reported, row.in_books))
    if low > 0 and high % low == 0 and high // low in known.packs[row.sku]:
        return Guess("units", high // low)
    return None


def _gone(row: StockDifference, known: Evidence) -> Guess | None:
    if not row.parts:
        return Guess("not_known_there", -row.off) if row.condition == SELLABLE else Guess("disposal", -row.off)
    return Guess("disposal", -row.off) if row.off < 0 and row.condition != SELLABLE else None


def _arrived(row: StockDifference, known: Evidence) -> Guess | None:
    """Goods inbound there that the books received already, or under way here that the place has on its shelf."""
    if row.condition != INBOUND:
        return None
    standing = [r for r in known.beside[row.place_code, row.sku] if r.condition not in MATTERS]
    if any(r.off == -row.off for r in standing):
        return Guess("receiving" if row.off > 0 else "under_way", abs(row.off))
    return None


def _told(row: StockDifference, known: Evidence) -> Guess | None:
    return Guess("not_booked" if row.off > 0 else "not_told", abs(row.off))


_STANDING: tuple[Rule, ...] = (
    _reserved, _researching, _condition, _late, _receipts, _units, _label, _return_due, _gone,
)  # fmt: skip
_OF_MATTERS: tuple[Rule, ...] = (_arrived, _told)


def _evidence(every: Sequence[StockDifference], rows: Sequence[StockDifference]) -> Evidence:
    """What the books know around ``rows``; ``every`` difference may be the other side of one."""
    known = Evidence()
    if not rows:
        return known
    for row in every:
        known.beside[row.place_code, row.sku].append(row)
        known.alike[row.place_code, row.condition, row.off].append(row.sku)
    skus, places = sorted({r.sku for r in rows})[:MOST], {r.place_code for r in rows}
    here = Q(item__sku__in=skus)
    held = models.Reservation.objects.filter(here, released_at__isnull=True, cell__location__code__in=places)
    for place, sku, units in held.values_list("cell__location__code", "item__sku").annotate(n=Sum("quantity")):
        known.reserved[place, sku] = units
    way = models.Balance.objects.filter(here, cell__location__code__in=places, on_hand__gt=0).exclude(cell__transit="")
    for place, sku, units in way.values_list("cell__location__code", "item__sku").annotate(n=Sum("on_hand")):
        known.under_way[place, sku] = units
    for sku, units in models.Packaging.objects.filter(here, units__gt=1).values_list("item__sku", "units"):
        known.packs[sku].add(units)
    _movements(known, rows, here, places)
    _refunds(known, rows, here)
    return known


def _movements(known: Evidence, rows: Sequence[StockDifference], here: Q, places: set[str]) -> None:
    first, last = min(r.at for r in rows), max(r.at for r in rows)
    near = models.Movement.objects.filter(
        here, replacement=None, waiting=None, effective_at__gte=to_instant(first) - DAYS * DAY,
        effective_at__lte=to_instant(last) + DAYS * DAY,
    )  # fmt: skip
    for end, sign in (("to_cell", 1), ("from_cell", -1)):
        rows_ = near.filter(**{f"{end}__location__code__in": places, f"{end}__transit": ""})
        fields = (f"{end}__location__code", "item__sku", "quantity", "effective_at", "document_id")
        for place, sku, units, at, document in rows_.order_by("effective_at", "pk").values_list(*fields)[:20_000]:
            known.moved[place, sku].append((sign * units, at, str(document)))


def _refunds(known: Evidence, rows: Sequence[StockDifference], here: Q) -> None:
    """Refunded orders without any return of the item, counted at the place from which they were sent."""
    since = to_instant(min(r.at for r in rows)) - RETURN_DAYS * DAY
    back = models.Movement.objects.filter(here, kind=int(Kind.RETURN), effective_at__gte=since, replacement=None)
    returned = set(back.values_list("of_id", flat=True))
    refunds = models.RefundLine.objects.filter(
        here, sales_line__isnull=False, effective_at__gte=since, replacement=None
    ).order_by("-pk")[:MOST]  # fmt: skip
    lines = dict(refunds.values_list("sales_line_id", "sales_line__document_id"))
    sales = models.Movement.objects.filter(here, document_id__in=set(lines.values()), kind=int(Kind.SALE))
    fields = ("from_cell__location__code", "item__sku", "pk", "sales_line_id", "quantity")
    for place, sku, sale, line, units in sales.values_list(*fields):
        if line in lines and sale not in returned:
            known.refunded[place, sku] += units
