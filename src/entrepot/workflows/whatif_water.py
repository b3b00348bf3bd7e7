"""What a change does to the goods on the water: what arrives after it begins pays more, what arrives before does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from entrepot.books.access import Viewer
from entrepot.books.selectors.registrations import registered
from entrepot.books.selectors.under_way import UnderWay, under_way
from entrepot.rules import RuleBook
from entrepot.workflows.rule_files import SellerRules
from entrepot.workflows.whatif_entries import Added, Entered, added, touches
from entrepot.workflows.whatif_shop import ShopChange

MODES = {"truck": "road", "other": ""}
"""Modes of a shipment that customs calls otherwise."""


@dataclass(frozen=True, slots=True)
class WaterRow:
    """An item in a shipment and what it pays more, ``None`` = not known: ``needs`` says what it would take.

    ``hit``: it arrives on the day of the change or later.
    """

    goods: UnderWay
    hit: bool
    effect: int | None
    needs: str = ""


def water_effect(viewer: Viewer, rules: SellerRules, asked: ShopChange) -> list[WaterRow]:
    """Every item under way, the most hit first. Freight and goods are paid: only duty and tax of the entry change.

    Raises :class:`~entrepot.core.errors.ProblemError` for who may not see cost.
    """
    viewer.need("see_cost")
    goods = under_way(viewer)
    book, change = rules.book, replace(asked.change, freight=Fraction(1))
    waits = {id(one): _needs(one, book) if touches(book, change, one.country) else "" for one in goods}
    known = [one for one in goods if not waits[id(one)]]
    entered = [_entered(one, one.eta or asked.on) for one in known]
    found = added(rules, entered, change, viewer.company.currency, asked.paid_in, registered(viewer, asked.on))
    effects = {id(one): more for one, more in zip(known, found, strict=True)}
    rows = [_row(one, waits[id(one)], effects.get(id(one)), asked.on) for one in goods]
    return sorted(rows, key=lambda r: (r.effect is None, -(r.effect or 0), r.goods.eta or date.max, r.goods.sku))


def _entered(one: UnderWay, eta: date) -> Entered:
    return Entered(
        one.sku, one.country, eta, one.mode, one.hs, one.origin, one.units, one.purchase, one.first_leg, one.duty_tax
    )


def _row(one: UnderWay, needs: str, found: Added | None, start: date) -> WaterRow:
    hit = one.eta is not None and one.eta >= start
    if not needs and found is None:
        needs = "rule"
    if one.eta is not None and not hit:
        return WaterRow(one, hit=False, effect=0)
    return WaterRow(one, hit, None if needs or found is None else found.duty_tax, needs)


def _needs(one: UnderWay, book: RuleBook) -> str:
    if one.country not in book.countries:
        return "country"
    if one.eta is None:
        return "eta"
    if one.missing or one.purchase <= 0:
        return "cost"
    return "" if one.hs and one.origin else "origin" if one.hs else "hs"
