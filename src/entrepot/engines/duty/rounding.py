"""Rounding as customs laws have it: to the minor unit, or to a step of the currency, down or up."""

from __future__ import annotations

from fractions import Fraction

from entrepot.core.money import exponent, round_half_away
from entrepot.rules import Value


def to_step(amount: Fraction | int, value: Value | None, currency: str, step: str = "step", how: str = "how") -> int:
    """``amount`` in minor units, rounded as ``value`` says in its fields ``step`` (major units) and ``how``.

    Without such a rule: to the minor unit, half away from zero.

    >>> from entrepot.core.cost_lines import Basis
    >>> up = Value({"step": "1000", "how": "up"}, Basis("id.duty_round"))
    >>> to_step(Fraction(77058500), up, "IDR"), to_step(Fraction(10, 3), None, "USD")
    (77100000, 3)
    """
    if value is None or step not in value.data:
        return round_half_away(Fraction(amount))
    size = value.number(step) * 10 ** exponent(currency)
    whole = Fraction(amount) / size
    direction = value.text(how, "nearest")
    if direction == "down":
        return int(size * (whole.numerator // whole.denominator))
    if direction == "up":
        return int(size * -(-whole.numerator // whole.denominator))
    return int(size * round_half_away(whole))


def minor_of(value: Value, name: str, currency: str) -> Fraction:
    """A field in major units as exact minor units of ``currency``."""
    return value.number(name) * 10 ** exponent(currency)


def share(total: int, weights: list[int]) -> list[int]:
    """``total`` split by ``weights`` with cumulative rounding; equally where all weights are 0.

    >>> share(100, [1, 1, 1]), share(5, [0, 0])
    ([33, 34, 33], [3, 2])
    """
    if sum(weights) == 0:
        weights = [1] * len(weights)
    whole, done, seen, result = sum(weights), 0, 0, list[int]()
    for weight in weights:
        seen += weight
        upto = round_half_away(Fraction(total * seen, whole))
        result.append(upto - done)
        done = upto
    return result
