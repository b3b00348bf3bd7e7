"""Customs value: the goods, and with CIF their freight and insurance, in the destination's currency, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from entrepot.core.cost_lines import Basis
from entrepot.core.money import exponent, round_half_away
from entrepot.engines.duty.model import Entry, Rates
from entrepot.engines.duty.rounding import share
from entrepot.engines.duty.within import Totals
from entrepot.rules import DestinationRules


@dataclass(frozen=True, slots=True)
class Valued:
    """Values per goods line in minor units of the destination's currency; ``None`` with ``needs`` where not known.

    ``goods`` is what was paid, ``freight`` and ``insurance`` the line's share, ``customs`` the customs value.
    """

    goods: tuple[int | None, ...]
    freight: tuple[int | None, ...]
    insurance: tuple[int | None, ...]
    customs: tuple[int | None, ...]
    totals: Totals
    needs: tuple[str, ...]
    basis: Basis | None


def valued(rules: DestinationRules, entry: Entry, rates: Rates) -> Valued:
    """Customs values of an entry; freight and insurance are shared over the lines by their value."""
    needs: list[str] = []
    exact = [_in(g.value, g.currency, rules.currency, rates, f"value of {_name(g.item)}", needs) for g in entry.goods]
    goods = tuple(None if v is None else round_half_away(v) for v in exact)
    rule = rules.get("customs_value")
    cif = rule is not None and rule.text("basis") == "CIF" and not entry.value_is_customs_value
    asked: list[str] = []
    own = entry.goods[0].currency if entry.goods else rules.currency
    freight = _in(entry.freight, entry.freight_currency or own, rules.currency, rates, "freight to the border", asked)
    cover = _in(entry.insurance, entry.insurance_currency or own, rules.currency, rates, "insurance", asked)
    freights, covers = _shared(freight, goods), _shared(cover, goods)
    if cif:
        needs += asked
    landing = rule.number("landing_percent") / 100 if rule and "landing_percent" in rule.data and cif else Fraction(0)
    customs = tuple(_customs(g, f, i, cif, landing) for g, f, i in zip(goods, freights, covers, strict=True))
    if rule is None:
        needs.append(
            f"what the customs value of {rules.name} contains on {entry.on}: the rule book has none of that day"
        )
        customs = tuple(None for _ in goods)
    whole = _total(exact)
    sums = Totals(whole, _plus(whole, freight, cover), rules.currency)
    return Valued(goods, freights, covers, customs, sums, tuple(dict.fromkeys(needs)), rule.basis if rule else None)


def _customs(goods: int | None, freight: int | None, cover: int | None, cif: bool, landing: Fraction) -> int | None:
    if goods is None or (cif and (freight is None or cover is None)):
        return None
    value = goods + (freight or 0) + (cover or 0) if cif else goods
    return value + round_half_away(value * landing)


def _in(amount: int | None, own: str, target: str, rates: Rates, what: str, needs: list[str]) -> Fraction | None:
    if amount is None:
        needs.append(what)
        return None
    if own == target or amount == 0:
        return Fraction(amount)
    rate = rates(own, target)
    if rate is None:
        needs.append(f"exchange rate {own} to {target}")
        return None
    return amount * rate * Fraction(10) ** (exponent(target) - exponent(own))


def _shared(amount: Fraction | None, goods: tuple[int | None, ...]) -> tuple[int | None, ...]:
    if amount is None or any(g is None for g in goods):
        whole = None if amount is None else round_half_away(amount)
        return (whole,) if len(goods) == 1 else tuple(0 if whole == 0 else None for _ in goods)
    return tuple(share(round_half_away(amount), [g for g in goods if g is not None]))


def _total(values: list[Fraction | None]) -> Fraction | None:
    known = [v for v in values if v is not None]
    return sum(known, Fraction(0)) if len(known) == len(values) else None


def _plus(*values: Fraction | None) -> Fraction | None:
    return _total(list(values))


def _name(item: str) -> str:
    return item or "the goods"
