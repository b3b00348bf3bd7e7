"""What a move will cost before its bill comes: by the forwarder's rate card, by the rule book, else by earlier bills.

Earlier bills of the same supplier on the same lane are put beside what they might follow (units, kilograms, cubic metres,
chargeable kilograms, goods value, nothing): the one by which their prices scatter least is taken, at the median price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from entrepot.books import models
from entrepot.core.countries import CODES
from entrepot.core.money import major, round_half_away
from entrepot.workflows.accrue_moves import Move
from entrepot.workflows.bill_audit import Packing, card_of
from entrepot.workflows.quote import QuoteAsked, Way, Wish, answer_by
from entrepot.workflows.rule_files import SellerRules

_MOVED = ("volume", "chargeable", "weight", "units", "flat")
_WORTH = ("value", "weight", "units", "flat")
_DRIVERS = {"insurance": _WORTH, "duty": _WORTH, "import_tax": _WORTH}
"""What a cost may follow: duty, tax and insurance what the goods are worth, all else their size."""
_UNIT = {"volume": "m³", "chargeable": "kg chargeable", "weight": "kg", "value": "% of goods value", "units": "unit",
         "flat": "shipment"}  # fmt: skip
LOOKED_AT = 8
"""Earlier bills that a price is taken from."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Minor units of ``currency`` for a component of a move. ``basis``: card | rule | history; ``reference`` names it.

    ``driver`` is what the amount follows, by which it is cut over the goods.
    """

    supplier: str
    component: str
    amount: int
    currency: str
    basis: str
    reference: str
    driver: str


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier bill on the lane: its move and what it came to."""

    move: Move
    amount: int
    currency: str
    number: str


def by_history(move: Move, supplier: str, component: str, past: Sequence[Past]) -> Estimate | None:
    """From the latest bills in one currency; ``None`` where none has a driver that this move has too."""
    recent = [p for p in past if p.currency == past[-1].currency][-LOOKED_AT:] if past else []
    best: tuple[Fraction, int, str, Fraction] | None = None
    for place, name in enumerate(_DRIVERS.get(component, _MOVED)):
        mine = move.driver(name)
        drivers = [p.move.driver(name) for p in recent]
        if not mine or any(not driver for driver in drivers):
            continue
        prices = [p.amount / driver for p, driver in zip(recent, drivers, strict=True) if driver]
        middle = median(prices)
        if middle <= 0:
            continue
        scatter = median(abs(price - middle) for price in prices) / middle
        # One or two bills fit anything: then the usual driver of the list's head is taken.
        key = (scatter if len(recent) > 2 else Fraction(0), place, name, Fraction(middle))
        if best is None or key[:2] < best[:2]:
            best = key
    if best is None:
        return None
    _, _, name, price = best
    driver = move.driver(name) or Fraction(0)
    amount = round_half_away(price * driver)
    if amount <= 0:
        return None
    currency = recent[0].currency
    shown = (
        f"{float(price) * 100:.2f}" if name == "value" else major(round_half_away(price), currency) + f" {currency} a"
    )
    said = f"{len(recent)} bills to {recent[-1].number}: {shown} {_UNIT[name]}"
    return Estimate(supplier, component, amount, currency, "history", said, name)


def by_card(move: Move, supplier: str, rules: SellerRules, packing: Packing) -> list[Estimate]:
    """Every charge of the forwarder's card for the cartons as packed; empty without a card, or where a price is missing."""
    from entrepot.engines.freight import Consignment, quote

    card, _ = card_of(rules.cards, supplier, move.lane[1] or "truck", move.country, move.on)
    if card is None:
        return []
    goods: dict[int, int] = {}
    for row in move.rows:
        goods[row.item] = goods.get(row.item, 0) + row.units
    told = quote(card, Consignment(packing.cartons(goods, move.on), move.on))
    if any(line.amount is None for line in told.lines):
        return []
    sums: dict[str, int] = {}
    for line in told.lines:
        sums[line.component] = sums.get(line.component, 0) + (line.amount or 0)
    return [
        Estimate(supplier, component, amount, card.currency, "card", card.id, "chargeable")
        for component, amount in sums.items() if amount > 0
    ]  # fmt: skip


def by_rules(move: Move, company: models.Company, rules: SellerRules, supplier: str) -> Estimate | None:
    """Duty by the rule book on the move's goods; ``None`` where a heading, value or rate is not known for all of them."""
    if not move.abroad or not move.country:
        return None
    items = models.Item.objects.in_bulk([row.item for row in move.rows])
    wishes: dict[str, Wish] = {}
    for row in move.rows:
        item = items[row.item]
        if not item.hs_code or row.value is None:
            return None
        old = wishes.get(item.sku)
        wishes[item.sku] = Wish(
            item.sku, row.units + (old.quantity if old else 0), row.value + (old.value or 0 if old else 0),
            company.currency, item.hs_code, item.origin if item.origin in CODES else "", row.grams,
        )  # fmt: skip
    asked = QuoteAsked(
        tuple(wishes.values()), move.country, move.on, company.currency,
        (Way("accrual", move.lane[1], 0, company.currency),), recoverable=True,
    )  # fmt: skip
    told = answer_by(asked, rules)[0]
    duties = [line for line in told.lines if line.component == "duty"]
    if not duties or any(line.amount is None for line in duties):
        return None
    amount = sum(line.amount or 0 for line in duties)
    names = ", ".join(sorted({line.rule for line in duties}))
    if amount <= 0:
        return None
    return Estimate(supplier, "duty", amount, company.currency, "rule", names[:280], "value")
