"""Columns of many one-line entries, and the whole-number arithmetic on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_EPOCH = date(1970, 1, 1)
_SAFE = float(2**62)


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts: the distinct ``labels`` and the place of each row's among them."""

    labels: tuple[str, ...]
    codes: Whole

    @staticmethod
    def of(texts: Iterable[str]) -> Coded:
        """Codes a column.

        >>> Coded.of(["US", "DE", "US"]).codes.tolist()
        [1, 0, 1]
        """
        labels, codes = np.unique(np.asarray(list(texts), dtype=np.str_), return_inverse=True)
        return Coded(tuple(str(x) for x in labels), codes.astype(np.int64))

    def at(self, row: int) -> str:
        """The text of a row."""
        return self.labels[int(self.codes[row])]

    @staticmethod
    def same(text: str, count: int) -> Coded:
        """A column with one text in every row."""
        return Coded((text,), np.zeros(count, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Entries:
    """Many entries of one goods line each.

    ``on`` counts days since 1970-01-01. ``value``, ``freight`` and ``insurance`` are whole minor units of the row's
    ``currency``, none negative; ``grams`` is −1 where not known. ``duty_rate`` is the seller's own rate as a fraction text
    ("1/20"), empty where the schedule decides.
    """

    destination: Coded
    on: Whole
    regime: Coded
    mode: Coded
    hs: Coded
    origin: Coded
    currency: Coded
    quantity: Whole
    value: Whole
    freight: Whole
    insurance: Whole
    grams: Whole
    duty_rate: Coded

    def __len__(self) -> int:
        return len(self.on)


def only(entries: Entries, kept: Flags) -> Entries:
    """The rows of ``entries`` where ``kept``, with the labels that occur in them."""

    def part(column: Coded | Whole) -> Coded | Whole:
        if not isinstance(column, Coded):
            return column[kept]
        used, codes = np.unique(column.codes[kept], return_inverse=True)
        return Coded(tuple(column.labels[int(i)] for i in used), codes.astype(np.int64))

    return Entries(**{f.name: part(getattr(entries, f.name)) for f in fields(entries)})  # pyright: ignore[reportArgumentType]


@dataclass(frozen=True, slots=True)
class Column:
    """A figure of every row in minor units of the destination's currency; ``amount`` counts only where ``known``."""

    amount: Whole
    known: Flags


def day_number(on: date) -> int:
    """Days since 1970-01-01.

    >>> day_number(date(2026, 8, 1))
    20666
    """
    return (on - _EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return _EPOCH + timedelta(days=int(number))


def scaled(amount: Whole, numerator: Whole | int, denominator: Whole | int) -> Whole:
    """R(amount · numerator / denominator), halves up; amounts are not negative. Exact whatever the size.

    >>> scaled(np.array([5, 7]), 1, 2).tolist(), scaled(np.array([10**12]), 10**9 + 1, 10**9).tolist()
    ([3, 4], [1000000001000])
    """
    if len(amount) == 0:
        return amount
    top = float(amount.max()) * float(np.max(numerator)) * 2 + float(np.max(denominator))
    if top < _SAFE:
        return (2 * amount * numerator + denominator) // (2 * np.asarray(denominator))
    wide = amount.astype(object) * numerator
    divisors = np.broadcast_to(np.asarray(denominator), wide.shape)
    return np.asarray(
        [(2 * int(n) + int(d)) // (2 * int(d)) for n, d in zip(wide, divisors, strict=True)], dtype=np.int64
    )


def by(amount: Whole, rate: Fraction) -> Whole:
    """R(amount · rate) for one rate."""
    return scaled(amount, rate.numerator, rate.denominator)


def to_steps(amount: Whole, numerator: Whole | int, denominator: Whole | int, step: int, how: str) -> Whole:
    """amount · numerator / denominator rounded to whole steps: nearest, down or up.

    >>> to_steps(np.array([534795]), 1, 1, 1000, "down").tolist(), to_steps(np.array([1]), 1, 3, 10, "up").tolist()
    ([534000], [10])
    """
    divisor = np.asarray(denominator) * step
    if how == "nearest":
        return scaled(amount, numerator, divisor) * step
    if len(amount) and float(amount.max()) * float(np.max(numerator)) >= _SAFE:
        wide = amount.astype(object) * numerator
        rows = zip(wide, np.broadcast_to(divisor, wide.shape), strict=True)
        exact = [int(n) // int(d) if how == "down" else -(-int(n) // int(d)) for n, d in rows]
        return np.asarray(exact, dtype=np.int64) * step
    if how == "down":
        return amount * numerator // divisor * step
    return -(-(amount * numerator) // divisor) * step
