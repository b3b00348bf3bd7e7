"""Limits of a plan: what binds, in which week, what each costs by itself, and that what is said to relax it does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from entrepot.books import models
from entrepot.books.access import system_viewer
from entrepot.books.selectors import plan as stored
from entrepot.books.selectors.plan_shapes import Limit, PlanHead, PlanRow
from entrepot.core.errors import ProblemError
from entrepot.workflows import plan_acts
from entrepot.workflows.forecast import CompanyForecast
from entrepot.workflows.plan import plan
from entrepot.workflows.plan_limits import read_limits
from entrepot.workflows.plan_suppliers import read_price_list
from tests.workflows.plan_books import AT, LAST, START, books, doc

pytestmark = pytest.mark.django_db


def _plan(forecasts: list[CompanyForecast], **asked: Any) -> tuple[PlanHead, list[PlanRow]]:
    """Head and lines of a new plan under these limits."""
    plan(forecasts, asked=asked)
    found = stored.plan(system_viewer("US"), stored.PlanWish(kind="acts"))
    assert found.head is not None
    return found.head, found.page.rows


def _limit(head: PlanHead, kind: str) -> Limit:
    return next(one for one in head.limits if one.kind == kind)


def _two_places() -> list[CompanyForecast]:
    """The fast item sells in New York too, from its own stock."""
    masters = [
        doc("location", "NY", START, kind="third_party", country="US"),
        doc("shop", "NYC", START, company="US", currency="USD", location="NY", country="US"),
    ]
    stock = doc(
        "opening_balance", "OPEN-NY", START, company="US", location="NY",
        lines=[{"sku": "FAST", "quantity": 420,
                "costs": [{"component": "goods", "money": {"amount": 210_000, "currency": "USD"}}]}],
    )  # fmt: skip
    sales = [
        doc("sales_order", f"NY-{week}", START + timedelta(weeks=week, days=3), shop="NYC", currency="USD",
            cell={"location": "NY"}, lines=[{"sku": "FAST", "quantity": 10, "amount": 25_000}])
        for week in range(40)
    ]  # fmt: skip
    return books(stock, *sales, masters=masters)


def test_an_order_that_gives_way_still_meets_the_suppliers_minimum_over_all_places() -> None:
    """With money for ever less, what is bought of the item for two places together is nothing or the minimum of 100 at least."""
    forecasts = _two_places()
    _, rows = _plan(forecasts)
    assert len({row.destination for row in rows if row.kind == "buy" and row.sku == "FAST"}) == 2
    seen: set[int] = set()
    for cash in ("600", "400", "230", "180", "100"):
        _, rows = _plan(forecasts, cash=f"{cash}:1")
        units = sum(row.units for row in rows if row.kind == "buy" and row.sku == "FAST")
        assert units == 0 or units >= 100, cash
        seen.add(units)
    assert len(seen) > 2


def test_each_limit_costs_what_the_plan_without_it_alone_saves() -> None:
    """A closure and a budget together: each one's cost is the difference to the plan with only the other."""
    forecasts = books()
    closed, cash = (f"S1:{LAST}:{LAST + timedelta(days=41)}",), "700:26"
    both, _ = _plan(forecasts, closed=closed, cash=cash)
    only_cash, _ = _plan(forecasts, cash=cash)
    only_closed, _ = _plan(forecasts, closed=closed)
    assert both.limits_cost is not None
    assert only_cash.limits_cost is not None
    assert only_closed.limits_cost is not None
    own = {one.kind: one.cost for one in both.limits}
    assert own["cash"] == pytest.approx(max(both.limits_cost - only_closed.limits_cost, 0), abs=2)
    assert own["closure"] == pytest.approx(max(both.limits_cost - only_cash.limits_cost, 0), abs=2)
    assert (own["cash"] or 0) + (own["closure"] or 0) > 0


def test_two_closures_of_one_supplier_are_not_counted_twice() -> None:
    """The same weeks twice: without either the other still stands, so neither costs anything alone, both what one does."""
    forecasts = books()
    first, last = LAST, LAST + timedelta(days=41)
    one, _ = _plan(forecasts, closed=(f"S1:{first}:{last}",))
    two, _ = _plan(forecasts, closed=(f"S1:{first}:{last}", f"CN:{first}:{last}"))
    assert one.limits_cost is not None
    assert one.limits_cost > 0
    assert two.limits_cost == pytest.approx(one.limits_cost, abs=2)
    assert [limit.cost for limit in two.limits] == [0, 0]


def test_what_a_supplier_makes_in_a_week_binds_by_itself_and_item_by_item(tmp_path: Path) -> None:
    """20 of the fast item a week, in four weeks: 80 and no more, without any other limit; another item has its own figure."""
    forecasts = books()
    _, free = _plan(forecasts)
    assert next(row.units for row in free if row.kind == "buy" and row.sku == "FAST") > 80
    file = tmp_path / "prices.csv"
    head = "supplier,sku,from_units,price,currency,moq,capacity_week"
    file.write_text("\n".join([head, "S1,FAST,1,5.00,USD,20,20", "S1,SLOW,1,5.00,USD,20,9000"]))
    read_price_list(system_viewer("US"), file, 3 * AT)
    told, rows = _plan(forecasts)
    assert 0 < next(row.units for row in rows if row.kind == "buy" and row.sku == "FAST") <= 80
    limit = _limit(told, "capacity")
    assert (limit.name, limit.binds, limit.lines) == ("S1", True, 1)
    assert (limit.cost or 0) > 0


def test_no_week_ends_without_money_and_re_orders_are_reckoned_with() -> None:
    """Funds and income pay what is owed, today's orders and expected re-orders: the total stays below them in every week."""
    forecasts = books()
    free, before = _plan(forecasts)
    told, rows = _plan(forecasts, funds="4300", income="150")
    limit = _limit(told, "funds")
    assert limit.binds
    assert sum(row.cash or 0 for row in rows) < sum(row.cash or 0 for row in before)
    assert free.weeks[0].budget is None
    budgets = [week.budget for week in told.weeks]
    assert budgets == [430_000 + 15_000 * (week + 1) for week in range(26)]
    assert any(week.later for week in told.weeks)
    paid = 0
    for week in told.weeks[:25]:
        paid += (week.owed or 0) + (week.planned or 0) + (week.later or 0)
        assert paid <= (week.budget or 0) + 1


def test_the_relief_that_is_named_lets_the_order_through() -> None:
    """As much more money as the plan says brings the order that it names, or more of it, into the plan."""
    forecasts = books()
    for asked in ("0:8", "300:26"):
        told, rows = _plan(forecasts, cash=asked)
        limit = _limit(told, "cash")
        assert limit.relief is not None
        said = limit.relief.parameters
        before = sum(row.units for row in rows if row.sku == said["sku"])
        amount, _, weeks = asked.partition(":")
        more = (int(amount) * 100 + int(str(said["more_money"])) + 1) / 100
        _, after = _plan(forecasts, cash=f"{more:.2f}:{weeks}")
        assert sum(row.units for row in after if row.sku == said["sku"]) > before


def test_room_in_a_warehouse_is_used_in_the_weeks_in_which_goods_stand_there() -> None:
    """No room beyond what stands there today: orders that arrive while stock is there shrink, and the week is told."""
    forecasts = books()
    _, before = _plan(forecasts)
    told, rows = _plan(forecasts, warehouse=("LA:0",))
    limit = _limit(told, "warehouse")
    wide, same = _plan(forecasts, warehouse=("LA:500",))
    assert not _limit(wide, "warehouse").binds
    assert [(row.sku, row.units) for row in same] == [(row.sku, row.units) for row in before]
    assert limit.used is not None
    assert limit.available is not None
    assert limit.used <= limit.available or limit.relief is not None
    assert sum(row.units for row in rows) <= sum(row.units for row in before)


def test_a_floor_and_a_budget_that_exclude_each_other_are_told_with_what_is_lacking() -> None:
    """Nearly everything is to be served with no money: the floor says which limit stands against it and how much is missing."""
    told, _ = _plan(books(), service="95", cash="0")
    relief = _limit(told, "service").relief
    assert relief is not None
    assert relief.code in ("limit_excludes_money", "limit_service")
    assert _limit(told, "cash").binds


@pytest.mark.parametrize("price", [20, 100_000])
def test_containers_are_decided_with_the_orders(settings: Any, tmp_path: Path, price: int) -> None:
    """A cheap box takes all that goes by sea, and more than before; a dear one leaves it loose; either way the other is told."""
    forecasts = books()
    _, before = _plan(forecasts)
    card = tmp_path / "rules" / "cards" / "box.toml"
    card.parent.mkdir(parents=True)
    card.write_text(
        f'id = "BOX"\nmode = "sea"\ncurrency = "USD"\norigin = "CN"\ndestination = "US"\n'
        f'container = [{{ kind = "MINI", price = {price}.0, cbm = 2.0, payload_kg = 900 }}]\n'
    )
    settings.HOME = tmp_path
    told, rows = _plan(forecasts)
    fill = next(one for one in told.fills if one.kind == "buy" and one.mode == "sea")
    sea = {
        name: sum(part.units for row in those if row.kind == "buy" for part in row.modes if part.mode == "sea")
        for name, those in (("before", before), ("now", rows))
    }
    if price == 20:
        assert (fill.how, fill.boxes, fill.freight) == ("fcl", [["MINI", 1]], 2_000)
        assert fill.freight_other is not None
        assert fill.freight_other > 2_000
        assert sea["now"] > sea["before"]
        assert any("container" in row.flags for row in rows)
        shares = sum(row.families["first_leg"] for row in rows if row.kind == "buy")
        airs = sum(part.units * 300 for row in rows if row.kind == "buy" for part in row.modes if part.mode == "air")
        assert shares == pytest.approx(2_000 + airs, abs=3)
    else:
        assert (fill.how, fill.boxes) == ("lcl", [])
        assert fill.freight_other == price * 100
        assert sea["now"] == sea["before"]


def test_limits_of_earlier_plans_are_kept_and_come_back() -> None:
    """A plan without word keeps the funds and weekly figures of the one before."""
    forecasts = books()
    _plan(forecasts, funds="900", income="100/0/50", supplier=("S1:40/w", "S2:7"))
    plan(forecasts)
    asked = models.PlanRun.objects.order_by("-made_at")[0].asked
    assert (asked["funds"], asked["income"]) == (90_000, [10_000, 0, 5_000])
    assert (asked["suppliers_week"], asked["suppliers"]) == ({"S1": 40}, {"S2": 7})


def test_an_order_is_due_when_the_closed_supplier_can_have_made_it() -> None:
    """Closed for six weeks from the day of the plan: the purchase order is due six weeks later than without."""
    forecasts, days = books(), {}
    for closed in ((), (f"S1:{LAST}:{LAST + timedelta(days=41)}",)):
        told, rows = _plan(forecasts, closed=closed)
        line = next(row for row in rows if row.kind == "buy" and row.sku == "FAST")
        done = plan_acts.approve(system_viewer("US"), [line.id])[0]
        due = models.PurchaseLine.objects.get(document__external_id=done.document, document__reversed=None).due
        assert due is not None
        days[bool(closed)] = (due - told.on).days
        plan_acts.undo(system_viewer("US"), line.id)
    assert days[True] == days[False] + 42


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("container", ("1.5",)), ("container", ("FBA-US:-1",)), ("container", ("FBA-US:nan",)), ("supplier", ("F01:12.5",)),
        ("supplier", ("5000",)), ("supplier", ("F01:inf/w",)), ("warehouse", ("30",)), ("closed", (":lny",)),
        ("closed", (":2027-01-30:2027-02-20",)), ("closed", ("F01:2027-02-20:2027-01-30",)), ("closed", ("F01:lny:9",)),
        ("service", "120"), ("service", "-5"), ("cash", "-1"), ("cash", "5000:99"), ("cash", "5000:2.5"), ("funds", "x"),
        ("income", "9000"),
    ],
)  # fmt: skip
def test_a_limit_that_means_nothing_is_refused_by_its_name(name: str, text: Any) -> None:
    """Half a container, a closure of nobody, a span turned round: named with what to write, never taken for something else."""
    with pytest.raises(ProblemError) as caught:
        read_limits(START, "USD", **{name: text})
    (problem,) = caught.value.problems
    assert (problem.code, problem.field) == ("bad_limit", name)
    assert problem.remedy
    assert problem.found.strip() in (text if isinstance(text, str) else text[0])
