"""Rates of many entries: the ordinary rate and the added duties, found once for every line, origin and span of days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from entrepot.engines.duty.added import added_duties
from entrepot.engines.duty.model import Entry, Goods, Reach
from entrepot.engines.duty.ordinary import ordinary_rate, schedule_of
from entrepot.rules import DestinationRules, RuleBook
from entrepot.rules.tariff import digits


@dataclass(frozen=True, slots=True)
class GoodsRates:
    """What is charged by rate on a goods line.

    ``ordinary`` is the percentage as a fraction of one, ``None`` where it is not known (``plain`` true) or not one percentage
    (``plain`` false: the entry is assessed one by one). ``added`` are the added duties charged; ``asks``: one is not settled.
    """

    ordinary: Fraction | None
    plain: bool
    added: tuple[Fraction, ...]
    asks: bool
    tax: Fraction | None = None


@dataclass(slots=True)
class Goodsbook:
    """Goods rates, remembered by what they depend on."""

    book: RuleBook
    _kept: dict[tuple[str, ...], GoodsRates] = field(default_factory=dict[tuple[str, ...], GoodsRates])
    _by_origin: dict[str, tuple[bool, bool]] = field(default_factory=dict[str, tuple[bool, bool]])

    def of(self, rules: DestinationRules, on: date, span: str, hs: str, origin: str, own: str) -> GoodsRates:
        """Rates of one kind of goods; ``span`` names the days in which the destination's rules stay the same."""
        asks, listed = self._depends(rules.code)
        if not listed:
            # Neither lines nor own rates nor added duties: only the chapter can matter, and nothing beside an own rate.
            hs = "" if own else digits(hs)[:2]
        key = (rules.code, span, hs, origin if asks else "", own)
        if key not in self._kept:
            self._kept[key] = self._found(rules, on, hs, origin, own)
        return self._kept[key]

    def _found(self, rules: DestinationRules, on: date, hs: str, origin: str, own: str) -> GoodsRates:
        goods = Goods("", 1, 1, rules.currency, hs=hs, origin=origin, duty_rate=Fraction(own) if own else None)
        entry = Entry(rules.code, on, (goods,))
        ordinary = ordinary_rate(self.book, rules, entry, goods)
        findings = added_duties(self.book, entry, goods, ordinary)
        added = tuple(f.rate for f in findings if f.reach is Reach.CHARGED and f.rate is not None)
        asks = any(f.reach is Reach.UNSETTLED for f in findings)
        percent = ordinary.rate.percent if ordinary.rate is not None else None
        plain = ordinary.rate is None or percent is not None
        own_rate = self.book.tariff.own_rate(rules.code, hs, origin, on)
        tax = Fraction(own_rate.tax_percent) / 100 if own_rate is not None and own_rate.tax_percent else None
        return GoodsRates(None if percent is None else percent / 100, plain, added, asks, tax)

    def _depends(self, destination: str) -> tuple[bool, bool]:
        """Whether the rates of a destination depend on the origin, and whether they depend on the heading."""
        if destination not in self._by_origin:
            tariff = self.book.tariff
            measured = any(m.destination == destination for m in self.book.measures)
            own = [r for r in tariff.own if r.destination == destination]
            listed = measured or bool(own) or tariff.has(schedule_of(self.book, destination))
            self._by_origin[destination] = (measured or any(r.origin for r in own), listed)
        return self._by_origin[destination]
