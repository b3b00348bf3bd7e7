"""What if the company registered for tax in a country: the import tax that would have come back, SKU by SKU. Nothing is stored.

Every line of import tax of that country is decided once as it stands and once with the registration added; ``ourselves`` asks as
well that the company had been the importer of record of what others imported. The difference falls on SKUs by the weights by
which the line was split.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.books.import_tax import IMPORT_TAX, Decided, decisions, registrations
from entrepot.books.selectors.naming import names_of
from entrepot.core.input_tax import Registration, decide, recovered
from entrepot.core.money import split_largest_remainder


@dataclass(frozen=True, slots=True)
class SkuEffect:
    """What a SKU's goods would have cost less, minor units of the company's currency."""

    sku: str
    name: str
    less: int


@dataclass(frozen=True, slots=True)
class RegistrationEffect:
    """``lines`` of import tax of the country on or after the day, their ``tax``, what comes back ``now`` and ``then``; the SKUs
    that would cost less, those with most first. ``others``: tax that only comes back if the company imports itself."""

    country: str
    since: date
    ourselves: bool
    lines: int
    tax: int
    now: int
    then: int
    others: int
    skus: tuple[SkuEffect, ...]

    @property
    def gain(self) -> int:
        """What would come back more."""
        return self.then - self.now


def if_registered(
    viewer: Viewer, country: str, since: date, *, share: Fraction = Fraction(1), ourselves: bool = False
) -> RegistrationEffect:
    """The effect on all import tax of ``country`` since a day.

    Raises :class:`~entrepot.core.errors.ProblemError` for who may not see cost.
    """
    viewer.need("see_cost")
    live = models.CostLine.objects.filter(component=IMPORT_TAX, replacement__isnull=True, company_id=viewer.company.id)
    held = registrations().get(viewer.company.id, [])
    wished = Registration(country, "vat", "", since, None, share)
    found = [
        one for one in decisions(list(live.values_list("pk", flat=True)))
        if one.entry.country == country and one.entry.days and one.entry.days[-1] >= since
    ]  # fmt: skip
    gains: dict[int, int] = {}
    now = then = others = 0
    for one in found:
        was, becomes = one.back, _then(one, [*held, wished], ourselves=ourselves)
        now, then = now + was, then + becomes
        if not ourselves:
            others += _then(one, [*held, wished], ourselves=True) - becomes
        if becomes != was:
            gains[one.line] = becomes - was
    return RegistrationEffect(
        country, since, ourselves, len(found), sum(one.base for one in found), now, then, others, tuple(_by_sku(gains))
    )


def _then(one: Decided, held: list[Registration], *, ourselves: bool) -> int:
    entry = replace(one.entry, importer=one.entry.company) if ourselves else one.entry
    return recovered(one.base, decide(entry, held).share)


def _by_sku(gains: dict[int, int]) -> list[SkuEffect]:
    """The lines' gains on the items that they fall on, by their latest weights."""
    weights: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    shares = models.BasisShare.objects.filter(basis__cost_line__in=gains).order_by("ordinal")
    for line, version, item, sold, weight in shares.values_list(
        "basis__cost_line_id", "basis__version", "movement__item_id", "sales_line__item_id", "weight"
    ):
        by_item = weights[line][version]
        by_item[item or sold or 0] = by_item.get(item or sold or 0, 0) + weight
    sums: dict[int, int] = defaultdict(int)
    for line, gain in gains.items():
        versions = weights.get(line)
        if not versions:
            continue
        by_item = versions[max(versions)]
        if sum(by_item.values()) > 0:
            for item, part in zip(by_item, split_largest_remainder(gain, list(by_item.values())), strict=True):
                sums[item] += part
    named, items = names_of(), models.Item.objects.in_bulk(list(sums))
    rows = [
        SkuEffect(items[pk].sku, named(items[pk].name, items[pk].name_zh), less)
        for pk, less in sums.items()
        if pk in items
    ]
    return sorted(rows, key=lambda row: (-row.less, row.sku))
