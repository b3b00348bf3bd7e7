"""Interest as a clock: the cost of money of sums that were paid in parts and come back in parts, from two sums alone.

What a lot's money costs until its cash is back is Σ amount · (C(back) − C(paid)), with C(day) the interest on one unit of
money since a first day. So each cost line needs only a second amount, amount · C(paid): it follows the units along the
layers just as the cost itself does, and a sale's interest is A · C(back) − W, whatever payments its units came from.
All in integers: C counts parts of ``scale``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import lcm

import numpy as np

from entrepot.core.money import round_half_away
from entrepot.engines.capital.many import I64, Days
from entrepot.engines.capital.model import CapitalRate, accrued

_ROOM = 2**62


class Clock:
    """C(day) for every day of a stretch at dated yearly rates (simple interest).

    >>> clock = Clock([CapitalRate(Fraction(10, 100))], date(2026, 1, 1), date(2026, 12, 31))
    >>> paid, back = clock.at(np.array(["2026-01-01", "2026-04-01"], "M8[D]"))
    >>> clock.interest(np.array([365_000]), np.array([365_000 * paid]), np.array([back])).tolist()
    [9000]
    """

    def __init__(self, rates: Sequence[CapitalRate], first: date, last: date) -> None:
        """Raises :class:`~entrepot.core.errors.ProblemError` where a day of the stretch has no rate."""
        accrued(rates, first, max(last, first + timedelta(days=1)))
        self.first = first
        self.scale = lcm(*((rate.yearly / rate.day_count).denominator for rate in rates))
        """Parts in one unit of money: interest in minor units is parts / scale."""
        daily = np.zeros((last - first).days + 1, np.int64)
        for rate in sorted(rates, key=lambda r: r.since):
            daily[max((rate.since - first).days, 0) :] = int(rate.yearly / rate.day_count * self.scale)
        self._run = np.concatenate([[0], np.cumsum(daily)])

    def at(self, days: Days) -> I64:
        """C of each day, in parts; days outside the stretch count as its ends."""
        places = (days.astype("M8[D]") - np.datetime64(self.first)).astype(np.int64)
        return self._run[np.clip(places, 0, len(self._run) - 1)]

    def holds(self, amount: int) -> bool:
        """Whether sums of ``amount`` minor units can be weighed in 64 bits."""
        return abs(amount) * max(int(self._run[-1]), 1) < _ROOM

    def interest(self, amounts: I64, weighed: I64, back: I64) -> I64:
        """Minor units of interest: (amount · C(back) − weighed) / scale, half away from zero.

        ``weighed`` is Σ part · C(paid) of the parts of each amount, ``back`` C of the day on which its cash is back.
        """
        if not len(amounts):
            return np.zeros(0, np.int64)
        if not self.holds(int(np.abs(amounts).max())):
            pairs = zip(amounts.tolist(), weighed.tolist(), back.tolist(), strict=True)
            return np.array([round_half_away(Fraction(a * b - w, self.scale)) for a, w, b in pairs], np.int64)
        parts = amounts * back - weighed
        return np.sign(parts) * ((2 * np.abs(parts) + self.scale) // (2 * self.scale))
