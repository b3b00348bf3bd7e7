"""Lost sales, one mode: the capped projected-inventory level, simulated and tuned.

An order is what the stock expected at its arrival lacks to a level, damped and capped. The projection goes period by
period through G(x) = E(x − D)⁺ at the expected stock (linear between whole stocks): it leaves a little out, which the
tuned level takes up. Source: van Jaarsveld & Arts (2024), doi 10.1287/opre.2021.0032, for the projected level; Xin
(2021), doi 10.1287/opre.2020.2019, for the cap; the damping is ours: a lost sale repairs a shortage by itself, so less
than the whole gap should be ordered.
"""

from __future__ import annotations

from math import floor
from typing import Any

from entrepot.engines.compiled import compiled
from entrepot.engines.replenish.multi_index import RING, draw, loss_table

WARM = 200


@compiled
def projected(stock: int, inc: Any, head: int, lead: int, rest: Any) -> float:
    """Expected stock when an order of now arrives: ``rest`` tables E(x − D)⁺, ``inc`` the arrivals by period."""
    last = rest.shape[0] - 2
    expected = float(stock)
    for k in range(1, lead + 1):
        if expected > last:
            expected = float(last)
        low = int(expected)
        part = expected - low
        expected = rest[low] * (1 - part) + rest[low + 1] * part
        if k < lead:
            expected += inc[(head + k) & (RING - 1)]
    return expected


@compiled
def simulate_lost(
    demand: Any, rest: Any, cost: Any, level: float, cap: int, response: float, lead: int, inc: Any
) -> float:
    """Mean cost a period; ``cost`` tables h·E(x − D)⁺ + p·E(D − x)⁺ by the stock x at hand."""
    periods, top = demand.shape[0], cost.shape[0] - 1
    mask = RING - 1
    for i in range(RING):
        inc[i] = 0
    stock, head, total = int(level), 0, 0.0
    for t in range(-WARM, periods):
        at = t if t >= 0 else (periods + t) % periods
        units = 0
        lacking = level - projected(stock, inc, head, lead, rest)
        if lacking > 0:
            units = min(floor(response * lacking + 0.5), cap)
        if lead == 0:
            stock += units
        else:
            inc[(head + lead) & mask] = units
        if t >= 0:
            total += cost[stock if stock < top else top]
        stock = stock - demand[at] if stock > demand[at] else 0
        head = (head + 1) & mask
        stock += inc[head]
        inc[head] = 0
    return total / periods


@compiled
def tune_lost(
    pmf: Any, lead: int, holding: float, shortage: float, ranks: Any, fresh: Any, evaluations: int
) -> tuple[float, float, float, float, int]:
    """Level, cap, response, cost on fresh draws, evaluations made; in steps of demand."""
    width = pmf.shape[0]
    size = (lead + 4) * width + 64
    over, rest, cost = pmf[:1].repeat(size), pmf[:1].repeat(size), pmf[:1].repeat(size)
    mean = loss_table(pmf, over)
    spread = 0.0
    for d in range(width):
        spread += pmf[d] * (d - mean) ** 2
    for x in range(size):
        rest[x] = x - mean + over[x]
        cost[x] = holding * rest[x] + shortage * over[x]
    sd = spread**0.5
    demand = ranks[0].copy()
    draw(pmf, ranks[0], demand)
    inc = ranks[0][:1].repeat(RING)
    tried = pmf[:1].repeat(evaluations * 3).reshape(evaluations, 3)
    level, cap, tenths = float(round(mean + 1.3 * sd)), int(mean * 1.5) + 1, 8
    best = simulate_lost(demand, rest, cost, level, cap, tenths / 10, lead, inc)
    tried[0, 0], tried[0, 1], tried[0, 2] = level, cap, tenths
    made, step = 1, float(max(1, int(sd)))
    while made < evaluations:
        better = False
        for move in range(14):
            up, wide, soft = level, cap, tenths
            whole = max(1, int(step))
            if move < 2:
                up += step if move == 0 else -step
            elif move < 4:
                wide += whole if move == 2 else -whole
            elif move < 6:
                soft += 1 if move == 4 else -1
            elif move < 10:
                up += step if move % 2 == 0 else -step
                wide += whole if move < 8 else -whole
            else:
                up += step if move % 2 == 0 else -step
                soft += 1 if move < 12 else -1
            wide, soft, up = max(wide, 1), min(max(soft, 3), 10), max(up, 0.0)
            known = False
            for k in range(made):
                if tried[k, 0] == up and tried[k, 1] == wide and tried[k, 2] == soft:
                    known = True
                    break
            if known:
                continue
            now = simulate_lost(demand, rest, cost, up, wide, soft / 10, lead, inc)
            tried[made, 0], tried[made, 1], tried[made, 2] = up, wide, soft
            made += 1
            if now < best - 1e-12:
                best, level, cap, tenths, better = now, up, wide, soft, True
                break
            if made >= evaluations:
                break
        if not better:
            if step <= 0.25:
                break
            step /= 2
    demand = fresh[0].copy()
    draw(pmf, fresh[0], demand)
    judged = simulate_lost(demand, rest, cost, level, cap, tenths / 10, lead, inc)
    return level, float(cap), tenths / 10, judged, made
