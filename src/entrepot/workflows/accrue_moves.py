"""Moves of goods with what is known of them: lane, units, weight, volume, value; and what was billed or accrued for them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from django.db.models import Exists, OuterRef, Sum

from entrepot.books import models
from entrepot.core.calendar import Instant, local_date
from entrepot.core.components import COMPONENTS, GOODS, NAMES
from entrepot.core.kinds import Kind

KINDS = {
    int(Kind.DEPARTURE): "shipment", int(Kind.ARRIVAL): "arrival", int(Kind.RECEIPT): "receipt",
    int(Kind.TRANSFER): "transfer",
}  # fmt: skip
_NEVER = (GOODS, COMPONENTS["rebate"])
DIVISOR = 6000
"""mm³ a gram of chargeable weight where no card says otherwise."""

Lane = tuple[str, str, str, str]
"""Kind of move, mode, where from, where to."""


@dataclass(frozen=True, slots=True)
class Row:
    """One movement of a move: ``grams`` and ``volume`` (mm³) of all its units, ``None`` where a unit was never measured."""

    movement: int
    line: int
    item: int
    units: int
    grams: int | None
    volume: int | None
    value: int | None


@dataclass(slots=True)
class Move:
    """A document that moved goods. ``value`` of its rows: minor units of the company's currency."""

    document: int
    type: str
    number: str
    lane: Lane
    at: Instant
    on: date
    country: str
    """Where the goods went; empty where unknown."""
    abroad: bool
    rows: list[Row] = field(default_factory=list[Row])

    def driver(self, name: str) -> Fraction | None:
        """The whole move's units, kilograms, cubic metres, chargeable kilograms or value; 1 for ``flat``."""
        if name == "flat":
            return Fraction(1)
        parts = [part_of(row, name) for row in self.rows]
        return None if any(part is None for part in parts) else sum((p for p in parts if p is not None), Fraction(0))


def part_of(row: Row, name: str) -> Fraction | None:
    """A row's part of a driver."""
    if name in ("flat", "units"):
        return Fraction(row.units)
    if name == "value":
        return None if row.value is None else Fraction(row.value)
    if name == "volume":
        return None if row.volume is None else Fraction(row.volume, 10**9)
    if row.grams is None or (name == "chargeable" and row.volume is None):
        return None
    grams = row.grams if name == "weight" else max(row.grams, -(-(row.volume or 0) // DIVISOR))
    return Fraction(grams, 1000)


@dataclass(frozen=True, slots=True)
class Charged:
    """What a bill line put on a move, minor units of its currency; ``line`` is the cost line's number."""

    move: int
    supplier: str
    component: str
    amount: int
    currency: str
    estimate: bool
    line: int
    document: int
    billed_on: Instant


def moves_since(company: models.Company, since: Instant) -> dict[int, Move]:
    """Live moves of a company by document, oldest first."""
    live = models.Movement.objects.filter(
        company=company, kind__in=list(KINDS), replacement__isnull=True, effective_at__gte=since
    ).select_related("document", "from_cell__location", "to_cell__location", "item")  # fmt: skip
    live = live.defer("document__body")
    sent = {
        s.number: s for s in models.Shipment.objects.filter(company=company).select_related("origin", "destination")
    }
    measures = _measures({row.item_id for row in live})
    values = _values([row.pk for row in live])
    moves: dict[int, Move] = {}
    for row in live.order_by("effective_at", "document_id", "line", "ordinal"):
        move = moves.get(row.document_id)
        if move is None:
            move = moves[row.document_id] = _move(row, sent, company.zone)
        grams, volume = measures.get(row.item_id, (None, None))
        move.rows.append(
            Row(
                row.pk, row.line, row.item_id, row.quantity, None if grams is None else grams * row.quantity,
                None if volume is None else volume * row.quantity, values.get(row.pk),
            )
        )  # fmt: skip
    return moves


def _move(row: models.Movement, sent: dict[str, models.Shipment], zone: str) -> Move:
    """The move that a movement belongs to, with its lane."""
    transit = next((c.transit for c in (row.to_cell, row.from_cell) if c is not None and c.transit), "")
    shipment = sent.get(transit)
    there = row.to_cell.location if row.to_cell is not None else None
    here = row.from_cell.location if row.from_cell is not None else None
    if shipment is not None:
        here, there = shipment.origin, shipment.destination
    lane = (
        KINDS[row.kind], shipment.mode if shipment else "", here.code if here else "", there.code if there else "",
    )  # fmt: skip
    abroad = bool(here and there and here.country and there.country and here.country != there.country)
    return Move(
        row.document_id, row.document.type, row.document.external_id, lane, row.effective_at,
        local_date(row.effective_at, zone), there.country if there else "", abroad,
    )  # fmt: skip


def _measures(items: set[int]) -> dict[int, tuple[int | None, int | None]]:
    """Item → grams and mm³ of a unit, by its smallest measured packaging."""
    found: dict[int, tuple[int | None, int | None]] = {}
    rows = models.Packaging.objects.filter(item_id__in=items).order_by("-units", "valid_from", "pk")
    for row in rows:
        sides = (row.length_mm, row.width_mm, row.height_mm)
        volume = None if None in sides else sides[0] * sides[1] * sides[2] // row.units  # type: ignore[operator]
        grams = None if row.weight_g is None else row.weight_g // row.units
        old = found.get(row.item_id, (None, None))
        found[row.item_id] = (grams if grams is not None else old[0], volume if volume is not None else old[1])
    return found


def _values(movements: list[int]) -> dict[int, int]:
    """Movement → goods value aimed at it, company currency; shipments and arrivals take their items' latest unit cost."""
    found: dict[int, int] = {}
    own = models.StockFigure.objects.order_by().values_list("item_id").annotate(
        value=Sum("purchase"), units=Sum("units")
    )  # fmt: skip
    unit = {item: Fraction(value, units) for item, value, units in own if units > 0}
    sold = models.MarginFigure.objects.filter(reason="sale").order_by().values_list("item_id").annotate(
        value=Sum("purchase"), units=Sum("quantity"), back=Sum("returned")
    )  # fmt: skip
    for item, value, units, back in sold:
        if item not in unit and units > back:
            unit[item] = Fraction(value, units - back)
    for start in range(0, len(movements), 500):
        rows = models.Movement.objects.filter(pk__in=movements[start : start + 500])
        for pk, item, quantity in rows.values_list("pk", "item_id", "quantity"):
            if item in unit:
                found[pk] = int(unit[item] * quantity)
    return found


def charges_on(company: models.Company, since: Instant) -> list[Charged]:
    """Live bill and estimate lines on moves since then, a line over several moves cut by its weights, oldest bill first."""
    later = models.Basis.objects.filter(cost_line=OuterRef("basis__cost_line"), version__gt=OuterRef("basis__version"))
    shares = models.BasisShare.objects.filter(
        ~Exists(later), basis__cost_line__company=company, basis__cost_line__target_kind="births",
        basis__cost_line__replacement__isnull=True, basis__cost_line__document__type__in=("cost_bill", "reversal"),
    ).exclude(basis__cost_line__component__in=_NEVER)  # fmt: skip
    groups = shares.order_by().values_list("basis__cost_line_id", "movement__document_id").annotate(w=Sum("weight"))
    by_line: dict[int, dict[int, int]] = defaultdict(dict)
    for line, document, weight in groups:
        by_line[line][document] = weight
    lines = models.CostLine.objects.filter(company=company, target_kind="births", replacement__isnull=True)
    lines = lines.filter(document__type__in=("cost_bill", "reversal"), effective_at__gte=since)
    lines = lines.exclude(component__in=_NEVER).select_related("document").order_by("effective_at", "pk")
    whose: dict[int, str] = {}
    found: list[Charged] = []
    for line in lines:
        parts = by_line.get(line.pk, {})
        whole = sum(parts.values())
        if line.document_id not in whose:
            whose[line.document_id] = supplier_of(line.document)
        found += [
            Charged(
                move, whose[line.document_id], NAMES[line.component], int(Fraction(line.amount * weight, whole)),
                line.currency, line.estimate, line.pk, line.document_id, line.effective_at,
            )
            for move, weight in parts.items() if whole
        ]  # fmt: skip
    return found


def supplier_of(document: models.Document) -> str:
    """Who sent a bill, by its code; empty where it does not say."""
    return str(json.loads(bytes(document.body)).get("supplier", "")) if document.type == "cost_bill" else ""


def by_lane(moves: Iterable[Move]) -> dict[Lane, list[Move]]:
    """Moves of each lane, oldest first."""
    found: dict[Lane, list[Move]] = defaultdict(list)
    for move in moves:
        found[move.lane].append(move)
    return found
