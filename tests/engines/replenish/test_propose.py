"""Proposals: the right quantity, date, money and reason, and honesty about what was assumed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engines.replenish import INBOUND, PLAN, Assumptions, Plan, fill_assumptions, propose
from entrepot.engines.replenish.assume import ASSUMABLE

TODAY = date(2026, 6, 1)
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
LEAD = [40, 65, 80, 100, 140, 170]
COVER = [50, 80, 100, 125, 170, 210]


def position(**changes: Any) -> dict[str, Any]:
    """One plannable row: 10 a week, 8 weeks lead, 2 weeks review, cost 5.00, margin 7.00."""
    row: dict[str, Any] = {
        "item": "mug", "location": "us", "on_hand": 60, "reserved": 0, "weekly_mean": 10.0, "demand_lead": LEAD,
        "demand_cover": COVER, "lead_weeks": [8.0], "review_weeks": 2.0, "price": 1500, "unit_cost": 500,
        "unit_margin": 700, "storage_week": 4, "capital_rate": 0.12, "end_of_life_rate": 0.2, "order_cost": 0.0,
        "carton": 1, "moq": 0,
    }  # fmt: skip
    return row | changes


SCHEMA = {
    "item": pl.String, "location": pl.String, "on_hand": pl.Int64, "reserved": pl.Int64, "weekly_mean": pl.Float64,
    "demand_lead": pl.List(pl.Int64), "demand_cover": pl.List(pl.Int64), "lead_weeks": pl.List(pl.Float64),
    "review_weeks": pl.Float64, "price": pl.Float64, "unit_cost": pl.Float64, "unit_margin": pl.Float64,
    "storage_week": pl.Float64, "capital_rate": pl.Float64, "end_of_life_rate": pl.Float64, "order_cost": pl.Float64,
    "carton": pl.Int64, "moq": pl.Int64,
}  # fmt: skip


def plan(*rows: dict[str, Any], inbound: list[tuple[str, str, int, date | None]] | None = None, **options: Any) -> Plan:
    """Plan of these rows today."""
    coming = None
    if inbound is not None:
        kinds = {"item": pl.String, "location": pl.String, "quantity": pl.Int64, "expected_on": pl.Date}
        assert set(kinds) == set(INBOUND)
        coming = pl.DataFrame(inbound, schema=kinds, orient="row")
    frame = pl.DataFrame(list(rows), schema=SCHEMA)
    return propose(frame, on=TODAY, levels=LEVELS, currency="USD", inbound=coming, **options)


def one(*rows: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The only planned row."""
    frame = plan(*rows, **options).frame
    assert frame.columns == list(PLAN)
    return frame.row(0, named=True)


def test_the_order_gains_and_reaches_towards_the_level() -> None:
    """Stock plus order comes to the order-up-to level within a carton, and the gain is its margin less its holding."""
    row = one(position(on_hand=130, carton=12))
    reached = 130 + row["lost_before"] + row["quantity"]
    assert abs(reached - row["order_up_to"]) <= 12
    assert row["benefit"] == row["margin_saved"] - row["holding_added"] > 0
    assert 0.5 < row["service"] < 1


def test_money_dates_and_cover() -> None:
    """Cash is quantity × landed cost; the run-out date is stock / mean; the deadline is a lead time earlier."""
    row = one(position(on_hand=100))
    assert row["cash"] == row["quantity"] * 500
    assert row["stockout_on"] == TODAY + timedelta(weeks=10)
    assert row["order_by"] == TODAY + timedelta(weeks=2)
    assert row["arrives_on"] == TODAY + timedelta(weeks=8)
    assert row["cover_weeks"] == 10.0
    assert row["assumed"] == []


def test_too_late_is_said_and_what_is_lost_is_not_ordered() -> None:
    """When stock runs out before an order can arrive, the units lost till then are told and not bought."""
    short, ample = one(position(on_hand=0)), one(position(on_hand=90))
    assert "late" in short["flags"]
    assert short["order_by"] == TODAY
    assert short["lost_before"] == pytest.approx(84, abs=5)
    assert short["quantity"] <= short["order_up_to"] - short["lost_before"] + 1
    assert "late" not in ample["flags"]
    codes = [reason.code for reason in plan(position(on_hand=0)).explain("mug", "us")]
    assert "late" in codes


def test_arrivals_in_time_replace_an_order_and_late_ones_do_not() -> None:
    """Units arriving within lead time + review count as position; later ones do not; undated ones never do."""
    bare = one(position())["quantity"]
    soon = one(position(), inbound=[("mug", "us", 50, TODAY + timedelta(weeks=3))])
    assert soon["position"] == 110
    assert bare - 50 <= soon["quantity"] < bare
    later = one(position(), inbound=[("mug", "us", 50, TODAY + timedelta(weeks=11))])
    undated = one(position(), inbound=[("mug", "us", 50, None)])
    assert later["quantity"] == undated["quantity"] == bare
    elsewhere = one(position(), inbound=[("mug", "de", 50, TODAY)])
    assert elsewhere["quantity"] == bare


def test_an_overdue_arrival_counts_and_is_flagged() -> None:
    """An arrival whose date has passed is still coming; the row says that it is overdue."""
    row = one(position(), inbound=[("mug", "us", 50, TODAY - timedelta(days=5))])
    assert row["position"] == 110
    assert row["flags"] == ["overdue_inbound"]


def test_run_out_date_follows_the_arrivals() -> None:
    """60 units last 6 weeks; 50 more that arrive in week 3 extend it to 11, in week 7 they come too late."""
    soon = one(position(), inbound=[("mug", "us", 50, TODAY + timedelta(weeks=3))])
    assert soon["stockout_on"] == TODAY + timedelta(weeks=11)
    gap = one(position(), inbound=[("mug", "us", 50, TODAY + timedelta(weeks=7))])
    assert gap["stockout_on"] == TODAY + timedelta(weeks=6)


def test_cartons_and_minimum_order() -> None:
    """Orders are whole cartons and at least the minimum."""
    row = one(position(on_hand=150, carton=24))
    assert row["quantity"] % 24 == 0
    assert row["cartons"] * 24 == row["quantity"]
    assert one(position(on_hand=70, carton=24, moq=100))["quantity"] == 120


def test_a_minimum_order_that_never_pays_is_not_taken() -> None:
    """A minimum order of many years of demand is declined with its reason; a moderate one is taken."""
    slow = position(weekly_mean=0.5, demand_lead=[1, 3, 4, 6, 9, 12], demand_cover=[2, 4, 5, 7, 11, 14], on_hand=0)
    assert one(slow | {"moq": 10})["quantity"] >= 10
    refused = one(slow | {"moq": 5000})
    assert (refused["action"], refused["quantity"]) == ("wait", 0)
    assert "moq_too_large" in refused["flags"]


def test_what_loses_money_is_not_ordered() -> None:
    """Without margin no quantity pays, whatever the stock."""
    row = one(position(on_hand=0, unit_margin=-20))
    assert row["quantity"] == 0
    assert "loses_money" in row["flags"]
    assert row["order_up_to"] == 0


def test_excess_is_advice_with_its_price() -> None:
    """1,000 units at 10 a week: what is beyond level + 26 weeks costs storage and capital every month."""
    row = one(position(on_hand=1000))
    assert row["action"] == "excess"
    assert row["excess_units"] == 1000 - row["order_up_to"] - 260
    holding = 4 + 500 * 0.12 / 52
    assert row["excess_month"] == round(row["excess_units"] * holding * 52 / 12)
    assert row["excess_cash"] == row["excess_units"] * 500
    assert 0 < row["clear_discount"] < 1500
    assert any(reason.code == "excess" for reason in plan(position(on_hand=1000)).explain("mug", "us"))


def test_dead_stock_has_no_run_out_and_no_discount() -> None:
    """Without any expected demand there is no run-out date, no cover, and no price at which keeping pays."""
    dead = position(weekly_mean=0.0, demand_lead=[0] * 6, demand_cover=[0] * 6)
    row = one(dead)
    assert (row["action"], row["stockout_on"], row["cover_weeks"], row["clear_discount"]) == (
        "excess",
        None,
        None,
        None,
    )
    assert row["excess_units"] == 60


def test_missing_inputs_are_assumed_only_where_allowed_and_always_named() -> None:
    """A row with only a price is planned on named assumptions; with assumptions off it is listed as not planned."""
    bare = position(**dict.fromkeys(ASSUMABLE))
    row = one(bare)
    assert row["assumed"] == list(ASSUMABLE)
    assert (row["unit_cost"], row["unit_margin"]) == (600.0, 675.0)
    strict = plan(bare, position(item="cup"), assumptions=Assumptions(cost_share=None, fee_share=None))
    assert strict.frame["item"].to_list() == ["cup"]
    assert strict.unplanned["missing"].to_list() == [["unit_cost", "unit_margin", "storage_week"]]
    assert strict.explain("mug", "us")[0].code == "not_planned"
    told = plan(bare).explain("mug", "us")[-1]
    assert told.code == "assumed"
    assert "landed cost" in told.text


def test_a_missing_cost_is_never_zero() -> None:
    """Without cost and price there is no plan: the row is listed, not planned at cost 0."""
    result = plan(position(unit_cost=None, price=None, unit_margin=None))
    assert len(result.frame) == 0
    assert result.unplanned["missing"].to_list() == [["unit_cost", "unit_margin"]]


def test_no_forecast_no_plan() -> None:
    """An item without history is listed as lacking a forecast; the others are planned."""
    result = plan(position(item="new", demand_lead=None, demand_cover=None, weekly_mean=None), position())
    assert result.unplanned.rows() == [("new", "us", ["forecast"])]
    assert result.orders["item"].to_list() == ["mug"]


def test_filling_assumptions_twice_changes_nothing() -> None:
    """The workflow fills before it forecasts; the engine fills again without effect."""
    frame = pl.DataFrame([position(lead_weeks=None)], schema=SCHEMA)
    once = fill_assumptions(frame)
    assert fill_assumptions(once).equals(once)
    assert once["assumed"].to_list() == [["lead_weeks"]]


def test_plan_is_ordered_by_money_and_refuses_ambiguity() -> None:
    """Orders come first by gain; a pair given twice or a list of the wrong length is an error."""
    result = plan(
        position(item="a", unit_margin=100), position(item="b", unit_margin=900), position(item="c", on_hand=900)
    )
    assert result.frame["item"].to_list() == ["b", "a", "c"]
    with pytest.raises(ValueError, match="twice"):
        plan(position(), position())
    with pytest.raises(ValueError, match="levels"):
        plan(position(demand_cover=[1, 2]))
    with pytest.raises(KeyError):
        result.explain("mug", "us")


def test_an_empty_frame_is_an_empty_plan() -> None:
    """Nothing in, nothing out, with the documented columns."""
    result = plan()
    assert result.frame.columns == list(PLAN)
    assert len(result.frame) == 0


@given(
    on_hand=st.integers(-20, 400), margin=st.integers(1, 5000), cost=st.integers(1, 5000), storage=st.integers(0, 50),
    carton=st.integers(1, 60), moq=st.integers(0, 150),
)  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_dearer_holding_never_orders_more_and_dearer_shortage_never_less(
    on_hand: int, margin: int, cost: int, storage: int, carton: int, moq: int
) -> None:
    """The level falls with holding cost and rises with margin; orders are whole cartons, at least the MOQ, and gain."""
    row = position(on_hand=on_hand, unit_margin=margin, unit_cost=cost, storage_week=storage, carton=carton, moq=moq)
    base = one(row)
    assert one(row | {"storage_week": storage + 25})["order_up_to"] <= base["order_up_to"]
    assert one(row | {"unit_margin": 2 * margin})["order_up_to"] >= base["order_up_to"]
    if base["quantity"]:
        assert base["quantity"] % carton == 0
        assert base["quantity"] >= moq
        assert base["benefit"] >= 0
