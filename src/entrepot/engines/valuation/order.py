"""Movements put into the order of the fold, with everything that the kernel looks up by position.

Order: (instant, late, kind's rank, document key, line, ordinal), then the movement's number. Items fold apart, except
items that a conversion (or an intercompany sale under another item number) joins: those fold as one group.

An intercompany receipt of the same instant as its seller's issue stands right behind that issue: it needs the ranges
that the seller gave.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.core.kinds import RANKS, WITHIN, Kind
from entrepot.engines.compiled import I8, I32, I64, compiled
from entrepot.engines.valuation.model import NONE, Movements

RANK_OF = np.full(max(Kind) + 1, -1, dtype=np.int8)
ENDS_OF = np.zeros(max(Kind) + 1, dtype=np.int8)
"""1 leaves a cell, 2 enters one, 3 both; 0 is no kind."""
for _kind in Kind:
    RANK_OF[_kind] = RANKS[_kind]
    ENDS_OF[_kind] = 3 if _kind in WITHIN else 2 if _kind.births else 1

WIDEST = 1 << 31
"""Bound of the units of one movement, and of a conversion's shares together, so that ranges fit 32 bits."""

_FAULTS = {
    1: "its kind {kind} is unknown",
    2: "its quantity is {quantity}, it must be more than 0 and less than 2³¹",
    3: "its ends ({from_cell} → {to_cell}) do not fit its kind {kind}",
    4: "its share is {share}, it must not be negative, and less than 2³¹",
    5: "only conversions have an event, and every conversion needs one",
}


class Ordered(NamedTuple):
    """Movements in fold order. Row = position here; −1 = none. ``slot`` = one (item, cell)."""

    moves: Movements
    group: I64
    from_slot: I32
    to_slot: I32
    slot_item: I64
    slot_cell: I64
    of_row: I32
    lot_row: I32
    event_of: I32
    event_start: I64
    event_rows: I64
    rows: RowIndex


class RowIndex(NamedTuple):
    """Movement number → row: a direct table when the numbers are dense, else a sorted list."""

    lowest: int
    table: I32
    numbers: I64
    places: I64

    def find(self, numbers: I64) -> I32:
        """Rows of these movement numbers, −1 where there is none."""
        if len(self.table):
            return _from_table(numbers, self.table, self.lowest)
        if not len(self.numbers):
            return np.full(len(numbers), NONE, dtype=np.int32)
        at = np.minimum(cast(I64, np.searchsorted(self.numbers, numbers)), len(self.numbers) - 1)
        found = self.numbers[at] == numbers
        return np.where(found, self.places[at], NONE).astype(np.int32)


def in_fold_order(moves: Movements) -> Ordered:
    """Check, sort (unless sorted already) and index the movements.

    Raises ValueError naming the movement, or the conversion event, that cannot be folded.
    """
    _check(moves)
    group = _groups(moves)
    rank, document, line, ordinal, behind = _keys(moves)
    if not _is_sorted(group, moves.at, moves.late, rank, document, line, ordinal, behind, moves.movement):
        order = (
            pl.DataFrame(
                [group, moves.at, moves.late, rank, document, line, ordinal, behind, moves.movement],
                schema=list("abcdefghi"),
            )
            .with_row_index("row")
            .sort(list("abcdefghi"))
            .get_column("row")
            .to_numpy()
        )
        moves, group = moves.take(order), group[order]
    rows = index_rows(moves.movement)
    joined = group is not moves.item and bool((group != moves.item).any())
    slots = _slots(moves, np.argsort(moves.item, kind="stable") if joined else None)
    event_of, event_start, event_rows = _events(moves)
    return Ordered(
        moves,
        group,
        *slots,
        _links(moves.of, rows),
        _links(moves.lot, rows),
        event_of,
        event_start,
        event_rows,
        rows,
    )


def index_rows(numbers: I64) -> RowIndex:
    """Index of unique movement numbers; ValueError names a number that comes twice."""
    nothing = np.zeros(0, dtype=np.int64)
    if not len(numbers):
        return RowIndex(0, np.zeros(0, dtype=np.int32), nothing, nothing)
    lowest, highest = int(numbers.min()), int(numbers.max())
    if highest - lowest < 4 * len(numbers) + 1024:
        table = np.full(highest - lowest + 1, NONE, dtype=np.int32)
        twice = _fill_table(numbers, lowest, table)
        if twice >= 0:
            raise ValueError(f"movement {numbers[twice]} comes twice")
        return RowIndex(lowest, table, nothing, nothing)
    places = np.argsort(numbers, kind="stable")
    ordered = numbers[places]
    same = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(same):
        raise ValueError(f"movement {ordered[same[0]]} comes twice")
    return RowIndex(lowest, np.zeros(0, dtype=np.int32), ordered, places)


def _check(m: Movements) -> None:
    code, row = _first_fault(m.kind, m.quantity, m.from_cell, m.to_cell, m.event, m.share, RANK_OF, ENDS_OF)
    if code:
        values = {
            "quantity": m.quantity[row],
            "kind": m.kind[row],
            "from_cell": m.from_cell[row],
            "to_cell": m.to_cell[row],
            "share": m.share[row],
        }
        raise ValueError(f"movement {m.movement[row]} cannot be folded: " + _FAULTS[code].format(**values))


@compiled
def _first_fault(
    kind: I8, quantity: I64, from_cell: I64, to_cell: I64, event: I64, share: I64, rank_of: I8, ends_of: I8
) -> tuple[int, int]:
    for row in range(len(kind)):
        k = kind[row]
        if k < 0 or k >= len(rank_of) or rank_of[k] < 0:
            return 1, row
        if quantity[row] <= 0 or quantity[row] >= WIDEST:
            return 2, row
        ends = (1 if from_cell[row] >= 0 else 0) + (2 if to_cell[row] >= 0 else 0)
        if ends != ends_of[k] or from_cell[row] < -1 or to_cell[row] < -1:
            return 3, row
        if share[row] < 0 or share[row] >= WIDEST:
            return 4, row
        if (rank_of[k] == 3) != (event[row] >= 0):
            return 5, row
    return 0, -1


def _keys(m: Movements) -> tuple[I8, I64, I32, I32, I8]:
    """Rank, document key, line, ordinal, and 1 for an intercompany receipt that follows its seller's issue."""
    rank = RANK_OF[m.kind]
    behind = np.zeros(len(m), dtype=np.int8)
    receipts = np.flatnonzero((m.kind == Kind.INTERCOMPANY_RECEIPT) & (m.of >= 0))
    if not len(receipts):
        return rank, m.document_key, m.line, m.ordinal, behind
    sellers = index_rows(m.movement).find(m.of[receipts])
    same = (sellers >= 0) & (m.kind[sellers] == Kind.INTERCOMPANY_SALE)
    same &= (m.at[sellers] == m.at[receipts]) & (m.late[sellers] == m.late[receipts])
    receipts, sellers = receipts[same], sellers[same]
    document, line, ordinal = m.document_key.copy(), m.line.copy(), m.ordinal.copy()
    rank[receipts], document[receipts] = rank[sellers], document[sellers]
    line[receipts], ordinal[receipts], behind[receipts] = line[sellers], ordinal[sellers], 1
    return rank, document, line, ordinal, behind


@compiled
def _is_sorted(
    group: I64, at: I64, late: I8, rank: I8, document: I64, line: I32, ordinal: I32, behind: I8, movement: I64
) -> bool:
    for i in range(1, len(group)):
        j = i - 1
        if group[i] != group[j]:
            if group[i] < group[j]:
                return False
            continue
        if at[i] != at[j]:
            if at[i] < at[j]:
                return False
            continue
        now = (late[i], rank[i], document[i], line[i], ordinal[i], behind[i], movement[i])
        before = (late[j], rank[j], document[j], line[j], ordinal[j], behind[j], movement[j])
        if now < before:
            return False
    return True


def _groups(m: Movements) -> I64:
    """Item of each row, or the lowest item of the group that conversions and intercompany sales join it to."""
    inside = np.flatnonzero(m.event >= 0)
    bought = np.flatnonzero((m.kind == Kind.INTERCOMPANY_RECEIPT) & (m.of >= 0))
    left: list[I64] = []
    right: list[I64] = []
    if len(inside):
        order = inside[np.argsort(m.event[inside], kind="stable")]
        same = m.event[order[1:]] == m.event[order[:-1]]
        left.append(m.item[order[1:]][same])
        right.append(m.item[order[:-1]][same])
    if len(bought):
        sellers = index_rows(m.movement).find(m.of[bought])
        left.append(m.item[bought[sellers >= 0]])
        right.append(m.item[sellers[sellers >= 0]])
    if not left:
        return m.item
    one, other = np.concatenate(left), np.concatenate(right)
    differ = one != other
    if not differ.any():
        return m.item
    items, dense = np.unique(m.item, return_inverse=True)
    root = _join(len(items), np.searchsorted(items, one[differ]), np.searchsorted(items, other[differ]))
    return items[root][dense]


@compiled
def _join(count: int, one: I64, other: I64) -> I64:
    """Union by smallest member: for each of ``count`` nodes the smallest node of its component."""
    root = np.arange(count)
    for i in range(len(one)):
        a, b = one[i], other[i]
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        while root[b] != b:
            root[b] = root[root[b]]
            b = root[b]
        if a < b:
            root[b] = a
        else:
            root[a] = b
    for i in range(count):
        root[i] = root[root[i]]  # parents are smaller, hence settled already
    return root


def _slots(m: Movements, order: I64 | None) -> tuple[I32, I32, I64, I64]:
    """Number each (item, cell) that a movement touches; ``order`` visits the rows item by item."""
    from_cell, to_cell = m.from_cell, m.to_cell
    highest = int(max(from_cell.max(initial=-1), to_cell.max(initial=-1)))
    cells = None
    if highest > 4 * len(m) + 1_000_000:
        cells, dense = np.unique(np.concatenate([from_cell, to_cell, [NONE]]), return_inverse=True)
        from_cell, to_cell = dense[: len(m)] - 1, dense[len(m) : -1] - 1
        highest = len(cells) - 2
    nothing = np.zeros(0, dtype=np.int64)
    from_slot, to_slot, item, cell = _number_slots(
        m.item, from_cell, to_cell, highest, nothing if order is None else order, order is not None
    )
    return from_slot, to_slot, item, cell if cells is None else cells[cell + 1]


@compiled
def _number_slots(
    item: I64, from_cell: I64, to_cell: I64, highest: int, order: I64, ordered: bool
) -> tuple[I32, I32, I64, I64]:
    count = len(item)
    from_slot, to_slot = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    slot_of = np.zeros(highest + 2, np.int64)
    seen = np.full(highest + 2, -1, np.int64)
    slots, visit = 0, -1
    slot_item, slot_cell = np.empty(2 * count, np.int64), np.empty(2 * count, np.int64)  # touched only as far as used
    current = 0
    for i in range(count):
        row = order[i] if ordered else i
        if i == 0 or item[row] != current:
            current = item[row]
            visit += 1
        for end in range(2):
            cell = from_cell[row] if end == 0 else to_cell[row]
            if cell < 0:
                continue
            if seen[cell] != visit:
                seen[cell], slot_of[cell] = visit, slots
                slot_item[slots], slot_cell[slots] = current, cell
                slots += 1
            if end == 0:
                from_slot[row] = slot_of[cell]
            else:
                to_slot[row] = slot_of[cell]
    return from_slot, to_slot, slot_item[:slots].copy(), slot_cell[:slots].copy()


def _events(m: Movements) -> tuple[I32, I64, I64]:
    """Event number of each row (one −1 only, when there are no events), and the rows of each event."""
    inside = np.flatnonzero(m.event >= 0)
    if not len(inside):
        return np.full(1, NONE, dtype=np.int32), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    names, dense = np.unique(m.event[inside], return_inverse=True)
    rows = inside[np.argsort(dense, kind="stable")]
    start = np.searchsorted(np.sort(dense), np.arange(len(names) + 1))
    first, last = rows[start[:-1]], rows[start[1:] - 1]
    outputs = np.bincount(dense, weights=m.kind[inside] == Kind.CONVERSION_OUT, minlength=len(names))
    shares = np.bincount(dense, weights=np.where(m.kind[inside] == Kind.CONVERSION_OUT, m.share[inside], 0))
    _refuse_event(names, (m.at[first] != m.at[last]) | (m.late[first] != m.late[last]), "its rows stand apart in time")
    _refuse_event(names, outputs == np.diff(start), "it consumes nothing")
    _refuse_event(names, outputs == 0, "it produces nothing")
    _refuse_event(names, shares == 0, "its outputs have no share of the cost")
    _refuse_event(names, shares >= WIDEST, "the shares of its outputs add up to 2³¹ or more")
    event_of = np.full(len(m), NONE, dtype=np.int32)
    event_of[inside] = dense
    return event_of, start.astype(np.int64), rows


def _refuse_event(names: I64, bad: NDArray[np.bool_], why: str) -> None:
    if bad.any():
        raise ValueError(f"conversion event {names[np.argmax(bad)]} cannot be folded: {why}")


def _links(numbers: I64, rows: RowIndex) -> I32:
    """Rows of the movements named, or a single −1 when none is named at all."""
    if not (numbers >= 0).any():
        return np.full(1, NONE, dtype=np.int32)
    return rows.find(numbers)


@compiled
def _from_table(numbers: I64, table: I32, lowest: int) -> I32:
    found = np.full(len(numbers), -1, np.int32)
    for i in range(len(numbers)):
        place = numbers[i] - lowest
        if 0 <= place < len(table):
            found[i] = table[place]
    return found


@compiled
def _fill_table(numbers: I64, lowest: int, table: I32) -> int:
    """Row of the first number that comes a second time, or −1."""
    for row in range(len(numbers)):
        if table[numbers[row] - lowest] >= 0:
            return row
        table[numbers[row] - lowest] = row
    return -1
