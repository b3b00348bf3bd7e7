"""FX of the books: due weeks, price apart from rate, realised apart from not realised, forward or spot at own rates."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from entrepot.books import models
from entrepot.books.access import system_viewer
from entrepot.books.selectors import variance as reads
from entrepot.books.selectors.reconciliation import losses
from entrepot.workflows.exchange import Exchange, exchange, of_viewer
from tests.workflows.ledger import doc, masters, post, receipt, sale
from tests.workflows.test_exposure import order, paid

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def rate(on: str, thousandths: int) -> Any:
    """USD for one CNY."""
    return doc("fx_rate", f"FX-{on}", on, base="CNY", quote="USD", numerator=thousandths, denominator=1000, date=on)


def told(**more: Any) -> Exchange:
    """One order of 700.00 CNY at 0.140, a deposit at its own rate, goods at 0.150, the rest half paid, closing at 0.160."""
    came = doc("receipt", "R-1", "2026-03-01", location="LA", order={"type": "purchase_order", "id": "PO-1"},
               lines=[{"sku": "A", "quantity": 100}])  # fmt: skip
    post(
        *masters(), rate("2026-01-05", 140), rate("2026-03-01", 150), rate("2026-04-01", 160),
        order("PO-1", "2026-02-01", 700, due="2026-04-20"), paid("PAY-1", "2026-02-05", 21_000, "PO-1"), came,
        paid("PAY-2", "2026-03-20", 28_000, "PO-1"), order("PO-2", "2026-03-25", 300, due="2026-04-28"),
    )  # fmt: skip
    return exchange(models.Company.objects.get(code="US"), date(2026, 4, 10), **more)


def test_price_and_rate_and_what_is_settled_stand_apart() -> None:
    """Ordered + price + rate is the goods' cost; realised and not realised are on the debt after receipt."""
    (row,) = told().differences
    first = 21_000 // 7  # what left the bank for the deposit
    second = 28_000 // 7
    assert (row.ordered, row.price) == (9_800, 0)
    assert row.goods_cost == first + 49_000 * 15 // 100 == row.ordered + row.rate
    assert row.realised == second - 28_000 * 15 // 100
    assert (row.owed, row.unrealised) == (21_000, 21_000 // 100)


def test_exposure_by_due_week() -> None:
    """The rest of both orders in the weeks in which they fall due."""
    rows = told().exposure.rows
    assert [(row.first, row.amount) for row in rows] == [(date(2026, 4, 17), 21_000), (date(2026, 4, 24), 30_000)]


def test_forward_or_spot_at_the_rates_that_were_said() -> None:
    """Stored interest rates are used, typed ones go before them; without any it says which are missing."""
    post(doc("signal", "I-1", "2026-01-01", name="interest_rate", subject="USD", numerator=5, denominator=100))
    found = told(rates={"CNY": Fraction(3, 100)}, offered={"CNY": Fraction(161, 1000)})
    (hedge,) = found.hedges
    assert (hedge.amount, hedge.home_rate, hedge.needs) == (51_000, Fraction(5, 100), ())
    assert hedge.choice is not None
    assert hedge.choice.forward == 51_000 * 161 // 1000
    assert hedge.choice.bank_margin == hedge.choice.forward - hedge.choice.parity
    (bare,) = exchange(models.Company.objects.get(code="US"), date(2026, 4, 10)).hedges
    assert (bare.choice, bare.needs) == (None, ("CNY",))


def test_cash_to_cash_counts_stock_payouts_and_debts() -> None:
    """Days of stock + days until the shop pays − days that suppliers wait, by the pace of three months."""
    signal = doc("signal", "P-1", "2026-01-01", name="payout_days", shop="WEB", numerator=9)
    post(*masters(), signal, receipt("R-1", "2026-01-10", 100, 900), sale("S-1", "2026-03-20", 10, amount=90_000))
    cycle = exchange(models.Company.objects.get(code="US"), date(2026, 4, 10)).cycle
    assert cycle is not None
    assert (cycle.inventory, cycle.receivables, cycle.payables) == (810, 9, 0)


def test_a_loss_and_what_an_insurer_paid_for_it() -> None:
    """Landed cost of the units, less what was aimed at their loss; the remainder is the month's expense."""
    post(
        *masters(), receipt("R-1", "2026-01-10", 100, 900),
        doc("stock_use", "U-1", "2026-02-10", purpose="write_off", cell={"location": "LA"}, reason="fire",
            lines=[{"sku": "A", "quantity": 10}]),
        doc("reimbursement", "RE-1", "2026-04-01", company="US", currency="USD", amount=4_000,
            loss={"type": "stock_use", "id": "U-1"}),
    )  # fmt: skip
    (row,) = losses(system_viewer()).rows
    assert (row.month, row.units, row.landed, row.repaid, row.disposal, row.loss) == (
        "2026-02",
        10,
        9_000,
        -4_000,
        0,
        5_000,
    )


def test_who_may_not_see_cost_gets_none_of_it() -> None:
    """Refused, not emptied."""
    from dataclasses import replace

    from entrepot.core.errors import ProblemError

    viewer = replace(system_viewer(), role="warehouse")
    for ask in (
        lambda: reads.variances(viewer, reads.VarianceWish()),
        lambda: reads.unbilled(viewer),
        lambda: losses(viewer),
        lambda: of_viewer(viewer, date(2026, 4, 10), Fraction(1, 20), {}, {}),
    ):
        with pytest.raises(ProblemError):
            ask()
