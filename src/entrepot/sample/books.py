"""A big made-up seller for benchmarks, as documents week by week, without files in between.

One company, two warehouses, two shops. Every item is received once in eight weeks (receipts of forty lines, each with a
bill of four landed costs, every tenth of them weeks late), the European share goes on by transfer, and the quantities
are set with hindsight so that no warehouse ever gives what it has not got. Sales orders have one to three lines; one
unit in twenty-five comes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from entrepot.core.documents import (
    Basis,
    CellRef,
    Company,
    CostBill,
    CostLine,
    Document,
    FxRate,
    Item,
    Location,
    LotLine,
    OpeningBalance,
    OpeningLine,
    Packaging,
    Receipt,
    ReceiptLine,
    Return,
    ReturnLine,
    SalesLine,
    SalesOrder,
    Shop,
    StatedCost,
    Supplier,
    Target,
    Transfer,
    UnitPrice,
)
from entrepot.core.documents.header import Money, Ref
from entrepot.core.documents.stock import Component
from entrepot.sample.catalogue import Ints

CYCLE = 8
"""Weeks between two receipts of an item."""
LINES = 40
"""Lines of a receipt, a transfer or an opening balance."""
COMPANY, SUPPLIER = "BIG", "BIG-SUP"
US, EU = "BIG-US", "BIG-EU"
_LANDED: tuple[tuple[Component, int, Basis], ...] = (
    ("freight", 90, "weight"),
    ("duty", 75, "value"),
    ("insurance", 4, "value"),
    ("handling", 21, "quantity"),
)
"""Component, thousandths of the goods' value, basis of the split."""
SHOPS = (("BIG-SHOP-US", "USD", US, "US"), ("BIG-SHOP-EU", "EUR", EU, "DE"))


@dataclass(frozen=True, slots=True)
class BigSeller:
    """Parameters of the seller; ``sales`` is the number of sales lines over ``weeks`` weeks from ``start``."""

    skus: int = 5_000
    sales: int = 700_000
    weeks: int = 78
    seed: int = 7
    start: date = date(2025, 5, 5)
    rush: tuple[date, date, float] | None = None
    """Days from, to (with), and by how many times as much as on others is sold on each."""

    def documents(self) -> Iterator[Document]:
        """Every document, week by week; the master data come before all.

        >>> small = BigSeller(skus=20, sales=300, weeks=9)
        >>> sum(len(d.lines) for d in small.documents() if d.type == "sales_order")
        300
        """
        plan = _plan(self)
        yield from self._masters()
        yield from self._opening(plan)
        for week in range(self.weeks):
            yield self._rate(week)
            yield from self._receipts(plan, week)
            yield from self._late_bills(plan, week)
            yield from self._trade(plan, week)

    def sku(self, index: int) -> str:
        """The code of an item."""
        return f"B{index:05d}"

    def at(self, second: int) -> datetime:
        """The instant so many seconds after the start."""
        return datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC) + timedelta(seconds=int(second))

    def _masters(self) -> Iterator[Document]:
        at = self.at(0)
        yield Company(id=COMPANY, effective_at=at, name="Big sample seller", currency="USD", country="HK")
        yield Supplier(id=SUPPLIER, effective_at=at, name="Big sample supplier", currency="USD", country="CN")
        for code, country in ((US, "US"), (EU, "DE")):
            yield Location(id=code, effective_at=at, name=code, kind="third_party", country=country)
        for code, currency, location, country in SHOPS:
            yield Shop(id=code, company=COMPANY, effective_at=at, name=code, channel="own", currency=currency,
                       location=location, country=country)  # fmt: skip
        for i in range(self.skus):
            yield Item(
                id=self.sku(i), effective_at=at, name=f"Item {i}", category=f"C{i % 25}", origin="CN",
                supplier=SUPPLIER, moq=50, lead_time_days=30 + i % 30,
                packaging=[Packaging(level="unit", units=1, weight_g=100 + i % 900, length_mm=100 + i % 200,
                                     width_mm=80 + i % 90, height_mm=40 + i % 60)],
            )  # fmt: skip

    def _rate(self, week: int) -> FxRate:
        """The euro in dollars, between 1.04 and 1.16; made up."""
        on = self.start + timedelta(7 * week)
        return FxRate(id=f"EURUSD-{on:%Y%m%d}", effective_at=self.at(week * 7 * 86_400), base="EUR", quote="USD",
                      numerator=11_000 + (week * 37 % 121 - 60) * 10, denominator=10_000, date=on,
                      publisher="Entrepot sample (not a market rate)")  # fmt: skip

    def _opening(self, plan: _Plan) -> Iterator[Document]:
        """What lasts until the first receipt of each item."""
        for place, stock in enumerate((plan.opening[0], plan.opening[1])):
            location = SHOPS[place][2]
            chosen = np.flatnonzero(stock)
            for number, start in enumerate(range(0, len(chosen), LINES)):
                lines = [
                    OpeningLine(sku=self.sku(i), quantity=int(stock[i]), costs=[
                        StatedCost(money=Money(amount=int(plan.cost[i] * stock[i]), currency="USD"))])
                    for i in chosen[start : start + LINES]
                ]  # fmt: skip
                yield OpeningBalance(id=f"OPEN-{location}-{number}", company=COMPANY, effective_at=self.at(0),
                                     location=location, lines=lines)  # fmt: skip

    def _receipts(self, plan: _Plan, week: int) -> Iterator[Document]:
        """Receipts on Monday at 02:00, their bills at 03:00, transfers to Europe at 04:00."""
        second = week * 7 * 86_400
        turn = np.flatnonzero((np.arange(self.skus) % CYCLE == week % CYCLE) & (plan.need[:, week].sum(axis=0) > 0))
        for number, start in enumerate(range(0, len(turn), LINES)):
            chosen = turn[start : start + LINES]
            code = f"R{week:03d}-{number:03d}"
            units = plan.need[:, week, chosen].sum(axis=0)
            yield Receipt(
                id=code, company=COMPANY, effective_at=self.at(second + 7_200), location=US, supplier=SUPPLIER,
                currency="USD",
                lines=[ReceiptLine(sku=self.sku(i), quantity=int(n), price=UnitPrice(amount=int(plan.cost[i])))
                       for i, n in zip(chosen, units, strict=True)],
            )  # fmt: skip
            if (week * 31 + number) % 10:
                yield self._bill(plan, code, chosen, units, second + 10_800)
            over = plan.need[1, week, chosen]
            if over.any():
                yield Transfer(
                    id=f"T{week:03d}-{number:03d}", company=COMPANY, effective_at=self.at(second + 14_400),
                    origin=CellRef(location=US), destination=CellRef(location=EU),
                    lines=[LotLine(sku=self.sku(i), quantity=int(n)) for i, n in zip(chosen, over, strict=True) if n],
                )  # fmt: skip

    def _late_bills(self, plan: _Plan, week: int) -> Iterator[Document]:
        """Every tenth bill comes six weeks after its receipt."""
        then = week - 6
        if then < 0:
            return
        turn = np.flatnonzero((np.arange(self.skus) % CYCLE == then % CYCLE) & (plan.need[:, then].sum(axis=0) > 0))
        for number, start in enumerate(range(0, len(turn), LINES)):
            if (then * 31 + number) % 10 == 0:
                chosen = turn[start : start + LINES]
                units = plan.need[:, then, chosen].sum(axis=0)
                yield self._bill(plan, f"R{then:03d}-{number:03d}", chosen, units, week * 7 * 86_400 + 18_000)

    def _bill(self, plan: _Plan, receipt: str, chosen: Ints, units: Ints, second: int) -> CostBill:
        value = int((plan.cost[chosen] * units).sum())
        target = [Target(kind="births", document=Ref(type="receipt", id=receipt))]
        return CostBill(
            id=f"BILL-{receipt}", company=COMPANY, effective_at=self.at(second), supplier=SUPPLIER, currency="USD",
            lines=[CostLine(component=component, amount=max(1, value * share // 1000), targets=target, basis=basis)
                   for component, share, basis in _LANDED],
        )  # fmt: skip

    def _trade(self, plan: _Plan, week: int) -> Iterator[Document]:
        """Orders and returns of one week, by their instant."""
        rows = slice(*np.searchsorted(plan.week, [week, week + 1]))
        back = plan.returns.get(week, [])
        seconds = plan.second[rows].tolist()
        shop, sku, quantity = plan.shop[rows].tolist(), plan.sku[rows].tolist(), plan.quantity[rows].tolist()
        order, price = plan.order[rows].tolist(), plan.price[rows].tolist()
        place = 0
        for second, index in back:  # returns stand at 06:00 of a day, before that day's orders
            while place < len(order) and seconds[place] < second:
                stop = _end(order, place)
                yield self._order(shop, sku, quantity, price, seconds, order, place, stop)
                place = stop
            yield self._return(plan, index, second)
        while place < len(order):
            stop = _end(order, place)
            yield self._order(shop, sku, quantity, price, seconds, order, place, stop)
            place = stop

    def _order(
        self, shop: list[int], sku: list[int], quantity: list[int], price: list[int], seconds: list[int],
        order: list[int], start: int, stop: int,
    ) -> SalesOrder:  # fmt: skip
        code, currency, _, country = SHOPS[shop[start]]
        return SalesOrder(
            id=f"S{order[start]}", account=code, company=COMPANY, effective_at=self.at(seconds[start]), shop=code,
            currency=currency, country=country,
            lines=[SalesLine(sku=f"B{sku[i]:05d}", quantity=quantity[i], amount=price[i] * quantity[i])
                   for i in range(start, stop)],
        )  # fmt: skip

    def _return(self, plan: _Plan, index: int, second: int) -> Return:
        code, currency, location, _ = SHOPS[int(plan.shop[index])]
        return Return(
            id=f"RT{index}", account=code, company=COMPANY, effective_at=self.at(second), shop=code, location=location,
            currency=currency, order=Ref(type="sales_order", id=f"S{int(plan.order[index])}"),
            lines=[ReturnLine(sku=self.sku(int(plan.sku[index])), quantity=1, amount=int(plan.price[index]),
                              order_line=int(plan.line[index]))],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sales lines in the order of time, and what must be received for them."""

    week: Ints
    second: Ints
    shop: Ints
    sku: Ints
    quantity: Ints
    order: Ints
    line: Ints
    price: Ints
    cost: Ints
    need: Ints
    """[warehouse, week, SKU]: units that must come in the week of the item's receipt."""
    opening: Ints
    """[warehouse, SKU]"""
    returns: dict[int, list[tuple[int, int]]]
    """Week to (second, sales line)."""


def _plan(seller: BigSeller) -> _Plan:
    rng = np.random.default_rng(seller.seed)
    n, skus, weeks = seller.sales, seller.skus, seller.weeks
    popularity = rng.lognormal(0.0, 1.1, skus)
    day = np.sort(_days(seller, rng))
    shop = (rng.random(n) < 0.35).astype(np.int64)
    joins = np.zeros(n, dtype=bool)
    joins[1:] = (rng.random(n - 1) < 0.2) & (day[1:] == day[:-1])
    joins[2:] &= ~(joins[1:-1] & joins[:-2])
    first = np.flatnonzero(~joins)
    order = np.cumsum(~joins) - 1
    second = (day[first] * 86_400 + rng.integers(7 * 3600, 24 * 3600, len(first)))[order]
    shop = shop[first][order]
    by_time = np.argsort(second, kind="stable")
    day, second, shop, order = day[by_time], second[by_time], shop[by_time], order[by_time]
    order = np.cumsum(np.concatenate([[0], np.diff(order) != 0])).astype(np.int64)
    start = np.concatenate([[0], np.flatnonzero(np.diff(order)) + 1])
    sku = rng.choice(skus, n, p=popularity / popularity.sum()).astype(np.int64)
    quantity = rng.choice(np.array([1, 1, 1, 1, 2, 2, 3], dtype=np.int64), n)
    cost = np.rint(rng.lognormal(6.3, 0.7, skus)).astype(np.int64) + 50
    week = day // 7
    sold = np.zeros((2, weeks, skus), dtype=np.int64)
    np.add.at(sold, (shop, week, sku), quantity)
    need, opening = _needs(sold, rng)
    returns: dict[int, list[tuple[int, int]]] = {}
    chosen = np.flatnonzero(rng.random(n) < 0.04)
    back_day = day[chosen] + rng.integers(7, 29, len(chosen))
    for on, index in sorted(zip(back_day.tolist(), chosen.tolist(), strict=True)):
        if on < weeks * 7:
            returns.setdefault(on // 7, []).append((on * 86_400 + 6 * 3600, index))
    return _Plan(
        week=week, second=second, shop=shop, sku=sku, quantity=quantity, order=order,
        line=np.arange(n) - start[order] + 1, price=cost[sku] * 3 - cost[sku] % 7, cost=cost, need=need,
        opening=opening, returns=returns,
    )  # fmt: skip


def _days(seller: BigSeller, rng: np.random.Generator) -> Ints:
    """The day of each sale, counted from the start: all alike, but for a rush."""
    days = seller.weeks * 7
    if seller.rush is None:
        return rng.integers(0, days, seller.sales)
    first, last, times = seller.rush
    weight = np.ones(days)
    weight[(first - seller.start).days : (last - seller.start).days + 1] = times
    return rng.choice(days, seller.sales, p=weight / weight.sum()).astype(np.int64)


def _needs(sold: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """What each receipt must bring: the sales of the eight weeks from it, one unit in twenty more, in both places."""
    _, weeks, skus = sold.shape
    need = np.zeros_like(sold)
    opening = np.zeros((2, skus), dtype=np.int64)
    turn = np.arange(skus) % CYCLE
    for phase in range(CYCLE):
        mine = np.flatnonzero(turn == phase)
        opening[:, mine] = sold[:, :phase, mine].sum(axis=1)
        for week in range(phase, weeks, CYCLE):
            units = sold[:, week : week + CYCLE, mine].sum(axis=1)
            need[:, week, mine] = units + (units * rng.integers(0, 11, units.shape)) // 100
    return need, opening


def _end(order: list[int], start: int) -> int:
    stop = start + 1
    while stop < len(order) and order[stop] == order[start]:
        stop += 1
    return stop
