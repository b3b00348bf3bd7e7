"""What serving a share of the demand costs: one price of an unmet unit for all lines of one floor."""

from __future__ import annotations

import numpy as np

from entrepot.workflows.plan_batches import SEED, Batch, Floats, Ints, batches
from entrepot.workflows.plan_limits import Limits
from entrepot.workflows.plan_model import Inputs

SAMPLE = 240
"""Lines that a floor's price is found on."""
HALVINGS = 5
MOST = 4.0
"""Highest price, in mean margins: what cannot be served at that is not worth serving."""


def service_prices(
    inputs: Inputs, totals: Floats, floors: dict[int, float], due: dict[int, list[int]], limits: Limits
) -> dict[float, float]:
    """Floor → least price at which its lines are expected to meet it, of what an order of today can still serve.

    Demand of the weeks before the fastest way can arrive is not counted: no price brings goods sooner.
    """
    out = dict.fromkeys(set(floors.values()), 0.0)
    for floor in sorted(out):
        rows = [row for row, own in floors.items() if own == floor]
        if floor > 0 and rows:
            some = rows[:: max(1, len(rows) // SAMPLE)]
            out[floor] = _price(batches(inputs, totals, some, due, limits, buying=True), floor)
    return out


def fill_of(found: list[Batch], lost: list[Floats]) -> float:
    """Share of the demand met of what could be met."""
    met = asked = 0.0
    for batch, unavoidable in zip(found, lost, strict=True):
        if batch.plan is not None:
            met += float(batch.plan.fill[:, 0].sum())
            asked += float((batch.plan.fill[:, 1] - unavoidable).sum())
    return met / asked if asked > 0 else 1.0


def unavoidable(batch: Batch) -> Floats:
    """Units [rows] expected to be lost before the fastest order of today can be there."""
    from entrepot.engines.replenish.line_futures import line_futures

    nothing: Ints = np.zeros((len(batch.rows), len(batch.lanes)), np.int64)
    told = line_futures(nothing, batch.standing, batch.lanes, batch.costs, seed=SEED, late=batch.late)
    week = min(batch.lanes[0].nominal, told.demand.shape[1]) - 1
    sold = batch.standing.on_hand + np.cumsum(told.coming, axis=1)[:, week] - told.stock_nothing[:, week]
    return np.maximum(np.cumsum(told.demand, axis=1)[:, week] - sold, 0.0)


def _price(found: list[Batch], floor: float) -> float:
    lost = [unavoidable(batch) for batch in found]
    asked = margin = 0.0
    for batch in found:
        plan = batch.solve(price=0.0)
        asked += float(plan.fill[:, 1].sum())
        margin += float((batch.costs.margin * plan.fill[:, 1]).sum())
    if fill_of(found, lost) >= floor or margin <= 0:
        return 0.0
    low, high = 0.0, MOST * margin / asked
    for _ in range(HALVINGS):
        price = (low + high) / 2
        for batch in found:
            batch.solve(price=price)
        low, high = (low, price) if fill_of(found, lost) >= floor else (price, high)
    return round(high, 2)
