"""Budget beside actual: the effects are those of a worked flexible budget, and sum to the difference to the cent."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.books import models
from entrepot.workflows.budget import FAMILIES, BudgetRow, budget
from tests.workflows.ledger import assert_proven, bill, doc, masters, post, receipt, sale

pytestmark = [pytest.mark.django_db]


def line(family: str, units: int, amount: int, market: str | None = None) -> dict[str, Any]:
    return {"market": market, "family": family, "units": units, "amount": amount}


def planned(*lines: dict[str, Any], currency: str = "USD", **rate: int) -> Any:
    body = {"company": "US", "month": "2026-01-01", "currency": currency, "lines": list(lines), **rate}
    return doc("budget", "BUD", "2025-12-15", **body)


def happened() -> None:
    """100 units at 3.00, duty 0.45 a unit; 40 sold to the US at 10.00, 10 to Germany at 12.00."""
    post(
        *masters(),
        receipt("R", "2026-01-05", 100, 300),
        bill("D", "2026-01-06", "duty", 4_500, ("receipt", "R")),
        sale("S1", "2026-01-10", 40, amount=40_000, country="US"),
        sale("S2", "2026-01-12", 10, amount=12_000, country="DE"),
    )


def rows() -> dict[tuple[str, str], BudgetRow]:
    return {(row.market, row.family): row for row in budget("US", "2026-01")}


def test_quantity_price_and_duty_rate_are_told_apart() -> None:
    """Planned for the US: 50 units at 9.00, goods at 2.50, duty 10 % of goods. 40 were sold: quantity −10 × plan; prices rose by
    1.00 and 0.50 a unit; duty was 15 % of goods instead of 10 %."""
    happened()
    post(
        planned(line("sales", 50, 45_000, "US"), line("purchase", 50, 12_500, "US"), line("duty_tax", 50, 1_250, "US"))
    )

    found = rows()

    sales, goods, duty = (found["US", family] for family in ("sales", "purchase", "duty_tax"))
    assert (sales.actual, sales.quantity, sales.price, sales.rate, sales.exchange) == (40_000, -9_000, 4_000, 0, 0)
    assert (goods.actual, goods.quantity, goods.price) == (12_000, -2_500, 2_000)
    # 10 % of the goods as bought is 12.00; planned for 40 units were 10.00; 18.00 came.
    assert (duty.actual, duty.quantity, duty.price, duty.rate) == (1_800, -250, 200, 600)
    assert found["DE", "sales"].planned is None
    assert found["DE", "sales"].actual == 12_000


def test_all_markets_together_take_those_without_a_budget_of_their_own() -> None:
    happened()
    post(planned(line("sales", 50, 45_000, "US"), line("sales", 10, 10_000)))

    found = rows()

    assert found["US", "sales"].actual == 40_000
    assert (found["", "sales"].actual, found["", "sales"].units) == (12_000, 10)
    assert ("DE", "sales") not in found


def test_another_exchange_rate_is_no_dearer_price() -> None:
    """Planned in EUR at 1.10; the euro stood at 1.20 all month: 1/12 of what came is exchange."""
    happened()
    post(
        doc("fx_rate", "EURUSD", "2026-01-01", base="EUR", quote="USD", numerator=6, denominator=5, date="2026-01-01"),
        planned(line("sales", 10, 10_000, "DE"), currency="EUR", numerator=11, denominator=10),
    )

    row = rows()["DE", "sales"]

    assert (row.planned, row.actual, row.exchange, row.quantity, row.price) == (11_000, 12_000, 1_000, 0, 0)


def test_a_later_version_takes_the_place_of_the_budget_and_the_checker_agrees() -> None:
    happened()
    post(planned(line("sales", 50, 45_000, "US"), line("purchase", 50, 10_000, "US")))
    post(planned(line("sales", 50, 50_000, "US")), at=2 * 86_400_000_000)

    found = rows()

    assert found["US", "sales"].planned == 50_000
    assert found["US", "purchase"].planned is None
    assert models.BudgetLine.objects.count() == 3
    assert_proven()


@given(
    amounts=st.lists(st.integers(-(10**9), 10**9), min_size=8, max_size=8),
    units=st.integers(0, 10**6), rate=st.fractions(min_value=Fraction(1, 100), max_value=100, max_denominator=1000),
)  # fmt: skip
@pytest.mark.usefixtures("worked")
def test_the_effects_always_sum_to_the_difference(amounts: list[int], units: int, rate: Any) -> None:
    from entrepot.workflows import budget as module

    lines = {
        ("US", family): models.BudgetLine(
            market="US", family=family, units=units, amount=amount, currency="EUR", numerator=rate.numerator,
            denominator=rate.denominator,
        )
        for family, amount in zip(FAMILIES, amounts, strict=True)
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_planned", lambda _company, _month: lines)
        for row in budget("US", "2026-01"):
            assert row.quantity + row.price + row.rate + row.exchange == row.difference


@pytest.fixture
def worked() -> None:
    happened()
    post(doc("fx_rate", "EURUSD", "2026-01-01", base="EUR", quote="USD", numerator=6, denominator=5, date="2026-01-01"))
