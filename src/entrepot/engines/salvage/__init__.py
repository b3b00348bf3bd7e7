"""Salvage: goods that cannot be sold as they are, and goods that are gone.

**Problem.** Unsalable stock abroad costs every day, and each way out (destroy there, ship home, clear it) has costs that stand on
different bills: sorting, transport, destruction, fines, duty on return. And when a platform or carrier loses goods and repays
their manufacturing cost, freight and duty in them are gone unnoticed.

**Method.** Ways are data (:class:`Way`: prices per unit, kg, cbm, batch or value; returns are negative) and :func:`compare`
ranks them by net cost, with the book value that is lost in any case beside it. :func:`abnormal_loss` sets what payers make good
against the components that they cover and leaves the landed remainder; :func:`match` finds for which loss a payment is that
does not say it, or says that a person has to; :func:`claims_due` lists claims about to lapse;
:func:`devalue` is the lower of cost and net realisable value.

**Source.** docs/methods/capital.md; IAS 2.16, 2.28-33, IAS 37.31-33.

**Limits.** Prices, fines and what is allowed are the seller's and the adviser's: none come with the program. Tax effects of a
destruction (input VAT, proof) are not judged.

>>> from fractions import Fraction
>>> goods = Unsalable("Cracked lamps", 40, "EUR", weight=1500, carrying=48_000)
>>> burn = Way("burn", "Destroy", (Price("Destruction", "kg", Fraction(50)), Price("Certificate", "batch", Fraction(9000))))
>>> sell = Way("clear", "Liquidator", (Price("Paid by the liquidator", "unit", Fraction(-60)),), allowed=False,
...            reason="unsafe goods may not be sold")
>>> compare(goods, [sell, burn]).best.way.id
'burn'
"""

from entrepot.engines.salvage.devalue import Devaluation, devalue
from entrepot.engines.salvage.loss import AbnormalLoss, abnormal_loss, claims_due
from entrepot.engines.salvage.match import Derived, Matched, Unmatched, match
from entrepot.engines.salvage.model import Cause, Claim, Loss, Lost, Price, Recovery, Repaid, Unsalable, Way
from entrepot.engines.salvage.ways import Comparison, Outcome, compare

__all__ = [
    "AbnormalLoss",
    "Cause",
    "Claim",
    "Comparison",
    "Derived",
    "Devaluation",
    "Loss",
    "Lost",
    "Matched",
    "Outcome",
    "Price",
    "Recovery",
    "Repaid",
    "Unmatched",
    "Unsalable",
    "Way",
    "abnormal_loss",
    "claims_due",
    "compare",
    "devalue",
    "match",
]
