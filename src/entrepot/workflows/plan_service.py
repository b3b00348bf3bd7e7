"""What serving a share of the demand costs: one price of an unmet unit for all lines of one floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.workflows.plan_batches import SEED, Floats, batches
from entrepot.workflows.plan_kept import kept_of
from entrepot.workflows.plan_limits import Limits
from entrepot.workflows.plan_model import Inputs

if TYPE_CHECKING:
    from entrepot.workflows.forecast import CompanyForecast

SAMPLE = 240
"""Lines that a floor's price is found on."""
HIGHEST = 0.995
"""No plan aims at more."""


def service_prices(
    inputs: Inputs, one: CompanyForecast, totals: Floats, floors: dict[int, float], due: dict[int, list[int]],
    limits: Limits,
) -> dict[float, float]:  # fmt: skip
    """Floor → least price at which its lines are expected to meet it, of what an order of today can still serve.

    The plan aims above a floor by what its promises of the last quarter fell short (:mod:`~entrepot.workflows.plan_kept`). Demand
    of the weeks before the fastest way can arrive is not counted: no price brings goods sooner.
    """
    from entrepot.engines.replenish.service import price_of_service

    out = dict.fromkeys(set(floors.values()), 0.0)
    if max(out, default=0.0) > 0 and inputs.kept is None:
        inputs.kept = kept_of(inputs, one, totals, floors, due)
    for floor in sorted(out):
        rows = [row for row, own in floors.items() if own == floor]
        if floor > 0 and rows and inputs.kept is not None:
            some = rows[:: max(1, len(rows) // SAMPLE)]
            found = batches(inputs, totals, some, due, limits, buying=True)
            there = [batch.situation for batch in found]
            aim = max(floor, min(floor + inputs.kept.shortfall, HIGHEST))
            out[floor] = round(price_of_service(there, aim, reachable=True, seed=SEED), 2)
    return out
