"""Landed cost: everything a unit costs at its destination, before it is bought, with the rule behind each line.

**Problem.** Price, freight, duty, tax and storage are known in different places; a seller adds them up too late or with the
wrong base, and compares ways that do not contain the same things.

**Method.** :func:`quote` puts the price, the lines of a :class:`Route` (from the freight and storage engines, or typed) and the
border's :func:`~entrepot.engines.duty.assess` side by side in one currency. Freight up to the border enters a CIF customs
value; an all-in price has no duty of its own. Each line is shared exactly over the items: by weight what moves and lies, by
value the rest. :func:`compare` does it for several routes. The border of many one-item quotes is assessed in columns
(:func:`entrepot.engines.duty.assess_many`) with the same integers; :func:`what_if` uses that to lay a patched rule book,
other exchange rates or dearer freight beside today's.

**Source.** docs/methods/landed.md.

**Limits.** One destination and one day a quote. Capital and expected losses are added by their own engines as lines.

>>> from datetime import date
>>> from entrepot.core.cost_lines import Basis, CostLine
>>> from entrepot.engines.duty import Goods
>>> from entrepot.rules import rule_book
>>> shirts = Item(Goods("shirt", 300, 120000, "USD", hs="6109.10.00", origin="CN"), grams=60000)
>>> sea = Route("Sea LCL", "sea", (CostLine("freight", "Ocean freight", 18000, "USD", Basis("my card")),))
>>> result = quote(rule_book(), Request((shirts,), "US", date(2026, 8, 1), "USD"), sea, lambda a, b: None)
>>> for line in result.explain():
...     print(line)
Sea LCL: 1853.08 USD for the consignment
Goods: 1200.00 USD = 300 units for 1200.00 USD. Rule: price (seller; the seller's price)
Ocean freight: 180.00 USD. Rule: my card (high)
Duty: 198.00 USD = 16.5% of 1200.00 USD. Rule: us.hts.61091000 (from 2025-01-01; high; HTSUS 6109.10; USITC, ...)
Section 301 China, list 4A: 90.00 USD = 7.5% of 1200.00 USD. Rule: us.301.china.list4a (from 2020-02-14; high; 9903.88.15; ...)
Section 301 forced labour: 150.00 USD = 12.5% of 1200.00 USD. Rule: us.301.forced_labour.high (from 2026-07-24; medium; ...)
Harbor maintenance fee: 1.50 USD = 0.125% of 1200.00 USD. Rule: us.fee_hmf (from 1991-01-01; high; 19 CFR 24.24(a); ...)
Merchandise processing fee: 33.58 USD = 0.3464%, at least 33.58 and at most 651.50 of 1200.00 USD. formal entry: ...
The country has no tax on imports.
>>> result.item_cost("shirt").known == sum(result.unit_cost("shirt", i, i + 1) for i in range(300))
True
"""

from entrepot.engines.landed.model import Item, Quote, Request, Route
from entrepot.engines.landed.quote import compare, quote
from entrepot.engines.landed.whatif import WhatIf, what_if

__all__ = ["Item", "Quote", "Request", "Route", "WhatIf", "compare", "quote", "what_if"]
