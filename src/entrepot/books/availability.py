"""Units only: what stands in each cell, and which strict movements wait for their units.

The same rule as the valuation fold, without layers or money (docs/methods/ledger.md): movements in fold order; a strict
movement without its units waits and is tried again, in fold order, after every arrival; sales run ahead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from entrepot.core.kinds import Kind

_RANK = {kind.value: kind.rank for kind in Kind}
_STRICT = frozenset(kind.value for kind in Kind if kind.strict)


class Step(NamedTuple):
    """A movement as the unit fold needs it; ``at`` and ``late`` say where it folds."""

    movement: int
    item: int
    at: int
    late: int
    kind: int
    document_key: int
    line: int
    ordinal: int
    from_cell: int | None
    to_cell: int | None
    quantity: int
    event: int | None
    of: int | None

    def order(self) -> tuple[int, ...]:
        return (self.at, self.late, _RANK[self.kind], self.document_key, self.line, self.ordinal)


class Stand(NamedTuple):
    """Where the fold ended: units by (item, cell), waiting movements, latest instants by (item, cell)."""

    units: dict[tuple[int, int], int]
    waiting: list[int]
    last_at: dict[tuple[int, int], int]
    strict_at: dict[tuple[int, int], int]


def fold(steps: Iterable[Step], stop: Callable[[Step], bool] | None = None) -> Stand:
    """Fold ``steps`` (any order; every step of an event included) up to the first one for which ``stop`` is true."""
    units: dict[tuple[int, int], int] = defaultdict(int)
    last_at: dict[tuple[int, int], int] = {}
    strict_at: dict[tuple[int, int], int] = {}
    waiting: list[list[Step]] = []
    for group in _groups(_in_order(steps)):
        if stop is not None and stop(group[0]):
            break
        if _is_strict(group) and not _fits(group, units):
            waiting.append(group)
            continue
        _apply(group, units, last_at, strict_at, group[0].at)
        if waiting and any(step.to_cell is not None for step in group):
            _retry(waiting, units, last_at, strict_at, group[0].at)
    return Stand(dict(units), [s.movement for group in waiting for s in group], last_at, strict_at)


def _in_order(steps: Iterable[Step]) -> list[Step]:
    """Fold order; an intercompany receipt of the same instant as its sale stands right behind it."""
    rows = list(steps)
    sales = {step.movement: step for step in rows if step.kind == Kind.INTERCOMPANY_SALE}
    places: dict[int, tuple[int, ...]] = {}
    for step in rows:
        sale = sales.get(step.of or 0) if step.kind == Kind.INTERCOMPANY_RECEIPT else None
        pair = sale is not None and (sale.at, sale.late) == (step.at, step.late)
        places[step.movement] = (*sale.order(), 1) if sale is not None and pair else (*step.order(), 0)
    return sorted(rows, key=lambda step: (places[step.movement], step.movement))


def _groups(steps: list[Step]) -> Iterable[list[Step]]:
    """Single steps, and conversions as a whole at their first row."""
    events: dict[Any, list[Step]] = defaultdict(list)
    for step in steps:
        if step.event is not None:
            events[step.event].append(step)
    done: set[int] = set()
    for step in steps:
        if step.event is None:
            yield [step]
        elif step.event not in done:
            done.add(step.event)
            yield events[step.event]


def _is_strict(group: list[Step]) -> bool:
    return any(step.kind in _STRICT for step in group)


def _fits(group: list[Step], units: dict[tuple[int, int], int]) -> bool:
    need: dict[tuple[int, int], int] = defaultdict(int)
    for step in group:
        if step.from_cell is not None:
            need[step.item, step.from_cell] += step.quantity
    return all(units[place] >= count for place, count in need.items())


def _apply(
    group: list[Step],
    units: dict[tuple[int, int], int],
    last_at: dict[tuple[int, int], int],
    strict_at: dict[tuple[int, int], int],
    at: int,
) -> None:
    for step in group:
        for cell, sign in ((step.from_cell, -1), (step.to_cell, 1)):
            if cell is None:
                continue
            place = (step.item, cell)
            units[place] += sign * step.quantity
            last_at[place] = max(at, last_at.get(place, at))
            if sign < 0 and step.kind in _STRICT:
                strict_at[place] = max(at, strict_at.get(place, at))


def _retry(
    waiting: list[list[Step]],
    units: dict[tuple[int, int], int],
    last_at: dict[tuple[int, int], int],
    strict_at: dict[tuple[int, int], int],
    at: int,
) -> None:
    """The first waiting movement that can go now goes; again from the first, until none can."""
    place = 0
    while place < len(waiting):
        if _fits(waiting[place], units):
            _apply(waiting.pop(place), units, last_at, strict_at, at)
            place = 0
        else:
            place += 1
