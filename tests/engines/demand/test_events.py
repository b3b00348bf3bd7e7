"""The event calendar: dates of moving feasts, and what a shop that never saw one expects."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from entrepot.engines.demand.events import CALENDARS, CHINA, Event, day_of, index
from entrepot.engines.demand.forecast import forecast
from tests.engines.demand.panels import dense


@pytest.mark.parametrize(
    ("rule", "year", "day"),
    [
        ("black_friday", 2024, date(2024, 11, 29)),
        ("black_friday", 2025, date(2025, 11, 28)),
        ("lunar_new_year", 2025, date(2025, 1, 29)),
        ("ramadan", 2025, date(2025, 3, 1)),
        ("12-25", 2031, date(2031, 12, 25)),
    ],
)
def test_moving_feasts_fall_on_their_published_days(rule: str, year: int, day: date) -> None:
    """Dates agree with the published ones (the moon's to a day)."""
    found = day_of(rule, year)
    assert found is not None
    assert abs((found - day).days) <= (1 if rule == "ramadan" else 0)


def test_every_calendar_has_dates_for_years_to_come() -> None:
    """Each event of each calendar has a day in every year of the next decade."""
    for calendar in CALENDARS.values():
        for event in calendar:
            assert all(day_of(event.day, year) for year in range(2020, 2036))


def test_a_first_christmas_is_expected_and_can_be_edited() -> None:
    """A shop with 40 weeks from January expects more in the weeks before Christmas than its level, by as much as the prior
    says; without events it does not."""
    demand = np.full((40, 40), 10.0)
    with_events = forecast(dense(demand)).state.over(np.full(40, 8.0))
    without = forecast(dense(demand), events=()).state.over(np.full(40, 8.0))
    strong = forecast(dense(demand), events=(Event("fair", "12-01", ((-2, 0, 1.0),)),)).state.over(np.full(40, 8.0))
    assert without[0] == pytest.approx(80)
    assert 82 < with_events[0] < 96
    assert strong[0] > with_events[0]


def test_what_a_shop_has_seen_outweighs_the_prior() -> None:
    """A shop whose last Christmas was as any other week expects little more of the next."""
    never = forecast(dense(np.full((40, 40), 10.0))).state.over(np.full(40, 8.0))[0]
    seen = forecast(dense(np.full((40, 92), 10.0))).state.over(np.full(40, 8.0))[0]
    assert seen - 80 < 0.5 * (never - 80)


def test_the_index_has_no_gaps_between_years() -> None:
    """Around the turn of a year both years' events count."""
    weeks = [date(2025, 12, 1) + timedelta(weeks=k) for k in range(16)]
    west, china = index(weeks), index(weeks, CHINA)
    assert west.max() > 1.1
    assert (west[4:] < 1).any()
    assert china.max() > 1.05
    assert np.all(index(weeks, ()) == 1)
