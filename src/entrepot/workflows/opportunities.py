"""Unmet demand of every company, ranked: signals of the last quarter in, opportunities with units and money out.

Counts become a rate a month by the days that the reports of their shop and source cover, so daily, weekly and monthly files
all do; a single report counts as one month. Searches that name an SKU are listed demand: they are not ranked but tell what a
search is worth in that shop. Money rests on the last three whole months' sales.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import polars as pl
from django.db import transaction
from django.db.models import Sum

from entrepot.books import models, unmet
from entrepot.books.bulk import writer_lock
from entrepot.core.calendar import Instant, local_date
from entrepot.core.frames.demand import UNMET
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.clock import now

if TYPE_CHECKING:
    from entrepot.engines.demand import Opportunity, Rate

WINDOW = 91
"""Days of signals that are looked at, up to the newest."""
MONTH = 30.4
MONTHS = 3
MOST = 2_000
"""Opportunities that are kept."""
LEAST_DAYS = 28
"""Days below which no trend is told."""
_DAY = 86_400_000_000
_COSTS = ("purchase", "first_leg", "duty_tax", "storage", "capital", "selling", "unsalable")
Key = tuple[str, int | None, str, str]


@dataclass(frozen=True)
class Ranked:
    """What was ranked for one company."""

    company: str
    opportunities: int
    measured_shops: int


@dataclass
class _Reports:
    """What one shop's reports of one source say, by day."""

    counts: dict[Key, dict[date, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))
    days: set[date] = field(default_factory=set[date])

    @property
    def covered(self) -> float:
        """Days that the reports speak of."""
        days = sorted(self.days)
        gaps = [(later - earlier).days for earlier, later in pairwise(days)]
        return (days[-1] - days[0]).days + median(gaps) if gaps else MONTH

    def trend(self, of: Mapping[date, float]) -> float | None:
        """The later half of the reports against the earlier, a report; ``None`` where too few are there."""
        if self.covered < LEAST_DAYS or len(self.days) < 4:
            return None
        days = sorted(self.days)
        middle = days[0] + (days[-1] - days[0]) / 2
        early, late = [d for d in days if d <= middle], [d for d in days if d > middle]
        before, after = sum(of.get(d, 0.0) for d in early) / len(early), sum(of.get(d, 0.0) for d in late) / len(late)
        return round(after / before - 1, 4) if before > 0 else None


def opportunities(*, progress: Progress = SILENT, made_at: Instant | None = None) -> list[Ranked]:
    """Rank every company's unmet demand anew; what was ranked before is replaced. Companies without signals are left out."""
    at = made_at or now()
    companies = list(models.Company.objects.filter(pk__in=models.Shop.objects.values("company")).order_by("code"))
    progress.begin("unmet demand", len(companies))
    found = [_of_company(company, at) for company in companies]
    progress.advance(len(companies))
    return [one for one in found if one is not None]


def _of_company(company: models.Company, at: Instant) -> Ranked | None:
    reports, newest = _reports(company)
    if newest is None and not models.OpportunityFigure.objects.filter(company=company).exists():
        return None
    from entrepot.engines.demand import opportunities as rank

    months = _months(newest) if newest else []
    rates = _rates(company, reports, months)
    ranked = rank(_unmet(reports), _items(company, months), rates)[:MOST]
    with transaction.atomic():
        writer_lock()
        models.OpportunityFigure.objects.filter(company=company).delete()
        models.OpportunityFigure.objects.bulk_create(
            [_row(company, at, place, one) for place, one in enumerate(ranked, 1)], batch_size=500
        )
    return Ranked(company.code, len(ranked), len(rates))


def _reports(company: models.Company) -> tuple[dict[tuple[str, str], _Reports], date | None]:
    """Shop and source → its reports; the day of the newest."""
    newest = unmet.newest(company.pk)
    found: dict[tuple[str, str], _Reports] = defaultdict(_Reports)
    if newest is None:
        return found, None
    skus = dict(models.Item.objects.values_list("pk", "sku"))
    for told in unmet.told(company.pk, newest - WINDOW * _DAY + 1):
        subject = told.subject or (skus[told.item] if told.item is not None else "")
        if not subject or told.value <= 0:
            continue
        own = found[told.shop, told.source]
        day = local_date(told.at, company.zone)
        own.days.add(day)
        own.counts[subject, told.item, told.shop, told.source][day] += told.value
    return found, local_date(newest, company.zone)


def _unmet(reports: Mapping[tuple[str, str], _Reports]) -> pl.DataFrame:
    """The engine's UNMET; searches that name an item are no unmet demand."""
    rows = [
        (*key, sum(by_day.values()) / own.covered * MONTH, own.trend(by_day))
        for own in reports.values()
        for key, by_day in own.counts.items()
        if not (key[3] == "search" and key[1] is not None)
    ]
    schema = {
        "subject": pl.String, "item": pl.Int64, "shop": pl.String, "source": pl.String, "count": pl.Float64,
        "trend": pl.Float64,
    }  # fmt: skip
    return UNMET.require(pl.DataFrame(rows, schema=schema, orient="row"))


def _months(newest: date) -> list[int]:
    """The last whole months (YYYYMM) up to the newest signal.

    >>> _months(date(2026, 1, 12)), _months(date(2026, 10, 31))
    ([202512, 202511, 202510], [202610, 202609, 202608])
    """
    number = newest.year * 12 + newest.month - 1 - (newest.day < LEAST_DAYS)
    return [(number - k) // 12 * 100 + (number - k) % 12 + 1 for k in range(MONTHS)]


def _items(company: models.Company, months: Sequence[int]) -> pl.DataFrame:
    """Every item with its names, and price and profit a unit in ``months`` where they are known."""
    sums = {name: Sum(name) for name in ("quantity", "net", "refunded", "net_unknown", "missing", "uncosted", *_COSTS)}
    sold = models.MarginFigure.objects.filter(company=company, month__in=months, reason="sale")
    money = {row["item_id"]: _money(row) for row in sold.values("item_id").annotate(**sums).order_by()}
    rows = [
        (pk, sku, [name, name_zh], *money.get(pk, (None, None)))
        for pk, sku, name, name_zh in models.Item.objects.order_by("pk").values_list("pk", "sku", "name", "name_zh")
    ]
    schema = {
        "item": pl.Int64, "label": pl.String, "names": pl.List(pl.String), "price": pl.Float64, "margin": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _money(row: Mapping[str, int]) -> tuple[float | None, float | None]:
    """Net price and profit a unit sold; a cost that is missing leaves the profit unknown."""
    priced = row["quantity"] - row["net_unknown"]
    if priced <= 0:
        return None, None
    if row["net_unknown"] or row["missing"] or row["uncosted"]:
        return row["net"] / priced, None
    return row["net"] / priced, (row["net"] - row["refunded"] - sum(row[name] for name in _COSTS)) / priced


def _rates(
    company: models.Company, reports: Mapping[tuple[str, str], _Reports], months: Sequence[int]
) -> dict[tuple[str, str], Rate]:
    """What each shop's listed items sell for their searches, where enough of them are searched for."""
    from entrepot.engines.demand import search_rate

    searched: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for (shop, source), own in reports.items():
        for (_, item, _, _), by_day in own.counts.items():
            if source == "search" and item is not None:
                searched[shop][item] += sum(by_day.values()) / own.covered * MONTH * MONTHS
    found: dict[tuple[str, str], Rate] = {}
    for shop, items in searched.items():
        sold = models.MarginFigure.objects.filter(
            company=company, month__in=months, reason="sale", item__in=list(items)
        )
        if shop:
            sold = sold.filter(shop__code=shop)
        units = dict(sold.values_list("item_id").annotate(units=Sum("quantity")).order_by())
        rows = [(count, units.get(item, 0)) for item, count in items.items()]
        rate = search_rate(pl.DataFrame(rows, schema={"searches": pl.Float64, "sold": pl.Int64}, orient="row"))
        if rate is not None:
            found["search", shop] = rate
    return found


def _row(company: models.Company, at: Instant, place: int, one: Opportunity) -> models.OpportunityFigure:
    reasons = [
        [r.code, r.text, {**r.parameters, "currency": company.currency} if r.code.startswith("opp_money") else dict(r.parameters)]
        for r in one.reasons
    ]  # fmt: skip
    return models.OpportunityFigure(
        company=company, made_at=at, place=place, subject=one.subject[:120], kind=one.kind,
        item_id=None if one.item is None else int(one.item), shops=f",{','.join(one.shops)}," if one.shops else ",",
        counts={source: round(count, 1) for source, count in one.counts.items()}, units_milli=round(one.units * 1000),
        low_milli=round(one.units_low * 1000), high_milli=round(one.units_high * 1000), sales=one.sales, profit=one.profit,
        profit_low=one.profit_low, profit_high=one.profit_high,
        trend=None if one.trend is None else max(-1000, min(round(one.trend * 1000), 1_000_000)), basis=one.basis,
        reasons=reasons,
    )  # fmt: skip
