"""Example cards from the lanes that come with the program, and US parcel zones by distance."""

from __future__ import annotations

from fractions import Fraction

from entrepot.core.measures import CUBIC_METRE
from entrepot.engines.freight.model import Band, Container, RateCard, WeightRule
from entrepot.rules.freight_lanes import Lane

FORTY_FOOT = (int(58 * CUBIC_METRE), 26_000_000)
"""Usable volume (mm³) and payload (g) of a 40 ft container: figures of ours for examples; loads differ."""
_ZONE_MILES = (50, 150, 300, 600, 1000, 1400, 1800)


def example_card(lane: Lane) -> RateCard | None:
    """A card with the lane's price level, None where no price was found. Its lines are estimates: the seller's card replaces it.

    Weight rules by unit of the price: kg at the lane's divisor rounded up to 0.5 kg, cbm as weight or measure with at least
    one revenue ton, FEU as one 40 ft container.

    >>> from entrepot.rules.freight_lanes import freight_lanes
    >>> card = example_card(next(x for x in freight_lanes() if x.id == "CAN-LHR-air"))
    >>> card.weight.divisor, card.bands[0].rate, card.transit_days
    (Fraction(6000, 1), Fraction(414, 1), (5, 8))
    """
    if lane.cost is None:
        return None
    weight = WeightRule()
    bands: tuple[Band, ...] = (Band(Fraction(0), None, rate=Fraction(lane.cost)),)
    containers: tuple[Container, ...] = ()
    if lane.unit == "container":
        volume, payload = FORTY_FOOT
        bands, containers = (), (Container("40GP", lane.cost, volume, payload),)
    elif lane.unit == "cbm":
        weight = WeightRule("rt", Fraction(1000), minimum=Fraction(1))
    else:
        weight = WeightRule("kg", Fraction(lane.divisor or 6000), step=Fraction(1, 2))
    return RateCard(
        id=f"example/{lane.id}",
        name=f"{lane.mode.replace('_', ' ')} {lane.origin}-{lane.destination} (example)",
        mode=lane.mode,
        currency=lane.currency,
        weight=weight,
        bands=bands,
        containers=containers,
        origin=lane.origin,
        destination=lane.destination,
        transit_days=(round(lane.usual_days), -(-lane.slow_days.numerator // lane.slow_days.denominator)),
        valid_from=lane.cost_on,
        source=lane.source,
        confidence=lane.cost_confidence,
    )


def us_zone(miles: float) -> int:
    """US parcel zone of a straight-line distance, 1 to 8 (zone 9, Alaska, Hawaii and territories, goes by postcode).

    Source: ctcf-inc.com/shipping-zone-calculator (read 2025). Carriers cut zones by
    three-digit postcode; this is the distance behind them.

    >>> [us_zone(miles) for miles in (10, 150, 151, 2400)]
    [1, 2, 3, 8]
    """
    if miles < 0:
        raise ValueError("a distance is not negative")
    return next((n for n, upto in enumerate(_ZONE_MILES, 1) if miles <= upto), 8)
