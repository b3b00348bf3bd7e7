"""What the plan can choose among when something is short: each order with its parts, and the orders that come later.

A *row* is one order of an item at its supplier over all destinations (his minimum counts the whole of it), one load, or one
re-order of a later week as the line's own policy would make it on expected demand. Its *options* are the whole, two thirds, a
third, about the minimum, only what goes by the slowest way, without one destination, and nothing, as far as minimum and cartons
allow.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

import numpy as np

from entrepot.workflows.plan_batches import Floats, Ints
from entrepot.workflows.plan_model import HORIZON, Inputs
from entrepot.workflows.plan_orders import BUY, SHIP, Choice, Decided, solved_part

AHEAD = 13
"""Weeks whose re-orders are looked at."""
NEVER = frozenset({"made_here", "ending", "not_ordered"})
"""Flags of lines that are not ordered again."""
SHARES = (1 / 3, 2 / 3)


@dataclass
class Row:
    """``options``: units by way of each choice, the first nothing, the last what is wanted. ``cost`` as the choice weighs them,
    ``money`` without prices that stand for a service floor. ``week`` 0: today; a later order has its one choice for the facts."""

    choices: list[Choice]
    options: list[list[Ints]]
    cost: Floats
    money: Floats
    ideal: float
    """Money of what is wanted, which may be more than the supplier makes."""
    week: int = 0
    wanted: int = 0
    """Units of what is wanted."""

    def gave_way(self, option: int) -> bool:
        """Whether an option is less than what is wanted."""
        return self.units(option) < self.wanted

    @property
    def whole(self) -> int:
        """Index of what is wanted."""
        return len(self.options) - 1

    def only(self, options: list[int]) -> Row:
        """The row with these options alone."""
        return replace(
            self, options=[self.options[k] for k in options], cost=self.cost[options], money=self.money[options]
        )

    def units(self, option: int) -> int:
        """All of it."""
        return _sum(self.options[option])


@dataclass
class _Draft:
    choices: list[Choice]
    options: list[list[Ints]] = field(default_factory=list[list["Ints"]])
    beyond: bool = False
    """The last of them, what is wanted, is more than can be had."""


def rows_of(inputs: Inputs, decided: Decided, made: dict[tuple[int, str], float]) -> list[Row]:
    """Today's orders and loads as rows. ``made``: (item, supplier) → units that he can make until today's order is due."""
    drafts: list[_Draft] = [_Draft([c]) for c in decided.ship.values() if c.units.sum() > 0]
    by_order: dict[tuple[int, str], list[Choice]] = defaultdict(list)
    for choice in decided.buy.values():
        if choice.units.sum() > 0:
            line = inputs.lines[choice.row]
            by_order[line.item, line.source.supplier if line.source else ""].append(choice)
    drafts += [_Draft(choices) for choices in by_order.values()]
    for draft in drafts:
        line = inputs.lines[draft.choices[0].row]
        most = (
            made.get((line.item, line.source.supplier if line.source else "")) if draft.choices[0].kind == BUY else None
        )
        draft.options, draft.beyond = _options(inputs, draft.choices, most)
    return _priced(inputs, drafts)


def step_of(choice: Choice) -> int:
    """Units that an order of the line goes up by."""
    return int(choice.batch.standing.carton[choice.at])


def minimum_of(inputs: Inputs, choices: list[Choice]) -> int:
    """Least units of the whole order; what is wanted already below it may stay."""
    if choices[0].kind == SHIP:
        return step_of(choices[0])
    step = step_of(choices[0])
    least = max(inputs.lines[c.row].moq for c in choices)
    return min(-(-least // step) * step, _sum([c.units for c in choices]))


def _options(inputs: Inputs, choices: list[Choice], most: float | None) -> tuple[list[list[Ints]], bool]:
    """Options, the last what is wanted; whether that is more than ``most``."""
    whole = [c.units for c in choices]
    least = minimum_of(inputs, choices)
    nothing = [np.zeros_like(units) for units in whole]
    shares = (*SHARES, least / max(_sum(whole), 1))
    drafts = [[_part(c, share) for c in choices] for share in shares]
    drafts.append([_slow(units) for units in whole])
    if len(choices) > 1:
        drafts += [[nothing[n] if n == out else units for n, units in enumerate(whole)] for out in range(len(choices))]
    drafts.append(whole)
    total = _sum(whole)
    beyond = most is not None and total > most
    if most is not None and beyond:
        drafts.append([_part(c, most / total, down=True) for c in choices])
        drafts = [one for one in drafts if _sum(one) <= most]
    seen = {_key(nothing): nothing}
    for one in sorted(drafts, key=_sum):
        if _sum(one) >= least:
            seen.setdefault(_key(one), one)
    return [*seen.values(), *([whole] if beyond else [])], beyond


def _sum(parts: list[Ints]) -> int:
    return sum(int(units.sum()) for units in parts)


def _key(parts: list[Ints]) -> bytes:
    return b"".join(units.tobytes() for units in parts)


def _part(choice: Choice, share: float, *, down: bool = False) -> Ints:
    step = step_of(choice)
    boxes = np.floor(share * choice.units / step) if down else np.ceil(share * choice.units / step)
    return np.minimum(boxes.astype(np.int64) * step, choice.units)


def _slow(units: Ints) -> Ints:
    out = units.copy()
    out[:-1] = 0
    return out


def _priced(inputs: Inputs, drafts: list[_Draft]) -> list[Row]:
    """Expected cost of every option, batch by batch; the goods of a whole order at the price that its size reaches."""
    by: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for d, draft in enumerate(drafts):
        for c, choice in enumerate(draft.choices):
            by[id(choice.batch)].append((d, c))
    cost = [np.zeros(len(draft.options)) for draft in drafts]
    money = [np.zeros(len(draft.options)) for draft in drafts]
    for members in by.values():
        batch = drafts[members[0][0]].choices[members[0][1]].batch
        width = max(len(drafts[d].options) for d, _ in members)
        orders = np.stack(
            [
                np.stack([drafts[d].options[min(k, len(drafts[d].options) - 1)][c] for k in range(width)])
                for d, c in members
            ]
        )
        part = solved_part(batch, [drafts[d].choices[c].at for d, c in members])
        orders = np.ascontiguousarray(orders)
        weighed = part.option_costs(orders)
        paid = weighed if batch.price <= 0 else part.option_costs(orders, price=0.0)
        for k, (d, _) in enumerate(members):
            count = len(drafts[d].options)
            cost[d] += weighed[k, :count]
            money[d] += paid[k, :count]
    out: list[Row] = []
    for draft, weighed, paid in zip(drafts, cost, money, strict=True):
        dearer = _goods_dearer(inputs, draft)
        keep = len(draft.options) - int(draft.beyond)
        ideal = float(paid[-1] + dearer[-1])
        out.append(
            Row(
                draft.choices,
                draft.options[:keep],
                (weighed + dearer)[:keep],
                (paid + dearer)[:keep],
                ideal,
                wanted=_sum([c.units for c in draft.choices]),
            )
        )
    return out


def _goods_dearer(inputs: Inputs, row: _Draft) -> Floats:
    """What the goods of each option cost above the price a unit of the whole: smaller orders miss his breaks."""
    out = np.zeros(len(row.options))
    line = inputs.lines[row.choices[0].row]
    factor = inputs.money.factor(line.source.currency) if line.source else None
    whole = _sum(row.options[-1])
    if row.choices[0].kind != BUY or line.source is None or factor is None or whole <= 0 or len(line.source.breaks) < 2:
        return out
    tiers = line.source.tiers(factor)
    plain = tiers.goods(whole) / whole
    for option in range(len(row.options)):
        units = _sum(row.options[option])
        out[option] = tiers.goods(units) - plain * units if units else 0.0
    return out


def later_rows(inputs: Inputs, decided: Decided, weeks: int = AHEAD) -> list[Row]:
    """Re-orders of the coming weeks: each may be made, made by half, or not at all.

    What one is worth is not known before its week: it is taken to save as large a share of its units' margin as the orders of
    today do, so that today's and later orders are weighed alike.
    """
    from entrepot.engines.replenish.expected_orders import expected_orders

    worth = _worth(inputs, decided)
    by: dict[int, list[Choice]] = defaultdict(list)
    for choice in decided.buy.values():
        if not NEVER & {*choice.flags, *inputs.lines[choice.row].flags}:
            by[id(choice.batch)].append(choice)
    out: list[Row] = []
    for choices in by.values():
        part = solved_part(choices[0].batch, [c.at for c in choices])
        if part.plan is None:
            continue
        units = np.stack([c.units for c in choices])
        found = expected_orders(units, part.plan.policy, part.standing, part.lanes, min(weeks, HORIZON), late=part.late)
        for choice, orders in zip(choices, found, strict=True):
            margin = inputs.lines[choice.row].margin * worth
            out += [
                _later(choice, week, orders[week], margin) for week in range(1, len(orders)) if orders[week].sum() > 0
            ]
    return out


def _worth(inputs: Inputs, decided: Decided) -> float:
    """What today's orders save for each unit of their margin."""
    acting = [c for c in decided.buy.values() if c.units.sum() > 0]
    saved = sum(max(c.nothing - c.cost, 0.0) for c in acting)
    margin = sum(inputs.lines[c.row].margin * int(c.units.sum()) for c in acting)
    return min(saved / margin, 1.0) if margin > 0 else 1.0


def _later(choice: Choice, week: int, units: Ints, each: float) -> Row:
    lost = float(units.sum()) * each
    half = units // 2
    options = [[np.zeros_like(units)], [half], [units]]
    cost = np.array([lost, lost * (1 - half.sum() / units.sum()), 0.0])
    return Row([choice], options, cost, cost, 0.0, week, int(units.sum()))
