"""Quotes laid side by side: ways, quantities and days of one item, through a platform or a third party, whole or split."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import range_share, round_half_away
from entrepot.workflows.quote import (
    ItemAnswer,
    LineAnswer,
    QuoteAnswer,
    QuoteAsked,
    Way,
    Wish,
    answer_by,
    destination_problem,
)
from entrepot.workflows.rule_files import SellerRules
from entrepot.workflows.sought import Alternative, Freighted, Packed, Sought, Split

if TYPE_CHECKING:
    from entrepot.engines.freight import Cartons

MOST = 24
"""Alternatives in one answer, cards left aside."""
CUBIC_METRE = 1_000_000_000


def alternatives(sought: Sought, rules: SellerRules) -> list[Alternative]:
    """Every way × quantity × day × what follows the border, and the splits: complete ones first, the cheapest unit in front.

    Raises :class:`~entrepot.core.errors.ProblemError` for what cannot be asked, or for more than :data:`MOST` alternatives.
    """
    sides = len(sought.after.via)
    if len(sought.quantities) * len(sought.days) * max(1, len(sought.ways)) * sides > MOST:
        raise ProblemError(
            Problem("too_many_alternatives", f"more than {MOST} alternatives", "ask for fewer quantities, days or ways")
        )
    if problem := destination_problem(rules.book, sought.destination):
        raise ProblemError(problem)
    rules = _with_cards(sought, rules)
    sought = _with_prices(sought, rules)
    found: list[Alternative] = []
    for on in sought.days:
        for quantity in sought.quantities:
            for via in sought.after.via:
                asked = _Part(sought, rules, quantity, quantity, on, via)
                told = asked.quotes()
                told += [q for split in sought.splits if (q := _split(asked, split)) is not None]
                found += [Alternative(quantity, on, quote, via) for quote in told]
    return sorted(found, key=lambda a: (not a.quote.complete, a.quote.missing, a.unit is None, a.unit or 0))


def _with_cards(sought: Sought, rules: SellerRules) -> SellerRules:
    """The seller's cards and those of the quote; the rule book's price levels where they are wanted."""
    from entrepot.workflows.lane_cards import lane_cards

    cards = (*rules.cards, *sought.cards)
    if sought.lanes:
        cards += lane_cards(rules.book, sought.origin or "CN", sought.destination)
    return dataclasses.replace(rules, cards=cards)


def _with_prices(sought: Sought, rules: SellerRules) -> Sought:
    """The seller's price list of a warehouse in this country, unless the quote has a list or a fee of its own."""
    after = sought.after
    if after.prices is not None or after.fee is not None:
        return sought
    own = next((one for one in rules.warehouses if one.destination in {"", sought.destination}), None)
    return dataclasses.replace(sought, after=dataclasses.replace(after, prices=own))


@dataclasses.dataclass(frozen=True)
class _Part:
    """``quantity`` units of a purchase of ``bought``: one consignment. ``wait``: days after arrival before its first sale."""

    sought: Sought
    rules: SellerRules
    quantity: int
    bought: int
    on: date
    via: str
    wait: int = 0

    def quotes(self) -> list[QuoteAnswer]:
        """The consignment by every way."""
        from entrepot.workflows.after_border import followed

        sought, quantity, packed = self.sought, self.quantity, self.sought.packed
        price = sought.price_of(self.bought)
        value = None if price is None else round_half_away(Fraction(price * quantity))
        wish = Wish(
            sought.sku, quantity, value, sought.currency, sought.hs, sought.origin,
            None if packed.grams is None else packed.grams * quantity, sought.programme, sought.duty, sought.tax,
            sought.description,
        )  # fmt: skip
        ways = tuple(
            Way(way.called, way.mode, _freight(way, quantity, packed, part=quantity < self.bought), sought.currency,
                round_half_away(Fraction(way.insurance)) * quantity // self.bought, all_in=way.all_in, days=way.days)
            for way in sought.ways
        )  # fmt: skip
        asked = QuoteAsked(
            (wish,),
            sought.destination,
            self.on,
            sought.shown,
            ways,
            sought.regime,
            sought.recoverable,
            sought.known_on,
            door=sought.door,
        )
        own = self.rules.fees
        return list(
            answer_by(
                asked, self.rules, _cartons(packed, quantity, sought.goods),
                lambda route: followed(
                    route, sought, quantity, self.on, self.via, wait=self.wait, own=own, levies=self.rules.levies
                ),
            )
        )  # fmt: skip

    def by(self, way: str) -> QuoteAnswer | None:
        """The best quote by a way that is called so or has this mode."""
        return next((q for q in self.quotes() if way in {q.way, q.mode} or q.mode.startswith(f"{way}_")), None)


def _split(whole: _Part, split: Split) -> QuoteAnswer | None:
    """A part first, the rest by another way, as one purchase: two consignments, two entries.

    Both leave on one day, so that the rest enters later by the days that its way takes longer. ``None`` where there is
    nothing to part. Raises for a way that the quote does not have.
    """
    box = whole.sought.packed.per_carton or 1
    count = min(whole.bought - 1, ceil(split.share * whole.bought / box) * box)
    if count < 1:
        return None
    first = dataclasses.replace(whole, quantity=count).by(split.first)
    rest = dataclasses.replace(whole, quantity=whole.bought - count)
    later = rest.by(split.rest)
    if (first is None or later is None) and whole.rules.cards:
        return None  # a card prices it as soon as the cartons are known; the quote asks for them
    if first is None or later is None:
        raise ProblemError(
            Problem("split_by_no_way", "the split names a way that the quote does not have",
                    "name a way of the quote, or give its freight", field="splits",
                    found=split.first if first is None else split.rest)
        )  # fmt: skip
    lag = max(0, (later.days or 0) - (first.days or 0))
    daily = whole.sought.after.daily
    wait = max(0, ceil(count / daily) - lag) if daily > 0 else 0  # what came first is sold first
    later = dataclasses.replace(rest, on=whole.on + timedelta(days=lag), wait=wait).by(later.way) or later
    return _together(first, later, count, whole.bought)


def _together(first: QuoteAnswer, later: QuoteAnswer, count: int, bought: int) -> QuoteAnswer:
    names = (f"{count} {first.way}", f"{bought - count} {later.way}")

    def marked(lines: Sequence[LineAnswer], name: str) -> tuple[LineAnswer, ...]:
        return tuple(dataclasses.replace(line, part=name) for line in lines)

    cost, one = _sum(first.cost, later.cost), first.items[0]
    unit = None if cost is None else range_share(cost, bought, 0, 1)
    item = ItemAnswer(one.sku, bought, cost, unit, one.missing + later.items[0].missing)
    families = {name: _sum(first.families[name], later.families[name]) for name in first.families}
    waiting = Counter(first.families_missing) + Counter(later.families_missing)
    return QuoteAnswer(
        " + ".join(names), f"{first.mode}+{later.mode}", first.currency, first.complete and later.complete, cost,
        _sum(first.book, later.book), _sum(first.cash, later.cash), first.missing + later.missing, families, (item,),
        marked(first.lines, names[0]) + marked(later.lines, names[1]), tuple(dict.fromkeys(first.notes + later.notes)),
        first.days, dict(waiting),
    )  # fmt: skip


def _sum(*amounts: int | None) -> int | None:
    """What is known of them together; ``None`` where none is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _freight(way: Freighted, quantity: int, packed: Packed, *, part: bool) -> int | None:
    """The whole freight from its rate; ``None`` where the rate or the measure that it counts is not known.

    A price for the whole says nothing of a ``part``.
    """
    if way.rate is None or (way.basis == "total" and part):
        return None
    if way.basis == "unit":
        return round_half_away(Fraction(way.rate * quantity))
    if way.basis == "kg":
        return None if packed.grams is None else round_half_away(Fraction(way.rate * packed.grams * quantity) / 1000)
    if way.basis == "cbm":
        if packed.sides is None:
            return None
        a, b, c = packed.sides
        return round_half_away(Fraction(way.rate * a * b * c * quantity) / CUBIC_METRE)
    return round_half_away(Fraction(way.rate))


def _cartons(packed: Packed, quantity: int, goods: frozenset[str]) -> tuple[Cartons, ...]:
    """Full cartons, the last one counted as full; a unit without a carton is a parcel of its own."""
    from entrepot.engines.freight import Cartons

    if packed.per_carton:
        a, b, c = packed.carton_sides or (None, None, None)
        return (Cartons(-(-quantity // packed.per_carton), packed.carton_grams, a, b, c, goods),)
    if packed.grams is None and packed.sides is None:
        return ()
    a, b, c = packed.sides or (None, None, None)
    return (Cartons(quantity, packed.grams, a, b, c, goods),)
