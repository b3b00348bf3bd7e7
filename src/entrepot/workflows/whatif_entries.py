"""Goods of the books as entries at a border, before and under a change: what changes, by family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np

from entrepot.core.money import convert
from entrepot.engines.duty import Coded, Entries, day_number
from entrepot.rules import AddDuty, Patch, RuleBook
from entrepot.rules.fx import ExchangeRates
from entrepot.workflows.rule_files import SellerRules
from entrepot.workflows.whatif import Change, Items, effect


@dataclass(frozen=True, slots=True)
class Entered:
    """Goods that enter a country on a day: ``purchase`` and ``first_leg`` in minor units of the company's currency."""

    key: str
    country: str
    on: date
    mode: str
    hs: str
    origin: str
    units: int
    purchase: int
    first_leg: int
    duty_tax: int = 0
    """What the books have of duty and tax on them: their share of the value stands in where no rate is known."""

    @property
    def own_share(self) -> str:
        """Duty and tax as a share of goods and freight, to a tenth of a per mille; empty where there is no value."""
        value = self.purchase + self.first_leg
        return str(Fraction(round(10_000 * max(0, self.duty_tax) / value), 10_000)) if value > 0 else ""


@dataclass(frozen=True, slots=True)
class Added:
    """Added cost by family in minor units of the company's currency.

    ``estimate``: no rate of the heading is known, the share of duty in the books stands in.
    """

    purchase: int
    first_leg: int
    duty_tax: int
    estimate: bool = False

    @property
    def total(self) -> int:
        """All of it."""
        return self.purchase + self.first_leg + self.duty_tax


def shifted(rules: SellerRules, change: Change) -> ExchangeRates:
    """The rates of exchange under the change."""
    return ExchangeRates(rules.rates.own, rules.rates.ecb, change.rates) if change.rates else rules.rates


def touches(book: RuleBook, change: Change, country: str) -> bool:
    """Whether a change can do anything to goods that enter a country."""
    own = {country, book.countries[country].parent} if country in book.countries else {country}
    return bool(change.rates) or change.freight != 1 or any(_of(patch) in own for patch in change.patches)


def added(
    rules: SellerRules, goods: Sequence[Entered], change: Change, currency: str, paid_in: str, recovered: frozenset[str]
) -> list[Added | None]:  # fmt: skip
    """Added cost of each, ``None`` where a duty, tax or rate of it is not known.

    Goods and freight are taken as paid in ``paid_in``: their cost is converted there at today's rate and back at the changed one.
    In the countries of ``recovered`` import tax comes back. Where the rule book has no rate of a heading there, or in a country
    without a tax on imports, the share of duty that the books have stands in, added duties included: it grows with the value, and
    patches come on top of it.
    """
    answers: dict[int, Added | None] = {
        id(one): Added(0, 0, 0) for one in goods if not touches(rules.book, change, one.country)
    }
    rest = [one for one in goods if id(one) not in answers]
    answers |= _reckoned(rules, rest, change, currency, paid_in, recovered, own=False)
    own = [one for one in rest if answers.get(id(one)) is None and one.own_share]
    alone = {one.country for one in own if rules.book.destination(one.country, one.on).get("tax_base") is None}
    answers |= _by_share(
        rules, [one for one in own if one.country in recovered | alone], change, currency, paid_in, recovered
    )
    return [answers.get(id(one)) for one in goods]


def _by_share(
    rules: SellerRules, goods: Sequence[Entered], change: Change, currency: str, paid_in: str, recovered: frozenset[str]
) -> dict[int, Added | None]:  # fmt: skip
    """Where no rate is known: patches by the rule book on top of the books' share, that share of what the value changes by."""
    plain = replace(rules, book=rules.book.without_measures())
    by_patch = _reckoned(plain, goods, Change(change.patches), currency, paid_in, recovered, own=True)
    answers: dict[int, Added | None] = {}
    for one in goods:
        there, back = (
            _rate(rates, *pair, one.on)
            for rates, pair in ((rules.rates, (currency, paid_in)), (shifted(rules, change), (paid_in, currency)))
        )
        patched = by_patch.get(id(one))
        if patched is None or there is None or back is None:
            continue
        moved = there * back - 1
        goods_more, freight_more = (
            round(one.purchase * moved),
            round(one.first_leg * ((1 + moved) * change.freight - 1)),
        )
        basis = rules.book.destination(one.country, one.on).get("customs_value")
        grows = goods_more + (freight_more if basis is not None and basis.text("basis") == "CIF" else 0)
        duty = patched.duty_tax + round(grows * Fraction(one.own_share))
        answers[id(one)] = Added(goods_more, freight_more, duty, estimate=True)
    return answers


def _reckoned(
    rules: SellerRules, goods: Sequence[Entered], change: Change, currency: str, paid_in: str, recovered: frozenset[str],
    *, own: bool,
) -> dict[int, Added | None]:  # fmt: skip
    days = {one.on for one in goods}
    there = {day: _rate(rules.rates, currency, paid_in, day) for day in days}
    back = {day: _rate(shifted(rules, change), paid_in, currency, day) for day in days}
    known = [one for one in goods if there[one.on] is not None and back[one.on] is not None]
    if not known:
        return {}

    def paid(one: Entered, amount: int) -> int:
        rate = there[one.on]
        return convert(max(0, amount), currency, paid_in, rate) if rate is not None else 0

    def whole(values: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(values, dtype=np.int64)

    none = whole([0] * len(known))
    entries = Entries(
        Coded.of(one.country for one in known), whole([day_number(one.on) for one in known]),
        Coded.of("commercial" for _ in known), Coded.of(one.mode for one in known), Coded.of(one.hs for one in known),
        Coded.of(one.origin for one in known), Coded.of(paid_in for _ in known), whole([one.units for one in known]),
        whole([paid(one, one.purchase) for one in known]), whole([paid(one, one.first_leg) for one in known]),
        none, none - 1, Coded.of(one.own_share if own else "" for one in known),
    )  # fmt: skip
    items = Items(entries, tuple(one.key for one in known), none - 1)
    found = effect(rules, items, change, currency, recovered)
    answers: dict[int, Added | None] = {}
    for one, total, sure in zip(known, found.effect, found.known, strict=True):
        rate = back[one.on] or Fraction(1)
        goods_more = convert(paid(one, one.purchase), paid_in, currency, rate) - max(0, one.purchase)
        dearer = round(paid(one, one.first_leg) * change.freight)
        freight_more = convert(dearer, paid_in, currency, rate) - max(0, one.first_leg)
        duty = int(total) - goods_more - freight_more
        answers[id(one)] = Added(goods_more, freight_more, duty, estimate=own) if sure else None
    return answers


def _of(patch: Patch) -> str:
    """Country of a patch."""
    return patch.destination if isinstance(patch, AddDuty) else patch.rule.partition(".")[0].upper()


def _rate(rates: ExchangeRates, base: str, quote: str, on: date) -> Fraction | None:
    return Fraction(1) if base == quote else rates.for_day(on)(base, quote)
