"""What a plan reads of the books besides its lanes: rates, measures, how long suppliers make, what stands elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from entrepot.books import models
from entrepot.books.intake.directory import Directory
from entrepot.books.versions import current
from entrepot.core.calendar import DAY, midnight
from entrepot.core.errors import ProblemError
from entrepot.core.kinds import Kind
from entrepot.core.money import convert
from entrepot.workflows.rule_files import SellerRules

LEAST_SEEN = 3
"""Receipts or shipments from which own days are believed."""
INSTRUCTED_DAYS = 21
"""Days after which an approved load that was never posted as a shipment counts no longer."""
ASSUMED_PRODUCTION = (25.0, 30.0, 40.0)
"""Days that a supplier is taken to need where nothing is known."""


class Money:
    """Rates of exchange into a company's currency, as the books know them on a day, the rule files' where they do not."""

    def __init__(self, company: models.Company, on: date, rules: SellerRules) -> None:
        self.company, self.at, self.rules, self.on = company, midnight(on + timedelta(days=1), company.zone), rules, on
        self.directory = Directory()
        self._known: dict[tuple[str, str], float | None] = {}

    def factor(self, currency: str, target: str = "") -> float | None:
        """Minor units of the company's currency (or ``target``) for one minor unit of ``currency``."""
        pair = currency, target or self.company.currency
        if pair not in self._known:
            self._known[pair] = self._factor(*pair)
        return self._known[pair]

    def _factor(self, source: str, target: str) -> float | None:
        if source == target:
            return 1.0
        try:
            rate: Any = self.directory.rate(source, target, self.company, self.at).value
        except ProblemError:
            rate = self.rules.rates.for_day(self.on, "books")(source, target)
        return None if rate is None else convert(10**9, source, target, rate) / 1e9


@dataclass(frozen=True)
class Measure:
    """One unit as packed: grams and mm³, ``None`` not measured."""

    grams: float | None
    mm3: float | None


def production(company: models.Company) -> Callable[[str, int], tuple[tuple[float, ...], str]]:
    """(supplier, waiting place) → days from order to receipt there, equally likely, and where they are from: own | "".

    Whoever of the seller's companies bought: a factory is no faster for one of them.
    """
    seen: dict[tuple[str, int], list[tuple[int, float]]] = defaultdict(list)
    rows = models.Movement.objects.filter(
        kind=int(Kind.RECEIPT), purchase_line__isnull=False, replacement__isnull=True, to_cell__isnull=False
    ).values_list(
        "purchase_line__supplier", "to_cell__location_id", "purchase_line__effective_at", "effective_at", "document_id"
    ).distinct()  # fmt: skip
    for supplier, place, ordered, came, _ in rows:
        seen[supplier, place].append((came, max(1.0, (came - ordered) / DAY)))
    for supplier, place, heard, days in delays():
        seen[supplier, place].append((heard, days))
    kept = {
        key: thirds([days for _, days in sorted(found)[-24:]])
        for key, found in seen.items()
        if len(found) >= LEAST_SEEN
    }

    def of(supplier: str, place: int) -> tuple[tuple[float, ...], str]:
        found = kept.get((supplier, place))
        return (found, "own") if found else (ASSUMED_PRODUCTION, "")

    return of


def delays() -> list[tuple[str, int, int, float]]:
    """Supplier, waiting place, when it was heard and days from order to the new day, of late orders that have not come."""
    steps = models.PurchaseStep.objects.filter(kind="purchase_progress", state="delayed", on__isnull=False)
    said = {(s.company_id, s.order): s for s in current(steps).order_by("effective_at", "pk")}
    if not said:
        return []
    places = dict(models.Location.objects.values_list("code", "pk"))
    lines = models.PurchaseLine.objects.filter(document__external_id__in={order for _, order in said})
    came = set(models.Movement.objects.filter(purchase_line__in=lines, replacement__isnull=True).values_list(
        "purchase_line__company_id", "purchase_line__document__external_id"))  # fmt: skip
    found: dict[tuple[int, str], tuple[str, int, int, float]] = {}
    for line in current(lines).select_related("document", "company").defer("document__body"):
        key = (line.company_id, line.document.external_id)
        step, place = said.get(key), places.get(line.destination)
        if step is None or step.on is None or place is None or key in came:
            continue
        days = max(1.0, (midnight(step.on, line.company.zone) - line.effective_at) / DAY)
        found[key] = (line.supplier, place, step.effective_at, days)
    return list(found.values())


def in_weeks(first: tuple[float, ...], then: tuple[float, ...]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Weeks from order to arrival and their odds, of days that follow one another, each equally likely.

    One week is in time for the demand of the week that begins with the order, as the engine counts.

    >>> in_weeks((28.0,), (30.0, 44.0))
    ((9, 11), (0.5, 0.5))
    """
    odds: dict[int, float] = defaultdict(float)
    for a in first or (0.0,):
        for b in then or (0.0,):
            odds[max(1, min(28, round((a + b) / 7) + 1))] += 1.0
    whole = sum(odds.values())
    weeks = tuple(sorted(odds))
    return weeks, tuple(round(odds[week] / whole, 6) for week in weeks)


def last_seen(company: models.Company, item_ids: list[int]) -> dict[int, int]:
    """Item → the company that bought it last (any of the seller's)."""
    rows = models.PurchaseLine.objects.filter(item_id__in=item_ids, document__reversed__isnull=True)
    return dict(rows.order_by("effective_at", "pk").values_list("item_id", "company_id"))


def measures_of(items: list[int], on: date) -> dict[int, Measure]:
    """Measures of one unit: of a full carton's share where it is measured, else of the unit."""
    out: dict[int, Measure] = {}
    rows = models.Packaging.objects.filter(item_id__in=items).order_by("valid_from", "pk")
    best: dict[tuple[int, str], Any] = {}
    for row in rows:
        if row.valid_from is None or row.valid_from <= on:
            best[row.item_id, row.level] = row
    for item in items:
        grams = mm3 = None
        for level in ("unit", "carton"):
            row = best.get((item, level))
            if row is not None and row.weight_g is not None:
                grams = row.weight_g / row.units
            if row is not None and None not in (row.length_mm, row.width_mm, row.height_mm):
                mm3 = row.length_mm * row.width_mm * row.height_mm / row.units
        out[item] = Measure(grams, mm3)
    return out


def instructed(company: models.Company, on: date) -> list[models.PlanLine]:
    """Approved loads whose shipment was not posted yet: they are on their way, and wait no more.

    A shipment that left the origin for the destination with the item since the day of the plan is taken for it.
    """
    since = on - timedelta(days=INSTRUCTED_DAYS)
    lines = models.PlanLine.objects.filter(
        run__company=company, kind__in=(models.PlanLine.SHIP, models.PlanLine.MOVE), state=models.PlanLine.APPROVED,
        on__gte=since, origin__isnull=False,
    ).select_related("run")  # fmt: skip
    left: dict[tuple[int, int, int], list[tuple[int, int]]] = defaultdict(list)
    moves = models.Movement.objects.filter(
        company=company,
        kind=int(Kind.DEPARTURE),
        effective_at__gte=midnight(since, company.zone),
        replacement__isnull=True,
    )
    for item, origin, end, at, units in moves.values_list(
        "item_id", "from_cell__location_id", "to_cell__location_id", "effective_at", "quantity"
    ):
        left[item, origin, end].append((at, units))
    out: list[models.PlanLine] = []
    for line in lines.order_by("on", "pk"):
        since_then = midnight(line.on, company.zone)
        gone = left[line.item_id, line.origin_id or 0, line.destination_id]
        match = next((one for one in gone if one[0] >= since_then), None)
        if match is None:
            out.append(line)
        else:
            gone.remove(match)
    return out


def thirds(days: list[float]) -> tuple[float, ...]:
    """Three days that stand for a third of what was seen each."""
    if not days:
        return ()
    return tuple(round(float(x), 1) for x in np.quantile(np.array(days), (1 / 6, 0.5, 5 / 6)))
