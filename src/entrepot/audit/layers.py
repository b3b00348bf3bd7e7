"""Who took which unit: the checker's own fold of one item (or of items that conversions join), in plain Python.

Movements stand in the order of the fold. A cell keeps its open layers, oldest first; what was sold ahead of stock is
owed and paid by the next units that come in, oldest debt first. A movement that may not run ahead of stock waits until
its units are there; after every arrival the first waiting one that can go goes, until none can.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from entrepot.audit.vocabulary import (
    AHEAD_OF_STOCK,
    CONVERSION_IN,
    CONVERSION_OUT,
    INTERCOMPANY_RECEIPT,
    INTERCOMPANY_SALE,
    RANK,
    RETURN,
    SUPPLIER_RETURN,
)

CUSTOMERS_GIVE_BACK = AHEAD_OF_STOCK | {SUPPLIER_RETURN}
"""Kinds whose units a return may bring back."""

Slot = tuple[int, int]
"""(item, cell)"""


class Move(NamedTuple):
    """One movement as the fold needs it; 0 = no cell, no movement, no event."""

    number: int
    item: int
    source: int
    target: int
    quantity: int
    at: int
    late: int
    kind: int
    key: int
    line: int
    ordinal: int
    of: int = 0
    lot: int = 0
    event: int = 0
    share: int = 0
    company: int = 0


class Layer:
    """``n`` units that came into a slot together. ``parents``: ranges they were, with the part of their cost that came
    along as (low, high, whole) on the axis of a conversion's shares, (0, 1, 1) for all of it."""

    __slots__ = ("born", "costs", "move", "n", "parents", "part", "slot", "taken")

    def __init__(
        self, move: Move, slot: Slot, n: int, parents: list[Range], part: tuple[int, int, int], born: int
    ) -> None:
        self.move, self.slot, self.n, self.parents, self.part, self.born = move, slot, n, parents, part, born
        self.taken = 0
        self.costs: dict[int, int] | None = None


Range = tuple[Layer, int, int]
"""Units [a, b) of a layer."""


@dataclass(slots=True)
class Issue:
    """What one movement took: ranges in the order in which they were drawn, each with the instant when that happened;
    units still owed, units given back."""

    move: Move
    ranges: list[Range] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    taken: int = 0
    owed: int = 0
    returned: int = 0
    annulled: int = 0


@dataclass(slots=True)
class Fold:
    """The state after all movements."""

    layers: list[Layer] = field(default_factory=list)
    births: dict[int, list[Layer]] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    open: dict[Slot, deque[Layer]] = field(default_factory=dict)
    stock: dict[Slot, int] = field(default_factory=dict)
    debts: dict[Slot, deque[Issue]] = field(default_factory=dict)
    waiting: list[list[Move]] = field(default_factory=list)
    now: int = 0


def in_order(moves: list[Move]) -> list[Move]:
    """The order of the fold: instant, late ones behind, kind, document key, line, ordinal.

    An intercompany receipt of the same instant as the issue that it receives stands right behind that issue.
    """
    places = {
        move.number: (move.at, move.late, RANK[move.kind], move.key, move.line, move.ordinal, 0, move.number)
        for move in moves
    }
    by_number = {move.number: move for move in moves if move.kind == INTERCOMPANY_SALE}
    for move in moves:
        seller = by_number.get(move.of) if move.kind == INTERCOMPANY_RECEIPT else None
        if seller and (seller.at, seller.late) == (move.at, move.late):
            places[move.number] = (*places[seller.number][:6], 1, move.number)
    return sorted(moves, key=lambda move: places[move.number])


def fold(moves: list[Move]) -> Fold:
    """Fold movements (any order) of items that belong together.

    >>> receipt = Move(1, 7, 0, 3, 10, 100, 0, 2, 0, 1, 0)
    >>> sale = Move(2, 7, 3, 0, 12, 200, 0, 14, 0, 1, 0)
    >>> state = fold([sale, receipt])
    >>> state.issues[2].taken, state.issues[2].owed, state.stock[7, 3]
    (10, 2, 0)
    """
    state = Fold()
    events: dict[int, list[Move]] = {}
    ordered = in_order(moves)
    for move in ordered:
        if move.event:
            events.setdefault(move.event, []).append(move)
    begun: set[int] = set()
    for move in ordered:
        state.now = move.at
        if move.kind in AHEAD_OF_STOCK:
            _sell(state, move)
            continue
        if move.event:
            if move.event in begun:
                continue
            begun.add(move.event)
        step = events[move.event] if move.event else [move]
        if not _can_go(state, step):
            state.waiting.append(step)
            continue
        _go(state, step, move.at)
        if state.waiting and (move.target or move.event):
            _retry(state, move.at)
    return state


def _retry(state: Fold, now: int) -> None:
    place = 0
    while place < len(state.waiting):
        if _can_go(state, state.waiting[place]):
            _go(state, state.waiting.pop(place), now)
            place = 0
        else:
            place += 1


def _can_go(state: Fold, step: list[Move]) -> bool:
    if len(step) == 1:
        move = step[0]
        return not move.source or state.stock.get((move.item, move.source), 0) >= move.quantity
    wanted: dict[Slot, int] = {}
    for move in step:
        if move.source:
            slot = (move.item, move.source)
            wanted[slot] = wanted.get(slot, 0) + move.quantity
    return all(state.stock.get(slot, 0) >= units for slot, units in wanted.items())


def _go(state: Fold, step: list[Move], now: int) -> None:
    move = step[0]
    if move.event:
        _convert(state, step, now)
        return
    if move.source:
        issue = state.issues[move.number] = Issue(move)
        _draw(state, issue, move.quantity)
        if not move.target:
            return
        for layer, a, b in issue.ranges:
            _bear(state, move, b - a, [(layer, a, b)], now)
    elif move.kind == RETURN:
        _take_back(state, move, now)
    elif move.kind == INTERCOMPANY_RECEIPT:
        _take_over(state, move, now)
    else:
        _bear(state, move, move.quantity, [], now)
    _pay(state, (move.item, move.target))


def _sell(state: Fold, move: Move) -> None:
    issue = state.issues[move.number] = Issue(move)
    _draw(state, issue, move.quantity)
    if issue.taken < move.quantity:
        issue.owed = move.quantity - issue.taken
        state.debts.setdefault((move.item, move.source), deque()).append(issue)


def _draw(state: Fold, issue: Issue, wanted: int) -> int:
    """Take up to ``wanted`` units: a named lot's first, then the oldest."""
    move = issue.move
    slot = (move.item, move.source)
    queue = state.open.get(slot)
    if not queue:
        return 0
    left = wanted
    lot = move.lot or (move.of if move.kind == SUPPLIER_RETURN else 0)
    if lot:
        for layer in [layer for layer in queue if _descends(layer, lot)]:
            left -= _take(state, issue, layer, left)
            if layer.taken == layer.n:
                queue.remove(layer)
    while left and queue:
        layer = queue[0]
        left -= _take(state, issue, layer, left)
        if layer.taken == layer.n:
            queue.popleft()
    return wanted - left


def _take(state: Fold, issue: Issue, layer: Layer, wanted: int) -> int:
    units = min(wanted, layer.n - layer.taken)
    if units:
        issue.ranges.append((layer, layer.taken, layer.taken + units))
        issue.times.append(state.now)
        issue.taken += units
        layer.taken += units
        state.stock[layer.slot] -= units
    return units


def _descends(layer: Layer, lot: int) -> bool:
    pending, seen = [layer], {id(layer)}
    while pending:
        one = pending.pop()
        if one.move.number == lot:
            return True
        for parent, _, _ in one.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                pending.append(parent)
    return False


def _bear(
    state: Fold, move: Move, units: int, parents: list[Range], now: int, part: tuple[int, int, int] = (0, 1, 1)
) -> None:
    slot = (move.item, move.target)
    layer = Layer(move, slot, units, parents, part, max(now, move.at))
    state.layers.append(layer)
    state.births.setdefault(move.number, []).append(layer)
    state.open.setdefault(slot, deque()).append(layer)
    state.stock[slot] = state.stock.get(slot, 0) + units


def _pay(state: Fold, slot: Slot) -> None:
    debts = state.debts.get(slot)
    while debts and state.stock.get(slot, 0) > 0:
        issue = debts[0]
        issue.owed -= _draw(state, issue, issue.owed)
        if not issue.owed:
            debts.popleft()


def _take_back(state: Fold, move: Move, now: int) -> None:
    """A customer's return: units of its sale not yet returned, last issued first; the rest has no parent."""
    left = move.quantity
    sale = state.issues.get(move.of)
    if sale is not None and sale.move.kind in CUSTOMERS_GIVE_BACK and sale.move.item == move.item:
        kept = sale.move.quantity - sale.returned
        unpaid = min(left, max(0, kept - sale.taken))
        if unpaid:
            sale.returned += unpaid
            kept -= unpaid
            left -= unpaid
            if sale.move.source == move.target:
                sale.annulled += unpaid
                sale.owed -= unpaid
            else:
                _bear(state, move, unpaid, [], now)
        for layer, a, b in reversed(kept_ranges(sale, min(kept, sale.taken))):
            if not left:
                break
            units = min(left, b - a)
            _bear(state, move, units, [(layer, b - units, b)], now)
            sale.returned += units
            left -= units
    if left:
        _bear(state, move, left, [], now)


def kept_ranges(issue: Issue, units: int) -> list[Range]:
    """The first ``units`` of what an issue took, as ranges."""
    found: list[Range] = []
    for layer, a, b in issue.ranges:
        if units <= 0:
            break
        found.append((layer, a, min(b, a + units)))
        units -= b - a
    return found


def _take_over(state: Fold, move: Move, now: int) -> None:
    """Bought from a sister company: one layer per range of the seller's issue."""
    left = move.quantity
    seller = state.issues.get(move.of)
    if seller is not None and seller.move.kind == INTERCOMPANY_SALE:
        skip = seller.returned
        for layer, a, b in seller.ranges:
            start = min(b, a + skip)
            skip -= start - a
            units = min(left, b - start)
            if units:
                _bear(state, move, units, [(layer, start, start + units)], now)
                seller.returned += units
                left -= units
    if left:
        _bear(state, move, left, [], now)


def _convert(state: Fold, step: list[Move], now: int) -> None:
    consumed: list[Range] = []
    for move in step:
        if move.kind == CONVERSION_IN:
            issue = state.issues[move.number] = Issue(move)
            _draw(state, issue, move.quantity)
            consumed += issue.ranges
    produced = [move for move in step if move.kind == CONVERSION_OUT]
    whole, low = sum(move.share for move in produced), 0
    for move in produced:
        _bear(state, move, move.quantity, consumed, now, (low, low + move.share, whole))
        low += move.share
    for move in produced:
        _pay(state, (move.item, move.target))
