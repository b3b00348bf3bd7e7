"""Interest on arrays equals interest on single amounts."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.core.errors import ProblemError
from entrepot.core.money import round_half_away
from entrepot.engines.capital import CapitalRate, accrued, interest_many

START = date(2025, 1, 1)
RATES = st.lists(
    st.builds(
        CapitalRate,
        st.fractions(0, Fraction(1, 3), max_denominator=1000),
        st.integers(0, 500).map(lambda n: START + timedelta(days=n)),
        st.sampled_from([360, 365]),
    ),
    max_size=3,
    unique_by=lambda rate: rate.since,
).map(lambda later: [CapitalRate(Fraction(7, 100)), *later])
ROWS = st.lists(
    st.tuples(st.integers(-(10**14), 10**14), st.integers(0, 700), st.integers(0, 700)), min_size=1, max_size=20
)


@given(ROWS, RATES)
def test_arrays_equal_single_amounts(rows: list[tuple[int, int, int]], rates: list[CapitalRate]):
    """Any order of days, any rates by date, amounts beyond what one product of 64 bits holds."""
    amounts, first, last = (np.array(column) for column in zip(*rows, strict=True))
    days = [np.datetime64(START) + column for column in (first, last)]
    told = interest_many(amounts, *days, rates)
    for n, (amount, a, b) in enumerate(rows):
        exact = amount * accrued(rates, START + timedelta(days=a), START + timedelta(days=b))
        assert told[n] == round_half_away(exact)


def test_no_rows_and_no_rate():
    """Nothing gives nothing; a day before the first rate is refused with its name."""
    none = np.array([], "M8[D]")
    assert len(interest_many(np.array([], np.int64), none, none, [])) == 0
    day = np.array([np.datetime64("2025-01-01")])
    with pytest.raises(ProblemError, match="2025-01-01"):
        interest_many(np.array([5]), day, day + 9, [CapitalRate(Fraction(1, 10), date(2025, 1, 5))])
