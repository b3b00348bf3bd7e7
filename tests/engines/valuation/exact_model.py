"""An independent, slow, exact model of the ledger page: every unit is an object of its own, every share a fraction.

It shares no code with the engine and no way of working: units are drawn one by one from lists, and costs are found by
walking back from a layer to where its units came from. Movements and costs are plain dictionaries.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

RANK = {
    **dict.fromkeys(("OPENING", "RECEIPT", "COUNT_SURPLUS", "INTERCOMPANY_RECEIPT"), 0),
    "RETURN": 1,
    "ARRIVAL": 2,
    "CONVERSION_IN": 3,
    "CONVERSION_OUT": 3,
    "SALE": 5,
    **dict.fromkeys(("TRANSFER", "DEPARTURE", "REGRADE", "SUPPLIER_RETURN", "INTERCOMPANY_SALE"), 4),
    **dict.fromkeys(("WRITE_OFF", "USE", "COUNT_SHORTAGE"), 6),
}
MAY_OWE = {"SALE", "WRITE_OFF", "USE", "COUNT_SHORTAGE"}
Move = dict[str, Any]


def nearest(value: Fraction) -> int:
    """Halves away from zero."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def stretch(total: int, n: int, a: int, b: int) -> int:
    """Units [a, b) of n."""
    return nearest(Fraction(total * b, n)) - nearest(Fraction(total * a, n))


class Layer:
    """``source``: (layer, a, b) of a range, or (event inputs, share from, share to, shares)."""

    def __init__(self, move: Move, cell: int, n: int, source: Any = None, conversion: Any = None) -> None:
        self.move, self.item, self.cell, self.n = move, move["item"], cell, n
        self.source, self.conversion = source, conversion

    def ancestors(self) -> set[int]:
        """Numbers of all movements that bore this layer or anything that its units came from."""
        found, pending = set(), [self]
        while pending:
            layer = pending.pop()
            found.add(layer.move["movement"])
            pending += [layer.source[0]] if layer.source else []
            pending += [parent for parent, _, _ in layer.conversion[0]] if layer.conversion else []
        return found


def ranges(units: list[tuple[Layer, int]]) -> list[tuple[Layer, int, int]]:
    """Units in the order drawn → runs of neighbours."""
    runs: list[list[Any]] = []
    for layer, i in units:
        if runs and runs[-1][0] is layer and runs[-1][2] == i:
            runs[-1][2] += 1
        else:
            runs.append([layer, i, i + 1])
    return [(layer, a, b) for layer, a, b in runs]


class Ledger:
    """Fold all moves; then ask for costs."""

    def __init__(self, moves: list[Move], costs: list[Move], *, group: bool = False) -> None:
        self.by_number = {m["movement"]: m for m in moves}
        self.group, self.costs = group, [c for c in costs if not (group and c["internal"])]
        self.layers: list[Layer] = []
        self.stock: dict[tuple[int, int], list[tuple[Layer, int]]] = defaultdict(list)
        self.debts: dict[tuple[int, int], list[Move]] = defaultdict(list)
        self.axis: dict[int, list[Any]] = {}  # units that a movement took, None = owed
        self.gone: dict[int, int] = defaultdict(int)  # of the axis: given back (from its end), or taken over
        self.back: dict[int, list[Any]] = {}  # ranges that a return brought back, None = without parent
        self.waiting: list[list[Move]] = []
        events = defaultdict(list)
        for move in sorted(moves, key=self.place):
            events[("event", move["event"]) if move["event"] >= 0 else move["movement"]].append(move)
        for together in events.values():  # in the order of each one's first row
            if not self.try_apply(together):
                self.waiting.append(together)
            elif any(m["to_cell"] >= 0 for m in together):
                self.retry()

    def place(self, m: Move) -> tuple[Any, ...]:
        """Order of the fold; an intercompany receipt stands behind its seller's issue of the same instant."""
        like, seller = m, self.by_number.get(m["of"])
        bought = m["kind"] == "INTERCOMPANY_RECEIPT" and seller and seller["kind"] == "INTERCOMPANY_SALE"
        if bought and (seller["at"], seller["late"]) == (m["at"], m["late"]):
            like = seller
        key = (RANK[like["kind"]], like["document_key"], like["line"], like["ordinal"], like is not m, m["movement"])
        return (m["at"], m["late"], *key)

    def retry(self) -> None:
        while ready := next((w for w in self.waiting if self.try_apply(w)), None):
            self.waiting.remove(ready)

    def try_apply(self, moves: list[Move]) -> bool:
        needs: dict[tuple[int, int], int] = defaultdict(int)
        for m in moves:
            if m["from_cell"] >= 0 and m["kind"] not in MAY_OWE:
                needs[m["item"], m["from_cell"]] += m["quantity"]
        if any(len(self.stock[cell]) < units for cell, units in needs.items()):
            return False
        for m in moves:
            if m["from_cell"] >= 0:
                taken = self.draw(m, m["quantity"])
                self.axis[m["movement"]] = taken + [None] * (m["quantity"] - len(taken))
                if len(taken) < m["quantity"]:
                    self.debts[m["item"], m["from_cell"]].append(m)
        outputs = [m for m in moves if m["to_cell"] >= 0]
        inputs = [r for m in moves if m["kind"] == "CONVERSION_IN" for r in ranges(self.axis[m["movement"]])]
        before = 0
        for m in outputs:
            conversion = None
            if m["kind"] == "CONVERSION_OUT":
                conversion = (inputs, before, before + m["share"], sum(o["share"] for o in outputs))
                before += m["share"]
            self.arrive(m, conversion)
        for m in outputs:
            self.pay(m["item"], m["to_cell"])
        return True

    def draw(self, m: Move, wanted: int) -> list[tuple[Layer, int]]:
        cell = self.stock[m["item"], m["from_cell"]]
        lot = m["of"] if m["kind"] == "SUPPLIER_RETURN" and m["lot"] not in self.by_number else m["lot"]
        named = [unit for unit in cell if lot in self.by_number and lot in unit[0].ancestors()]
        taken = (named + [unit for unit in cell if unit not in named])[:wanted]
        for unit in taken:
            cell.remove(unit)
        return taken

    def pay(self, item: int, cell: int) -> None:
        for m in self.debts[item, cell]:
            axis = self.axis[m["movement"]]
            for unit in self.draw(m, axis.count(None)):
                axis[axis.index(None)] = unit

    def born(self, m: Move, n: int, source: Any = None, conversion: Any = None) -> None:
        layer = Layer(m, m["to_cell"], n, source, conversion)
        self.layers.append(layer)
        self.stock[m["item"], m["to_cell"]] += [(layer, i) for i in range(n)]

    def arrive(self, m: Move, conversion: Any) -> None:
        if m["from_cell"] >= 0:
            for source in ranges(self.axis[m["movement"]]):
                self.born(m, source[2] - source[1], source)
        elif m["kind"] == "RETURN":
            self.give_back(m)
        elif m["kind"] == "INTERCOMPANY_RECEIPT":
            seller = self.by_number.get(m["of"], {"kind": None, "movement": -1})
            known = seller["kind"] == "INTERCOMPANY_SALE"
            start = self.gone[seller["movement"]]
            taken = self.axis.get(seller["movement"], [])[start : start + m["quantity"]] if known else []
            self.gone[seller["movement"]] += len(taken)
            for source in ranges(taken):
                self.born(m, source[2] - source[1], source)
            if len(taken) < m["quantity"]:
                self.born(m, m["quantity"] - len(taken))
        else:
            self.born(m, m["quantity"], None, conversion)

    def give_back(self, m: Move) -> None:
        sale, left, orphans = self.by_number.get(m["of"]), m["quantity"], 0
        units: list[tuple[Layer, int]] = []
        final = sale and sale["to_cell"] < 0 and sale["kind"] not in ("CONVERSION_IN", "INTERCOMPANY_SALE")
        if final and sale["item"] == m["item"]:
            axis = self.axis.get(sale["movement"], [])
            while left and (live := len(axis) - self.gone[sale["movement"]]) > 0:
                left -= 1
                if axis[live - 1] is None and sale["from_cell"] == m["to_cell"]:
                    del axis[live - 1]
                    continue
                self.gone[sale["movement"]] += 1
                if axis[live - 1] is None:
                    orphans += 1
                else:
                    units.append(axis[live - 1])
        runs: list[list[Any]] = []
        for layer, i in units:  # from the last backwards
            if runs and runs[-1][0] is layer and runs[-1][1] == i + 1:
                runs[-1][1] = i
            else:
                runs.append([layer, i, i + 1])
        if orphans:
            self.born(m, orphans)
        for layer, a, b in runs:
            self.born(m, b - a, (layer, a, b))
        if left:
            self.born(m, left)

    # Money

    def lines(self, layer: Layer) -> dict[int, int]:
        """Cost line → its whole amount on the layer."""
        found: dict[int, int] = defaultdict(int)
        for ranges_, (top, bottom, whole) in self.sources(layer):
            totals: dict[int, int] = defaultdict(int)
            for parent, a, b in ranges_:
                for line, amount in self.lines(parent).items():
                    totals[line] += stretch(amount, parent.n, a, b)
            for line, amount in totals.items():
                found[line] += stretch(amount, whole, top, bottom)
        siblings = [other for other in self.layers if other.move is layer.move]
        before = sum(other.n for other in siblings[: siblings.index(layer)])
        aimed: dict[int, int] = defaultdict(int)
        for c in self.costs:
            if c["side"] == 0 and c["movement"] == layer.move["movement"]:
                aimed[c["line"]] += c["amount"]
        for line, amount in aimed.items():
            found[line] += stretch(amount, sum(other.n for other in siblings), before, before + layer.n)
        return found

    def sources(self, layer: Layer) -> list[Any]:
        if layer.conversion:
            return [(layer.conversion[0], layer.conversion[1:])]
        if layer.source and (self.group or layer.move["kind"] != "INTERCOMPANY_RECEIPT"):
            return [([layer.source], (0, 1, 1))]
        return []

    def unknown(self, layer: Layer) -> bool:
        """No goods cost aimed at it, and none known where it came from."""
        here = (c for c in self.costs if c["side"] == 0 and c["movement"] == layer.move["movement"])
        if any(c["component"] == 0 for c in here):
            return False
        sources = self.sources(layer)
        return not sources or any(self.unknown(parent) for parent, _, _ in sources[0][0])

    def cost(self, taken: list[tuple[Layer, int, int]]) -> dict[int, int]:
        """Component → amount of some ranges."""
        component = {c["line"]: c["component"] for c in self.costs}
        found: dict[int, int] = defaultdict(int)
        for layer, a, b in taken:
            for line, amount in self.lines(layer).items():
                found[component[line]] += stretch(amount, layer.n, a, b)
        return found
