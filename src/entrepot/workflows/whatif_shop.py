"""What if, for the SKUs of the books: what each earned in a period, and what it would have earned under a change.

The change of duty, exchange rate and freight is reckoned by the rule book before and after, on the cost that the books have; the
rest of a SKU's profit stays as it is. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from entrepot.books.access import Viewer
from entrepot.books.models import Item
from entrepot.books.selectors.economics import SUMMED, sums_by
from entrepot.books.selectors.naming import names_of
from entrepot.core.components import FAMILIES
from entrepot.core.money import convert
from entrepot.engines.duty import Coded, Entries, day_number
from entrepot.rules import RuleBook
from entrepot.workflows.rule_files import SellerRules
from entrepot.workflows.whatif import Change, Items, effect


@dataclass(frozen=True, slots=True)
class ShopChange:
    """A change and how the goods were paid: in ``paid_in``, entering on ``on``; ``storage`` is a factor."""

    change: Change
    on: date
    paid_in: str
    storage: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class ShopRow:
    """One SKU in one country over the period, in minor units of the company's currency; ``None`` = not known.

    ``needs`` says what an effect that is not known would need: hs | origin | country | cost | rule.
    """

    sku: str
    name: str
    country: str
    units: int
    net: int | None
    before: int | None
    effect: int | None
    needs: str = ""

    @property
    def after(self) -> int | None:
        """Profit after the change."""
        return None if self.before is None or self.effect is None else self.before - self.effect

    @property
    def turned(self) -> bool:
        """Whether it earns before and loses after."""
        return self.before is not None and self.after is not None and self.before >= 0 > self.after


@dataclass(frozen=True, slots=True)
class _Sold:
    sku: str
    name: str
    country: str
    hs: str
    origin: str
    sums: dict[str, int]

    @property
    def net(self) -> int | None:
        """Net sales; not known when a unit's price is not."""
        return None if self.sums["net_unknown"] else self.sums["net"]

    @property
    def profit(self) -> int | None:
        """Net sales − refunds − all families; not known when a unit's price or cost is not."""
        if self.net is None or self.sums["missing"] or self.sums["uncosted"]:
            return None
        return self.net - self.sums["refunded"] - sum(self.sums[family] for family in FAMILIES)

    def needs(self, book: RuleBook) -> str:
        """The first thing that is missing to reckon an effect, empty when there is nothing."""
        if self.country not in book.countries:
            return "country"
        if self.sums["missing"] or self.sums["uncosted"] or self.sums["purchase"] <= 0:
            return "cost"
        return "" if self.hs and self.origin else "origin" if self.hs else "hs"


def shop_effect(viewer: Viewer, rules: SellerRules, wanted: Any, asked: ShopChange) -> list[ShopRow]:
    """Every SKU and country of the selection: those that turn unprofitable first, then by the size of the effect.

    ``wanted`` selects sales as the true-cost page does. Raises :class:`~entrepot.core.errors.ProblemError` for who may not see
    cost.
    """
    viewer.need("see_cost")
    sold = _sold(viewer, wanted)
    waits = [one.needs(rules.book) for one in sold]
    known = [one for one, need in zip(sold, waits, strict=True) if not need]
    effects = iter(_effects(rules, known, asked, viewer.company.currency))
    rows = [
        _row(one, need, None if need else next(effects), asked.storage) for one, need in zip(sold, waits, strict=True)
    ]
    return sorted(rows, key=lambda r: (not r.turned, r.effect is None, -(r.effect or 0), r.sku, r.country))


def _sold(viewer: Viewer, wanted: Any) -> list[_Sold]:
    found = sums_by(viewer, wanted, ("item_id", "country"))
    named = names_of()
    items = {i.pk: i for i in Item.objects.in_bulk({key[0] for key in found}).values()}
    return [
        _Sold(item.sku, named(item.name, item.name_zh), key[1] or "", item.hs_code, item.origin,
              dict(zip(SUMMED, sums, strict=True)))
        for key, sums in found.items() if (item := items.get(key[0])) is not None and sums[0] > 0
    ]  # fmt: skip


def _row(one: _Sold, needs: str, found: int | None, storage: Fraction) -> ShopRow:
    if found is None and not needs:
        needs = "rule"
    total = None if found is None else found + round(one.sums["storage"] * (storage - 1))
    return ShopRow(one.sku, one.name, one.country, one.sums["quantity"], one.net, one.profit, total, needs)


def _effects(rules: SellerRules, sold: Sequence[_Sold], asked: ShopChange, currency: str) -> list[int | None]:
    """Added cost of each row by the rule book, ``None`` where a duty or tax of it is not known."""
    if not sold:
        return []
    rate = rules.rates.for_day(asked.on)(currency, asked.paid_in) if asked.paid_in != currency else Fraction(1)
    if rate is None:
        return [None] * len(sold)

    def paid(family: str) -> list[int]:
        return [convert(max(0, one.sums[family]), currency, asked.paid_in, rate) for one in sold]

    def texts(values: Sequence[str]) -> Coded:
        return Coded.of(values)

    def whole(values: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(values, dtype=np.int64)

    count = len(sold)
    none = whole([0] * count)
    entries = Entries(
        texts([one.country for one in sold]), whole([day_number(asked.on)] * count), texts(["commercial"] * count),
        texts(["sea"] * count), texts([one.hs for one in sold]), texts([one.origin for one in sold]),
        texts([asked.paid_in] * count), whole([one.sums["quantity"] for one in sold]), whole(paid("purchase")),
        whole(paid("first_leg")), none, none - 1, texts([""] * count),
    )  # fmt: skip
    keys = tuple(f"{one.sku} {one.country}" for one in sold)
    found = effect(rules, Items(entries, keys, none - 1), asked.change, currency)
    return [int(x) if sure else None for x, sure in zip(found.effect, found.known, strict=True)]
