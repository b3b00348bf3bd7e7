"""Unmet demand from signals to the ranked list: counts a month, the shop's own rate, money, and who may see what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from entrepot.books import intake, models
from entrepot.books.access import Viewer
from entrepot.books.selectors.opportunities import OpportunityWish
from entrepot.books.selectors.opportunities import opportunities as listed
from entrepot.books.selectors.shapes import Slice
from entrepot.workflows.opportunities import opportunities
from tests.books import factories as make
from tests.workflows.ledger import DAY, doc

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
FIRST = date(2026, 2, 1)


@pytest.fixture
def shop() -> models.Shop:
    """A company with one shop, three items and sales of the last three months."""
    found = make.shop("WEB")
    for number, (sku, name) in enumerate((("KT-1", "Steel kettle"), ("MG-1", "Mug"), ("TN-1", "Tent"))):
        item = make.item(sku, name=name)
        if sku != "TN-1":
            models.MarginFigure.objects.create(
                item=item, company=found.company, shop=found, month=202601, sales=10, quantity=20, net=40_000,
                purchase=10_000, selling=6_000, missing=number and 20,
            )  # fmt: skip
    return found


def tell(*rows: tuple[str, str, str, int, int]) -> None:
    """(name, subject, sku, day from the first, value) as signals of the shop."""
    documents: list[Any] = [
        doc("signal", f"S{k}-{name}", (FIRST + timedelta(day)).isoformat(), shop="WEB", name=name, subject=subject, sku=sku,
            numerator=value)
        for k, (name, subject, sku, day, value) in enumerate(rows)
    ]  # fmt: skip
    assert not intake.post(documents, name="test", recorded_at=DAY).quarantined


def rows(role: str = "owner", **wish: str) -> list[Any]:
    return listed(make.viewer(role), OpportunityWish(**wish), Slice("rank")).page.rows


def test_weekly_reports_become_counts_a_month_with_money_of_similar_items(shop: models.Shop) -> None:
    """Four weeks of 70 searches are 304 a month; half of the searches is no trend; price and profit are the kettle's."""
    tell(*(("searches", "blue kettle", "", 7 * week, 70) for week in range(4)))
    assert [(one.company, one.opportunities, one.measured_shops) for one in opportunities()] == [("SZ", 1, 0)]
    (row,) = rows()
    assert (row.subject, row.kind, row.sku, row.shops) == ("blue kettle", "new", "KT-1", ["WEB"])
    assert row.searches == pytest.approx(70 / 7 * 30.4, abs=0.1)
    assert row.units == pytest.approx(6.08, abs=0.01)
    assert (row.sales, row.profit) == (round(6.08 * 2000), round(6.08 * 1200))
    assert row.trend == 0


def test_monthly_and_daily_files_say_the_same(shop: models.Shop) -> None:
    """One report counts as a month; thirty daily ones as their days."""
    tell(("searches", "blue kettle", "", 0, 304))
    opportunities()
    once = rows()[0].searches
    models.OpportunityFigure.objects.all().delete()
    tell(*(("弃购", "red tent", "", day, 10) for day in range(30)))
    opportunities()
    found = {row.subject: row for row in rows()}
    assert once == pytest.approx(304, abs=0.1)
    assert found["red tent"].carts == pytest.approx(304, abs=0.1)


def test_old_signals_are_forgotten_and_growing_ones_say_so(shop: models.Shop) -> None:
    """What is older than a quarter before the newest is left out; the later half against the earlier is the trend."""
    tell(("searches", "gone", "", -120, 900), *(("searches", "lamp", "", 7 * k, 40 if k < 4 else 60) for k in range(8)))
    opportunities()
    assert [(row.subject, row.trend) for row in rows()] == [("lamp", 500)]


def test_what_listed_items_sell_for_their_searches_replaces_the_assumption(shop: models.Shop) -> None:
    """Six listed items with their searches: the shop's own rate; those searches are no opportunities themselves."""
    for k in range(4):
        item = make.item(f"X-{k}")
        models.MarginFigure.objects.create(
            item=item, company=shop.company, shop=shop, month=202601, quantity=30, net=60_000
        )
    told = [("searches", "", sku, 27, 100) for sku in ("KT-1", "MG-1", "X-0", "X-1", "X-2", "X-3")]
    tell(*told, ("searches", "blue kettle", "", 27, 100))
    assert opportunities()[0].measured_shops == 1
    (row,) = rows()
    assert row.subject == "blue kettle"
    assert row.units == pytest.approx(100 * 160 / 1800, abs=0.01)
    assert row.reasons[0].code == "opp_search_measured"


def test_a_missing_cost_leaves_the_profit_unknown(shop: models.Shop) -> None:
    """The mug's cost is missing: its price is told, its profit is not, and it ranks by units after what is known."""
    tell(("waiting", "", "MG-1", 0, 50), ("complaints", "leaks", "KT-1", 0, 2))
    opportunities()
    found = {row.sku: row for row in rows()}
    assert (found["MG-1"].sales, found["MG-1"].profit) == (20_000, None)
    assert found["KT-1"].kind == "better"
    assert found["KT-1"].profit == 2_400


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
def test_who_may_not_see_money_sees_none_of_it(shop: models.Shop, role: str) -> None:
    """Neither in columns nor in reasons nor by sorting."""
    tell(("searches", "blue kettle", "", 0, 304))
    opportunities()
    (row,) = rows(role)
    assert (row.sales, row.profit, row.profit_low, row.profit_high) == (None, None, None, None)
    assert not [reason for reason in row.reasons if reason.code.startswith("opp_money")]
    page = listed(make.viewer(role), None, Slice("profit", descending=True)).page
    assert set(page.sums) == {"units"}


def test_filters_and_another_company(shop: models.Shop) -> None:
    """By kind, text and shop; a company without signals has no list, and one undone has none any more."""
    tell(("searches", "blue kettle", "", 0, 304), ("waiting", "", "MG-1", 0, 50))
    opportunities()
    assert [row.sku for row in rows(kind="restock")] == ["MG-1"]
    assert [row.subject for row in rows(text="kettle")] == ["blue kettle"]
    assert rows(shop="EBAY") == []
    other = make.company("US")
    nobody = Viewer("bo", "owner", make.viewer().company.__class__(other.pk, "US", "", "USD", "UTC"))
    assert listed(nobody).ranked == 0
    intake.reverse_batch(models.Batch.objects.latest("pk").pk, recorded_at=DAY + 1)
    opportunities()
    assert rows() == []
