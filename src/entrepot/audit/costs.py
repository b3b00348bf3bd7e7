"""What the units cost: money looked up along the layers that :mod:`entrepot.audit.layers` folded.

A layer carries, per cost line, what its ranges of parents brought along and what is aimed at its birth; a range of it
carries ``R(T·b/n) − R(T·a/n)`` of each. Everything is integers; nothing is shared with the valuation engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from entrepot.audit.arithmetic import range_cost
from entrepot.audit.layers import Fold, Issue, Layer, Range
from entrepot.audit.vocabulary import FAMILIES, FAMILY_OF, GOODS, INTERCOMPANY_RECEIPT

BIRTHS, ISSUE = 0, 1


class Aimed(NamedTuple):
    """What of one cost line falls on one movement: on its births or on its issue. ``line`` is negative for the part of a line
    that counts as another component, by the company's policy."""

    line: int
    component: int
    amount: int
    side: int


@dataclass(slots=True)
class Money:
    """Cost of one group's layers. ``unplaced``: line → amount that reached nothing; ``aimed``: line → amount given."""

    fold: Fold
    component: dict[int, int] = field(default_factory=dict)
    at_issue: dict[int, list[Aimed]] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    unplaced: dict[int, int] = field(default_factory=dict)
    aimed: dict[int, int] = field(default_factory=dict)
    _issued: dict[int, dict[int, int]] = field(default_factory=dict)

    def families(self, ranges: Iterable[Range]) -> list[int]:
        """Cost of ranges by family."""
        return self.by_family(self.lines(ranges))

    def by_family(self, lines: Mapping[int, int]) -> list[int]:
        """Amounts by cost line as sums by family."""
        sums = [0] * len(FAMILIES)
        component = self.component
        for line, amount in lines.items():
            sums[FAMILY_OF[component[line]]] += amount
        return sums

    def of_issue(self, issue: Issue) -> dict[int, int]:
        """Cost by line of all that an issue took; remembered, since figures and conservation both ask."""
        number = issue.move.number
        if number not in self._issued:
            self._issued[number] = self.lines(issue.ranges)
        return self._issued[number]

    def lines(self, ranges: Iterable[Range]) -> dict[int, int]:
        """Cost of ranges by cost line: R(T·b/n) − R(T·a/n), written out because everything passes here."""
        sums: dict[int, int] = {}
        for layer, a, b in ranges:
            n = layer.n
            double = 2 * n
            for line, total in layer.costs.items():  # type: ignore[union-attr]
                if total >= 0:
                    upper = total if b == n else (2 * total * b + n) // double
                    amount = upper - (2 * total * a + n) // double if a else upper
                else:
                    upper = total if b == n else -((n - 2 * total * b) // double)
                    amount = upper + (n - 2 * total * a) // double if a else upper
                sums[line] = sums.get(line, 0) + amount
        return sums

    def missing_units(self, ranges: Iterable[Range]) -> int:
        """Units of ranges whose goods cost is not known."""
        return sum(b - a for layer, a, b in ranges if id(layer) in self.missing)


def price(fold: Fold, aimed: Mapping[int, list[Aimed]], *, group: bool = False) -> Money:
    """Put cost lines on the layers of a fold; ``aimed``: movement number → what is aimed at it.

    ``group`` lets an intercompany receipt inherit the seller's cost; the caller leaves the transfer prices out.
    """
    money = Money(fold)
    waiting = {move.number for step in fold.waiting for move in step}
    births: dict[int, dict[int, int]] = {}
    for number, entries in aimed.items():
        for entry in entries:
            money.component[entry.line] = entry.component
            money.aimed[entry.line] = money.aimed.get(entry.line, 0) + entry.amount
            if entry.side == BIRTHS and number in fold.births:
                lines = births.setdefault(number, {})
                lines[entry.line] = lines.get(entry.line, 0) + entry.amount
            elif entry.side == ISSUE and (number in fold.issues or number in fold.births) and number not in waiting:
                money.at_issue.setdefault(number, []).append(entry)
            else:
                money.unplaced[entry.line] = money.unplaced.get(entry.line, 0) + entry.amount
    converted: dict[int, tuple[dict[int, int], bool]] = {}
    for layer in fold.layers:
        parents = layer.parents
        if layer.move.kind == INTERCOMPANY_RECEIPT and not group:
            parents = []
        costs, missing = _inherited(money, layer, parents, converted)
        for line, amount in _own(fold, layer, births.get(layer.move.number, {})):
            costs[line] = costs.get(line, 0) + amount
            missing = missing and money.component[line] != GOODS
        layer.costs = costs
        if missing:
            money.missing.add(id(layer))
    return money


def _inherited(
    money: Money, layer: Layer, parents: list[Range], converted: dict[int, tuple[dict[int, int], bool]]
) -> tuple[dict[int, int], bool]:
    if not parents:
        return {}, True
    low, high, whole = layer.part
    if not layer.move.event:
        return money.lines(parents), id(parents[0][0]) in money.missing
    if id(parents) not in converted:
        converted[id(parents)] = (money.lines(parents), any(id(parent) in money.missing for parent, _, _ in parents))
    pooled, missing = converted[id(parents)]
    return {line: range_cost(total, whole, low, high) for line, total in pooled.items()}, missing


def _own(fold: Fold, layer: Layer, lines: Mapping[int, int]) -> Iterable[tuple[int, int]]:
    """What is aimed at the birth, along the units of all layers that the movement bore."""
    if not lines:
        return
    sisters = fold.births[layer.move.number]
    units = sum(sister.n for sister in sisters)
    before = 0
    for sister in sisters:
        if sister is layer:
            break
        before += sister.n
    for line, amount in lines.items():
        yield line, range_cost(amount, units, before, before + layer.n)
