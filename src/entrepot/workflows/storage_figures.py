"""The storage forecast of every company, kept until stock, forecast or confirmed rates change, so that a page need not wait."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from entrepot.books import models
from entrepot.core.calendar import Instant, local_date
from entrepot.core.progress import SILENT, Progress
from entrepot.rules.platform_fees import FeeBook, platform_fees
from entrepot.workflows.clock import now
from entrepot.workflows.storage_forecast import LotFees, StorageForecast, storage_forecast

DAYS = 180
"""How far ahead is kept."""
FRESH = timedelta(days=7)
"""A kept forecast is reckoned anew after so long even where nothing changed: lots grow older."""
CONFIRMED = "confirmed_fees.txt"


@dataclass(frozen=True, slots=True)
class StorageKept:
    """What a run kept of one company."""

    company: str
    lots: int


def fees(home: Path) -> FeeBook:
    """The platforms' fee tables, with the unverified rates that the seller has confirmed by their ids, one a line, in
    ``rules/confirmed_fees.txt`` of his home."""
    path = home / "rules" / CONFIRMED
    if not path.exists():
        return platform_fees()
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8-sig").splitlines())
    return platform_fees().confirming(*(line for line in lines if line))


def state_of(book: FeeBook) -> str:
    """What a forecast was reckoned from: the last valuation, the last forecast run, the confirmed rates."""
    valued = models.ItemState.objects.aggregate(last=Max("valued_at"))["last"]
    run = models.ForecastFigure.objects.aggregate(last=Max("made_at"))["last"]
    return hashlib.sha256(repr((valued, run, sorted(book.confirmed))).encode()).hexdigest()


def storage_figures(
    *, progress: Progress = SILENT, at: Instant | None = None, home: Path | None = None
) -> list[StorageKept]:
    """Forecast all platform stock anew and keep it."""
    moment = now() if at is None else at
    book = fees(home or settings.HOME)
    found: list[StorageKept] = []
    companies = list(models.Company.objects.order_by("code"))
    progress.begin("storage ahead", len(companies))
    for company in companies:
        told = storage_forecast(company, local_date(moment, company.zone), DAYS, book=book)
        keep(company, told, state_of(book))
        found.append(StorageKept(company.code, len(told.lots)))
        progress.advance()
    return found


def keep(company: models.Company, told: StorageForecast, state: str) -> None:
    """``told`` in the place of what was kept of the company before."""
    skus = {lot.sku for lot in told.lots} | set(told.ageless)
    items = {sku: pk for pk, sku in models.Item.objects.values_list("pk", "sku") if sku in skus}
    rows = [
        models.StorageFigure(
            company=company, item_id=items[lot.sku], marketplace=lot.marketplace, lot=lot.lot, received=lot.received,
            units=lot.units, currency=lot.currency, amount=lot.amount, surcharge=lot.surcharge,
            left_milli=round(lot.left * 1000), on=told.on, until=lot.until, needs=list(lot.needs),
            lines=list(lot.lines), state=state,
        )
        for lot in told.lots
    ] + [
        models.StorageFigure(
            company=company, item_id=items[sku], lot="", received=told.on, units=units, left_milli=units * 1000,
            on=told.on, until=told.on, state=state,
        )
        for sku, units in told.ageless.items()
    ]  # fmt: skip
    with transaction.atomic():
        models.StorageFigure.objects.filter(company=company).delete()
        models.StorageFigure.objects.bulk_create(rows, batch_size=500)


def kept(company: models.Company, on: date, state: str) -> StorageForecast | None:
    """The forecast that was kept, if it still holds on a day."""
    rows = list(
        models.StorageFigure.objects.filter(company=company, state=state, on__lte=on, on__gt=on - FRESH)
        .order_by("pk")
        .values_list(
            "item__sku", "marketplace", "lot", "received", "units", "currency", "amount", "left_milli", "until",
            "surcharge", "needs", "lines", "on",
        )
    )  # fmt: skip
    if not rows:
        return None
    lots = tuple(
        LotFees(
            sku, place, lot, received, units, currency, amount, Fraction(left, 1000), until, surcharge, tuple(needs),
            told=tuple(lines),
        )
        for sku, place, lot, received, units, currency, amount, left, until, surcharge, needs, lines, _ in rows if lot
    )  # fmt: skip
    return StorageForecast(rows[0][12], lots, {row[0]: row[4] for row in rows if not row[2]})
