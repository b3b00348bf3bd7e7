"""A landed-cost quote from what a person or a program types: items, destination, day, ways; answered in plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.core.components import FAMILY_OF
from entrepot.core.cost_lines import Basis, Confidence, CostLine, Total
from entrepot.core.countries import origin_problem
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import exponent
from entrepot.core.percent import DUTY, TAX, rate_of
from entrepot.engines.duty import Goods
from entrepot.engines.landed import Item, Quote, Request, Route, compare
from entrepot.engines.landed.model import TRANSPORT
from entrepot.rules import RuleBook
from entrepot.workflows.quote_rates import rate_notes
from entrepot.workflows.rule_files import SellerRules, seller_rules

if TYPE_CHECKING:
    from entrepot.engines.freight import Cartons, RateCard

REGIMES = TRANSPORT | {
    "commercial", "personal", "ioss", "remessa_conforme", "remessa", "registered_seller", "consignment",
}  # fmt: skip
"""Kinds of entry that rules tell apart; a mode stands for a parcel that enters by it."""
LEVEL = "example/"
"""How the ids of cards from the rule book's price levels begin."""
LEVEL_NOTE = "A public price level, port to port: terminal, clearance and the way on are not in it."
TYPED = Basis("typed", "the figure typed for this quote", confidence=Confidence.SELLER)


@dataclass(frozen=True, slots=True)
class Wish:
    """One item of a quote as typed: ``value`` is the price of all units in minor units, rates are per cent."""

    sku: str
    quantity: int
    value: int | None
    currency: str
    hs: str = ""
    origin: str = ""
    grams: int | None = None
    programme: str = ""
    duty: str = ""
    tax: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A way as typed: freight and insurance to the border in minor units; ``freight`` ``None`` = not known."""

    name: str
    mode: str
    freight: int | None
    currency: str
    insurance: int = 0
    onward: int = 0
    all_in: bool = False
    days: int | None = None


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """One cost line: its family, label, amount in minor units (``None`` = not known, see ``needs``), rule and reason.

    ``part`` names the part of a split purchase that it belongs to.
    """

    family: str
    component: str
    item: str
    label: str
    amount: int | None
    needs: tuple[str, ...]
    recoverable: bool
    estimate: bool
    rule: str
    source: str
    legal: str
    valid_from: date | None
    valid_to: date | None
    confidence: str
    base: str
    rate: str
    note: str
    explanation: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """What an item costs: all units together, and the first unit of them; ``missing`` counts costs that are not known.

    ``cost`` and ``unit`` are what is known so far, ``None`` while nothing is.
    """

    sku: str
    quantity: int
    cost: int | None
    unit: int | None
    missing: int


@dataclass(frozen=True, slots=True)
class QuoteAnswer:
    """A quote by one way, in minor units of ``currency``. ``cost`` leaves out what comes back, ``cash`` does not.

    While costs are missing the sums are what is known so far, at least; ``None`` where nothing of a sum is known.
    ``families_missing`` counts the unknown costs of each family that has any.
    """

    way: str
    mode: str
    currency: str
    complete: bool
    cost: int | None
    book: int | None
    cash: int | None
    missing: int
    families: dict[str, int | None]
    items: tuple[ItemAnswer, ...]
    lines: tuple[LineAnswer, ...]
    notes: tuple[str, ...]
    days: int | None = None
    families_missing: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def back(self) -> int:
        """What is paid and comes back, as far as it is known."""
        return sum(line.amount or 0 for line in self.lines if line.recoverable)


@dataclass(frozen=True, slots=True)
class Door:
    """Where the goods are delivered, as far as cards ask: zone of the card, postcode, whether somebody lives there."""

    zone: str = ""
    postcode: str = ""
    residential: bool | None = None


@dataclass(frozen=True, slots=True)
class QuoteAsked:
    """Everything that is asked: items into a country on a day, by typed ways and by the freight cards of the seller."""

    items: tuple[Wish, ...]
    destination: str
    on: date
    currency: str
    ways: tuple[Way, ...] = ()
    regime: str = "commercial"
    recoverable: Fraction | bool = False
    """The share of import tax that the importer gets back, from 0 to 1."""
    known_on: date | None = None
    confirmed: dict[str, bool] = field(default_factory=dict[str, bool])
    door: Door = Door()


def answer(asked: QuoteAsked, home: Path | None = None, cartons: Sequence[Cartons] = ()) -> tuple[QuoteAnswer, ...]:
    """Quotes by every way, complete ones first and the cheapest of them in front.

    ``home`` is the seller's folder with his own rates and cards. Raises
    :class:`~entrepot.core.errors.ProblemError` for what cannot be asked.
    """
    rules = seller_rules(home)
    return answer_by(asked, rules, cartons)


def answer_by(
    asked: QuoteAsked,
    rules: SellerRules,
    cartons: Sequence[Cartons] = (),
    then: Callable[[Route], Route] | None = None,
) -> tuple[QuoteAnswer, ...]:
    """As :func:`answer`, with rules already read; ``then`` adds to each way what comes after the border."""
    _check(asked)
    items = tuple(_item(w) for w in asked.items)
    request = Request(
        items, asked.destination.upper(), asked.on, asked.currency, asked.regime, asked.recoverable,
        known_on=asked.known_on, confirmed=asked.confirmed,
    )  # fmt: skip
    routes = [_route(w) for w in asked.ways]
    if cartons and rules.cards:
        routes += _by_cards(rules, asked, cartons)
    if not routes:
        routes = [Route("No way named", "", (unknown_freight(asked.currency),))]
    if then is not None:
        routes = [then(route) for route in routes]
    quotes = compare(rules.book, request, routes, rules.rates.for_day(asked.on))
    there = rules.book.countries[request.destination].currency
    own = {wish.currency for wish in asked.items if wish.value}
    return tuple(
        _plain(q, rate_notes(q.lines, own if q.assessment else (), there, asked.currency, asked.on, rules.rates))
        for q in quotes
    )


def _check(asked: QuoteAsked) -> None:
    problems = list[Problem]()
    if asked.regime not in REGIMES:
        problems.append(
            Problem("unknown_regime", "this kind of entry is not known", f"use one of {', '.join(sorted(REGIMES - TRANSPORT))}",
                    field="regime", found=asked.regime[:30])
        )  # fmt: skip
    problems += [
        Problem("bad_quantity", "a quote needs at least one unit", "give the quantity", field="quantity", found=w.sku)
        for w in asked.items if w.quantity < 1
    ]  # fmt: skip
    problems += [told for w in asked.items if (told := origin_problem(w.origin.strip()))]
    if not asked.items:
        problems.append(Problem("no_goods", "the quote has no item", "name at least one item", field="items"))
    if len({w.sku for w in asked.items}) < len(asked.items):
        problems.append(Problem("item_twice", "an item stands twice", "put its units into one line", field="items"))
    for currency in {asked.currency, *(w.currency for w in asked.items), *(w.currency for w in asked.ways)}:
        try:
            exponent(currency)
        except ProblemError as error:
            problems += error.problems
    if problems:
        raise ProblemError(*problems)


def destination_problem(book: RuleBook, destination: str) -> Problem | None:
    """What is wrong with a destination: no goods can be imported into it by the book. A union is none, its members are."""
    unions = {country.parent for country in book.countries.values()}
    known = sorted(c for c in book.countries if c not in unions and book.begins(c, "customs_value"))
    if destination.upper() in known:
        return None
    return Problem("unknown_destination", "the rule book has no rules for imports into this country",
                   f"use one of {', '.join(known)}", field="destination", found=destination[:30])  # fmt: skip


def _item(wish: Wish) -> Item:
    goods = Goods(
        wish.sku, wish.quantity, wish.value, wish.currency, hs=wish.hs, origin=wish.origin.strip().upper(),
        net_grams=wish.grams, programme=wish.programme, duty_rate=rate_of(wish.duty, DUTY, "duty"),
        tax_rate=rate_of(wish.tax, TAX, "tax"), description=wish.description,
    )  # fmt: skip
    return Item(goods, wish.grams)


def unknown_freight(currency: str) -> CostLine:
    """The line of a freight that nobody named; what else is known of the way stands beside it."""
    return CostLine(
        "freight", "Freight to the border", None, currency, needs=("a freight rate or the seller's figure",)
    )


def _route(way: Way) -> Route:
    label = "Freight, all in" if way.all_in else "Freight to the border"
    lines = (unknown_freight(way.currency),)
    if way.freight is not None:
        lines = (CostLine("freight", label, way.freight, way.currency, TYPED),)
    if way.insurance:
        lines += (CostLine("insurance", "Insurance", way.insurance, way.currency, TYPED),)
    onward = (CostLine("freight", "Freight from the border", way.onward, way.currency, TYPED),) if way.onward else ()
    return Route(way.name, way.mode, lines, onward, all_in=way.all_in, days=way.days)


def _by_cards(rules: SellerRules, asked: QuoteAsked, cartons: Sequence[Cartons]) -> list[Route]:
    """A way by each card that reaches the destination: containers filled, the rest loose, each line on its own leg."""
    from entrepot.engines.freight import EVERYWHERE, Consignment
    from entrepot.workflows.ways import ways_by_card

    own = [w for w in asked.items if w.value is not None]
    whole = len(own) == len(asked.items) and len({w.currency for w in own}) == 1
    value = sum(w.value or 0 for w in own) if whole else None
    door = asked.door
    goods = Consignment(
        tuple(cartons), asked.on, door.zone or EVERYWHERE, door.postcode, door.residential, value,
        own[0].currency if whole else "",
    )  # fmt: skip
    cards = [card for card in rules.cards if _reaches(card, asked.destination.upper())]
    levels = {card.name for card in cards if card.id.startswith(LEVEL)}
    ways = ways_by_card(cards, goods, asked.currency, rules.rates.for_day(asked.on))
    return [replace(way, notes=(*way.notes, LEVEL_NOTE)) if way.name in levels else way for way in ways]


def _reaches(card: RateCard, country: str) -> bool:
    """Whether a card goes to a country: one that says none, the country itself, or a place that is no country code.

    The price levels of the rule book name ports; they are chosen by country before.
    """
    return len(card.destination) != 2 or card.destination == country


def _plain(quote: Quote, notes: Sequence[str] = ()) -> QuoteAnswer:
    cost, cash, book = quote.cost, quote.cash, quote.book
    items = tuple(
        ItemAnswer(i.sku, i.goods.quantity, so_far(t), None if so_far(t) is None else quote.unit_cost(i.sku), t.missing)
        for i in quote.request.items for t in (quote.item_cost(i.sku),)
    )  # fmt: skip
    families = quote.by_family()
    return QuoteAnswer(
        quote.route.name, quote.route.mode, quote.currency, quote.complete, so_far(cost), so_far(book), so_far(cash),
        cost.missing, {name: so_far(t) for name, t in families.items()}, items, tuple(_line(n) for n in quote.lines),
        (*quote.notes, *notes), quote.route.days, {name: t.missing for name, t in families.items() if t.missing},
    )  # fmt: skip


def so_far(total: Total) -> int | None:
    """What of a sum is known; ``None`` while nothing of it is, for a 0 would stand for what is not known.

    >>> so_far(Total(0, 2, "USD")), so_far(Total(500, 2, "USD")), so_far(Total(0, 0, "USD"))
    (None, 500, 0)
    """
    return None if total.missing and not total.known else total.known


def _line(line: CostLine) -> LineAnswer:
    basis = line.basis
    return LineAnswer(
        FAMILY_OF[line.component], line.component, line.item, line.label, line.amount, line.needs, line.recoverable,
        line.estimate, basis.rule, basis.source, basis.legal, basis.valid_from, basis.valid_to, basis.confidence.value,
        line.base, line.rate, line.note, line.explain(),
    )  # fmt: skip
