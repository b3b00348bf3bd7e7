"""The checker's own exact arithmetic: rounding, ranges of a layer, splits by weight, conversion of currencies.

Written again here on purpose: what is proved by the code it checks is not proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

DECIMALS: dict[str, int] = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
"""Decimals of a currency's minor unit where they are not 2 (ISO 4217)."""


def rounded(numerator: int, denominator: int) -> int:
    """Nearest integer of a ratio (denominator > 0), halves away from zero.

    >>> rounded(5, 2), rounded(-5, 2), rounded(7, 3), rounded(-1, 3)
    (3, -3, 2, 0)
    """
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((denominator - 2 * numerator) // (2 * denominator))


def range_cost(total: int, units: int, start: int, stop: int) -> int:
    """What units [start, stop) of a layer of ``units`` carry of a line of ``total``.

    >>> range_cost(5001, 100, 0, 30), range_cost(5001, 100, 30, 70), range_cost(-5001, 100, 30, 70)
    (1500, 2001, -2001)
    """
    upper = total if stop == units else rounded(total * stop, units)
    return upper if start == 0 else upper - rounded(total * start, units)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Largest remainder, ties to the earlier target; a negative total mirrors the positive one.

    >>> split(100, [1, 1, 1]), split(-100, [1, 1, 1]), split(7, [0, 5, 5])
    ([34, 33, 33], [-34, -33, -33], [0, 4, 3])
    """
    if len(weights) == 1:
        return [total]
    whole = sum(weights)
    size = abs(total)
    shares = [divmod(size * weight, whole) for weight in weights]
    parts = [floor for floor, _ in shares]
    order = sorted(range(len(weights)), key=lambda place: (-shares[place][1], place))
    for place in order[: size - sum(parts)]:
        parts[place] += 1
    return parts if total >= 0 else [-part for part in parts]


def converted(amount: int, currency: str, base: str, numerator: int, denominator: int) -> int:
    """Minor units of ``currency`` in minor units of ``base`` at numerator/denominator base per one currency.

    >>> converted(10000, "JPY", "USD", 1, 150), converted(333, "USD", "CNY", 71234, 10000)
    (6667, 2372)
    """
    shift = DECIMALS.get(base, 2) - DECIMALS.get(currency, 2)
    value = Fraction(amount * numerator, denominator) * Fraction(10) ** shift
    return rounded(value.numerator, value.denominator)
