"""Value limits with their conditions for many rows that share destination, regime and mode: yes, no, or ask."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from entrepot.engines.duty.columns import Coded, Entries, Flags, Whole
from entrepot.engines.duty.many_money import ONLY_ZERO, UNKNOWN, Money
from entrepot.engines.duty.model import Entry, Goods
from entrepot.engines.duty.within import Totals, applies, reaches_chapter
from entrepot.rules import DestinationRules, Value
from entrepot.rules.tariff import digits


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one destination, regime and mode whose rules are the same: their places and their own columns."""

    places: Whole
    rules: DestinationRules
    regime: str
    mode: str
    days: Whole
    money: Coded
    currency: Whole
    goods: Whole
    """Value in the row's own minor units."""
    cif: Whole
    """Value, freight and insurance in the row's own minor units."""
    origin: Coded
    origins: Whole
    hs: Coded
    codes: Whole
    exchange: Money

    @staticmethod
    def of(entries: Entries, places: Whole, rules: DestinationRules, regime: str, mode: str, exchange: Money) -> Rows:
        """Takes the rows at ``places`` out of ``entries``."""
        value = entries.value[places]
        return Rows(
            places, rules, regime, mode, entries.on[places], entries.currency, entries.currency.codes[places], value,
            value + entries.freight[places] + entries.insurance[places], entries.origin, entries.origin.codes[places],
            entries.hs, entries.hs.codes[places], exchange,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.places)


def applies_to(value: Value, rows: Rows) -> tuple[Flags, Flags]:
    """Rows to which a rule applies, and rows of which one must ask."""
    inside, known = _inside(value, rows)
    yes, ask = _conditions(value, rows)
    return inside & known & yes, (inside | ~known) & (yes | ask) & ~(inside & known & yes)


def first_relief(name: str, rows: Rows) -> tuple[Flags, Flags]:
    """Rows that any relief called ``name`` frees, and rows of which one must ask."""
    free, ask = np.zeros(len(rows), dtype=np.bool_), np.zeros(len(rows), dtype=np.bool_)
    for _, rule in rows.rules.starting(name):
        meant = _chapters(rule, rows)
        yes, asked = applies_to(rule, rows)
        ask |= asked & meant & ~free
        free |= yes & meant
    return free, ask & ~free


def below(value: Value, amount: Whole, rows: Rows) -> Flags:
    """Rows whose amount in the destination's minor units is too small to be collected."""
    own = Coded((rows.rules.currency,), np.zeros(0, dtype=np.int64))
    here = np.zeros(len(rows), dtype=np.int64)
    under = not value.data.get("inclusive")
    return amount <= rows.exchange.limits(value, "below", rows.rules.currency, rows.days, own, here, under=under)


def _inside(value: Value, rows: Rows) -> tuple[Flags, Flags]:
    most = rows.exchange.limits(value, "limit", rows.rules.currency, rows.days, rows.money, rows.currency)
    measured = rows.cif if value.text("measured") == "cif" else rows.goods
    return within(measured, most)


def within(measured: Whole, most: Whole) -> tuple[Flags, Flags]:
    """Rows within their limit, those of which one cannot say among them, and where one can."""
    known = (most != UNKNOWN) & ((most != ONLY_ZERO) | (measured == 0))
    return (measured <= np.maximum(most, 0)) | ~known, known


def _conditions(value: Value, rows: Rows) -> tuple[Flags, Flags]:
    """What the scalar path answers for regime, mode and origin, asked once for each origin."""
    asks_origin = bool(value.names("origins") or value.names("not_origins"))
    bare = dataclasses.replace(value, data={k: v for k, v in value.data.items() if k != "limit"})
    answers = [
        applies(bare, _probe(rows, origin), Totals(None, None, rows.rules.currency), lambda _a, _b: None)
        for origin in (rows.origin.labels if asks_origin else ("",))
    ]
    yes = np.array([a is True for a in answers], dtype=np.bool_)
    ask = np.array([isinstance(a, str) for a in answers], dtype=np.bool_)
    if not asks_origin:
        return np.full(len(rows), yes[0]), np.full(len(rows), ask[0])
    return yes[rows.origins], ask[rows.origins]


def _probe(rows: Rows, origin: str) -> Entry:
    goods = Goods("", 1, 1, rows.rules.currency, origin=origin)
    return Entry(rows.rules.code, rows.rules.on, (goods,), regime=rows.regime, mode=rows.mode)


def _chapters(value: Value, rows: Rows) -> Flags:
    if not (value.names("chapters") or value.names("not_chapters")):
        return np.ones(len(rows), dtype=np.bool_)
    meant = np.array([reaches_chapter(value, digits(h)) for h in rows.hs.labels], dtype=np.bool_)
    return meant[rows.codes]
