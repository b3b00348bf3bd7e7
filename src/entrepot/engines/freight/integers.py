"""Exact integer arithmetic on columns of 64 bits: a product that might not fit raises ``OverflowError`` instead of wrapping."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
ROOM = 2**62


def fits(*factors: int) -> None:
    """Refuses a product of factors that 64 bits might not hold.

    >>> fits(10**9, 10**9)
    >>> fits(10**10, 10**10)
    Traceback (most recent call last):
    OverflowError
    """
    product = 1
    for factor in factors:
        product *= max(abs(factor), 1)
    if product >= ROOM:
        raise OverflowError


def top(column: I64) -> int:
    """The greatest value of a column, at least 0."""
    return int(column.max(initial=0))


def scaled(column: I64, factor: Fraction) -> I64:
    """column · factor, which must come out whole."""
    fits(top(column), factor.numerator)
    return column * factor.numerator // factor.denominator


def rounded(column: I64, factor: Fraction) -> I64:
    """column · factor to the nearest integer, halves up (column ≥ 0)."""
    fits(top(column), factor.numerator, 4)
    return (2 * column * factor.numerator + factor.denominator) // (2 * factor.denominator)


def steps(column: I64, factor: Fraction) -> I64:
    """⌈column · factor⌉."""
    fits(top(column), factor.numerator)
    return -(-(column * factor.numerator) // factor.denominator)


def half_up(amount: Fraction) -> int:
    """The nearest integer of an amount of 0 or more, halves up."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
