"""The plan's grid and lines on real books: edited, approved, undone, handed out; who may see what; how many queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from entrepot.books import models
from entrepot.books.selectors import plan as selectors
from entrepot.workflows.plan import plan
from entrepot.workflows.scorecard import scorecard
from tests.books import factories as make
from tests.workflows.plan_books import books

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]
SWAP = {"HX-Request": "true"}
MONEY = ("Saves", "Storage later", "What the orders and loads cost", "≈")


@pytest.fixture
def ask() -> Ask:
    """``ask("/plan/", role="viewer", post={…})``: the answer of the real books with a plan."""
    plan(books())
    clients: dict[str, Client] = {}

    def _ask(
        address: str, role: str = "owner", language: str = "en", post: dict[str, Any] | None = None, **more: Any
    ) -> Any:
        if role not in clients:
            clients[role] = Client()
            clients[role].force_login(make.user(role))
        headers = {"Accept-Language": language, **more.pop("headers", {})}
        if post is not None:
            return clients[role].post(address, post, headers=headers, **more)
        return clients[role].get(address, headers=headers, **more)

    return _ask


def line(kind: str = "buy") -> models.PlanLine:
    """The plan's line of the fast item."""
    return models.PlanLine.objects.get(kind=kind, item__sku="FAST")


def test_the_page_says_what_to_do_what_it_costs_and_what_doing_nothing_costs(
    ask: Ask, django_assert_max_num_queries: Any
) -> None:
    """Lines with their way, supplier and money; families, cash and what goes together; few queries; both languages."""
    ask("/plan.csv")  # signs in
    with django_assert_max_num_queries(20):
        text = ask("/plan/").content.decode()
    for part in ("FAST", "Doing nothing this week costs more", "Cash by week", "What goes together", *MONEY):
        assert part in text
    chinese = ask("/plan/", language="zh-hans").content.decode()
    assert "本周不行动将多花" in chinese
    assert "补货计划" in chinese


def test_who_may_not_see_cost_sees_none_of_it(ask: Ask) -> None:
    """No money on the page, on a line, or in the export; and nothing to type or approve."""
    page = ask("/plan/", role="viewer").content.decode()
    page += ask(f"/plan/{line().pk}/", role="viewer").content.decode()
    assert "FAST" in page
    assert not [word for word in (*MONEY, "data-cell", "Why this line") if word in page]
    export = b"".join(ask("/plan.csv", role="viewer").streaming_content).decode()
    assert "Saves" not in export
    assert ask("/plan/approve", role="viewer", post={"line": line().pk}).status_code == 403
    assert line().state == "open"


def test_how_much_money_there_is_is_hidden_too(ask: Ask) -> None:
    """A cash limit tells neither what was asked nor what is spent of it, on the page and in its data."""
    plan(asked={"cash": "12345.67:8"})
    head = selectors.plan(make.viewer("viewer")).head
    assert head is not None
    assert "cash" not in head.asked
    assert [(one.asked, one.used, one.available) for one in head.limits if one.kind == "cash"] == [("", None, None)]
    assert "12,345" in ask("/plan/").content.decode()
    assert "12,345" not in ask("/plan/", role="viewer").content.decode()


@pytest.mark.parametrize("address", ["/plan/?run=²", "/plan/²/", "/plan/?run=99999999999999999999"])
def test_numbers_that_are_none_are_not_there(ask: Ask, address: str) -> None:
    """A digit that is no decimal digit is a page that is not there, not an error."""
    assert ask(address).status_code == 404


def test_a_typed_quantity_moves_cost_and_risk_and_can_be_put_back(ask: Ask) -> None:
    """The answer is the row with its new figures, kept as an override; undo is typing what stood before."""
    before = line()
    said = {"units": str(before.units + 2 * before.carton), "on": before.on.isoformat(), "supplier": before.supplier}
    answer = ask(f"/plan/{before.pk}/change", post=said, headers=SWAP)
    after = line()
    assert after.units == before.units + 2 * before.carton
    assert (after.cash or 0) > (before.cash or 0)
    assert after.risk is not None
    assert before.risk is not None
    assert after.risk <= before.risk
    assert f'data-units="{before.units}"' in answer.content.decode()
    assert answer["HX-Trigger"] == "plan-changed"
    assert models.PlanOverride.objects.filter(line=after, field="units").exists()
    ask(f"/plan/{before.pk}/change", post={**said, "units": str(before.units)}, headers=SWAP)
    assert (line().units, line().cash) == (before.units, before.cash)


@pytest.mark.parametrize(
    "said", [{"units": "many"}, {"units": "-4"}, {"way": "truck"}, {"on": "tomorrow"}, {"on": "2020-01-01"}, {"supplier": "S9"}]
)  # fmt: skip
def test_what_makes_no_sense_is_said_in_the_row_and_changes_nothing(ask: Ask, said: dict[str, str]) -> None:
    """The row comes back as it was, with what is wrong and what would be right."""
    before = line()
    answer = ask(f"/plan/{before.pk}/change", post=said, headers=SWAP)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    after = line()
    assert (after.units, after.modes, after.on, after.supplier) == (
        before.units,
        before.modes,
        before.on,
        before.supplier,
    )


def test_trying_a_line_keeps_nothing(ask: Ask, django_assert_max_num_queries: Any) -> None:
    """Another day in the address: the piece with its figures, and the line as it was."""
    before = line()
    ask("/plan.csv")  # signs in
    with django_assert_max_num_queries(20):
        answer = ask(f"/plan/{before.pk}/", data={"on": (before.on + timedelta(days=14)).isoformat()}, headers=SWAP)
    assert "tried, not kept" in answer.content.decode()
    assert line().on == before.on
    assert not models.PlanOverride.objects.exists()


def test_a_line_explains_itself_at_three_levels(ask: Ask) -> None:
    """The sentence, the reasons with their figures, and the week-by-week table behind the chart."""
    text = ask(f"/plan/{line().pk}/").content.decode()
    for part in ("Why this line", "free there", "The same in figures", "Other ways to do it", "Nothing this week"):
        assert part in text


def test_approved_it_is_a_purchase_order_on_paper_and_an_expected_arrival(ask: Ask) -> None:
    """Approve: an order that can be handed out and that the inventory expects; undo takes all of it back."""
    row = line()
    ask("/plan/approve", post={"line": str(row.pk), "back": "?kind=buy"})
    done = line()
    assert done.state == "approved"
    paper = ask("/plan/papers/orders.csv").content.decode("utf-8-sig")
    assert done.document in paper
    assert "FAST" in paper
    stock = b"".join(ask("/inventory.csv?by=location&cols=sku,place,in_transit,arrivals").streaming_content).decode()
    assert f"{done.units} {done.document}" in stock
    ask(f"/plan/{row.pk}/undo", post={})
    assert line().state == "open"
    after = b"".join(ask("/inventory.csv?by=location&cols=sku,place,in_transit,arrivals").streaming_content).decode()
    assert done.document not in after


def test_limits_are_planned_by_the_worker_as_they_were_typed(ask: Ask) -> None:
    """Cash and a closure become a job with the limits in it; a limit that cannot be read is refused."""
    ask("/plan/again", post={"cash": "1000:8", "closed": "CN:lny"})
    job = models.Job.objects.get(kind="plan")
    assert job.arguments["asked"]["cash"] == "1000:8"
    assert job.arguments["asked"]["closed"] == ["CN:lny"]
    assert ask("/plan/again", post={"cash": "lots"}).status_code == 422
    assert models.Job.objects.count() == 1


def test_an_items_strategy_is_kept_and_withdrawn(ask: Ask) -> None:
    """Ninety-nine per cent to be met, until it is withdrawn."""
    address = f"/plan/{line().pk}/strategy"
    ask(address, post={"field": "service", "value": "99", "note": "bestseller"})
    kept = models.PlanOverride.objects.get(field="service")
    assert kept.value == pytest.approx(0.99)
    ask(address, post={"withdraw": str(kept.pk)})
    kept.refresh_from_db()
    assert kept.withdrawn_at is not None
    assert ask(address, post={"field": "service", "value": "much"}).status_code == 422


def test_exports_are_what_is_seen(ask: Ask) -> None:
    """The filter and the columns of the address, no more and no less."""
    text = b"".join(ask("/plan.csv?kind=buy&cols=sku,units,cash").streaming_content).decode("utf-8-sig").splitlines()
    assert [name.split(" (")[0] for name in text[0].split(",")] == ["SKU", "Units", "Cash"]
    assert len(text) == 1 + models.PlanLine.objects.filter(kind="buy").count()
    assert ask("/plan.xlsx").status_code == 200


def test_the_monthly_score_is_a_table_without_money_for_who_may_not_see_it(ask: Ask) -> None:
    """Turnover and stock-outs for all; stock, profit and what advice was worth only with the permission."""
    scorecard(3)
    text = ask("/plan/score/").content.decode()
    for word in ("Stock turns in, days", "Return on stock", "earned by it"):
        assert word in text
    plain = ask("/plan/score/", role="viewer").content.decode()
    assert "Stock turns in, days" in plain
    assert not [word for word in ("Return on stock", "earned by it", "of it old") if word in plain]
    assert "Profit" not in b"".join(ask("/plan/score.csv", role="viewer").streaming_content).decode()


def test_without_a_plan_the_page_says_what_belongs_here(db: None) -> None:
    """An empty page teaches."""
    make.shop("WEB")
    client = Client()
    client.force_login(make.user("owner"))
    assert "It needs orders of some weeks" in client.get("/plan/").content.decode()
