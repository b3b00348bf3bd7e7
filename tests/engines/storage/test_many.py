"""Arrays of units pay what single units pay, at every tier, price band and bound."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engines.storage import Asked, PackedUnits, Unit, fulfilment, fulfilment_many, sized
from entrepot.rules.platform_fees import platform_fees

BOOK = platform_fees()
DAYS = st.sampled_from([date(2026, 3, 1), date(2026, 5, 1), date(2026, 11, 20), date(2025, 5, 1)])
# Bounds of the tables in g and mm, and one beside each: where a comparison would slip if it could.
GRAMS = [
    n + d
    for n in (20, 28, 100, 113, 453, 460, 760, 960, 1360, 1760, 9071, 15000, 22679, 23000, 31751, 68038)
    for d in (0, 1)
]
SIDES = [
    n + d
    for n in (19, 25, 40, 60, 120, 203, 304, 330, 355, 381, 450, 457, 508, 610, 838, 939, 1010, 1200, 1498, 2438)
    for d in (0, 1)
]


def measure(marks: list[int], most: int) -> st.SearchStrategy[int]:
    """Near a bound of the tables, anywhere, or not known."""
    return st.one_of(st.sampled_from(marks), st.sampled_from(marks), st.integers(1, most), st.sampled_from([-1, 0]))


ROWS = st.lists(
    st.tuples(
        measure(GRAMS, 80_000),
        *(measure(SIDES, 2600) for _ in range(3)),
        measure([999, 1000, 1001, 2000, 5000, 5001], 9000),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(ROWS, st.sampled_from(["US", "UK"]), DAYS)
def test_arrays_equal_single_units(rows: list[tuple[int, int, int, int, int, bool]], marketplace: str, on: date):
    """Tier, fee and surcharge agree row by row, unknown measures and dates without a table included."""
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    told = fulfilment_many(PackedUnits(*columns), marketplace, on, BOOK)
    for n, (weight, a, b, c, price, wide) in enumerate(rows):
        unit = Unit("X", *(None if x <= 0 else x for x in (weight, a, b, c)))  # type: ignore[arg-type]
        asked = Asked(unit, marketplace, on, None if price < 0 else price, wide)
        found = sized(asked, BOOK)
        lines = fulfilment(asked, BOOK)
        assert (told.tier[n] < 0) == isinstance(found, tuple)
        if not isinstance(found, tuple):
            assert told.tiers[told.tier[n]].id == found.tier.id
        assert told.fulfilment[n] == (-1 if lines[0].amount is None else lines[0].amount)
        known = all(line.amount is not None for line in lines)
        assert told.surcharge[n] == (sum(line.amount or 0 for line in lines[1:]) if known else -1)


def test_sizes_beyond_64_bits_are_refused():
    """A side of a kilometre raises instead of wrapping round."""
    one = np.array([1_000_000])
    with pytest.raises(OverflowError):
        fulfilment_many(PackedUnits(one, one, one, one, one), "US", date(2026, 3, 1), BOOK)
