"""Size tier of a unit: the first row of the table whose bounds it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from entrepot.engines.storage.model import Unit
from entrepot.rules.platform_fees import SizeTier

HALF = Fraction(1, 2)
"""Measures are stored in whole g and mm; a bound in inches or pounds gives them the benefit of half of one (12 in = 305 mm)."""


@dataclass(frozen=True, slots=True)
class Sized:
    """A unit's tier and the weights that decided it, in grams. ``fee_weight`` is what the fulfilment fee looks at: the unit's
    weight less half a gram, or its dimensional weight."""

    tier: SizeTier
    unit_weight: int
    dim_weight: Fraction | None
    fee_weight: Fraction


def size_tier(unit: Unit, tiers: Sequence[SizeTier]) -> Sized | None:
    """The tier of a measured unit among the rows of one marketplace and day, in their order; None if it fits none.

    Dimensional weight = longest · median · shortest / divisor, median and shortest at least the row's smallest side (bulky
    tiers: 2 in); length + girth = longest + 2 · (median + shortest). Source: the platform's size tier page, as the rows say.

    >>> from datetime import date
    >>> from entrepot.rules.platform_fees import platform_fees
    >>> rows = platform_fees().on(platform_fees().tiers, "US", date(2026, 6, 1))
    >>> sized = size_tier(Unit("PILLOW", 900, 440, 340, 200), rows)
    >>> sized.tier.tier, round(float(sized.fee_weight / 453.59237), 2)
    ('large_standard', 13.14)
    """
    sides = unit.sides
    if sides is None or unit.weight is None:
        raise ValueError(f"cannot size {unit.sku}: {', '.join(unit.needs)} missing")
    longest, median, shortest = sides
    girth = longest + 2 * (median + shortest) - 5 * HALF
    weighs = unit.weight - HALF
    for row in tiers:
        dim = dimensional_weight(sides, row)
        greater = weighs if dim is None else max(weighs, dim)
        beyond = [(longest - HALF, row.longest_over), (girth, row.length_girth_over)]
        if any(bound is not None for _, bound in beyond) and not any(b is not None and s > b for s, b in beyond):
            continue
        if row.unit_weight_over is not None and weighs <= row.unit_weight_over:
            continue
        bounds = (
            (longest - HALF, row.longest_max),
            (median - HALF, row.median_max),
            (shortest - HALF, row.shortest_max),
            (girth, row.length_girth_max),
            (weighs, row.unit_weight_max),
            (dim or 0, row.dim_weight_max),
            (greater, row.greater_weight_max),
        )
        if all(bound is None or measure <= bound for measure, bound in bounds):
            weight = greater if row.fee_weight == "greater" else weighs
            return Sized(row, unit.weight, dim, weight)
    return None


def dimensional_weight(sides: tuple[int, int, int], row: SizeTier) -> Fraction | None:
    """Grams by volume under a tier's divisor; None where the tier uses none."""
    if row.dim_divisor is None:
        return None
    least = row.dim_side_min or Fraction(0)
    return sides[0] * max(Fraction(sides[1]), least) * max(Fraction(sides[2]), least) / row.dim_divisor
