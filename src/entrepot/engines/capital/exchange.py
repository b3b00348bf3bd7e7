"""Exchange differences of a purchase, apart from its price, and what of the open orders is exposed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from entrepot.core.money import convert, major


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment to the supplier: ``amount`` in minor units of the order's currency at ``rate`` (home for one foreign)."""

    on: date
    amount: int
    rate: Fraction


@dataclass(frozen=True, slots=True)
class ForeignPurchase:
    """An order in a foreign currency. Rates are home units for one foreign, major units, exact.

    ``deposits`` were paid before the goods came: they are no debt and keep their own rate. ``received_rate`` is the rate of
    the day the debt arose (goods or invoice), ``payments`` settle it, ``closing_rate`` values what is still owed.
    """

    order: str
    currency: str
    home: str
    ordered: int
    order_rate: Fraction
    invoiced: int
    received_rate: Fraction
    deposits: tuple[Paid, ...] = ()
    payments: tuple[Paid, ...] = ()
    closing_rate: Fraction | None = None

    @property
    def owed(self) -> int:
        """What is still to be paid, foreign minor units."""
        return self.invoiced - sum(p.amount for p in (*self.deposits, *self.payments))


@dataclass(frozen=True, slots=True)
class Differences:
    """Causes by which a purchase came to cost other than ordered, home minor units; positive = dearer.

    ``price``: invoiced less ordered, at the rate of the order. ``rate``: between order and receipt, part of the goods' cost.
    ``realised`` and ``unrealised``: on the debt after receipt, not part of the goods' cost (IAS 21.28). ``unrealised`` is None
    while something is owed and no closing rate is known. With it, ordered + price + rate + realised + unrealised = paid and
    owed at closing, to the minor unit.
    """

    ordered: int
    price: int
    rate: int
    realised: int
    unrealised: int | None
    goods_cost: int
    home: str

    def explain(self) -> list[str]:
        """The causes in words."""
        rows = (
            ("Ordered, at the rate of the order", self.ordered),
            ("Price variance", self.price),
            ("Rate from order to receipt (in the goods' cost)", self.rate),
            ("Exchange difference, realised", self.realised),
            ("Exchange difference, not realised", self.unrealised),
        )
        lines = [
            f"{name}: not known; needs the closing rate" if x is None else f"{name}: {major(x, self.home)} {self.home}"
            for name, x in rows
        ]
        return [*lines, f"Goods cost: {major(self.goods_cost, self.home)} {self.home}"]


def differences(purchase: ForeignPurchase) -> Differences:
    """Split a purchase's cost by cause; see :class:`Differences` for the meaning and the sum.

    goods cost = Σ deposits · own rate + (invoiced − deposits) · rate at receipt (IFRIC 22). Amounts are rounded where they are
    stated and differences taken between rounded amounts, so that the causes telescope.

    >>> order = ForeignPurchase("PO-9", "USD", "CNY", 1_000_000, Fraction(72, 10), 1_020_000, Fraction(71, 10),
    ...     deposits=(Paid(date(2026, 1, 5), 300_000, Fraction(73, 10)),),
    ...     payments=(Paid(date(2026, 4, 1), 500_000, Fraction(70, 10)),), closing_rate=Fraction(69, 10))
    >>> for line in differences(order).explain():
    ...     print(line)
    Ordered, at the rate of the order: 72000.00 CNY
    Price variance: 1440.00 CNY
    Rate from order to receipt (in the goods' cost): -420.00 CNY
    Exchange difference, realised: -500.00 CNY
    Exchange difference, not realised: -440.00 CNY
    Goods cost: 73020.00 CNY
    """

    def home(amount: int, rate: Fraction) -> int:
        return convert(amount, purchase.currency, purchase.home, rate)

    paid_before = sum(p.amount for p in purchase.deposits)
    deposits = sum(home(p.amount, p.rate) for p in purchase.deposits)
    settled = sum(home(p.amount, p.rate) for p in purchase.payments)
    ordered = home(purchase.ordered, purchase.order_rate)
    priced = home(purchase.invoiced, purchase.order_rate)
    debt = home(purchase.invoiced - paid_before, purchase.received_rate)
    goods = deposits + debt
    still = home(purchase.owed, purchase.received_rate)
    unrealised: int | None = 0
    if purchase.owed:
        closing = purchase.closing_rate
        unrealised = None if closing is None else home(purchase.owed, closing) - still
    return Differences(
        ordered, priced - ordered, goods - priced, settled - (debt - still), unrealised, goods, purchase.home
    )


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of an open order that is still to be paid: foreign minor units, and the day it falls due."""

    order: str
    currency: str
    due: date
    amount: int
    fixed: int = 0
    """The part whose rate is already fixed (a forward, or currency in hand)."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Open amount of a currency due in one stretch of time; ``open`` = amount − fixed is what a rate change hits."""

    currency: str
    first: date
    last: date | None
    amount: int
    fixed: int
    orders: tuple[str, ...]

    @property
    def open(self) -> int:
        """Foreign minor units without a fixed rate."""
        return self.amount - self.fixed

    def effect(self, home: str, rate: Fraction, change: Fraction) -> int:
        """Home minor units that a change of the rate costs: open · rate · change (−5 % = −1/20); negative = it saves."""
        return convert(self.open, self.currency, home, rate * change)


def exposures(
    instalments: Sequence[Instalment], on: date, stretches: Sequence[int] = (30, 60, 90, 180)
) -> list[Exposure]:
    """Unpaid parts of open orders by currency and time to their due day; overdue parts count in the first stretch.

    >>> open_orders = [Instalment("PO-1", "CNY", date(2026, 4, 10), 700_000), Instalment("PO-2", "CNY", date(2026, 7, 1), 500_000,
    ...                fixed=200_000)]
    >>> [(x.first.isoformat(), x.amount, x.open) for x in exposures(open_orders, date(2026, 3, 20))]
    [('2026-03-20', 700000, 700000), ('2026-06-18', 500000, 300000)]
    """
    days = [0, *stretches]
    groups: dict[tuple[str, int], list[Instalment]] = defaultdict(list)
    for part in instalments:
        wait = (part.due - on).days
        place = max((n for n, start in enumerate(days) if wait >= start), default=0)
        groups[part.currency, place].append(part)
    return [
        Exposure(
            currency,
            on + timedelta(days=days[place]),
            on + timedelta(days=days[place + 1] - 1) if place + 1 < len(days) else None,
            sum(p.amount for p in parts),
            sum(p.fixed for p in parts),
            tuple(dict.fromkeys(p.order for p in parts)),
        )
        for (currency, place), parts in sorted(groups.items())
    ]
