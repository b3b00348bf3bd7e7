"""The closed loop: what an old plan expected beside what came, and what a month's figures are made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from entrepot.books import models
from entrepot.books.access import system_viewer
from entrepot.books.selectors.plan import detail
from entrepot.books.selectors.plan_shapes import ScoreRow
from entrepot.books.selectors.scorecard import by_market, outcome, scorecard
from entrepot.workflows import plan_acts
from entrepot.workflows.plan import plan
from entrepot.workflows.revalue import revalue
from entrepot.workflows.scorecard import scorecard as score
from tests.workflows.plan_books import AT, books, doc, post

pytestmark = pytest.mark.django_db


def test_a_week_that_is_still_running_counts_on_neither_side() -> None:
    """Eleven units in the plan's first week, fifty in the second, which is not over: one week is compared, with its stock."""
    run = plan(books())[0].run
    on = models.PlanRun.objects.get(pk=run).on
    row = models.PlanLine.objects.filter(run=run, item__sku="FAST").order_by("-saving").first()
    assert row is not None
    before = sum(
        models.Balance.objects.filter(item__sku="FAST", cell__location__code="LA").values_list("on_hand", flat=True)
    )
    post(
        *(
            doc("sales_order", f"LATER-{days}", on + timedelta(days=days), shop="WEB", currency="USD",
                cell={"location": "LA"}, lines=[{"sku": "FAST", "quantity": units, "amount": units * 2500}])
            for days, units in ((2, 11), (6, 1), (8, 50))
        ),
        at=5 * AT,
    )  # fmt: skip
    revalue()
    told = {(one.sku, one.kind): one for one in outcome(system_viewer("US"), str(run))}["FAST", row.kind]
    assert told.sold == 12
    assert told.expected_sold == pytest.approx(detail(row)["weeks"][0][7])
    assert told.stock == before - 12


def test_taken_advice_is_worth_the_margin_of_its_units_that_were_sold() -> None:
    """Forty units that a plan loaded come in, thirty of them are sold after all that was there: the margin of thirty."""
    run = plan(books())[0].run
    on = models.PlanRun.objects.get(pk=run).on
    line = models.PlanLine.objects.get(run=run, kind="ship", item__sku="FAST")
    plan_acts.approve(system_viewer("US"), [line.pk])
    came = on + timedelta(days=7)
    moves = models.Movement.objects.filter(item__sku="FAST", replacement__isnull=True)
    ends = (("to_cell", 1), ("from_cell", -1))
    stock = sum(
        sign * units
        for end, sign in ends
        for units in moves.filter(**{f"{end}__location__code": "LA", f"{end}__transit": ""}).values_list(
            "quantity", flat=True
        )
    )
    post(
        doc("shipment", "ADVISED", on, company="US", origin={"location": "CN"}, destination="LA", mode="air",
            lines=[{"sku": "FAST", "quantity": 40}]),
        doc("receipt", "IN-ADVISED", came, company="US", location="LA", shipment={"type": "shipment", "id": "ADVISED"},
            lines=[{"sku": "FAST", "quantity": 40}]),
        doc("sales_order", "ALL", came + timedelta(days=2), shop="WEB", currency="USD", cell={"location": "LA"},
            lines=[{"sku": "FAST", "quantity": stock + 30, "amount": (stock + 30) * 2500}]),
        at=7 * AT,
    )  # fmt: skip
    revalue()
    score(months=3)
    told = next(row for row in scorecard(system_viewer("US")) if row.taken)
    assert told.taken_effect is not None
    assert 30 * 1000 < told.taken_effect < 30 * 2500
    assert told.turnover_days is None or told.turnover_days >= 0


def test_a_market_is_all_of_its_places() -> None:
    """Stock and profit add up; the return is that of all the stock, not the mean of the places' returns."""
    base = ScoreRow(date(2026, 5, 1), "LA", "", "US", None, None, None, 0, 0, 0, None, 1000, 50, 600, None, None)
    rows = [
        base,
        replace(base, place="NY", stock_value=3000, profit=50, return_on_stock=200),
        replace(base, market="DE"),
    ]
    us, de = by_market(rows)
    assert (us.market, us.stock_value, us.profit, us.return_on_stock) == ("US", 4000, 100, 300)
    assert de.return_on_stock == 600
