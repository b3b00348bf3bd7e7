"""The arrays that the fold fills: layers, issues, and the open ends (debts, waiting movements).

Row numbers stored with an offset of one are marked "+1", so that fresh zero pages mean "none" and cost no memory
until they are touched. Units of one movement, layer or issue fit 32 bits (checked when the movements are ordered).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from entrepot.engines.compiled import I8, I32, I64
from entrepot.engines.valuation.order import Ordered

NO_PARENT = -1
CONVERTED = -2
"""parent[layer] = CONVERTED − event: the parents are all the ranges that the event consumed."""

LAYERS, ISSUES, OVERFLOW, WAIT_HEAD, WAIT_TAIL, STEP, SEARCH = range(7)


class Facts(NamedTuple):
    """The ordered movements, as the kernel reads them."""

    group: I64
    quantity: I64
    kind: I8
    share: I64
    from_slot: I32
    to_slot: I32
    slot_item: I64
    of_row: I32
    lot_row: I32
    event_of: I32
    event_start: I64
    event_rows: I64


class Layers(NamedTuple):
    """One entry a layer, in the order of birth within its group."""

    row: I32
    slot: I32
    n: I32
    drawn: I32
    after: I32
    """next open layer of the slot"""
    parent: I32
    a: I32
    b: I32
    """range of the parent; for a conversion output: its place on the axis of shares"""
    step: I32
    """row at which it was born: later than its own when it had waited"""
    issues_before: I32
    seen: I64
    """last search for a lot that came by"""
    pending: I32
    """next layer that such a search has still to look at"""


class Issues(NamedTuple):
    """One entry an issue: units [a, b) of the layer went out by the movement at ``row``."""

    row: I32
    layer: I32
    a: I32
    b: I32
    before: I32
    """previous issue of the same movement"""


class Rows(NamedTuple):
    """What the fold knows of each movement."""

    last_issue: I32
    """+1"""
    owed: I32
    """units sold that no layer has paid yet"""
    returned: I32
    """units given back, annulled ones included; for a seller's issue: units already received by the sister company"""
    annulled: I32
    """units given back before any layer had paid them"""
    applied: I8
    """1 once the movement has taken effect"""
    next_waiting: I32
    """+1"""
    next_debt: I32
    """+1"""


class Slots(NamedTuple):
    """What stands in each (item, cell)."""

    head: I32
    tail: I32
    stock: I64
    first_debt: I32
    last_debt: I32


class State(NamedTuple):
    """All of it, and the counters."""

    layers: Layers
    issues: Issues
    rows: Rows
    slots: Slots
    count: I64


class Allocation(NamedTuple):
    """Who took which units: the result of the fold, before any money."""

    ordered: Ordered
    layers: Layers
    issues: Issues
    rows: Rows
    stock: I64
    """units on hand by slot"""


def facts_of(o: Ordered) -> Facts:
    """The kernel's view of the ordered movements."""
    return Facts(
        o.group,
        o.moves.quantity,
        o.moves.kind,
        o.moves.share,
        o.from_slot,
        o.to_slot,
        o.slot_item,
        o.of_row,
        o.lot_row,
        o.event_of,
        o.event_start,
        o.event_rows,
    )


def fresh_rows(count: int) -> Rows:
    """No movement has done anything yet."""
    return Rows(
        last_issue=np.zeros(count, np.int32),
        owed=np.zeros(count, np.int32),
        returned=np.zeros(count, np.int32),
        annulled=np.zeros(count, np.int32),
        applied=np.zeros(count, np.int8),
        next_waiting=np.zeros(count, np.int32),
        next_debt=np.zeros(count, np.int32),
    )


def fresh_slots(count: int) -> Slots:
    """Every cell is empty."""
    return Slots(
        head=np.full(count, -1, np.int32),
        tail=np.full(count, -1, np.int32),
        stock=np.zeros(count, np.int64),
        first_debt=np.full(count, -1, np.int32),
        last_debt=np.full(count, -1, np.int32),
    )


def room_for_layers(size: int, old: Layers | None = None) -> Layers:
    """Space for ``size`` layers, what ``old`` holds kept."""
    return Layers(*(_grown(size, Layers.__annotations__[name], old, name) for name in Layers._fields))


def room_for_issues(size: int, old: Issues | None = None) -> Issues:
    """Space for ``size`` issues, what ``old`` holds kept."""
    return Issues(*(_grown(size, Issues.__annotations__[name], old, name) for name in Issues._fields))


def _grown(
    size: int, annotation: object, old: Layers | Issues | None, name: str
) -> np.ndarray[tuple[int], np.dtype[np.signedinteger]]:
    array = np.zeros(size, np.int32 if "I32" in str(annotation) else np.int64)
    if old is not None:
        kept = getattr(old, name)
        array[: len(kept)] = kept
    return array
