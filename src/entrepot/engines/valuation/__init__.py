"""What every unit cost, sold or on hand: layers, issues, and money as a lookup on layers.

Problem: goods arrive in batches at different costs, move, are converted, sold, returned; their bills come late, in
parts, and are corrected. For each unit one wants to know what it cost and by which bills, so that a late bill changes
exactly the units that it concerns, and all amounts still add up to the bills, to the cent.

Method: who took which units is one fold over the movements of an item (``fold.py``), without money. Cost is a lookup:
each cost line keeps its whole amount on every layer that it reaches, and a range of units bears its stretch by
cumulative rounding (``share.py``, ``layer_costs.py``). FIFO with named lots; moving and month-end weighted average
(``average.py``, ``month_end.py``) price the same fold by pools. Source: IAS 2.23-27, CAS 1; exact rules in
docs/methods/ledger.md, choices in docs/methods/valuation.md. Limits: integers only; one base currency per run.

    split_lines(totals, offsets, weights) -> amounts        a bill over its targets, largest remainder
    value(movements, costs) -> Valuation                    the fold and its money
    price(fold(movements), costs) -> Valuation              the same in two steps: other costs, or another method
    lot_draws(valuation, movements) -> LotDraws            out of which arrivals units went, and what they carried
    prior_period(reported, now) -> frame                    what a closed period's cost changed by
    spread_period(valuation, lines) -> PeriodSpread         storage and the like over unit-days, full view
    round_up.value(events) -> RoundUp                       the rounding of common ERPs, for comparison only

>>> from entrepot.engines.valuation import CostShares, Kind, Movements, value
>>> moves = Movements.build(
...     movement=[1, 2], item=[7, 7], kind=[Kind.RECEIPT, Kind.SALE], quantity=[100, 30], at=[1, 2],
...     from_cell=[-1, 5], to_cell=[5, -1])
>>> costs = CostShares.build(line=[1, 2], component=[0, 1], movement=[1, 1], amount=[30000, 5001])
>>> value(moves, costs).movement_costs().rows()
[(2, 0, 9000, 30, 0, 0), (2, 1, 1500, 30, 0, 0)]
>>> [(line.line, line.a, line.b, line.amount) for line in value(moves, costs).explain_stock(item=7, cell=5)]
[(1, 30, 100, 21000), (2, 30, 100, 3501)]
"""

from entrepot.core.kinds import Kind as Kind
from entrepot.engines.valuation import round_up as round_up
from entrepot.engines.valuation.adjust import prior_period as prior_period
from entrepot.engines.valuation.explain import ExplainedLine as ExplainedLine
from entrepot.engines.valuation.lots import LotDraws as LotDraws
from entrepot.engines.valuation.lots import lot_draws as lot_draws
from entrepot.engines.valuation.model import CostShares as CostShares
from entrepot.engines.valuation.model import Movements as Movements
from entrepot.engines.valuation.model import Side as Side
from entrepot.engines.valuation.result import Valuation as Valuation
from entrepot.engines.valuation.split import split_lines as split_lines
from entrepot.engines.valuation.spread import PeriodLine as PeriodLine
from entrepot.engines.valuation.spread import PeriodSpread as PeriodSpread
from entrepot.engines.valuation.spread import spread_period as spread_period
from entrepot.engines.valuation.value import fold as fold
from entrepot.engines.valuation.value import price as price
from entrepot.engines.valuation.value import value as value
