"""Replenishment: what to order, by when, and what the decision is worth.

**Problem.** Ordering too little loses margin, ordering too much pays storage, capital and clearance. Rules of thumb (60
days of cover, 95 % service for all) fix the answer before the costs are looked at.

**Method.** One sum decides. A unit short over lead time + order cycle costs its margin (price − fees − landed cost); a
unit left over costs storage, capital and the risk of clearance for as long as it is likely to wait. Stock goes up to
the unit at which the two meet (a newsvendor with an overage as long as the wait) under the forecast's measured
quantiles; of the orders that the supplier ships (cartons, minimum order) the one with the least expected cost is
proposed, if ordering it now beats ordering it at the next review; that difference is the money effect. What is expected
to be lost before any order can arrive is told apart, for no order of today changes it. Every assumed input is named.

Beside it, each by itself (docs/methods/replenish.md says how they fit and what was measured):

    tune.tune_levels(steady) -> Levels                      order-up-to levels of up to three modes and a cap
    decide.decide_week(situation, price=…)                  today's orders by mode, tuned on the forecast's paths
    service.price_of_service(situations, floor)             what a unit not met must cost for a floor to be met
    shared_limits.choose_within(options, capacity, names)   one budget, whole containers, a proven gap
    priced_orders.order_costs(orders, policy, …)            what any order of today would cost on the same paths
    price_breaks, allocate, strategy                        buying, loading and moving, attention by class
    classical                                               textbook results that explain and test

**Source.** docs/methods/replenish.md; critical ratio: Arrow, Harris & Marschak (1951).

**Limits.** ``propose``: one mode and one supplier a row, no shared cash or container limits, no price breaks, fees that
step up with age only through the flat storage rate. Lost sales are assumed before arrival; backlog is not modelled.

>>> import polars as pl
>>> from datetime import date
>>> rows = pl.DataFrame({"item": ["mug"], "location": ["us"], "on_hand": [60], "weekly_mean": [10.0],
...     "demand_lead": [[50, 80, 130]], "demand_cover": [[65, 100, 160]], "lead_weeks": [8.0], "review_weeks": [2.0],
...     "unit_cost": [500], "unit_margin": [700], "storage_week": [4], "carton": [24],
...     "capital_rate": [0.12], "end_of_life_rate": [0.2], "order_cost": [0]})
>>> plan = propose(rows, on=date(2026, 6, 1), levels=(0.1, 0.5, 0.9), currency="USD")
>>> plan.orders.select("item", "quantity", "order_by", "cash").row(0)
('mug', 72, datetime.date(2026, 6, 1), 36000)
>>> for line in plan.explain("mug", "us"):
...     print(line)
Order 72 units (3 cartons) today: expected gain 156.41 USD, cash 360.00 USD.
60 available, 0 on the way, 10.0 sold a week: at the expected demand it lasts until 2026-07-13.
176 units cover 10.0 weeks (lead time 8.0 + order cycle 2.0) in 93% of cases; more would not pay: a unit short costs
7.00 USD, the last one left over 0.53 USD. There are 60.
Waiting 2 weeks for the next review would lose 165.77 USD of margin and save 9.36 USD of holding.
Too late for about 30 units (211.19 USD of margin): stock runs out before an order of today can arrive. A faster way
or a transfer could still save them.
"""

from entrepot.engines.replenish.assume import fill_assumptions
from entrepot.engines.replenish.classical import (
    critical_ratio,
    days_of_cover,
    economic_order_quantity,
    newsvendor_normal,
    safety_stock_normal,
)
from entrepot.engines.replenish.cycle import with_order_cycle
from entrepot.engines.replenish.model import INBOUND, PLAN, POSITIONS, Assumptions, Plan
from entrepot.engines.replenish.propose import propose

__all__ = [
    "INBOUND",
    "PLAN",
    "POSITIONS",
    "Assumptions",
    "Plan",
    "critical_ratio",
    "days_of_cover",
    "economic_order_quantity",
    "fill_assumptions",
    "newsvendor_normal",
    "propose",
    "safety_stock_normal",
    "with_order_cycle",
]
