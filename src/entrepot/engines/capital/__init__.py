"""Capital: what the money in goods costs, how long it is away, and what exchange rates do to it.

**Problem.** A lot is paid in parts, in another currency, months before its cash comes back. What that costs stands on no bill, so
cheap goods with a long way look better than they are; and a change of the rate between order and payment is mixed up with
the price.

**Method.** Simple interest on every payment from its day until the cash of the units that bear it is back (:func:`lot_capital`,
and :func:`interest_many` on arrays);
cash-to-cash days from balances or from payments (:func:`cash_to_cash`, :func:`days_out`); exchange differences apart from price
variance (:func:`differences`), the unpaid part of open orders by currency and time (:func:`exposures`), and the forward that the
seller's own rates justify beside the bank's (:func:`forward_rate`, :func:`hedge_choice`).

**Source.** docs/methods/capital.md; IAS 21 and IFRIC 22 for what is goods cost and what is exchange difference; covered parity.

**Limits.** The cost of capital is imputed: it stands apart in the full view and never enters the books. No compound interest, no
options, no accounting for hedges. Expected payout days are the caller's.

>>> from datetime import date
>>> from fractions import Fraction
>>> paid = [Payment("goods", date(2026, 1, 1), 365_000)]
>>> told = lot_capital("L", 10, paid, [Release(10, date(2026, 1, 11))], [CapitalRate(Fraction(1, 10))], date(2026, 2, 1), "USD")
>>> told.amount, told.days  # ten days of 3,650.00 at 10 % a year
(1000, Fraction(10, 1))
"""

from entrepot.engines.capital.clock import Clock
from entrepot.engines.capital.cycle import CashCycle, cash_to_cash, days_out
from entrepot.engines.capital.exchange import (
    Differences,
    Exposure,
    ForeignPurchase,
    Instalment,
    Paid,
    differences,
    exposures,
)
from entrepot.engines.capital.hedge import HedgeChoice, forward_rate, hedge_choice
from entrepot.engines.capital.lot import LotCapital, capital_of_range, lot_capital, rounded
from entrepot.engines.capital.many import interest_many
from entrepot.engines.capital.model import CapitalRate, Payment, Release, accrued

__all__ = [
    "CapitalRate",
    "CashCycle",
    "Clock",
    "Differences",
    "Exposure",
    "ForeignPurchase",
    "HedgeChoice",
    "Instalment",
    "LotCapital",
    "Paid",
    "Payment",
    "Release",
    "accrued",
    "capital_of_range",
    "cash_to_cash",
    "days_out",
    "differences",
    "exposures",
    "forward_rate",
    "hedge_choice",
    "interest_many",
    "lot_capital",
    "rounded",
]
