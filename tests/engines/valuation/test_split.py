"""Splits and shares lose nothing, whatever the numbers."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.core.errors import ProblemError
from entrepot.core.money import range_share, split_largest_remainder
from entrepot.engines.valuation import share, split_lines
from tests.effort import effort

BIG = 2**62


def test_a_million_random_splits_each_sum_exactly() -> None:
    """1,000,000 random lines over 1 to 12 targets: every one sums to its total; none is off its fair share by one."""
    lines = 1_000_000
    random_ = np.random.default_rng(7)
    sizes = random_.integers(1, 13, lines)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    totals = random_.integers(-10_000_000, 10_000_000, lines)
    weights = random_.integers(0, 100_000, offsets[-1])
    weights[offsets[:-1]] += 1
    amounts = split_lines(totals, offsets, weights)
    assert (np.add.reduceat(amounts, offsets[:-1]) == totals).all()
    whole = np.repeat(np.add.reduceat(weights, offsets[:-1]), sizes)
    error = np.abs(amounts * whole - np.repeat(totals, sizes) * weights)
    assert (error < whole).all()


@given(
    st.integers(-BIG, BIG),
    st.lists(st.one_of(st.integers(0, 9), st.integers(0, 2**40), st.integers(0, BIG)), min_size=1, max_size=9),
)
def test_equals_the_plain_largest_remainder(total: int, weights: list[int]) -> None:
    """The compiled split equals the one in Python integers, also where products and sums pass 63 bits."""
    if sum(weights) == 0:
        weights = [*weights, 1]
    assert split_lines([total], [0, len(weights)], weights).tolist() == split_largest_remainder(total, weights)


def test_many_lines_at_once_equal_one_by_one() -> None:
    """Lines do not touch each other: a batch that mixes huge and small weights equals each line on its own."""
    chooser = random.Random(3)
    lines = [
        (chooser.randint(-BIG, BIG), [chooser.choice([1, 7, 2**33, BIG]) for _ in range(chooser.randint(1, 6))])
        for _ in range(effort(test=300, soak=30_000))
    ]
    offsets = np.cumsum([0] + [len(weights) for _, weights in lines])
    amounts = split_lines([t for t, _ in lines], offsets, [w for _, weights in lines for w in weights])
    for i, (total, weights) in enumerate(lines):
        assert amounts[offsets[i] : offsets[i + 1]].tolist() == split_largest_remainder(total, weights)


@pytest.mark.parametrize("weights", [[0, 0], [3, -1], []])
def test_an_empty_basis_is_refused_by_name(weights: list[int]) -> None:
    """A basis that does not add up to more than 0, or is negative, names its cost line."""
    with pytest.raises(ProblemError, match="cost line 4711"):
        split_lines([100, 5], [0, 1, 1 + len(weights)], [1, *weights], names=[1, 4711])


@given(st.integers(-BIG, BIG), st.one_of(st.integers(1, 50), st.integers(1, BIG)), st.data())
def test_a_stretch_equals_the_exact_fraction(total: int, n: int, data: st.DataObject) -> None:
    """R(T·b/n) − R(T·a/n) in machine integers equals the same on fractions, for all sizes; a credit undoes its bill."""
    b = data.draw(st.integers(0, n))
    a = data.draw(st.integers(0, b))
    assert share.range_share(total, n, a, b) == range_share(total, n, a, b)
    assert share.range_share(-total, n, a, b) == -share.range_share(total, n, a, b)


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_rounding_is_half_away_from_zero(total: int, n: int) -> None:
    """The first unit's share is the nearest minor unit to T/n, halves away from zero."""
    exact = Fraction(total, n)
    got = share.cumulative(total, n, 1)
    assert abs(got - exact) <= Fraction(1, 2)
    if abs(got - exact) == Fraction(1, 2):
        assert got > exact
