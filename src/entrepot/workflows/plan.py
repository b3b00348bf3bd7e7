"""Today's decisions: what to order and what to sell down, from the forecast, the stock and the true costs.

A new plan takes the place of the open proposals of the one before; what was approved, snoozed or dismissed stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import transaction

from entrepot.books import bulk, models
from entrepot.core.calendar import Instant, local_date
from entrepot.core.components import SERVICE
from entrepot.core.frames.replenishment import INBOUND, POSITIONS
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.clock import now
from entrepot.workflows.forecast import CompanyForecast, forecast
from entrepot.workflows.positions import inbound, positions

if TYPE_CHECKING:
    from entrepot.engines.replenish import Plan

EXCESS_SHOWN = 200
ASSUMED_TEXT = {
    "lead_weeks": "lead time", "review_weeks": "weeks between orders", "unit_margin": "margin a unit",
    "unit_cost": "landed cost a unit", "storage_week": "storage fee", "capital_rate": "cost of capital",
    "end_of_life_rate": "risk that the item stops selling", "order_cost": "cost of an order", "on_hand": "stock",
    "carton": "carton size", "moq": "minimum order",
}  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """What a run proposed for one company."""

    company: str
    orders: int
    excess: int
    unplanned: int
    effect: int
    cash: int
    currency: str


def plan(
    forecasts: list[CompanyForecast] | None = None, *, progress: Progress = SILENT, made_at: Instant | None = None
) -> list[Planned]:
    """Plan every company on the day after its last order; forecasts are made where none are handed in."""
    at = made_at or now()
    found = forecast(progress=progress, made_at=at) if forecasts is None else forecasts
    progress.begin("planning", len(found))
    done = []
    for one in found:
        company = models.Company.objects.get(pk=one.company)
        on = local_date(one.as_of, company.zone) + timedelta(days=1)
        result, stock_assumed = propose_for(company, one, on)
        with transaction.atomic():
            bulk.writer_lock()
            done.append(_store(company, result, stock_assumed, at))
        progress.advance()
    return done


def propose_for(company: models.Company, one: CompanyForecast, on: date) -> tuple[Plan, set[tuple[int, int]]]:
    """The engine's plan for a company, and the (item, place) pairs whose stock had to be assumed."""
    from entrepot.engines.demand import LEVELS
    from entrepot.engines.replenish import fill_assumptions, propose, with_order_cycle

    services = list(models.Item.objects.filter(category=SERVICE).values_list("pk", flat=True))
    keys = one.result.frame.select("item", location=pl.col("channel").cast(pl.Int64))
    keys = keys.filter(~pl.col("item").is_in(services))
    rows = fill_assumptions(positions(company, keys, on)).with_columns(channel=pl.col("location").cast(pl.String))
    rows = with_order_cycle(one.result.lead_demand(rows, name="demand_lead"))
    rows = one.result.lead_demand(rows, plus="review_weeks", name="demand_cover")
    rows = one.result.lead_demand(rows, plus="cycle_weeks", name="demand_cycle")
    assumed = {
        (item, place) for item, place, yes in rows.select("item", "location", "stock_assumed").iter_rows() if yes
    }
    result = propose(
        POSITIONS.require(rows.drop("channel", "stock_assumed")), on=on, levels=LEVELS, currency=company.currency,
        inbound=INBOUND.require(inbound(company, on)),
    )  # fmt: skip
    return result, assumed


def _store(company: models.Company, result: Plan, stock_assumed: set[tuple[int, int]], at: Instant) -> Planned:
    open_rows = models.Decision.objects.filter(company=company, state=models.Decision.OPEN)
    open_rows.filter(kind__in=("order", "excess", "still")).update(state=models.Decision.SUPERSEDED)
    answered = _answered(company, result.on)
    codes = dict(models.Location.objects.values_list("pk", "code"))
    suppliers = dict(models.Item.objects.values_list("pk", "supplier"))
    rows: list[models.Decision] = []
    for frame, kind in ((result.orders, "order"), (result.excess.head(EXCESS_SHOWN), "excess")):
        for row in frame.iter_rows(named=True):
            place = codes[row["location"]]
            if (kind, row["item"], place) not in answered:
                supplier = suppliers.get(row["item"], "") if kind == "order" else ""
                entry = _decision(company, result, row, kind, place, supplier, at)
                if (row["item"], row["location"]) in stock_assumed:
                    entry.assumed.append(_assumed("on_hand"))
                rows.append(entry)
    models.Decision.objects.bulk_create(rows, batch_size=1_000)
    orders = [row for row in rows if row.kind == "order"]
    return Planned(
        company.code, len(orders), len(rows) - len(orders), len(result.unplanned),
        sum(row.effect or 0 for row in orders), sum(row.cash or 0 for row in orders), company.currency,
    )  # fmt: skip


def _answered(company: models.Company, on: date) -> set[tuple[str, int | None, str]]:
    """Proposals that a person put off: they come back on their day, not before."""
    rows = models.Decision.objects.filter(company=company, state=models.Decision.SNOOZED, snoozed_until__gt=on)
    return set(rows.values_list("kind", "item_id", "location"))


def _decision(
    company: models.Company, result: Plan, row: dict[str, Any], kind: str, place: str, supplier: str, at: Instant
) -> models.Decision:
    order = kind == "order"
    reasons = [
        {"code": reason.code, "text": reason.text, "parameters": _plain(reason.parameters)}
        for reason in result.explain(row["item"], row["location"])
    ]
    cover = row["cover_weeks"]
    if reasons and cover is not None:
        reasons[0]["parameters"].setdefault("cover_days", round(cover * 7))
    return models.Decision(
        run=str(at), kind=kind, company=company, item_id=row["item"], location=place, supplier=supplier,
        quantity=int(row["quantity"] if order else row["excess_units"]),
        deadline=row["order_by"] if order else None,
        effect=_whole(row["benefit"] if order else row["excess_month"]),
        cash=_whole(row["cash"] if order else row["excess_cash"]), currency=company.currency, reasons=reasons,
        assumed=[_assumed(name) for name in row["assumed"]], made_at=at,
    )  # fmt: skip


def _assumed(name: str) -> dict[str, Any]:
    return {
        "code": f"assumed_{name}",
        "text": ASSUMED_TEXT.get(name, name.replace("_", " ")),
        "parameters": {"input": name},
    }


def _plain(parameters: Any) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in dict(parameters).items()}


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
