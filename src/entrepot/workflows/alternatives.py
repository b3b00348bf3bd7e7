"""Quotes laid side by side: several ways, quantities and days of one item, through a platform or a third party."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from entrepot.core.cost_lines import CostLine
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.quote import TYPED, QuoteAnswer, QuoteAsked, Way, Wish, answer_by
from entrepot.workflows.rule_files import SellerRules

if TYPE_CHECKING:
    from entrepot.engines.freight import Cartons
    from entrepot.engines.landed import Route

MOST = 24
"""Alternatives in one answer."""
MARKETPLACES = {"US": "US", "GB": "UK"}
"""Destination → marketplace of the fee tables."""
CUBIC_METRE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Freighted:
    """A way as a person types it: ``rate`` in minor units per ``basis`` (total | unit | kg | cbm), ``None`` = not known."""

    mode: str
    rate: int | None
    basis: str = "total"
    days: int | None = None
    all_in: bool = False


@dataclass(frozen=True, slots=True)
class After:
    """What follows the border: ``via`` nothing | platform | third_party.

    ``sale`` is the selling price of a unit in minor units of the destination's currency.
    ``daily`` units are sold a day; ``fee`` is what the third party asks for one unit, storage and handling together, in minor
    units of the quote's purchase currency.
    """

    via: str = ""
    daily: Fraction = Fraction(0)
    fee: int | None = None
    sale: int | None = None


@dataclass(frozen=True, slots=True)
class Packed:
    """One unit and its carton: grams and mm, ``None`` = not measured."""

    grams: int | None = None
    sides: tuple[int, int, int] | None = None
    per_carton: int | None = None
    carton_grams: int | None = None
    carton_sides: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """Everything that is compared. ``price`` is of one unit in minor units of ``currency``, ``None`` = not known."""

    sku: str
    price: int | None
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
    recoverable: bool = False
    known_on: date | None = None
    packed: Packed = Packed()
    after: After = After()


@dataclass(frozen=True, slots=True)
class Alternative:
    """One quote with the quantity and day it is for; ``unit`` is the landed cost of one unit as far as it is known."""

    quantity: int
    on: date
    quote: QuoteAnswer

    @property
    def unit(self) -> int:
        """Landed cost of one unit as far as it is known."""
        return self.quote.items[0].unit

    def family(self, name: str) -> int:
        """Cost of a family of all units."""
        return self.quote.families.get(name, 0)


def alternatives(sought: Sought, rules: SellerRules) -> list[Alternative]:
    """Every way × quantity × day: complete ones first, the cheapest unit in front.

    Raises :class:`~entrepot.core.errors.ProblemError` for what cannot be asked, or for more than :data:`MOST` alternatives.
    """
    if len(sought.quantities) * len(sought.days) * max(1, len(sought.ways)) > MOST:
        raise ProblemError(
            Problem("too_many_alternatives", f"more than {MOST} alternatives", "ask for fewer quantities, days or ways")
        )
    found = [
        Alternative(quantity, on, quote)
        for on in sought.days for quantity in sought.quantities for quote in _quotes(sought, quantity, on, rules)
    ]  # fmt: skip
    return sorted(found, key=lambda a: (not a.quote.complete, a.quote.missing, a.unit))


def _quotes(sought: Sought, quantity: int, on: date, rules: SellerRules) -> tuple[QuoteAnswer, ...]:
    packed = sought.packed
    grams = None if packed.grams is None else packed.grams * quantity
    value = None if sought.price is None else sought.price * quantity
    wish = Wish(
        sought.sku,
        quantity,
        value,
        sought.currency,
        sought.hs,
        sought.origin,
        grams,
        sought.programme,
        sought.duty,
        sought.tax,
    )
    ways = tuple(
        Way(way.mode, way.mode, _freight(way, quantity, packed), sought.currency, all_in=way.all_in)
        for way in sought.ways
    )
    asked = QuoteAsked(
        (wish,), sought.destination, on, sought.shown, ways, sought.regime, sought.recoverable, sought.known_on
    )
    days = {way.mode: way.days for way in sought.ways}
    return tuple(
        dataclasses.replace(q, days=q.days if q.days is not None else days.get(q.way.split(",")[0]))
        for q in answer_by(asked, rules, _cartons(packed, quantity), _then(sought, quantity, on, days))
    )


def _freight(way: Freighted, quantity: int, packed: Packed) -> int | None:
    """The whole freight from its rate; ``None`` where the rate or the measure that it counts is not known."""
    if way.rate is None:
        return None
    if way.basis == "unit":
        return way.rate * quantity
    if way.basis == "kg":
        return None if packed.grams is None else round(Fraction(way.rate * packed.grams * quantity, 1000))
    if way.basis == "cbm":
        if packed.sides is None:
            return None
        a, b, c = packed.sides
        return round(Fraction(way.rate * a * b * c * quantity, CUBIC_METRE))
    return way.rate


def _cartons(packed: Packed, quantity: int) -> tuple[Cartons, ...]:
    """Full cartons, the last one counted as full; none without a carton."""
    if not packed.per_carton:
        return ()
    from entrepot.engines.freight import Cartons

    a, b, c = packed.carton_sides or (None, None, None)
    return (Cartons(-(-quantity // packed.per_carton), packed.carton_grams, a, b, c),)


def _then(
    sought: Sought, quantity: int, on: date, days: dict[str, int | None]
) -> Callable[[Route], Route] | None:  # fmt: skip
    after = sought.after
    if after.via == "third_party":
        line = _third_party(sought, quantity)
        return lambda route: dataclasses.replace(route, after=(*route.after, line))
    if after.via == "platform":
        return lambda route: _platform(sought, quantity, on + timedelta(days=days.get(route.mode) or 0), route)
    return None


def _third_party(sought: Sought, quantity: int) -> CostLine:
    fee, label = sought.after.fee, "Third-party warehouse"
    if fee is None:
        return CostLine(
            "fulfilment", label, None, sought.currency, needs=("the warehouse's fee of a unit",), estimate=True
        )
    return CostLine("fulfilment", label, fee * quantity, sought.currency, TYPED, estimate=True)


def _platform(sought: Sought, quantity: int, arrives: date, route: Route) -> Route:
    marketplace = MARKETPLACES.get(sought.destination)
    if marketplace is None or sought.after.daily <= 0:
        needs = "a fee table of the platform in this country" if marketplace is None else "how many are sold a day"
        line = CostLine("fulfilment", "Platform fees", None, sought.shown, needs=(needs,), estimate=True)
        return dataclasses.replace(route, after=(*route.after, line))
    from entrepot.engines.storage import Unit
    from entrepot.rules.platform_fees import platform_fees
    from entrepot.workflows.ways import Stocked, through_platform

    a, b, c = sought.packed.sides or (None, None, None)
    stock = Stocked(Unit(sought.sku, sought.packed.grams, a, b, c), quantity, sought.after.daily, sought.after.sale)
    told = through_platform(route, [stock], marketplace, arrives, platform_fees())
    return dataclasses.replace(told, name=route.name)
