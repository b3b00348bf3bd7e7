"""What one order does on the paths, against a unit-by-unit walk."""

from __future__ import annotations

import numpy as np

from entrepot.engines.replenish.line_futures import line_futures
from entrepot.engines.replenish.rolling import PATHS, WEEKS, Ageing, Lane, RollingCosts, Standing

SEA = (Lane("sea", (3,), (1.0,)),)


def costs(**changes: object) -> RollingCosts:
    """Round figures; storage doubles after two weeks and is four times after four."""
    return RollingCosts(
        np.array([900.0]), np.array([500.0]), np.array([[100.0]]), np.array([2.0]), 0.001, 0.0, 0.7, np.array([10.0]),
        ageing=Ageing((2, 4), (2.0, 4.0)), **changes,  # type: ignore[arg-type]
    )  # fmt: skip


def standing(on_hand: int, due: list[int]) -> Standing:
    """One row without forecast: the tests hand in their own demand."""
    return Standing(
        np.array([on_hand]), np.zeros((1, 1, 1), np.int64), np.array([due]), np.zeros((1, 5, 3)),
        np.array([0.1, 0.5, 0.9]), np.array([1]), np.array([1]),
    )  # fmt: skip


def steady(weekly: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.int64]]:
    """The same demand every week on every path."""
    return np.full((1, PATHS, WEEKS), weekly, dtype=np.int64)


def test_stock_runs_out_without_the_order_and_is_met_with_it_until_it_is_used_up() -> None:
    """30 on hand at 10 a week last three weeks; an order of 50 that comes in the third week lasts five more."""
    told = line_futures(np.array([[50]]), standing(30, [0]), SEA, costs(), demand=steady(10))
    assert told.stock_nothing[0, :4].tolist() == [20, 10, 0, 0]
    assert told.stock[0, :8].tolist() == [20, 10, 50, 40, 30, 20, 10, 0]
    assert told.ordered[0, 2] == 50
    assert (told.lost_nothing - told.lost)[0] == 50
    assert told.left[0] == 0
    assert told.sold[0] == 50


def test_storage_of_the_order_is_charged_by_the_age_of_its_own_units() -> None:
    """A walk unit by unit gives the same fee: plain weeks, and those beyond each age."""
    told = line_futures(np.array([[50]]), standing(30, [0]), SEA, costs(), demand=steady(10))
    waiting = [50, 40, 30, 20, 10]
    plain = 2.0 * sum(waiting)
    aged = 2.0 * sum(n * ((age > 2) * 1 + (age > 4) * 2) for age, n in enumerate(waiting))
    assert told.storage[0] == plain + aged
    assert told.aged[0] == aged


def test_what_comes_before_is_sold_before_and_what_is_not_sold_is_left() -> None:
    """Known arrivals are older than the order; without demand all of the order waits to the end."""
    told = line_futures(np.array([[20]]), standing(0, [40]), SEA, costs(), demand=steady(0))
    assert told.left[0] == 20
    assert told.coming[0, 0] == 40
    assert told.unmet[0] == 0
    assert told.capital[0] > 20 * 600 * 0.001 * (WEEKS - 4)


def test_a_closed_factory_brings_the_order_later() -> None:
    """Two weeks of delay move the arrival by two weeks."""
    late = np.full((WEEKS + 1, 1), 2, dtype=np.int64)
    told = line_futures(np.array([[20]]), standing(0, [0]), SEA, costs(), demand=steady(1), late=late)
    assert told.ordered[0, 4] == 20
    assert told.ordered[0, 2] == 0
