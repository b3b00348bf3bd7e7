"""The closed loop: what an old plan expected beside what came, and what a month's figures are made of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.books import models
from entrepot.books.access import system_viewer
from entrepot.books.selectors.plan import detail
from entrepot.books.selectors.scorecard import outcome
from entrepot.workflows.plan import plan
from entrepot.workflows.revalue import revalue
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
