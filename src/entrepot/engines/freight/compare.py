"""Cards side by side for one consignment, and cards under a what-if."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from entrepot.core.cost_lines import CostLine
from entrepot.core.money import convert, major, round_half_away
from entrepot.engines.freight.fill import FillPlan, fill
from entrepot.engines.freight.model import Consignment, RateCard, Rates
from entrepot.engines.freight.quote import FreightQuote, quote


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to send a consignment: its quote or container plan, its total in the currency of the comparison, its days.

    ``total`` is None while something is not known, an exchange rate included; ``inside`` names components that an all-in
    price contains, so that its total is not compared with bare freight unnoticed.
    """

    name: str
    mode: str
    told: FreightQuote | FillPlan
    total: int | None
    currency: str
    days: tuple[int, int] | None
    inside: tuple[str, ...]

    @property
    def lines(self) -> tuple[CostLine, ...]:
        """Cost lines, in the cards' own currency."""
        return self.told.lines

    def explain(self) -> str:
        """The alternative in one line."""
        price = "not known" if self.total is None else f"{major(self.total, self.currency)} {self.currency}"
        days = "" if self.days is None else f", {self.days[0]} to {self.days[1]} days"
        inside = " (duty and tax inside)" if self.inside else ""
        return f"{self.name}: {price}{inside}{days}"


def side_by_side(
    cards: Sequence[RateCard], consignment: Consignment, currency: str, rates: Rates | None = None
) -> list[Alternative]:
    """Every card for the consignment, cheapest first, those with something unknown last.

    A card of containers is filled, its rest loose on the card for loose cargo (revenue tons) of the same currency among
    ``cards``, if there is one. ``rates`` converts totals into ``currency``.

    >>> from datetime import date
    >>> from entrepot.engines.freight.model import Band, Cartons, Container, WeightRule
    >>> sea = RateCard("F", "Sea FCL", "sea_fcl", "USD", WeightRule(), transit_days=(20, 27),
    ...                containers=(Container("40HQ", 182_300, 68 * 10**9, 26_000_000),))
    >>> air = RateCard("A", "Air", "air", "USD", WeightRule(divisor=Fraction(6000)), transit_days=(4, 7),
    ...                bands=(Band(Fraction(0), None, rate=Fraction(649)),))
    >>> goods = Consignment((Cartons(100, 12_000, 500, 400, 400),), date(2026, 3, 1))
    >>> for way in side_by_side([air, sea], goods, "USD"):
    ...     print(way.explain())
    Sea FCL: 1823.00 USD, 20 to 27 days
    Air: 8653.33 USD, 4 to 7 days
    """
    loose = {card.currency: card for card in cards if card.weight.unit == "rt" and card.bands}
    found: list[Alternative] = []
    for card in cards:
        if card.containers:
            plans = fill(card, consignment, loose.get(card.currency), rates)
            # A plan without any container is the loose card's own alternative.
            told: FreightQuote | FillPlan = (
                next((p for p in plans if p.full is not None), plans[0]) if plans else _nothing(card)
            )
        else:
            told = quote(card, consignment, rates=rates)
        found.append(_alternative(card, told, currency, rates or {}))
    return sorted(found, key=lambda way: (way.total is None, way.total or 0))


def _nothing(card: RateCard) -> FreightQuote:
    need = ("a container that holds the cartons: none of the card does",)
    line = CostLine(card.component, card.name, None, card.currency, card.basis, needs=need)
    return FreightQuote(card, (line,), legs=(card.leg,))


def _alternative(card: RateCard, told: FreightQuote | FillPlan, currency: str, rates: Rates) -> Alternative:
    known = told.total
    total: int | None = known.known if known.complete else None
    if total is not None and card.currency != currency:
        rate = rates.get((card.currency, currency))
        total = None if rate is None else convert(total, card.currency, currency, rate)
    inside = ("duty", "import_tax") if card.all_in else ()
    return Alternative(card.name, card.mode, told, total, currency, card.transit_days, inside)


def under(card: RateCard, factors: Mapping[str, Fraction], note: str = "what-if") -> RateCard:
    """The card under a what-if: prices of a code (``freight``, or a charge's) times its factor; the card itself stays.

    Percentages of the freight follow it by themselves. An all-in card moves by ``freight`` alone: a change of duty inside it
    is the line operator's to pass on.

    >>> from entrepot.engines.freight.model import Band, WeightRule
    >>> bands = (Band(Fraction(0), None, rate=Fraction(649)),)
    >>> card = RateCard("A", "Air", "air", "USD", WeightRule(), bands=bands, minimum=5000)
    >>> dearer = under(card, {"freight": Fraction(14, 10)})
    >>> float(dearer.bands[0].rate), dearer.minimum, dearer.id
    (908.6, 7000, 'A (what-if)')
    """
    factor = factors.get("freight", Fraction(1))
    bands = tuple(replace(band, flat=band.flat * factor, rate=band.rate * factor) for band in card.bands)
    containers = tuple(replace(box, price=round_half_away(box.price * factor)) for box in card.containers)
    minimum = None if card.minimum is None else round_half_away(card.minimum * factor)

    def bound(amount: int | None, by: Fraction) -> int | None:
        return None if amount is None else round_half_away(amount * by)

    charges = tuple(
        replace(c, amount=c.amount * by, minimum=bound(c.minimum, by), maximum=bound(c.maximum, by))
        for c in card.charges
        for by in [factors.get(c.code, Fraction(1))]
    )
    name = f"{card.id} ({note})"
    return replace(card, id=name, bands=bands, containers=containers, minimum=minimum, charges=charges)
