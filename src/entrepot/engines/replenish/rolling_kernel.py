"""The loops of :mod:`~entrepot.engines.replenish.rolling`: one SKU on its demand paths, all costs charged."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

from entrepot.engines.compiled import compiled

PRIOR_WEEKS = 8.0
"""Weeks of the forecast that a path's own weeks are weighed against when the policy looks at the rate of sale."""

NO_ORDER = -1

FEW, FINALISTS = 8, 4
"""Paths that all starts are tried on, and how many of them on all paths."""

FIRST_STEP, LAST_STEP = 0.3, 0.03
"""Steps of the search: in levels, and as a share of the cycle weeks."""


@compiled
def in_cartons(units: float, carton: int, least: int) -> int:
    """``units`` rounded up to whole cartons, at least the minimum order; 0 stays 0."""
    if units <= 0:
        return 0
    return max(ceil(units / carton - 1e-9) * carton, least)


@compiled
def path_cost(  # noqa: PLR0917 - a kernel is called with its arrays in order
    theta: Any, first: Any, on_hand: int, old: Any, demand: Any, coming: Any, expected: Any, outlook: Any, lead: Any,
    late: Any, nominal: Any, cost: Any, freight: Any, carton: int, least: int, placed: Any, plan: Any, chosen: Any, tally: Any,
) -> float:  # fmt: skip
    """Mean cost over the paths of policy ``theta``, with today's order ``first`` [modes] (−1: as the policy says).

    ``old`` [3, weeks]: units of today's stock beyond the two ages and the shelf life then, were none sold; ``demand`` and
    ``coming`` [paths, weeks]; ``expected`` arrivals [weeks]; ``outlook`` cumulated mean demand [weeks + 1]; ``lead`` [paths,
    weeks, modes]; ``late`` [weeks + 1, modes] known delay of an order of that week; ``nominal`` [modes] lead times that the
    policy reckons with; ``cost``: lost margin, storage and its two steps' extra factors and ages, capital a week and money
    unit, landed cost, order line, share written off, disposal, excess weeks, shelf life in weeks (0 = keeps).
    ``chosen`` [modes] gets today's order, ``tally`` the units met and asked for a path.
    """
    margin, storage, more1, more2 = cost[0], cost[1], cost[2], cost[3]
    age1, age2, capital, landed, line = int(cost[4]), int(cost[5]), cost[6], cost[7], cost[8]
    written_off, disposal, excess_weeks, shelf = cost[9], cost[10], cost[11], int(cost[12])
    paths, weeks = demand.shape
    modes = freight.shape[0]
    slow = modes - 1
    total = 0.0
    tally[:] = 0.0
    end = outlook.shape[0] - 1
    prior = PRIOR_WEEKS * outlook[min(13, end)] / 13
    arrived = plan.copy()
    for k in range(paths):
        stock, sold_sum, seen, thought = on_hand, 0, 0.0, 0.0
        moving_value, moving, came_sum = 0.0, 0, 0
        base_moving = 0
        for h in range(weeks):
            base_moving += coming[k, h]
        for h in range(plan.shape[0]):
            plan[h] = expected[h] if h < weeks else 0.0
            for m in range(modes):
                placed[h, m] = 0
        for h in range(weeks):
            ratio = (prior + seen) / (prior + thought) if prior + thought > 0 else 1.0
            for m in range(modes):
                units = 0
                if h == 0 and first[m] >= 0:
                    units = first[m]
                elif theta[m] > 0:
                    here = float(stock)
                    if m == slow:
                        here += moving + base_moving
                    else:
                        for j in range(h, min(h + nominal[m] + late[h, m], weeks)):
                            here += plan[j]
                    # The next order that could help arrives one review later, or after a closure.
                    until = min(h + 1 + nominal[m] + late[h + 1, m], end)
                    level = theta[m] * ratio * (outlook[until] - outlook[h])
                    if here < level:
                        after = min(h + 13, end)
                        rate = ratio * max(outlook[after] - outlook[h], 1e-9) / max(after - h, 1)
                        room = theta[modes] if m == slow else min(theta[modes], max(nominal[m + 1] - nominal[m], 0))
                        units = in_cartons(level + room * rate - here, carton, least)
                if h == 0:
                    chosen[m] = units
                if units > 0:
                    total += units * freight[m] + line
                    at = min(h + lead[k, h, m] + late[h, m] - 1, placed.shape[0] - 1)
                    placed[at, m] += units
                    plan[min(h + nominal[m] + late[h, m] - 1, plan.shape[0] - 1)] += units
                    moving += units
                    moving_value += units * (landed + freight[m])
            came = coming[k, h]
            base_moving -= came
            for m in range(modes):
                if placed[h, m] > 0:
                    came += placed[h, m]
                    moving -= placed[h, m]
                    moving_value -= placed[h, m] * (landed + freight[m])
            stock += came
            came_sum += came
            arrived[h] = came_sum
            asked = demand[k, h]
            sold = min(asked, stock)
            stock -= sold
            sold_sum += sold
            tally[0] += sold
            tally[1] += asked
            total += (asked - sold) * margin
            aged1, aged2 = old[0, h], old[1, h]
            if h >= age1:
                aged1 = on_hand + arrived[h - age1]
            if h >= age2:
                aged2 = on_hand + arrived[h - age2]
            if shelf > 0:
                spoilt = (old[2, h] if h < shelf else on_hand + arrived[h - shelf]) - sold_sum
                if spoilt > 0:
                    gone = min(int(spoilt), stock)
                    stock -= gone
                    sold_sum += gone
                    total += gone * (landed + freight[slow] + disposal)
            total += storage * (stock + more1 * max(aged1 - sold_sum, 0.0) + more2 * max(aged2 - sold_sum, 0.0))
            total += capital * (
                stock * (landed + freight[slow]) + moving_value + base_moving * (landed + freight[slow])
            )
            seen += asked
            thought += outlook[h + 1] - outlook[h]
        # What is left is worth its freight, waits to be sold at the path's late pace, and is cleared beyond the limit.
        ending = 0.0
        span = min(13, weeks)
        for h in range(weeks - span, weeks):
            ending += demand[k, h]
        ending /= span
        left = stock + moving + base_moving
        for h in range(weeks, placed.shape[0]):
            for m in range(modes):
                total -= placed[h, m] * freight[m]
        total -= (stock + base_moving) * freight[slow]
        kept = min(float(left), excess_weeks * ending)
        if ending > 0:
            total += (storage + capital * (landed + freight[slow])) * kept * kept / (2 * ending)
        total += (left - kept) * (
            written_off * (landed + freight[slow]) + disposal + (storage + capital * landed) * excess_weeks / 2
        )
    tally[0] /= paths
    tally[1] /= paths
    return total / paths


@compiled
def best_start(  # noqa: PLR0917 - a kernel is called with its arrays in order
    theta: Any, starts: Any, free: Any, on_hand: int, old: Any, demand: Any, coming: Any, expected: Any, outlook: Any, lead: Any,
    late: Any, nominal: Any, cost: Any, freight: Any, carton: int, least: int, placed: Any, plan: Any, chosen: Any, tally: Any,
) -> float:  # fmt: skip
    """Put the cheapest of ``theta`` and ``starts`` [starts, modes + 1] into ``theta``; its cost is returned.

    All are tried on the first :data:`FEW` paths, the best :data:`FINALISTS` of them on all.
    """
    best = path_cost(
        theta, free, on_hand, old, demand, coming, expected, outlook, lead, late, nominal, cost, freight, carton, least, placed,
        plan, chosen, tally,
    )  # fmt: skip
    few = min(FEW, demand.shape[0])
    tried = np.empty(starts.shape[0])
    for at in range(starts.shape[0]):
        tried[at] = path_cost(
            starts[at], free, on_hand, old, demand[:few], coming[:few], expected, outlook, lead[:few], late, nominal, cost,
            freight, carton, least, placed, plan, chosen, tally,
        )  # fmt: skip
    order = np.argsort(tried)
    for place in range(min(FINALISTS, starts.shape[0])):
        at = order[place]
        now = path_cost(
            starts[at], free, on_hand, old, demand, coming, expected, outlook, lead, late, nominal, cost, freight, carton, least,
            placed, plan, chosen, tally,
        )  # fmt: skip
        if now < best - 1e-9:
            best = now
            theta[:] = starts[at]
    return best


@compiled
def tune_and_choose(  # noqa: PLR0917 - a kernel is called with its arrays in order
    theta: Any, starts: Any, on_hand: int, old: Any, demand: Any, coming: Any, expected: Any, outlook: Any, lead: Any, late: Any,
    nominal: Any, cost: Any, freight: Any, carton: int, least: int, rounds: int, chosen: Any, figures: Any,
) -> None:  # fmt: skip
    """Improve ``theta`` from where it is or from the best of ``starts``, in ``rounds``; ``chosen`` [modes] is its order of
    today, or none if that is cheaper.

    ``figures``: expected cost of the choice, of ordering nothing today, units met and asked for.
    """
    modes = freight.shape[0]
    longest = 0
    for m in range(modes):
        for h in range(late.shape[0]):
            longest = max(longest, nominal[m] + late[h, m])
    size = demand.shape[1] + 2 * longest + 4
    placed = np.zeros((size, modes), np.int64)
    plan, tally = np.zeros(size), np.zeros(2)
    free = np.full(modes, NO_ORDER)
    trial = theta.copy()
    best = best_start(
        theta, starts, free, on_hand, old, demand, coming, expected, outlook, lead, late, nominal, cost, freight, carton, least,
        placed, plan, chosen, tally,
    )  # fmt: skip
    step, done = FIRST_STEP, 0
    while done < rounds and step > LAST_STEP:
        done += 1
        better = False
        for p in range(modes, -1, -1):
            # Up, down, and a mode not at all.
            for move in range(3 if p < modes else 2):
                trial[:] = theta
                sign = 1.0 if move == 0 else -1.0
                if p == modes:
                    trial[p] = max(theta[p] * (1 + sign * step), 0.5)
                elif move == 2:
                    trial[p] = 0.0 if theta[p] > step else theta[p]
                else:
                    trial[p] = max(theta[p] + sign * step, 0.0)
                if trial[p] == theta[p]:
                    continue
                now = path_cost(
                    trial, free, on_hand, old, demand, coming, expected, outlook, lead, late, nominal, cost, freight, carton,
                    least, placed, plan, chosen, tally,
                )  # fmt: skip
                if now < best - 1e-9:
                    best, better = now, True
                    theta[:] = trial
                    break
        if not better:
            step *= 0.5
    best = path_cost(
        theta, free, on_hand, old, demand, coming, expected, outlook, lead, late, nominal, cost, freight, carton, least, placed,
        plan, chosen, tally,
    )  # fmt: skip
    figures[2], figures[3] = tally[0], tally[1]
    said = chosen.copy()
    picked, today = said, np.zeros(modes, np.int64)
    figures[1] = path_cost(
        theta, today, on_hand, old, demand, coming, expected, outlook, lead, late, nominal, cost, freight, carton, least, placed,
        plan, chosen, tally,
    )  # fmt: skip
    if figures[1] < best:
        best, picked = figures[1], today
        figures[2], figures[3] = tally[0], tally[1]
    figures[0] = best
    chosen[:] = picked


@compiled
def plan_rows(  # noqa: PLR0917 - a kernel is called with its arrays in order
    theta: Any, starts: Any, on_hand: Any, old: Any, demand: Any, coming: Any, lead: Any, late: Any, nominal: Any, cost: Any,
    freight: Any, carton: Any, least: Any, rounds: int, chosen: Any, figures: Any,
) -> None:  # fmt: skip
    """All rows; ``coming`` [rows, paths, weeks]."""
    rows, paths, weeks = demand.shape
    for row in range(rows):
        outlook, expected = np.zeros(weeks + 1), np.zeros(weeks)
        for h in range(weeks):
            asked, came = 0.0, 0.0
            for k in range(paths):
                asked += demand[row, k, h]
                came += coming[row, k, h]
            outlook[h + 1] = outlook[h] + asked / paths
            expected[h] = came / paths
        tune_and_choose(
            theta[row], starts, on_hand[row], old[row], demand[row], coming[row], expected, outlook, lead, late, nominal,
            cost[row], freight[row], carton[row], least[row], rounds, chosen[row], figures[row],
        )  # fmt: skip


@compiled
def price_rows(  # noqa: PLR0917 - a kernel is called with its arrays in order
    theta: Any, orders: Any, on_hand: Any, old: Any, demand: Any, coming: Any, lead: Any, late: Any, nominal: Any,
    cost: Any, freight: Any, carton: Any, least: Any, out: Any,
) -> None:  # fmt: skip
    """Expected cost ``out`` [rows, options] of each of today's ``orders`` [rows, options, modes] under policy ``theta``."""
    rows, paths, weeks = demand.shape
    modes = freight.shape[1]
    longest = 0
    for m in range(modes):
        for h in range(late.shape[0]):
            longest = max(longest, nominal[m] + late[h, m])
    size = weeks + 2 * longest + 4
    placed, plan = np.zeros((size, modes), np.int64), np.zeros(size)
    chosen, tally = np.zeros(modes, np.int64), np.zeros(2)
    for row in range(rows):
        outlook, expected = np.zeros(weeks + 1), np.zeros(weeks)
        for h in range(weeks):
            asked, came = 0.0, 0.0
            for k in range(paths):
                asked += demand[row, k, h]
                came += coming[row, k, h]
            outlook[h + 1] = outlook[h] + asked / paths
            expected[h] = came / paths
        for option in range(orders.shape[1]):
            out[row, option] = path_cost(
                theta[row], orders[row, option], on_hand[row], old[row], demand[row], coming[row], expected, outlook, lead,
                late, nominal, cost[row], freight[row], carton[row], least[row], placed, plan, chosen, tally,
            )  # fmt: skip
