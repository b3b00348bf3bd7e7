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
from entrepot.rules import Value

DayRates = Callable[[date], Rates]
"""Exchange rates of a day."""
_ALWAYS = 2**62
UNKNOWN = -2
"""No limit: its own exchange rate is missing."""
ONLY_ZERO = -3
"""The row's exchange rate is missing: nothing is within the limit, any other amount cannot be said."""


Ratio = tuple[int, int]
"""Numerator and denominator, for arithmetic without an object a number."""


@dataclass(slots=True)
class Money:
    """Rates and limits, remembered by day and pair of currencies."""

    rates: DayRates
    _days: dict[int, Rates] = field(default_factory=dict[int, Rates])
    _ratios: dict[tuple[str, str], dict[int, Ratio | None]] = field(
        default_factory=dict[tuple[str, str], dict[int, Ratio | None]]
    )
    _limits: dict[tuple[int, str, str, bool], dict[int, int]] = field(
        default_factory=dict[tuple[int, str, str, bool], dict[int, int]]
    )
    _kept: list[Value] = field(default_factory=list[Value])

    def factor(self, day: int, own: str, target: str) -> Fraction | None:
        """Minor units of ``target`` for one minor unit of ``own``."""
        ratio = self._ratio(self._ratios.setdefault((own, target), {}), day, own, target)
        return None if ratio is None else Fraction(*ratio)

    def converted(self, days: Whole, codes: Whole, labels: tuple[str, ...], target: str) -> tuple[Whole, Whole, Flags]:
        """Numerator and denominator of each row's factor into ``target``, and whether it is known."""
        keys, places = np.unique(days * len(labels) + codes, return_inverse=True)
        tables = [self._ratios.setdefault((own, target), {}) for own in labels]
        listed: list[int] = keys.tolist()
        found = [
            self._ratio(tables[k % len(labels)], k // len(labels), labels[k % len(labels)], target) for k in listed
        ]
        numerators = np.array([f[0] if f is not None else 0 for f in found], dtype=np.int64)
        denominators = np.array([f[1] if f is not None else 1 for f in found], dtype=np.int64)
        known = np.array([f is not None for f in found], dtype=np.bool_)
        return numerators[places], denominators[places], known[places]

    def limits(
        self, value: Value, name: str, target: str, days: Whole, money: Coded, codes: Whole, under: bool = False
    ) -> Whole:
        """Greatest amount in the row's own minor units within a limit (or ``under`` it), or why there is none."""
        if not value.text(name):
            return np.full(len(days), _ALWAYS, dtype=np.int64)
        count = len(money.labels)
        keys, places = np.unique(days * count + codes, return_inverse=True)
        found: list[int] = []
        tables = [self._table(value, name, target, own, under) for own in money.labels]
        listed: list[int] = keys.tolist()
        for key in listed:
            table, day = tables[key % count], key // count
            most = table.get(day)
            if most is None:
                most = table[day] = self._limit(value, name, target, day, money.labels[key % count], under)
            found.append(most)
        return np.array(found, dtype=np.int64)[places]

    def _table(self, value: Value, name: str, target: str, own: str, under: bool) -> dict[int, int]:
        key = (id(value), f"{target}.{name}", own, under)
        if key not in self._limits:
            self._kept.append(value)  # so that its id stays its own
            self._limits[key] = {}
        return self._limits[key]

    def _limit(self, value: Value, name: str, target: str, day: int, own: str, under: bool) -> int:
        currency = value.text("currency") or target
        # The limit and the row's amount both in the target's minor units; a limit has whole cents.
        limit = self._ratio(self._ratios.setdefault((currency, target), {}), day, currency, target)
        if limit is None:
            return UNKNOWN
        ratio = self._ratio(self._ratios.setdefault((own, target), {}), day, own, target)
        if ratio is None:
            return ONLY_ZERO
        amount = value.number(name) * 10 ** exponent(currency)
        top, bottom = amount.numerator * limit[0] * ratio[1], amount.denominator * limit[1] * ratio[0]
        return min(_ALWAYS, -(-top // bottom) - 1 if under else top // bottom)

    def _ratio(self, table: dict[int, Ratio | None], day: int, own: str, target: str) -> Ratio | None:
        if day not in table:
            table[day] = self._found(day, own, target)
        return table[day]

    def _found(self, day: int, own: str, target: str) -> Ratio | None:
        if own == target:
            return 1, 1
        if day not in self._days:
            self._days[day] = self.rates(day_of(day))
        rate = self._days[day](own, target)
        if rate is None:
            return None
        power = exponent(target) - exponent(own)
        exact = rate * 10**power if power >= 0 else rate / 10**-power
        return exact.numerator, exact.denominator
