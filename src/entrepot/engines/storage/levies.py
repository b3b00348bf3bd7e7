"""Levies per unit: batteries, electronics, packaging; each a dated price per unit or per kg of what is in the unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from entrepot.core.cost_lines import Basis, Confidence, CostLine
from entrepot.core.money import major, round_half_away


@dataclass(frozen=True, slots=True)
class Levy:
    """A levy of a country on one material (``battery``, ``electronics``, ``paper`` …): minor units per unit or per kg of it."""

    id: str
    name: str
    country: str
    material: str
    per: str
    rate: Fraction
    currency: str
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    confidence: Confidence = Confidence.SELLER


def levies_on(
    levies: Sequence[Levy], country: str, on: date, materials: Mapping[str, int | None], count: int, sku: str = ""
) -> list[CostLine]:
    """Levies of a country on ``count`` units. ``materials``: grams of each material in one unit, None = in it, not weighed.

    >>> paper = Levy("DE-LUCID-paper", "Packaging, paper", "DE", "paper", "kg", Fraction(18), "EUR")
    >>> cells = Levy("DE-BattG", "Batteries", "DE", "battery", "unit", Fraction(2), "EUR")
    >>> [x.amount for x in levies_on([paper, cells], "DE", date(2026, 3, 1), {"paper": 120, "battery": 24}, 1000)]
    [2160, 2000]
    """
    lines: list[CostLine] = []
    for levy in levies:
        holds = (levy.valid_from or date.min) <= on <= (levy.valid_to or date.max)
        if levy.country != country or levy.material not in materials or not holds:
            continue
        basis = Basis(levy.id, levy.source, levy.valid_from, levy.valid_to, levy.confidence)
        grams = materials[levy.material]
        rate = f"{major(round_half_away(levy.rate), levy.currency)} {levy.currency} per {levy.per}"
        if levy.per == "kg" and grams is None:
            need = (f"grams of {levy.material} in one unit{f' of {sku}' if sku else ''}",)
            lines.append(CostLine("other", levy.name, None, levy.currency, basis, needs=need, item=sku))
            continue
        quantity = Fraction((grams or 0) * count, 1000) if levy.per == "kg" else Fraction(count)
        amount = round_half_away(levy.rate * quantity)
        base = f"{float(quantity):g} {levy.per}"
        lines.append(CostLine("other", levy.name, amount, levy.currency, basis, base=base, rate=rate, item=sku))
    return lines
