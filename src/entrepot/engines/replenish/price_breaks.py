"""What an order costs at the supplier, with price breaks in his currency; and orders that share one minimum or one fee."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from entrepot.engines.replenish.steady import Floats, Ints


@dataclass(frozen=True)
class PriceBreaks:
    """``prices`` (minor units of the supplier's currency a unit) from each of ``starts`` units on, the first from 1 or less.

    ``every_unit``: the price of the break reached holds for all units of the order; else for those beyond the break only.
    ``rate``: minor units of the company's currency for one of the supplier's, an exact fraction.
    """

    starts: tuple[int, ...]
    prices: tuple[Fraction, ...]
    every_unit: bool = True
    rate: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.starts, self.starts[1:], strict=False))
        if not self.starts or self.starts[0] > 1 or not rising or len(self.starts) != len(self.prices):
            raise ValueError("price breaks rise from the first unit on and are as many as the prices")
        if min(self.prices) <= 0 or self.rate <= 0:
            raise ValueError("prices and the exchange rate are positive")

    def goods(self, units: int) -> int:
        """Cost of an order of ``units``, minor units of the company's currency, rounded half up once.

        >>> tiers = PriceBreaks((1, 500, 1000), (Fraction(300), Fraction(280), Fraction(255)))
        >>> tiers.goods(499), tiers.goods(500), PriceBreaks(tiers.starts, tiers.prices, every_unit=False).goods(500)
        (149700, 140000, 149980)
        """
        if units < 0:
            raise ValueError("an order is not negative")
        if units == 0:
            return 0
        if self.every_unit:
            price = next(p for start, p in zip(self.starts[::-1], self.prices[::-1], strict=True) if units >= start)
            total = price * units
        else:
            edges = [max(start, 1) for start in self.starts]
            ends = [*(edge - 1 for edge in edges[1:]), units]
            total = sum(
                (
                    p * max(min(units, end) - start + 1, 0)
                    for p, start, end in zip(self.prices, edges, ends, strict=True)
                ),
                Fraction(0),
            )
        return int(total * self.rate + Fraction(1, 2))

    def candidates(self, units: int, carton: int, least: int) -> list[int]:
        """Order sizes worth comparing around ``units`` wanted: it in whole cartons, and each later break in whole cartons.

        >>> PriceBreaks((1, 500, 1000), (Fraction(300), Fraction(280), Fraction(255))).candidates(430, 12, 24)
        [432, 504, 1008]
        """
        sizes = {_cartons(max(units, least), carton)}
        sizes |= {_cartons(max(start, least), carton) for start in self.starts if start > units}
        return sorted(sizes)


def _cartons(units: int, carton: int) -> int:
    return -(-units // carton) * carton


def with_price_breaks(quantity: Floats, cost: Floats, breaks: list[PriceBreaks | None], unit_cost: Floats) -> Floats:
    """``cost`` [rows, options] plus what the goods of each option cost above the row's ``unit_cost``, breaks counted.

    What is bought and not needed now is needed later, at ``unit_cost``: so only the difference to it counts, and a break
    makes an option cheaper by what it saves. ``quantity`` [rows, options] as from
    :func:`~entrepot.engines.replenish.order_options.order_options`; rows without breaks stay as they are.
    """
    out = cost.copy()
    for row, tiers in enumerate(breaks):
        if tiers is not None:
            goods = np.array([tiers.goods(int(units)) for units in quantity[row]], dtype=np.float64)
            out[row] += goods - unit_cost[row] * quantity[row]
    return out


@dataclass(frozen=True)
class JointOrder:
    """Rows of one supplier: ``pick`` [rows] option of each, ``cost`` of all with the supplier's ``fee``, and whether anything
    is ordered at all."""

    pick: Ints
    cost: float
    orders: bool


def joint_order(quantity: Floats, cost: Floats, unit_cost: Floats, fee: float, least_value: float = 0.0) -> JointOrder:
    """One order to a supplier that takes a ``fee`` once and nothing below ``least_value`` of goods.

    Each row takes its cheapest option; if their goods fall short of the least, options that come nearest to paying are added,
    the smallest loss a unit of value first; the order is placed if it is cheaper than ordering nothing at all.

    >>> quantity = np.array([[0.0, 10.0, 20.0], [0.0, 10.0, 20.0]])
    >>> cost = np.array([[50.0, 10.0, 12.0], [30.0, 9.0, 25.0]])
    >>> order = joint_order(quantity, cost, np.array([4.0, 6.0]), fee=20.0, least_value=130.0)
    >>> order.pick.tolist(), order.cost, order.orders
    ([2, 1], 41.0, True)
    """
    rows: Ints = np.arange(len(cost), dtype=np.int64)
    pick: Ints = np.asarray(np.argmin(cost, axis=1), dtype=np.int64)
    value = float((quantity[rows, pick] * unit_cost).sum())
    while value < least_value:
        more = (quantity - quantity[rows, pick][:, None]) * unit_cost[:, None]
        worse = cost - cost[rows, pick][:, None]
        ratio = np.where((more > 0) & np.isfinite(cost), worse / np.where(more > 0, more, 1.0), np.inf)
        row, option = divmod(int(np.argmin(ratio)), cost.shape[1])
        if not np.isfinite(ratio[row, option]):
            break
        value += float(more[row, option])
        pick[row] = option
    total, nothing = float(cost[rows, pick].sum()) + fee, float(cost[:, 0].sum())
    if value < least_value or nothing <= total or not bool((quantity[rows, pick] > 0).any()):
        return JointOrder(np.zeros(len(cost), np.int64), nothing, False)
    return JointOrder(pick, total, True)
