"""Today's loads and orders of one company: what waits is loaded first, then what is still lacking is bought.

Goods that wait are cover of no destination; what is left of them after today's load is taken to be loaded week by week, as
early as a destination runs short, before anything bought today. A supplier's minimum and his price breaks count the whole order
of an item; shared limits choose last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from entrepot.books import models
from entrepot.workflows.plan_batches import Batch, Floats, Ints, batches, totals_of, usable
from entrepot.workflows.plan_limits import Limits
from entrepot.workflows.plan_model import HORIZON, Inputs, Line
from entrepot.workflows.plan_moves import moves
from entrepot.workflows.plan_service import service_prices

if TYPE_CHECKING:
    from entrepot.workflows.forecast import CompanyForecast

DEFER_SHARE = 0.02
"""An item whose review is not due yet is ordered all the same where waiting would cost more than this share of the order."""
SHIP, BUY, MOVE = "ship", "buy", "move"


@dataclass
class Choice:
    """Today's decision of one line: ``units`` by way, and what the engine expects; money in minor units.

    ``wanted`` before shared limits. ``nothing`` is the expected cost without it, ``fill`` (met, asked).
    """

    row: int
    kind: str
    batch: Batch
    at: int
    units: Ints
    wanted: Ints
    cost: float = 0.0
    nothing: float = 0.0
    unlimited: float = 0.0
    flags: list[str] = field(default_factory=list[str])
    origin: models.Location | None = None
    """Where it comes from, if not from where the line's goods wait."""


@dataclass
class Decided:
    """All choices of a company. ``due`` by line: arrivals that the buying decision counts on."""

    inputs: Inputs
    ship: dict[int, Choice]
    buy: dict[int, Choice]
    left: dict[int, int]
    """Item → units that still wait after today's load."""
    prices: dict[float, float]
    """Service floor → price of an unmet unit."""
    missing: dict[int, list[str]]
    """Line → what is missing."""
    moves: list[Choice] = field(default_factory=list["Choice"])


def decide_all(inputs: Inputs, one: CompanyForecast, limits: Limits) -> Decided:
    """Loads and orders of today, before shared limits."""
    from entrepot.workflows.plan_boxes import fill_containers
    from entrepot.workflows.plan_least import reach_least_values

    totals = totals_of(one)
    missing = {n: _missing(line) for n, line in enumerate(inputs.lines)}
    rows = [n for n, names in missing.items() if not names]
    coming = {n: list(inputs.lines[n].coming) for n in rows}
    early = _with_waiting(inputs, rows, coming, {item: w.units for item, w in inputs.waiting.items()}, {})
    floors = {n: _floor(inputs.lines[n], limits) for n in rows}
    prices = service_prices(inputs, one, totals, floors, early, limits)
    by_row = {n: prices[floors[n]] for n in rows}
    ship = _loads(inputs, totals, rows, coming, limits, by_row)
    fill_containers(inputs, list(ship.values()))
    left = {item: waiting.units for item, waiting in inputs.waiting.items()}
    for choice in ship.values():
        left[inputs.lines[choice.row].item] -= int(choice.units.sum())
    due = _with_waiting(inputs, rows, coming, left, ship)
    buy = _orders(inputs, totals, rows, due, limits, by_row)
    reach_least_values(inputs, list(buy.values()))
    fill_containers(inputs, list(buy.values()))
    gaps = {n: names for n, names in missing.items() if names}
    return Decided(inputs, ship, buy, left, prices, gaps, moves(inputs, buy))


def _missing(line: Line) -> list[str]:
    names = list(line.missing)
    if not names and not usable(line):
        names.append("modes" if line.grade is not None and "modes" in line.grade.overruled else "ways")
    return names


def _floor(line: Line, limits: Limits) -> float:
    own = line.grade.strategy.service if line.grade is not None else 0.0
    return max(own, limits.service or 0.0)


def _loads(
    inputs: Inputs, totals: Floats, rows: list[int], due: dict[int, list[int]], limits: Limits, prices: dict[int, float]
) -> dict[int, Choice]:
    """What of the waiting goods goes where today; where more is wanted than waits, the next carton goes where it saves most."""
    able = [n for n in rows if _can_load(inputs, inputs.lines[n])]
    found = _solved(batches(inputs, totals, able, due, limits, buying=False, prices=prices), SHIP)
    by_item: dict[int, list[Choice]] = {}
    for choice in found.values():
        by_item.setdefault(inputs.lines[choice.row].item, []).append(choice)
    for item, choices in by_item.items():
        there = inputs.waiting[item].units
        if sum(int(c.units.sum()) for c in choices) > there:
            _share_out(inputs, choices, there)
    return {n: c for n, c in found.items() if c.units.sum() > 0}


def _can_load(inputs: Inputs, line: Line) -> bool:
    waiting = inputs.waiting.get(line.item)
    return bool(
        waiting and waiting.units >= line.carton and line.origin is not None and line.origin.pk == waiting.place.pk
    )


def _share_out(inputs: Inputs, choices: list[Choice], there: int) -> None:
    from entrepot.engines.replenish.allocate import allocate

    carton = inputs.lines[choices[0].row].carton
    most = max(int(c.units.sum()) // carton for c in choices)
    steps = [_by_cartons(c.units, carton, most) for c in choices]
    costs = np.stack([line_costs(c, step) for c, step in zip(choices, steps, strict=True)])
    convex = np.stack([convex_below(cost) for cost in costs])
    for choice, step, cost, count in zip(choices, steps, costs, allocate(there, carton, convex), strict=True):
        choice.units = choice.wanted = step[int(count)]
        choice.cost = choice.unlimited = float(cost[int(count)])
        choice.flags.append("shared")


def _by_cartons(units: Ints, carton: int, most: int) -> Ints:
    """Loads [most + 1, modes] of 0, 1, 2 … cartons out of ``units``, the fastest way's first."""
    out = np.zeros((most + 1, len(units)), np.int64)
    for count in range(1, most + 1):
        left = count * carton
        for mode, wanted in enumerate(units):
            out[count, mode] = min(left, int(wanted))
            left -= out[count, mode]
        out[count, -1] += max(left, 0)
    return out


def convex_below(cost: Floats) -> Floats:
    """The largest convex curve below, as sharing out by the next carton's saving needs it."""
    hull: list[int] = []
    for k in range(len(cost)):
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            if (cost[b] - cost[a]) * (k - a) >= (cost[k] - cost[a]) * (b - a):
                hull.pop()
            else:
                break
        hull.append(k)
    return np.interp(np.arange(len(cost)), hull, cost[hull])


def _with_waiting(
    inputs: Inputs, rows: list[int], coming: dict[int, list[int]], left: dict[int, int], ship: dict[int, Choice]
) -> dict[int, list[int]]:
    """Certain arrivals by line: under way, today's load, and what waits, loaded as early as a destination runs short.

    What suppliers still bring to the waiting place joins it in its week.
    """
    due = {n: list(weeks) for n, weeks in coming.items()}
    for n, choice in ship.items():
        for mode, units in enumerate(choice.units):
            week = min(choice.batch.lanes[mode].nominal - 1, HORIZON - 1)
            due[n][week] += int(units)
    by_item: dict[int, list[int]] = {}
    for n in rows:
        line = inputs.lines[n]
        waiting = inputs.waiting.get(line.item)
        if waiting is not None and line.origin is not None and line.origin.pk == waiting.place.pk and line.weekly > 0:
            by_item.setdefault(line.item, []).append(n)
    for item, members in by_item.items():
        _load_later(inputs, members, due, left.get(item, 0), inputs.waiting[item].ordered)
    return due


def _load_later(inputs: Inputs, members: list[int], due: dict[int, list[int]], left: int, ordered: list[int]) -> None:
    """Later loads, by the slowest way that is in time: what is bought today can be there no sooner than what waits."""
    transit = {n: _transits(inputs.lines[n]) for n in members}
    pool = [left + sum(ordered[: week + 1]) for week in range(HORIZON)]
    taken = [0] * HORIZON
    for week in range(1, HORIZON):
        for n in sorted(members, key=lambda n: -inputs.lines[n].weekly):
            for weeks in transit[n]:
                _load_in(inputs.lines[n], due[n], pool, taken, week, week - weeks)


def _load_in(line: Line, due: list[int], pool: list[int], taken: list[int], week: int, leaves: int) -> None:
    """Load what the line lacks in ``week``, as far as it waits in the week ``leaves``."""
    if leaves < 0:
        return
    need = line.weekly * (week + 2) - line.available - sum(due[: week + 1])
    free = min(there - gone for there, gone in zip(pool[leaves:], taken[leaves:], strict=True))
    units = min(free, int(-(-max(need, 0.0) // line.carton) * line.carton))
    if units > 0:
        due[week] += units
        for later in range(leaves, HORIZON):
            taken[later] += units


def _transits(line: Line) -> list[int]:
    """Weeks on the way by each way, the slowest first."""
    return [max(1, round(sum(way.days) / max(len(way.days), 1) / 7)) for way in reversed(usable(line))]


def _orders(
    inputs: Inputs, totals: Floats, rows: list[int], due: dict[int, list[int]], limits: Limits, prices: dict[int, float]
) -> dict[int, Choice]:
    """What is bought today; every planned line has a choice, of nothing where nothing is bought."""
    from entrepot.workflows.plan_joint import whole_orders

    found = _solved(batches(inputs, totals, rows, due, limits, buying=True, prices=prices), BUY)
    for choice in found.values():
        _not_bought(inputs, choice)
    whole_orders(inputs, found)
    return found


def _not_bought(inputs: Inputs, choice: Choice) -> None:
    """Lines that are not bought for whatever the costs say, and why."""
    line = inputs.lines[choice.row]
    strategy = line.grade.strategy if line.grade else None
    lead = choice.batch.lanes[-1].nominal
    reason = ""
    if "made_here" in line.flags:
        reason = "made_here"
    elif "ending" in line.flags:
        reason = "ending"
    elif strategy is not None and not strategy.ordered:
        reason = "not_ordered"
    elif (
        strategy is not None
        and strategy.review_weeks > 1
        and (inputs.on.isocalendar().week + line.item) % strategy.review_weeks
    ):
        worth = float(choice.units.sum()) * line.landed
        if choice.nothing - choice.cost < DEFER_SHARE * worth * strategy.review_weeks:
            reason = "review_later"
    if reason and choice.units.sum() > 0:
        choice.units = choice.wanted = np.zeros_like(choice.units)
        choice.cost = choice.unlimited = choice.nothing
        choice.flags.append(reason)
    if lead >= HORIZON - 4:
        choice.flags.append("long_lead")


def _solved(found: list[Batch], kind: str) -> dict[int, Choice]:
    out: dict[int, Choice] = {}
    for batch in found:
        plan = batch.solve()
        for at, row in enumerate(batch.rows):
            out[int(row)] = Choice(
                int(row), kind, batch, at, plan.units[at].copy(), plan.units[at].copy(), float(plan.cost[at]),
                float(plan.cost_of_nothing[at]), float(plan.cost[at]),
            )  # fmt: skip
    return out


def line_costs(choice: Choice, orders: Ints) -> Floats:
    """Expected cost [options] of today's ``orders`` [options, modes] of one line."""
    return solved_part(choice.batch, [choice.at]).option_costs(orders[None])[0]


def solved_part(batch: Batch, at: Sequence[int]) -> Batch:
    """Some rows of a solved batch, with their policy."""
    plan, rows = batch.plan, np.array(at, dtype=np.int64)
    if plan is None:
        raise ValueError("the batch is not solved")
    part = batch.take(rows)
    part.plan = type(plan)(
        plan.lanes, plan.units[rows], plan.policy[rows], plan.cost[rows], plan.cost_of_nothing[rows], plan.fill[rows],
        tuple(plan.missing[n] for n in rows) if plan.missing else (),
    )  # fmt: skip
    return part
