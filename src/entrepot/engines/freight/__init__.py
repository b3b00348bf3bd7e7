"""Freight: what moving cartons costs, by weight, container or parcel, with every surcharge and its reason.

**Problem.** Forwarders, carriers and parcel lines price the same cartons in different ways: by weight or volume, by break, by
container, by parcel and zone, with duty inside or not, and with surcharges that depend on what is in the carton, where it
goes and when. A seller compares totals that do not contain the same things, and cannot check the bill.

**Method.** A rate card is data (:class:`RateCard`, read by :func:`read_card`): a weight rule, bands or containers, and dated
charges with conditions. :func:`quote` weighs the cartons, finds the price and adds the charges that are due, one cost line
each; what cannot be known is a line that says what it needs. :func:`fill` tries full containers with loose cargo beside them;
:func:`side_by_side` ranks cards, :func:`under` is a card under a what-if.
:func:`quote_many` prices arrays of single-kind consignments with the same integers. :func:`audit` lays a forwarder's bill
beside the card and the packed weight and lists what to dispute.

**Source.** docs/methods/freight.md, with the published examples that are reproduced in ``tests/acceptance/freight``.

**Limits.** Containers are filled by usable volume and payload, not packed in three dimensions. No carrier's tariff comes with
the program: cards are the seller's own, with source and dates. Charges of an index (bunker, currency) are typed as dated
amounts or percentages.

>>> from datetime import date
>>> card = read_card('''
... id = "AIR-LAX-2026-03"
... name = "Air to Los Angeles"
... mode = "air"
... currency = "USD"
... edge = "from"
... next_break = true
... weight = { divisor = 6000, step = 0.5 }
... band = [{ over = 0, upto = 45, rate = 7.2 }, { over = 45, upto = 100, rate = 6.6 }, { over = 100, rate = 6.1 }]
... [[charge]]
... code = "battery"
... name = "Battery check"
... component = "handling"
... amount = 25
... when = { goods = ["battery"] }
... ''')
>>> lamps = Cartons(4, 18_500, 600, 500, 400, frozenset({"battery"}), "lamp carton")
>>> for line in quote(card, Consignment((lamps,), date(2026, 3, 9))).lines:
...     print(line.explain())
Air to Los Angeles: 528.00 USD = 6.60 USD per kg of 80 kg by volume (actual 74 kg, volumetric 80 kg).
Rule: AIR-LAX-2026-03 (seller)
Battery check: 25.00 USD = 25.00 USD per shipment. Rule: AIR-LAX-2026-03/battery (seller)
"""

from entrepot.engines.freight.audit import BillAudit, BillLine, Cause, Difference, audit, repacked
from entrepot.engines.freight.card import card_on, checked, gaps_and_overlaps, problems_of
from entrepot.engines.freight.compare import Alternative, side_by_side, under
from entrepot.engines.freight.examples import example_card, us_zone
from entrepot.engines.freight.fill import FillPlan, container, fill
from entrepot.engines.freight.many import ManyQuotes, Shipments, quote_many
from entrepot.engines.freight.model import (
    EVERYWHERE,
    Band,
    Cartons,
    Charge,
    Chargeable,
    Condition,
    Consignment,
    Container,
    RateCard,
    WeightRule,
)
from entrepot.engines.freight.price import Priced, price
from entrepot.engines.freight.quote import FreightQuote, quote
from entrepot.engines.freight.read import card_from, read_card
from entrepot.engines.freight.weigh import chargeable, missing_measures
from entrepot.engines.freight.words import weighed

__all__ = [
    "EVERYWHERE",
    "Alternative",
    "Band",
    "BillAudit",
    "BillLine",
    "Cartons",
    "Cause",
    "Charge",
    "Chargeable",
    "Condition",
    "Consignment",
    "Container",
    "Difference",
    "FillPlan",
    "FreightQuote",
    "ManyQuotes",
    "Priced",
    "RateCard",
    "Shipments",
    "WeightRule",
    "audit",
    "card_from",
    "card_on",
    "chargeable",
    "checked",
    "container",
    "example_card",
    "fill",
    "gaps_and_overlaps",
    "missing_measures",
    "price",
    "problems_of",
    "quote",
    "quote_many",
    "read_card",
    "repacked",
    "side_by_side",
    "under",
    "us_zone",
    "weighed",
]
