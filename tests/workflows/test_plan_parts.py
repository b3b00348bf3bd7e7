"""The parts of a plan that need no books: limits from text, closures, lead times, price breaks, ways."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.core.errors import ProblemError
from entrepot.workflows.plan_figures import Facts
from entrepot.workflows.plan_lanes import Way
from entrepot.workflows.plan_limits import Limits, read_limits, weeks_late
from entrepot.workflows.plan_sources import in_weeks

ON = date(2026, 11, 2)


def test_limits_are_read_from_text_and_come_back_from_what_is_kept() -> None:
    """All kinds at once; what is kept with a run makes the same limits."""
    found = read_limits(
        ON, "USD", cash="50,000:6", container=("1", "LA:2"), service="95", closed=("F01:2026-11-09:2026-11-22", "CN:lny"),
        warehouse=("LA:30.5",), supplier=("F01:5000",),
    )  # fmt: skip
    assert (found.cash, found.cash_weeks, found.service) == (5_000_000, 6, 0.95)
    assert (found.containers, found.warehouses, found.suppliers) == ({"": 1, "LA": 2}, {"LA": 30.5}, {"F01": 5000})
    assert found.closed[1].first == date(2027, 1, 29)
    assert Limits.kept(found.said()) == found
    assert not Limits().said()


@pytest.mark.parametrize(
    "wish",
    [
        {"cash": "much"}, {"cash": "-5"}, {"cash": "5:99"}, {"service": "150"}, {"service": "x"}, {"container": ("two",)},
        {"closed": ("F01:2026-13-01:2026-11-22",)}, {"closed": ("F01:2026-11-22:2026-11-09",)}, {"closed": ("F01",)},
        {"supplier": ("F01:-1",)},
    ],
)  # fmt: skip
def test_limits_that_make_no_sense_are_refused_with_their_name(wish: dict[str, object]) -> None:
    """Each says which limit it is and how to write it."""
    with pytest.raises(ProblemError) as caught:
        read_limits(ON, "USD", **wish)  # type: ignore[arg-type]
    assert caught.value.problems[0].field == next(iter(wish))


@given(st.integers(0, 60), st.integers(1, 30), st.integers(1, 60))
def test_a_closure_never_brings_an_order_earlier_nor_later_than_its_length(
    start: int, length: int, production: int
) -> None:
    """Day by day: ready when as many open days as the work needs have passed."""
    first = date.fromordinal(ON.toordinal() + start)
    last = date.fromordinal(first.toordinal() + length - 1)
    late = weeks_late([(first, last)], ON, production / 7, 4)
    for week, weeks in enumerate(late):
        day, worked = ON.toordinal() + 7 * week, 0
        while worked < production:
            worked += not first.toordinal() <= day <= last.toordinal()
            day += 1
        extra = day - (ON.toordinal() + 7 * week) - production
        assert weeks == -(-extra // 7)
        assert 0 <= weeks <= -(-length // 7)


def test_days_that_follow_one_another_are_weeks_with_their_odds() -> None:
    """Nine combinations of three and three days; odds add up to one."""
    weeks, odds = in_weeks((20.0, 28.0, 36.0), (30.0, 35.0, 40.0))
    assert weeks == (8, 9, 10, 11, 12)
    assert sum(odds) == pytest.approx(1.0, abs=1e-5)


def test_a_break_prices_all_units_or_those_beyond_it() -> None:
    """501 units at 3.00 until 499 and 2.50 from 500 on."""
    whole = Facts("buy", 0.0, 0.0, 0.0, 300.0, [1, 500], [300.0, 250.0], True, 30.0)
    steps = Facts("buy", 0.0, 0.0, 0.0, 300.0, [1, 500], [300.0, 250.0], False, 30.0)
    assert (whole.goods_of(499), whole.goods_of(501)) == (499 * 300, 501 * 250)
    assert steps.goods_of(501) == 499 * 300 + 2 * 250
    load = Facts("ship", 0.0, 0.0, 0.0, 300.0, [1], [300.0], True, 0.0)
    assert load.goods_of(50) == 0


def test_air_is_charged_by_the_larger_of_weight_and_volume() -> None:
    """3,000 cm³ are half a kilogram at 6,000: a light unit pays for its room, a heavy one for its weight."""
    air = Way("air", (7.0,), per_kg=600.0)
    assert air.freight(3_000_000, 100) == 300
    assert air.freight(3_000_000, 900) == 540
    assert Way("sea", (35.0,), per_m3=12_000.0).freight(None, 900) is None
    assert Way("sea", (35.0,), flat=33.0).freight(None, None) == 33
