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
    """A levy of a country on one material (``battery``, ``electronics``, ``paper`` …): minor units per unit or per kg of it.

    ``due``: ``sold`` (the duty to pay arises with the sale into the country) or ``imported`` (when the goods come in).
    ``scheme`` is the producer scheme or register that bills it, by its supplier code; ``company`` the company it holds for
    (empty = all); ``bill_days`` the days within which its bill is expected.
    """

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
    scheme: str = ""
    due: str = "sold"
    company: str = ""
    bill_days: int = 100

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return (self.valid_from or date.min) <= on <= (self.valid_to or date.max)

    def quantity(self, grams: int | None, units: int) -> int | None:
        """What it is charged on, in whole grams or units; ``None`` where it goes by weight and the material was not weighed."""
        if self.per == "unit":
            return units
        return None if grams is None else grams * units

    def exact(self, quantity: int) -> Fraction:
        """Minor units for a quantity in grams or units, not rounded: a levy on one unit is often less than a cent.

        >>> Levy("P", "Paper", "DE", "paper", "kg", Fraction(18), "EUR").exact(120)
        Fraction(54, 25)
        """
        return self.rate * (Fraction(quantity, 1000) if self.per == "kg" else quantity)


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
        if levy.country != country or levy.material not in materials or not levy.holds(on):
            continue
        basis = Basis(levy.id, levy.source, levy.valid_from, levy.valid_to, levy.confidence)
        grams = materials[levy.material]
        rate = f"{major(round_half_away(levy.rate), levy.currency)} {levy.currency} per {levy.per}"
        charged = levy.quantity(grams, count)
        if charged is None:
            need = (f"grams of {levy.material} in one unit{f' of {sku}' if sku else ''}",)
            lines.append(CostLine("other", levy.name, None, levy.currency, basis, needs=need, item=sku))
            continue
        amount = round_half_away(levy.exact(charged))
        base = f"{charged / 1000 if levy.per == 'kg' else charged:g} {levy.per}"
        lines.append(CostLine("other", levy.name, amount, levy.currency, basis, base=base, rate=rate, item=sku))
    return lines
