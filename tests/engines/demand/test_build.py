"""Order lines become weekly demand: what counts, what does not, and which weeks are known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from entrepot.core.calendar import to_instant
from entrepot.engines.demand.build import build_demand, panel
from entrepot.engines.demand.netting import cancelled_quantities

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


def at(day: int, hour: int = 12) -> int:
    """Instant on the given day counted from Monday 2026-01-05."""
    return to_instant(MONDAY + timedelta(days=day, hours=hour))


def lines(*rows: tuple[object, ...], columns: str = "item quantity ordered_at") -> pl.DataFrame:
    """Order lines from tuples."""
    return pl.DataFrame(list(rows), schema=columns.split(), orient="row")


def weekly_units(frame: pl.DataFrame) -> dict[tuple[str, date], int]:
    """Demand by item and week."""
    return {(item, week): units for item, week, units in frame.select("item", "week", "demand").iter_rows() if units}


def test_cancellation_within_seven_days_is_no_demand() -> None:
    """A pair of order and full cancellation within a week leaves neither demand nor a return."""
    orders = lines(("a", 4800, at(1), 7), ("a", -4800, at(2), 7), ("a", 5, at(3), 8),
                   columns="item quantity ordered_at customer")  # fmt: skip
    built = build_demand(orders, as_of=at(7, 0))
    assert weekly_units(built.frame) == {("a", date(2026, 1, 5)): 5}
    assert (built.netting.cancelled_lines, built.netting.cancelled_units) == (1, 4800)
    assert built.netting.returned_units == 0


@pytest.mark.parametrize(
    ("later", "customer", "quantity"), [(9, 7, -6), (2, 8, -6), (2, 7, -5)], ids=["too late", "other buyer", "partly"]
)
def test_what_does_not_match_is_a_return(later: int, customer: int, quantity: int) -> None:
    """A negative line that is too late, of another buyer, or of another quantity is a return; demand stays."""
    orders = lines(("a", 6, at(1), 7), ("a", quantity, at(later), customer),
                   columns="item quantity ordered_at customer")  # fmt: skip
    built = build_demand(orders, as_of=at(14, 0))
    assert weekly_units(built.frame) == {("a", date(2026, 1, 5)): 6}
    assert built.netting.returned_units == -quantity


def test_same_order_number_nets_in_part() -> None:
    """A negative line of the same order takes part of its quantity; the rest stays demand."""
    orders = lines(("a", 6, at(1), "o1"), ("a", -2, at(3), "o1"), columns="item quantity ordered_at order")
    built = build_demand(orders, as_of=at(7, 0))
    assert weekly_units(built.frame) == {("a", date(2026, 1, 5)): 4}
    assert (built.netting.cancelled_units, built.netting.returned_units) == (2, 0)


def test_one_cancellation_undoes_one_line_the_latest() -> None:
    """Of two equal orders the later one is undone, and only once."""
    orders = lines(("a", 6, at(0), 7), ("a", 6, at(1), 7), ("a", -6, at(2), 7),
                   columns="item quantity ordered_at customer")  # fmt: skip
    assert cancelled_quantities(orders, within=7 * 86_400_000_000).tolist() == [0, 6, 6]


def test_a_cancellation_never_undoes_a_later_order() -> None:
    """A negative line before the order is not its cancellation."""
    orders = lines(("a", -6, at(0), 7), ("a", 6, at(1), 7), columns="item quantity ordered_at customer")
    assert cancelled_quantities(orders, within=7 * 86_400_000_000).tolist() == [0, 0]


def test_flagged_lines_future_lines_and_unusable_lines_are_counted() -> None:
    """Lines that cannot be demand are left out and counted, never silently."""
    orders = lines(("a", 6, at(1), False), ("a", 3, at(2), True), ("a", 9, at(30), False), ("a", 0, at(1), False),
                   (None, 1, at(1), False), columns="item quantity ordered_at cancelled")  # fmt: skip
    built = build_demand(orders, as_of=at(7, 0))
    assert weekly_units(built.frame) == {("a", date(2026, 1, 5)): 6}
    assert (built.netting.cancelled_units, built.netting.future_lines, built.netting.unusable_lines) == (3, 1, 2)


def test_incomplete_weeks_are_dropped_at_both_ends() -> None:
    """The running week is dropped, and the first one when the record is known to start inside it."""
    orders = lines(("a", 1, at(2)), ("a", 2, at(8)), ("a", 4, at(15)))
    built = build_demand(orders, since=at(1), as_of=at(16))
    assert weekly_units(built.frame) == {("a", date(2026, 1, 12)): 2}
    assert built.netting.incomplete_week_units == 5
    whole = build_demand(orders, since=at(0, 0), as_of=at(21, 0))
    assert (whole.first_week, whole.last_week) == (date(2026, 1, 5), date(2026, 1, 19))


def test_weeks_are_cut_in_the_companys_zone() -> None:
    """Sunday evening UTC is Monday morning in Shanghai."""
    orders = lines(("a", 1, at(0)), ("a", 5, at(6, 20)))
    assert weekly_units(build_demand(orders, zone="Asia/Shanghai", as_of=at(15)).frame) == {
        ("a", date(2026, 1, 5)): 1,
        ("a", date(2026, 1, 12)): 5,
    }


def test_too_little_for_one_week_is_refused() -> None:
    """Without a whole week, or without usable lines, there is a clear error."""
    with pytest.raises(ValueError, match="one whole week"):
        build_demand(lines(("a", 1, at(1))), as_of=at(3))
    with pytest.raises(ValueError, match="no usable"):
        build_demand(lines(("a", 0, at(1))))
    with pytest.raises(ValueError, match="quantity"):
        build_demand(pl.DataFrame({"item": ["a"], "ordered_at": [0]}))


def test_out_of_stock_weeks_are_unknown_and_short_ones_scaled() -> None:
    """A week out of stock is missing, not zero; a week at 80 % of stock is scaled up."""
    orders = lines(*[("a", 8, at(7 * week)) for week in (0, 1, 3)])
    stock = pl.DataFrame({"item": ["a", "a"], "week": [date(2026, 1, 12), date(2026, 1, 19)], "share": [0.8, 0.1]})
    dense = panel(build_demand(orders, as_of=at(28, 0), in_stock=stock))
    assert np.array_equal(dense.demand[0], [8.0, 10.0, np.nan, 8.0], equal_nan=True)
    assert dense.censored[0].tolist() == [False, False, True, False]


def test_a_week_without_any_line_in_a_busy_shop_was_closed() -> None:
    """In a shop with many lines every week, an empty week is unknown for every series; a quiet shop's is zero."""
    busy = lines(*[("a", 1, at(7 * week, hour % 24)) for week in (0, 1, 3) for hour in range(30)])
    assert np.isnan(panel(build_demand(busy, as_of=at(28, 0))).demand[0, 2])
    assert panel(build_demand(busy, as_of=at(28, 0)), drop_closed=True).demand.shape == (1, 3)
    quiet = lines(*[("a", 30, at(7 * week)) for week in (0, 1, 3)])
    assert panel(build_demand(quiet, as_of=at(28, 0))).demand[0].tolist() == [30.0, 30.0, 0.0, 30.0]


def test_panel_sums_over_what_it_is_not_keyed_by() -> None:
    """Channels and regions add up to the item, and can be kept apart."""
    orders = lines(("a", 1, at(0), "uk", "EU"), ("a", 2, at(0), "us", "NA"), ("b", 4, at(8), "us", "NA"),
                   columns="item quantity ordered_at channel region")  # fmt: skip
    built = build_demand(orders, as_of=at(14, 0))
    assert np.array_equal(panel(built).demand, [[3, 0], [np.nan, 4]], equal_nan=True)
    apart = panel(built, ("item", "region"))
    assert apart.keys.rows() == [("a", "EU"), ("a", "NA"), ("b", "NA")]
    with pytest.raises(ValueError, match="keyed"):
        panel(built, ("shop",))
