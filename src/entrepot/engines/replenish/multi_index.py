"""Waiting customers: the capped multi-index policy, simulated and tuned.

Two exact reductions make a short simulation tell much. (1) *Shift*: raise all levels by one unit and every stock is one
unit higher while every order stays, so the search needs only the differences between levels and the cap; the lowest
level follows from the simulated stocks as a newsvendor. (2) *Conditioning*: what the faster modes will order, and what
a stock will cost, are charged as expectations over the demand to come, which a table of E(D − u)⁺ gives, not over the
one demand that happened to be drawn. Source of (1): Veeraraghavan & Scheller-Wolf (2008), Operations Research 56(4).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from entrepot.engines.compiled import compiled

WARM = 64
FINE = 2
"""Steps of the search up to which all periods are simulated."""

STARTS = (
    (0.0, 0.0, 0.3),
    (-1.3, 2.4, 1.3),
    (0.9, 2.4, 1.3),
    (-1.3, 1.2, 0.6),
    (-2.5, 5.0, 3.0),
    (-2.5, 9.0, 6.0),
)
"""Where the search begins: the gaps of modes 1 and 2 above mean lead-time demand and the cap above mean demand, in
deviations of that demand; the last ones hardly use a fast mode, and the first two do for small demands."""

NEVER = 1e9
"""Level below which no stock falls, and cap that no order reaches."""

RING = 64
"""Longest lead time and delay together, periods."""


@compiled
def simulate(  # noqa: PLR0917 - a kernel is called with its arrays in order
    demand: Any, late: Any, over: Any, mean: float, gap1: int, gap2: int, cap: int, lead1: int, lead2: int, modes: int,
    hist: Any, inc: Any, plan: Any, out: Any,
) -> None:  # fmt: skip
    """Fill ``hist`` with stocks above the lowest level, after ordering; ``out``: units a period by mode 0 and mode 1.

    ``demand`` [periods] in steps, ``late`` [2, periods] delays of modes 1 and 2, ``over`` table of E(D − u)⁺ with D one
    period's demand, ``gap1``, ``gap2`` levels above the lowest, leads beyond the fastest's.
    """
    periods = demand.shape[0]
    for i in range(hist.shape[0]):
        hist[i] = 0
    for i in range(RING):
        inc[i] = 0
        plan[i] = 0
    table, top = over.shape[0], hist.shape[0] - 1
    mask = RING - 1
    stock, coming, overdue, soon, head = 0, 0, 0, 0, 0
    sum0, sum1 = 0.0, 0.0
    for t in range(-WARM, periods):
        at = t if t >= 0 else periods + t
        stock = max(stock, 0)  # mode 0 fills up to the lowest level
        if t >= 0:
            hist[stock if stock < top else top] += 1
        middle = 0
        if modes == 3:
            middle = gap1 - stock - soon
            middle = max(middle, 0)
        if modes >= 2:
            slow = gap2 - stock - coming - middle
            slow = max(slow, 0)
            slow = min(slow, cap)
            if middle > 0:
                inc[(head + lead1 + late[0, at]) & mask] += middle
                plan[(head + lead1) & mask] += middle
            inc[(head + lead2 + late[1, at]) & mask] += slow
            plan[(head + lead2) & mask] += slow
            coming += middle + slow
        head = (head + 1) & mask
        arrived = inc[head]
        inc[head] = 0
        overdue += plan[head] - arrived
        plan[head] = 0
        coming -= arrived
        full = stock + arrived
        if modes == 3:
            soon = overdue
            for k in range(1, lead1 + 1):
                soon += plan[(head + k) & mask]
        if t >= 0:
            short = over[full] if full < table else 0.0
            sum0 += short
            if modes == 3 and gap1 - soon > 0:
                under = full - (gap1 - soon)
                upper = mean - under if under < 0 else (over[under] if under < table else 0.0)
                sum1 += upper - short
        stock = full - demand[at]
    out[0] = sum0 / periods
    out[1] = sum1 / periods


@compiled
def expected(stock: int, over: Any, mean: float, holding: float, shortage: float) -> float:
    """h·E(stock − D)⁺ + b·E(D − stock)⁺ from the table of E(D − u)⁺."""
    if stock < 0:
        short = mean - stock
    elif stock < over.shape[0]:
        short = over[stock]
    else:
        short = 0.0
    return holding * (stock - mean) + (holding + shortage) * short


@compiled
def level_cost(
    hist: Any, low: int, high: int, level: int, over: Any, mean: float, holding: float, shortage: float
) -> float:
    """Mean cost of holding and shortage with the lowest level at ``level``; stocks lie in ``low`` … ``high`` above it."""
    total, count = 0.0, 0
    for above in range(low, high + 1):
        if hist[above] > 0:
            total += hist[above] * expected(level + above, over, mean, holding, shortage)
            count += hist[above]
    return total / count


@compiled
def best_level(hist: Any, start: int, over: Any, mean: float, holding: float, shortage: float) -> tuple[int, float]:
    """Lowest level that costs least: the cost is convex in it, so doubling steps, then single ones, find it."""
    low, high = 0, hist.shape[0] - 1
    while hist[low] == 0:
        low += 1
    while hist[high] == 0:
        high -= 1
    best, cost = start, level_cost(hist, low, high, start, over, mean, holding, shortage)
    step, side = 1, 0
    while True:
        moved = False
        for turn in range(2):
            way = side if turn == 0 and side != 0 else (1 if turn == 0 else (-side if side != 0 else -1))
            now = level_cost(hist, low, high, best + way * step, over, mean, holding, shortage)
            if now < cost:
                best, cost, side, moved = best + way * step, now, way, True
                break
        if moved:
            step *= 2
        elif step == 1:
            return best, cost
        else:
            step = step // 2 if step < 8 else step // 4


@compiled
def loss_table(pmf: Any, over: Any) -> float:
    """Fill ``over`` with E(D − u)⁺ for u = 0, 1, …; the mean is returned."""
    mean, above = 0.0, 0.0
    for d in range(pmf.shape[0]):
        mean += d * pmf[d]
        above += pmf[d]
    short = mean
    for u in range(over.shape[0]):
        over[u] = short if short > 1e-12 else 0.0
        if u < pmf.shape[0]:
            above -= pmf[u]
            short -= above
        else:
            short = 0.0
    # Σ_{d>u} (d − u)p: going from u to u + 1 takes P(D > u) away, and above holds P(D > u) after its own step.
    return mean


@compiled
def convolved(pmf: Any, times: int, out: Any, work: Any) -> None:
    """``out`` = distribution of the sum of ``times`` independent demands; both buffers are long enough."""
    width = pmf.shape[0]
    for i in range(out.shape[0]):
        out[i] = 0.0
    out[0] = 1.0
    reach = 1
    for _ in range(times):
        for i in range(reach + width - 1):
            work[i] = 0.0
        for i in range(reach):
            if out[i] > 0.0:
                for d in range(width):
                    work[i + d] += out[i] * pmf[d]
        reach += width - 1
        for i in range(reach):
            out[i] = work[i]


@compiled
def draw(weights: Any, ranks: Any, out: Any) -> None:
    """Stratified draws: as many of each value as its probability says, in the order of the permutation ``ranks``."""
    count = ranks.shape[0]
    value, below = 0, weights[0]
    last = weights.shape[0] - 1
    by_rank = out.copy()
    for k in range(count):
        share = (k + 0.5) / count
        while value < last and below < share:
            value += 1
            below += weights[value]
        by_rank[k] = value
    for t in range(count):
        out[t] = by_rank[ranks[t]]


@compiled
def slow_alone(pmf: Any, lead: int, delays: Any, start: int, holding: float, shortage: float) -> tuple[int, float]:
    """Base-stock level and exact cost of the slowest mode by itself."""
    width, reach = pmf.shape[0], delays.shape[0]
    slots = (lead + reach) * (width - 1) + 1
    risk, part, work = _zeros(pmf, slots), _zeros(pmf, slots), _zeros(pmf, slots + width)
    for k in range(reach):
        if delays[k] > 0:
            convolved(pmf, lead + k + 1, part, work)
            for i in range(slots):
                risk[i] += delays[k] * part[i]
    over = _zeros(pmf, slots + 1)
    mean = loss_table(risk, over)
    full = np.ones(1, np.int64)
    return best_level(full, start, over, mean, holding, shortage)


@compiled
def tune_one(
    pmf: Any, leads: Any, premium: Any, holding: float, shortage: float, delays: Any, ranks: Any, fresh: Any,
    evaluations: int, level: Any, share: Any,
) -> tuple[float, float, int]:  # fmt: skip
    """Tune one problem: fills ``level`` and ``share`` [modes]; returns cap (0 = none), cost on fresh draws, evaluations.

    ``ranks`` and ``fresh`` [3, periods] are permutations for demand and the delays of modes 1 and 2.
    """
    modes, width = leads.shape[0], pmf.shape[0]
    first = leads[0]
    lead1 = leads[1] - first if modes == 3 else 1
    lead2 = leads[modes - 1] - first if modes >= 2 else 1
    # Demand that the fastest order has to last for: its lead time, its delay and one period.
    reach = delays.shape[1]
    whole = pmf.copy()
    slots = (first + reach) * (width - 1) + 1
    risk, part, work = _zeros(pmf, slots), _zeros(pmf, slots), _zeros(pmf, slots + width)
    for k in range(reach):
        if delays[0, k] > 0:
            convolved(whole, first + k + 1, part, work)
            for i in range(slots):
                risk[i] += delays[0, k] * part[i]
    over, over_risk = _zeros(pmf, width + 1), _zeros(pmf, slots + 1)
    mean, mean_risk = loss_table(pmf, over), loss_table(risk, over_risk)
    spread = 0.0
    for d in range(width):
        spread += pmf[d] * (d - mean) ** 2
    sd = spread**0.5
    size = int((lead2 + reach + 4) * mean + 8 * sd * (lead2 + reach) ** 0.5) + 4 * width + 64
    hist = ranks[0][:1].repeat(size)
    inc, plan = ranks[0][:1].repeat(RING), ranks[0][:1].repeat(RING)
    demand, late = ranks[0].copy(), ranks[1:].copy()
    out = pmf[:1].repeat(2)
    draw(pmf, ranks[0], demand)
    late[:] = 0
    if modes == 3:
        draw(delays[1], ranks[1], late[0])
    if modes >= 2:
        draw(delays[modes - 1], ranks[2], late[1])
    tried = ranks[0][:1].repeat(evaluations * 3).reshape(evaluations, 3)
    point, trial, steps = ranks[0][:1].repeat(3), ranks[0][:1].repeat(3), ranks[0][:1].repeat(3)
    low, cost, made, since = round(mean_risk + sd), np.inf, 0, 0
    wide1, wide2 = sd * lead1**0.5, sd * lead2**0.5
    reach_now = 1.0
    # Long steps are judged on a quarter of the periods.
    coarse = modes >= 2 and max(wide1 if modes == 3 else 0.0, wide2) * reach_now > FINE
    span = ranks.shape[1] // 4 if coarse else ranks.shape[1]
    for start in range(len(STARTS) if coarse else 2):
        trial[0] = max(0, round(lead1 * mean + STARTS[start][0] * wide1))
        trial[1] = max(0, round(lead2 * mean + STARTS[start][1] * wide2))
        trial[2] = max(1, round(mean + STARTS[start][2] * sd))
        simulate(
            demand[:span], late[:, :span], over, mean, trial[0], trial[1], trial[2], lead1, lead2, modes, hist, inc, plan,
            out,
        )  # fmt: skip
        found, now = best_level(hist, low, over_risk, mean_risk, holding, shortage)
        now += premium[0] * out[0] if modes >= 2 else 0.0
        now += premium[1] * out[1] if modes == 3 else 0.0
        tried[made] = trial
        made += 1
        if now < cost:
            cost, low = now, found
            point[:] = trial
        if modes == 1:
            break
    again = -1
    while modes >= 2 and made < evaluations:
        steps[0] = max(1, round(wide1 * reach_now))
        steps[1] = max(1, round(wide2 * reach_now))
        steps[2] = max(1, round(0.6 * sd * reach_now))
        better = False
        for turn in range(19):
            # Once more what helped last; then six single moves; then pairs (0, 1), (0, 2), (1, 2) with all signs.
            move = again if turn == 0 else turn - 1
            if move < 0 or (turn > 0 and move == again):
                continue
            for k in range(3):
                trial[k] = point[k]
            if move < 6:
                if modes == 2 and move < 2:
                    continue
                trial[move // 2] += steps[move // 2] if move % 2 == 0 else -steps[move // 2]
            else:
                pair = (move - 6) // 4
                if modes == 2 and pair < 2:
                    continue
                a, b = (0, 1) if pair == 0 else ((0, 2) if pair == 1 else (1, 2))
                trial[a] += steps[a] if move % 2 == 0 else -steps[a]
                trial[b] += steps[b] if (move // 2) % 2 == 0 else -steps[b]
            trial[0] = max(trial[0], 0)
            trial[1] = max(trial[1], 0)
            trial[2] = max(trial[2], 1)
            known = False
            for k in range(since, made):
                if tried[k, 0] == trial[0] and tried[k, 1] == trial[1] and tried[k, 2] == trial[2]:
                    known = True
                    break
            if known:
                continue
            simulate(
                demand[:span], late[:, :span], over, mean, trial[0], trial[1], trial[2], lead1, lead2, modes, hist, inc,
                plan, out,
            )  # fmt: skip
            found, now = best_level(hist, low, over_risk, mean_risk, holding, shortage)
            now += premium[0] * out[0]
            now += premium[1] * out[1] if modes == 3 else 0.0
            tried[made] = trial
            made += 1
            if now < cost - 1e-12:
                cost, low, better, again = now, found, True, move
                point[:] = trial
                break
            if made >= evaluations:
                break
        if not better:
            again = -1
            if steps[0] == 1 and steps[1] == 1 and steps[2] == 1:
                break
            reach_now /= 2
            if coarse and max(wide1 if modes == 3 else 0.0, wide2) * reach_now <= FINE and made < evaluations:
                coarse, span, since = False, ranks.shape[1], made
                simulate(
                    demand, late, over, mean, point[0], point[1], point[2], lead1, lead2, modes, hist, inc, plan, out
                )
                low, cost = best_level(hist, low, over_risk, mean_risk, holding, shortage)
                cost += premium[0] * out[0]
                cost += premium[1] * out[1] if modes == 3 else 0.0
                tried[made] = point
                made += 1
    # Judge the winner on draws that it was not chosen on.
    demand, late = fresh[0].copy(), fresh[1:].copy()
    draw(pmf, fresh[0], demand)
    late[:] = 0
    if modes == 3:
        draw(delays[1], fresh[1], late[0])
    if modes >= 2:
        draw(delays[modes - 1], fresh[2], late[1])
    simulate(demand, late, over, mean, point[0], point[1], point[2], lead1, lead2, modes, hist, inc, plan, out)
    judged = level_cost(hist, 0, size - 1, low, over_risk, mean_risk, holding, shortage)
    for m in range(modes):
        share[m] = 0.0
    level[0] = low
    if modes == 1:
        share[0] = 1.0
        return 0.0, judged, made
    judged += premium[0] * out[0] + (premium[1] * out[1] if modes == 3 else 0.0)
    alone, slow_cost = slow_alone(pmf, leads[modes - 1], delays[modes - 1], low + point[1], holding, shortage)
    if slow_cost <= judged:
        for m in range(modes):
            level[m] = -NEVER
        level[modes - 1], share[modes - 1] = alone, 1.0
        return NEVER, slow_cost, made
    share[0] = out[0] / mean if mean > 0 else 0.0
    if modes == 3:
        level[1] = low + point[0]
        share[1] = out[1] / mean if mean > 0 else 0.0
    level[modes - 1] = low + point[1]
    share[modes - 1] = 1.0
    for m in range(modes - 1):
        share[modes - 1] -= share[m]
    return float(point[2]), judged, made


@compiled
def _zeros(like: Any, size: int) -> Any:
    out = like[:1].repeat(size)
    out[:] = 0.0
    return out
