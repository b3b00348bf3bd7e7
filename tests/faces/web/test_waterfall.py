"""Waterfalls add up to the eye as they do in the books."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from entrepot.books.selectors.shapes import Step
from entrepot.faces.web.waterfall import bars, per_unit

amounts = st.integers(-(10**12), 10**12)


@given(st.integers(-(10**12), 10**12), st.lists(amounts, max_size=9))
def test_every_bar_starts_where_the_last_one_ended(net: int, costs: list[int]) -> None:
    """Neighbours touch, everything stays inside the drawing, and the last bar stands on the ground line."""
    steps = [Step("net_sales", net), *(Step("purchase", cost) for cost in costs), Step("profit", net + sum(costs))]
    drawn = bars(steps, 10)
    for before, after in pairwise(drawn[:-1]):
        assert before.after == after.before
    for bar in drawn:
        assert -0.01 <= bar.left <= 100.01
        assert bar.left + bar.width <= 100.02
    assert abs(drawn[-1].after - drawn[-2].after) < 0.02


def test_what_is_not_known_is_not_drawn_as_nothing() -> None:
    """A missing amount has no figure and no width."""
    bar = bars([Step("net_sales", 100), Step("purchase", None, missing_units=4), Step("profit", 100)], 1)[1]
    assert (bar.amount, bar.per_unit, bar.width, bar.missing_units) == (None, None, 0.0, 4)


def test_per_unit_rounds_half_away_from_zero() -> None:
    """The same both ways, and unknown without units."""
    assert [per_unit(5, 2), per_unit(-5, 2), per_unit(5, 0), per_unit(None, 3)] == [3, -3, None, None]
