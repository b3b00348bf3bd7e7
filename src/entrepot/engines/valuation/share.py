"""Exact cost of a range of units: the rounding that every cost figure goes through.

A cost line of T minor units on a layer of n units puts ``R(T·b/n) − R(T·a/n)`` on units [a, b), R rounding half away
from zero. Consecutive ranges sum to T whatever the cuts, and −T undoes T exactly. Written ``q·b + R(r·b/n)`` with
``q, r = divmod(|T|, n)``; where r·b could pass 63 bits the product is formed in 128 bits, so it is exact for all int64.
"""

from entrepot.engines.compiled import compiled, signed, unsigned

SMALL = 1 << 31


@compiled
def wide_divmod(r: int, b: int, n: int) -> tuple[int, int]:
    """divmod(r·b, n) for 0 ≤ r < n < 2⁶³, 0 ≤ b < 2⁶³, by schoolbook product and division in 128 bits.

    >>> wide_divmod(2**62, 2**62, 2**62 + 1) == divmod(2**124, 2**62 + 1)
    True
    """
    mask = unsigned(0xFFFFFFFF)
    half = unsigned(32)
    one = unsigned(1)
    x, y, d = unsigned(r), unsigned(b), unsigned(n)
    x_low, x_high, y_low, y_high = x & mask, x >> half, y & mask, y >> half
    low_low, low_high, high_low = x_low * y_low, x_low * y_high, x_high * y_low
    middle = (low_low >> half) + (low_high & mask) + (high_low & mask)
    low = (low_low & mask) | (middle << half)
    rest = x_high * y_high + (low_high >> half) + (high_low >> half) + (middle >> half)
    quotient = unsigned(0)
    for bit in range(63, -1, -1):
        rest = (rest << one) | ((low >> unsigned(bit)) & one)
        quotient <<= one
        if rest >= d:
            rest -= d
            quotient |= one
    return signed(quotient), signed(rest)


@compiled
def cumulative(total: int, n: int, b: int) -> int:
    """R(T·b/n): what the first ``b`` of ``n`` units carry of ``total`` (n > 0, 0 ≤ b).

    >>> cumulative(5001, 100, 70), cumulative(-5001, 100, 70), cumulative(2**62 + 1, 2**40 + 3, 2**40 + 2)
    (3501, -3501, 4611686018423193601)
    """
    if b == n:
        return total
    amount = unsigned(-total if total < 0 else total)
    units = unsigned(n)
    upto = unsigned(b)
    quotient = amount // units
    rest = amount - quotient * units
    if n < SMALL and b < SMALL:
        product = rest * upto
        part = product // units
        left = product - part * units
        if left >= units - left:
            part += unsigned(1)
        result = signed(quotient * upto + part)
    else:
        whole, over = wide_divmod(signed(rest), b, n)
        result = signed(quotient * upto) + whole + (1 if over >= n - over else 0)
    return -result if total < 0 else result


@compiled
def range_share(total: int, n: int, a: int, b: int) -> int:
    """R(T·b/n) − R(T·a/n): what units [a, b) of ``n`` carry of ``total``.

    >>> range_share(5001, 100, 30, 70)
    2001
    """
    return cumulative(total, n, b) - cumulative(total, n, a)
