"""Storage fees forecast from the books: lots by latest arrival, the forecast's pace, what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from entrepot.books import models
from entrepot.core.calendar import to_instant
from entrepot.core.documents import parse
from entrepot.workflows.storage_figures import fees, keep, kept, state_of, storage_figures
from entrepot.workflows.storage_forecast import storage_forecast
from tests.workflows.ledger import doc, post, receipt, sale

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ON = date(2026, 3, 1)


def books() -> None:
    """A company with a place at the platform and two items, one of them measured."""
    unit = {"level": "unit", "units": 1, "weight_g": 800, "length_mm": 305, "width_mm": 305, "height_mm": 152}
    post(
        doc("company", "US", "2025-01-01", currency="USD", method="fifo", name="US"),
        doc("location", "LA", "2025-01-01"),
        parse(
            {"type": "location", "id": "FBA", "effective_at": "2025-01-01T12:00:00Z", "kind": "fba", "country": "US"}
        ),
        doc("shop", "WEB", "2025-01-01", company="US", currency="USD", location="FBA"),
        doc("item", "A", "2025-01-01", packaging=[unit]),
        doc("item", "B", "2025-01-01"),
        receipt("R1", "2025-08-01", 300, 100),
        receipt("R2", "2025-08-02", 50, 100, sku="B"),
        moved("T1", "2025-08-20", 100),
        moved("T2", "2026-02-01", 60),
        moved("T3", "2026-02-02", 20, sku="B"),
        sale("S1", "2026-02-10", 110, place="FBA"),
    )


def moved(number: str, on: str, quantity: int, sku: str = "A") -> Any:
    """A transfer to the platform."""
    return doc(
        "transfer", number, on, origin={"location": "LA"}, destination={"location": "FBA"},
        lines=[{"sku": sku, "quantity": quantity}],
    )  # fmt: skip


def forecast(sku: str, weekly: int) -> None:
    """A forecast of so many units a week at the platform."""
    item = models.Item.objects.get(sku=sku)
    models.ForecastFigure.objects.create(
        run="r", item=item, location="FBA", made_at=1, weekly_milli=weekly * 1000, quantiles={}
    )


def test_the_stock_is_the_latest_arrivals() -> None:
    """160 came in two lots, 110 were sold: the 50 on hand are of the later one, whatever the first in first out of costs."""
    books()
    forecast("A", 7)
    told = storage_forecast(models.Company.objects.get(code="US"), ON, days=60)
    row = told.lots[0]
    assert (row.sku, row.lot, row.units, row.left) == ("A", "T2 2026-02-01", 50, 0)
    # 50 units fall by one a day to none: 34.5 on average in March, 19 days of 9.5 in April.
    feet = 305 * 305 * 152 / 28_316_846.592
    assert row.amount == round(34.5 * feet * 78) + round((19 * 9.5 / 30) * feet * 78)
    assert told.ageless == {}


def test_what_is_not_known_is_asked_for() -> None:
    """An item that is not measured and has no forecast: both are named, and there is no amount."""
    books()
    forecast("A", 7)
    row = storage_forecast(models.Company.objects.get(code="US"), ON, days=31).lots[-1]
    assert (row.sku, row.amount) == ("B", None)
    assert row.needs[0] == "a forecast of B"
    assert "packed weight of B" in row.needs


def test_old_stock_pays_by_age_and_an_arrival_after_the_day_is_not_there() -> None:
    """Without the later transfer the stock is of August: a surcharge by age; on that earlier day only."""
    books()
    forecast("A", 0)
    us = models.Company.objects.get(code="US")
    early = storage_forecast(us, date(2026, 1, 31), days=30)
    row = next(x for x in early.lots if x.sku == "A")
    assert row.received == date(2025, 8, 20)
    assert not any("Age surcharge" in line for line in row.lines)  # 179 days on 15 February
    late = storage_forecast(us, date(2026, 1, 31), days=60)
    assert any("Age surcharge 2026-03-15, 207 days" in line for x in late.lots if x.sku == "A" for line in x.lines)


def test_what_the_day_kept_is_shown_until_something_changes(tmp_path: Path) -> None:
    """The kept forecast tells the same lots and lines; a newer forecast run, a confirmed rate or a week ends it."""
    books()
    forecast("A", 7)
    at = to_instant(datetime(2026, 3, 1, 12, tzinfo=UTC))
    (run,) = storage_figures(at=at, home=tmp_path)
    assert (run.company, run.lots) == ("US", 2)
    company, book = models.Company.objects.get(code="US"), fees(tmp_path)
    live = storage_forecast(company, ON, 180)
    told = kept(company, ON, state_of(book))
    assert told is not None
    assert [(x.sku, x.lot, x.amount, x.surcharge, x.left, x.needs) for x in told.lots] == [
        (x.sku, x.lot, x.amount, x.surcharge, x.left, x.needs) for x in live.lots
    ]
    assert [x.lines for x in told.lots] == [x.lines for x in live.lots]
    assert kept(company, date(2026, 3, 7), state_of(book)) is not None
    assert kept(company, date(2026, 3, 8), state_of(book)) is None
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "confirmed_fees.txt").write_text("US/some/rate  # as told on the phone\n")
    assert fees(tmp_path).confirmed == {"US/some/rate"}
    assert kept(company, ON, state_of(fees(tmp_path))) is None
    models.ForecastFigure.objects.update(made_at=2)
    assert kept(company, ON, state_of(book)) is None


def test_a_run_takes_the_place_of_the_one_before() -> None:
    """Two runs leave one forecast; stock without a known arrival is kept as such."""
    books()
    forecast("A", 7)
    company = models.Company.objects.get(code="US")
    told = replace(storage_forecast(company, ON, 180), ageless={"B": 3})
    for _ in range(2):
        keep(company, told, "x")
    again = kept(company, ON, "x")
    assert again is not None
    assert (len(again.lots), again.ageless) == (len(told.lots), {"B": 3})
