"""Orders of today: they respect what the supplier ships, cost no more than waiting, and move the right way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engines.replenish.decide import Situation
from entrepot.engines.replenish.demand_paths import HORIZONS, demand_paths
from entrepot.engines.replenish.rolling import (
    PATHS,
    WEEKS,
    Lane,
    RollingCosts,
    Standing,
    arrivals,
    plan_in_blocks,
    plan_orders,
    tempered,
)
from entrepot.engines.replenish.service import expected_fill, price_of_service
from entrepot.engines.replenish.steady import Floats

LANES = (Lane("air", (1, 2), (0.7, 0.3)), Lane("rail", (5, 6), (0.6, 0.4)), Lane("sea", (8, 9, 10), (0.5, 0.3, 0.2)))
LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])


def totals(pace: Floats) -> Floats:
    """Quantiles around ``pace`` units a week."""
    spread = np.array([0.3, 0.7, 1.0, 1.3, 1.9])
    return pace[:, None, None] * np.asarray(HORIZONS)[None, :, None] * spread[None, None, :]


def standing(on_hand: list[int], pace: float = 10.0) -> Standing:
    """Rows that differ in stock alone."""
    rows = len(on_hand)
    return Standing(
        np.array(on_hand), np.zeros((rows, 3, 2), np.int64), np.zeros((rows, 1), np.int64), totals(np.full(rows, pace)),
        LEVELS, np.full(rows, 12), np.full(rows, 24),
    )  # fmt: skip


def costs(rows: int, margin: float = 900.0, air: float = 300.0) -> RollingCosts:
    """Costs of a good that costs 6.00."""
    one = np.ones(rows)
    return RollingCosts(
        margin * one, 600 * one, np.tile([air, 120.0, 60.0], (rows, 1)), 1.5 * one, 0.12 / 52, 300.0, 0.7, 10 * one
    )


def test_orders_are_whole_cartons_of_at_least_the_minimum() -> None:
    """Whatever the stock, an order is a number of cartons and not below the least; it never costs more than waiting."""
    plan = plan_orders(standing([0, 20, 60, 100, 200, 900]), LANES, costs(6))
    assert (plan.units % 12 == 0).all()
    assert ((plan.units == 0) | (plan.units >= 24)).all()
    assert (plan.cost <= plan.cost_of_nothing + 1e-6).all()
    assert plan.units[0].sum() > 0
    assert plan.units[-1].sum() == 0


def test_an_item_that_loses_money_is_not_bought() -> None:
    """Without margin nothing is ordered, however empty the shelf."""
    assert plan_orders(standing([0, 5]), LANES, costs(2, margin=0.0)).units.sum() == 0


def test_air_is_used_when_empty_and_cheap_enough() -> None:
    """An empty shelf with a good margin goes by air; at a freight above the margin it does not."""
    assert plan_orders(standing([0]), LANES, costs(1, air=150.0)).units[0, 0] > 0
    assert plan_orders(standing([0]), LANES, costs(1, air=2000.0)).units[0, 0] == 0


def test_what_is_on_its_way_counts() -> None:
    """Goods in transit are as many in the paths as were sent, arrive when they still can, and replace an order."""
    one = standing([60])
    one.transit[0, 2, 1] = 240
    came = arrivals(one, LANES)
    assert (came.sum(axis=2) == 240).all()
    assert set(np.flatnonzero(came[0].sum(axis=0))) == {6, 7, 8}
    assert plan_orders(one, LANES, costs(1)).units[0, 2] < plan_orders(standing([60]), LANES, costs(1)).units[0, 2]


def test_goods_that_are_overdue_are_expected_next_week() -> None:
    """An order older than its longest lead time has not vanished."""
    one = Standing(
        np.array([0]), np.zeros((1, 3, 15), np.int64), np.zeros((1, 1), np.int64), totals(np.array([5.0])), LEVELS,
        np.array([1]), np.array([1]),
    )  # fmt: skip
    one.transit[0, 2, 12] = 7
    assert (arrivals(one, LANES)[0, :, 0] == 7).all()


def test_a_price_of_service_buys_the_floor() -> None:
    """The price found lifts the expected fill to the floor; without need it is zero."""
    here, low = standing([30, 50, 90, 10], 6.0), costs(4, margin=250.0)
    base = plan_orders(here, LANES, low, rounds=4)
    reached = base.fill[:, 0].sum() / base.fill[:, 1].sum()
    there = Situation(here, LANES, low)
    assert price_of_service([there], reached - 0.2) == 0
    floor = (1 + reached) / 2
    price = price_of_service([there], floor)
    assert price > 0
    lifted = plan_orders(here, LANES, low, service_price=price, policy=base.policy)
    assert lifted.fill[:, 0].sum() / lifted.fill[:, 1].sum() >= floor - 0.01
    met, asked = expected_fill(there, base.policy).sum(axis=0)
    assert 0 < met <= asked


@settings(max_examples=20, deadline=None)
@given(st.floats(0.2, 200), st.integers(0, 1000))
def test_paths_have_the_forecasts_totals(pace: float, seed: int) -> None:
    """The median of the paths' totals to each horizon is the forecast's, but for whole units; no path is negative."""
    given_ = totals(np.array([pace]))
    paths = demand_paths(given_, LEVELS, WEEKS, PATHS, seed)
    assert (paths >= 0).all()
    for at, horizon in enumerate(HORIZONS[1:], start=1):
        median = np.median(paths[0, :, :horizon].sum(axis=1))
        assert median == pytest.approx(given_[0, at, 2], rel=0.08, abs=1.5)


def test_a_surge_is_believed_up_to_the_limit() -> None:
    """A forecast of ten times the recent pace is scaled to twice; one below stays as it is."""
    given_ = totals(np.array([10.0, 10.0]))
    held = tempered(given_, np.array([130.0, 130.0]), np.array([12.0, 129.0]), limit=2.0)
    assert held[0].sum() == pytest.approx(given_[0].sum() * 2 * 13 / 130)
    assert (held[1] == given_[1]).all()


def test_a_plan_explains_its_orders() -> None:
    """Each mode ordered has a line with its units; a row without order says so."""
    plan = plan_orders(standing([0, 900]), LANES, costs(2))
    ordered = [line for line in plan.explain(0) if line.code == "rolling_order"]
    assert sum(int(line.parameters["units"] or 0) for line in ordered) == plan.units[0].sum()
    assert plan.explain(1)[0].code == "rolling_nothing"


def test_goods_are_ordered_ahead_of_a_closure() -> None:
    """If the factory closes from next week on for six weeks, more is ordered today than without."""
    late = np.zeros((10, 3), np.int64)
    late[1:7, 1:] = np.arange(6, 0, -1)[:, None]
    here = standing([120, 150, 180])
    usual, ahead = plan_orders(here, LANES, costs(3)), plan_orders(here, LANES, costs(3), late=late)
    assert ahead.units[:, 1:].sum() > usual.units[:, 1:].sum()


def test_a_short_shelf_life_makes_orders_smaller() -> None:
    """What keeps four weeks only is not bought for a quarter."""
    here, base = standing([0, 0, 40]), costs(3)
    short = RollingCosts(
        base.margin, base.landed, base.freight, base.storage, base.capital, base.line, base.written_off, base.disposal,
        shelf_weeks=np.full(3, 4),
    )  # fmt: skip
    assert plan_orders(here, LANES, short).units.sum() < plan_orders(here, LANES, base).units.sum()


def test_blocks_on_threads_give_the_same_orders() -> None:
    """Rows are planned alone: cutting the work changes nothing."""
    here = standing([0, 20, 60, 100, 200] * 450)
    whole = plan_orders(here, LANES, costs(2250))
    with ThreadPoolExecutor(2) as pool:
        cut = plan_in_blocks(here, LANES, costs(2250), pool)
    assert (cut.units == whole.units).all()
    assert (cut.cost == whole.cost).all()


def test_rows_with_something_unknown_are_named_and_the_others_planned() -> None:
    """A missing margin or forecast stops one row only; its neighbours get the orders that they get without it."""
    here, known = standing([0, 0, 40]), costs(3)
    known.margin[1] = np.nan
    here.totals[1, 0, 0] = np.nan
    plan = plan_orders(here, LANES, known)
    assert plan.missing == ((), ("forecast", "margin"), ())
    assert str(plan.explain(1)[0]) == "Not planned: not known: forecast, margin."
    assert plan.units[1].sum() == 0
    whole = plan_orders(standing([0, 40]), LANES, costs(2))
    assert (plan.units[[0, 2]] == whole.units).all()


def test_a_mode_without_lead_time_is_refused() -> None:
    """A lead time must be known, and goods ordered today do not arrive today."""
    with pytest.raises(ValueError, match="lead time"):
        plan_orders(standing([5]), (Lane("sea", (), ()),), costs(1))
