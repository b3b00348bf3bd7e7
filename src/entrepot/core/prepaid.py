"""What stands of money that was paid ahead when some of it came back.

A refund gives back the latest payments first: bills use up the oldest ones (docs/methods/ledger.md), so what was asked back is
what was paid last.
"""

from __future__ import annotations

from collections.abc import Sequence


def standing(amounts: Sequence[int]) -> list[int]:
    """What stands of each amount, oldest first; a refund is negative and stands as 0.

    A refund that comes before what it gives back (two entries of one day) is taken from the next payments.

    >>> standing([100, 50, -70, 30])
    [80, 0, 0, 30]
    >>> standing([-20, 50]), standing([10, -30])
    ([0, 30], [0, 0])
    """
    left: list[int] = []
    back = 0
    for amount in amounts:
        back += max(-amount, 0)
        left.append(max(amount, 0))
        for place in reversed(range(len(left)) if back else ()):
            taken = min(back, left[place])
            left[place] -= taken
            back -= taken
    return left
