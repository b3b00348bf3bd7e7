"""The monthly scorecard: how fast stock turned, how long items were out, what grew old, what stock earned, and what the plan's
advice was worth, place by place.

Units come from the movements day by day (stock at each day's end), profit from the sale figures. Stock is valued at the item's
book cost of today's figures; what is older than :data:`OLD_DAYS` is what stands there beyond the arrivals of that time (first
in, first out). What never stood there by the books is left out: nobody entered its receipts. Only days on which an item sells
at a place count: from its first sale to eight weeks after its last.

**Turnover** days are the average stock at cost over the cost of what went a day; the **return** is the profit of the month as a
year's share of the average stock, before imputed interest.

Advice is every line of a plan that bought, loaded or moved, an item, place and kind once a month. It was **taken** where it was
approved; what its units earned that were sold until now is told (first in, first out: they were sold after all that was there
before them, so without them these sales had been lost). It was **ignored** where it was not, and the item was not ordered or
shipped by other documents within :data:`GRACE_DAYS` either; the margin of the days that the item was out afterwards is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import Sum

from entrepot.books import bulk, facts, models
from entrepot.core.calendar import Instant, local_date, midnight
from entrepot.core.kinds import Kind
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows import snapshot
from entrepot.workflows.clock import now

OLD_DAYS = 180
GRACE_DAYS = 21
"""Days within which an order or shipment by another way counts as the advice taken otherwise, so not ignored."""
AFTER_DAYS = 56
"""Days after an ignored line in which stock-outs are laid to it."""
LIVING_DAYS = 56
_COSTS = ("purchase", "first_leg", "duty_tax", "storage", "capital", "selling", "unsalable")


@dataclass(frozen=True)
class Scored:
    """Months and places that were reckoned for a company."""

    company: str
    months: int
    rows: int


def scorecard(months: int = 13, *, progress: Progress = SILENT, at: Instant | None = None) -> list[Scored]:
    """Reckon the last ``months`` whole months and the running one of every company that sells, and keep them."""
    moment = now() if at is None else at
    found = facts.assemble(snapshot.refresh(progress), facts.closings(facts.FOREVER), facts.FOREVER, facts.FOREVER)
    companies = list(models.Company.objects.filter(shop__isnull=False).distinct().order_by("code"))
    progress.begin("scoring", len(companies))
    done: list[Scored] = []
    for company in companies:
        moves = found.movements.filter(pl.col("company") == company.pk)
        rows = _Months(company, moves, months, moment).rows()
        with transaction.atomic():
            bulk.writer_lock()
            models.ScoreMonth.objects.filter(company=company).delete()
            models.ScoreMonth.objects.bulk_create(rows, batch_size=500)
        done.append(Scored(company.code, len({row.month for row in rows}), len(rows)))
        progress.advance()
    return done


class _Months:
    """One company's months."""

    def __init__(self, company: models.Company, moves: pl.DataFrame, months: int, at: Instant) -> None:
        self.company, self.at = company, at
        cells = models.Cell.objects.filter(company=company, condition="sellable", transit="")
        self.places: dict[int, int] = dict(cells.values_list("pk", "location_id"))
        sold = models.SaleFigure.objects.filter(company=company)
        ends = sold.order_by("-day").values_list("day", flat=True)[:1]
        self.last = _day(ends[0]) if ends else local_date(at, company.zone)
        first = self.last.replace(day=1)
        for _ in range(months):
            first = (first - timedelta(days=1)).replace(day=1)
        self.first = first
        self.sales = self._sales(sold)
        self.cost = self._unit_cost()
        self.stock = self._stock(moves)
        self.came = self._arrivals(moves)

    def rows(self) -> list[models.ScoreMonth]:
        """A row for each month and place that sold something."""
        places = sorted({place for _, place, _ in self.sales})
        out: list[models.ScoreMonth] = []
        month = self.first
        while month <= self.last:
            end = min(_next(month) - timedelta(days=1), self.last)
            out += [self._row(place, month, end) for place in places]
            month = _next(month)
        return out

    def _row(self, place: int, first: date, last: date) -> models.ScoreMonth:
        number = first.year * 100 + first.month
        days = (last - first).days + 1
        out_days = sku_days = 0.0
        value = aged = gone_value = 0.0
        for item in self._living(place, first, last):
            held = [max(self.stock.get((item, place, first + timedelta(days=n)), 0), 0) for n in range(days)]
            mean = sum(held) / days
            sku_days += days
            out_days += sum(1 for one in held if one <= 0)
            cost = self.cost.get(item)
            if cost is not None:
                value += mean * cost
                gone_value += self.sales.get((item, place, number), (0, None))[0] * cost
                since = last - timedelta(days=OLD_DAYS)
                new = sum(count for day, count in self.came.get((item, place), ()) if since < day <= last)
                aged += max(held[-1] - new, 0) * cost
        profit = self._profit(place, number)
        taken, ignored = self._advice(place, first, last)
        return models.ScoreMonth(
            company=self.company, month=number, location_id=place,
            turnover_days=round(value * days / gone_value) if gone_value > 0 else None,
            out_days=round(out_days) if sku_days else None, sku_days=round(sku_days) if sku_days else None,
            aged_value=round(aged) if value else None, stock_value=round(value) if value else None, profit=profit,
            return_on_stock=None if profit is None or value <= 0 else round(1000 * profit * 365 / days / value),
            advice=len(taken) + len(ignored), taken=len(taken),
            taken_effect=round(sum(self._earned(line) for line in taken)) if taken else None, ignored=len(ignored),
            ignored_cost=round(sum(self._lost(line) for line in ignored)) if ignored else None, made_at=self.at,
        )  # fmt: skip

    def _living(self, place: int, first: date, last: date) -> Iterable[int]:
        for item, at, (begin, end) in self.spans:
            if at == place and begin <= last and end + timedelta(days=LIVING_DAYS) >= first:
                yield item

    def _sales(self, sold: Any) -> dict[tuple[int, int, int], tuple[int, int | None]]:
        """(item, place, month) → units that went and stayed, profit (None where a price is not known)."""
        costs = {name: Sum(name) for name in (*_COSTS, "net", "refunded", "quantity", "returned")}
        out: dict[tuple[int, int, int], tuple[int, int | None]] = {}
        begin: dict[tuple[int, int], list[date]] = {}
        rows = sold.values_list("item_id", "movement__from_cell__location_id", "day").annotate(**costs)
        names = list(costs)
        for item, place, day, *values in rows:
            told = dict(zip(names, values, strict=True))
            profit = (
                None if told["net"] is None else told["net"] - told["refunded"] - sum(told[name] for name in _COSTS)
            )
            units, before = out.get((item, place, day // 100), (0, 0))
            whole = None if profit is None or before is None else before + profit
            out[item, place, day // 100] = (units + told["quantity"] - told["returned"], whole)
            ends = begin.setdefault((item, place), [_day(day), _day(day)])
            ends[0], ends[1] = min(ends[0], _day(day)), max(ends[1], _day(day))
        self.spans = [(item, place, (ends[0], ends[1])) for (item, place), ends in begin.items()]
        return out

    def _profit(self, place: int, month: int) -> int | None:
        mine = [told for (_, at, when), told in self.sales.items() if at == place and when == month]
        known = [profit for _, profit in mine if profit is not None]
        return sum(known) if known else None

    def _unit_cost(self) -> dict[int, float]:
        rows = models.StockFigure.objects.filter(company=self.company, missing=0, units__gt=0).values_list("item_id")
        out = {
            item: cost / units for item, cost, units in rows.annotate(c=Sum("book_cost"), n=Sum("units")) if cost > 0
        }
        sold = models.SaleFigure.objects.filter(company=self.company, missing=0, uncosted=0, book_cost__gt=0)
        for item, cost, units in sold.values_list("item_id").annotate(c=Sum("book_cost"), n=Sum("quantity")):
            if units > 0:
                out.setdefault(item, cost / units)
        return out

    def _stock(self, moves: pl.DataFrame) -> dict[tuple[int, int, date], int]:
        """(item, place, day) → units at the day's end, for the days asked."""
        parts = [
            moves.select("item", "effective_at", cell=column, units=sign * pl.col("quantity"))
            for column, sign in (("from_cell", -1), ("to_cell", 1))
        ]
        cells = pl.DataFrame(list(self.places.items()), schema={"cell": pl.Int64, "place": pl.Int64}, orient="row")
        selling = {place for _, place, _ in self.sales}
        zone = self.company.zone
        day = (
            pl.from_epoch("effective_at", time_unit="us")
            .dt.replace_time_zone("UTC")
            .dt.convert_time_zone(zone)
            .dt.date()
        )
        rows = (
            pl.concat(parts)
            .join(cells, on="cell")
            .filter(pl.col("place").is_in(list(selling)))
            .with_columns(day=day)
            .group_by("item", "place", "day")
            .agg(pl.col("units").sum())
            .sort("item", "place", "day")
        )
        out: dict[tuple[int, int, date], int] = {}
        for (item, place), group in rows.group_by("item", "place", maintain_order=True):
            held, at = 0, self.first
            for when, units in group.select("day", "units").iter_rows():
                while at < when and at <= self.last:
                    out[int(str(item)), int(str(place)), at] = held
                    at += timedelta(days=1)
                held += units
            while at <= self.last:
                out[int(str(item)), int(str(place)), at] = held
                at += timedelta(days=1)
        return out

    def _arrivals(self, moves: pl.DataFrame) -> dict[tuple[int, int], list[tuple[date, int]]]:
        kinds = [
            int(Kind.RECEIPT),
            int(Kind.ARRIVAL),
            int(Kind.INTERCOMPANY_RECEIPT),
            int(Kind.OPENING),
            int(Kind.TRANSFER),
        ]
        out: dict[tuple[int, int], list[tuple[date, int]]] = defaultdict(list)
        rows = moves.filter(pl.col("kind").is_in(kinds) & pl.col("to_cell").is_in(list(self.places)))
        for item, cell, units, at in rows.select("item", "to_cell", "quantity", "effective_at").iter_rows():
            out[item, self.places[cell]].append((local_date(at, self.company.zone), units))
        return out

    def _advice(self, place: int, first: date, last: date) -> tuple[list[models.PlanLine], list[models.PlanLine]]:
        """Lines of the month's plans for the place that were taken, and those that were ignored; an item and kind once."""
        lines = models.PlanLine.objects.filter(
            run__company=self.company, destination_id=place, on__gte=first, on__lte=last, units__gt=0
        ).exclude(kind=models.PlanLine.KEEP)
        by: dict[tuple[int, str], list[models.PlanLine]] = defaultdict(list)
        for line in lines.order_by("on", "pk"):
            by[line.item_id, line.kind].append(line)
        taken, ignored = [], []
        for same in by.values():
            yes = next((line for line in same if line.state == models.PlanLine.APPROVED), None)
            if yes is not None:
                taken.append(yes)
            elif (self.last - same[0].on).days > GRACE_DAYS and not self._otherwise(same[0]):
                ignored.append(same[0])
        return taken, ignored

    def _otherwise(self, line: models.PlanLine) -> bool:
        """Whether the item was ordered (or shipped there) by other documents soon after."""
        since, until = (midnight(line.on + timedelta(days=n), self.company.zone) for n in (0, GRACE_DAYS))
        if line.kind == models.PlanLine.BUY:
            return models.PurchaseLine.objects.filter(
                item_id=line.item_id, effective_at__gte=since, effective_at__lt=until, document__reversed__isnull=True
            ).exists()
        return models.Movement.objects.filter(
            item_id=line.item_id, kind=int(Kind.DEPARTURE), to_cell__location_id=line.destination_id,
            effective_at__gte=since, effective_at__lt=until, replacement__isnull=True,
        ).exists()  # fmt: skip

    def _earned(self, line: models.PlanLine) -> float:
        """Margin of the units of a taken line that came in and were sold by now, the oldest first."""
        key = line.item_id, line.destination_id
        days = [date.fromisoformat(part["arrives"]) for part in line.modes if part.get("arrives")]
        first = min(days, default=line.on) - timedelta(days=GRACE_DAYS)
        since = max(first, line.on)
        came = sorted((day, units) for day, units in self.came.get(key, ()) if since <= day <= self.last)
        here = min(sum(units for _, units in came), line.units)
        later = sum(units for _, units in came) - here
        left = max(self.stock.get((*key, self.last), 0), 0)
        return max(here - max(left - later, 0), 0) * self._margin(key)

    def _lost(self, line: models.PlanLine) -> float:
        """Margin of the days without stock after an ignored line, at the expected pace."""
        key = line.item_id, line.destination_id
        days = [line.on + timedelta(days=n) for n in range(AFTER_DAYS)]
        out = sum(1 for day in days if day <= self.last and self.stock.get((*key, day), 1) <= 0)
        return out * (line.weekly_milli or 0) / 7000 * self._margin(key)

    def _margin(self, key: tuple[int, int]) -> float:
        """What a unit sold there earned on average, not below 0."""
        told = [
            (units, profit)
            for (item, place, _), (units, profit) in self.sales.items()
            if (item, place) == key and profit is not None
        ]
        units = sum(count for count, _ in told)
        return max(sum(profit for _, profit in told) / units, 0.0) if units > 0 else 0.0


def _day(number: int) -> date:
    return date(number // 10_000, number // 100 % 100, number % 100)


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
