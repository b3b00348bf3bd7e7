"""What suppliers and the seller have set: whole pallets, least order values, what clearing brings back."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.books.access import system_viewer
from entrepot.books.selectors import plan as stored
from entrepot.books.selectors.plan_shapes import PlanHead, PlanRow
from entrepot.workflows.plan import plan
from entrepot.workflows.plan_trial import try_line
from tests.workflows.plan_books import PACE, START, books, doc

pytestmark = pytest.mark.django_db


def _supplier(**terms: Any) -> Any:
    return doc("supplier", "S1", START, country="CN", currency="USD", **terms)


def _bought(**asked: Any) -> tuple[PlanHead, dict[str, PlanRow]]:
    found = stored.plan(system_viewer("US"), stored.PlanWish(kind="acts"))
    assert found.head is not None
    return found.head, {row.sku: row for row in found.page.rows if row.kind == "buy"}


def test_a_supplier_of_pallets_is_ordered_whole_pallets_from() -> None:
    """A pallet of the fast item is 120: its order goes up by these, loads stay in cartons, another quantity is remarked upon."""
    packed = [
        {"level": "carton", "units": 20, "weight_g": 8500, "length_mm": 600, "width_mm": 500, "height_mm": 200},
        {"level": "pallet", "units": 120, "weight_g": 60_000, "length_mm": 1200, "width_mm": 1000, "height_mm": 800},
    ]
    item = doc("item", "FAST", START, supplier="S1", moq=100, packaging=packed, hs_code="3926.90", origin="CN")
    plan(books(masters=[_supplier(order_in="pallet"), item]))
    _, bought = _bought()
    assert bought["FAST"].units > 0
    assert bought["FAST"].units % 120 == 0
    assert bought["FAST"].carton == 20
    tried = try_line(system_viewer("US"), bought["FAST"].id, units=140)
    assert [one.code for one in tried.problems] == ["plan_not_pallets"]
    loads = stored.plan(system_viewer("US"), stored.PlanWish(kind="ship")).page.rows
    assert {row.units % 20 for row in loads} == {0}


@pytest.mark.parametrize(("least", "raised"), [(1_000_00, False), (3_000_00, True), (90_000_00, None)])
def test_an_order_reaches_the_suppliers_least_value_or_is_left(least: int, raised: bool | None) -> None:
    """Below what is ordered it changes nothing; somewhat above the order grows to it; far above nothing is ordered."""
    forecasts = books()
    plan(forecasts)
    _, before = _bought()
    value = sum(row.families["purchase"] for row in before.values())
    if raised is not None:
        assert (value < least) == raised
    from tests.workflows.plan_books import AT, post

    post(_supplier(minimum_order=least), at=4 * AT)
    plan(forecasts)
    _, bought = _bought()
    now = sum(row.families["purchase"] for row in bought.values())
    if raised is None:
        assert not bought
    elif raised:
        assert now >= least
        assert any("least_value" in row.flags for row in bought.values())
    else:
        assert {sku: row.units for sku, row in bought.items()} == {sku: row.units for sku, row in before.items()}


def test_what_gives_way_to_a_budget_does_not_fall_below_the_least_value() -> None:
    """With ever less money the order is at its least value at least, or gone."""
    from tests.workflows.plan_books import AT, post

    forecasts = books()
    post(_supplier(minimum_order=800_00), at=4 * AT)
    seen: set[bool] = set()
    for cash in ("700:4", "400:4", "300:4", "250:4", "100:4"):
        plan(forecasts, asked={"cash": cash})
        _, bought = _bought()
        value = sum(row.families["purchase"] for row in bought.values())
        assert value == 0 or value >= 800_00
        seen.add(value > 0)
    assert seen == {True, False}


def test_the_sellers_own_terms_take_the_place_of_what_is_assumed() -> None:
    """Told what clearing brings back, an order line costs and capital costs, the plan assumes none of them, and plans by them."""
    told = [
        doc("signal", f"{name}-1", START, company="US", name=name, numerator=numerator, denominator=100)
        for name, numerator in (("salvage_share", 90), ("order_cost", 40_00), ("capital_rate", 8))
    ]
    plan(books())
    head, before = _bought()
    assert {"salvage", "order_cost", "capital_rate"} <= set(before["FAST"].assumed)
    from tests.workflows.plan_books import AT, post

    post(*told, at=5 * AT)
    from entrepot.workflows.forecast import forecast

    plan(forecast())
    after, bought = _bought()
    assert not {"salvage", "order_cost", "capital_rate"} & {str(one.parameters["input"]) for one in after.assumed}
    assert head.version != after.version
    for row in bought.values():
        trial = stored.detail(stored.find_line(system_viewer("US"), row.id))["trial"]
        assert (trial["line"], round(trial["written_off"], 6)) == (4_000, 0.1)
        assert trial["capital"] == pytest.approx(0.08 / 52)
    assert set(PACE) >= set(bought)
