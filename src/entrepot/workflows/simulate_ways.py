"""Ways of ordering for the twin: Entrepot's policy at its tuned levels, the spreadsheet's rule, days of cover, own rules, and
what was really ordered.

Each sees only what a seller sees by then. Entrepot's policy keeps the levels tuned today and corrects the forecast by the weeks
it has seen, as the plan does in its own simulation; the real plan tunes them anew every week, so here it is slightly worse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from entrepot.engines.replenish.rolling_kernel import PRIOR_WEEKS
from entrepot.engines.twin import Lateral, Levels, by_levels, rules, to_the_shortest, within_purse
from entrepot.engines.twin.model import Now, Policy
from entrepot.workflows.plan_moves import LEAST_SAVING
from entrepot.workflows.simulate_books import MODES, Floats, Ints, SellerBooks
from entrepot.workflows.simulate_rules import OwnRules, rule_columns
from entrepot.workflows.simulate_slabs import Slab
from entrepot.workflows.simulate_wish import COVER, OWN, SHEET, Way

SHEET_COVER = 4.0
"""Weeks that the spreadsheet's rule orders at once."""
SHORT, KEEP = 2.0, 8.0
"""Weeks of cover below which a place is given goods by another, and that both keep."""


def policy_of(way: Way, slab: Slab, books: SellerBooks, own: OwnRules | None) -> Policy:
    """The way of ordering for the rows of a slab."""
    if way.kind == SHEET:
        return _history_rule(slab, _sheet(slab.slow, way.value))
    if way.kind == COVER:
        return _history_rule(slab, rules.days_of_cover(slab.slow, way.value / 7))
    if way.kind == OWN and own is not None:
        return own_rules(slab, books, own)
    return tuned_levels(slab)


def _history_rule(slab: Slab, levels: Callable[[Floats], tuple[Floats, Floats]]) -> Policy:
    def history(week: int) -> Floats:
        return _seen(slab, week)

    return rules.up_to(slab.operation.goods, MODES, history, levels)


def _seen(slab: Slab, week: int) -> Floats:
    """Demand of the newest eight weeks up to ``week``."""
    now = slab.demand[:, max(0, week - 7) : week + 1].astype(np.float64)
    return now if week >= 7 else np.concatenate([slab.before[:, week + 1 :], now], axis=1)


def _sheet(lead: Floats, z: float) -> Callable[[Floats], tuple[Floats, Floats]]:
    """Below the 8-week average over the lead time and z·σ·√L, four weeks more."""

    def levels(history: Floats) -> tuple[Floats, Floats]:
        pace, spread = rules.average(history, 8), history[:, -8:].std(axis=1, ddof=1)
        low = pace * (lead + 1) + z * spread * np.sqrt(lead + 1)
        return low, low + SHEET_COVER * pace

    return levels


def tuned_levels(slab: Slab) -> Policy:
    """The capped multi-index policy: by each mode, up to its level times the demand until one review after its arrival."""
    books, items, copies = slab.books, slab.items, slab.copies
    theta, nominal = np.zeros((len(items), MODES)), np.ones((len(items), MODES), np.int64)
    for at, row in enumerate(items):
        lanes = slab.lanes(int(books.group[row]))
        theta[at, MODES - len(lanes) :] = books.levels[row, : len(lanes)]
        nominal[at, MODES - len(lanes) :] = [lane.nominal for lane in lanes]
        nominal[at, : MODES - len(lanes)] = lanes[0].nominal
    levels = Levels(
        np.tile(theta, (copies, 1)), np.tile(books.levels[items, MODES], copies), np.tile(nominal, (copies, 1)), slab.outlook,
        np.tile(np.arange(len(items)), copies), slab.known, slab.shocks.of, PRIOR_WEEKS,
    )  # fmt: skip
    return by_levels(slab.operation.goods, levels)


def moves_of(slab: Slab) -> Lateral | None:
    """Moves between the places of a region as the plan advises them; ``None`` where no item stands twice in one."""
    books, items = slab.books, slab.items
    region = np.tile(books.region[items], slab.copies)
    rows = np.flatnonzero(region >= 0)
    if not len(rows):
        return None
    pair = slab.sku[rows] * (int(region.max()) + 1) + region[rows]
    here = np.unique(pair, return_inverse=True)[1].astype(np.int64)
    cost, margin, line = slab.tiled(books.move_cost), slab.operation.margin, books.constants["order_line"]
    known = slab.demand[rows].astype(np.float64)
    before = slab.before[rows]

    def pace(week: int) -> Floats:
        seen = np.concatenate([before, known[:, : week + 1]], axis=1)
        return seen[:, -8:].mean(axis=1)

    def pays(rich: Ints, poor: Ints, units: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return units * (margin[poor] - cost[rich]) > LEAST_SAVING * line

    choose = to_the_shortest(slab.operation.goods, here, pace, short=SHORT, keep=KEEP, rows=rows, pays=pays)
    return Lateral(choose, 1, cost)


def own_rules(slab: Slab, books: SellerBooks, own: OwnRules) -> Policy:
    """The seller's own rules."""
    goods, copies = slab.operation.goods, slab.copies
    said = rule_columns(own, books, slab.items)
    by, lead = np.zeros(len(slab.items), np.int64), np.zeros(len(slab.items))
    for at, row in enumerate(slab.items):
        lanes = slab.lanes(int(books.group[row]))
        names = [lane.name for lane in lanes]
        mode = names.index(said.mode[at]) if said.mode[at] in names else len(names) - 1
        by[at] = MODES - len(lanes) + mode
        odds = np.array(lanes[mode].odds)
        lead[at] = float((odds * np.array(lanes[mode].weeks)).sum() / odds.sum())
    by, lead = np.tile(by, copies), np.tile(lead, copies)
    cover, point, top = (np.tile(column, copies) for column in (said.cover, said.point, said.up_to))
    rows = np.arange(slab.rows)

    def policy(now: Now) -> Ints:
        pace = rules.average(_seen(slab, now.week), 8)
        usual = pace * (lead + 1 + cover)
        low = np.where(np.isnan(point), np.where(np.isnan(top), usual, top), point)
        high = np.where(np.isnan(top), np.where(np.isnan(point), usual, point + pace * cover), top)
        want = np.where(now.position < low, high - now.position, 0.0)
        out = np.zeros((len(rows), MODES), np.int64)
        out[rows, by] = rules.in_cartons(want, goods)
        return out

    return policy


def happened(slab: Slab) -> tuple[Slab, Policy]:
    """The slab and the orders that brought what really arrived, each placed the slowest way's time before its arrival, at the
    freight that the books charged."""
    books, items = slab.books, slab.items
    weeks, span = slab.demand.shape[1], books.slowest[items]
    came = books.came[items][:, :weeks]
    orders = np.zeros((len(items), weeks), np.int64)
    for at, lead in enumerate(span):
        orders[at, : max(weeks - int(lead), 0)] = came[at, int(lead) :]
    operation = slab.operation
    goods = replace(operation.goods, carton=np.ones(slab.rows, np.int64), least=np.ones(slab.rows, np.int64))
    tariff = operation.tariff
    if tariff is not None:
        freight = tariff.freight.copy()
        freight[:, -1] = books.first_leg[items]
        tariff = replace(tariff, freight=freight)
    lead = np.broadcast_to(span[:, None, None], (len(items), weeks, MODES)).copy()

    def policy(now: Now) -> Ints:
        out = np.zeros((len(items), MODES), np.int64)
        out[:, -1] = orders[:, now.week]
        return out

    return replace(slab, operation=replace(operation, goods=goods, tariff=tariff), lead=lead), policy


def within_cash(policy: Policy, slab: Slab, weekly: float) -> Policy:
    """The policy with ``weekly`` minor units to spend in a future; what is not spent is kept. The item that would run out first
    is let through first; an order that does not fit waits."""
    price = slab.operation.goods.landed[:, None] + slab.operation.freight
    pace = np.tile(slab.outlook[:, 13] / 13, slab.copies)
    return within_purse(policy, price, pace, weekly, slab.copies)
