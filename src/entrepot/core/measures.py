"""Units of weight and length as exact fractions of the gram and the millimetre.

Source: international yard and pound agreement of 1959 (1 lb = 0.45359237 kg, 1 in = 25.4 mm).

>>> round(float(CUBIC_FOOT / CUBIC_METRE), 6)
0.028317
"""

from __future__ import annotations

from fractions import Fraction

KILOGRAM = Fraction(1000)
TONNE = Fraction(1_000_000)
POUND = Fraction(45359237, 100000)
OUNCE = POUND / 16
"""Grams."""

INCH = Fraction(254, 10)
CENTIMETRE = Fraction(10)
"""Millimetres."""

CUBIC_FOOT = (12 * INCH) ** 3
CUBIC_METRE = Fraction(10**9)
"""mm³."""

CUBIC_INCHES_PER_POUND = INCH**3 / POUND
"""A divisor of 1 in³/lb in mm³ per gram, which is the same number as cm³ per kg: 139 in³/lb is about 5,022 cm³/kg."""


def measured(value: int | None) -> int | None:
    """A weight or side as measured; 0 and less, as exports write it, is not measured.

    >>> measured(250), measured(0), measured(None)
    (250, None, None)
    """
    return value if value is not None and value > 0 else None


def longest_first(length: int | None, width: int | None, height: int | None) -> tuple[int, int, int] | None:
    """The three sides, longest first; None when one is missing.

    >>> longest_first(10, 30, 20), longest_first(10, None, 20)
    ((30, 20, 10), None)
    """
    if length is None or width is None or height is None:
        return None
    a, b, c = sorted((length, width, height), reverse=True)
    return a, b, c


def box_volume(sides: tuple[int, int, int] | None) -> int | None:
    """mm³ of a box with these sides; None when a side is missing."""
    return None if sides is None else sides[0] * sides[1] * sides[2]
