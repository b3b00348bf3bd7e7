"""The simulated business, day by day: what customers wanted, what was there, what was bought, shipped, billed, lost.

``simulate`` returns a :class:`World`: the papers (every document but the sales), the units sold and returned by
channel, SKU and day, the stock at the end and the planted truths. Units are conserved: opening + what came − what
left = what stands in the cells at the end (:meth:`World.conserved`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from entrepot.core.documents import Money, OpeningBalance, OpeningLine, StatedCost
from entrepot.core.progress import SILENT, Progress
from entrepot.sample import catalogue as catalogues
from entrepot.sample import demand as demands
from entrepot.sample import rates as fx
from entrepot.sample.bills import Bills
from entrepot.sample.catalogue import PACK_OF, Catalogue, Ints, Reals
from entrepot.sample.demand import AMAZON, MARKET_UK, OWN_SHOP, Demand
from entrepot.sample.incidents import CUSTOMER_DAMAGED, DAMAGED, DEFECTIVE, Incidents
from entrepot.sample.journal import (
    CHINA_HK,
    CHINA_SZ,
    FBA_CELL,
    GERMAN_CELL,
    SELLABLE,
    Cell,
    Journal,
    Paper,
    Stock,
)
from entrepot.sample.overheads import Overheads
from entrepot.sample.places import (
    AMAZON_SHOP,
    BASE_CURRENCY,
    CHINA,
    FBA,
    GERMANY,
    HK,
    MARKET_SHOP,
    SZ,
    bundle_parts,
)
from entrepot.sample.places import (
    OWN_SHOP as OWN_SHOP_CODE,
)
from entrepot.sample.purchasing import Purchasing
from entrepot.sample.rates import Rates
from entrepot.sample.shipping import Shipping

_WINDOW = 56
"""Days over which the seller looks back when he judges how fast something sells."""
_BUNDLES_A_DAY = 0.22


class Returned(NamedTuple):
    """One unit that came back: sold on ``sold_on`` as the ``unit``-th of that channel, SKU and day."""

    channel: int
    sku: int
    sold_on: int
    unit: int
    day: int
    condition: str


@dataclass(frozen=True, slots=True)
class World:
    """Eighteen months of a business."""

    start: date
    days: int
    catalogue: Catalogue
    rates: Rates
    demand: Demand
    sold: Ints
    """Units sold by channel, SKU and day (without bundles)."""
    bundles: list[tuple[str, str, tuple[int, ...]]]
    bundles_sold: Ints
    """Bundles sold on the own shop, by bundle and day."""
    returned: list[Returned]
    papers: list[Paper]
    reimbursed: list[tuple[int, int, int, int]]
    storage_fees: list[tuple[int, int]]
    """(day, US cents) of the marketplace's monthly storage fee."""
    truths: dict[str, list[dict[str, object]]]
    stock: Stock
    opening: Ints

    @property
    def until(self) -> date:
        """The last day."""
        return self.start + timedelta(self.days - 1)

    def conserved(self) -> bool:
        """Whether opening + came − left equals what stands there, for every SKU, and nothing is negative."""
        whole = bool((self.opening + self.stock.came - self.stock.left == self.stock.total()).all())
        return whole and all((units >= 0).all() for units in self.stock.cells.values())


def first_day(until: date, months: int) -> date:
    """The first day of a span of whole months that ends on ``until``.

    >>> first_day(date(2026, 10, 31), 18)
    datetime.date(2025, 5, 1)
    """
    after = until + timedelta(1)
    month = after.year * 12 + after.month - 1 - months
    return date(month // 12, month % 12 + 1, min(after.day, 28))


def simulate(
    *, seed: int = 7, until: date = date(2026, 10, 31), months: int = 18, skus: int = 300, progress: Progress = SILENT
) -> World:
    """Run the sample business; the same arguments give the same world."""
    start = first_day(until, months)
    days = (until - start).days + 1
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(8)]
    catalogue = catalogues.build(streams[0], skus, days)
    demand = demands.draw(streams[1], catalogue, start, days)
    rates = fx.draw(streams[2], start, days)
    journal = Journal(start, days, catalogue, rates, Stock(len(catalogue)))
    run = _Run(journal, demand, streams)
    run.open()
    progress.begin("sample business", days)
    for day in range(days):
        run.live(day)
        progress.advance()
    return World(
        start=start, days=days, catalogue=catalogue, rates=rates, demand=demand, sold=run.sold, bundles=run.bundles,
        bundles_sold=run.bundles_sold, returned=run.returned, papers=journal.papers,
        reimbursed=sorted(run.incidents.reimbursed), storage_fees=run.storage_fees, truths=dict(journal.truths),
        stock=journal.stock, opening=run.opening,
    )  # fmt: skip


class _Run:
    """The desks and the running totals of one simulation."""

    def __init__(self, journal: Journal, demand: Demand, streams: list[np.random.Generator]) -> None:
        self.journal, self.demand = journal, demand
        self.rng = streams[3]
        self.bills = Bills(streams[4], journal)
        self.overheads = Overheads(journal)
        self.purchasing = Purchasing(streams[5], journal)
        self.shipping = Shipping(streams[6], journal, self.bills)
        self.incidents = Incidents(streams[7], journal)
        self.sold: Ints = np.zeros_like(demand.wanted)
        self.bundles = bundle_parts(journal.catalogue)
        self.bundles_sold: Ints = np.zeros((len(self.bundles), journal.days), dtype=np.int64)
        self.returned: list[Returned] = []
        self.storage_fees: list[tuple[int, int]] = []
        self.opening: Ints = np.zeros(len(journal.catalogue), dtype=np.int64)

    def open(self) -> None:
        """Stock with which the books begin, its cost stated but for four lines."""
        c = self.journal.catalogue
        there = (c.launch == 0) & (c.base < 0)
        expected = self.demand.mean[:, :, :60].mean(axis=2)
        to_fba, to_germany = expected[AMAZON], expected[OWN_SHOP] + expected[MARKET_UK]
        hk = there & c.hk_buys
        sz = there & ~c.hk_buys
        both = to_fba + to_germany
        self._open_cell(FBA_CELL, to_fba * self.rng.uniform(45, 120, len(c)) * there, (40, 25))
        self._open_cell(GERMAN_CELL, to_germany * self.rng.uniform(55, 130, len(c)) * there, (30, 15))
        self._open_cell(CHINA_HK, both * self.rng.uniform(40, 100, len(c)) * hk, (0, 0))
        over = np.where(self.rng.random(len(c)) < 0.02, 6.0, 1.0)
        self._open_cell(CHINA_SZ, both * self.rng.uniform(40, 100, len(c)) * sz * over, (0, 0))
        self.opening = self.journal.stock.total().copy()
        self.journal.stock.came[:] = 0

    def _open_cell(self, cell: Cell, units: Reals, shares: tuple[int, int]) -> None:
        """One opening balance; ``shares``: freight in cents per kilogram, handling in cents per unit."""
        c, journal = self.journal.catalogue, self.journal
        whole = np.ceil(units).astype(np.int64)
        company, location, _ = cell
        currency = BASE_CURRENCY[company]
        lines: list[OpeningLine] = []
        for place, i in enumerate(np.flatnonzero(whole)):
            n = int(whole[i])
            cents = int(c.cost_cny[i]) if company == SZ else round(float(c.cost_cny[i]) / 7.15 * 1.1)
            costs = [StatedCost(component="goods", money=Money(amount=cents * n, currency=currency))]
            if shares[0]:
                freight = max(1, int(c.weight_g[i]) * n * shares[0] * 3 // 1000)
                costs.append(StatedCost(component="freight", money=Money(amount=freight, currency=currency)))
                costs.append(StatedCost(component="duty", money=Money(amount=shares[1] * n, currency=currency)))
            if place in (7, 19) and location != CHINA:
                journal.plant("opening_without_cost", location=location, sku=c.sku[i], units=n)
                costs = []
            lines.append(OpeningLine(sku=c.sku[i], quantity=n, costs=costs))
        journal.stock.enter(cell, np.arange(len(c)), whole)
        if lines:
            document = OpeningBalance(id=f"OPEN-{company}-{location}", company=company,
                                      effective_at=journal.at(0, 0), location=location, lines=lines)  # fmt: skip
            journal.write(document, "opening")

    def live(self, day: int) -> None:
        """One day: what was due, incidents, desks, customers, month's end."""
        for event in self.journal.due(day):
            event(day)
        self.incidents.today(day)
        rate = self._pace(day)
        self.shipping.review(day, rate, self._listed(day))
        c = self.journal.catalogue
        total = rate[FBA] + rate[GERMANY]
        packs = np.flatnonzero(c.base >= 0)
        np.add.at(total, c.base[packs], total[packs] * PACK_OF)
        position = self.journal.stock.total() + self.purchasing.on_order
        position = position - self.journal.stock.at(HK, GERMANY, DAMAGED)
        self.purchasing.review(day, total, position)
        self._sell(day)
        if self.journal.day(day + 1).day == 1:
            self._month_end(day)

    def _listed(self, day: int) -> dict[str, np.ndarray]:
        c = self.journal.catalogue
        open_for_sale = (day >= c.launch - 60) & (day < c.ends - 30)
        return {FBA: c.on_amazon & open_for_sale, GERMANY: c.in_europe & open_for_sale}

    def _pace(self, day: int) -> dict[str, Reals]:
        """Units a day by market as the seller sees them: an average of the last weeks, empty shelves included."""
        c = self.journal.catalogue
        first = max(0, day - _WINDOW)
        seen = self.sold[:, :, first:day].sum(axis=2) / max(1, day - first)
        young = (day - c.launch < 42) | (day < 28)
        until = min(self.journal.days, max(day, 1) + 60)
        guess = self.demand.mean[:, :, max(0, until - 60) : until].mean(axis=2) * 0.85
        seen = np.where(young, guess, seen)
        return {FBA: seen[AMAZON], GERMANY: seen[OWN_SHOP] + seen[MARKET_UK]}

    def _sell(self, day: int) -> None:
        stock, c = self.journal.stock, self.journal.catalogue
        everything = np.arange(len(c))
        for place, (_, _, parts) in enumerate(self.bundles):
            sold = min(int(self.rng.poisson(_BUNDLES_A_DAY)), *(int(stock.at(*GERMAN_CELL)[p]) for p in parts))
            self.bundles_sold[place, day] = sold
            for p in parts:
                stock.leave(GERMAN_CELL, p, sold)
        for channel in (AMAZON, OWN_SHOP, MARKET_UK) if day % 2 else (AMAZON, MARKET_UK, OWN_SHOP):
            cell = FBA_CELL if channel == AMAZON else GERMAN_CELL
            sold = np.minimum(self.demand.wanted[channel, :, day], stock.at(*cell))
            self.sold[channel, :, day] = sold
            stock.leave(cell, everything, sold)
            self._plan_returns(day, channel, sold)
        ahead = self.shipping.unbooked - stock.at(*FBA_CELL)
        for i in np.flatnonzero((ahead > 0) & (self.sold[AMAZON, :, day] > 0)):
            self.journal.plant("sold_ahead_of_receipt", sku=c.sku[i], day=str(self.journal.day(day)),
                               units=int(ahead[i]))  # fmt: skip

    def _plan_returns(self, day: int, channel: int, sold: Ints) -> None:
        c = self.journal.catalogue
        chance = np.array([f.returned for f in c.family]) / 10_000
        back = self.rng.binomial(sold, chance)
        for i in np.flatnonzero(back):
            for unit in range(int(back[i])):
                on = day + 6 + int(self.rng.gamma(2.0, 7.0))
                fate = self.rng.random()
                condition = SELLABLE if fate < 0.6 else CUSTOMER_DAMAGED if fate < 0.83 else DEFECTIVE
                if channel == OWN_SHOP and condition != SELLABLE:
                    condition = DAMAGED
                elif channel == MARKET_UK:
                    condition = SELLABLE  # the marketplace sends only intact goods back
                self.journal.later(on, 6, self._return(Returned(channel, int(i), day, unit, on, condition)))

    def _return(self, unit: Returned):
        def come_back(_: int) -> None:
            place = FBA if unit.channel == AMAZON else GERMANY
            self.journal.stock.enter((HK, place, unit.condition), unit.sku, 1)
            self.returned.append(unit)

        return come_back

    def _month_end(self, day: int) -> None:
        month = self.journal.day(day).replace(day=1)
        first = max(0, (month - self.journal.start).days)
        c = self.journal.catalogue
        units = self.sold[:, :, first : day + 1].sum(axis=2)
        sales = {
            AMAZON_SHOP: int((units[AMAZON] * c.price_usd).sum()),
            OWN_SHOP_CODE: int((units[OWN_SHOP] * c.price_eur).sum() * 100 // 119),
            MARKET_SHOP: int((units[MARKET_UK] * c.price_gbp).sum()),
        }
        shops = {AMAZON_SHOP: AMAZON, OWN_SHOP_CODE: OWN_SHOP, MARKET_SHOP: MARKET_UK}
        self.bills.month_end(day, sales, {code: int(units[channel].sum()) for code, channel in shops.items()})
        back = [r.channel for r in self.returned if first <= r.day <= day]
        self.overheads.month_end(day, {code: back.count(channel) for code, channel in shops.items()})
        self.storage_fees.append((day, self.bills.fba_storage(day)))
