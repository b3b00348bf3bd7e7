"""Losses one by one with what their units had cost, and what was repaid for losses: named by the payer, or not."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max

from entrepot.books.models import BasisShare, CostLine, LossFigure, Movement, Shipment, StockFigure
from entrepot.core.calendar import local_date
from entrepot.core.components import COMPONENTS, NAMES
from entrepot.core.kinds import Kind
from entrepot.core.money import split_largest_remainder

_REVERSES = re.compile(r"\breverses (\S+)")
_CASE = re.compile(r"\bcase (\S+)")
_ORDER = re.compile(r"\border (\S+)")


@dataclass(frozen=True, slots=True)
class LostUnits:
    """Units of one loss. ``purpose``: lost | write_off | destroyed | count | short (:func:`short_units`).

    ``costs``: component → minor units of the company's currency; ``known``: all of them are. ``mode`` and ``carrier`` are those
    of the shipment they were in, empty elsewhere."""

    movement: int
    document: int
    number: str
    line: int
    item: int
    sku: str
    name: str
    name_zh: str
    place: str
    location: int
    place_kind: str
    condition: str
    mode: str
    carrier: str
    on: date
    purpose: str
    reason: str
    units: int
    costs: dict[str, int]
    known: bool


@dataclass(frozen=True, slots=True)
class PaidBack:
    """A reimbursement, minor units of the company's currency (positive = money in). ``movements``: what it is aimed at in the
    books with the amount of each, empty where it names no loss."""

    document: int
    number: str
    item: int | None
    sku: str
    shop: int | None
    location: int | None
    place: str
    on: date
    units: int | None
    amount: int
    reason: str
    order: str
    case: str
    reverses: str
    movements: dict[int, int]


def lost_units(company: int) -> list[LostUnits]:
    """Every loss of a company that was valued, oldest first. One query."""
    rows = LossFigure.objects.filter(company_id=company).order_by("day", "movement_id").values_list(
        "movement_id", "movement__document_id", "movement__document__external_id", "movement__line", "item_id", "item__sku",
        "item__name", "item__name_zh", "movement__from_cell__location__code", "movement__from_cell__location_id",
        "movement__from_cell__location__kind", "movement__from_cell__condition", "day", "movement__kind",
        "movement__document__type", "movement__document__body", "quantity", "costs", "uncosted", "missing",
    )  # fmt: skip
    found: list[LostUnits] = []
    for row in rows:
        movement, document, number, line, item, sku, name, zh, place, location, kind, condition = row[:12]
        day, moved, told, body, units, costs, uncosted, missing = row[12:]
        said: dict[str, Any] = json.loads(bytes(body)) if told == "stock_use" else {}
        purpose = "count" if moved == int(Kind.COUNT_SHORTAGE) else str(said.get("purpose") or "write_off")
        found.append(
            LostUnits(
                movement, document, number, line, item, sku, name, zh, place, location, kind, condition, "", "",
                date(day // 10_000, day // 100 % 100, day % 100), purpose, str(said.get("reason") or ""), units,
                {NAMES[int(n)]: amount for n, amount in costs.items()}, not uncosted and not missing,
            )
        )  # fmt: skip
    return found


def short_units(company: int, zone: str) -> list[LostUnits]:
    """Units that stand in a shipment of which others have arrived: not written off, and somebody's to make good. Three queries.

    Their day is that of the last arrival. ``movement`` is negative: no movement tells of them. Costs are by family, each under
    its first component.
    """
    shipments = {row.cell_id: row for row in Shipment.objects.filter(company_id=company).select_related("document")}
    moves = Movement.objects.filter(company_id=company, from_cell_id__in=list(shipments), replacement__isnull=True)
    arrived = dict(moves.filter(kind=int(Kind.ARRIVAL)).values_list("from_cell").annotate(at=Max("effective_at")))
    figures = StockFigure.objects.filter(company_id=company, units__gt=0, cell_id__in=list(arrived))
    found: list[LostUnits] = []
    for row in figures.select_related("item", "cell__location").order_by("cell_id", "item_id"):
        sent, there = shipments[row.cell_id], row.cell.location
        costs = {"goods": row.purchase, "freight": row.first_leg, "duty": row.duty_tax}
        found.append(
            LostUnits(
                -row.pk, sent.document_id, sent.number, 0, row.item_id, row.item.sku, row.item.name, row.item.name_zh,
                there.code, there.pk, there.kind, row.cell.condition, sent.mode, sent.carrier,
                local_date(arrived[row.cell_id], zone), "short", "", row.units, costs, not row.missing,
            )
        )  # fmt: skip
    return found


def paid_back(company: int, zone: str) -> list[PaidBack]:
    """Every reimbursement of a company that stands, oldest first. Two queries."""
    lines = CostLine.objects.filter(
        company_id=company, document__type="reimbursement", component=COMPONENTS["loss"], replacement__isnull=True
    )
    aimed = _aimed(lines)
    rows = lines.order_by("effective_at", "pk").values_list(
        "pk", "document_id", "document__external_id", "document__body", "item_id", "item__sku", "shop_id",
        "shop__location_id", "shop__location__code", "effective_at", "base_amount",
    )  # fmt: skip
    found: list[PaidBack] = []
    for pk, document, number, body, item, sku, shop, location, place, at, amount in rows:
        said: dict[str, Any] = json.loads(bytes(body))
        note = str(said.get("note") or "")
        found.append(
            PaidBack(
                document, number, item, sku or str(said.get("sku") or ""), shop, location, place or "",
                local_date(at, zone), said.get("quantity"), -amount, str(said.get("reason") or ""), _part(_ORDER, note),
                _part(_CASE, note), _part(_REVERSES, note), aimed.get(pk, {}),
            )
        )  # fmt: skip
    return found


def _aimed(lines: Any) -> dict[int, dict[int, int]]:
    """Cost line → the movements that it names, with its amount for each (positive = money in)."""
    shares = BasisShare.objects.filter(basis__cost_line__in=lines.filter(target_kind="issue"), basis__version=1)
    by_line: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for line, amount, weight, movement in shares.order_by("basis_id", "ordinal").values_list(
        "basis__cost_line_id", "basis__cost_line__base_amount", "weight", "movement_id"
    ):
        by_line[line].append((amount, weight, movement))
    found: dict[int, dict[int, int]] = {}
    for line, parts in by_line.items():
        amounts = split_largest_remainder(-parts[0][0], [weight for _, weight, _ in parts])
        found[line] = {movement: amount for (_, _, movement), amount in zip(parts, amounts, strict=True)}
    return found


def _part(pattern: re.Pattern[str], note: str) -> str:
    found = pattern.search(note)
    return found[1] if found else ""
