"""The twin: a seller's operation replayed week by week, under any way of ordering, at the costs that the books charge.

**Problem.** Whether a way of ordering is good shows after months, in one history only. The twin replays a year that was,
or many that might be, and charges everything the decision causes.

**Method.** A week: arrivals, demand met from the oldest stock (the rest is lost), costs on what is owned at its end, then
the policy orders, seeing only what a seller would see. A step may be a day.
Costs: freight by mode, handling an order line, storage by volume
that steps up with age, capital on goods, duty and freight from the order on, lost margin, and what is written off and paid
for disposal at the end. Each order's lead time depends on seed, week, SKU and mode alone, so policies are compared under
the same luck, and orders may cross. All SKUs advance together in arrays.

**Source.** docs/methods/twin.md.

Beside those parts, ``charges`` gives all the books' families (goods with price breaks, duty, selling, returns, losses);
``waiting`` lets customers of some rows wait; ``lateral`` moves stock between the warehouses of a SKU (a row is a SKU at a
warehouse); ``shocks`` close suppliers and lanes, slow them, and make freight dearer.

**Limits.** Returns are expected values of what was sold, not units that come back; transfers keep whole units but begin their
age anew; in days a year of one SKU takes some twenty-five times as long as in weeks.

>>> import numpy as np
>>> from entrepot.engines.twin import rules
>>> goods = Goods(*(np.array([x]) for x in (2000.0, 700.0, 0.05, 300.0, 1e6)), np.array([12]), np.array([24]))
>>> sea = Mode("sea", (3, 4), (0.5, 0.5), per_m3=9500.0)
>>> operation = Operation(goods, (sea,), Rates())
>>> demand = np.full((1, 20), 10)
>>> levels = rules.days_of_cover(sea.mean, cover=1.0)
>>> policy = rules.up_to(goods, 1, lambda week: demand[:, : week + 1].astype(float), levels)
>>> outcome = run(operation, demand, Opening(np.array([60]), np.zeros((1, 1), np.int64)), policy)
>>> for line in outcome.explain()[:2]:
...     print(line)
handling: 27.00
capital: 19.59
>>> outcome.fill_rate
1.0
"""

from entrepot.engines.twin.charges import FAMILIES, Breaks, Charges
from entrepot.engines.twin.lateral import Lateral, Moves, to_the_shortest
from entrepot.engines.twin.levels import Levels, by_levels
from entrepot.engines.twin.model import PARTS, Goods, Mode, Now, Opening, Operation, Outcome, Policy, Rates
from entrepot.engines.twin.purse import within_purse
from entrepot.engines.twin.run import Waiting, run
from entrepot.engines.twin.shocks import RowShocks, Shocks
from entrepot.engines.twin.tariff import Tariff, interest, platform_price, stepped, storage_factors

__all__ = [
    "FAMILIES",
    "PARTS",
    "Breaks",
    "Charges",
    "Goods",
    "Lateral",
    "Levels",
    "Mode",
    "Moves",
    "Now",
    "Opening",
    "Operation",
    "Outcome",
    "Policy",
    "Rates",
    "RowShocks",
    "Shocks",
    "Tariff",
    "Waiting",
    "by_levels",
    "interest",
    "platform_price",
    "run",
    "stepped",
    "storage_factors",
    "to_the_shortest",
    "within_purse",
]
