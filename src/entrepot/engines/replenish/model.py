"""What the replenishment engine takes and gives: frames documented column by column, and frozen results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.core.reasons import Reason
from entrepot.engines.replenish.explain import explain_missing, explain_row

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]

POSITIONS: Mapping[str, str] = {
    "item": "key of the item",
    "location": "key of the place whose stock this is",
    "on_hand": "sellable units there now",
    "reserved": "optional: units already promised",
    "weekly_mean": "expected units a week (from the forecast); null where there is no forecast",
    "demand_lead": "list: quantiles of demand over the lead time, one a level",
    "demand_cover": "list: quantiles of demand over lead time + review period, one a level",
    "flags": "optional: flags of the forecast, carried through",
    "lead_weeks": "list of weeks (or one number) from order to sellable; null: assumed",
    "lead_weights": "optional: weights of those weeks",
    "review_weeks": "weeks between two orders; null: assumed",
    "price": "optional: net price a unit, minor units; needed only where cost or margin is missing",
    "unit_cost": "landed book cost a unit, minor units; null: assumed from the price, or not planned",
    "unit_margin": "margin lost by one unmet unit (price − fees − cost), minor units; null: assumed from the price",
    "storage_week": "storage a unit and week, minor units; null: assumed",
    "capital_rate": "cost of capital a year as a fraction; null: assumed",
    "end_of_life_rate": "probability a year that the item stops selling and its stock is cleared; null: assumed",
    "order_cost": "cost of one order line whatever its size (handling, paperwork), minor units; null: assumed",
    "cycle_weeks": "optional: weeks of demand that one order covers (with_order_cycle); missing: the review period",
    "demand_cycle": "optional: like demand_cover over lead time + cycle_weeks; missing: demand_cover",
    "carton": "units in a carton; null: 1",
    "moq": "fewest units of one order; null: 0",
}
"""Columns of the frame that :func:`~entrepot.engines.replenish.propose.propose` reads, one row an item and location."""

INBOUND: Mapping[str, str] = {
    "item": "as in the positions",
    "location": "as in the positions",
    "quantity": "units on their way there",
    "expected_on": "date on which they can be sold; a date in the past is overdue and counted as arriving at once",
}
"""Columns of the optional inbound frame."""

PLAN: Mapping[str, str] = {
    "item": "key of the item",
    "location": "key of the place",
    "action": "order, excess (too much stock: advice) or wait",
    "quantity": "units to order; 0 unless action is order",
    "cartons": "cartons to order",
    "order_by": "latest date of the order for stock to last until it arrives, today at the earliest; null: no need",
    "stockout_on": "date on which expected demand uses up stock and arrivals; null: not within two years",
    "arrives_on": "date on which an order of today is expected",
    "benefit": "money gained by ordering now instead of at the next review, minor units, expected",
    "margin_saved": "expected margin of the units that could not be sold if the order waited for the next review",
    "holding_added": "expected cost of having the order one review earlier, minor units",
    "cash": "what the order ties up at landed cost, minor units",
    "position": "units available + arriving within lead time and review",
    "order_up_to": "units of position at which another unit is not worth its cost",
    "service": "probability that the order-up-to level covers lead time + cycle",
    "overage": "expected cost of the last unit of that level if it is left over, minor units (fractional)",
    "cycle_weeks": "weeks of demand that the order is to cover after the lead time",
    "lost_before": "units expected to be lost before any order of today can arrive",
    "cover_weeks": "weeks that stock and all arrivals last at the expected demand; null: no demand",
    "excess_units": "units beyond order-up-to and the tolerated weeks",
    "excess_month": "storage and capital of the excess a month, minor units",
    "excess_cash": "landed cost tied up in the excess, minor units",
    "clear_discount": "money a unit that may be given up to sell the excess now, minor units; null: not selling",
    "assumed": "list of inputs that were assumed, not known",
    "available": "on hand − reserved",
    "inbound": "units on their way, whenever they arrive",
    "weekly_mean": "as in the positions",
    "lead_mean": "expected weeks from order to sellable",
    "review_weeks": "weeks between two orders",
    "unit_cost": "landed cost a unit that was used",
    "unit_margin": "margin a unit that was used",
    "holding_week": "storage + capital of one unit and week",
    "carton": "units in a carton",
    "moq": "fewest units of one order",
    "flags": "list: flags of the forecast and of the plan (late, overdue_inbound, loses_money, moq_too_large)",
}
"""Columns of :attr:`Plan.frame`."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What stands in for an input that is not known. Every use is named in the row's ``assumed``.

    ``None`` for a share means: do not assume, list the row as not planned. Rates are fractions a year.
    """

    lead_weeks: tuple[float, ...] = (8.0, 9.0, 10.0)
    lead_weights: tuple[float, ...] = (0.5, 0.3, 0.2)
    review_weeks: float = 2.0
    capital_rate: float = 0.12
    storage_share_year: float = 0.10
    """Storage a year as a share of the unit's cost, where no storage fee is known."""
    end_of_life_rate: float = 0.20
    """Probability a year that an item stops selling and its stock is cleared."""
    clear_weeks: float = 39.0
    """Weeks that a unit may wait before it is cleared all the same."""
    salvage_share: float = 0.30
    """Share of the landed cost that clearing brings back."""
    cost_share: float | None = 0.40
    """Landed cost as a share of the net price, where the cost is missing."""
    order_cost: float = 0.0
    fee_share: float | None = 0.15
    """Selling fees as a share of the net price, where the margin is missing."""


@dataclass(frozen=True)
class Plan:
    """Proposals for every row that could be planned, and what was missing for the others.

    ``frame`` has the columns of :data:`PLAN`, ordered by money at stake; ``unplanned`` has item, location and
    ``missing`` (list of input names). ``on`` is the day of the plan; amounts are minor units of ``currency``.
    """

    frame: pl.DataFrame
    unplanned: pl.DataFrame
    on: date
    currency: str
    assumptions: Assumptions

    @property
    def orders(self) -> pl.DataFrame:
        """The rows that propose an order, most valuable first."""
        return self.frame.filter(pl.col("action") == "order")

    @property
    def excess(self) -> pl.DataFrame:
        """The rows that advise to clear stock, most expensive first."""
        return self.frame.filter(pl.col("action") == "excess")

    def explain(self, item: str | int, location: str | int) -> tuple[Reason, ...]:
        """Why this proposal: reasons that a seller can read, for the row of this item and location.

        Raises ``KeyError`` when the pair is neither planned nor listed as unplanned.
        """
        row = self._rows.get((item, location))
        if row is not None:
            return explain_row(self.frame.row(row, named=True), self.currency, self.on)
        return explain_missing(self.unplanned["missing"].to_list()[self._left_out[item, location]])

    @cached_property
    def _rows(self) -> dict[tuple[str | int, str | int], int]:
        """Row of each pair: whole plans are explained, so a search for each would be quadratic."""
        return {pair: row for row, pair in enumerate(self.frame.select("item", "location").iter_rows())}

    @cached_property
    def _left_out(self) -> dict[tuple[str | int, str | int], int]:
        return {pair: row for row, pair in enumerate(self.unplanned.select("item", "location").iter_rows())}
