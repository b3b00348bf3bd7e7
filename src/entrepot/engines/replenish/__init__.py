"""Replenishment: what to order, by when, and what the decision is worth.

**Problem.** Ordering too little loses margin, ordering too much pays storage, capital and clearance. Rules of thumb (60
days of cover, 95 % service for all) fix the answer before the costs are looked at.

**Method.** One sum decides. A unit short over lead time + review costs its margin (price − fees − landed cost); a unit
left over costs storage, capital and the expected end-of-life loss of one review period. Their ratio says with what
probability stock should hold (newsvendor), the forecast's measured quantiles say how many units that is, and of all
orders that the supplier ships (cartons, minimum order) the one with the least expected cost is proposed, nothing
included. The money effect is the difference to ordering nothing until the next review. What is expected to be lost
before any order can arrive is told apart, for no order of today changes it. Every assumed input is named.

**Source.** docs/methods/replenish.md; critical ratio: Arrow, Harris & Marschak (1951).

**Limits.** One mode and one supplier a row, no shared cash or container limits, no price breaks, fees that step up with
age only through the flat storage rate. Lost sales are assumed before arrival; backlog is not modelled.

>>> import polars as pl
>>> from datetime import date
>>> rows = pl.DataFrame({"item": ["mug"], "location": ["us"], "on_hand": [60], "weekly_mean": [10.0],
...     "demand_lead": [[50, 80, 130]], "demand_cover": [[65, 100, 160]], "lead_weeks": [8.0], "review_weeks": [2.0],
...     "unit_cost": [500], "unit_margin": [700], "storage_week": [4], "carton": [24],
...     "capital_rate": [0.12], "end_of_life_rate": [0.2]})
>>> plan = propose(rows, on=date(2026, 6, 1), levels=(0.1, 0.5, 0.9), currency="USD")
>>> plan.orders.select("item", "quantity", "order_by", "cash").row(0)
('mug', 120, datetime.date(2026, 6, 1), 60000)
>>> for line in plan.explain("mug", "us"):
...     print(line)
Order 120 units (5 cartons) today: expected gain 172.55 USD, cash 600.00 USD.
60 available, 0 on the way, 10.0 sold a week: at the expected demand it lasts until 2026-07-13.
10.0 weeks of cover (lead time 8.0 + review 2.0) should hold with 98.2%: a unit short costs 7.00 USD, one left over
0.13 USD a review. That takes 209 units; there are 60.
Without it 184.72 USD of margin is expected to be lost; carrying what is left over costs 12.17 USD.
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
]
