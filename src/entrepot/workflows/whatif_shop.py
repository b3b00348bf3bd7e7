"""What if, for the SKUs of the books: what each earned in a period, and what it would have earned under a change.

The change of duty, exchange rate and freight is reckoned by the rule book before and after, on the cost that the books have.
What is sold, and what the platform and storage in a country cost, is in that country's money: an exchange rate moves it as well.
What the money in goods costs (imputed capital, full view) grows with what the goods cost: the same days at the same rate. The
rest of a SKU's profit stays as it is. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from entrepot.books.access import Viewer
from entrepot.books.models import Item
from entrepot.books.models.figures import FULL_COLUMNS
from entrepot.books.selectors.economics import BOOK_FAMILIES, SUMMED, sums_by
from entrepot.books.selectors.naming import names_of
from entrepot.books.selectors.paging import raw
from entrepot.books.selectors.registrations import registered
from entrepot.rules import RuleBook
from entrepot.workflows.rule_files import SellerRules
from entrepot.workflows.whatif import Change
from entrepot.workflows.whatif_entries import Added, Entered, added, shifted, touches


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

    ``effect`` is the added cost, ``more`` the same by family; ``sold`` is the change of net sales after refunds, ``costs`` the
    families as they were. ``estimate``: the books' own share of duty stands in for a rate. ``needs`` says what an effect that is
    not known would need: hs | origin | country | cost | rule.
    """

    sku: str
    name: str
    country: str
    units: int
    net: int | None
    before: int | None
    effect: int | None
    needs: str = ""
    sold: int = 0
    more: Mapping[str, int] = field(default_factory=dict[str, int])
    costs: Mapping[str, int] = field(default_factory=dict[str, int])
    estimate: bool = False

    @property
    def after(self) -> int | None:
        """Profit after the change."""
        return None if self.before is None or self.effect is None else self.before + self.sold - self.effect

    @property
    def gross_before(self) -> int | None:
        """Profit of the book view (IAS 2): net sales after refunds less purchase, first leg, duty and tax; no imputed capital."""
        if self.before is None:
            return None
        return self.before + sum(amount for family, amount in self.costs.items() if family not in BOOK_FAMILIES)

    @property
    def gross_after(self) -> int | None:
        """The same after the change."""
        if self.gross_before is None or self.effect is None:
            return None
        return self.gross_before + self.sold - sum(self.more.get(family, 0) for family in BOOK_FAMILIES)

    @property
    def lost(self) -> int:
        """Change of the profit, as far as it is known; negative = lost."""
        return self.sold - (self.effect or 0)

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
        return self.net - self.sums["refunded"] - sum(self.sums[family] for family in FULL_COLUMNS)

    @property
    def costed(self) -> str:
        """``cost`` where the purchase cost of a unit is missing."""
        return "cost" if self.sums["missing"] or self.sums["uncosted"] else ""

    def needs(self, book: RuleBook) -> str:
        """The first thing that is missing to reckon an effect, empty when there is nothing."""
        if self.country not in book.countries:
            return "country"
        if self.costed or self.sums["purchase"] <= 0:
            return "cost"
        return "" if self.hs and self.origin else "origin" if self.hs else "hs"


def shop_effect(viewer: Viewer, rules: SellerRules, wanted: Any, asked: ShopChange) -> list[ShopRow]:
    """Every SKU and country of the selection: those that turn unprofitable first, then by the size of the loss.

    ``wanted`` selects sales as the true-cost page does. Raises :class:`~entrepot.core.errors.ProblemError` for who may not see
    cost.
    """
    viewer.need("see_cost")
    sold = _sold(viewer, wanted)
    waits = [one.needs(rules.book) if touches(rules.book, asked.change, one.country) else one.costed for one in sold]
    known = [one for one, need in zip(sold, waits, strict=True) if not need]
    recovered = registered(viewer, asked.on)
    entered = [_entered(one, asked.on, imported_into(rules.book, one.country, recovered)) for one in known]
    found = iter(added(rules, entered, asked.change, viewer.company.currency, asked.paid_in, recovered))
    factors = {
        country: _Factors.of(_exchanged(country, rules, asked, viewer.company.currency), asked.storage)
        for country in {one.country for one in sold}
    }
    rows = [
        _row(one, need, None if need else next(found), factors[one.country])
        for one, need in zip(sold, waits, strict=True)
    ]
    return sorted(rows, key=lambda r: (not r.turned, r.effect is None, r.lost, r.sku, r.country))


def _times(amount: int, factor: Fraction) -> int:
    """Rounded product; most rows have nothing to multiply, and there are thousands."""
    return round(amount * factor) if factor and amount else 0


def imported_into(book: RuleBook, country: str, registered_in: frozenset[str]) -> str:
    """Where goods sold to a country of the Union entered it: a country in which the company is registered, else the country."""
    found = book.countries.get(country)
    if found is None or not found.parent or country in registered_in:
        return country
    return next(
        (c for c in sorted(registered_in) if c in book.countries and book.countries[c].parent == found.parent), country
    )


def _entered(one: _Sold, on: date, country: str) -> Entered:
    sums = one.sums
    return Entered(
        f"{one.sku} {one.country}", country, on, "sea", one.hs, one.origin, sums["quantity"], sums["purchase"],
        sums["first_leg"], sums["duty_tax"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Factors:
    """By what storage, and what else is in the money of a country, grows there; reckoned once for all of its rows."""

    storage: Fraction
    other: Fraction

    @classmethod
    def of(cls, exchanged: Fraction | None, storage: Fraction) -> _Factors | None:
        return None if exchanged is None else cls(storage * exchanged - 1, exchanged - 1)


def _exchanged(code: str, rules: SellerRules, asked: ShopChange, currency: str) -> Fraction | None:
    """Factor on what is in the money of the country; 1 where no rate of exchange changes it, ``None`` = a rate is missing."""
    country = rules.book.countries.get(code)
    if country is None or country.currency == currency or not asked.change.rates:
        return Fraction(1)
    was = rules.rates.for_day(asked.on)(country.currency, currency)
    now = shifted(rules, asked.change).for_day(asked.on)(country.currency, currency)
    return None if was is None or now is None else now / was


def _sold(viewer: Viewer, wanted: Any) -> list[_Sold]:
    found = sums_by(viewer, wanted, ("item_id", "country"))
    named = names_of()
    columns = ("pk", "sku", "name", "name_zh", "hs_code", "origin")
    items = {
        pk: (sku, named(name, zh), hs, origin)
        for pk, sku, name, zh, hs, origin in raw(Item.objects.values_list(*columns))
    }
    return [
        _Sold(sku, name, country or "", hs, origin, dict(zip(SUMMED, sums, strict=True)))
        for (key, country), sums in found.items() if sums[0] > 0 and key in items
        for sku, name, hs, origin in [items[key]]
    ]  # fmt: skip


def _row(one: _Sold, needs: str, found: Added | None, factors: _Factors | None) -> ShopRow:
    sums = one.sums
    if not needs and (found is None or factors is None):
        needs = "rule"
    costs = {family: sums[family] for family in FULL_COLUMNS}
    if needs or found is None or factors is None:
        return ShopRow(one.sku, one.name, one.country, sums["quantity"], one.net, one.profit, None, needs, costs=costs)
    paid = sums["purchase"] + sums["first_leg"] + sums["duty_tax"]
    more = {
        "imputed": round(Fraction(sums["imputed"] * found.total, paid)) if paid > 0 and found.total else 0,
        "purchase": found.purchase, "first_leg": found.first_leg, "duty_tax": found.duty_tax,
        "storage": _times(sums["storage"], factors.storage), "selling": _times(sums["selling"], factors.other),
    }  # fmt: skip
    sold = _times(sums["net"] - sums["refunded"], factors.other)
    return ShopRow(
        one.sku,
        one.name,
        one.country,
        sums["quantity"],
        one.net,
        one.profit,
        sum(more.values()),
        "",
        sold,
        more,
        costs,
        found.estimate,
    )
