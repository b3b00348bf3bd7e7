"""What stands of money that was paid ahead when some of it came back.

A refund gives back the latest payments first: bills use up the oldest ones (docs/methods/ledger.md), so what was asked back is
what was paid last. It gives back payments of its own currency by their amount, and only then others, by what both are worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Part(NamedTuple):
    """A payment, or a refund (negative): ``worth`` = ``amount`` in a currency that all parts have in common."""

    currency: str
    amount: int
    worth: int


def standing(parts: Sequence[Part]) -> list[Fraction]:
    """Share of each part that stands, oldest first: of a payment what was not given back, of a refund what gave nothing back.

    A refund that comes before what it gives back (two entries of one day) takes from the next payments.

    >>> paid = [Part("CNY", 100, 100), Part("CNY", 50, 50), Part("CNY", -70, -70), Part("CNY", 30, 30)]
    >>> [str(share) for share in standing(paid)]
    ['4/5', '0', '0', '1']
    >>> [str(share) for share in standing([Part("USD", 90, 600), Part("CNY", 100, 100), Part("USD", -45, -320)])]
    ['1/2', '1', '0']
    >>> [str(share) for share in standing([Part("CNY", 10, 10), Part("USD", -6, -40)])]
    ['0', '3/4']
    """
    left = [Fraction(1) if part.amount else Fraction(0) for part in parts]
    refunds = [place for place, part in enumerate(parts) if part.amount < 0]
    for alike in (True, False):
        for refund in refunds:
            order = [*reversed(range(refund)), *range(refund + 1, len(parts))]
            for place in order:
                if (parts[place].currency == parts[refund].currency) is alike and parts[place].amount > 0:
                    _give_back(parts, left, place, refund, alike=alike)
    return left


def _give_back(parts: Sequence[Part], left: list[Fraction], paid: int, refund: int, *, alike: bool) -> None:
    held = parts[paid].amount if alike else parts[paid].worth
    asked = -parts[refund].amount if alike else -parts[refund].worth
    taken = min(held * left[paid], asked * left[refund])
    if taken > 0:
        left[paid] -= taken / held
        left[refund] -= taken / asked
