"""What freight takes and gives: cartons, weight rules, rate cards, and quotes that say how they came about.

Units: grams, millimetres, mm³; money in minor units of the card's currency, as exact fractions where it is a rate (a rate may
be 3.1415 a gram) and as integers where it is an amount. A divisor is in cm³ per kg, which is the same number in mm³ per gram.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from entrepot.core.cost_lines import Basis, Confidence
from entrepot.core.measures import KILOGRAM, POUND, TONNE, box_volume, longest_first, measured

UNITS: dict[str, Fraction] = {"g": Fraction(1), "kg": KILOGRAM, "lb": POUND, "rt": TONNE}
"""Grams of each unit of charge. A revenue ton (rt) is 1,000 kg or, at the sea's divisor of 1,000 cm³/kg, 1 cbm."""
EVERYWHERE = "*"
"""Zone of a band that holds for every zone."""


@dataclass(frozen=True, slots=True)
class Cartons:
    """``count`` cartons (or parcels) of one kind.

    ``weight`` in grams and sides in mm of one packed carton; None = not known, and so is 0, as exports write it. ``goods``
    names what it holds, as the card's surcharges name it (``battery``, ``magnetic``, ``textile``, ``hazardous`` …). ``label``
    is the seller's own name for it.
    """

    count: int
    weight: int | None
    length: int | None = None
    width: int | None = None
    height: int | None = None
    goods: frozenset[str] = frozenset()
    label: str = ""

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"{self.count} cartons: at least one")
        for name in ("weight", "length", "width", "height"):
            object.__setattr__(self, name, measured(getattr(self, name)))

    @property
    def sides(self) -> tuple[int, int, int] | None:
        """Sides in mm, longest first; None when one is missing."""
        return longest_first(self.length, self.width, self.height)

    @property
    def volume(self) -> int | None:
        """mm³ of one carton as measured."""
        return box_volume(self.sides)

    @property
    def name(self) -> str:
        """How a message names these cartons."""
        return self.label or f"{self.count} cartons"


@dataclass(frozen=True, slots=True)
class Consignment:
    """What is shipped together on ``on``: cartons, the goods' value, and what is known about the door it goes to.

    ``value`` in minor units of ``value_currency``. ``residential`` is None when nobody said.
    """

    cartons: tuple[Cartons, ...]
    on: date
    zone: str = EVERYWHERE
    postcode: str = ""
    residential: bool | None = None
    value: int | None = None
    value_currency: str = ""

    @property
    def count(self) -> int:
        """Cartons in all."""
        return sum(c.count for c in self.cartons)


@dataclass(frozen=True, slots=True)
class WeightRule:
    """How a carrier turns weight and volume into what it charges for.

    chargeable = actual + ``volume_share`` · (volumetric − actual) where volumetric > ``volume_from`` · actual, else actual;
    volumetric = volume / ``divisor``; rounded up to ``step``, at least ``minimum``. With ``per_piece`` that happens to each
    carton and the results are added; otherwise to the totals. A carton counts at least ``piece_minimum`` either way.
    ``side_step`` rounds every side up first (10 = whole centimetres, 25.4 = whole inches).
    """

    unit: Literal["g", "kg", "lb", "rt"] = "kg"
    divisor: Fraction | None = None
    step: Fraction | None = None
    per_piece: bool = False
    side_step: Fraction | None = None
    volume_share: Fraction = Fraction(1)
    volume_from: Fraction = Fraction(1)
    piece_minimum: Fraction = Fraction(0)
    minimum: Fraction = Fraction(0)

    @property
    def grams(self) -> Fraction:
        """Grams of one unit of charge."""
        return UNITS[self.unit]


@dataclass(frozen=True, slots=True)
class Band:
    """Price of one zone between two weights: ``flat`` + ``rate`` · (chargeable − ``rate_over``).

    Bounds in the rule's unit, ``upto`` None = open. Money in minor units.
    """

    over: Fraction
    upto: Fraction | None
    flat: Fraction = Fraction(0)
    rate: Fraction = Fraction(0)
    rate_over: Fraction = Fraction(0)
    zone: str = EVERYWHERE

    def price(self, units: Fraction) -> Fraction:
        """Minor units for ``units`` of chargeable weight."""
        return self.flat + self.rate * max(units - self.rate_over, Fraction(0))


@dataclass(frozen=True, slots=True)
class Condition:
    """When a surcharge is due; every part that is set must hold. Weights in grams, sides in mm, of one packed carton.

    ``season`` is a yearly range of (month, day), both included, which may run over New Year. ``over_any`` says that one of
    the size and weight bounds is enough, as carriers define oversize.
    """

    goods: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    postcodes: tuple[str, ...] = ()
    residential: bool = False
    season: tuple[tuple[int, int], tuple[int, int]] | None = None
    weight_over: int | None = None
    longest_over: int | None = None
    second_over: int | None = None
    girth_over: int | None = None
    """Bound of length + girth: longest + 2 · (second + shortest)."""

    @property
    def of_carton(self) -> bool:
        """Whether cartons of one consignment may differ in it."""
        return bool(self.goods) or self.measured

    @property
    def measured(self) -> bool:
        """Whether weight or sides are needed to tell."""
        bounds = (self.weight_over, self.longest_over, self.second_over, self.girth_over)
        return any(bound is not None for bound in bounds)


Edge = Literal["from", "upto"]
Leg = Literal["border", "onward", "after"]
"""Where a cost arises: up to the border of the destination (part of a CIF customs value), onward to the first place there (part
of the import tax base), or after that (last mile, placement)."""
Per = Literal["shipment", "piece", "unit", "kg", "cbm", "container", "percent"]


@dataclass(frozen=True, slots=True)
class Charge:
    """One surcharge or handling charge of a card.

    ``amount`` is minor units per ``per`` (one shipment, one carton, one chargeable unit, kg of actual weight, cbm, container),
    or percent of what ``of`` names: codes of lines before it, and ``value`` for the goods' value. Of the charges of one
    ``group`` a carton pays only the dearest. ``component`` is the cost component (:mod:`entrepot.core.components`).
    ``leg`` says whether it belongs to the way to the border or after it (destination terminal, deconsolidation: onward).
    """

    code: str
    name: str
    component: str
    per: Per
    amount: Fraction
    of: tuple[str, ...] = ("freight",)
    minimum: int | None = None
    maximum: int | None = None
    when: Condition = field(default_factory=Condition)
    group: str = ""
    leg: Leg = "border"
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """Price of one container and what goes into it: ``volume`` mm³ that can really be used, ``payload`` grams.

    ``inside`` are the inner sides in mm (longest first), None = not checked.
    """

    kind: str
    price: int
    volume: int
    payload: int
    inside: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class RateCard:
    """A carrier's or forwarder's prices for one lane or line.

    ``bands`` price weight; ``containers`` price full containers. ``edge`` says on which side of a break the weight of the
    break itself lies: ``from`` (air: +45 begins at 45.0) or ``upto`` (parcels: "up to 2 kg"). ``next_break`` lets a weight be
    charged as the next break where that is cheaper. ``per_piece`` prices every parcel by itself (last mile, parcel lines).
    ``all_in`` cards carry duty and tax inside (双清包税): neither can be told apart, and no import VAT can be recovered.
    """

    id: str
    name: str
    mode: str
    currency: str
    weight: WeightRule
    bands: tuple[Band, ...] = ()
    containers: tuple[Container, ...] = ()
    charges: tuple[Charge, ...] = ()
    minimum: int | None = None
    edge: Edge = "upto"
    next_break: bool = False
    per_piece: bool = False
    all_in: bool = False
    component: str = "freight"
    leg: Leg = "border"
    origin: str = ""
    destination: str = ""
    transit_days: tuple[int, int] | None = None
    """Usual and slow (9 of 10) days from hand-over to arrival."""
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    confidence: Confidence = Confidence.SELLER

    @property
    def basis(self) -> Basis:
        """The card as the rule of a cost line."""
        return Basis(self.id, self.source, self.valid_from, self.valid_to, self.confidence)

    def basis_of(self, charge: Charge) -> Basis:
        """A charge of the card as the rule of a cost line; what the charge does not say, the card does."""
        return Basis(
            f"{self.id}/{charge.code}",
            charge.source or self.source,
            charge.valid_from or self.valid_from,
            charge.valid_to or self.valid_to,
            charge.confidence or self.confidence,
        )


@dataclass(frozen=True, slots=True)
class Chargeable:
    """Chargeable weight and how it came about; all in the rule's unit."""

    units: Fraction
    unit: str
    actual: Fraction
    volumetric: Fraction | None
    by: Literal["weight", "volume", "minimum"]
    pieces: tuple[Fraction, ...] = ()
    """Chargeable weight of one carton of each kind, where the rule or the card looks at cartons one by one."""


Rates = Mapping[tuple[str, str], Fraction]
"""(from, to) → units of ``to`` for one of ``from``, major units."""
