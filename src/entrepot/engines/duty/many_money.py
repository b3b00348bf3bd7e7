"""Exchange rates and value limits of many entries: each found once for every day, currency and rule that occurs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import numpy as np

from entrepot.core.money import exponent
from entrepot.engines.duty.columns import Coded, Flags, Whole, day_of
from entrepot.engines.duty.model import Rates
from entrepot.engines.duty.within import Totals, limit_in
from entrepot.rules import Value

DayRates = Callable[[date], Rates]
"""Exchange rates of a day."""
_ALWAYS = 2**62
UNKNOWN = -2
"""No limit: its own exchange rate is missing."""
ONLY_ZERO = -3
"""The row's exchange rate is missing: nothing is within the limit, any other amount cannot be said."""


@dataclass(slots=True)
class Money:
    """Rates and limits, remembered by day and pair of currencies."""

    rates: DayRates
    _factors: dict[tuple[int, str, str], Fraction | None] = field(
        default_factory=dict[tuple[int, str, str], Fraction | None]
    )
    _limits: dict[tuple[int, int, str, str, str], int] = field(
        default_factory=dict[tuple[int, int, str, str, str], int]
    )
    _kept: list[Value] = field(default_factory=list[Value])

    def factor(self, day: int, own: str, target: str) -> Fraction | None:
        """Minor units of ``target`` for one minor unit of ``own``."""
        key = (day, own, target)
        if key not in self._factors:
            rate = Fraction(1) if own == target else self.rates(day_of(day))(own, target)
            power = exponent(target) - exponent(own)
            self._factors[key] = None if rate is None else rate * Fraction(10) ** power
        return self._factors[key]

    def converted(self, days: Whole, codes: Whole, labels: tuple[str, ...], target: str) -> tuple[Whole, Whole, Flags]:
        """Numerator and denominator of each row's factor into ``target``, and whether it is known."""
        keys, places = np.unique(days * len(labels) + codes, return_inverse=True)
        found = [self.factor(int(k) // len(labels), labels[int(k) % len(labels)], target) for k in keys]
        numerators = np.array([f.numerator if f is not None else 0 for f in found], dtype=np.int64)
        denominators = np.array([f.denominator if f is not None else 1 for f in found], dtype=np.int64)
        known = np.array([f is not None for f in found], dtype=np.bool_)
        return numerators[places], denominators[places], known[places]

    def limits(
        self, value: Value, name: str, target: str, days: Whole, money: Coded, codes: Whole, under: bool = False
    ) -> Whole:
        """Greatest amount in the row's own minor units within a limit (or ``under`` it), or why there is none."""
        if not value.text(name):
            return np.full(len(days), _ALWAYS, dtype=np.int64)
        keys, places = np.unique(days * len(money.labels) + codes, return_inverse=True)
        count = len(money.labels)
        found = [self._limit(value, name, target, int(k) // count, money.labels[int(k) % count], under) for k in keys]
        result = np.array(found, dtype=np.int64)
        return result[places]

    def _limit(self, value: Value, name: str, target: str, day: int, own: str, under: bool) -> int:
        key = (id(value), day, own, target, f"{name}{under}")
        if key not in self._limits:
            self._kept.append(value)  # so that its id stays its own
            found = limit_in(value, Totals(None, None, target), self.rates(day_of(day)), name)
            factor = self.factor(day, own, target)
            if isinstance(found, str):
                self._limits[key] = UNKNOWN
            elif factor is None:
                self._limits[key] = ONLY_ZERO
            else:
                whole = found / factor
                most = -(-whole.numerator // whole.denominator) - 1 if under else whole.numerator // whole.denominator
                self._limits[key] = min(_ALWAYS, most)
        return self._limits[key]
