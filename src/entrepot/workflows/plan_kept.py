"""What the plan's promises of service were worth in the quarter that is over: its weeks are planned again and replayed.

A sample of the lines starts that quarter with as many weeks of demand in stock and on the way as today, and is ordered for each
week by the same function as today's plan, at the costs alone, from forecasts of that time.
Demand is what was asked for, weeks out of stock refilled. What was expected at its start is compared with what would have been
met. Costs, ways and classes are those of today.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from entrepot.workflows.plan_batches import Batch, Floats, Ints, batches
from entrepot.workflows.plan_limits import Limits
from entrepot.workflows.plan_model import HORIZON, Inputs

if TYPE_CHECKING:
    from entrepot.engines.demand import DemandPanel
    from entrepot.engines.replenish.decide import Situation
    from entrepot.engines.replenish.service import Kept
    from entrepot.workflows.forecast import CompanyForecast

SAMPLE = 120
"""Lines that are replayed."""
ENOUGH = 30
"""Lines with a history long enough, below which nothing is measured."""
EVERY = 4
"""Weeks between two forecasts of that time."""


def kept_of(
    inputs: Inputs, one: CompanyForecast, totals: Floats, floors: dict[int, float], due: dict[int, list[int]]
) -> Kept:
    """Promise and fulfilment of the last quarter over the lines with a floor; what is taken for it where history is short."""
    from entrepot.engines.demand.refill import refill
    from entrepot.engines.replenish.service import KNOWN, QUARTER, Kept, kept

    panel = one.panel
    begin = len(panel.weeks) - QUARTER
    at = {key: n for n, key in enumerate(panel.keys.select("item", "channel").rows())}
    series = {row: at.get((inputs.lines[row].item, str(inputs.lines[row].place.pk)), -1) for row in floors}
    able = [row for row, n in series.items() if floors[row] > 0 and n >= 0 and panel.born[n] <= begin - KNOWN]
    if begin < KNOWN or len(able) < ENOUGH:
        return Kept.unknown()
    rows = able[:: -(-len(able) // SAMPLE)]
    place: Ints = np.array([series[row] for row in rows], dtype=np.int64)
    past = _some(panel, place)
    asked = np.round(np.nan_to_num(refill(past).demand[:, begin:])).astype(np.int64)
    told = [_totals(past.until(week)) for week in range(begin, len(panel.weeks), EVERY)]
    pace = np.nan_to_num(past.demand[:, max(begin - 8, 0) : begin]).mean(axis=1)
    where = {row: n for n, row in enumerate(rows)}
    promised: list[Floats] = []
    came: list[Floats] = []
    for batch in batches(inputs, totals, rows, due, Limits(), buying=True):
        some: Ints = np.array([where[int(row)] for row in batch.rows], dtype=np.int64)
        weekly = np.array([inputs.lines[int(row)].weekly for row in batch.rows])
        issued = [one[some] for one in told]
        expected, met = _replay(_then(batch, pace[some], weekly, issued[0]), asked[some], issued)
        promised.append(expected)
        came.append(met)
    return kept(np.concatenate(promised), np.concatenate(came))


def _some(panel: DemandPanel, rows: Ints) -> DemandPanel:
    from entrepot.engines.demand import DemandPanel

    return DemandPanel(
        panel.keys[rows], panel.weeks, np.ascontiguousarray(panel.demand[rows]), panel.born[rows],
        np.ascontiguousarray(panel.censored[rows]),
    )  # fmt: skip


def _totals(panel: DemandPanel) -> Floats:
    """Quantiles of the forecast from a panel as it was then [series, horizons, levels]."""
    from entrepot.engines.demand import LEVELS, LeadTime, forecast
    from entrepot.engines.replenish.demand_paths import HORIZONS
    from entrepot.engines.replenish.rolling import tempered

    made = forecast(panel)
    totals = np.stack([made.quantiles(LeadTime.fixed(h), LEVELS) for h in HORIZONS], axis=1).astype(np.float64)
    expected = 13 * np.nan_to_num(made.frame["weekly_mean"].fill_null(0.0).to_numpy().astype(np.float64))
    known = np.nan_to_num(panel.demand)
    recent = 13 * np.maximum(known[:, -8:].mean(axis=1), known[:, -13:].mean(axis=1))
    return tempered(np.nan_to_num(totals), expected, recent)


def _then(batch: Batch, pace: Floats, weekly: Floats, totals: Floats) -> Situation:
    """A batch with as many weeks of demand in stock and on the way as today, at the pace of that time."""
    from entrepot.engines.replenish.decide import Situation

    share = np.divide(pace, weekly, out=np.zeros_like(pace), where=weekly > 0)
    today = batch.standing
    standing = replace(
        today, on_hand=np.round(today.on_hand * share).astype(np.int64),
        due=np.round(today.due * share[:, None]).astype(np.int64), old=None, totals=totals,
    )  # fmt: skip
    return Situation(standing, batch.lanes, batch.costs)


def _replay(there: Situation, asked: Ints, told: list[Floats]) -> tuple[Floats, Floats]:
    """Units met and asked for [rows, 2] as promised at the start, and as they would have come."""
    from entrepot.engines.demand import LEVELS
    from entrepot.engines.replenish.decide import decide_week
    from entrepot.engines.replenish.rolling import Standing
    from entrepot.engines.replenish.service import expected_fill
    from entrepot.engines.twin.model import Goods, Mode, Now, Opening, Operation, Rates
    from entrepot.engines.twin.run import run

    standing, lanes, weeks = there.standing, there.lanes, asked.shape[1]
    promised = expected_fill(there, decide_week(there).policy, weeks=weeks)
    none = np.zeros(len(there))
    # Only units count here: what they cost is in the situation.
    goods = Goods(none, none, none, none, none, standing.carton, standing.least)
    modes = tuple(Mode(lane.name, lane.weeks, tuple(np.array(lane.odds) / sum(lane.odds))) for lane in lanes)
    levels: list[Floats] = []

    def policy(now: Now) -> Ints:
        if now.week + 1 >= weeks:
            return np.zeros((len(there), len(lanes)), np.int64)
        totals = told[min((now.week + 1) // EVERY, len(told) - 1)]
        here = Standing(now.on_hand, now.transit, now.due, totals, np.asarray(LEVELS), standing.carton, standing.least)
        plan = decide_week(replace(there, standing=here), policy=levels[-1] if levels else None, seed=now.week + 1)
        levels[:] = [plan.policy]
        return plan.units

    due = standing.due[:, : min(HORIZON, weeks + max(max(lane.weeks) for lane in lanes))]
    outcome = run(Operation(goods, modes, Rates()), asked, Opening(standing.on_hand, due), policy)
    return promised, np.stack([outcome.met, outcome.asked], axis=1).astype(np.float64)
