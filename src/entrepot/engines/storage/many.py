"""Size tiers and fulfilment fees of arrays of units, in exact integers; equal to the single path to the minor unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor, lcm

import numpy as np
from numpy.typing import NDArray

from entrepot.engines.storage.fulfil import in_season
from entrepot.engines.storage.size_tier import HALF
from entrepot.rules.platform_fees import FeeBook, FulfilmentFee, SizeTier

I64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
UNKNOWN = -1
_SCALE = 1000
"""Sides count in tenths of a millimetre, so that 2 inches are whole; volumes in thousandths of a mm³."""


@dataclass(frozen=True, slots=True)
class PackedUnits:
    """Columns of equal length, one SKU a row: g, mm, minor units of the marketplace's currency; -1 = not known.

    A measure of 0 is not known either.
    """

    weight: I64
    length: I64
    width: I64
    height: I64
    price: I64
    wide_low_price: Mask | None = None

    def __len__(self) -> int:
        return len(self.weight)


@dataclass(frozen=True, slots=True)
class ManyFees:
    """``tier`` indexes ``tiers`` (-1 = none); ``fulfilment`` and ``surcharge`` in minor units a unit, -1 = not known."""

    tiers: tuple[SizeTier, ...]
    tier: I64
    fulfilment: I64
    surcharge: I64


@dataclass(frozen=True, slots=True)
class _Weights:
    """Weight of every row under one tier: grams, and volume in thousandths of a mm³ with its divisor (None = not used)."""

    unit: I64
    volume: I64
    divisor: Fraction | None

    def at_most(self, grams: Fraction, *, dim: bool, unit: bool) -> Mask:
        """Where the weights that count are no more than ``grams``."""
        fits = np.ones(len(self.unit), np.bool_)
        if unit:
            fits &= self.unit <= floor(grams + HALF)
        if dim and self.divisor is not None:
            fits &= self.volume <= floor(grams * self.divisor * _SCALE)
        return fits

    def steps_over(self, over: Fraction, step: Fraction, *, dim: bool) -> I64:
        """⌈(weight − over) / step⌉, at least 0, of the weight that counts."""
        found = _ceil(2 * self.unit - 1, 2 * over, 2 * step)
        if dim and self.divisor is not None:
            found = np.maximum(found, _ceil(self.volume, over * self.divisor * _SCALE, step * self.divisor * _SCALE))
        return np.maximum(found, 0)


def _ceil(column: I64, over: Fraction, step: Fraction) -> I64:
    """⌈(column − over) / step⌉ in integers.

    Raises ``OverflowError`` where the fractions leave 64 bits.
    """
    common = lcm(over.denominator, step.denominator)
    top = max(int(column.max(initial=0)), 1)
    if top * common >= 2**62:
        raise OverflowError("weights or sizes beyond what 64 bits can hold")
    whole = column * common - floor(over * common)
    return -(-whole // floor(step * common))


def fulfilment_many(units: PackedUnits, marketplace: str, on: date, book: FeeBook) -> ManyFees:
    """Size tier, fulfilment fee and percentage surcharges of every unit at one marketplace on one day.

    Rows that lack a measure, a tier or a usable fee are -1. A peak fee whose amount is not known makes ``surcharge`` -1.

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> column = lambda *numbers: np.array(numbers)
    >>> two = PackedUnits(column(420, 900), column(130, 440), column(110, 340), column(100, -1), column(1999, 1999))
    >>> told = fulfilment_many(two, "US", date(2026, 5, 2), platform_fees())
    >>> told.fulfilment.tolist(), told.surcharge.tolist()
    ([460, -1], [16, -1])
    """
    tiers = book.on(book.tiers, marketplace, on)
    sides = np.sort(np.stack([units.length, units.width, units.height]), axis=0)
    known = (sides[0] > 0) & (units.weight > 0)
    if int(sides.max(initial=0)) > 100_000:
        raise OverflowError("a side above 100 m")
    shortest, median, longest = (np.where(known, side, 0) for side in sides)
    weight = np.where(known, units.weight, 0)
    tier = np.full(len(units), UNKNOWN)
    weights: list[_Weights] = []
    for place, row in enumerate(tiers):
        weights.append(_weights(row, weight, longest, median, shortest))
        fits = _fits(row, weights[place], longest, median, shortest)
        tier = np.where((tier < 0) & fits & known, place, tier)
    fee = np.full(len(units), UNKNOWN)
    rows = book.on(book.fulfilment, marketplace, on)
    priced = any(r.price_over is not None or r.price_upto is not None for r in rows)
    for place, row in enumerate(tiers):
        here = tier == place
        if priced:
            here &= units.price >= 0
        for candidate in rows:
            if candidate.tier == row.tier and here.any():
                here = _charge(candidate, row, weights[place], units, here, fee, usable=book.usable(candidate))
    return ManyFees(tiers, tier, fee, _surcharge(fee, marketplace, on, book))


def _weights(row: SizeTier, weight: I64, longest: I64, median: I64, shortest: I64) -> _Weights:
    least = floor((row.dim_side_min or Fraction(0)) * 10)
    volume = longest * 10 * np.maximum(median * 10, least) * np.maximum(shortest * 10, least)
    return _Weights(weight, volume, row.dim_divisor)


def _fits(row: SizeTier, weights: _Weights, longest: I64, median: I64, shortest: I64) -> Mask:
    girth = longest + 2 * (median + shortest)
    fits = np.ones(len(longest), np.bool_)
    beyond = [
        side > floor(b) for side, b in ((longest, row.longest_over), (girth, row.length_girth_over)) if b is not None
    ]
    if beyond:
        fits &= np.any(beyond, axis=0)
    bounds = (
        (longest, row.longest_max),
        (median, row.median_max),
        (shortest, row.shortest_max),
        (weights.unit, row.unit_weight_max),
    )
    for measure, bound in bounds:
        if bound is not None:
            fits &= measure <= floor(bound + HALF)
    if row.length_girth_max is not None:
        fits &= girth <= floor(row.length_girth_max + 5 * HALF)
    if row.unit_weight_over is not None:
        fits &= weights.unit > floor(row.unit_weight_over + HALF)
    if row.dim_weight_max is not None:
        fits &= weights.at_most(row.dim_weight_max, dim=True, unit=False)
    if row.greater_weight_max is not None:
        fits &= weights.at_most(row.greater_weight_max, dim=True, unit=True)
    return fits


def _charge(
    fee: FulfilmentFee, row: SizeTier, weights: _Weights, units: PackedUnits, here: Mask, out: I64, *, usable: bool
) -> Mask:
    """Writes the fee where it is the first that holds; gives back the rows that still have none."""
    dim = row.fee_weight == "greater"
    holds = here.copy()
    if fee.weight_over:
        holds &= ~weights.at_most(fee.weight_over, dim=dim, unit=True)
    if fee.weight_upto is not None:
        holds &= weights.at_most(fee.weight_upto, dim=dim, unit=True)
    if fee.price_over is not None:
        holds &= units.price > fee.price_over
    if fee.price_upto is not None:
        wide = fee.price_upto if fee.price_upto_wide is None else fee.price_upto_wide
        reach = fee.price_upto if units.wide_low_price is None else np.where(units.wide_low_price, wide, fee.price_upto)
        holds &= units.price <= reach
    if usable:
        amount = np.full(len(here), fee.fee)
        if fee.step is not None and fee.step_over is not None:
            amount = amount + fee.step_fee * weights.steps_over(fee.step_over, fee.step, dim=dim)
        out[holds] = amount[holds]
    return here & ~holds


def _surcharge(fee: I64, marketplace: str, on: date, book: FeeBook) -> I64:
    total = np.zeros(len(fee), np.int64)
    for row in book.on(book.services, marketplace, on):
        if row.fee == "fuel_and_logistics_surcharge" and row.rate is not None:
            percent = row.rate / 100
            total += (2 * np.maximum(fee, 0) * percent.numerator + percent.denominator) // (2 * percent.denominator)
        if row.fee == "peak_fulfilment" and in_season(row, on):
            return np.full(len(fee), UNKNOWN)
    return np.where(fee < 0, UNKNOWN, total)
