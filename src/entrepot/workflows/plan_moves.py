"""Stock moved between places that sell, where what it saves exceeds the freight between them.

Only places of one country, or with own shipments between them. A place's expected cost for 0, 1, 2 … cartons on hand is that of
its futures with today's orders; cartons move where the difference pays (:func:`~entrepot.engines.replenish.allocate.transfers`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from entrepot.workflows.plan_batches import SEED, Batch, Floats
from entrepot.workflows.plan_lanes import Way
from entrepot.workflows.plan_model import HORIZON, Inputs, Line

if TYPE_CHECKING:
    from entrepot.workflows.plan_orders import Choice

STEPS = 48
"""Most steps of stock that are compared; with more cartons a step is several of them."""
DOMESTIC_M3_USD, DOMESTIC_DAYS = 9_000, 5.0
"""US cents a m³ and days of a truck within a country, where no own shipment tells them."""
LEAST_SAVING = 2.0
"""A move has to save so many times its order line's cost."""


def moves(inputs: Inputs, buy: dict[int, Choice]) -> list[Choice]:
    """Moves of today, the item's other decisions as they are."""
    by_item: dict[int, list[Choice]] = defaultdict(list)
    for choice in buy.values():
        by_item[inputs.lines[choice.row].item].append(choice)
    out: list[Choice] = []
    for choices in by_item.values():
        if len(choices) > 1 and _worth_a_look([inputs.lines[c.row] for c in choices]):
            out += _of_item(inputs, choices)
    return out


def _worth_a_look(lines: list[Line]) -> bool:
    """One place has much more cover than another, and a carton to give."""
    cover = [line.available / max(line.weekly, 1e-3) for line in lines]
    most, least = max(range(len(lines)), key=cover.__getitem__), min(cover)
    return cover[most] > 2 * least + 8 and lines[most].available >= lines[most].carton


def way_between(inputs: Inputs, origin: Line, target: Line) -> Way | None:
    """How goods go from one place to the other; ``None``: they do not."""
    own = [way for way in inputs.lanes.ways(origin.place, target.place) if way.source in ("bills", "card")]
    if own:
        return own[0]
    if not origin.place.country or origin.place.country != target.place.country:
        return None
    factor = inputs.money.factor("USD")
    assumed = ("lead_weeks", "freight")
    return None if factor is None else Way("truck", (DOMESTIC_DAYS,), per_m3=DOMESTIC_M3_USD * factor, assumed=assumed)


def _of_item(inputs: Inputs, choices: list[Choice]) -> list[Choice]:
    from entrepot.engines.replenish.allocate import transfers
    from entrepot.workflows.plan_orders import Choice, convex_below

    lines = [inputs.lines[c.row] for c in choices]
    total, carton = sum(line.available for line in lines), lines[0].carton
    step = carton * max(1, -(-total // (carton * STEPS)))
    most = total // step + 1
    freight = np.full((len(lines), len(lines)), np.inf)
    for a, origin in enumerate(lines):
        for b, target in enumerate(lines):
            way = None if a == b else way_between(inputs, origin, target)
            each = None if way is None else way.freight(origin.measure.mm3, origin.measure.grams)
            if each is not None:
                freight[a, b] = each * step
    if not np.isfinite(freight).any():
        return []
    value = np.stack([convex_below(_held(choice, step, most)) for choice in choices])
    out: list[Choice] = []
    for move in transfers(np.array([line.available for line in lines]), step, freight, value):
        origin, target = lines[move.origin], lines[move.target]
        way = way_between(inputs, origin, target)
        if way is None or move.saving < LEAST_SAVING * inputs.order_line:
            continue
        batch = _batch(choices[move.target], way, origin)
        units = np.array([move.units], dtype=np.int64)
        nothing = choices[move.target].cost
        out.append(
            Choice(
                choices[move.target].row, "move", batch, 0, units, units, nothing - move.saving, nothing,
                nothing - move.saving, [], origin.place,
            )
        )  # fmt: skip
    return out


def _held(choice: Choice, step: int, most: int) -> Floats:
    """Expected cost in money of a place that holds 0, 1, 2 … steps today, with today's order [most + 1]."""
    from entrepot.engines.replenish.priced_orders import order_costs

    batch = choice.batch
    if batch.plan is None:
        raise ValueError("the batch is not solved")
    rows = np.full(most + 1, choice.at, dtype=np.int64)
    there = batch.standing.take(rows)
    on_hand = np.arange(most + 1, dtype=np.int64) * step
    old = None if there.old is None else np.minimum(there.old, on_hand[:, None, None])
    orders = np.repeat(choice.units[None, None], most + 1, axis=0)
    return order_costs(
        orders, batch.plan.policy[rows], replace(there, on_hand=on_hand, old=old), batch.lanes, batch.costs.take(rows),
        seed=SEED, late=batch.late,
    )[:, 0]  # fmt: skip


def _batch(choice: Choice, way: Way, origin: Line) -> Batch:
    """The target with the truck as its only way, solved: what its line is shown and tried with."""
    from entrepot.engines.replenish.rolling import Lane
    from entrepot.workflows.plan_sources import in_weeks

    at, found = np.array([choice.at]), choice.batch
    standing, costs = found.standing.take(at), found.costs.take(at)
    each = way.freight(origin.measure.mm3, origin.measure.grams) or 0.0
    due = standing.due.copy()
    for mode, units in enumerate(choice.units):
        due[0, min(found.lanes[mode].nominal - 1, HORIZON - 1)] += int(units)
    standing = replace(standing, due=due, transit=np.zeros((1, 1, 1), np.int64), least=standing.carton)
    batch = Batch(
        found.rows[at], (way,), (Lane(way.mode, *in_weeks((), way.days)),), standing,
        replace(costs, freight=np.array([[each]])), None, found.price,
    )  # fmt: skip
    batch.solve()
    return batch
