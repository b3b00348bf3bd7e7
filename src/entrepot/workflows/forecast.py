"""What will sell at each place, from what was ordered there; every run is stored and none overwrites another.

Orders count at the place that ships them. The lines are complete up to the last order in the books (never our own
clock), so the week it falls in is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from django.conf import settings as django_settings
from django.db import transaction

from entrepot.books import bulk, facts, models
from entrepot.core.calendar import Instant
from entrepot.core.frames.demand import IN_STOCK, ORDER_LINES
from entrepot.core.kinds import Kind
from entrepot.core.progress import SILENT, Progress
from entrepot.core.reasons import Reason
from entrepot.workflows import (
    course,
    demand_cycles,
    demand_figures,
    demand_regions,
    demand_signals,
    in_stock,
    promote,
    snapshot,
)
from entrepot.workflows.clock import now
from entrepot.workflows.demand_past import sold_before
from entrepot.workflows.demand_settings import settings_or_default
from entrepot.workflows.valuing import companies

if TYPE_CHECKING:
    from entrepot.engines.demand import DemandPanel, Forecast

STORED_WEEKS = (1.0, 4.0, 8.0, 13.0)
STORED_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


@dataclass(frozen=True)
class CompanyForecast:
    """A company's forecast by item and place (``channel`` is the place's number), and the weekly series it rests on;
    ``as_of`` = end of the order lines."""

    company: int
    as_of: Instant
    result: Forecast
    panel: DemandPanel
    promotions: dict[int, list[float]] = field(default_factory=dict[int, list[float]])
    """Row of the result → what the users' promotions make of each coming week; they are in the result."""
    ends: dict[int, date] = field(default_factory=dict[int, date])
    """Item → the first day without sales, where that is known; it is in the result."""
    signals: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """What each signal is worth (demand_signals.stored); the kept ones are in the result."""
    regions: pl.DataFrame = field(default_factory=pl.DataFrame)
    """How each item and place divides among channels and countries (demand_regions.shares)."""
    past: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Forecasts of earlier runs as they were stored (demand_cycles.stored)."""
    doubts: list[Reason] = field(default_factory=list[Reason])
    """What could not be taken as the seller meant it."""


def forecast(*, progress: Progress = SILENT, made_at: Instant | None = None) -> list[CompanyForecast]:
    """Forecast every company that sold anything and store the run."""
    at = made_at or now()
    found = facts.assemble(snapshot.refresh(progress), facts.closings(facts.FOREVER), facts.FOREVER, facts.FOREVER)
    lines = order_lines(found)
    owners = sorted(lines["company"].unique().to_list())
    progress.begin("forecasting", len(owners))
    results = []
    for company in owners:
        mine = found.movements.filter(pl.col("company") == company)
        one = _of_company(company, lines.filter(pl.col("company") == company), mine)
        if one is not None:
            _store(one, at)
            demand_figures.store(one, at, progress)
            results.append(one)
        progress.advance()
    return results


def forecast_of(company: int, found: facts.Facts) -> CompanyForecast | None:
    """The forecast of one company from ``found``, stored nowhere; ``None`` before its first whole week of orders."""
    mine = pl.col("company") == company
    lines = order_lines(found).filter(mine)
    return None if lines.is_empty() else _of_company(company, lines, found.movements.filter(mine))


def order_lines(found: facts.Facts) -> pl.DataFrame:
    """item, quantity (returns negative), ordered_at, channel (place number as text), order, company; of sales also shop (number),
    country, and amount (what the units were sold for; null where it is not known, or is a bundle's)."""
    moves, sales = found.movements, found.sales
    places = _places()
    told = sales.select(
        pl.col("line").alias("sales_line"), "ordered_at", pl.col("shop_id").alias("shop"), "country",
        pl.col("item_id").alias("of_item"), (pl.col("amount") / pl.col("quantity")).alias("price"),
    )  # fmt: skip
    sold = (
        moves.filter(pl.col("kind") == int(Kind.SALE))
        .join(told, on="sales_line", how="left")
        .select(
            "movement", "item", "quantity", "company", pl.coalesce("ordered_at", "effective_at").alias("ordered_at"),
            pl.col("document").alias("order"), pl.col("from_cell").replace_strict(places, default=None).alias("place"),
            "shop", "country",
            pl.when(pl.col("of_item") == pl.col("item")).then(pl.col("price") * pl.col("quantity")).alias("amount"),
        )
    )  # fmt: skip
    origin = sold.select(of="movement", sold_order="order", sold_place="place")
    back = (
        moves.filter(pl.col("kind") == int(Kind.RETURN))
        .join(origin, on="of", how="left")
        .select(
            "movement", "item", -pl.col("quantity"), "company", pl.col("effective_at").alias("ordered_at"),
            pl.coalesce("sold_order", "document").alias("order"),
            pl.coalesce("sold_place", pl.col("to_cell").replace_strict(places, default=None)).alias("place"),
        )
    )  # fmt: skip
    rows = pl.concat([sold, back, _not_shipped(sales, moves), sold_before(sales, moves)], how="diagonal")
    return rows.drop_nulls("place").with_columns(channel=pl.col("place").cast(pl.String)).sort("ordered_at", "movement")


def _not_shipped(sales: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Orders that wait for their units are demand too, at the shop's place."""
    homes = dict(models.Shop.objects.values_list("pk", "location_id"))
    waiting = sales.filter((pl.col("status") == "open") & pl.col("item_id").is_not_null())
    waiting = waiting.join(moves.select(line="sales_line").drop_nulls(), on="line", how="anti")
    return waiting.select(
        pl.lit(-1, pl.Int64).alias("movement"), pl.col("item_id").alias("item"), "quantity",
        pl.col("company_id").alias("company"), "ordered_at", pl.col("document_id").alias("order"),
        pl.col("shop_id").replace_strict(homes, default=None, return_dtype=pl.Int64).alias("place"),
        pl.col("shop_id").alias("shop"), "country", pl.col("amount").cast(pl.Float64),
    )  # fmt: skip


def _places() -> dict[int, int]:
    """Cell → place."""
    return dict(models.Cell.objects.values_list("pk", "location_id")) or {-1: -1}


def _of_company(company: int, lines: pl.DataFrame, movements: pl.DataFrame) -> CompanyForecast | None:
    from entrepot.engines.demand import build_demand, fit, panel
    from entrepot.engines.demand import forecast as engine
    from entrepot.engines.demand.outside import joined, judged
    from entrepot.engines.demand.units import rescaled

    as_of, of = int(lines["ordered_at"].max()), companies()[company]  # type: ignore[arg-type]
    frame = ORDER_LINES.require(lines.select("item", "quantity", "ordered_at", "channel", "order"))
    stocked = IN_STOCK.require(in_stock.shares(movements, as_of))
    try:
        weekly = build_demand(frame, zone=of.zone, as_of=as_of, in_stock=stocked)
    except ValueError:
        return None  # not one whole week of orders yet
    settings, doubts = settings_or_default(Path(django_settings.HOME))
    series = rescaled(course.inherited(company, panel(weekly, ("item", "channel"))), _packs())
    past = demand_cycles.stored(company)
    model = fit(series, events=settings.events, stored=past)
    result = engine(series, model=model, keys=course.awaited(company, series))
    for one in settings.models:
        result = joined(result, one, judged(series, one, model=model))
    signals = demand_signals.paths(company, of.zone, series, lines)
    result = course.counted(company, result if signals is None else result.signalled(signals))
    promotions = promote.known(company, result)
    regions = demand_regions.shares(lines, series.keys, weekly.last_week, of.zone)
    return CompanyForecast(
        company, as_of, promote.counted(result, promotions), series, promotions, course.ends(company),
        demand_signals.stored(signals), regions, past, doubts,
    )  # fmt: skip


def _packs() -> dict[str | int, list[int]]:
    """Item → units in each of its packs, to tell a change of unit by."""
    packs: dict[str | int, list[int]] = {}
    for item, units in models.Packaging.objects.filter(units__gt=1).values_list("item_id", "units").distinct():
        packs.setdefault(item, []).append(units)
    return packs


def _store(one: CompanyForecast, made_at: Instant) -> None:
    """One row per item and place, with quantiles for some lead times."""
    import numpy as np

    from entrepot.engines.demand import LeadTime

    frame = one.result.frame.filter(pl.col("weekly_mean").is_not_null())
    codes = dict(models.Location.objects.values_list("pk", "code"))
    spreads = [one.result.quantiles(LeadTime.fixed(weeks), STORED_LEVELS) for weeks in STORED_WEEKS]
    means = [one.result.state.over(np.full(len(one.result), weeks)) for weeks in STORED_WEEKS]
    known = one.result.frame["weekly_mean"].is_not_null().to_numpy()
    rows = []
    for place, row in zip(known.nonzero()[0], frame.iter_rows(named=True), strict=True):
        quantiles = {
            f"{weeks:g}": {f"{level:g}": int(units) for level, units in zip(STORED_LEVELS, spread[place], strict=True)}
            | {"mean": round(float(mean[place]), 2)}
            for weeks, spread, mean in zip(STORED_WEEKS, spreads, means, strict=True)
        }
        rows.append(
            models.ForecastFigure(
                run=str(made_at), item_id=row["item"], location=codes[int(row["channel"])], made_at=made_at,
                weekly_milli=round(row["weekly_mean"] * 1000), quantiles=quantiles, flags=row["flags"],
            )
        )  # fmt: skip
    with transaction.atomic():
        bulk.writer_lock()
        models.ForecastFigure.objects.bulk_create(rows, batch_size=2_000)
