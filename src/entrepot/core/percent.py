"""Rates of duty and tax as a person types them."""

from __future__ import annotations

import re
from fractions import Fraction

from entrepot.core.errors import Problem, ProblemError

DUTY, TAX = 1000, 100
"""The highest rates in per cent: a duty may exceed the value of the goods, a tax does not."""
_PLAIN = re.compile(r"[0-9]{1,4}(\.[0-9]{0,8})?|\.[0-9]{1,8}")


def rate_of(text: str, most: int, field: str) -> Fraction | None:
    """The rate that a text in per cent says, ``None`` for an empty one, from 0 to ``most`` per cent.

    Raises :class:`~entrepot.core.errors.ProblemError` ``not_a_rate`` for anything else.

    >>> rate_of("6.5 %", DUTY, "duty"), rate_of("", TAX, "tax")
    (Fraction(13, 200), None)
    """
    typed = text.strip().removesuffix("%").strip()
    if not text.strip():
        return None
    if _PLAIN.fullmatch(typed) and Fraction(typed) <= most:
        return Fraction(typed) / 100
    raise ProblemError(
        Problem("not_a_rate", "this is not a rate in per cent", f"write it like 6.5, from 0 to {most}", field=field,
                found=text[:40])
    )  # fmt: skip


def percent_text(rate: Fraction) -> str:
    """A fraction of one as a percentage.

    >>> percent_text(Fraction(1, 3)), percent_text(Fraction(1, 5))
    ('33.3333%', '20%')
    """
    text = f"{float(rate * 100):.4f}".rstrip("0").rstrip(".")
    return f"{text}%"
