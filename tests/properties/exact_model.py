"""The ledger unit by unit: every single unit is an object, every cost a fraction. Slow, short, and written from
docs/methods/ledger.md alone: it shares no code with the valuation engine, the books or the checker."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby

RANK = {"receive": 0, "found": 0, "return": 1, "convert": 3, "transfer": 4, "sell": 5, "write_off": 6, "short": 6}
FAMILIES = ("purchase", "first_leg", "duty_tax")
Place = tuple[str, str]


def rounded(value: Fraction) -> int:
    """Half away from zero."""
    return int(abs(value) + Fraction(1, 2)) * (1 if value >= 0 else -1)


def shared(total: int, weights: list[int]) -> list[int]:
    """Largest remainder, ties to the earlier."""
    exact = [Fraction(abs(total) * weight, sum(weights)) for weight in weights]
    parts = [int(share) for share in exact]
    for place in sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))[: abs(total) - sum(parts)]:
        parts[place] += 1
    return [part if total >= 0 else -part for part in parts]


@dataclass(eq=False)
class Move:
    """``quantity`` units of ``item`` leave ``source`` and enter ``target``; rows of one ``event`` happen as one."""

    name: tuple[str, int, int]
    kind: str
    item: str
    quantity: int
    source: str = ""
    target: str = ""
    at: int = 0
    late: bool = False
    key: int = 0
    of: Move | None = None
    event: str = ""
    share: int = 0


@dataclass(eq=False)
class Layer:
    """Units that were born together; ``came`` are the units that they were before."""

    move: Move
    n: int
    came: list[Unit]
    part: tuple[int, int, int] | None = None
    lines: dict[str, int] = field(default_factory=dict)
    missing: bool = True

    def cost(self, line: str, place: int) -> int:
        """What the unit at ``place`` carries of a line."""
        total = Fraction(self.lines[line], self.n)
        return rounded(total * (place + 1)) - rounded(total * place)


@dataclass(eq=False)
class Unit:
    """One unit of a layer; ``draw`` tells apart the times at which units were taken."""

    layer: Layer
    place: int
    draw: int = 0


@dataclass(eq=False)
class Slot:
    """One unit that a movement takes out: unpaid while ``unit`` is None."""

    move: Move
    unit: Unit | None = None
    back: str = ""


class Ledger:
    """Folds moves (name, …) and puts costs on them: (line, family, amount, [(move, weight)])."""

    def __init__(self, moves: list[Move], costs: list[tuple[str, str, int, list[tuple[Move, int]]]]) -> None:
        self.stock: dict[Place, list[Unit]] = defaultdict(list)
        self.debts: dict[Place, list[Slot]] = defaultdict(list)
        self.slots: dict[tuple[str, int, int], list[Slot]] = defaultdict(list)
        self.layers: list[Layer] = []
        self.waiting: list[list[Move]] = []
        self.draws = 0
        ordered = sorted(moves, key=lambda m: (m.at, m.late, RANK[m.kind], m.key, m.name[1:]))
        for _, rows in groupby(ordered, key=lambda m: m.event or m.name):
            step = list(rows)
            if step[0].kind in ("sell", "write_off", "short"):
                self.sell(step[0])
            elif not self.go(step):
                self.waiting.append(step)
            else:
                while any(self.go(other) and not self.waiting.remove(other) for other in list(self.waiting)):
                    pass
        self.family = {line: family for line, family, _, _ in costs}
        self.price(costs)

    def draw(self, place: Place, count: int) -> list[Unit]:
        """The oldest units of a place."""
        queue = self.stock[place]
        taken, queue[:] = queue[:count], queue[count:]
        self.draws += 1
        for unit in taken:
            unit.draw = self.draws
        return taken

    def sell(self, move: Move) -> None:
        taken = self.draw((move.item, move.source), move.quantity)
        slots = [Slot(move, unit) for unit in taken] + [Slot(move) for _ in range(move.quantity - len(taken))]
        self.slots[move.name] = slots
        self.debts[move.item, move.source] += slots[len(taken) :]

    def go(self, step: list[Move]) -> bool:
        """Let a movement (or all rows of an event) happen if its units are there."""
        need: dict[Place, int] = defaultdict(int)
        for move in step:
            if move.source:
                need[move.item, move.source] += move.quantity
        if any(len(self.stock[place]) < count for place, count in need.items()):
            return False
        first = step[0]
        if first.event:
            used = [unit for move in step if move.source for unit in self.draw((move.item, move.source), move.quantity)]
            made = [move for move in step if move.target]
            whole, low = sum(move.share for move in made), 0
            for move in made:
                self.bear(move, used, move.quantity, (low, low + move.share, whole))
                low += move.share
        elif first.kind == "return":
            self.take_back(first)
        elif first.source:
            for _, units in groupby(self.draw((first.item, first.source), first.quantity), key=lambda unit: unit.layer):
                self.bear(first, list(units))
        else:
            self.bear(first, [], first.quantity)
        for move in step:
            if move.target:
                self.pay((move.item, move.target))
        return True

    def bear(self, move: Move, came: list[Unit], count: int = 0, part: tuple[int, int, int] | None = None) -> None:
        layer = Layer(move, count or len(came), came, part)
        self.layers.append(layer)
        self.stock[move.item, move.target] += [Unit(layer, place) for place in range(layer.n)]

    def pay(self, place: Place) -> None:
        """What came in pays the oldest debts of its place."""
        for _, slots in groupby(self.debts[place], key=lambda slot: slot.move):
            owed = [slot for slot in slots if slot.unit is None and slot.back != "annulled"]
            for slot, unit in zip(owed, self.draw(place, len(owed)), strict=False):
                slot.unit = unit

    def take_back(self, move: Move) -> None:
        """Units of the sale not yet given back, last issued first; unpaid ones are annulled where they were sold."""
        slots = self.slots.get(move.of.name, []) if move.of else []
        kept = [slot for slot in slots if not slot.back]
        left = move.quantity
        unpaid = [slot for slot in kept if slot.unit is None][::-1][:left]
        same = bool(move.of and move.of.source == move.target)
        for slot in unpaid:
            slot.back = "annulled" if same else "unpaid"
        left -= len(unpaid)
        if unpaid and not same:
            self.bear(move, [], len(unpaid))
        given = [slot for slot in kept if slot.unit is not None][::-1][:left]
        for _, group in groupby(given, key=lambda slot: (slot.unit.layer, slot.unit.draw)):  # type: ignore[union-attr]
            part = list(group)
            for slot in part:
                slot.back = "given"
            self.bear(move, [slot.unit for slot in reversed(part) if slot.unit])
        if left > len(given):
            self.bear(move, [], left - len(given))

    def price(self, costs: list[tuple[str, str, int, list[tuple[Move, int]]]]) -> None:
        """Every line on every layer that it reaches, parents first."""
        aimed: dict[tuple[str, int, int], list[tuple[str, int]]] = defaultdict(list)
        for line, _, amount, targets in costs:
            for (move, _), part in zip(targets, shared(amount, [weight for _, weight in targets]), strict=True):
                aimed[move.name].append((line, part))
        for layer in self.layers:
            layer.missing = any(u.layer.missing for u in layer.came) or not layer.came
            for unit in layer.came:
                for line in unit.layer.lines:
                    layer.lines[line] = layer.lines.get(line, 0) + unit.layer.cost(line, unit.place)
            if layer.part:
                low, high, whole = layer.part
                for line, total in layer.lines.items():
                    layer.lines[line] = rounded(Fraction(total * high, whole)) - rounded(Fraction(total * low, whole))
            sisters = [other for other in self.layers if other.move is layer.move]
            units = sum(other.n for other in sisters)
            before = sum(other.n for other in sisters[: sisters.index(layer)])
            for line, amount in aimed[layer.move.name]:
                share = Fraction(amount, units)
                own = rounded(share * (before + layer.n)) - rounded(share * before)
                layer.lines[line] = layer.lines.get(line, 0) + own
                layer.missing = layer.missing and not line.startswith("goods")

    def worth(self, units: list[Unit]) -> dict[str, int]:
        """Cost of units by family."""
        sums = dict.fromkeys(FAMILIES, 0)
        for unit in units:
            for line in unit.layer.lines:
                sums[self.family[line]] += unit.layer.cost(line, unit.place)
        return sums

    def sold(self, name: tuple[str, int, int]) -> dict[str, int]:
        """What a sale cost: its units less those given back; and how many are still owed."""
        slots = self.slots[name]
        units = [slot.unit for slot in slots if slot.unit and slot.back != "given"]
        owed = sum(slot.unit is None and slot.back != "annulled" for slot in slots)
        return {**self.worth(units), "uncosted": owed}
