"""What the pages of quotes, rules and what-ifs ask of the floors below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from django.conf import settings

from entrepot.books.access import Viewer
from entrepot.books.selectors import goods as facts
from entrepot.books.selectors.goods import GoodsFacts
from entrepot.faces.web.filters import CostFilter
from entrepot.workflows import alternatives as comparing
from entrepot.workflows.rate_history import RateSpan, rate_history
from entrepot.workflows.recoverable import comes_back
from entrepot.workflows.rule_files import SellerRules, kept_rules
from entrepot.workflows.rules_at import begins, measures_at, rules_at
from entrepot.workflows.sought import Alternative, Sought
from entrepot.workflows.storage_figures import fees
from entrepot.workflows.storage_whatif import StorageEffect, storage_effect, with_fee_change, with_fee_file
from entrepot.workflows.whatif_orders import OrderedRow, ordered_effect
from entrepot.workflows.whatif_shop import ShopChange, ShopRow, shop_effect
from entrepot.workflows.whatif_water import WaterRow, water_effect


def rules() -> SellerRules:
    """The rule book with the seller's own files."""
    return kept_rules(settings.HOME)


def goods(sku: str) -> GoodsFacts | None:
    """What the books know of an item, ``None`` for free goods."""
    return facts.goods_facts(sku) if sku else None


def tax_comes_back(viewer: Viewer, country: str, on: date) -> Fraction:
    """The share of the tax on its own imports into ``country`` that the company that is looked at gets back on a day."""
    return comes_back(viewer, country, on).share


def rules_begin(country: str) -> date | None:
    """First day for which the book has rules of a country."""
    return begins(rules().book, country)


def alternatives(sought: Sought) -> list[Alternative]:
    """Quotes side by side, complete ones first, the cheapest in front."""
    return comparing.alternatives(sought, rules())


@dataclass(frozen=True, slots=True)
class RuleWish:
    """What the explorer asks: a country, perhaps a heading of an origin, a day, and what was known on which day."""

    country: str
    hs: str
    origin: str
    on: date
    known_on: date | None
    text: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One rule or added duty as the explorer shows it; ``reach`` only where a heading is asked for."""

    rule: str
    name: str
    says: str
    reach: str
    valid_from: date | None
    valid_to: date | None
    confidence: str
    status: str
    legal: str
    source: str
    note: str = ""

    @property
    def place(self) -> tuple[int, str]:
        """The seller's own rates, duties on the goods, the country's rules, then what does not reach the goods."""
        if self.confidence == "seller" and not self.reach:
            return -1, self.rule
        return {"charged": 0, "needs a person": 1, "": 2}.get(self.reach, 3), self.rule


def _name(about: str, says: str) -> str:
    """What a rule calls itself, else what it is about.

    >>> _name("a fee of the border", "label Harbor maintenance fee; percent 0.125")
    'Harbor maintenance fee'
    """
    own = says.removeprefix("label ").partition(";")[0] if says.startswith("label ") else about
    return own[:1].upper() + own[1:]


def rule_rows(wanted: RuleWish) -> list[RuleShown]:
    """Rules of the country on the day, added duties on the heading after them; ``text`` narrows by any word of a row."""
    book = rules().book
    rows = [
        RuleShown(r.rule, _name(r.about, r.says), r.says, "", r.valid_from, r.valid_to, r.confidence,
                  r.status, r.legal, r.source, r.note)
        for r in rules_at(book, wanted.country, wanted.on, wanted.known_on)
    ]  # fmt: skip
    if wanted.hs:
        rows += [
            RuleShown(m.measure, m.name, " ".join(p for p in (m.rate, m.text) if p), m.reach, m.valid_from, m.valid_to,
                      m.confidence, "", "", m.source)
            for m in measures_at(book, wanted.country, wanted.hs, wanted.origin, wanted.on, wanted.known_on)
        ]  # fmt: skip
    words = wanted.text.split()
    return [
        r for r in rows if all(w in f"{r.rule} {r.name} {r.says} {r.note} {r.legal} {r.source}".lower() for w in words)
    ]


def history(wanted: RuleWish) -> list[RateSpan]:
    """How the heading's total duty moved; empty without a heading."""
    if not wanted.hs:
        return []
    return rate_history(
        rules().book, wanted.country, wanted.hs, wanted.origin, wanted.since, wanted.until, wanted.known_on
    )


def what_if(viewer: Viewer, wanted: CostFilter, asked: ShopChange) -> list[ShopRow]:
    """Every SKU and country before and after a change; the books are not touched."""
    return shop_effect(viewer, rules(), wanted, asked)


def on_the_water(viewer: Viewer, asked: ShopChange) -> list[WaterRow]:
    """Goods under way and what a change costs them more."""
    return water_effect(viewer, rules(), asked)


def ordered(viewer: Viewer, asked: ShopChange) -> list[OrderedRow]:
    """Goods on order and what a change will cost them more."""
    return ordered_effect(viewer, rules(), asked)


def storage_fees() -> list[tuple[str, str]]:
    """Marketplace and fee of every storage table."""
    return sorted({(row.marketplace, row.fee) for row in fees(settings.HOME).storage})


def next_fees() -> Path | None:
    """The seller's own table of storage fees to come, if he has one."""
    path = Path(settings.HOME) / "rules" / "next_fees.csv"
    return path if path.exists() else None


def fee_effect(viewer: Viewer, on: date, change: str, since: date) -> StorageEffect:
    """Lots at the platforms by the tables as they are and under ``change`` (empty: by the seller's table of fees to come)."""
    book, own = fees(settings.HOME), next_fees()
    if change:
        return storage_effect(viewer, on, book, with_fee_change(book, change, since))
    return storage_effect(viewer, on, book, with_fee_file(book, own) if own else book)
