"""Costs that come by the month, whatever is sold: leases, build-out, software; each spread by a stated basis.

A monthly cost is due every month from ``first`` to ``last``; a one-off (build-out, custom software, an interface) is written
off in equal parts over ``months``, cut so that the parts sum to it exactly. The share of a key (SKU, lot, channel) is its part
of the driver that the cost names: cbm-days for space, orders for a subscription by volume, units handled for a picking line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from entrepot.core.cost_lines import Basis, Confidence, CostLine
from entrepot.core.money import major, range_share, split_largest_remainder

DRIVERS = ("cbm_days", "units", "orders", "value", "accounts", "lines")
"""Bases by which a period cost may be spread."""


@dataclass(frozen=True, slots=True)
class PeriodCost:
    """A cost by the month. ``amount`` in minor units: of one month, or of the whole where ``months`` is set.

    ``steps`` price a subscription by volume: (up to so many orders, amount a month), the last one open (None).
    ``per_account`` multiplies the month's amount by the number of accounts.
    """

    id: str
    name: str
    component: str
    currency: str
    driver: str
    first: date
    amount: int = 0
    last: date | None = None
    months: int | None = None
    steps: tuple[tuple[int | None, int], ...] = ()
    per_account: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        if self.driver not in DRIVERS:
            raise ValueError(f"{self.id}: no such basis {self.driver!r}; use one of {', '.join(DRIVERS)}")

    @property
    def basis(self) -> Basis:
        """The contract as the rule of a cost line."""
        return Basis(self.id, self.source, self.first, self.last, Confidence.SELLER)


def month_amount(cost: PeriodCost, month: date, *, orders: int | None = None, accounts: int = 1) -> int | None:
    """Minor units due for the month of ``month``; 0 outside its time, None where a volume price lacks the volume.

    >>> build = PeriodCost("WMS", "Warehouse software", "software", "USD", "orders", date(2026, 1, 1), 100_000, months=36)
    >>> sum(month_amount(build, date(2026 + m // 12, m % 12 + 1, 1)) for m in range(36))
    100000
    >>> erp = PeriodCost("ERP", "ERP", "software", "CNY", "orders", date(2026, 1, 1), steps=((1000, 19900), (None, 59900)))
    >>> month_amount(erp, date(2026, 5, 1), orders=2400), month_amount(erp, date(2026, 5, 1))
    (59900, None)
    """
    place = (month.year - cost.first.year) * 12 + month.month - cost.first.month
    after = cost.last is not None and (month.year, month.month) > (cost.last.year, cost.last.month)
    if place < 0 or after:
        return 0
    if cost.months is not None:
        return range_share(cost.amount, cost.months, place, place + 1) if place < cost.months else 0
    amount = cost.amount
    if cost.steps:
        if orders is None:
            return None
        amount = next(price for upto, price in cost.steps if upto is None or orders <= upto)
    return amount * accounts if cost.per_account else amount


def spread(
    cost: PeriodCost, month: date, shares: Mapping[str, int], *, orders: int | None = None, accounts: int = 1
) -> dict[str, CostLine]:
    """The month's amount over keys by their part of the driver; the lines sum to the amount.

    With no driver at all (an empty warehouse) nothing can be charged to anybody: the whole stands under the key ``""``.

    >>> lease = PeriodCost("LEASE", "Own warehouse: lease", "storage", "USD", "cbm_days", date(2026, 1, 1), 500_000)
    >>> {key: line.amount for key, line in spread(lease, date(2026, 3, 1), {"MUG": 600, "SOFA": 2400}).items()}
    {'MUG': 100000, 'SOFA': 400000}
    """
    amount = month_amount(cost, month, orders=orders, accounts=accounts)
    keys = [key for key, weight in shares.items() if weight > 0]
    label = f"{cost.name} {month:%Y-%m}"
    if amount is None:
        need = ("the number of orders of the month",)
        return {"": CostLine(cost.component, label, None, cost.currency, cost.basis, needs=need)}
    if not keys:
        return {
            "": CostLine(cost.component, label, amount, cost.currency, cost.basis, note="nothing to spread it over")
        }
    weights: Sequence[int] = [shares[key] for key in keys]
    whole = f"{major(amount, cost.currency)} {cost.currency}"
    parts = split_largest_remainder(amount, weights)
    return {
        key: CostLine(
            cost.component,
            label,
            part,
            cost.currency,
            cost.basis,
            base=whole,
            rate=f"{weight / sum(weights):.2%} by {cost.driver.replace('_', '-')}",
            item=key,
        )
        for key, part, weight in zip(keys, parts, weights, strict=True)
    }
