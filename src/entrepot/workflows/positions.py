"""Where every item stands at every place that sells it: stock, what is on the way, costs, margin, lead time."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db.models import Max, Sum

from entrepot.books import models
from entrepot.books.selectors.said import NOTHING, said_of_orders
from entrepot.core.calendar import Instant, local_date
from entrepot.core.kinds import Kind

_RECENT = 91


def positions(company: models.Company, keys: pl.DataFrame, on: date) -> pl.DataFrame:
    """The engine's POSITIONS for ``keys`` (item, location = place number); unknown inputs stay null.

    ``stock_assumed`` marks places whose books are negative: sold there without a known receipt, taken as empty.
    """
    rows = keys.select("item", "location")
    for frame in (_stock(company), _economics(company, on), _items()):
        rows = rows.join(frame, on=[name for name in ("item", "location") if name in frame.columns], how="left")
    leads = _lead_times(company)
    given = rows["lead_time_days"].to_list()
    weeks = [leads.get(item) or ([days / 7] if days else None) for item, days in zip(rows["item"], given, strict=True)]
    return rows.with_columns(
        pl.Series("lead_weeks", weeks, dtype=pl.List(pl.Float64)),
        stock_assumed=pl.col("on_hand").fill_null(0) < 0,
        on_hand=pl.col("on_hand").fill_null(0).clip(lower_bound=0),
        reserved=pl.col("reserved").fill_null(0),
        unit_margin=pl.col("price") - pl.col("unit_cost") - pl.col("unit_fees"),
    ).drop("lead_time_days", "unit_fees")


def _frame(rows: Any, **schema: Any) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _stock(company: models.Company) -> pl.DataFrame:
    rows = (
        models.Balance.objects.filter(cell__company=company, cell__condition="sellable", cell__transit="")
        .values_list("item_id", "cell__location_id")
        .annotate(on_hand=Sum("on_hand"), reserved=Sum("reserved"))
    )
    return _frame(rows, item=pl.Int64, location=pl.Int64, on_hand=pl.Int64, reserved=pl.Int64)


def _economics(company: models.Company, on: date) -> pl.DataFrame:
    """Price, fees and book cost a unit: of the last quarter's sales, else of the stock; null where not known."""
    since = int((on - timedelta(days=_RECENT)).strftime("%Y%m%d"))
    sums = {name: Sum(name) for name in ("net", "selling", "book_cost", "quantity", "returned", "missing", "uncosted")}
    sold = (
        models.SaleFigure.objects.filter(company=company, day__gte=since, net__isnull=False)
        .values_list("item_id", "movement__from_cell__location_id")
        .annotate(**sums)
    )
    kept = {
        (item, place): (cost, units)
        for item, place, cost, units in models.StockFigure.objects.filter(company=company, missing=0, units__gt=0)
        .values_list("item_id", "cell__location_id")
        .annotate(cost=Sum("book_cost"), units_=Sum("units"))
    }
    found: dict[tuple[int, int], list[float | None]] = {}
    for item, place, net, fees, cost, units, returned, missing, uncosted in sold:
        left = units - returned
        costed = left - missing - uncosted
        unit_cost = cost / left if costed == left and left > 0 and cost > 0 else None
        found[item, place] = [net / units if units else None, unit_cost, fees / units if units else None]
    for key, (cost, units) in kept.items():
        entry = found.setdefault(key, [None, None, None])
        if units > 0 and cost > 0:
            entry[1] = cost / units
    return _frame(
        ((*key, *values) for key, values in found.items()),
        item=pl.Int64, location=pl.Int64, price=pl.Float64, unit_cost=pl.Float64, unit_fees=pl.Float64,
    )  # fmt: skip


def _items() -> pl.DataFrame:
    cartons = dict(models.Packaging.objects.filter(level="carton").values_list("item_id").annotate(n=Max("units")))
    rows = models.Item.objects.values_list("pk", "moq", "lead_time_days")
    return _frame(
        ((pk, cartons.get(pk), moq, days) for pk, moq, days in rows),
        item=pl.Int64, carton=pl.Int64, moq=pl.Int64, lead_time_days=pl.Int64,
    )  # fmt: skip


def _lead_times(company: models.Company) -> dict[int, list[float]]:
    """Weeks from order to receipt that were seen, by item (its own, where there are three, else its supplier's)."""
    seen = models.Movement.objects.filter(
        kind=int(Kind.RECEIPT), company=company, purchase_line__isnull=False, replacement__isnull=True
    ).values_list("item_id", "purchase_line__supplier", "purchase_line__effective_at", "effective_at")
    own: dict[int, list[float]] = defaultdict(list)
    of_supplier: dict[str, list[float]] = defaultdict(list)
    for item, supplier, ordered, came in seen:
        weeks = max(0.0, (came - ordered) / 604_800_000_000)
        own[item].append(round(weeks, 1))
        of_supplier[supplier].append(round(weeks, 1))
    found = {item: weeks[-12:] for item, weeks in own.items() if len(weeks) >= 3}
    for item, supplier in models.Item.objects.exclude(supplier="").values_list("pk", "supplier"):
        if item not in found and len(of_supplier[supplier]) >= 3:
            found[item] = of_supplier[supplier][-24:]
    return found


def inbound(company: models.Company, on: date) -> pl.DataFrame:
    """The engine's INBOUND: open orders by their day as said last, shipments in transit by their expected arrival."""
    rows = [*_ordered(company), *_in_transit(company, on)]
    return _frame(rows, item=pl.Int64, location=pl.Int64, quantity=pl.Int64, expected_on=pl.Date)


def _ordered(company: models.Company) -> list[tuple[int, int, int, date | None]]:
    """What was ordered and has not come, of the latest version of each order that was not taken back."""
    places = dict(models.Location.objects.values_list("code", "pk"))
    lines = models.PurchaseLine.objects.filter(company=company, document__reversed__isnull=True).select_related(
        "document"
    )
    latest: dict[tuple[str, str, str], int] = {}
    for line in lines.only("document__source", "document__account", "document__external_id", "document__version"):
        key = (line.document.source, line.document.account, line.document.external_id)
        latest[key] = max(latest.get(key, 0), line.document.version)
    by_line = {
        (order, item): units
        for order, item, units in models.Movement.objects.filter(
            purchase_line__company=company, replacement__isnull=True
        )
        .values_list("purchase_line__document__external_id", "item_id")
        .annotate(units=Sum("quantity"))
    }
    open_lines, told = [], said_of_orders(company.pk)
    for line in lines:
        key = (line.document.source, line.document.account, line.document.external_id)
        place = places.get(line.destination)
        if line.document.version != latest[key] or place is None:
            continue
        came = by_line.get((line.document.external_id, line.item_id), 0)
        said = told.get(line.document.external_id, NOTHING)
        wanted = said.units(line.line, line.quantity)
        left = wanted - min(came, wanted)
        by_line[line.document.external_id, line.item_id] = came - min(came, wanted)
        if left > 0:
            due = said.day(line.line, line.due) or local_date(line.effective_at, company.zone) + timedelta(weeks=9)
            open_lines.append((line.item_id, place, left, due))
    return open_lines


def _in_transit(company: models.Company, on: date) -> list[tuple[int, int, int, date | None]]:
    etas: dict[int, Instant] = {}
    for cell, eta, departed in models.Shipment.objects.filter(company=company).values_list(
        "cell_id", "eta", "departed_at"
    ):
        etas[cell] = eta or departed + 35 * 86_400_000_000
    rows = models.Balance.objects.filter(cell__company=company, on_hand__gt=0).exclude(cell__transit="")
    return [
        (item, place, units, local_date(etas[cell], company.zone) if cell in etas else on)
        for item, cell, place, units in rows.values_list("item_id", "cell_id", "cell__location_id", "on_hand")
    ]
