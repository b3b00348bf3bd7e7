"""From orders to the Demand page: the stored run is what pages, exports and programs see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from entrepot.books import uplifts
from entrepot.books.access import system_viewer
from entrepot.books.models import DemandFigure, DemandRun, ForecastFigure
from entrepot.books.selectors import demand as expecting
from entrepot.books.selectors.demand import DemandWish
from entrepot.books.selectors.shapes import NotThere, Slice
from entrepot.workflows import promote
from entrepot.workflows.forecast import forecast
from tests.workflows import ledger as books

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

MONDAY = date(2026, 1, 5)


@pytest.fixture
def run(transactional_db: None) -> None:
    """20 weeks of about ten A a week in Los Angeles, three weeks of them out of stock, and a few B; forecast once."""
    sold = [(week, 10 + week % 3) for week in range(21) if week not in (12, 13, 14)]
    before = sum(units for week, units in sold if week < 12)
    orders = [books.sale(f"S-{week}", str(MONDAY + timedelta(weeks=week, days=1)), units, amount=units * 2000)
              for week, units in sold]  # fmt: skip
    others = [books.sale(f"B-{week}", str(MONDAY + timedelta(weeks=week, days=2)), 1, sku="B", amount=500)
              for week in (0, 9, 20)]  # fmt: skip
    books.post(
        *books.masters(), books.receipt("R-1", "2026-01-05", before, 300), books.receipt("R-B", "2026-01-05", 9, 100, "B"),
        books.receipt("R-2", str(MONDAY + timedelta(weeks=15)), 500, 300), *orders, *others,
    )  # fmt: skip
    forecast(made_at=1_700_000_000_000_000)


def test_the_list_has_what_was_forecast(run: None) -> None:
    """One row an item and place, by value at stake; filters, flags and sums."""
    viewer = system_viewer()
    found = expecting.demand(viewer, None, Slice("at_stake", descending=True))
    assert [row.sku for row in found.page.rows] == ["A", "B"]
    first = found.page.rows[0]
    assert 8 < first.weekly < 14
    assert first.lead_low <= first.lead_middle <= first.lead_high
    assert first.at_stake == (first.lead_high - first.lead_low) * 2000
    assert found.page.sums["weekly"] == pytest.approx(sum(row.weekly for row in found.page.rows))
    assert "censored" in first.flags
    assert [r.sku for r in expecting.demand(viewer, DemandWish(mark="censored")).page.rows] == ["A"]
    assert [r.sku for r in expecting.demand(viewer, DemandWish(text="b")).page.rows] == ["B"]
    assert expecting.demand(viewer, DemandWish(place="DE")).page.total == 0
    assert expecting.demand(viewer, DemandWish(channel="WEB")).page.total == 2


def test_one_item_shows_history_fan_and_reasons(run: None) -> None:
    """Weeks out of stock are marked, the fan follows the last whole week, totals rise with their length."""
    page = expecting.of_item(system_viewer(), "A")
    assert [week.out_of_stock for week in page.history[9:16:2]] == [False, True, True, False]
    assert page.history[0].sold == 10
    assert page.fan[0].week == page.history[-1].week + timedelta(weeks=1)
    assert all(list(week.quantiles) == sorted(week.quantiles) for week in page.fan)
    assert [total.quantiles[2] for total in page.totals] == sorted(total.quantiles[2] for total in page.totals)
    assert page.reasons
    with pytest.raises(NotThere):
        expecting.of_item(system_viewer(), "KIT")


def test_a_promotion_moves_what_it_covers_and_nothing_else(run: None) -> None:
    """A whole week at +50 % has 1.5 times its units; its neighbours stay; totals move by what was added."""
    page = expecting.of_item(system_viewer(), "A")
    first = page.fan[2].week
    after = promote.lifted(page, [promote.Lift(first, first + timedelta(days=6), 50)])
    assert after.fan[2].mean == pytest.approx(page.fan[2].mean * 1.5)
    assert after.fan[2].quantiles[4] == pytest.approx(page.fan[2].quantiles[4] * 1.5)
    assert after.fan[1] == page.fan[1]
    assert after.totals[1].mean == page.totals[1].mean
    added = page.fan[2].mean * 0.5
    assert after.totals[12].mean == pytest.approx(page.totals[12].mean + added, rel=0.01)


def test_a_kept_promotion_is_in_the_next_run_and_in_its_plan(run: None) -> None:
    """The next run counts it for the weeks that it covers, and says so; earlier runs stay on record."""
    viewer = system_viewer()
    page = expecting.of_item(viewer, "A")
    first = page.fan[1].week
    promote.add(viewer, "A", "LA", first, first + timedelta(days=13), 100, "a coupon")
    tried = promote.lifted(page, [promote.Lift(first, first + timedelta(days=13), 100)])
    assert [row.counted for row in expecting.of_item(viewer, "A").uplifts] == [False]
    forecast(made_at=4_000_000_000_000_000)
    now_page = expecting.of_item(viewer, "A")
    assert [row.counted for row in now_page.uplifts] == [True]
    assert [week.promotion for week in now_page.fan[:4]] == [1.0, 2.0, 2.0, 1.0]
    assert now_page.fan[1].mean == pytest.approx(tried.fan[1].mean, rel=0.02)
    assert now_page.totals[7].mean == pytest.approx(tried.totals[7].mean, rel=0.02)
    assert DemandRun.objects.count() == 2
    assert DemandFigure.objects.count() == 2
    assert ForecastFigure.objects.filter(item__sku="A").count() == 2
    promote.withdraw(viewer, uplifts.standing(viewer).get().pk)
    assert not expecting.of_item(viewer, "A").uplifts


def test_pages_show_it_with_few_queries_and_without_money_for_the_warehouse(
    run: None, django_assert_max_num_queries: Any, client: Any
) -> None:
    """At most 20 queries a page; the value at stake is absent for roles that see no cost, on pages and in exports."""
    from tests.books.factories import user

    ask: Callable[[str], str] = lambda address: client.get(address).content.decode()  # noqa: E731
    client.force_login(user("owner"))
    assert "Value at stake" in ask("/demand/")
    for address in ("/demand/", "/demand/A/", "/demand/A/?first=2026-06-01&last=2026-06-07&percent=30"):
        with django_assert_max_num_queries(20):
            assert client.get(address).status_code == 200
    kept = client.post(
        "/demand/uplift/A", {"place": "LA", "first": "2026-06-01", "last": "2026-06-07", "percent": "30"}
    )
    assert kept.status_code == 302
    assert "counts from the next forecast on" in ask("/demand/A/")
    client.force_login(user("warehouse"))
    assert "Value at stake" not in ask("/demand/") + ask("/demand/A/")
    rows = b"".join(client.get("/demand.csv?cols=sku,at_stake").streaming_content).decode()
    assert "stake" not in rows
    refused = client.post("/demand/uplift/A", {"first": "2026-06-01", "last": "2026-06-07", "percent": "30"})
    assert refused.status_code in (403, 422)


def test_programs_read_the_same_and_tell_of_promotions(run: None) -> None:
    """List, one item, a promotion tried, kept and withdrawn; no value at stake and no say for the warehouse."""
    from django.test import Client

    from entrepot.books import tokens
    from tests.books.factories import user

    def caller(role: str) -> Callable[..., Any]:
        headers = {"Authorization": f"Bearer {tokens.issue(user(role), 'test', at=1)[1]}"}
        return lambda method, address, data=None: getattr(Client(), method)(
            address, data, headers=headers, content_type="application/json"
        )

    owner, warehouse = caller("owner"), caller("warehouse")
    listed = owner("get", "/api/demand").json()
    assert [row["sku"] for row in listed["page"]["rows"]] == ["A", "B"]
    assert "at_stake" in listed["page"]["rows"][0]
    assert "at_stake" not in str(warehouse("get", "/api/demand?sort=-at_stake").json())
    plain = owner("get", "/api/demand/A").json()
    week = plain["fan"][0]["week"]
    last = str(date.fromisoformat(week) + timedelta(days=6))
    tried = owner("get", f"/api/demand/A?first={week}&last={last}&percent=100").json()
    assert tried["fan"][0]["mean"] == pytest.approx(plain["fan"][0]["mean"] * 2)
    wish = {"sku": "A", "first": week, "last": last, "percent": 100}
    assert warehouse("post", "/api/uplifts", wish).status_code == 403
    assert owner("post", "/api/uplifts", {**wish, "percent": 5000}).status_code == 422
    kept = owner("post", "/api/uplifts", wish)
    assert kept.status_code == 201
    assert owner("get", "/api/demand/A").json()["fan"][0]["promotion"] == 2.0
    assert owner("delete", f"/api/uplifts/{kept.json()['id']}").status_code == 204
    assert owner("get", "/api/demand/A").json()["fan"][0]["promotion"] == 1.0
