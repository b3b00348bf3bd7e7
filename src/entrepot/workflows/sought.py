"""What a comparison of quotes asks: one item, quantities, days, ways, and what comes after the border. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from entrepot.core.errors import Problem
from entrepot.engines.landed.model import TRANSPORT
from entrepot.workflows.quote import Door, QuoteAnswer

if TYPE_CHECKING:
    from entrepot.engines.freight import RateCard
    from entrepot.engines.storage import PriceList

MODES = TRANSPORT | {"line", "parcel"}
"""Modes of a way; more may follow after an underscore, as in sea_lcl. A line or parcel does not say how it travels."""


def mode_problem(mode: str, field: str = "way") -> Problem | None:
    """What is wrong with the mode of a way as typed; none said is no problem, customs then asks for it where it matters.

    >>> mode_problem("sea_lcl"), mode_problem(""), mode_problem("teleport").code
    (None, None, 'unknown_mode')
    """
    if not mode.strip() or mode.strip().lower().partition("_")[0] in MODES:
        return None
    return Problem(
        "unknown_mode", "this mode of transport is not known", f"use one of {', '.join(sorted(MODES))}",
        field=field, found=mode[:30],
    )  # fmt: skip


Rate = Fraction | int
"""An amount of one unit, kilogram, cubic metre or carton in minor units; it may be finer than the minor unit."""
PLATFORM, THIRD_PARTY, NOTHING = "platform", "third_party", ""
"""What follows the border."""


@dataclass(frozen=True, slots=True)
class Freighted:
    """A way as a person types it: ``rate`` in minor units per ``basis`` (total | unit | kg | cbm), ``None`` = not known.

    ``insurance`` in minor units for all; ``name`` empty = the mode is its name.
    """

    mode: str
    rate: Rate | None
    basis: str = "total"
    days: int | None = None
    all_in: bool = False
    name: str = ""
    insurance: Rate = 0

    @property
    def called(self) -> str:
        """How the answer names the way."""
        return self.name or self.mode


@dataclass(frozen=True, slots=True)
class Further:
    """A further cost as typed: the broker's fee, the truck to the warehouse. Minor units of ``currency`` per ``basis``
    (total | unit | carton). ``leg`` is border | onward | after, as in :mod:`entrepot.engines.freight`."""

    label: str
    amount: Rate | None
    currency: str
    basis: str = "total"
    component: str = "handling"
    leg: str = "onward"


@dataclass(frozen=True, slots=True)
class After:
    """What follows the border: ``via`` lists nothing | platform | third_party, each of which becomes an alternative.

    ``sale`` is the selling price of a unit in minor units of the destination's currency.
    ``daily`` units are sold a day; ``fee`` is what the third party asks for one unit, storage and handling together, in minor
    units of the quote's purchase currency; ``prices`` is his price list, which goes before ``fee``.
    ``splits`` is the platform's inbound option.
    """

    via: tuple[str, ...] = (NOTHING,)
    daily: Fraction = Fraction(0)
    fee: Rate | None = None
    sale: int | None = None
    prices: PriceList | None = None
    splits: str = "minimal"


@dataclass(frozen=True, slots=True)
class Packed:
    """One unit and its carton: grams and mm, ``None`` = not measured."""

    grams: int | None = None
    sides: tuple[int, int, int] | None = None
    per_carton: int | None = None
    carton_grams: int | None = None
    carton_sides: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """A part of the quantity goes first, by the way called ``first`` (its name or mode), the rest by ``rest``."""

    share: Fraction
    first: str
    rest: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Everything that is compared. ``price`` is of one unit in minor units of ``currency``, ``None`` = not known.

    ``breaks`` are the supplier's price breaks: (from so many units, price of one). ``cards`` are freight cards of this quote
    beside the seller's own; ``lanes`` adds the price levels of the rule book. ``origin`` is the country of origin, which is
    also where the way begins.
    """

    sku: str
    price: Rate | None
    currency: str
    shown: str
    destination: str
    quantities: tuple[int, ...]
    days: tuple[date, ...]
    ways: tuple[Freighted, ...]
    hs: str = ""
    origin: str = ""
    duty: str = ""
    tax: str = ""
    programme: str = ""
    regime: str = "commercial"
    recoverable: Fraction | bool = False
    """The share of import tax that the importer gets back, from 0 to 1."""
    known_on: date | None = None
    packed: Packed = Packed()
    after: After = After()
    breaks: tuple[tuple[int, Rate], ...] = ()
    cards: tuple[RateCard, ...] = ()
    lanes: bool = False
    further: tuple[Further, ...] = ()
    splits: tuple[Split, ...] = ()
    goods: frozenset[str] = frozenset()
    """What the goods are, as surcharges of freight cards name it (battery, magnetic …)."""
    door: Door = Door()
    description: str = ""
    """What the goods are, in words: headings are suggested where the code is not known."""

    def price_of(self, quantity: int) -> Rate | None:
        """Price of one unit when so many are bought: the break with the most units that is reached, else ``price``."""
        reached = [(units, price) for units, price in self.breaks if units <= quantity]
        return max(reached)[1] if reached else self.price


@dataclass(frozen=True, slots=True)
class Alternative:
    """One quote with the quantity and day it is for, and what follows the border (``via``).

    ``unit`` is the landed cost of one unit as far as it is known, ``None`` while nothing of it is.
    """

    quantity: int
    on: date
    quote: QuoteAnswer
    via: str = NOTHING

    @property
    def unit(self) -> int | None:
        """Landed cost of one unit as far as it is known."""
        return self.quote.items[0].unit

    def family(self, name: str) -> int | None:
        """Cost of a family of all units as far as it is known."""
        return self.quote.families.get(name, 0)
