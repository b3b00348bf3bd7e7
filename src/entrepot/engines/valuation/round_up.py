"""Comparison mode: the rounding of common ERPs, for parity tests. Not how Entrepot values.

Rules, recovered from measured results (docs/methods/valuation.md, "Comparison mode"):

- a bill's share of a lot is rounded up to the minor unit (away from zero) and capped by what is left of the bill, lots
  in line order: the last lots absorb the shortfall;
- an issue out of a lot takes remaining value × quantity / remaining quantity, half up; emptying a lot takes what is
  left in it;
- a bill that comes after part of the lot has gone adds half-up(share × remaining / received) to the lot; the rest is
  the period's cost of the SKU and reaches no sale;
- a return is a new lot at sale value × quantity / sale quantity, half up;
- FIFO by lot within one stock per SKU; no transfers.

>>> ledger = value([
...     Receipt(lot=1, sku=7, quantity=3, goods=1000),
...     Bill(total=100, shares=((1, 1),)),
...     Sale(sale=1, sku=7, quantity=1),
...     Bill(total=10, shares=((1, 1),)),
...     Return(sale=1, lot=2, quantity=1)])
>>> ledger.issued[1], ledger.period_cost[7], [(lot.remaining, lot.value) for lot in ledger.lots.values()]
(367, 3, [(2, 740), (1, 367)])
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Receipt:
    """A lot of ``quantity`` units; ``goods`` minor units in all."""

    lot: int
    sku: int
    quantity: int
    goods: int


@dataclass(frozen=True)
class Bill:
    """One cost line, early or late: ``shares`` = (lot, weight) in line order."""

    total: int
    shares: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Sale:
    """Units out, oldest lot first."""

    sale: int
    sku: int
    quantity: int


@dataclass(frozen=True)
class Return:
    """Units of a sale back into stock, as the new lot ``lot``."""

    sale: int
    lot: int
    quantity: int


Event = Receipt | Bill | Sale | Return


@dataclass
class Lot:
    """Where one lot stands."""

    sku: int
    received: int
    remaining: int
    value: int


@dataclass
class RoundUp:
    """Where everything stands after the events."""

    lots: dict[int, Lot] = field(default_factory=dict[int, Lot])
    issued: dict[int, int] = field(default_factory=dict[int, int])
    """value of each sale's issue, minor units; returns do not change it"""
    returned: dict[int, int] = field(default_factory=lambda: defaultdict[int, int](int))
    """value brought back by the returns of each SKU"""
    period_cost: dict[int, int] = field(default_factory=lambda: defaultdict[int, int](int))
    """by SKU: parts of late bills that fell on units already gone"""
    uncosted: dict[int, int] = field(default_factory=dict[int, int])
    """by sale: units for which there was no stock; they carry no value"""
    sales: dict[int, Sale] = field(default_factory=dict[int, Sale])

    def by_sku(self) -> dict[int, tuple[int, int, int]]:
        """SKU → units on hand, stock value, cost of issues net of returns (period cost not in it)."""
        units: dict[int, int] = defaultdict(int)
        stock: dict[int, int] = defaultdict(int)
        gone: dict[int, int] = defaultdict(int)
        for lot in self.lots.values():
            units[lot.sku] += lot.remaining
            stock[lot.sku] += lot.value
        for sale, amount in self.issued.items():
            gone[self.sales[sale].sku] += amount
        for sku, amount in self.returned.items():
            gone[sku] -= amount
        return {sku: (units[sku], stock[sku], gone[sku]) for sku in sorted({*units, *gone})}


def value(events: Iterable[Event]) -> RoundUp:
    """Apply the events in the order given. Raises KeyError for a lot or sale that has not come yet."""
    ledger = RoundUp()
    queues: dict[int, list[int]] = defaultdict(list)
    for event in events:
        match event:
            case Receipt():
                ledger.lots[event.lot] = Lot(event.sku, event.quantity, event.quantity, event.goods)
                queues[event.sku].append(event.lot)
            case Bill():
                _bill(ledger, event)
            case Sale():
                _sell(ledger, queues[event.sku], event)
            case Return():
                sale = ledger.sales[event.sale]
                worth = half_up(ledger.issued[event.sale] * event.quantity, sale.quantity)
                ledger.lots[event.lot] = Lot(sale.sku, event.quantity, event.quantity, worth)
                ledger.returned[sale.sku] += worth
                queues[sale.sku].append(event.lot)
    return ledger


def split_rounded_up(total: int, weights: Iterable[int]) -> list[int]:
    """Each share up to the next minor unit, capped by what is left, in order.

    Raises ValueError when the weights do not add up to more than 0.

    >>> split_rounded_up(100, [1, 1, 1]), split_rounded_up(-100, [1, 1, 1])
    ([34, 34, 32], [-34, -34, -32])
    """
    weights = list(weights)
    whole, sign, left = sum(weights), (-1 if total < 0 else 1), abs(total)
    if whole <= 0:
        raise ValueError("the weights of a bill must add up to more than 0")
    shares: list[int] = []
    for weight in weights:
        share = min(-(-abs(total) * weight // whole), left)
        left -= share
        shares.append(sign * share)
    return shares


def half_up(numerator: int, denominator: int) -> int:
    """Nearest integer, halves away from zero.

    >>> half_up(5, 2), half_up(-5, 2), half_up(4, 3)
    (3, -3, 1)
    """
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def _bill(ledger: RoundUp, bill: Bill) -> None:
    shares = split_rounded_up(bill.total, (weight for _, weight in bill.shares))
    for (number, _), share in zip(bill.shares, shares, strict=True):
        lot = ledger.lots[number]
        kept = half_up(share * lot.remaining, lot.received)
        lot.value += kept
        if share != kept:
            ledger.period_cost[lot.sku] += share - kept


def _sell(ledger: RoundUp, queue: list[int], sale: Sale) -> None:
    left, taken = sale.quantity, 0
    while left and queue:
        lot = ledger.lots[queue[0]]
        units = min(left, lot.remaining)
        worth = lot.value if units == lot.remaining else half_up(lot.value * units, lot.remaining)
        lot.remaining -= units
        lot.value -= worth
        left -= units
        taken += worth
        if not lot.remaining:
            queue.pop(0)
    ledger.sales[sale.sale] = sale
    ledger.issued[sale.sale] = taken
    if left:
        ledger.uncosted[sale.sale] = left
