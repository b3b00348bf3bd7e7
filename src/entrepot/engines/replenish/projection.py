"""When stock runs out, and which arrivals count by when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from entrepot.engines.replenish.model import Bools, Floats

HORIZON_WEEKS = 104.0
"""Beyond two years a run-out date is not told."""


@dataclass(frozen=True)
class Arrivals:
    """Arrivals of each row in date order: ``weeks`` from today and ``units``, both [rows, most arrivals], padded with 0
    units. ``overdue`` marks rows with an arrival whose date has passed."""

    weeks: Floats
    units: Floats
    overdue: Bools

    def within(self, weeks: Floats) -> Floats:
        """Units that arrive in the next ``weeks`` [rows]."""
        return np.asarray(np.where(self.weeks <= weeks[:, None], self.units, 0.0).sum(axis=1))

    @property
    def total(self) -> Floats:
        """All units on their way."""
        return np.asarray(self.units.sum(axis=1))


def arrivals(rows: pl.DataFrame, inbound: pl.DataFrame | None, on: object) -> Arrivals:
    """Arrivals of ``rows`` (item, location) from the inbound frame; ``on`` is today's date."""
    count = len(rows)
    if inbound is None or inbound.is_empty():
        return Arrivals(np.zeros((count, 1)), np.zeros((count, 1)), np.zeros(count, dtype=np.bool_))
    places = rows.select("item", "location").with_row_index("row")
    known = inbound.join(places, on=["item", "location"], how="inner").filter(pl.col("quantity") > 0)
    known = known.with_columns(
        # An arrival without a date is unknown, not imminent: it never counts as being on time.
        days=(pl.col("expected_on") - pl.lit(on)).dt.total_days().fill_null(10**6),
    ).sort("row", "days")
    known = known.with_columns(turn=pl.int_range(pl.len()).over("row"))
    width = int(known["turn"].to_numpy().max()) + 1 if len(known) else 1
    weeks, units = np.zeros((count, width)), np.zeros((count, width))
    row, turn = known["row"].to_numpy(), known["turn"].to_numpy()
    days = known["days"].to_numpy()
    weeks[row, turn] = np.maximum(days, 0) / 7
    units[row, turn] = known["quantity"].to_numpy()
    overdue = np.zeros(count, dtype=np.bool_)
    overdue[row[days < 0]] = True
    return Arrivals(weeks, units, overdue)


def weeks_until_empty(available: Floats, coming: Arrivals, weekly_mean: Floats) -> Floats:
    """Weeks until expected demand first meets an empty shelf; infinite beyond :data:`HORIZON_WEEKS`.

    >>> one = Arrivals(np.array([[3.0]]), np.array([[40.0]]), np.array([False]))
    >>> weeks_until_empty(np.array([40.0]), one, np.array([10.0])).tolist()
    [8.0]
    >>> weeks_until_empty(np.array([20.0]), one, np.array([10.0])).tolist()
    [2.0]
    """
    stock = np.maximum(available, 0.0)
    ends = np.full(stock.shape, np.inf)
    np.divide(stock, weekly_mean, out=ends, where=weekly_mean > 0)
    running = np.ones(stock.shape, dtype=np.bool_)
    for turn in range(coming.weeks.shape[1]):
        running &= (coming.weeks[:, turn] <= ends) & (coming.units[:, turn] > 0)
        more = np.zeros(stock.shape)
        np.divide(coming.units[:, turn], weekly_mean, out=more, where=(weekly_mean > 0) & running)
        ends += more
    return np.where(ends > HORIZON_WEEKS, np.inf, ends)
