"""Cash-to-cash days: how long money is away between paying the supplier and being paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from entrepot.engines.capital.model import Payment


@dataclass(frozen=True, slots=True)
class CashCycle:
    """Days of inventory, of receivables and of payables, and the cycle = inventory + receivables − payables."""

    inventory: Fraction
    receivables: Fraction
    payables: Fraction

    @property
    def days(self) -> Fraction:
        """Cash-to-cash days; negative = suppliers and customers finance the trade."""
        return self.inventory + self.receivables - self.payables


def cash_to_cash(
    inventory: int, receivables: int, payables: int, cost_of_sales: int, sales: int, days: int = 365
) -> CashCycle | None:
    """The cycle from average balances over a period of ``days``; None without sales or cost of sales (no pace to measure by).

    inventory days = average inventory / cost of sales · days; receivables against sales, payables against cost of sales.
    Source: Richards & Laughlin (1980), Financial Management 9(1).

    >>> cycle = cash_to_cash(11_500, 12_700, 16_100, 130_000, 300_000)
    >>> [round(float(x), 2) for x in (cycle.inventory, cycle.receivables, cycle.payables, cycle.days)]
    [32.29, 15.45, 45.2, 2.54]
    """
    if cost_of_sales <= 0 or sales <= 0:
        return None
    return CashCycle(
        Fraction(inventory * days, cost_of_sales),
        Fraction(receivables * days, sales),
        Fraction(payables * days, cost_of_sales),
    )


def days_out(payments: Sequence[Payment], receipts: Sequence[tuple[date, int]]) -> Fraction | None:
    """Days between the money-weighted day of paying and the money-weighted day of being paid; None where one is missing.

    >>> paid = [Payment("deposit", date(2026, 1, 1), 300), Payment("balance", date(2026, 1, 31), 700)]
    >>> days_out(paid, [(date(2026, 3, 2), 1600)])
    Fraction(39, 1)
    """
    out, back = sum(p.amount for p in payments), sum(amount for _, amount in receipts)
    if out <= 0 or back <= 0:
        return None
    start = sum((Fraction(p.on.toordinal() * p.amount, out) for p in payments), Fraction(0))
    end = sum((Fraction(on.toordinal() * amount, back) for on, amount in receipts), Fraction(0))
    return end - start
