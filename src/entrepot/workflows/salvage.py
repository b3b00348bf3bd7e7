"""Recover or dispose: what stands unsalable in the books, every way out with its cost lines, ranked by money.

Units, age and book value are those of the last valuation; weights and sizes those of the packed unit; what the goods would
sell for is the average net price of the last twelve months. A platform's removal fee is read from its fee table; the other
ways and their prices are the seller's (:mod:`entrepot.workflows.ways_out`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.db.models import Q, Sum

from entrepot.books import models
from entrepot.books.intake.directory import Directory
from entrepot.core.calendar import local_date, midnight
from entrepot.core.errors import ProblemError
from entrepot.core.money import exponent, round_half_away
from entrepot.engines.salvage import Comparison, Outcome, Price, Unsalable, Way, compare
from entrepot.engines.storage import Asked, Unit, removal
from entrepot.engines.storage.fulfil import currency_of
from entrepot.rules.platform_fees import FeeBook, platform_fees
from entrepot.workflows.ways_out import WayOut

MARKETPLACES = {"US": "US", "GB": "UK"}
"""Country of a platform's place → marketplace whose removal fees are known."""
Rate = Callable[[str], Fraction | None]
"""Currency → units of the company's currency for one of it."""


@dataclass(frozen=True, slots=True)
class WayLine:
    """One cost (or, negative, return) of a way; ``amount`` None = not known, then ``needs`` says what would make it so."""

    label: str
    amount: int | None
    rate: str
    base: str
    needs: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class WayCost:
    """One way for one lot, minor units of the company's currency; ``net`` > 0 costs, < 0 brings in, None = not known."""

    id: str
    name: str
    net: int | None
    allowed: bool
    reason: str
    lines: tuple[WayLine, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """What is not known of it, each once."""
        return tuple(dict.fromkeys(need for line in self.lines for need in line.needs))


@dataclass(frozen=True, slots=True)
class SalvageRow:
    """Unsalable units of one SKU at one place in one condition. ``carrying`` is their book value, ``value`` what they would
    have sold for; None = not known. ``gain`` is what the best way saves against the dearest one that is fully known."""

    sku: str
    name: str
    name_zh: str
    place: str
    country: str
    condition: str
    units: int
    since: date | None
    days: int | None
    carrying: int | None
    value: int | None
    best: str
    best_name: str
    net: int | None
    gain: int | None
    ways: tuple[WayCost, ...]

    @property
    def loss(self) -> int | None:
        """Book value and net cost together: what is lost by the best way."""
        return None if self.carrying is None or self.net is None else self.carrying + self.net


def salvage(
    company: models.Company, on: date, ways: Sequence[WayOut], *, book: FeeBook | None = None
) -> tuple[SalvageRow, ...]:
    """Every lot of unsalable stock with its ways, those that save most first, undecidable ones by book value behind."""
    tables = book or platform_fees()
    figures = list(
        models.StockFigure.objects.filter(company=company, units__gt=0, cell__transit="")
        .exclude(cell__condition="sellable")
        .select_related("item", "cell__location")
    )
    items = {row.item_id for row in figures}
    packed, worth = _packed(items, on), _worth(company, items, on)
    rate = _rates(company, on)
    found: list[SalvageRow] = []
    for row in figures:
        place = row.cell.location
        unit, price = packed[row.item_id], worth.get(row.item_id)
        goods = Unsalable(
            row.item.sku, row.units, company.currency, unit.weight, unit.volume,
            None if row.missing else row.book_cost,
            None if price is None else round_half_away(price * row.units),
        )  # fmt: skip
        offered = [w for w in ways if w.offered(place.country, place.code, row.cell.condition)]
        choices = [_priced(way, company.currency, rate) for way in offered]
        if place.kind == "fba" and place.country in MARKETPLACES:
            choices.append(_removal(unit, row.units, MARKETPLACES[place.country], on, tables, company.currency, rate))
        since = None if row.oldest_at is None else local_date(row.oldest_at, company.zone)
        told = compare(goods, choices)
        found.append(_row(row, since, on, goods, told))
    found.sort(key=lambda r: (r.gain is None, -(r.gain or 0), -(r.carrying or 0), r.sku, r.place))
    return tuple(found)


def _row(figure: models.StockFigure, since: date | None, on: date, goods: Unsalable, told: Comparison) -> SalvageRow:
    ways = tuple(_cost(outcome) for outcome in told.outcomes)
    known = [way.net for way in ways if way.net is not None and way.allowed]
    best = told.best
    net = best.net.known if best is not None else None
    gain = max(known) - net if net is not None and len(known) > 1 else None
    place = figure.cell.location
    return SalvageRow(
        goods.name, figure.item.name, figure.item.name_zh, place.code, place.country, figure.cell.condition, goods.units, since,
        None if since is None else (on - since).days, goods.carrying, goods.value, best.way.id if best else "",
        best.way.name if best else "", net, gain, ways,
    )  # fmt: skip


def _cost(outcome: Outcome) -> WayCost:
    net = outcome.net
    lines = tuple(WayLine(x.label, x.amount, x.rate, x.base, x.needs, x.note) for x in outcome.lines)
    return WayCost(
        outcome.way.id, outcome.way.name, net.known if net.complete and outcome.lines else None, outcome.way.allowed,
        outcome.way.reason, lines,
    )  # fmt: skip


def _packed(items: set[int], on: date) -> dict[int, Unit]:
    """The packed unit of each item as it was valid on a day."""
    rows = models.Packaging.objects.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on), item_id__in=items)
    kept: dict[int, models.Packaging] = {}
    for row in sorted(rows.filter(level="unit"), key=lambda r: (r.valid_from or date.min, r.pk)):
        kept[row.item_id] = row
    found: dict[int, Unit] = {}
    for pk, sku in models.Item.objects.filter(pk__in=items).values_list("pk", "sku"):
        row = kept.get(pk)
        sizes = (row.weight_g, row.length_mm, row.width_mm, row.height_mm) if row else (None, None, None, None)
        found[pk] = Unit(sku, *sizes)
    return found


def _worth(company: models.Company, items: set[int], on: date) -> dict[int, Fraction]:
    """Average net price of a unit over the last twelve months, minor units."""
    first = (on.year - 1) * 100 + on.month
    rows = models.MarginFigure.objects.filter(company=company, item_id__in=items, month__gte=first, reason="sale")
    sums = rows.values_list("item_id").annotate(net=Sum("net"), units=Sum("quantity"), unknown=Sum("net_unknown"))
    return {item: Fraction(net, units - unknown) for item, net, units, unknown in sums if units > unknown and net > 0}


def _rates(company: models.Company, on: date) -> Rate:
    directory = Directory()
    known: dict[str, Fraction | None] = defaultdict(lambda: None, {company.currency: Fraction(1)})

    def rate(currency: str) -> Fraction | None:
        if currency not in known:
            try:
                known[currency] = directory.rate(currency, company.currency, company, midnight(on, company.zone)).value
            except ProblemError:
                known[currency] = None
        return known[currency]

    return rate


def _factor(currency: str, home: str, rate: Rate) -> Fraction | None:
    value = rate(currency)
    return None if value is None else value * Fraction(10) ** (exponent(home) - exponent(currency))


def _priced(way: WayOut, home: str, rate: Rate) -> Way:
    """The way in the company's currency; without a rate its prices are not known."""
    factor = _factor(way.currency, home, rate)

    def at(price: Price) -> Price:
        if price.per == "percent_of_value" or price.amount is None:
            return price
        amount = None if factor is None else price.amount * factor
        least = None if price.minimum is None or factor is None else round_half_away(price.minimum * factor)
        return replace(price, amount=amount, minimum=least)

    prices = tuple(at(price) for price in way.prices)
    return Way(way.id, way.name, prices, way.days, allowed=way.allowed, reason=way.reason)


def _removal(unit: Unit, units: int, marketplace: str, on: date, book: FeeBook, home: str, rate: Rate) -> Way:
    """The platform disposes of the units at its fee."""
    line = removal(Asked(unit, marketplace, on, count=units), book)
    factor = _factor(currency_of(marketplace), home, rate)
    amount = None if line.amount is None or factor is None else Fraction(line.amount) * factor
    price = Price("Disposal by the platform", "batch", amount, source=line.basis.rule)
    return Way("platform_disposal", "Disposal by the platform", (price,))
