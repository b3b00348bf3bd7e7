"""A rate charged on a goods line: percentages of the value, amounts per unit, bounds, the higher of two."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from entrepot.core.money import exponent
from entrepot.engines.duty.model import Goods, Rates
from entrepot.engines.duty.rate_text import Rate, Term


@dataclass(frozen=True, slots=True)
class Charged:
    """Exact minor units of the destination's currency, or what is needed to know them."""

    amount: Fraction | None
    needs: tuple[str, ...] = ()


def charge(rate: Rate, goods: Goods, value: int, currency: str, rates: Rates) -> Charged:
    """What ``rate`` takes of ``goods`` whose customs value is ``value`` minor units of ``currency``."""
    if rate.person:
        return Charged(None, (f"a person: {rate.person}: {rate.text!r}",))
    if rate.alternatives:
        return _extreme(max, [charge(r, goods, value, currency, rates) for r in rate.alternatives])
    result = _sum([_term(t, goods, value, currency, rates) for t in rate.terms])
    if rate.least is not None:
        result = _extreme(max, [result, charge(rate.least, goods, value, currency, rates)])
    if rate.most is not None:
        result = _extreme(min, [result, charge(rate.most, goods, value, currency, rates)])
    return result


def _term(term: Term, goods: Goods, value: int, currency: str, rates: Rates) -> Charged:
    if term.percent is not None:
        if not term.part:
            return Charged(value * term.percent / 100)
        part = goods.parts.get(term.part)
        rate = Fraction(1) if goods.currency == currency else rates(goods.currency, currency)
        if part is None or rate is None:
            return Charged(None, (f"value of the {term.part}",))
        minor = part * rate * Fraction(10) ** (exponent(currency) - exponent(goods.currency))
        return Charged(minor * term.percent / 100)
    quantity = _quantity(term, goods)
    rate = Fraction(1) if term.currency == currency else rates(term.currency, currency)
    needs = tuple(
        text for missing, text in (
            (quantity is None, f"quantity in {term.unit}" + (f" of {term.part}" if term.part else "")),
            (rate is None, f"exchange rate {term.currency} to {currency}"),
        ) if missing
    )  # fmt: skip
    if quantity is None or rate is None or term.amount is None:
        return Charged(None, needs)
    return Charged(term.amount * quantity / term.per * rate * 10 ** exponent(currency))


def _quantity(term: Term, goods: Goods) -> Fraction | None:
    named = f"{term.unit} of {term.part}" if term.part else term.unit
    if named in goods.quantities:
        return goods.quantities[named]
    if term.part:
        return None
    if goods.net_grams is not None and term.unit in {"kg", "g", "t"}:
        return Fraction(goods.net_grams, {"g": 1, "kg": 1000, "t": 1_000_000}[term.unit])
    if term.unit in {"each", "doz", "thousand", "gross"}:
        return Fraction(goods.quantity, {"each": 1, "doz": 12, "thousand": 1000, "gross": 144}[term.unit])
    return None


def _sum(parts: list[Charged]) -> Charged:
    needs = tuple(n for p in parts for n in p.needs)
    if needs:
        return Charged(None, needs)
    return Charged(sum((p.amount for p in parts if p.amount is not None), Fraction(0)))


def _extreme(choose: object, parts: list[Charged]) -> Charged:
    needs = tuple(n for p in parts for n in p.needs)
    amounts = [p.amount for p in parts if p.amount is not None]
    if needs or not amounts:
        return Charged(None, needs)
    return Charged(max(amounts) if choose is max else min(amounts))
