"""Exchange rates of the sample: a seeded walk around plausible levels, marked as such in every row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import numpy as np

from entrepot.core.documents import FxRate

PUBLISHER = "Entrepot sample (not a market rate)"
_LEVELS = {("USD", "CNY"): 7.12, ("EUR", "USD"): 1.13, ("GBP", "USD"): 1.32, ("EUR", "CNY"): 8.05}
_SCALE = 10_000


@dataclass(frozen=True, slots=True)
class Rates:
    """Daily rates in ten-thousandths: ``table[base, quote][day]``; day 0 is ``start``, weekends keep Friday's."""

    start: date
    table: dict[tuple[str, str], list[int]]

    def rate(self, base: str, quote: str, day: int) -> Fraction:
        """Units of ``quote`` for one ``base`` on ``day`` (days before the first take the first)."""
        if base == quote:
            return Fraction(1)
        day = max(0, day)
        if (base, quote) in self.table:
            return Fraction(self.table[base, quote][day], _SCALE)
        return Fraction(_SCALE, self.table[quote, base][day])

    def documents(self, first: int, last: int) -> list[FxRate]:
        """One document a working day of ``first`` to ``last`` and pair, and the inverse that the companies need."""
        result: list[FxRate] = []
        for (base, quote), values in self.table.items():
            for day, value in enumerate(values[first : last + 1], start=first):
                on = self.start + timedelta(day)
                if on.weekday() < 5 or day == first:
                    result.append(_document(base, quote, value, _SCALE, on))
                    if (base, quote) == ("USD", "CNY"):
                        result.append(_document(quote, base, _SCALE, value, on))
        return result


def draw(rng: np.random.Generator, start: date, days: int) -> Rates:
    """A slow walk for each pair; EUR in CNY follows from the other two."""
    table: dict[tuple[str, str], list[int]] = {}
    for pair, level in _LEVELS.items():
        if pair == ("EUR", "CNY"):
            continue
        step = rng.normal(0.0, 0.0028, days)
        walk = np.zeros(days)
        for day in range(1, days):
            weekend = (start + timedelta(day)).weekday() >= 5
            walk[day] = walk[day - 1] if weekend else walk[day - 1] * 0.992 + step[day]
        table[pair] = [round(v) for v in level * np.exp(walk) * _SCALE]
    table["EUR", "CNY"] = [round(e * u / _SCALE) for e, u in zip(table["EUR", "USD"], table["USD", "CNY"], strict=True)]
    return Rates(start, table)


def _document(base: str, quote: str, numerator: int, denominator: int, on: date) -> FxRate:
    return FxRate(
        id=f"{base}{quote}-{on:%Y%m%d}", effective_at=datetime(on.year, on.month, on.day, tzinfo=UTC), base=base,
        quote=quote, numerator=numerator, denominator=denominator, date=on, publisher=PUBLISHER,
    )  # fmt: skip
