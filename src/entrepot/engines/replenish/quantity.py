"""How much: the level at which one more unit no longer earns its keep, rounded to what a supplier ships.

A unit short costs its margin. A unit left over does not cost one review period of storage, as the textbook's stationary
demand has it: when demand turned out low it will go on being low, and the unit waits. If D units are sold in a window
of W weeks, the S-th unit is sold W·(S/D − 1) weeks after the window; until then it costs storage and capital, every
week it may stop selling for good, and after a time it is cleared at a loss. So the next unit is worth ordering while

    margin · P(D ≥ S)  >  E[ cost of waiting W·(S/D − 1) weeks ; D < S ]

which is the newsvendor's condition with an overage that is as long as the wait. On real demand the difference decides:
with one review period as overage the same rule was several times dearer than days of cover (docs/methods/replenish.md).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from entrepot.engines.replenish.distribution import close, expected_shortage
from entrepot.engines.replenish.model import Bools, Floats

STRETCH: tuple[float, ...] = (1.25, 1.6, 2.5, 4.0, 8.0)
"""Multiples of the highest quantile at which the cost curve is also worked out, for minimum orders far beyond it."""


BLOCK = 1_000
"""Rows worked out at a time: each takes a table of stocks × pieces of the distribution, which should stay in cache."""


@dataclass(frozen=True)
class Costs:
    """Costs of each row, minor units: ``margin`` of a unit short; ``holding`` of a unit and week; ``loss`` of a unit
    that is cleared; ``hazard`` probability a week that the item stops selling; ``clear`` weeks of waiting after which
    it is cleared; ``order`` a line. ``window`` = lead time + order cycle, ``review`` and ``cycle`` in weeks."""

    margin: Floats
    holding: Floats
    loss: Floats
    hazard: Floats
    clear: Floats
    order: Floats
    window: Floats
    review: Floats
    cycle: Floats

    def take(self, rows: slice) -> Costs:
        """The costs of some rows."""
        return Costs(*(getattr(self, one.name)[rows] for one in fields(self)))

    @property
    def carrying(self) -> Floats:
        """Cost of one unit more for one week: storage, capital and the risk that it never sells."""
        return self.holding + self.hazard * self.loss

    def waiting(self, weeks: Floats) -> Floats:
        """Cost [rows, …] of a unit that waits so many weeks [rows, …] to be sold."""
        shape = (-1,) + (1,) * (weeks.ndim - 1)
        holding, loss = self.holding.reshape(shape), self.loss.reshape(shape)
        clear, hazard = self.clear.reshape(shape), self.hazard.reshape(shape)
        dead = np.where(weeks >= clear, 1.0, 1 - np.exp(-hazard * np.minimum(weeks, clear)))
        return np.asarray(holding * np.minimum(weeks, clear) + loss * dead)


@dataclass(frozen=True)
class Choice:
    """The order of each row: ``units``; the ``level`` it aims at, the probability ``service`` that the level suffices
    and what a unit left over costs there (``overage``); the margin that ordering now instead of at the next review
    saves, and what it costs to have the order that much earlier; ``too_large`` where the minimum order does not pay."""

    units: Floats
    level: Floats
    service: Floats
    overage: Floats
    margin_saved: Floats
    holding_added: Floats
    too_large: Bools


@dataclass(frozen=True)
class Curve:
    """Cost of holding ``stock`` units for the window [rows, points]: ``marginal`` cost of the last unit, ``total`` its
    integral from 0, ``service`` = P(D < stock), ``overage`` = expected cost of waiting of the last unit, left over."""

    stock: Floats
    marginal: Floats
    total: Floats
    service: Floats
    overage: Floats

    def at(self, values: Floats, stock: Floats) -> Floats:
        """``values`` [rows, points] interpolated at each row's ``stock``; beyond the last point along its slope."""
        last = self.stock.shape[1] - 1
        upper = np.clip((self.stock < stock[:, None]).sum(axis=1), 1, last)
        rows = np.arange(stock.size, dtype=np.int64)
        low, high = self.stock[rows, upper - 1], self.stock[rows, upper]
        share = np.divide(stock - low, high - low, out=np.zeros_like(low), where=high > low)
        start = values[rows, upper - 1]
        return np.asarray(start + (values[rows, upper] - start) * np.maximum(share, 0.0))


def cost_curve(demand: Floats, levels: Floats, costs: Costs) -> Curve:
    """Costs over the window along stocks from 0 to beyond the highest quantile; ``demand`` [rows, levels]."""
    starts = range(0, max(demand.shape[0], 1), BLOCK)
    parts = [_curve(demand[at : at + BLOCK], levels, costs.take(slice(at, at + BLOCK))) for at in starts]
    return Curve(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Curve)))


def _curve(demand: Floats, levels: Floats, costs: Costs) -> Curve:
    value, level = close(demand, levels)
    top = np.maximum(value[:, -1:], 1.0)
    stock = np.concatenate([np.zeros_like(top), value, top * np.asarray(STRETCH)], axis=1)
    stock = np.maximum.accumulate(stock, axis=1)
    low, high, mass = value[:, None, :-1], value[:, None, 1:], np.diff(level)
    held = stock[:, :, None]
    # Of each piece of the distribution, the part below the stock: its mass, and the demand in its middle.
    step = high - low
    below = np.divide(held - low, step, out=(held > low).astype(np.float64), where=step > 0)
    weight = mass * np.clip(below, 0.0, 1.0)
    middle = (low + np.minimum(high, np.maximum(held, low))) / 2
    weeks = np.divide(held, middle, out=np.full(weight.shape, np.inf), where=middle > 0) - 1
    waits = costs.waiting(np.maximum(weeks, 0.0) * costs.window[:, None, None])
    idle = np.asarray((weight * waits).sum(axis=2))
    service = np.asarray(weight.sum(axis=2))
    marginal = idle - np.maximum(costs.margin, 0.0)[:, None] * (1 - service)
    # A decision needs one crossing: numerical ripple between pieces is levelled out.
    marginal = np.maximum.accumulate(marginal, axis=1)
    area = (marginal[:, 1:] + marginal[:, :-1]) / 2 * np.diff(stock, axis=1)
    total = np.concatenate([np.zeros_like(top), np.cumsum(area, axis=1)], axis=1)
    overage = np.divide(idle, service, out=np.zeros_like(idle), where=service > 0)
    return Curve(stock, marginal, total, service, overage)


def best_level(curve: Curve) -> Floats:
    """Largest stock [rows] whose last unit still pays: where the marginal cost crosses zero."""
    pays = (curve.marginal < 0).sum(axis=1)
    last = curve.stock.shape[1] - 1
    rows = np.arange(pays.size, dtype=np.int64)
    upper = np.clip(pays, 1, last)
    before, after = curve.marginal[rows, upper - 1], curve.marginal[rows, upper]
    share = np.divide(-before, after - before, out=np.zeros_like(before), where=after > before)
    low, high = curve.stock[rows, upper - 1], curve.stock[rows, upper]
    return np.where(pays == 0, 0.0, np.floor(low + (high - low) * np.clip(share, 0.0, 1.0) + 1e-9))


def choose(
    cycle_demand: Floats, review_demand: Floats, levels: Floats, position: Floats, costs: Costs, carton: Floats,
    moq: Floats,
) -> Choice:  # fmt: skip
    """Order quantity of each row.

    How much: of the carton multiples around the level (at least the minimum order) the one with the least cost over
    lead time + cycle (``cycle_demand`` [rows, levels]), if it beats ordering nothing by more than the cost of an order
    line. When: now, if waiting for the next review would lose more margin over lead time + review (``review_demand``)
    than having the order one review later saves.
    """
    curve = cost_curve(cycle_demand, levels, costs)
    level = best_level(curve)
    want = np.maximum(level - position, 0.0)
    least = np.ceil(moq / carton) * carton
    below = np.maximum(np.floor(want / carton) * carton, least)
    above = np.maximum(np.ceil(want / carton) * carton, least)
    held = np.maximum(position, 0.0)
    nothing = curve.at(curve.total, held)
    gains = [nothing - curve.at(curve.total, held + units) for units in (below, above)]
    units = np.where((below > 0) & (gains[0] >= gains[1]), below, above)
    pays = (want > 0) & (np.maximum(*gains) > costs.order)
    short = expected_shortage(review_demand, levels, position) - expected_shortage(
        review_demand, levels, position + units
    )
    saved = np.maximum(costs.margin, 0.0) * short
    added = units * costs.carrying * costs.review + costs.order * costs.review / costs.cycle
    units = np.where(pays & (saved > added), units, 0.0)
    return Choice(
        units,
        level,
        np.clip(curve.at(curve.service, level), 0.0, 1.0),
        curve.at(curve.overage, level),
        np.where(units > 0, saved, 0.0),
        np.where(units > 0, added, 0.0),
        (want > 0) & ~pays & (least > want) & (costs.margin > 0),
    )
