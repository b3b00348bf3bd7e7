"""What a change does to goods that are ordered and have not been shipped: what enters after it begins pays more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from entrepot.books.access import Viewer
from entrepot.books.selectors.on_order import OnOrder, on_order
from entrepot.books.selectors.registrations import registered
from entrepot.core.money import convert
from entrepot.workflows.rule_files import SellerRules
from entrepot.workflows.whatif_entries import Added, Entered, added, touches
from entrepot.workflows.whatif_shop import ShopChange

MODE = "sea"
"""How goods are taken to come that nobody has booked yet."""


@dataclass(frozen=True, slots=True)
class OrderedRow:
    """A line of an order and what it pays more at the border, minor units of the company's currency.

    ``hit``: it is expected on the day of the change or later. ``effect`` None = not known: ``needs`` says what it would take.
    Always an estimate: price and freight are those of the order and of earlier goods.
    """

    goods: OnOrder
    hit: bool
    effect: int | None
    needs: str = ""


def ordered_effect(viewer: Viewer, rules: SellerRules, asked: ShopChange) -> list[OrderedRow]:
    """Every line to come, the most hit first: duty and tax of the entry only, what goods and freight cost more is not in it.

    Raises :class:`~entrepot.core.errors.ProblemError` for who may not see cost.
    """
    viewer.need("see_cost")
    currency = viewer.company.currency
    change = replace(asked.change, freight=Fraction(1))
    entries: dict[int, Entered | str] = {}
    goods = on_order(viewer)
    for one in goods:
        entries[id(one)] = _entry(one, rules, asked, currency)
    known = [entry for entry in entries.values() if isinstance(entry, Entered)]
    effects = dict(zip(map(id, known), added(rules, known, change, currency, asked.paid_in, registered(viewer, asked.on)),
                       strict=True))  # fmt: skip
    rows = [_row(one, entries[id(one)], effects, asked.on) for one in goods]
    return sorted(rows, key=lambda r: (r.effect is None, -(r.effect or 0), r.goods.expected or date.max, r.goods.sku))


def _row(one: OnOrder, entry: Entered | str, effects: dict[int, Added | None], start: date) -> OrderedRow:
    hit = one.expected is not None and one.expected >= start
    if isinstance(entry, str):
        return OrderedRow(one, hit, None if entry else 0, entry)
    if not hit:
        return OrderedRow(one, hit=False, effect=0)
    found = effects.get(id(entry))
    return OrderedRow(one, hit, found.duty_tax, "") if found is not None else OrderedRow(one, hit, None, "rule")


def _entry(one: OnOrder, rules: SellerRules, asked: ShopChange, currency: str) -> Entered | str:
    """The goods as an entry; or what it still needs, empty where the change cannot reach them."""
    book = rules.book
    if not one.country or one.country not in book.countries:
        return "country"
    if one.country == one.origin:
        return "onward"
    if not touches(book, asked.change, one.country):
        return ""
    if one.expected is None:
        return "eta"
    if not (one.hs and one.origin):
        return "origin" if one.hs else "hs"
    day = one.expected
    rate = Fraction(1) if one.currency == currency else rules.rates.for_day(day)(one.currency, currency)
    if rate is None:
        return "rule"
    if one.first_leg is None and _by_freight(rules, one.country, day):
        return "freight"
    purchase = convert(round(one.price * one.units), one.currency, currency, rate)
    return Entered(
        one.sku,
        one.country,
        day,
        MODE,
        one.hs,
        one.origin,
        one.units,
        purchase,
        round((one.first_leg or 0) * one.units),
    )


def _by_freight(rules: SellerRules, country: str, on: date) -> bool:
    """Whether freight is part of the value that duty is charged on there."""
    basis = rules.book.destination(country, on).get("customs_value")
    return basis is None or basis.text("basis") == "CIF"
