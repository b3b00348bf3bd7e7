"""What a chargeable weight costs on a card: the band, the next break, the minimum."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from entrepot.core.money import round_half_away
from entrepot.engines.freight.card import bands_for
from entrepot.engines.freight.model import Band, RateCard


@dataclass(frozen=True, slots=True)
class Priced:
    """Price in minor units, the band that gave it, and what was done to it."""

    amount: int
    band: Band
    charged_as: Fraction
    """Chargeable units that the price is for: more than weighed where the next break is cheaper."""
    by_minimum: bool = False


def price(card: RateCard, units: Fraction, zone: str = "*") -> Priced | None:
    """Minor units for ``units`` of chargeable weight to ``zone``; None where the card has no price for it.

    The price of the band that holds the weight; with ``next_break`` the least over that and every higher band charged from
    its break; at least the card's minimum. Rounded half away from zero to the minor unit.

    >>> from entrepot.engines.freight.model import WeightRule
    >>> card = RateCard("AIR", "air", "air", "USD", WeightRule(), edge="from", next_break=True, minimum=5000, bands=(
    ...     Band(Fraction(0), Fraction(45), rate=Fraction(700)), Band(Fraction(45), Fraction(100), rate=Fraction(600)),
    ...     Band(Fraction(100), None, rate=Fraction(450))))
    >>> price(card, Fraction(40)).amount, price(card, Fraction(80)).amount, price(card, Fraction(5)).amount
    (27000, 45000, 5000)
    >>> price(card, Fraction(80)).charged_as
    Fraction(100, 1)
    """
    best: Priced | None = None
    for band in bands_for(card, zone):
        if holds(card, band, units):
            best = Priced(round_half_away(band.price(units)), band, units)
        elif best is not None and card.next_break:
            raised = Priced(round_half_away(band.price(band.over)), band, band.over)
            best = min(best, raised, key=lambda p: p.amount)
    if best is not None and card.minimum is not None and best.amount < card.minimum:
        return Priced(card.minimum, best.band, best.charged_as, by_minimum=True)
    return best


def holds(card: RateCard, band: Band, units: Fraction) -> bool:
    """Whether the weight lies in the band, the break itself on the side that the card says."""
    if card.edge == "from":
        return band.over <= units and (band.upto is None or units < band.upto)
    above = band.over < units or (units == 0 and band.over == 0)
    return above and (band.upto is None or units <= band.upto)
