"""Costs of a place or of the company for a time (storage, software): over the unit-seconds of what stood there.

A line is shared over items (these shares are kept in the books), and an item's share over the ranges of its units: what
left bears its part, what only moved within the company hands it on, what was converted hands it to what was made, what
is still there keeps it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from entrepot.audit.arithmetic import split
from entrepot.audit.costs import BIRTHS, ISSUE, Aimed
from entrepot.audit.layers import Fold, Move, Slot
from entrepot.audit.reading import Connection, rows
from entrepot.audit.registers import Registers
from entrepot.audit.report import CheckReport

SECOND = 1_000_000
FOREVER = 2**62


class Line(NamedTuple):
    """A live period line: ``item`` 0 = every item."""

    id: int
    component: int
    amount: int
    company: int
    place: int
    item: int
    start: int
    end: int


class Stay(NamedTuple):
    """Units that stood in a slot for some seconds of a line's time; ``movement`` 0 = still there."""

    movement: int
    slot: Slot
    seconds: int


class PeriodCosts:
    """All live period lines and what the books keep of them."""

    def __init__(self, connection: Connection, registers: Registers, lines: list[tuple[int, ...]]) -> None:
        self.lines = {line[0]: Line._make(line) for line in lines}
        self.of_cell: dict[int, list[Line]] = defaultdict(list)
        for cell, (company, place, *_, transit) in registers.cells.items():
            for line in self.lines.values():
                if line.company == company and (not line.place or (line.place == place and not transit)):
                    self.of_cell[cell].append(line)
        self.kept: dict[tuple[int, int], tuple[int, int]] = {}
        for line, item, seconds, amount in rows(
            connection, "SELECT cost_line, item_id, unit_days, amount FROM books_periodshare"
        ):
            self.kept[line, item] = (seconds, amount)
        self.seconds: dict[int, dict[int, int]] = defaultdict(dict)

    def place(self, state: Fold) -> tuple[dict[int, list[Aimed]], dict[Slot, list[tuple[int, int]]]]:
        """What falls on the movements and on the stock of one group of items."""
        aimed: dict[int, list[Aimed]] = defaultdict(list)
        on_stock: dict[Slot, list[tuple[int, int]]] = defaultdict(list)
        if not self.lines:
            return aimed, on_stock
        made = _made(state)
        within = {number for number, issue in state.issues.items() if issue.move.target}
        for (line, item), stays in self._stays(state).items():
            weights = [stay.seconds for stay in stays]
            self.seconds[line][item] = sum(weights)
            _, amount = self.kept.get((line, item), (0, 0))
            component = self.lines[line].component
            for stay, share in zip(stays, split(amount, weights), strict=True):
                if not share:
                    continue
                if not stay.movement:
                    on_stock[stay.slot].append((component, share))
                elif stay.movement in made:
                    outputs = made[stay.movement]
                    for output, part in zip(outputs, split(share, [m.share for m in outputs]), strict=True):
                        aimed[output.number].append(Aimed(line, component, part, BIRTHS))
                else:
                    side = BIRTHS if stay.movement in within else ISSUE
                    aimed[stay.movement].append(Aimed(line, component, share, side))
        return aimed, on_stock

    def _stays(self, state: Fold) -> dict[tuple[int, int], list[Stay]]:
        """(line, item) → stays in the order of layers and, within a layer, of its units."""
        taken: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        for number, issue in state.issues.items():
            for (layer, a, b), at in zip(issue.ranges, issue.times, strict=True):
                taken[id(layer)].append((a, b, number, at))
        found: dict[tuple[int, int], list[Stay]] = defaultdict(list)
        for layer in state.layers:
            item, cell = layer.slot
            lines = self.of_cell.get(cell)
            if not lines:
                continue
            born = layer.born
            ranges = sorted(taken.get(id(layer), ()))
            if layer.taken < layer.n:
                ranges.append((layer.taken, layer.n, 0, FOREVER))
            last = max((until for _, _, _, until in ranges), default=born)
            for line in lines:
                if line.end <= born or line.start >= last or line.item not in (0, item):
                    continue
                since = born if born > line.start else line.start
                stays = found[line.id, item]
                for a, b, number, until in ranges:
                    if until > since:
                        time = ((until if until < line.end else line.end) - since) // SECOND
                        if time > 0:
                            stays.append(Stay(number, layer.slot, (b - a) * time))
        return {key: stays for key, stays in found.items() if stays}

    def settle(self, report: CheckReport) -> None:
        """Compare the kept shares of every line over items; a line that nothing stood for is unallocated."""
        wanted: dict[tuple[int, int], tuple[int, int]] = {}
        for line in self.lines.values():
            by_item = self.seconds.get(line.id)
            if not by_item:
                name = str(line.component)
                report.unallocated[name] = report.unallocated.get(name, 0) + line.amount
                continue
            items = sorted(by_item)
            shares = split(line.amount, [by_item[item] for item in items])
            for item, share in zip(items, shares, strict=True):
                wanted[line.id, item] = (by_item[item], share)
        for key in wanted.keys() | self.kept.keys():
            place = f"share of item {key[1]} in period line {key[0]} (unit-seconds, amount)"
            report.compare("M", place, wanted.get(key), self.kept.get(key))


def _made(state: Fold) -> dict[int, list[Move]]:
    """What a conversion made of the units that each of its movements consumed."""
    outputs: dict[int, dict[int, Move]] = defaultdict(dict)
    for layer in state.layers:
        if layer.move.event:
            outputs[layer.move.event][layer.move.number] = layer.move
    return {
        number: sorted(outputs[issue.move.event].values(), key=lambda move: (move.line, move.ordinal))
        for number, issue in state.issues.items()
        if issue.move.event
    }
