"""What the replenishment engine takes and gives: frames documented column by column, and frozen results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.core.frames.replenishment import INBOUND as INBOUND
from entrepot.core.frames.replenishment import PLAN as PLAN
from entrepot.core.frames.replenishment import POSITIONS as POSITIONS
from entrepot.core.reasons import Reason
from entrepot.engines.replenish.explain import explain_missing, explain_row

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]


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
