"""Export rebate: which invoice goes with which declaration, by when, and whether buying with an invoice pays.

**Problem.** A trader who exports gets back input VAT only for goods that have both a supplier's VAT invoice and an export
declaration, matched line by line and claimed in time. What is not matched is money lying about; what is not refunded is cost.
And a supplier who sells cheaper without an invoice may still be the dearer one.

**Method.** :func:`match` pairs open invoice lines with open declaration lines of the same item, oldest export first (its
deadline comes first), whole units. :func:`claim_deadline` and :func:`settlement_deadline` are the tax office's days.
:func:`compare` lays three ways of buying side by side: with an invoice and the rebate; without one under the no-invoice
exemption and verified income taxation; without one and taxed on books in which the purchase cannot be deducted. The break-even
discount is the one at which a supplier's price without invoice costs as much as his price with one.

**Source.** docs/methods/rebates.md: State Taxation Administration notices 2025/3 and 2019/36, Cai Shui 2018/103.

**Limits.** The trader's scheme (refund = price without tax × rate). A producer's exempt-credit-refund scheme nets against
output tax and is not modelled. Whether a company may use an exemption is for its tax adviser.

>>> from datetime import date
>>> claim_deadline(date(2026, 3, 12)), settlement_deadline(date(2026, 12, 30))
(datetime.date(2027, 4, 30), datetime.date(2027, 4, 30))
>>> bought = Purchase(gross=113_000, refund=9_000, days=60, capital_bp=800)
>>> compare(bought, Terms(discount_bp=700))[0].way.value
'with_invoice'
>>> break_even(bought)
786
"""

from entrepot.engines.rebate.deadline import claim_deadline, settlement_deadline
from entrepot.engines.rebate.match import match
from entrepot.engines.rebate.model import Match, Open, Outcome, Purchase, Terms, Way
from entrepot.engines.rebate.regimes import break_even, compare

__all__ = [
    "Match",
    "Open",
    "Outcome",
    "Purchase",
    "Terms",
    "Way",
    "break_even",
    "claim_deadline",
    "compare",
    "match",
    "settlement_deadline",
]
