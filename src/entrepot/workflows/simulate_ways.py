"""Ways of ordering for the twin: Entrepot's policy at its tuned levels, the spreadsheet's rule, days of cover, own rules.

Each sees only what a seller sees by then. Entrepot's policy keeps the levels tuned today and corrects the forecast by the weeks
it has seen, as the plan does in its own simulation; the real plan tunes them anew every week, so here it is slightly worse.
"""

from __future__ import annotations

import numpy as np

from entrepot.engines.replenish.rolling_kernel import PRIOR_WEEKS
from entrepot.engines.twin import rules
from entrepot.engines.twin.model import Now, Policy
from entrepot.workflows.simulate_books import Floats, Ints, SellerBooks
from entrepot.workflows.simulate_rules import OwnRules, rule_columns
from entrepot.workflows.simulate_slabs import AFTER, Slab
from entrepot.workflows.simulate_wish import COVER, OWN, SHEET, Way

SHEET_COVER = 4.0
"""Weeks that the spreadsheet's rule orders at once."""


def policy_of(way: Way, slab: Slab, books: SellerBooks, own: OwnRules | None) -> Policy:
    """The way of ordering for the rows of a slab."""
    slowest = slab.operation.modes[-1].mean
    if way.kind == SHEET:
        return _history_rule(slab, _sheet(slowest, way.value))
    if way.kind == COVER:
        return _history_rule(slab, rules.days_of_cover(slowest, way.value / 7))
    if way.kind == OWN and own is not None:
        return own_rules(slab, books, own)
    return tuned_levels(slab)


def _history_rule(slab: Slab, levels: object) -> Policy:
    def history(week: int) -> Floats:
        return _seen(slab, week)

    return rules.up_to(slab.operation.goods, len(slab.lanes), history, levels)  # type: ignore[arg-type]


def _seen(slab: Slab, week: int) -> Floats:
    """Demand of the eight weeks before the first and up to ``week``, the newest eight of them at least."""
    now = slab.demand[:, max(0, week - 7) : week + 1].astype(np.float64)
    return np.concatenate([slab.before, now], axis=1)


def _sheet(lead: float, z: float) -> object:
    """Below the 8-week average over the lead time and z·σ·√L, four weeks more."""

    def levels(history: Floats) -> tuple[Floats, Floats]:
        pace, spread = rules.average(history, 8), history[:, -8:].std(axis=1, ddof=1)
        low = pace * (lead + 1) + z * spread * np.sqrt(lead + 1)
        return low, low + SHEET_COVER * pace

    return levels


def tuned_levels(slab: Slab) -> Policy:
    """The capped multi-index policy: by each mode, up to its level times the demand until one review after its arrival."""
    goods, modes = slab.operation.goods, len(slab.lanes)
    nominal = [lane.nominal for lane in slab.lanes]
    theta, cycle = slab.levels[:, :modes], slab.levels[:, -1]
    outlook, end = slab.outlook, slab.outlook.shape[1] - 1
    prior = PRIOR_WEEKS * outlook[:, min(13, end)] / 13
    seen = np.zeros(len(goods))

    def policy(now: Now) -> Ints:
        np.add(seen, now.asked, out=seen)
        h = min(now.week + 1, end - AFTER)
        thought = outlook[:, h]
        ratio = np.divide(prior + seen, prior + thought, out=np.ones(len(seen)), where=prior + thought > 0)
        rate = ratio * np.maximum(outlook[:, min(h + 13, end)] - outlook[:, h], 1e-9) / (min(h + 13, end) - h)
        out = np.zeros((len(goods), modes), np.int64)
        for m in range(modes):
            announced = int(slab.known[min(h, len(slab.known) - 1), m])
            if m == modes - 1:
                here = now.position + out.sum(axis=1)
            else:
                here = _there(now, nominal, nominal[m] + announced)
                here = here + sum(out[:, k] for k in range(m) if nominal[k] <= nominal[m] + announced)
            coming = int(slab.known[min(h + 1, len(slab.known) - 1), m])
            level = theta[:, m] * ratio * (outlook[:, min(h + 1 + nominal[m] + coming, end)] - outlook[:, h])
            room = cycle if m == modes - 1 else np.minimum(cycle, max(nominal[m + 1] - nominal[m], 0))
            want = np.where((theta[:, m] > 0) & (here < level), level + room * rate - here, 0.0)
            out[:, m] = rules.in_cartons(want, goods)
        return out

    return policy


def _there(now: Now, nominal: list[int], reach: int) -> Ints:
    """Units on hand and expected within ``reach`` weeks."""
    here = now.on_hand + now.due[:, :reach].sum(axis=1)
    for m, weeks in enumerate(nominal):
        here = here + now.transit[:, m, max(weeks - reach, 0) :].sum(axis=1)
    return here


def own_rules(slab: Slab, books: SellerBooks, own: OwnRules) -> Policy:
    """The seller's own rules."""
    goods, modes, n = slab.operation.goods, len(slab.lanes), len(slab.items)
    said = rule_columns(own, books, slab.items)
    names = [lane.name for lane in slab.lanes]
    by = np.tile([names.index(mode) if mode in names else modes - 1 for mode in said.mode], slab.copies)
    lead = np.array([mode.mean for mode in slab.operation.modes])[by]
    cover, point, top = (np.tile(column, slab.copies) for column in (said.cover, said.point, said.up_to))
    rows = np.arange(n * slab.copies)

    def policy(now: Now) -> Ints:
        pace = rules.average(_seen(slab, now.week), 8)
        usual = pace * (lead + 1 + cover)
        low = np.where(np.isnan(point), np.where(np.isnan(top), usual, top), point)
        high = np.where(np.isnan(top), np.where(np.isnan(point), usual, point + pace * cover), top)
        want = np.where(now.position < low, high - now.position, 0.0)
        out = np.zeros((len(rows), modes), np.int64)
        out[rows, by] = rules.in_cartons(want, goods)
        return out

    return policy


def within_cash(policy: Policy, slab: Slab, weekly: float) -> Policy:
    """The policy with ``weekly`` minor units to spend in a future; what is not spent is kept. The item that would run out first
    is let through first; an order that does not fit waits."""
    price = (slab.operation.goods.landed[:, None] + slab.operation.freight).reshape(slab.copies, len(slab.items), -1)
    purse = np.zeros(slab.copies)

    def limited(now: Now) -> Ints:
        np.add(purse, weekly, out=purse)
        wanted = policy(now).reshape(price.shape)
        spend = (wanted * price).sum(axis=2)
        pace = np.maximum(slab.by_future(slab.outlook[:, 13] / 13), 1e-9)
        order = np.argsort(np.where(spend > 0, slab.by_future(now.position.astype(np.float64)) / pace, np.inf), axis=1)
        granted = np.zeros_like(spend, dtype=bool)
        for rank in range(spend.shape[1]):
            at = order[:, rank]
            lines = np.arange(slab.copies)
            fits = spend[lines, at] <= purse
            granted[lines, at] = fits
            purse[fits] -= spend[lines, at][fits]
        return (wanted * granted[:, :, None]).reshape(-1, price.shape[2])

    return limited
