"""A service floor: what it costs a unit, and what promises of weeks that are over were worth."""

from __future__ import annotations

import numpy as np
import pytest

from entrepot.engines.replenish.decide import Situation, decide_week
from entrepot.engines.replenish.rolling import Standing, plan_orders
from entrepot.engines.replenish.service import (
    MOST_SHORT,
    SURE,
    UNMEASURED,
    Kept,
    expected_fill,
    kept,
    price_of_service,
    unavoidable,
)
from entrepot.engines.replenish.steady import Floats
from tests.engines.replenish.test_rolling import LANES, costs, standing


def share(found: Floats) -> float:
    """Met of asked."""
    return float(found[:, 0].sum() / found[:, 1].sum())


def test_levels_from_nothing_are_nearly_as_good_as_levels_long_tuned() -> None:
    """A first plan of new rows costs at most 3 % more on paths it has not seen than one tuned again and again."""
    here, paid = standing([0, 15, 40, 90, 150, 250] * 4), costs(24)
    paid.margin[:] = np.repeat([150, 400, 900, 2000], 6)
    there = Situation(here, LANES, paid)
    cold = decide_week(there)
    warm = cold
    for seed in range(2, 8):
        warm = decide_week(there, policy=warm.policy, seed=seed)
    judged = [plan_orders(here, LANES, paid, policy=one.policy, rounds=0, seed=99).cost.sum() for one in (cold, warm)]
    assert judged[0] < 1.03 * judged[1]


def test_a_week_never_costs_more_than_what_the_levels_say() -> None:
    """The order of the week is the levels' or a cheaper one, of whole cartons."""
    here, paid = standing([0, 20, 60, 100, 200, 900]), costs(6)
    week, levels = decide_week(Situation(here, LANES, paid)), plan_orders(here, LANES, paid)
    assert (week.cost <= levels.cost + 1e-6).all()
    assert (week.policy == levels.policy).all()
    assert (week.units % 12 == 0).all()


def test_a_higher_floor_costs_more_and_what_nothing_can_bring_is_not_counted() -> None:
    """The price rises with the floor; a shelf empty until the fastest way arrives makes no difference to what is reachable."""
    low = costs(4, margin=250.0)
    there = Situation(standing([30, 50, 90, 10], 6.0), LANES, low)
    base = share(decide_week(there).fill)
    prices = [price_of_service([there], base + part * (1 - base)) for part in (0.2, 0.5, 0.8)]
    assert 0 < prices[0] < prices[1] < prices[2]
    empty = Situation(standing([0, 0, 0, 0], 6.0), LANES, low)
    assert (unavoidable(empty) > 3).all()
    floor = share(decide_week(empty).fill)
    assert price_of_service([empty], floor + 0.02) > 0
    assert price_of_service([empty], floor + 0.02, reachable=True) == 0


def test_rows_of_several_ways_share_one_price() -> None:
    """Two situations together need a price between those of each."""
    one = Situation(standing([30, 50], 6.0), LANES, costs(2, margin=250.0))
    other = Situation(standing([20, 60], 6.0), LANES[2:], _sea(costs(2, margin=400.0)))
    apart = sorted(price_of_service([each], 0.9) for each in (one, other))
    together = price_of_service([one, other], 0.9)
    assert apart[0] * 0.9 <= together <= apart[1] * 1.1


def _sea(paid):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(paid, freight=np.ascontiguousarray(paid.freight[:, 2:]))


def test_a_promise_is_compared_with_what_came_and_the_aim_is_raised_by_that() -> None:
    """What fell short and its error are made good, within bounds; a promise that was kept raises nothing."""
    promised = np.column_stack([np.full(200, 19.0), np.full(200, 20.0)])
    came = np.column_stack([np.tile([17.0, 19.0], 100), np.full(200, 20.0)])
    told = kept(promised, came)
    assert (told.expected, told.met) == (pytest.approx(0.95), pytest.approx(0.90))
    assert told.error == pytest.approx(0.05 / np.sqrt(200), rel=0.25)
    assert told.shortfall == pytest.approx(0.05 + SURE * told.error)
    assert kept(came, promised).shortfall == 0
    assert Kept(0.99, 0.50).shortfall == MOST_SHORT
    assert Kept.unknown().shortfall == UNMEASURED
    assert "aims" in str(told.explain()[0])
    assert Kept.unknown().explain()[0].code == "service_kept_unknown"


def test_a_season_that_nobody_foresaw_is_not_laid_to_the_plan() -> None:
    """Where the rule fell short as much as the plan, the plan kept its promise against the rule."""
    promised = np.column_stack([np.full(50, 18.0), np.full(50, 20.0)])
    came = np.column_stack([np.full(50, 21.0), np.full(50, 30.0)])
    assert kept(promised, came).shortfall == MOST_SHORT
    assert kept(promised, came, (promised, came)).shortfall == pytest.approx(0.0, abs=1e-9)


def test_the_first_weeks_are_met_better_than_all_when_the_shelf_is_full() -> None:
    """A full shelf without orders meets the first weeks, not the half-year."""
    here = standing([130], 10.0)
    still = Situation(
        Standing(here.on_hand, here.transit, here.due, here.totals, here.levels, here.carton, here.least),
        LANES,
        costs(1),
    )
    nothing = np.array([[0.0, 0.0, 0.0, 6.0]])
    assert share(expected_fill(still, nothing, weeks=6)) > 0.95
    assert share(expected_fill(still, nothing)) < 0.7
