"""What a unit earns and costs at a place that sells it, from the figures of the books: the newest that are known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum

from entrepot.books import models
from entrepot.core.calendar import midnight
from entrepot.core.components import COMPONENTS
from entrepot.workflows.plan_sources import Measure

WINDOWS = (91, 364)
"""Days of sales that are asked, the shorter first."""
WEEK_SECONDS = 604_800
_SUMS = (
    "net", "selling", "unsalable", "purchase", "first_leg", "duty_tax", "quantity", "returned", "missing", "uncosted"
)  # fmt: skip
Key = tuple[int, int]
"""Item and place."""


@dataclass
class Unit:
    """Minor units of the company's currency for one unit; ``None`` not known. ``fees`` selling, ``returns`` what comes back
    unsalable; ``purchase``, ``first_leg`` and ``duty`` of what was sold or stands there."""

    price: float | None = None
    fees: float | None = None
    returns: float = 0.0
    purchase: float | None = None
    first_leg: float | None = None
    duty: float | None = None


def units_of(company: models.Company, on: date) -> dict[Key, Unit]:
    """By item and place: of the last quarter's sales, else of the last year's, cost else of the stock."""
    out: dict[Key, Unit] = defaultdict(Unit)
    for days in WINDOWS:
        since = int((on - timedelta(days=days)).strftime("%Y%m%d"))
        sums: dict[str, Any] = {name: Sum(name) for name in _SUMS}
        rows = (
            models.SaleFigure.objects.filter(company=company, day__gte=since, net__isnull=False)
            .values_list("item_id", "movement__from_cell__location_id")
            .annotate(**sums)
        )
        for item, place, *values in rows:
            _sold(out[item, place], dict(zip(_SUMS, values, strict=True)))
    stock = (
        models.StockFigure.objects.filter(company=company, missing=0, units__gt=0)
        .values_list("item_id", "cell__location_id")
        .annotate(p=Sum("purchase"), f=Sum("first_leg"), d=Sum("duty_tax"), n=Sum("units"))
    )
    for item, place, purchase, freight, duty, count in stock:
        one = out[item, place]
        if one.purchase is None and count > 0 and purchase > 0:
            one.purchase, one.first_leg, one.duty = purchase / count, freight / count, duty / count
    return dict(out)


def capital_rate(company: models.Company, on: date) -> tuple[float, bool]:
    """The company's yearly cost of capital on a day, as the books charge it, and whether it is assumed."""
    from entrepot.workflows.imputed import rates_of

    rates, assumed = rates_of(company)
    return float(max((rate for rate in rates if rate.since <= on), key=lambda rate: rate.since).yearly), assumed


def _sold(one: Unit, said: dict[str, int]) -> None:
    sold, left = said["quantity"], said["quantity"] - said["returned"]
    if one.price is None and sold > 0:
        one.price, one.fees = said["net"] / sold, said["selling"] / sold
        one.returns = max(said["unsalable"] / sold, 0.0)
    costed = left > 0 and said["missing"] == 0 and said["uncosted"] == 0 and said["purchase"] > 0
    if one.purchase is None and costed:
        one.purchase, one.first_leg, one.duty = (said[name] / left for name in ("purchase", "first_leg", "duty_tax"))


def storage_of(
    company: models.Company, places: set[int], measures: dict[int, Measure], on: date
) -> tuple[dict[Key, float], dict[int, float]]:
    """Storage of a unit and week by (item, place) as the bills of the last half year fell on it, and of a m³ by place."""
    since = midnight(on - timedelta(days=200), company.zone)
    lines = dict(
        models.CostLine.objects.filter(
            company=company, component=COMPONENTS["storage"], location_id__in=places, target_kind="place",
            effective_at__gte=since, replacement__isnull=True,
        ).values_list("pk", "location_id")
    )  # fmt: skip
    sums: dict[Key, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for line, item, amount, seconds in models.PeriodShare.objects.filter(cost_line__in=list(lines)).values_list(
        "cost_line", "item_id", "amount", "unit_days"
    ):
        entry = sums[item, lines[line] or 0]
        entry[0] += amount
        entry[1] += seconds
    room: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    units: dict[Key, float] = {}
    for (item, place), (amount, seconds) in sums.items():
        if seconds <= 0:
            continue
        weeks = seconds / WEEK_SECONDS
        units[item, place] = amount / weeks
        size = measures.get(item)
        if size is not None and size.mm3:
            room[place][0] += amount
            room[place][1] += weeks * size.mm3 / 1e9
    return units, {place: amount / m3 for place, (amount, m3) in room.items() if m3 > 0}


def ageing_of(place: models.Location, on: date) -> tuple[tuple[float, float], bool]:
    """Factors on storage beyond 26 and 39 weeks, and whether they are assumed: the platform's tables for its own warehouses
    (its rates of 181 to 270 and of 271 to 300 days over its monthly rate), none elsewhere."""
    from entrepot.engines.storage.monthly import AGED, MONTHLY, age_row, storage_rows
    from entrepot.rules.platform_fees import platform_fees

    marketplace = {"US": "US", "GB": "UK"}.get(place.country)
    if place.kind != "fba" or marketplace is None:
        return (1.0, 1.0), place.kind == "fba"
    book = platform_fees()
    base = storage_rows(book, marketplace, MONTHLY, "standard", on)
    aged = storage_rows(book, marketplace, AGED, "standard", on)
    rates = [row for row in (age_row(aged, day, apparel=False) for day in (195, 225, 255, 285)) if row is not None]
    known = [float(row.rate) for row in rates if not isinstance(row, str)]
    if not base or len(known) < 2:
        return (1.0, 1.0), True
    monthly = float(base[0].rate)
    first = sum(known[:-1]) / len(known[:-1])
    return (1 + first / monthly, 1 + known[-1] / monthly), not all(
        book.usable(row) for row in rates if not isinstance(row, str)
    )


def duty_rates(book: Any, wanted: set[tuple[str, str, str]], on: date) -> dict[tuple[str, str, str], float]:
    """(country, HS code, origin) → duty as a share of the customs value, where the rule book can tell."""
    from entrepot.workflows.rate_history import rate_history

    out: dict[tuple[str, str, str], float] = {}
    for country, hs, origin in wanted:
        if not hs or not origin or country not in book.countries:
            continue
        spans = rate_history(book, country, hs, origin, on, on)
        if spans and spans[0].total is not None:
            out[country, hs, origin] = float(spans[0].total)
    return out
