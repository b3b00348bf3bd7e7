"""Scenarios on price breaks, moves between places and waiting customers; what is refused; when kept figures are stale."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from entrepot.books import models
from entrepot.core.errors import ProblemError
from entrepot.workflows.simulate import run_wish
from entrepot.workflows.simulate_kept import version_of
from entrepot.workflows.simulate_terms import NEVER
from entrepot.workflows.simulate_wish import read_wish
from tests.workflows.test_simulate import ON, seller


def calm(books: Any = None, **said: Any) -> dict[str, Any]:
    """The first way, calm."""
    answer = run_wish(books or seller(), read_wish(ON, **{"futures": 30, "weeks": 26, **said}))
    return answer["ways"][0]["calm"]


def test_large_orders_reach_the_price_break_and_their_duty_is_lower() -> None:
    """From 400 units on a tenth less: a rule that orders 500 at once pays a tenth less for goods and duty than one that orders a
    week's need."""
    tiers, price = np.full((3, 5), NEVER), np.ones((3, 5))
    tiers[:, :2], price[:, 1:] = (1, 400), 0.9
    books = replace(seller(), tiers=tiers, tier_price=price)
    once, often = (
        calm(books, ways=["own"], rules=f"reorder_point = {point}\norder_up_to = {top}")
        for point, top in ((150, 650), (300, 320))
    )
    assert once["decided"]["price"] < 0
    assert often["decided"]["price"] == 0
    met = sum(once["by_item"]["met"])
    assert once["families"]["purchase"] == pytest.approx(
        900 * met + once["decided"]["price"] / (1 + 100 / 900), rel=0.01
    )


def test_goods_move_to_the_place_that_runs_out_where_that_pays() -> None:
    """One place holds a year of what the other lacks: the plan moves it, and loses less margin than where nobody can move."""
    books = replace(
        seller(), sku=np.array(["A", "A", "C"]), place=np.array(["LA", "NY", "LA"]), on_hand=np.array([900, 0, 210]),
        weekly=np.array([10.0, 20.0, 30.0]),
    )  # fmt: skip
    near = replace(books, region=np.array([0, 0, -1]), move_cost=np.full(3, 40.0))
    dear = replace(near, move_cost=np.full(3, 9000.0))
    lost = [calm(one, ways=["plan"])["families"]["lost_margin"] for one in (books, near, dear)]
    assert lost[1] < 0.8 * lost[0]
    assert lost[2] == lost[0]
    first = [calm(one, ways=["plan"])["families"]["first_leg"] for one in (books, near)]
    assert first[1] > 0
    sheet = [calm(one, ways=["sheet"]) for one in (books, near)]
    assert sheet[0] == sheet[1]


def test_customers_who_wait_buy_later() -> None:
    """Where customers wait, what was out of stock is sold when it comes; places are named, and others are refused."""
    lost, waited = (calm(ways=["cover:5"], waits=text) for text in ("", "US:1"))
    assert waited["fill"] > lost["fill"]
    with pytest.raises(ProblemError) as refused:
        calm(waits="MOON:1")
    assert [one.code for one in refused.value.problems] == ["scenario_unknown_place"]


def test_the_lunar_new_year_of_the_past_is_the_one_that_was() -> None:
    """In the last year again a closure for the new year falls into the year that is replayed, and costs something."""
    wish = read_wish(ON, mode="past", ways=["cover:10"], disruption="closed=CN:lny")
    assert ON - timedelta(weeks=52) <= wish.disruption.closed[0].first < ON
    answer = run_wish(seller(), wish)
    assert answer["ways"][0]["shock"]["families"]["lost_margin"] > 0


@pytest.mark.parametrize(
    ("said", "code"),
    [({"disruption": "late=rail:3"}, "scenario_unknown_mode"), ({"disruption": "freight=ship:40"}, "scenario_unknown_mode"),
     ({"disruption": "closed=F9:2026-12-01:2026-12-20"}, "scenario_unknown_supplier"),
     ({"disruption": "closed=VN:2026-12-01:2026-12-20"}, "scenario_unknown_supplier"),
     ({"disruption": "shut=sea:2028-01-01:2028-02-01"}, "scenario_out_of_time"),
     ({"disruption": "demand=-20:2025-01-01:2025-02-01"}, "scenario_out_of_time"),
     ({"mode": "past", "disruption": "closed=F1:2027-01-05:2027-01-20"}, "scenario_out_of_time"),
     ({"ways": ["own"], "rules": '[sku."Z"]\ncover_days = 9'}, "scenario_unknown_sku"),
     ({"ways": ["own"], "rules": "[class.Q]\ncover_days = 9"}, "scenario_unknown_class"),
     ({"ways": ["own"], "rules": 'cover_days = 9\nmode = "rail"'}, "scenario_unknown_mode")],
)  # fmt: skip
def test_what_the_books_do_not_have_is_refused_with_what_they_have(said: dict[str, Any], code: str) -> None:
    """A name that would change nothing is a problem with a remedy, not a scenario that costs nothing."""
    with pytest.raises(ProblemError) as refused:
        run_wish(seller(), read_wish(ON, futures=10, **said))
    assert [one.code for one in refused.value.problems] == [code]
    assert refused.value.problems[0].remedy


def test_what_happened_can_be_asked_of_the_past_only() -> None:
    """Futures have no past."""
    with pytest.raises(ProblemError):
        read_wish(ON, ways=["happened"])
    assert read_wish(ON, ways=["happened"], mode="past").ways[0].kind == "happened"


def test_a_shock_of_some_weeks_is_one_of_these_weeks() -> None:
    """Half the demand and double freight of two months cost less than of all weeks; both parts are priced apart."""
    days = "2026-12-01:2027-01-31"
    some, whole = (
        run_wish(seller(), read_wish(ON, ways=["cover:60"], futures=30, disruption=text))["ways"][0]
        for text in (f"freight=sea:100:{days},demand=50:{days}", "freight=sea:100,demand=50")
    )
    for family in ("first_leg", "lost_margin"):
        assert 0 < some["shock"]["families"][family] < whole["shock"]["families"][family]
    assert set(some["each"]) == {"freight", "demand"}
    assert some["each"]["freight"]["families"]["first_leg"] > 0
    assert some["each"]["freight"]["families"]["lost_margin"] == 0


def test_a_first_answer_comes_of_the_first_futures() -> None:
    """It holds sixteen futures that are those of the whole answer, and items that add up."""
    first: list[dict[str, Any]] = []
    whole = run_wish(seller(), read_wish(ON, ways=["plan", "sheet"], futures=40), first=first.append)
    assert [(one["futures"], one["asked"]) for one in first] == [(16, 40)]
    told = first[0]["ways"][1]["calm"]
    assert told["costs"] == whole["ways"][1]["calm"]["costs"][:16]
    assert sum(told["by_item"]["cost"]) == pytest.approx(told["cost"], abs=6)


@pytest.mark.django_db
def test_offers_promotions_and_rule_files_make_kept_figures_stale(settings: Any, tmp_path: Path) -> None:
    """Whoever changes a supplier's price, a promotion or a file of rules gets a new answer."""
    settings.HOME = tmp_path
    company = models.Company.objects.create(code="X", name="X", currency="USD", zone="UTC", method="fifo")
    item = models.Item.objects.create(sku="A", base_unit="pc")
    seen = [version_of(company)]
    offer = models.SupplierOffer.objects.create(
        supplier="F", item=item, price_amount=1, currency="USD", made_at=1, made_by="x"
    )
    seen.append(version_of(company))
    models.SupplierOffer.objects.filter(pk=offer.pk).update(withdrawn_at=5)
    seen.append(version_of(company))
    models.Uplift.objects.create(
        company=company, item=item, first=date(2026, 1, 1), last=date(2026, 1, 9), percent=5, made_at=1, made_by="x"
    )
    seen.append(version_of(company))
    (tmp_path / "rules" / "cards").mkdir(parents=True)
    (tmp_path / "rules" / "cards" / "sea.toml").write_text("x = 1", encoding="utf-8")
    seen.append(version_of(company))
    assert len(set(seen)) == len(seen)
