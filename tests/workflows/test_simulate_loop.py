"""The twin's loop with the books: the year that was, replayed as it happened, costs what the books charged."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from entrepot.books import models
from entrepot.engines import capital, storage
from entrepot.engines.storage import Lot, Unit, forecast_fees, monthly
from entrepot.engines.twin import (
    Goods,
    Mode,
    Opening,
    Operation,
    Rates,
    Tariff,
    platform_price,
    run,
    storage_factors,
    tariff,
)
from entrepot.rules.platform_fees import platform_fees
from entrepot.workflows.simulate import run_wish
from entrepot.workflows.simulate_read import read_books
from entrepot.workflows.simulate_wish import read_wish
from tests.workflows.plan_books import START, WEEKS, books, doc


def storage_bills() -> list[Any]:
    """Four weeks of the warehouse, a hundred dollars each."""
    out: list[Any] = []
    for n in range(0, WEEKS - 3, 4):
        first = START + timedelta(weeks=n)
        last = first + timedelta(days=27)
        out.append(
            doc("cost_bill", f"ST-{n}", last, company="US", supplier="3PL", currency="USD",
                lines=[{"component": "storage", "amount": 10_000, "basis": "quantity",
                        "targets": [{"kind": "place", "location": "LA", "period_from": f"{first}", "period_to": f"{last}"}]}])
        )  # fmt: skip
    return out


@pytest.mark.django_db
def test_the_past_as_it_happened_costs_what_the_books_charged() -> None:
    """Units, goods, first leg and storage of a replay of what was really ordered agree with the books within five per cent (some
    units are sold in the books before they came in), interest within a fifth (the books count it from each payment to each
    payout, the twin from the order by weeks)."""
    books(*storage_bills(), last_order=34)
    company = models.Company.objects.get(code="US")
    found = read_books(company, "v")
    answer = run_wish(found, read_wish(found.on, ways=["happened"], mode="past"))
    twin, booked = answer["ways"][0]["calm"], answer["booked"]
    assert booked["storage"] > 50_000
    assert booked["first_leg"] > 50_000
    assert sum(twin["by_item"]["met"]) == pytest.approx(answer["booked_units"], rel=0.05)
    for family in ("purchase", "first_leg", "duty_tax", "storage"):
        assert twin["families"][family] == pytest.approx(booked[family], rel=0.05, abs=100), family
    assert twin["families"]["capital"] == pytest.approx(booked["capital"], rel=0.2)
    assert booked["unsalable"] == booked["selling"] == 0
    sold = twin["families"]["unsalable"] - twin["decided"]["end_of_life"]
    assert (sold, twin["families"]["selling"]) == (pytest.approx(0), pytest.approx(0))


def test_the_twin_prices_with_the_functions_of_the_books() -> None:
    """Not copies of them: the very functions with which the quote, the fee forecast and the ledger's interest are made."""
    assert tariff.monthly_amount is monthly.monthly_amount is storage.monthly_amount
    assert tariff.aged_amount is monthly.aged_amount
    assert tariff.age_row is storage.age_row
    assert tariff.accrued is capital.accrued


def test_a_lot_that_lies_costs_the_twin_what_the_fee_forecast_says() -> None:
    """Ninety units lie in the platform's warehouse from their 26th to their 34th week: monthly rates and age surcharges of the
    twin are those of the storage engine's forecast of the lot, weeks against months within two per cent."""
    unit, start, weeks, book = Unit("BOWL", 800, 305, 305, 152), date(2026, 3, 2), 8, platform_fees()
    told = forecast_fees(unit, [Lot("L1", 90, start - timedelta(weeks=26))], [0] * (7 * weeks), start, "US", book)
    price = platform_price(book, "US")
    usual = np.mean([price(start - timedelta(weeks=n + 1), 0) for n in range(26)])
    one = np.ones(1)
    rates = Tariff(
        np.zeros((1, 1)), 0 * one, one * float(unit.cubic_feet or 0) * usual, 0 * one, np.zeros(1, np.int64),
        storage_factors(price, start, weeks, 60, start)[None], np.zeros(weeks),
    )  # fmt: skip
    goods = Goods(one, one, 0 * one, one, one, np.ones(1, np.int64), np.ones(1, np.int64))
    opening = Opening(np.array([90]), np.zeros((1, 1), np.int64), np.array([[90]]), np.array([25]))
    outcome = run(
        Operation(goods, (Mode("", (1,), (1.0,)),), Rates(), rates), np.zeros((1, weeks), np.int64), opening,
        lambda _: np.zeros((1, 1), np.int64),
    )  # fmt: skip
    assert told.amount("L1") == pytest.approx(outcome.parts["storage"][0], rel=0.02)


def test_interest_of_a_week_is_the_ledgers() -> None:
    """A rate that changes within the weeks is charged day by day as the books do."""
    rates = [capital.CapitalRate(Fraction(1, 10)), capital.CapitalRate(Fraction(2, 10), date(2026, 1, 8))]
    weeks = tariff.interest(rates, date(2026, 1, 5), 3)
    whole = capital.accrued(rates, date(2026, 1, 5), date(2026, 1, 26))
    assert float(whole) == pytest.approx(weeks.sum())
    assert weeks[0] < weeks[1] == pytest.approx(weeks[2])
