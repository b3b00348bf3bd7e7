"""Weights and prices in words, for explanations."""

from __future__ import annotations

from fractions import Fraction

from entrepot.core.money import exponent, major
from entrepot.engines.freight.model import Band, Chargeable, RateCard


def plain(number: Fraction) -> str:
    """A number without needless decimals, at most three.

    >>> plain(Fraction(64)), plain(Fraction(1, 3))
    ('64', '0.333')
    """
    return f"{float(number):,.3f}".rstrip("0").rstrip(".")


def money(amount: Fraction | int, card: RateCard) -> str:
    """Minor units as a price of the card, with as many decimals as it takes (at most four below the minor unit)."""
    if isinstance(amount, int) or amount.denominator == 1:
        return f"{major(int(amount), card.currency)} {card.currency}"
    places = exponent(card.currency)
    return f"{float(amount) / 10**places:.{places + 4}f}".rstrip("0") + f" {card.currency}"


def weighed(weight: Chargeable) -> str:
    """Chargeable weight with the two that it was chosen from."""
    text = f"{plain(weight.units)} {weight.unit} by {weight.by} (actual {plain(weight.actual)} {weight.unit}"
    if weight.volumetric is not None:
        text += f", volumetric {plain(weight.volumetric)} {weight.unit}"
    return f"{text})"


def per_unit(card: RateCard, band: Band) -> str:
    """Price of a band in words."""
    unit = card.weight.unit
    parts: list[str] = []
    if band.flat or not band.rate:
        parts.append(money(band.flat, card))
    if band.rate:
        above = f" above {plain(band.rate_over)} {unit}" if band.rate_over else ""
        parts.append(f"{money(band.rate, card)} per {unit}{above}")
    return " + ".join(parts)
